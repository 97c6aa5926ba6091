//! `condition` of a ServiceProfile's route: which requests it is for.

use gamma_config::Method;
use gamma_manifest::{
    diagnostic::codes,
    source::{Span, Spanned},
    yaml::{Field, ObjectReader},
};
use gamma_pattern::Dfa;

use super::pattern::as_read;
use crate::{
    draft::UnspeakableMatch,
    order::{Meet, PathSet, RequestCondition},
    report::Findings,
};

/// How deep `all`, `any` and `not` may be nested.
const DEEPEST: usize = 32;
/// Conjunctions that a condition may become.
const MOST_ALTERNATIVES: usize = 256;

/// "RequestMatch".
#[derive(Debug, Clone)]
pub(super) enum ProfileCondition {
    Path(Spanned<String>),
    Method(Spanned<String>),
    All(Vec<ProfileCondition>),
    Any(Vec<ProfileCondition>),
    Not(Box<ProfileCondition>),
}

/// One way to meet a condition: `only` must hold, and none of `except`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Alternative {
    pub(super) only: RequestCondition,
    pub(super) except: Vec<RequestCondition>,
}

impl ProfileCondition {
    pub(super) fn read(field: &Field<'_>, findings: &mut Findings<'_>) -> Option<Self> {
        Self::nested(field, 0, findings)
    }

    /// Several members of one object must all hold.
    fn nested(field: &Field<'_>, depth: usize, findings: &mut Findings<'_>) -> Option<Self> {
        if depth > DEEPEST {
            let message = format!("`{}` is nested too deep", field.path);
            let hint = "write it with fewer of `all`, `any` and `not` in each other";
            findings.refuse(&codes::INVALID_VALUE, field.node.span, message, hint);
            return None;
        }
        let mut object = ObjectReader::open(field, findings)?;
        let mut parts = Vec::new();
        if let Some(path) = object.string("pathRegex", findings) {
            parts.push(Self::path(path, findings));
        }
        parts.extend(object.string("method", findings).map(Self::Method));
        for (name, of) in [("all", Self::All as fn(_) -> _), ("any", Self::Any)] {
            let Some(list) = object.take(name, findings) else {
                continue;
            };
            let items = list.list(findings);
            let items = items.iter();
            parts.push(of(items
                .filter_map(|item| Self::nested(item, depth + 1, findings))
                .collect()));
        }
        if let Some(not) = object.take("not", findings) {
            let not = Self::nested(&not, depth + 1, findings)?;
            parts.push(Self::Not(Box::new(not)));
        }
        object.finish(findings);
        if parts.is_empty() {
            let message = format!("`{}` asks for nothing", field.path);
            let hint = "write `pathRegex`, `method`, `all`, `any` or `not`";
            findings.refuse(&codes::MISSING_FIELD, field.node.span, message, hint);
        }
        if parts.len() == 1 {
            return parts.pop();
        }
        Some(Self::All(parts))
    }

    fn path(pattern: Spanned<String>, findings: &mut Findings<'_>) -> Self {
        let (written, says_more) = as_read(&pattern.value);
        if let Err(error) = Dfa::of(&written) {
            let message = format!(
                "`{}` can't be used as a regular expression: {error}",
                pattern.value
            );
            let hint = "write it in RE2's syntax, shorter if it is too large";
            findings.refuse(&codes::INVALID_VALUE, pattern.span, message, hint);
        } else if says_more {
            findings.say(
                &codes::PATTERN_AS_READ,
                pattern.span,
                format!("`{}` takes paths that only begin or end so", pattern.value),
                format!("Linkerd anchors the first alternative at the beginning and the last one at the end; the route has `{written}`"),
                "put the alternatives into a group if only these were meant",
            );
        }
        Self::Path(pattern)
    }

    /// The ways to meet it.
    pub(super) fn alternatives(&self, span: Span) -> Result<Vec<Alternative>, UnspeakableMatch> {
        self.signed(true, span)
    }

    /// The ways to meet it, or to fail to, where it is not `wanted`.
    fn signed(&self, wanted: bool, span: Span) -> Result<Vec<Alternative>, UnspeakableMatch> {
        match self {
            Self::Path(pattern) => Ok(vec![literal(path_condition(&pattern.value), wanted)]),
            Self::Method(method) => {
                // Linkerd makes capitals of it.
                let known = Method::ALL
                    .iter()
                    .find(|known| known.as_str().eq_ignore_ascii_case(&method.value));
                let method = known.copied().ok_or_else(|| UnspeakableMatch {
                    span: method.span,
                    message: format!("the Gateway API has no method `{}`", method.value),
                })?;
                let condition = RequestCondition {
                    method: Some(method),
                    ..RequestCondition::default()
                };
                Ok(vec![literal(condition, wanted)])
            }
            Self::Not(of) => of.signed(!wanted, span),
            // Not all of them: any of them is not met.
            Self::All(of) if wanted => all(of, wanted, span),
            Self::Any(of) if !wanted => all(of, wanted, span),
            Self::All(of) | Self::Any(of) => {
                let mut ways = Vec::new();
                for part in of {
                    ways.extend(part.signed(wanted, span)?);
                }
                bounded(ways, span)
            }
        }
    }
}

fn path_condition(pattern: &str) -> RequestCondition {
    let (written, _) = as_read(pattern);
    let path = match &*written {
        ".*" | "/.*" => PathSet::any(),
        // Without operators it is a path.
        plain if is_plain(plain) => PathSet::Exact(plain.to_owned()),
        _ => PathSet::Pattern(written),
    };
    RequestCondition {
        path,
        ..RequestCondition::default()
    }
}

/// Whether it is a path that the API takes as an exact one. `.` is meant as any character, and mostly as itself: it stays.
fn is_plain(pattern: &str) -> bool {
    let is_safe = |b: u8| b.is_ascii_alphanumeric() || b"-/_~!&',;=:@%".contains(&b);
    pattern.starts_with('/') && crate::order::can_be_prefix(pattern) && pattern.bytes().all(is_safe)
}

fn literal(condition: RequestCondition, wanted: bool) -> Alternative {
    if wanted {
        Alternative {
            only: condition,
            except: Vec::new(),
        }
    } else {
        Alternative {
            only: RequestCondition::default(),
            except: vec![condition],
        }
    }
}

/// The ways to meet every part, each with its sign.
fn all(
    parts: &[ProfileCondition],
    wanted: bool,
    span: Span,
) -> Result<Vec<Alternative>, UnspeakableMatch> {
    let mut ways = vec![Alternative::default()];
    for part in parts {
        let more = part.signed(wanted, span)?;
        let mut met = Vec::new();
        for one in &ways {
            for other in &more {
                met.extend(both(one, other, span)?);
            }
        }
        ways = bounded(met, span)?;
    }
    Ok(ways)
}

fn both(
    one: &Alternative,
    other: &Alternative,
    span: Span,
) -> Result<Option<Alternative>, UnspeakableMatch> {
    let only = match one.only.meet(&other.only) {
        Meet::Nothing => return Ok(None),
        Meet::Condition(only) => only,
        Meet::Unspeakable => {
            return Err(UnspeakableMatch {
                span,
                message: "two regular expressions must hold of one path".into(),
            });
        }
    };
    let mut except = one.except.clone();
    for condition in &other.except {
        if !except.contains(condition) {
            except.push(condition.clone());
        }
    }
    Ok(Some(Alternative { only, except }))
}

fn bounded(ways: Vec<Alternative>, span: Span) -> Result<Vec<Alternative>, UnspeakableMatch> {
    if ways.len() > MOST_ALTERNATIVES {
        return Err(UnspeakableMatch {
            span,
            message: format!("the condition becomes more than {MOST_ALTERNATIVES} matches"),
        });
    }
    Ok(ways)
}
