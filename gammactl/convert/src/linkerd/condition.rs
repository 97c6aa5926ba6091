//! `condition` of a ServiceProfile's route: which requests it is for.

use gamma_manifest::{
    diagnostic::codes,
    source::Spanned,
    yaml::{Field, ObjectReader},
};
use gamma_pattern::Dfa;

use super::pattern::as_read;
use crate::{
    findings::Findings,
    source_list::{SourceCondition, SourcePart, SourceText},
};

/// How deep `all`, `any` and `not` may be nested.
const DEEPEST: usize = 32;
/// "RequestMatch".
#[derive(Debug, Clone)]
pub(super) enum ProfileCondition {
    Path(Spanned<String>),
    Method(Spanned<String>),
    All(Vec<ProfileCondition>),
    Any(Vec<ProfileCondition>),
    Not(Box<ProfileCondition>),
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

    /// The same as tests with signs.
    pub(super) fn source_condition(&self) -> SourceCondition {
        let each = |of: &[Self]| of.iter().map(Self::source_condition).collect();
        match self {
            Self::Path(pattern) => {
                let (written, _) = as_read(&pattern.value);
                let text = match &*written {
                    ".*" | "/.*" => SourceText::Any,
                    // Without operators it is a path.
                    plain if is_plain(plain) => SourceText::Exact(written),
                    _ => SourceText::Regex(written),
                };
                SourceCondition::is(SourcePart::Path, text)
            }
            // Linkerd makes capitals of it.
            Self::Method(method) => {
                let text = SourceText::Exact(method.value.to_ascii_uppercase());
                SourceCondition::is(SourcePart::Method, text)
            }
            Self::All(of) => SourceCondition::All(each(of)),
            Self::Any(of) => SourceCondition::Any(each(of)),
            Self::Not(of) => SourceCondition::Not(Box::new(of.source_condition())),
        }
    }
}

/// Whether no character of it is an operator. `.` is meant as any character, and mostly as itself: such a pattern stays one.
fn is_plain(pattern: &str) -> bool {
    let is_safe = |b: u8| b.is_ascii_alphanumeric() || b"-/_~!&',;=:@%".contains(&b);
    pattern.starts_with('/') && pattern.bytes().all(is_safe)
}
