//! Query parameters: Istio compares them as they are sent, and the Gateway API's routes when they are decoded.

use gamma_manifest::{diagnostic::codes, source::Spanned};

use super::string_match::{StringMatch, StringMatchKind};
use crate::findings::Findings;

/// What a decoded parameter is compared with, where Istio compares one that is as sent. If that is another question for
/// requests that encode it, it is said.
pub(super) fn decoded(
    (name, value): (Spanned<String>, StringMatch),
    findings: &mut Findings<'_>,
) -> (Spanned<String>, StringMatch) {
    let (plain_name, other_name) = text(&name.value);
    let (kind, sent, other_value) = match &value.kind {
        StringMatchKind::Exact(sent) => {
            let (plain, other) = text(sent);
            (StringMatchKind::Exact(plain), &**sent, other)
        }
        StringMatchKind::Prefix(sent) => {
            let (plain, other) = text(sent);
            (StringMatchKind::Prefix(plain), &**sent, other)
        }
        other => (other.clone(), "…", None),
    };
    let example = (other_name.is_some() || other_value.is_some()).then(|| {
        let name = other_name.as_ref().unwrap_or(&name.value);
        let value = other_value.as_deref().unwrap_or(sent);
        format!(" otherwise (`{name}={value}`)")
    });
    let is_odd_pattern =
        matches!(&value.kind, StringMatchKind::Regex(pattern) if asks_of_encoded(pattern));
    if example.is_some() || is_odd_pattern {
        findings.say(
            &codes::ENCODED_PARAMETER,
            value.span,
            format!("query parameter `{}` is compared as it is sent", name.value),
            format!(
                "a route compares it decoded: requests that encode it{} are the same to it",
                example.unwrap_or_default()
            ),
            "accept it, if requests that encode it mean the same",
        );
    }
    let name = Spanned {
        value: plain_name,
        ..name
    };
    (name, StringMatch { kind, ..value })
}

/// The text that is encoded as `sent`, and how else it is encoded by some: everybody encodes what has to be, and nobody what
/// need not be.
fn text(sent: &str) -> (String, Option<String>) {
    let plain = String::from_utf8(decode(sent.as_bytes())).unwrap_or_else(|_| sent.to_owned());
    let ways = [encode(&plain, is_unreserved), encode(&plain, may_be_bare)];
    let other = ways.into_iter().find(|way| way != sent);
    (plain, other)
}

/// Whether a regular expression tells texts apart by what is encoded by some and not by others: it names such a character,
/// or counts characters whatever they are.
fn asks_of_encoded(pattern: &str) -> bool {
    let mut rest = pattern.chars().peekable();
    while let Some(c) = rest.next() {
        let is_plain = match c {
            '\\' => rest.next().is_some_and(|c| "dw-._~".contains(c)),
            '.' => matches!(rest.peek(), Some('*' | '+')),
            '[' => {
                let mut class = rest.by_ref().take_while(|c| *c != ']');
                class.all(is_unreserved)
            }
            '{' => {
                let mut count = rest.by_ref().take_while(|c| *c != '}');
                count.all(|c| c.is_ascii_digit() || c == ',')
            }
            '(' => {
                // "(?:" names no colon.
                if rest.next_if_eq(&'?').is_some() {
                    rest.next_if_eq(&':');
                }
                true
            }
            c => is_unreserved(c) || ")|?*+^$".contains(c),
        };
        if !is_plain {
            return true;
        }
    }
    false
}

/// RFC 3986: what is never encoded.
fn is_unreserved(c: char) -> bool {
    c.is_ascii_alphanumeric() || "-._~".contains(c)
}

/// RFC 3986: what need not be in a query. `&` and `=` part its parameters, and `+` is a space to some.
fn may_be_bare(c: char) -> bool {
    is_unreserved(c) || "!$'()*,;:@/?".contains(c)
}

fn encode(text: &str, is_bare: fn(char) -> bool) -> String {
    let mut encoded = String::new();
    for c in text.chars() {
        if is_bare(c) {
            encoded.push(c);
        } else {
            let mut bytes = [0; 4];
            for byte in c.encode_utf8(&mut bytes).bytes() {
                encoded.push_str(&format!("%{byte:02X}"));
            }
        }
    }
    encoded
}

/// Percent-decoded as a route's router does it: what is no two hexadecimal digits behind a `%` stays, and so does `+`.
fn decode(sent: &[u8]) -> Vec<u8> {
    let mut plain = Vec::with_capacity(sent.len());
    let mut rest = sent;
    while let [first, behind @ ..] = rest {
        let code = match rest {
            [b'%', digits @ ..] => digits.get(..2).and_then(|digits| {
                let digits = std::str::from_utf8(digits).ok()?;
                let is_hexadecimal = digits.bytes().all(|digit| digit.is_ascii_hexdigit());
                u8::from_str_radix(digits, 16)
                    .ok()
                    .filter(|_| is_hexadecimal)
            }),
            _ => None,
        };
        plain.push(code.unwrap_or(*first));
        rest = if code.is_some() { &behind[2..] } else { behind };
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_encoded_as_usual_is_one_text() {
        for (sent, plain) in [
            ("v1-a.b_c~", "v1-a.b_c~"),
            ("a%20b", "a b"),
            ("%E2%82%AC", "€"),
            ("a%26b%2B", "a&b+"),
        ] {
            assert_eq!(text(sent), (plain.to_owned(), None));
        }
    }

    #[test]
    fn what_is_encoded_otherwise_is_said() {
        for (sent, plain, other) in [
            ("a/b", "a/b", "a%2Fb"),
            ("a%2Fb", "a/b", "a/b"),
            ("a%2cb", "a,b", "a%2Cb"),
            ("x%40y%20", "x@y ", "x@y%20"),
            ("a b", "a b", "a%20b"),
            ("100%", "100%", "100%25"),
            ("%zz%4", "%zz%4", "%25zz%254"),
            ("%+1", "%+1", "%25%2B1"),
            ("%FF", "%FF", "%25FF"),
        ] {
            assert_eq!(text(sent), (plain.to_owned(), Some(other.to_owned())));
        }
    }

    #[test]
    fn patterns_of_plain_characters_are_plain() {
        for pattern in [
            "v[12]",
            "[a-z]+\\d{1,2}",
            "(a|b)?.*",
            "(?:a)",
            "a\\.b",
            ".+",
            "^v1$",
            "(?i)on",
        ] {
            assert!(!asks_of_encoded(pattern), "{pattern}");
        }
        for pattern in [
            "a/b", "a%20b", ".*@x", "é", "a,b", "a\\+b", "\\(x\\)", "\\x40", "a\\sb", "\\W", "a.b",
            ".{5}", "[^x]", "[,]",
        ] {
            assert!(asks_of_encoded(pattern), "{pattern}");
        }
    }
}
