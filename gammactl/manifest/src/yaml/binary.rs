//! Decodes the text of a `!!binary` scalar.

use base64::{
    Engine as _,
    alphabet::STANDARD,
    engine::{GeneralPurpose, GeneralPurposeConfig},
};

/// As Go decodes: what is left of the last digit does not matter.
const GO: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_allow_trailing_bits(true),
);

/// What `text` encodes, with U+FFFD for what is not UTF-8, as Go writes it to JSON; `None` if it is no
/// base64 with its padding (RFC 4648, section 4). Line breaks are passed over.
pub(super) fn decode(text: &str) -> Option<String> {
    let digits = text.replace(['\n', '\r'], "");
    let bytes = GO.decode(digits).ok()?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
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
        ("aGl=", Some("hi")),
    ] {
        assert_eq!(decode(text).as_deref(), expected, "{text}");
    }
}
