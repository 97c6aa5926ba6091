//! Keeps the order of a list where matches are ranked: what an earlier entry has in common with a later one that ranks
//! higher is written once more, as high.

use super::{
    condition::RequestCondition,
    encoding::{Encoding, MOST_MATCHES, OrderProblem},
    rank::{Rank, raised},
};

/// The same list with matches added and raised, so that rank decides as order does; `None` if it grows too long.
///
/// Why that is enough: let the list give a request to `a`, and rank to `b`, which has another effect. `b` is behind `a`, has the
/// request in common with it, and ranks higher. So [`KeptOrder::keep`] has put a match of `a`'s effect before `b` that takes
/// everything that they have in common, nothing that `a` does not take, and ranks as high as `b`: `b` does not get the request.
pub(super) fn keep_order(
    list: Vec<Encoding>,
    problems: &mut Vec<OrderProblem>,
) -> Option<Vec<Encoding>> {
    let mut kept = KeptOrder {
        behind: Vec::new(),
        problems,
    };
    for entry in without_dead(list).into_iter().rev() {
        kept.keep(entry);
        if kept.behind.len() > MOST_MATCHES {
            return None;
        }
    }
    kept.behind.reverse();
    Some(without_dead(kept.behind))
}

/// Without entries all of whose requests an earlier one takes.
fn without_dead(list: Vec<Encoding>) -> Vec<Encoding> {
    let mut live: Vec<Encoding> = Vec::with_capacity(list.len());
    for entry in list {
        let is_dead = live.iter().any(|earlier| {
            // What was written once more for its rank is not needed only where rank is no less.
            let is_needed = earlier.effect == entry.effect
                && Rank::of(&earlier.condition) < Rank::of(&entry.condition);
            !is_needed && entry.condition.is_within(&earlier.condition)
        });
        if !is_dead {
            live.push(entry);
        }
    }
    live
}

struct KeptOrder<'p> {
    /// What stands behind the next entry. The first of it is last here.
    behind: Vec<Encoding>,
    problems: &'p mut Vec<OrderProblem>,
}

impl KeptOrder<'_> {
    /// Puts `entry` before all that is there, and before it what it needs to come first by rank as well.
    fn keep(&mut self, mut entry: Encoding) {
        while let Some(raised) = self.raised_as_a_whole(&entry) {
            entry = raised;
        }
        let later = self.overtaking(&entry);
        let mut added = Vec::new();
        for (at, common) in later {
            let path = raised(&common.path, &self.behind[at].condition.path);
            match path {
                Some(path) => {
                    let raised_from = (path != common.path).then(|| common.path.clone());
                    added.push((
                        at,
                        Encoding {
                            condition: RequestCondition { path, ..common },
                            raised_from: raised_from.or_else(|| entry.raised_from.clone()),
                            ..entry.clone()
                        },
                    ));
                }
                None => self.problems.push(OrderProblem::Overtaken {
                    entry: entry.origin,
                    by: self.behind[at].origin,
                }),
            }
        }
        self.behind.push(entry);
        for (at, common) in added {
            if self.behind.len() > MOST_MATCHES {
                return;
            }
            if !self.has(&common, at) {
                self.keep(common);
            }
        }
    }

    /// `entry` with its path written to rank as high as a later one that takes all of its requests, if there is one.
    fn raised_as_a_whole(&self, entry: &Encoding) -> Option<Encoding> {
        self.overtaking(entry).into_iter().find_map(|(at, common)| {
            let is_all_of_it = common == entry.condition;
            let path = raised(&common.path, &self.behind[at].condition.path)?;
            is_all_of_it.then(|| Encoding {
                condition: RequestCondition { path, ..common },
                raised_from: (entry.raised_from.clone())
                    .or_else(|| Some(entry.condition.path.clone())),
                ..entry.clone()
            })
        })
    }

    /// Those that would take requests of `entry`, and a condition for these.
    fn overtaking(&self, entry: &Encoding) -> Vec<(usize, RequestCondition)> {
        let rank = Rank::of(&entry.condition);
        let later = self.behind.iter().enumerate().rev();
        later
            .filter(|(_, later)| later.effect != entry.effect && Rank::of(&later.condition) > rank)
            .filter_map(|(at, later)| Some((at, entry.condition.narrowed_to(&later.condition)?)))
            .collect()
    }

    /// Whether something before number `at` does already what `wanted` is for.
    fn has(&self, wanted: &Encoding, at: usize) -> bool {
        let rank = Rank::of(&self.behind[at].condition);
        self.behind[at + 1..].iter().any(|other| {
            other.effect == wanted.effect
                && Rank::of(&other.condition) >= rank
                && wanted.condition.is_within(&other.condition)
        })
    }
}
