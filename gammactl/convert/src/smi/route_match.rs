//! Which requests a match of an HTTPRouteGroup is for.

use super::http_route_group::RouteMatch;
use crate::source_list::{SourceCondition, SourcePart, SourceText};

/// Operators of regular expressions.
const OPERATORS: [char; 14] = [
    '\\', '.', '+', '*', '?', '(', ')', '|', '[', ']', '{', '}', '^', '$',
];

impl RouteMatch {
    pub(super) fn condition(&self) -> SourceCondition {
        let methods = self.methods.iter();
        let any_method = self.methods.is_empty() || methods.clone().any(|m| m.value == "*");
        let methods = methods.map(|method| {
            SourceCondition::is(SourcePart::Method, SourceText::Exact(method.value.clone()))
        });
        let mut all = Vec::new();
        // "`*`" is every method, and so is none.
        if !any_method {
            all.push(SourceCondition::Any(methods.collect()));
        }
        all.extend(self.headers.iter().map(|(name, pattern)| {
            let text = SourceText::Regex(pattern.clone());
            SourceCondition::is(SourcePart::Header(name.clone()), text)
        }));
        let path = self.path_regex.as_deref().map(starting_with);
        all.extend(path.map(|text| SourceCondition::is(SourcePart::Path, text)));
        SourceCondition::All(all)
    }
}

/// Paths that begin with what `pattern` matches: it is "anchored at the beginning" only.
fn starting_with(pattern: &str) -> SourceText {
    let open = pattern.strip_prefix('^').unwrap_or(pattern);
    let open = open.strip_suffix(".*").unwrap_or(open);
    // What `.*` stood behind may be escaped, or be one of several.
    if open.contains(OPERATORS) {
        SourceText::Regex(format!("(?:{pattern}).*"))
    } else {
        SourceText::Prefix(open.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_need_only_begin_so() {
        let prefix = |text: &str| SourceText::Prefix(text.into());
        let regex = |text: &str| SourceText::Regex(text.into());
        for (pattern, expected) in [
            ("/metrics", prefix("/metrics")),
            ("^/metrics", prefix("/metrics")),
            ("/api/.*", prefix("/api/")),
            (".*", prefix("")),
            ("/a|/b", regex("(?:/a|/b).*")),
            ("/a$", regex("(?:/a$).*")),
            (r"/a\.*", regex(r"(?:/a\.*).*")),
            ("/[0-9]+", regex("(?:/[0-9]+).*")),
        ] {
            assert_eq!(starting_with(pattern), expected, "{pattern}");
        }
    }
}
