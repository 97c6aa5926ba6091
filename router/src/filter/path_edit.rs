//! ReplaceFullPath and ReplacePrefixMatch, for redirects and rewrites alike.

/// A change of a path: HTTPPathModifier.
#[derive(Debug)]
pub(crate) enum PathEdit {
    ReplaceFullPath(Box<str>),
    ReplacePrefixMatch(Box<str>),
}

impl PathEdit {
    pub(crate) fn new(modifier: &gamma_config::PathModifier) -> Self {
        match modifier {
            gamma_config::PathModifier::ReplaceFullPath(path) => {
                Self::ReplaceFullPath(path.as_str().into())
            }
            gamma_config::PathModifier::ReplacePrefixMatch(prefix) => {
                Self::ReplacePrefixMatch(prefix.as_str().into())
            }
        }
    }

    /// Appends the new path to `out`. `path` is the request's, without query; the match's prefix
    /// covers its first `prefix_len` bytes.
    #[inline]
    pub(crate) fn apply(&self, path: &[u8], prefix_len: usize, out: &mut Vec<u8>) {
        match self {
            Self::ReplaceFullPath(full) => out.extend_from_slice(full.as_bytes()),
            Self::ReplacePrefixMatch(replacement) => {
                // The rest is empty or begins with `/`, because prefixes end between elements.
                let rest = path.get(prefix_len..).unwrap_or_default();
                match (replacement.as_bytes(), rest) {
                    ([], []) => out.push(b'/'),
                    (replacement, []) => out.extend_from_slice(replacement),
                    // "/foo/bar, prefix /foo, replacement /xyz/: /xyz/bar" (ReplacePrefixMatch)
                    ([replacement @ .., b'/'] | replacement, rest) => {
                        out.extend_from_slice(replacement);
                        out.extend_from_slice(rest);
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replace_prefix_match_follows_the_table_of_the_spec() {
        // Request, prefix, replacement, result.
        let table = [
            ("/foo/bar", "/foo", "/xyz", "/xyz/bar"),
            ("/foo/bar", "/foo", "/xyz/", "/xyz/bar"),
            ("/foo/bar", "/foo/", "/xyz", "/xyz/bar"),
            ("/foo/bar", "/foo/", "/xyz/", "/xyz/bar"),
            ("/foo", "/foo", "/xyz", "/xyz"),
            ("/foo/", "/foo", "/xyz", "/xyz/"),
            ("/foo/bar", "/foo", "", "/bar"),
            ("/foo/", "/foo", "", "/"),
            ("/foo", "/foo", "", "/"),
            ("/foo/", "/foo", "/", "/"),
            ("/foo", "/foo", "/", "/"),
            // Not in the table: traps that other proxies fell into.
            ("/product", "/", "/public/", "/public/product"),
            ("/product", "/", "/public", "/public/product"),
            ("/foo/bar", "/foo", "/", "/bar"),
            ("/foo//bar", "/foo", "/xyz", "/xyz//bar"),
        ];
        for (path, prefix, replacement, expected) in table {
            let modifier = PathEdit::ReplacePrefixMatch(replacement.into());
            let mut out = Vec::new();
            let prefix_len = prefix.trim_end_matches('/').len();
            modifier.apply(path.as_bytes(), prefix_len, &mut out);
            let result = String::from_utf8(out).unwrap();
            assert_eq!(result, expected, "{path}: {prefix} -> {replacement:?}");
        }
    }
}
