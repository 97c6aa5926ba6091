//! Mistakes of each encoding, as they would show in what is written.

use gamma_config::Method;
use serde_json::Value;

use crate::{
    order::{PathSet, RequestCondition, ValueSet},
    route::RouteRule,
    written::WrittenRoute,
};

/// A mistake, and what it makes of a rule: once for each place that it can be made at.
pub(super) type Mistake = (&'static str, fn(&RouteRule) -> Vec<RouteRule>);

/// A mistake, and what it makes of the rules of a route.
pub(super) type MistakeBetween = (&'static str, fn(&WrittenRoute) -> Vec<Vec<RouteRule>>);

/// Mistakes in the matches of one rule.
pub(super) const IN_RULES: [Mistake; 19] = [
    ("a match is forgotten", |rule| {
        let others = (0..rule.matches.len()).map(|at| {
            let mut rule = rule.clone();
            rule.matches.remove(at);
            rule.spans.remove(at);
            rule
        });
        others.collect()
    }),
    ("a text prefix has no rest beside its elements", |rule| {
        let is_rest = |path: &PathSet| matches!(path, PathSet::Pattern(p) if p.ends_with("[^/].*"));
        let mut without = rule.clone();
        without.matches.retain(|m| !is_rest(&m.path));
        different(rule, without)
    }),
    ("the rest of a text prefix has what is below it", |rule| {
        paths(rule, |path| match path {
            PathSet::Pattern(pattern) => {
                let wide = pattern.strip_suffix("[^/].*")?;
                Some(PathSet::Pattern(format!("{wide}.+")))
            }
            _ => None,
        })
    }),
    ("a path below another has that as well", |rule| {
        paths(rule, |path| match path {
            PathSet::Pattern(pattern) => {
                let below = pattern.strip_suffix("/.*")?;
                Some(PathSet::Pattern(format!("{below}(/.*)?")))
            }
            _ => None,
        })
    }),
    ("an exact path is a prefix", |rule| {
        paths(rule, |path| match path {
            PathSet::Exact(path) => Some(PathSet::below(path)),
            _ => None,
        })
    }),
    ("a prefix is an exact path", |rule| {
        paths(rule, |path| match path {
            PathSet::Prefix(path) if !path.is_empty() => Some(PathSet::Exact(path.clone())),
            _ => None,
        })
    }),
    ("an intersection keeps the shorter path", |rule| {
        paths(rule, |path| match path {
            PathSet::Prefix(path) | PathSet::Exact(path) => {
                let (shorter, _) = path.rsplit_once('/')?;
                Some(PathSet::Prefix(shorter.into()))
            }
            PathSet::Pattern(_) => None,
        })
    }),
    ("a raised path is as short as before", |rule| {
        paths(rule, |path| match path {
            PathSet::Pattern(pattern) => {
                let raised = pattern.strip_prefix('[')?;
                let rest = raised.trim_start_matches('/').strip_prefix(']')?;
                let plain = format!("/{rest}");
                Some(match plain.strip_suffix("(/.*)?") {
                    Some(prefix) => PathSet::Prefix(prefix.into()),
                    None => PathSet::Pattern(plain),
                })
            }
            _ => None,
        })
    }),
    ("case is not ignored", |rule| {
        paths(rule, |path| match path {
            PathSet::Pattern(pattern) => lower(pattern).map(PathSet::Pattern),
            _ => None,
        })
    }),
    ("case is ignored", |rule| {
        paths(rule, |path| match path {
            PathSet::Exact(path) => Some(PathSet::Pattern(crate::order::quoted_in_any_case(path))),
            _ => None,
        })
    }),
    ("a pattern is a text", |rule| {
        paths(rule, |path| match path {
            PathSet::Pattern(pattern) => Some(PathSet::Exact(pattern.clone())),
            _ => None,
        })
    }),
    ("a method is forgotten", |rule| {
        conditions(rule, |condition| {
            condition.method.take()?;
            Some(())
        })
    }),
    ("a method is another", |rule| {
        conditions(rule, |condition| {
            let other = match condition.method? {
                Method::Post => Method::Put,
                _ => Method::Post,
            };
            condition.method = Some(other);
            Some(())
        })
    }),
    ("a header is forgotten", |rule| {
        conditions(rule, |condition| condition.headers.pop_first().map(|_| ()))
    }),
    ("a header has only to be there", |rule| {
        values(rule, |_| Some(ValueSet::any()))
    }),
    ("a value is the beginning of another", |rule| {
        values(rule, |set| match set {
            ValueSet::Exact(value) => Some(ValueSet::starting_with(value)),
            ValueSet::Pattern(pattern) => {
                let prefix = pattern
                    .strip_suffix(".*")
                    .filter(|prefix| !prefix.is_empty())?;
                Some(ValueSet::Exact(prefix.into()))
            }
        })
    }),
    ("an empty value is any", |rule| {
        values(rule, |set| match set {
            ValueSet::Pattern(pattern) if pattern.is_empty() => Some(ValueSet::any()),
            _ => None,
        })
    }),
    ("a query parameter is forgotten", |rule| {
        conditions(rule, |condition| {
            condition.query_params.pop_first().map(|_| ())
        })
    }),
    ("a query parameter is a header", |rule| {
        conditions(rule, |condition| {
            let (name, set) = condition.query_params.pop_first()?;
            condition.headers.insert(name, set);
            Some(())
        })
    }),
];

/// Mistakes in what one rule does.
pub(super) const IN_ACTIONS: [Mistake; 8] = [
    ("a backend is forgotten", |rule| {
        members(rule, "/backendRefs", |refs| {
            let refs = refs.as_array_mut()?;
            (refs.len() > 1).then(|| refs.pop())?;
            Some(())
        })
    }),
    ("a weight is another", |rule| {
        members(rule, "/backendRefs/0/weight", |weight| {
            *weight = (weight.as_u64()? + 1).into();
            Some(())
        })
    }),
    ("weights are left out", |rule| {
        members(rule, "/backendRefs/0", |backend| {
            backend.as_object_mut()?.shift_remove("weight").map(|_| ())
        })
    }),
    ("a port is another", |rule| {
        members(rule, "/backendRefs/0/port", |port| {
            *port = if *port == 80 { 8080 } else { 80 }.into();
            Some(())
        })
    }),
    ("a namespace is that of the route", |rule| {
        members(rule, "/backendRefs/0", |backend| {
            backend
                .as_object_mut()?
                .shift_remove("namespace")
                .map(|_| ())
        })
    }),
    ("a rewrite is forgotten", |rule| {
        let mut without = rule.clone();
        without.members.shift_remove("filters");
        different(rule, without)
    }),
    (
        "a new prefix lacks what an intersection is longer by",
        |rule| {
            members(
                rule,
                "/filters/0/urlRewrite/path/replacePrefixMatch",
                |prefix| {
                    let shorter = prefix.as_str()?.rsplit_once('/')?.0.to_owned();
                    *prefix = if shorter.is_empty() {
                        "/".into()
                    } else {
                        shorter.into()
                    };
                    Some(())
                },
            )
        },
    ),
    (
        "a new path lacks what an intersection is longer by",
        |rule| {
            members(rule, "/filters/0/urlRewrite/path/replaceFullPath", |path| {
                let shorter = path.as_str()?.rsplit_once('/')?.0.to_owned();
                *path = if shorter.is_empty() {
                    "/".into()
                } else {
                    shorter.into()
                };
                Some(())
            })
        },
    ),
];

/// Mistakes in how rules stand to each other.
pub(super) const BETWEEN_RULES: [MistakeBetween; 4] = [
    ("two rules have changed places", |route| {
        let pairs = (1..route.rules.len()).map(|at| {
            let mut rules = route.rules.clone();
            rules.swap(at - 1, at);
            rules
        });
        pairs.collect()
    }),
    ("a hole goes to another entry", |route| {
        let pairs = (1..route.rules.len()).map(|at| {
            let mut rules = route.rules.clone();
            let other = rules[at].members.clone();
            rules[at - 1].members = other;
            rules
        });
        pairs.collect()
    }),
    ("a rule is forgotten", |route| {
        let rest = (0..route.rules.len()).map(|at| {
            let mut rules = route.rules.clone();
            rules.remove(at);
            rules
        });
        rest.filter(|rules| !rules.is_empty()).collect()
    }),
    ("a match is another rule's", |route| {
        let moved = (1..route.rules.len()).filter_map(|at| {
            let mut rules = route.rules.clone();
            let from = &mut rules[at - 1];
            let (r#match, span) = (from.matches.pop()?, from.spans.pop()?);
            rules[at].matches.push(r#match);
            rules[at].spans.push(span);
            Some(rules)
        });
        moved.collect()
    }),
];

fn different(rule: &RouteRule, other: RouteRule) -> Vec<RouteRule> {
    if *rule == other {
        Vec::new()
    } else {
        vec![other]
    }
}

/// One rule for each match that `change` changes.
fn conditions(
    rule: &RouteRule,
    change: impl Fn(&mut RequestCondition) -> Option<()>,
) -> Vec<RouteRule> {
    let each = (0..rule.matches.len()).filter_map(|at| {
        let mut rule = rule.clone();
        change(&mut rule.matches[at])?;
        Some(rule)
    });
    each.collect()
}

fn paths(rule: &RouteRule, change: impl Fn(&PathSet) -> Option<PathSet>) -> Vec<RouteRule> {
    conditions(rule, |condition| {
        condition.path = change(&condition.path)?;
        Some(())
    })
}

fn values(rule: &RouteRule, change: impl Fn(&ValueSet) -> Option<ValueSet>) -> Vec<RouteRule> {
    conditions(rule, |condition| {
        let set = condition.headers.values_mut().next()?;
        *set = change(set)?;
        Some(())
    })
}

fn members(
    rule: &RouteRule,
    pointer: &str,
    change: impl Fn(&mut Value) -> Option<()>,
) -> Vec<RouteRule> {
    let mut changed = rule.clone();
    let mut members = Value::Object(changed.members);
    let done = members.pointer_mut(pointer).and_then(change);
    let Value::Object(members) = members else {
        unreachable!("it was one")
    };
    changed.members = members;
    done.map(|()| changed).into_iter().collect()
}

/// `[aA]` as `a`.
fn lower(pattern: &str) -> Option<String> {
    let (before, rest) = pattern.split_once('[')?;
    let (class, behind) = rest.split_once(']')?;
    let mut letters = class.chars();
    let letter = letters.next().filter(char::is_ascii_lowercase)?;
    (letters.as_str() == letter.to_ascii_uppercase().to_string())
        .then(|| format!("{before}{letter}{behind}"))
}
