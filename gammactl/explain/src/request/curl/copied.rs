//! Leaves out what browsers copy along with a command of curl, and what is no part of it.

/// `words` without what ends the command, and without pseudo-headers.
pub(super) fn words(mut words: Vec<String>) -> Vec<String> {
    // "Copy all as cURL" puts one of them between commands.
    if words.last().is_some_and(|word| word == ";" || word == "&") {
        words.pop();
    }
    let mut kept: Vec<String> = Vec::with_capacity(words.len());
    for word in words {
        let is_header = kept.last().is_some_and(|w| w == "-H" || w == "--header");
        if is_header && is_pseudo_header(&word) {
            kept.pop();
        } else {
            kept.push(word);
        }
    }
    kept
}

/// Whether a header is one of those in which HTTP/2 has what the URL and `-X` say, too.
fn is_pseudo_header(header: &str) -> bool {
    [":authority:", ":method:", ":path:", ":scheme:"]
        .iter()
        .any(|name| header.starts_with(name))
}
