//! Decodes base64 (RFC 4648, section 4). The crate that writes it decodes four times as fast, in ten times the code, which
//! would be in the filter's module; what is read there is compressed, and takes far longer to read than to decode.

/// What `text` stands for. `None` unless it is what an encoder writes: groups of four, the last one filled up with `=`,
/// and no bit in it that belongs to no byte.
pub(crate) fn from_base64(text: &str) -> Option<Vec<u8>> {
    let (groups, []) = text.as_bytes().as_chunks::<4>() else {
        return None;
    };
    let digits = text.strip_suffix("==");
    let digits = digits.or_else(|| text.strip_suffix('=')).unwrap_or(text);
    let mut bytes = Vec::with_capacity(groups.len().saturating_mul(3));
    for group in digits.as_bytes().chunks(4) {
        let filled = group.iter().copied().chain(std::iter::repeat(b'A'));
        let bits = filled.take(4).try_fold(0_u32, |bits, byte| {
            Some(bits << 6 | u32::from(digit(byte)?))
        })?;
        let [_, of_group @ ..] = bits.to_be_bytes();
        let (written, left_over) = of_group.split_at_checked(group.len().saturating_sub(1))?;
        if left_over.iter().any(|&byte| byte != 0) {
            return None;
        }
        bytes.extend_from_slice(written);
    }
    Some(bytes)
}

/// The six bits of a digit.
fn digit(byte: u8) -> Option<u8> {
    let (first, value) = match byte {
        b'A'..=b'Z' => (b'A', 0),
        b'a'..=b'z' => (b'a', 26),
        b'0'..=b'9' => (b'0', 52),
        b'+' => (b'+', 62),
        b'/' => (b'/', 63),
        _ => return None,
    };
    Some(byte.wrapping_sub(first).wrapping_add(value))
}

#[cfg(test)]
mod tests {
    use base64::{Engine as _, engine::general_purpose::STANDARD};

    use super::*;

    #[test]
    fn all_lengths_and_bytes_are_read() {
        for len in 0..=256 {
            let bytes: Vec<u8> = (0..len).map(|n| (n * 7 + len) as u8).collect();
            assert_eq!(from_base64(&STANDARD.encode(&bytes)), Some(bytes), "{len}");
        }
    }

    #[test]
    fn what_no_encoder_writes_is_refused() {
        for text in [
            "=", "==", "====", "A", "A=", "A==", "A===", "AA", "AA=", "AAA", "AAAAA", "AB==",
            "AAB=", "AA==AAAA", "AA=A", "A=AA", "=AAA", "AAA\n", "AA A", "AA-_", "AA\u{e9}",
            "AA*=",
        ] {
            assert_eq!(from_base64(text), None, "{text:?}");
            assert!(STANDARD.decode(text).is_err(), "{text:?}");
        }
    }

    /// Every text of four bytes of these, behind a whole group or alone.
    #[test]
    fn the_crate_reads_the_same() {
        const BYTES: &[u8; 8] = b"AQgw9/=-";
        for number in 0..8_usize.pow(4) {
            let group: String = (0..4)
                .map(|at| char::from(BYTES[number >> (3 * at) & 7]))
                .collect();
            for text in [format!("Zm9v{group}"), group] {
                assert_eq!(from_base64(&text), STANDARD.decode(&text).ok(), "{text}");
            }
        }
    }
}
