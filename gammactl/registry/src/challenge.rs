//! `WWW-Authenticate`: how a registry wants to be told who asks.

/// What is asked for before a manifest is given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Challenge {
    /// User name and password with each request.
    Basic,
    /// A token that `realm` gives.
    Bearer {
        realm: String,
        /// Parameters of the request for the token, by name.
        parameters: Vec<(String, String)>,
    },
}

impl Challenge {
    /// Reads the value of a `WWW-Authenticate` header; `None` if nothing of it is known.
    pub(crate) fn parse(header: &str) -> Option<Self> {
        let (scheme, rest) = header.trim().split_once(' ').unwrap_or((header.trim(), ""));
        if scheme.eq_ignore_ascii_case("basic") {
            return Some(Self::Basic);
        }
        if !scheme.eq_ignore_ascii_case("bearer") {
            return None;
        }
        let (realm, parameters): (Vec<_>, Vec<_>) = parameters(rest)
            .into_iter()
            .filter(|(name, _)| ["realm", "service", "scope"].contains(&&**name))
            .partition(|(name, _)| name == "realm");
        let (_, realm) = realm.into_iter().next()?;
        Some(Self::Bearer { realm, parameters })
    }
}

/// `name="value"` or `name=value`, divided by commas that are not between quotes.
fn parameters(text: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut rest = text.trim();
    while let Some((name, after)) = rest.split_once('=') {
        let (value, after) = match after.strip_prefix('"') {
            Some(quoted) => quoted.split_once('"').unwrap_or((quoted, "")),
            None => after.split_at(after.find(',').unwrap_or(after.len())),
        };
        found.push((name.trim().to_ascii_lowercase(), value.trim().to_owned()));
        rest = after.trim_start_matches([',', ' ']);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_read() {
        let bearer = |realm: &str, parameters: &[(&str, &str)]| {
            let owned = |(name, value): &(&str, &str)| ((*name).into(), (*value).into());
            let parameters = parameters.iter().map(owned).collect();
            let realm = realm.into();
            Some(Challenge::Bearer { realm, parameters })
        };
        let hub = r#"Bearer realm="https://auth.docker.io/token",service="registry.docker.io",scope="repository:a/b:pull,push""#;
        let table = [
            (
                hub,
                bearer(
                    "https://auth.docker.io/token",
                    &[
                        ("service", "registry.docker.io"),
                        ("scope", "repository:a/b:pull,push"),
                    ],
                ),
            ),
            (
                "bearer realm=https://a/t, error=\"invalid_token\"",
                bearer("https://a/t", &[]),
            ),
            ("Basic realm=\"x\"", Some(Challenge::Basic)),
            ("Basic", Some(Challenge::Basic)),
            ("Bearer service=\"x\"", None),
            ("Digest realm=\"x\"", None),
            ("", None),
        ];
        for (header, expected) in table {
            assert_eq!(Challenge::parse(header), expected, "{header}");
        }
    }
}
