//! Path prefixes: whether a path has one, and what it becomes without it.

/// What follows `prefix` in `path`: empty, or beginning with `/`. `None` if it is not a prefix.
///
/// "Matches based on a URL path prefix split by `/`. Matching is … done on a path element by element
/// basis. … For example, the paths `/abc`, `/abc/`, and `/abc/def` would all match the prefix `/abc`,
/// but the path `/abcd` would not." "a trailing `/` is ignored" (PathMatchPathPrefix)
pub(super) fn remainder<'p>(prefix: &str, path: &'p str) -> Option<&'p str> {
    let prefix = prefix.strip_suffix('/').unwrap_or(prefix);
    // "`/` … has the effect of matching every HTTP request."
    if prefix.is_empty() {
        return Some(path);
    }
    let rest = path.strip_prefix(prefix)?;
    (rest.is_empty() || rest.starts_with('/')).then_some(rest)
}

/// The path after ReplacePrefixMatch.
///
/// "a request to `/foo/bar` with a prefix match of `/foo` and a ReplacePrefixMatch of `/xyz` would be
/// modified to `/xyz/bar`. … Note that this matches the behavior of the PathPrefix match type. …
/// a trailing `/` is ignored" (HTTPPathModifier.replacePrefixMatch); "never `//` where a slash was
/// not doubled before" (semantics.md).
pub(super) fn replaced(path: &str, prefix: &str, replacement: &str) -> String {
    let rest = remainder(prefix, path).unwrap_or(path);
    let path = if rest.is_empty() {
        replacement.to_owned()
    } else {
        let replacement = replacement.strip_suffix('/').unwrap_or(replacement);
        format!("{replacement}{rest}")
    };
    if path.is_empty() { "/".into() } else { path }
}

#[cfg(test)]
mod tests {
    use super::replaced;

    #[test]
    fn the_table_of_the_api() {
        for (path, prefix, replacement, result) in [
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
            ("/product", "/", "/public/", "/public/product"),
        ] {
            assert_eq!(
                replaced(path, prefix, replacement),
                result,
                "{path} {prefix} {replacement}"
            );
        }
    }
}
