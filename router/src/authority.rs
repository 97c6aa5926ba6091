//! Splits hosts from ports in authorities and origins, and matches hosts with patterns.

/// Splits `host:port`; the colons of `[::1]` do not count.
#[must_use]
#[inline]
pub fn split_port(authority: &[u8]) -> (&[u8], Option<&[u8]>) {
    match authority.iter().rposition(|&b| b == b':') {
        Some(colon)
            if authority
                .get(colon..)
                .is_some_and(|tail| !tail.contains(&b']')) =>
        {
            let (host, port) = authority.split_at(colon);
            (host, port.get(1..))
        }
        _ => (authority, None),
    }
}

/// The number of a port. `*DIGIT` (RFC 3986): no sign, unlike `u16::from_str`.
#[must_use]
#[inline]
pub fn port_number(digits: &[u8]) -> Option<u16> {
    let is_number = digits.iter().all(u8::is_ascii_digit);
    std::str::from_utf8(digits)
        .ok()
        .filter(|_| is_number)?
        .parse()
        .ok()
}

/// A host name, or `*.` and one, where "`*.` is a wildcard for one or more labels"
/// (HTTPRouteSpec.hostnames), or `*` for any. Compared in any case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostPattern {
    /// `.example.com` for `*.example.com`.
    name: Box<str>,
    is_wildcard: bool,
}

impl HostPattern {
    /// From its text, as in [`Match::hostname`](gamma_config::Match::hostname).
    #[must_use]
    pub fn new(pattern: &str) -> Self {
        let suffix = pattern.strip_prefix('*');
        Self {
            name: suffix.unwrap_or(pattern).into(),
            is_wildcard: suffix.is_some(),
        }
    }

    /// Whether `host` is meant.
    #[must_use]
    #[inline]
    pub fn matches(&self, host: &[u8]) -> bool {
        let name = self.name.as_bytes();
        if !self.is_wildcard {
            return name.eq_ignore_ascii_case(host);
        }
        host.len()
            .checked_sub(name.len())
            .filter(|&labels| labels > 0)
            .and_then(|labels| host.get(labels..))
            .is_some_and(|tail| name.eq_ignore_ascii_case(tail))
    }

    /// Whether the host of `authority` is meant: "Implementations MUST ignore any port value specified
    /// in the HTTP Host header" (HTTPRouteSpec.hostnames). A dot at its end means nothing.
    #[must_use]
    #[inline]
    pub fn matches_authority(&self, authority: &[u8]) -> bool {
        let (host, _) = split_port(authority);
        self.matches(host.strip_suffix(b".").unwrap_or(host))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_are_split_from_hosts() {
        let table: [(&str, &str, Option<&str>); 6] = [
            ("cart", "cart", None),
            ("cart:80", "cart", Some("80")),
            ("cart:", "cart", Some("")),
            ("[::1]", "[::1]", None),
            ("[::1]:80", "[::1]", Some("80")),
            ("", "", None),
        ];
        for (authority, host, port) in table {
            let expected = (host.as_bytes(), port.map(str::as_bytes));
            assert_eq!(split_port(authority.as_bytes()), expected, "{authority}");
        }
    }

    #[test]
    fn a_port_is_digits_without_a_sign() {
        let table = [
            ("80", Some(80)),
            ("0080", Some(80)),
            ("65535", Some(65535)),
            ("65536", None),
            ("+80", None),
            ("-80", None),
            ("", None),
            ("8o", None),
        ];
        for (digits, expected) in table {
            assert_eq!(port_number(digits.as_bytes()), expected, "{digits}");
        }
    }

    #[test]
    fn wildcards_stand_for_one_or_more_labels() {
        let table = [
            ("a.example", "A.Example:80", true),
            ("a.example", "a.example.", true),
            ("a.example", "b.a.example", false),
            ("*.example", "a.example", true),
            ("*.example", "a.b.EXAMPLE", true),
            ("*.example", "example", false),
            ("*.example", ".example", false),
            ("*", "a", true),
            ("*", "", false),
        ];
        for (pattern, authority, expected) in table {
            let pattern = HostPattern::new(pattern);
            assert_eq!(
                pattern.matches_authority(authority.as_bytes()),
                expected,
                "{pattern:?} {authority}"
            );
        }
    }
}
