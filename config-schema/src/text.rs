//! Texts whose form other specifications fix: tokens, host names, port numbers.

/// Whether a byte can be in a [token](is_token).
#[must_use]
pub const fn is_token_byte(byte: u8) -> bool {
    // "tchar = "!" / "#" / "$" / "%" / "&" / "'" / "*" / "+" / "-" / "." / "^" / "_" / "`" / "|" /
    // "~" / DIGIT / ALPHA" (RFC 9110, 5.6.2)
    byte.is_ascii_alphanumeric()
        || matches!(
            byte,
            b'!' | b'#'
                | b'$'
                | b'%'
                | b'&'
                | b'\''
                | b'*'
                | b'+'
                | b'-'
                | b'.'
                | b'^'
                | b'_'
                | b'`'
                | b'|'
                | b'~'
        )
}

/// Whether `text` is a token of RFC 9110, which names of headers, methods and cookies are.
#[must_use]
pub fn is_token(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(is_token_byte)
}

/// The number of a port, from 1, in digits. `u16::from_str` would take a sign as well.
#[must_use]
pub fn port_number(digits: &[u8]) -> Option<u16> {
    let number = digits.iter().try_fold(0_u16, |number, byte| {
        let digit = byte.checked_sub(b'0').filter(|digit| *digit < 10)?;
        number.checked_mul(10)?.checked_add(u16::from(digit))
    });
    number.filter(|number| *number > 0)
}

/// Whether a header says where a body ends. The proxy writes it to fit what it sends: with another
/// value the rest of the body is read as the next message.
#[must_use]
pub fn frames_body(header: &str) -> bool {
    header.eq_ignore_ascii_case("content-length")
        || header.eq_ignore_ascii_case("transfer-encoding")
}

/// Whether `host` is a host name in lower case.
pub(crate) fn is_host(host: &str) -> bool {
    !host.is_empty()
        && host.len() <= 253
        && host
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'.')
        && host
            .split('.')
            .all(|label| !label.is_empty() && !label.starts_with('-') && !label.ends_with('-'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_are_digits_without_sign() {
        let table: [(&[u8], _); 9] = [
            (b"1", Some(1)),
            (b"080", Some(80)),
            (b"65535", Some(65535)),
            (b"", None),
            (b"0", None),
            (b"65536", None),
            (b"+80", None),
            (b"-80", None),
            (b" 80", None),
        ];
        for (text, number) in table {
            assert_eq!(port_number(text), number, "{text:?}");
        }
    }

    #[test]
    fn tokens_are_those_of_rfc_9110() {
        for text in ["a", "X-Y", "!#$%&'*+-.^_`|~", "0"] {
            assert!(is_token(text), "{text}");
        }
        for text in ["", "a b", "a:", "\u{e9}", "a\"", "(a)", "a\u{7f}"] {
            assert!(!is_token(text), "{text}");
        }
    }
}
