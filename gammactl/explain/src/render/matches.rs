//! Renders the matches that a request was compared with, as a list.

use std::cmp::Reverse;

use super::page::Page;
use crate::explanation::{Explanation, FailedPredicate, Predicate, TriedMatch};

/// As many matches are shown without being asked for.
const SHOWN: usize = 12;
/// As many matches that ask for another path are shown, if not all are.
const OTHER_PATHS: usize = 3;

impl Page {
    /// Writes the matches up to the winner, then a word on the others.
    pub(super) fn matches(&mut self, explanation: &Explanation) {
        let candidates = &explanation.candidates;
        let Some(last) = candidates.len().checked_sub(1) else {
            return;
        };
        let winner = explanation.winner;
        let end = winner.filter(|_| !self.all).unwrap_or(last);
        let tried = &candidates[..=end];
        let shown = if self.all {
            (0..tried.len()).collect()
        } else {
            telling(tried, winner)
        };
        let of_shown = |of: fn(&TriedMatch) -> usize| width(shown.iter().map(|i| of(&tried[*i])));
        let widths = [
            of_shown(|c| c.rule.to_string().chars().count()),
            of_shown(|c| place(c).chars().count()),
            of_shown(|c| c.asks.chars().count()),
        ];
        let mut next = 0;
        let mut label = "matches";
        for i in shown.iter().copied().chain([tried.len()]) {
            if i > next {
                let text = gap(&tried[next..i]);
                let text = self.style.dim(&text);
                self.line(label, &text);
                label = "";
            }
            if let Some(candidate) = tried.get(i) {
                let text = self.candidate(candidate, winner == Some(i), widths);
                self.line(label, &text);
                label = "";
            }
            next = i + 1;
        }
        let rest = &candidates[end + 1..];
        if explanation.winner.is_some() && !rest.is_empty() {
            let hold = rest.iter().filter(|c| c.failed.is_none()).count();
            let holds = match hold {
                0 => "none of them holds".into(),
                1 => "1 of them holds too".into(),
                _ => format!("{hold} of them hold too"),
            };
            let text = format!("  {} more after it; {holds}", rest.len());
            let text = self.style.dim(&text);
            self.line("", &text);
        }
    }

    /// In one line: what the match asks for, and what the request has instead.
    fn candidate(&self, candidate: &TriedMatch, wins: bool, widths: [usize; 3]) -> String {
        let mark = match candidate.failed {
            None if wins => self.style.green("✓"),
            // It would have won.
            None => "○".into(),
            Some(_) => self.style.red("✗"),
        };
        let [name_width, source_width, asks_width] = widths;
        let name = candidate.rule.to_string();
        let source = format!("{:<source_width$}", place(candidate));
        let why = candidate.failed.as_ref();
        let why = why.map(ToString::to_string).unwrap_or_default();
        let line = format!(
            "{mark} {name:<name_width$}  {}  {:<asks_width$}  {}",
            self.style.dim(&source),
            candidate.asks,
            self.style.red(&why),
        );
        line.trim_end().into()
    }
}

/// Indices of those that say most: the one that won, those that ask for this path but for something
/// else too, and a few for the most similar paths.
fn telling(tried: &[TriedMatch], winner: Option<usize>) -> Vec<usize> {
    if tried.len() <= SHOWN {
        return (0..tried.len()).collect();
    }
    let is_near = |i: &usize| !tried[*i].failed.as_ref().is_some_and(is_other_path);
    let mut shown: Vec<usize> = (0..tried.len()).filter(is_near).collect();
    if shown.len() > SHOWN {
        shown.drain(SHOWN / 2..shown.len() - SHOWN / 2);
    }
    let end = winner.unwrap_or(tried.len());
    let mut others: Vec<usize> = (0..end).rev().filter(|i| !is_near(i)).collect();
    others.sort_by_key(|i| Reverse(tried[*i].failed.as_ref().map_or(0, in_common)));
    let room = SHOWN - shown.len();
    shown.extend(others.into_iter().take(OTHER_PATHS.min(room)));
    shown.sort_unstable();
    shown
}

/// How many bytes the path asked for and the path of the request have in common at their start.
fn in_common(failed: &FailedPredicate) -> usize {
    let wanted = failed.wanted.split_once(' ').map_or("", |(_, path)| path);
    let got = failed.got.as_deref().unwrap_or_default();
    let pairs = wanted.bytes().zip(got.bytes());
    pairs.take_while(|(one, two)| one == two).count()
}

fn is_other_path(failed: &FailedPredicate) -> bool {
    matches!(failed.predicate, Predicate::Path | Predicate::Hostname)
}

/// The text that stands for matches that are not shown.
fn gap(hidden: &[TriedMatch]) -> String {
    let failed = |c: &TriedMatch| c.failed.as_ref().is_some_and(is_other_path);
    let count = hidden.len();
    if hidden.iter().all(failed) {
        format!("… {count} for other paths")
    } else {
        format!("… {count} that do not hold")
    }
}

/// Where a match is written. A config is one file, whose name is said with the rule.
fn place(candidate: &TriedMatch) -> String {
    match &candidate.source {
        Some(source) => source.place.clone().unwrap_or_else(|| source.to_string()),
        None => String::new(),
    }
}

fn width(widths: impl Iterator<Item = usize>) -> usize {
    /// What is longer stands out.
    const MOST: usize = 60;
    widths.filter(|width| *width <= MOST).max().unwrap_or(0)
}
