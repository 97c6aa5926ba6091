//! Makes text of the bytes of a file: UTF-8, or UTF-16 as editors and PowerShell on Windows write it.

use std::ops::Range;

/// Why a file can't be read as text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotText {
    /// What the file is, or where it goes wrong.
    pub message: String,
    /// What to do.
    pub hint: String,
    /// The place in what can be shown of the text.
    pub place: Range<usize>,
}

/// How what is no text begins, and what it is.
const SIGNATURES: &[(&[u8], &str, &str)] = &[
    (
        b"\x1f\x8b",
        "gzip data",
        "unpack it first: gunzip -c FILE | gammactl check -f -",
    ),
    (b"PK\x03\x04", "a zip archive", "unpack it first"),
    (b"BZh", "bzip2 data", "unpack it first"),
    (b"\x28\xb5\x2f\xfd", "zstd data", "unpack it first"),
    (b"\xfd7zXZ\0", "xz data", "unpack it first"),
    (b"\x7fELF", "a program", "name files with manifests"),
    (
        b"\0asm",
        "a WebAssembly module",
        "name files with manifests",
    ),
    (b"\x89PNG", "a picture", "name files with manifests"),
    (b"%PDF-", "a PDF", "name files with manifests"),
    (
        b"k8s\0",
        "protobuf, as etcd stores objects",
        "ask kubectl for `-o yaml`",
    ),
];

/// Where an archive of tar says so, as POSIX has it for the header of each of its files.
const TAR: (usize, &[u8]) = (257, b"ustar");

/// The text of a file. What can't be read comes with as much of the text as can be shown.
pub(super) fn text(bytes: Vec<u8>) -> (String, Option<NotText>) {
    if let Some((_, what, hint)) = SIGNATURES
        .iter()
        .find(|(start, ..)| bytes.starts_with(start))
    {
        return (
            String::new(),
            Some(not_text(format!("this is {what}, not text"), *hint, 0..0)),
        );
    }
    if bytes.get(TAR.0..).is_some_and(|at| at.starts_with(TAR.1)) {
        let message = "this is a tar archive, not text".to_owned();
        return (
            String::new(),
            Some(not_text(message, "unpack it first: tar -xf FILE", 0..0)),
        );
    }
    if let Some(big_endian) = utf16(&bytes) {
        return decode_utf16(&bytes, big_endian);
    }
    let error = match String::from_utf8(bytes) {
        Ok(text) => return (text, None),
        Err(error) => error,
    };
    let at = error.utf8_error().valid_up_to();
    let bytes = error.as_bytes();
    if bytes.contains(&0) {
        let message = "this is binary data, not text".to_owned();
        return (
            String::new(),
            Some(not_text(message, "name files with manifests", 0..0)),
        );
    }
    let byte = bytes.get(at).copied().unwrap_or_default();
    let line = bytes[..at].iter().filter(|b| **b == b'\n').count() + 1;
    let message = format!("byte {at} of the file, 0x{byte:02X} in line {line}, is not UTF-8");
    let hint = "save the file as UTF-8; of Latin-1, `iconv -f latin1 -t utf-8` makes it";
    let text = String::from_utf8_lossy(bytes).into_owned();
    let place = at..at + char::REPLACEMENT_CHARACTER.len_utf8();
    (text, Some(not_text(message, hint, place)))
}

fn not_text(message: String, hint: impl Into<String>, place: Range<usize>) -> NotText {
    let hint = hint.into();
    NotText {
        message,
        hint,
        place,
    }
}

/// Whether this is UTF-16, and then whether the high byte comes first: by its byte order mark, or because
/// every other byte of the beginning is zero.
fn utf16(bytes: &[u8]) -> Option<bool> {
    match bytes {
        [0xFF, 0xFE, 0, 0, ..] => return None,
        [0xFF, 0xFE, ..] => return Some(false),
        [0xFE, 0xFF, ..] => return Some(true),
        _ => {}
    }
    let start = &bytes[..bytes.len().min(64) & !1];
    let zeros = |odd: usize| {
        start
            .iter()
            .skip(odd)
            .step_by(2)
            .filter(|b| **b == 0)
            .count()
    };
    let (even, odd, half) = (zeros(0), zeros(1), start.len() / 2);
    let most = |count: usize| half >= 2 && count * 4 > half * 3;
    if most(odd) && even * 4 < half {
        Some(false)
    } else if most(even) && odd * 4 < half {
        Some(true)
    } else {
        None
    }
}

fn decode_utf16(bytes: &[u8], big_endian: bool) -> (String, Option<NotText>) {
    let unit = |pair: &[u8]| {
        let pair = [pair[0], pair[1]];
        if big_endian {
            u16::from_be_bytes(pair)
        } else {
            u16::from_le_bytes(pair)
        }
    };
    let units = bytes.chunks_exact(2).map(unit);
    let mut text = String::with_capacity(bytes.len() / 2);
    let mut broken = None;
    let mut at = 0;
    for character in char::decode_utf16(units) {
        let character = character.unwrap_or_else(|_| {
            broken.get_or_insert((at, text.len()));
            char::REPLACEMENT_CHARACTER
        });
        at += 2 * character.len_utf16();
        // A byte order mark belongs to the encoding.
        if !(character == '\u{feff}' && text.is_empty()) {
            text.push(character);
        }
    }
    if !bytes.len().is_multiple_of(2) {
        broken.get_or_insert((bytes.len() - 1, text.len()));
        text.push(char::REPLACEMENT_CHARACTER);
    }
    let error = broken.map(|(at, place)| {
        let message = format!("byte {at} of the file is not UTF-16, in which the file begins");
        let place = place..place + char::REPLACEMENT_CHARACTER.len_utf8();
        not_text(message, "save the file as UTF-8", place)
    });
    (text, error)
}

#[cfg(test)]
mod tests {
    fn utf16(text: &str, big_endian: bool) -> Vec<u8> {
        let bytes = |unit: u16| {
            if big_endian {
                unit.to_be_bytes()
            } else {
                unit.to_le_bytes()
            }
        };
        text.encode_utf16().flat_map(bytes).collect()
    }

    #[test]
    fn utf_16_is_read_with_and_without_its_mark() {
        let text = "kind: Service # 😀 é\n";
        for big_endian in [false, true] {
            assert_eq!(super::text(utf16(text, big_endian)), (text.into(), None));
            let marked = utf16(&format!("\u{feff}{text}"), big_endian);
            assert_eq!(super::text(marked), (text.into(), None));
        }
    }

    #[test]
    fn utf_8_stays_as_it_is() {
        for text in ["", "a", "ab", "a: é", "\u{feff}a: b", "a\0b"] {
            assert_eq!(super::text(text.into()), (text.into(), None));
        }
    }

    #[test]
    fn what_is_no_text_is_named() {
        let latin1 = b"a: b\nname: caf\xe9\n".to_vec();
        let mut cut = utf16("\u{feff}a: b", false);
        cut.push(b'x');
        for (bytes, expected, place) in [
            (
                latin1,
                "byte 14 of the file, 0xE9 in line 2, is not UTF-8",
                14..17,
            ),
            (
                b"\x1f\x8b\x08\0".to_vec(),
                "this is gzip data, not text",
                0..0,
            ),
            (
                [b"base/route.yaml".as_slice(), &[0; 242], b"ustar\x0000"].concat(),
                "this is a tar archive, not text",
                0..0,
            ),
            (
                b"a\0\xff\xfe\xff".to_vec(),
                "this is binary data, not text",
                0..0,
            ),
            (
                cut,
                "byte 10 of the file is not UTF-16, in which the file begins",
                4..7,
            ),
        ] {
            let (text, error) = super::text(bytes);
            let error = error.unwrap();
            assert_eq!((&*error.message, error.place.clone()), (expected, place));
            assert!(text.get(error.place).is_some());
        }
    }
}
