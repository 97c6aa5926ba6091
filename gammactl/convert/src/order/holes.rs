//! Exceptions of entries, as entries of their own that stand before them.

use super::{
    condition::{Meet, RequestCondition},
    encoding::{Encoding, ListEntry, MOST_MATCHES, OrderProblem},
    path::PathSet,
    quote::quoted,
};

/// The same list without exceptions; `None` if it grows too long.
pub(super) fn without_exceptions(
    list: &[ListEntry],
    problems: &mut Vec<OrderProblem>,
) -> Option<Vec<Encoding>> {
    // From the end: what becomes of requests that an entry leaves out is known by then. The last one comes first here.
    let mut behind: Vec<Encoding> = Vec::new();
    for entry in list.iter().rev() {
        let entry = &spelled_out(entry, &behind);
        let mut holes = Vec::new();
        let mut is_everything = false;
        for exception in &entry.except {
            match entry.condition.meet(exception) {
                Meet::Nothing => {}
                Meet::Condition(hole) => {
                    is_everything |= entry.condition.is_within(&hole);
                    fill(&hole, entry.origin, &behind, &mut holes, problems);
                }
                Meet::Unspeakable => {
                    // Narrow, if need be: nothing of the entry, rather than more than it.
                    problems.push(OrderProblem::Exception {
                        entry: entry.origin,
                        to: entry.origin,
                    });
                    holes.push(refusal(entry.condition.clone(), entry.origin));
                    is_everything = true;
                }
            }
        }
        if !is_everything {
            behind.push(Encoding {
                condition: entry.condition.clone(),
                effect: Some(entry.effect),
                origin: entry.origin,
                around: None,
                raised_from: None,
            });
        }
        behind.extend(holes.into_iter().rev());
        if behind.len() > MOST_MATCHES {
            return None;
        }
    }
    behind.reverse();
    Some(behind)
}

/// The paths below `/a` without `/a` itself are a regular expression where nothing behind takes all requests to `/a`: such
/// requests are then left to whatever there is, and that may be nothing. But a prefix that is replaced has to be one.
fn spelled_out(entry: &ListEntry, behind: &[Encoding]) -> ListEntry {
    let mut entry = entry.clone();
    let PathSet::Prefix(prefix) = &entry.condition.path else {
        return entry;
    };
    let itself = RequestCondition {
        path: PathSet::Exact(prefix.clone()),
        ..RequestCondition::default()
    };
    let Some(at) = entry.except.iter().position(|e| *e == itself) else {
        return entry;
    };
    let hole = RequestCondition {
        path: itself.path,
        ..entry.condition.clone()
    };
    let is_taken = behind.iter().any(|other| hole.is_within(&other.condition));
    if !is_taken && !entry.replaces_prefix {
        entry.condition.path = PathSet::Pattern(format!("{}/.*", quoted(prefix)));
        entry.except.remove(at);
    }
    entry
}

/// Sends requests in `hole` where the list `behind`, whose first entry is the last here, sends them.
fn fill(
    hole: &RequestCondition,
    entry: usize,
    behind: &[Encoding],
    holes: &mut Vec<Encoding>,
    problems: &mut Vec<OrderProblem>,
) {
    for other in behind.iter().rev() {
        match hole.meet(&other.condition) {
            Meet::Nothing => continue,
            Meet::Condition(condition) => holes.push(Encoding {
                condition,
                effect: other.effect,
                origin: other.origin,
                around: Some(entry),
                raised_from: None,
            }),
            Meet::Unspeakable => {
                let to = other.origin;
                problems.push(OrderProblem::Exception { entry, to });
                holes.push(refusal(hole.clone(), entry));
                return;
            }
        }
        if hole.is_within(&other.condition) {
            return;
        }
    }
    problems.push(OrderProblem::NothingBehind { entry });
    holes.push(refusal(hole.clone(), entry));
}

fn refusal(condition: RequestCondition, entry: usize) -> Encoding {
    Encoding {
        condition,
        effect: None,
        origin: entry,
        around: Some(entry),
        raised_from: None,
    }
}
