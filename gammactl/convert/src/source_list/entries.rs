//! Entries of a source's list in the terms of [`order`](crate::order).

use gamma_config::Method;

use super::{
    alternatives::SourceTest,
    condition::{SourceCondition, SourcePart, SourceText},
};
use crate::order::{
    ListEntry, Meet, PathSet, RequestCondition, ValueSet, can_be_exact, quoted, quoted_in_any_case,
    with_text_prefix,
};

/// An entry of a source's list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceEntry {
    /// What must hold of a request.
    pub condition: SourceCondition,
    /// As in [`ListEntry::replaces_prefix`].
    pub replaces_prefix: bool,
    /// As in [`ListEntry::effect`].
    pub effect: usize,
    /// As in [`ListEntry::origin`].
    pub origin: usize,
}

/// Something that no match of the Gateway API asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unspeakable {
    /// Of this part.
    Test(SourcePart),
    /// Alternatives, more than [`MOST_ALTERNATIVES`](super::MOST_ALTERNATIVES).
    TooMany,
}

impl SourceEntry {
    /// The same without negation but for exceptions, and without prefixes of texts. Nothing, if no request is meant.
    ///
    /// # Errors
    ///
    /// The Gateway API has no match for it.
    pub fn entries(&self) -> Result<Vec<ListEntry>, Unspeakable> {
        let alternatives = self.condition.alternatives().ok_or(Unspeakable::TooMany)?;
        let mut entries = Vec::new();
        for tests in &alternatives {
            entries.extend(self.alternative(tests)?);
        }
        Ok(entries)
    }

    fn alternative(&self, tests: &[SourceTest]) -> Result<Vec<ListEntry>, Unspeakable> {
        let everything = ListEntry {
            condition: RequestCondition::default(),
            except: Vec::new(),
            replaces_prefix: self.replaces_prefix,
            effect: self.effect,
            origin: self.origin,
        };
        let mut entries = vec![everything.clone()];
        for test in tests {
            entries = if test.holds {
                with(&entries, test, &everything)?
            } else {
                without(entries, test, &everything)?
            };
        }
        Ok(entries)
    }
}

/// Those requests of `entries` for which the test holds.
fn with(
    entries: &[ListEntry],
    test: &SourceTest,
    everything: &ListEntry,
) -> Result<Vec<ListEntry>, Unspeakable> {
    let unspeakable = || Unspeakable::Test(test.part.clone());
    let meant: Vec<ListEntry> = match &test.part {
        SourcePart::Path => paths(&test.text, everything),
        SourcePart::Method => match methods(test)? {
            Methods::All => return Ok(entries.to_vec()),
            Methods::Known(known) => known
                .into_iter()
                .map(|method| having(everything, of_method(method)))
                .collect(),
        },
        SourcePart::Host | SourcePart::Header(_) | SourcePart::QueryParam(_) => {
            let values = values(&test.text);
            // Missing or empty is no set of values.
            if test.missing_is_empty && values.has("").unwrap_or(true) {
                return Err(unspeakable());
            }
            vec![having(everything, of_value(&test.part, values))]
        }
    };
    let mut both = Vec::new();
    for entry in entries {
        for one in &meant {
            let condition = if entry.condition.path == PathSet::any() {
                // Whether a large pattern has any path need not be known.
                let path = one.condition.path.clone();
                let rest = having(
                    one,
                    RequestCondition {
                        path: PathSet::any(),
                        ..one.condition.clone()
                    },
                );
                match entry.condition.meet(&rest.condition) {
                    Meet::Condition(condition) => {
                        Meet::Condition(RequestCondition { path, ..condition })
                    }
                    other => other,
                }
            } else {
                entry.condition.meet(&one.condition)
            };
            match condition {
                Meet::Nothing => {}
                Meet::Condition(condition) => both.push(ListEntry {
                    except: entry.except.iter().chain(&one.except).cloned().collect(),
                    ..having(entry, condition)
                }),
                Meet::Unspeakable => return Err(unspeakable()),
            }
        }
    }
    Ok(both)
}

/// Those requests of `entries` for which the test does not hold.
fn without(
    mut entries: Vec<ListEntry>,
    test: &SourceTest,
    everything: &ListEntry,
) -> Result<Vec<ListEntry>, Unspeakable> {
    let exceptions = match &test.part {
        SourcePart::Path => excepted_paths(&test.text, everything),
        SourcePart::Method => match methods(test)? {
            Methods::All => return Ok(Vec::new()),
            Methods::Known(known) => known.into_iter().map(of_method).collect(),
        },
        SourcePart::Host | SourcePart::Header(_) | SourcePart::QueryParam(_) => {
            let values = values(&test.text);
            // A request without the header has the empty value: the header has to be there.
            if test.missing_is_empty && values.has("").unwrap_or(false) {
                entries = with(&entries, &there(&test.part), everything)?;
            }
            vec![of_value(&test.part, values)]
        }
    };
    for entry in &mut entries {
        entry.except.extend(exceptions.iter().cloned());
    }
    Ok(entries)
}

/// `entry` with another condition.
fn having(entry: &ListEntry, condition: RequestCondition) -> ListEntry {
    ListEntry {
        condition,
        ..entry.clone()
    }
}

fn there(part: &SourcePart) -> SourceTest {
    SourceTest {
        part: part.clone(),
        text: SourceText::Any,
        missing_is_empty: false,
        holds: true,
    }
}

fn of_path(path: PathSet) -> RequestCondition {
    RequestCondition {
        path,
        ..RequestCondition::default()
    }
}

fn of_method(method: Method) -> RequestCondition {
    RequestCondition {
        method: Some(method),
        ..RequestCondition::default()
    }
}

fn of_value(part: &SourcePart, values: ValueSet) -> RequestCondition {
    let mut condition = RequestCondition::default();
    match part {
        SourcePart::Header(name) => condition.headers.insert(name.clone(), values),
        SourcePart::QueryParam(name) => condition.query_params.insert(name.clone(), values),
        _ => condition.headers.insert("host".into(), values),
    };
    condition
}

/// The values of a header or of a query parameter.
fn values(text: &SourceText) -> ValueSet {
    match text {
        SourceText::Any => ValueSet::any(),
        // "value: minLength 1".
        SourceText::Exact(value) if value.is_empty() => ValueSet::Pattern(String::new()),
        SourceText::Exact(value) => ValueSet::Exact(value.clone()),
        SourceText::ExactInAnyCase(value) => ValueSet::Pattern(quoted_in_any_case(value)),
        SourceText::Prefix(prefix) => ValueSet::starting_with(prefix),
        SourceText::PrefixInAnyCase(prefix) => {
            ValueSet::Pattern(format!("{}.*", quoted_in_any_case(prefix)))
        }
        SourceText::Elements(text) => ValueSet::Pattern(PathSet::below(text).pattern()),
        SourceText::Regex(pattern) => ValueSet::Pattern(pattern.clone()),
    }
}

/// The methods of a test.
enum Methods {
    All,
    Known(Vec<Method>),
}

/// A test of the method has to be of all methods, or of none beyond those that the Gateway API has.
fn methods(test: &SourceTest) -> Result<Methods, Unspeakable> {
    let meant = values(&test.text);
    let names: Vec<&str> = Method::ALL.iter().map(|method| method.as_str()).collect();
    let known = ValueSet::Pattern(names.join("|"));
    // Whatever is registered is written in capital letters.
    if ValueSet::Pattern("[A-Z]+".into()).is_within(&meant) {
        return Ok(Methods::All);
    }
    let common = Method::ALL.iter().copied();
    let common: Vec<Method> = common
        .filter(|method| meant.has(method.as_str()).unwrap_or(false))
        .collect();
    if common.is_empty() || !meant.is_within(&known) {
        return Err(Unspeakable::Test(SourcePart::Method));
    }
    Ok(Methods::Known(common))
}

/// The paths of a text, whatever else is asked.
fn paths(text: &SourceText, everything: &ListEntry) -> Vec<ListEntry> {
    let is_path = |text: &str| text.starts_with('/') && !text.contains(['?', '#']);
    let one = |path: PathSet| vec![having(everything, of_path(path))];
    match text {
        SourceText::Any => one(PathSet::any()),
        SourceText::Exact(path) | SourceText::ExactInAnyCase(path) if !is_path(path) => Vec::new(),
        SourceText::ExactInAnyCase(path) => one(PathSet::Pattern(quoted_in_any_case(path))),
        SourceText::Exact(path) if can_be_exact(path) => one(PathSet::Exact(path.clone())),
        SourceText::Exact(path) => one(PathSet::Pattern(quoted(path))),
        SourceText::PrefixInAnyCase(prefix) if is_path(prefix) && prefix != "/" => one(
            PathSet::Pattern(format!("{}.*", quoted_in_any_case(prefix))),
        ),
        SourceText::Prefix(prefix) | SourceText::PrefixInAnyCase(prefix) => {
            with_text_prefix(everything, prefix)
        }
        SourceText::Elements(text) => one(PathSet::below(text)),
        // All paths, for a rule that others read.
        SourceText::Regex(pattern) if matches!(&**pattern, ".*" | "/.*") => one(PathSet::any()),
        SourceText::Regex(pattern) => one(PathSet::Pattern(pattern.clone())),
    }
}

/// The same, without exceptions of their own.
fn excepted_paths(text: &SourceText, everything: &ListEntry) -> Vec<RequestCondition> {
    let plain = |entry: ListEntry| match entry.condition.path {
        PathSet::Prefix(prefix) if !entry.except.is_empty() => {
            of_path(PathSet::Pattern(format!("{}/.*", quoted(&prefix))))
        }
        path => of_path(path),
    };
    paths(text, everything).into_iter().map(plain).collect()
}
