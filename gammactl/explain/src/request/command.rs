//! Writes a request as a command line of curl, which [`RequestDraft::from_curl`](super::RequestDraft::from_curl) reads
//! back.

use std::fmt::Write as _;

use super::{header::HeaderLine, simulated::Simulated};

impl Simulated {
    /// The request as a command line for a POSIX shell. `--from` and `--destination`, which curl does not have, are
    /// there only if they are said.
    #[must_use]
    pub fn curl(&self) -> String {
        let line = &self.line;
        let mut command = "curl".to_owned();
        match &*line.method {
            "GET" => {}
            // With -X, curl would wait for a body.
            "HEAD" => command.push_str(" -I"),
            method => option(&mut command, "-X", method),
        }
        let mut url = format!("{}://{}", line.scheme, line.authority);
        if line.path.starts_with('/') {
            url.push_str(&line.path);
        } else {
            option(&mut command, "--request-target", &line.path);
            url.push('/');
        }
        if has_dots(&line.path) {
            command.push_str(" --path-as-is");
        }
        if url.contains(['{', '}', '[', ']']) {
            command.push_str(" -g");
        }
        for header in &self.headers {
            option(&mut command, "-H", &said(header));
        }
        if let Some(from) = &self.from {
            option(&mut command, "--from", from);
        }
        if let Some(destination) = self.destination {
            option(&mut command, "--destination", &destination.to_string());
        }
        let _ = write!(command, " {}", quoted(&url));
        command
    }
}

/// Whether curl would make another path of it.
fn has_dots(path: &str) -> bool {
    let path = path.split('?').next().unwrap_or_default();
    path.split('/').any(|segment| {
        let plain = segment.replace("%2e", ".").replace("%2E", ".");
        plain == "." || plain == ".."
    })
}

/// By `name:` curl leaves a header out.
fn said(header: &HeaderLine) -> String {
    if header.value.is_empty() {
        format!("{};", header.name)
    } else {
        header.to_string()
    }
}

fn option(command: &mut String, name: &str, value: &str) {
    let _ = write!(command, " {name} {}", quoted(value));
}

/// One word of a shell.
fn quoted(word: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=,@%+".contains(c);
    if !word.is_empty() && word.chars().all(is_plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use crate::request::{Simulated, read_line};

    #[test]
    fn what_is_written_is_read_back() {
        for line in [
            "curl http://cart/",
            "curl -X POST -H 'x-user: it'\\''s me' 'http://cart.shop/a?b=c&d'",
            "curl -I http://cart:8080/",
            "curl -X OPTIONS --request-target '*' http://cart/",
            "curl --path-as-is http://cart/a/../b",
            "curl -g 'http://cart/a[1]{2}'",
            "curl -H 'x-empty;' --from web --destination 10.0.0.1:80 http://cart/",
            "curl -H 'x-latin: \u{e9}' https://cart/",
        ] {
            let request: Simulated = read_line(line, 0).unwrap().unwrap();
            assert_eq!(request.curl(), line);
            assert_eq!(read_line(&request.curl(), 0).unwrap().unwrap(), request);
        }
    }
}
