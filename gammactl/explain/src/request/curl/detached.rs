//! Parts short options from their values: curl takes what follows `-X` in `-X=POST` for the method, `=POST`,
//! where the reader of command lines would skip the `=`.

use clap::Command;

/// `words` with the values that begin with `=` apart from their short options.
pub(super) fn values(words: Vec<String>, command: &Command) -> Vec<String> {
    let mut parted = Vec::with_capacity(words.len());
    let mut is_value = false;
    for word in words {
        if is_value {
            is_value = false;
            parted.push(word);
            continue;
        }
        match word.strip_prefix('-') {
            Some(long) if long.starts_with('-') => {
                let name = &long[1..];
                is_value = takes_value(command, |arg| {
                    arg.get_long_and_visible_aliases()
                        .is_some_and(|names| names.contains(&name))
                        || arg
                            .get_all_aliases()
                            .is_some_and(|names| names.contains(&name))
                });
                parted.push(word);
            }
            Some(letters) => {
                let mut value = None;
                for (at, letter) in letters.char_indices() {
                    if takes_value(command, |arg| arg.get_short() == Some(letter)) {
                        let behind = 1 + at + letter.len_utf8();
                        is_value = behind == word.len();
                        value = word[behind..].starts_with('=').then_some(behind);
                        break;
                    }
                }
                match value {
                    Some(at) => parted.extend([word[..at].to_owned(), word[at..].to_owned()]),
                    None => parted.push(word),
                }
            }
            None => parted.push(word),
        }
    }
    parted
}

fn takes_value(command: &Command, is_it: impl Fn(&clap::Arg) -> bool) -> bool {
    let mut options = command.get_arguments().filter(|arg| !arg.is_positional());
    options.any(|arg| arg.get_action().takes_values() && is_it(arg))
}
