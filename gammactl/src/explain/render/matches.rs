//! The matches that a request was compared with.

use super::{Page, printable};
use crate::explain::{Candidate, Explanation, Failed, Predicate};

/// As many matches above the winner as are shown: the first and the last ones.
const SHOWN: usize = 12;

impl Page {
    /// Those above the winner and the winner, then a word on the others.
    pub(super) fn matches(&mut self, explanation: &Explanation) {
        let candidates = &explanation.candidates;
        let Some(last) = candidates.len().checked_sub(1) else {
            return;
        };
        let winner = explanation.winner;
        let end = winner.filter(|_| !self.all).unwrap_or(last);
        let shown = &candidates[..=end];
        let widths = [
            width(shown, |c| c.rule.to_string().chars().count()),
            width(shown, |c| place(c).chars().count()),
            width(shown, |c| c.asks.chars().count()),
        ];
        let hidden = shown
            .len()
            .saturating_sub(if self.all { usize::MAX } else { SHOWN });
        for (i, candidate) in shown.iter().enumerate() {
            let label = if i == 0 { "matches" } else { "" };
            if hidden > 0 && i == SHOWN / 2 {
                let text = format!("… {hidden} more that do not hold");
                let text = self.style.dim(&text);
                self.line("", &text);
            }
            if hidden > 0 && (SHOWN / 2..SHOWN / 2 + hidden).contains(&i) {
                continue;
            }
            let text = self.candidate(candidate, winner == Some(i), widths);
            self.line(label, &text);
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
    fn candidate(&self, candidate: &Candidate, wins: bool, widths: [usize; 3]) -> String {
        let mark = match candidate.failed {
            None if wins => self.style.green("✓"),
            // It would have won.
            None => "○".into(),
            Some(_) => self.style.red("✗"),
        };
        let [name_width, source_width, asks_width] = widths;
        let name = candidate.rule.to_string();
        let source = format!("{:<source_width$}", place(candidate));
        let why = candidate.failed.as_ref().map(why).unwrap_or_default();
        let line = format!(
            "{mark} {name:<name_width$}  {}  {:<asks_width$}  {}",
            self.style.dim(&source),
            candidate.asks,
            self.style.red(&why),
        );
        line.trim_end().into()
    }
}

/// Where a match is written. A config is one file, whose name is said with the rule.
fn place(candidate: &Candidate) -> String {
    match &candidate.source {
        Some(source) => source.place.clone().unwrap_or_else(|| source.to_string()),
        None => String::new(),
    }
}

/// What the request has where a match asks for something else.
fn why(failed: &Failed) -> String {
    let got = match &failed.got {
        Some(got) => format!("`{}`", printable(got)),
        None => "absent".into(),
    };
    match (failed.predicate, &failed.name) {
        (predicate, Some(name)) => format!("{predicate} `{name}` is {got}"),
        (Predicate::Path, None) => "another path".into(),
        (predicate, None) => format!("{predicate} is {got}"),
    }
}

fn width(candidates: &[Candidate], of: impl Fn(&Candidate) -> usize) -> usize {
    /// What is longer stands out.
    const MOST: usize = 60;
    let widths = candidates.iter().map(of).filter(|width| *width <= MOST);
    widths.max().unwrap_or(0)
}
