//! Which requests a match of an HTTPRouteGroup is for.

use gamma_config::Method;

use super::http_route_group::RouteMatch;
use crate::{
    draft::UnspeakableMatch,
    order::{ListEntry, PathSet, RequestCondition, ValueSet, with_text_prefix},
};

/// Operators of regular expressions.
const OPERATORS: [char; 14] = [
    '\\', '.', '+', '*', '?', '(', ')', '|', '[', ']', '{', '}', '^', '$',
];

impl RouteMatch {
    /// Entries for its requests, which have `effect` and are called `origin`.
    pub(super) fn entries(
        &self,
        effect: usize,
        origin: usize,
    ) -> Result<Vec<ListEntry>, UnspeakableMatch> {
        let mut condition = RequestCondition::default();
        for (name, pattern) in &self.headers {
            let set = ValueSet::Pattern(pattern.clone());
            if condition.headers.insert(name.clone(), set).is_some() {
                return Err(UnspeakableMatch {
                    span: self.span,
                    message: format!("header `{name}` is asked for twice"),
                });
            }
        }
        let mut entries = Vec::new();
        for method in self.methods()? {
            let entry = ListEntry {
                condition: RequestCondition {
                    method,
                    ..condition.clone()
                },
                except: Vec::new(),
                replaces_prefix: false,
                effect,
                origin,
            };
            entries.extend(match &self.path_regex {
                None => vec![entry],
                Some(pattern) => starting_with(&entry, pattern),
            });
        }
        Ok(entries)
    }

    /// "`*`" is every method, and so is none.
    fn methods(&self) -> Result<Vec<Option<Method>>, UnspeakableMatch> {
        if self.methods.is_empty() || self.methods.iter().any(|method| method.value == "*") {
            return Ok(vec![None]);
        }
        let methods = self.methods.iter().map(|wanted| {
            let mut known = Method::ALL.iter();
            let known = known.find(|known| known.as_str() == wanted.value);
            known.map(|&method| Some(method)).ok_or(UnspeakableMatch {
                span: wanted.span,
                message: format!("the Gateway API has no method `{}`", wanted.value),
            })
        });
        methods.collect()
    }
}

/// `entry` for paths that begin with what `pattern` matches: "anchored at the beginning" only. A plain text becomes a prefix.
fn starting_with(entry: &ListEntry, pattern: &str) -> Vec<ListEntry> {
    let open = pattern.strip_prefix('^').unwrap_or(pattern);
    let open = open.strip_suffix(".*").unwrap_or(open);
    // What `.*` stood behind may be escaped, or be one of several.
    if !open.contains(OPERATORS) {
        return with_text_prefix(entry, open);
    }
    let mut entry = entry.clone();
    entry.condition.path = PathSet::Pattern(format!("(?:{pattern}).*"));
    vec![entry]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_need_only_begin_so() {
        let entry = ListEntry {
            condition: RequestCondition::default(),
            except: Vec::new(),
            replaces_prefix: false,
            effect: 0,
            origin: 0,
        };
        let taken = |pattern: &str, path: &str| {
            let entries = starting_with(&entry, pattern);
            entries.iter().any(|entry| {
                let of = |condition: &RequestCondition| condition.path.has(path).unwrap();
                of(&entry.condition) && !entry.except.iter().any(of)
            })
        };
        for (pattern, path, expected) in [
            ("/metrics", "/metrics", true),
            ("/metrics", "/metricsx", true),
            ("/metrics", "/metric", false),
            ("^/metrics", "/metrics/x", true),
            ("/api/.*", "/api/x", true),
            ("/api/.*", "/api", false),
            (".*", "/", true),
            ("/.*", "/x", true),
            ("/a|/b", "/bc", true),
            ("/a|/b", "/c", false),
            ("/a$", "/a", true),
            ("/a$", "/ab", false),
            (r"/a\.*", "/a", true),
            (r"/a\.*", "/a..", true),
            ("/[0-9]+", "/12/x", true),
        ] {
            assert_eq!(taken(pattern, path), expected, "{pattern} {path}");
        }
    }
}
