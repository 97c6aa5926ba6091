//! Decodes the text of a `!!binary` scalar.

/// What `text` encodes, with U+FFFD for what is not UTF-8, as Go writes it to JSON; `None` if it is no
/// base64 with its padding (RFC 4648, section 4). Line breaks are passed over.
pub(super) fn decode(text: &str) -> Option<String> {
    let digits: Vec<u8> = text
        .bytes()
        .filter(|b| !matches!(b, b'\n' | b'\r'))
        .collect();
    if !digits.len().is_multiple_of(4) {
        return None;
    }
    let mut bytes = Vec::with_capacity(digits.len() / 4 * 3);
    let groups = digits.len() / 4;
    for (i, group) in digits.chunks(4).enumerate() {
        let padding = group.iter().rev().take_while(|b| **b == b'=').count();
        if padding > 2 || padding > 0 && i + 1 < groups {
            return None;
        }
        let mut bits = 0_u32;
        for &digit in &group[..4 - padding] {
            bits = bits << 6 | value(digit)?;
        }
        bits <<= 6 * padding;
        bytes.extend(&bits.to_be_bytes()[1..4 - padding]);
    }
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

fn value(digit: u8) -> Option<u32> {
    let value = match digit {
        b'A'..=b'Z' => digit - b'A',
        b'a'..=b'z' => digit - b'a' + 26,
        b'0'..=b'9' => digit - b'0' + 52,
        b'+' => 62,
        b'/' => 63,
        _ => return None,
    };
    Some(u32::from(value))
}

#[test]
fn text_is_decoded() {
    for (text, expected) in [
        ("", Some("")),
        ("aGk=", Some("hi")),
        ("aGkh", Some("hi!")),
        ("aA==", Some("h")),
        ("aG\nk=", Some("hi")),
        ("/w==", Some("\u{fffd}")),
        ("aGk", None),
        ("aGk=aGk=", None),
        ("a===", None),
        ("a k=", None),
    ] {
        assert_eq!(decode(text).as_deref(), expected, "{text}");
    }
}
