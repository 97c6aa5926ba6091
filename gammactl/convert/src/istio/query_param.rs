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
    let (kind, other_value) = match &value.kind {
        StringMatchKind::Exact(sent) => {
            let (plain, other) = text(sent);
            (StringMatchKind::Exact(plain), other)
        }
        StringMatchKind::Prefix(sent) => {
            let (plain, other) = text(sent);
            (StringMatchKind::Prefix(plain), other)
        }
        other => (other.clone(), None),
    };
    let example = (other_name.is_some() || other_value.is_some()).then(|| {
        let value = match &kind {
            StringMatchKind::Exact(text) | StringMatchKind::Prefix(text) => encode(text),
            _ => "…".into(),
        };
        format!(" (`{}={value}`)", encode(&plain_name))
    });
    let is_odd_pattern =
        matches!(&value.kind, StringMatchKind::Regex(pattern) if asks_of_encoded(pattern));
    if example.is_some() || is_odd_pattern {
        findings.say(
            &codes::ENCODED_PARAMETER,
            value.span,
            format!("query parameter `{}` is compared as it is sent", name.value),
            format!(
                "a route compares it decoded: requests that encode it{} are decided otherwise",
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

/// The text that is encoded as `sent`, and how else it may be: everybody encodes what has to be, and nobody what need not be.
fn text(sent: &str) -> (String, Option<String>) {
    let plain = String::from_utf8(decode(sent.as_bytes())).unwrap_or_else(|_| sent.to_owned());
    let usual = encode(&plain);
    let other = (usual != sent).then_some(usual);
    (plain, other)
}

/// Whether a regular expression names what is sent in one way and another.
fn asks_of_encoded(pattern: &str) -> bool {
    let is_plain = |c: char| is_unreserved(c) || "\\^$.|?*+()[]{},".contains(c);
    !pattern.chars().all(is_plain)
}

/// RFC 3986: what is never encoded.
fn is_unreserved(c: char) -> bool {
    c.is_ascii_alphanumeric() || "-._~".contains(c)
}

fn encode(text: &str) -> String {
    let mut encoded = String::new();
    for c in text.chars() {
        if is_unreserved(c) {
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
        ] {
            assert_eq!(text(sent), (plain.to_owned(), None));
        }
    }

    #[test]
    fn what_is_encoded_otherwise_is_said() {
        for (sent, plain, usual) in [
            ("a/b", "a/b", "a%2Fb"),
            ("a%2cb", "a,b", "a%2Cb"),
            ("a b", "a b", "a%20b"),
            ("100%", "100%", "100%25"),
            ("%zz%4", "%zz%4", "%25zz%254"),
            ("%+1", "%+1", "%25%2B1"),
            ("%FF", "%FF", "%25FF"),
        ] {
            assert_eq!(text(sent), (plain.to_owned(), Some(usual.to_owned())));
        }
    }

    #[test]
    fn patterns_of_plain_characters_are_plain() {
        assert!(
            ["v[12]", "[a-z]+\\d{1,2}", "(a|b)?.*"]
                .iter()
                .all(|of| !asks_of_encoded(of))
        );
        assert!(
            ["a/b", "a%20b", ".*@x", "é"]
                .iter()
                .all(|of| asks_of_encoded(of))
        );
    }
}
