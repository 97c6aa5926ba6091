//! Compiles the paths that rewrites and redirects set, and says which of them are none.

use gamma_config as config;
use gamma_manifest::{
    PathModifier,
    diagnostic::{Diagnostic, Diagnostics, codes},
    source::Spanned,
};

/// What changes the path: each allows something else in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PathChange {
    /// The path that is forwarded.
    Rewrite,
    /// The path in a `location`, where a query and a fragment may follow.
    Redirect,
}

/// What `modifier` becomes, or what can't be done about it.
pub(super) fn compile(
    modifier: &PathModifier,
    change: PathChange,
    diagnostics: &mut Diagnostics,
) -> Result<config::PathModifier, Box<Diagnostic>> {
    let (text, full) = match modifier {
        PathModifier::ReplaceFullPath(full) => (full, true),
        PathModifier::ReplacePrefixMatch(prefix) => (prefix, false),
    };
    let path = &*text.value;
    if !path.starts_with('/') && (full || !path.is_empty()) {
        let hint = match path.split_once("://") {
            Some((_, rest)) => format!(
                "give the host by `hostname`, and here `/{}`",
                rest.split_once('/').unwrap_or_default().1
            ),
            None => format!("begin it with a slash: `/{path}`"),
        };
        return Err(refused(text, "it does not begin with `/`", hint));
    }
    let tail = path.find(['?', '#']).unwrap_or(path.len());
    if tail < path.len() && !(full && change == PathChange::Redirect) {
        let why = if full {
            "a path ends before its query, and a rewrite changes nothing else"
        } else {
            "the rest of the request's path would end up in the query"
        };
        let hint = format!(
            "write `{}`: the query of the request is kept",
            &path[..tail]
        );
        return Err(refused(text, why, hint));
    }
    let encoded = encoded(path);
    if encoded != path {
        diagnostics.push(
            Diagnostic::new(
                &codes::PART_REPLACED,
                text.span,
                format!("{path:?} has characters that no URL has"),
            )
            .why(format!("it is sent encoded: `{encoded}`"))
            .hint(format!("write `{encoded}`")),
        );
    }
    Ok(match modifier {
        PathModifier::ReplaceFullPath(_) => config::PathModifier::ReplaceFullPath(encoded),
        PathModifier::ReplacePrefixMatch(_) => config::PathModifier::ReplacePrefixMatch(encoded),
    })
}

/// `path` with all that is not printable ASCII percent-encoded.
fn encoded(path: &str) -> String {
    let mut encoded = String::with_capacity(path.len());
    for byte in path.bytes() {
        if byte.is_ascii_graphic() {
            encoded.push(byte.into());
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}

fn refused(text: &Spanned<String>, what: &str, hint: String) -> Box<Diagnostic> {
    Box::new(
        Diagnostic::new(
            &codes::PATH_CHANGE,
            text.span,
            format!("{:?} can't be the new path", text.value),
        )
        .why(format!("{what}; the requests are answered 500"))
        .hint(hint),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_printable_ascii_is_encoded() {
        let table = [
            ("/a%20b?c=d#e", "/a%20b?c=d#e"),
            ("/a b", "/a%20b"),
            ("/stra\u{df}e", "/stra%C3%9Fe"),
            ("/a\r\nx: y", "/a%0D%0Ax:%20y"),
        ];
        for (path, expected) in table {
            assert_eq!(encoded(path), expected);
        }
    }
}
