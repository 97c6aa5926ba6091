//! What was counted, as Markdown.

use std::fmt::Write as _;

use super::{
    CountCase, Instructions, PatternSet, PatternSide,
    bounds::{GAMMA, LEAN},
    cases::{FEW, MANY},
};
use crate::{bootstrap::Variant, numbers::thousands, verdict::Verdict};

/// The whole page.
pub(crate) fn markdown(
    machine: &[(&str, String)],
    counted: &Instructions,
    processes: usize,
) -> String {
    let mut page = String::from(
        "# Instructions\n\nWritten by `make bench-instructions` and `make bench`, never by hand; \
         [README.md](README.md) says how they are counted.\n\n",
    );
    for (what, is) in machine {
        // What is counted does not depend on the others.
        if ["processor", "Envoy", "compiler", "wasm-opt"].contains(what) {
            let _ = writeln!(page, "- {what}: {is}");
        }
    }
    let _ = write!(
        page,
        "\nInstructions that Envoy's worker thread executes in user space for one request that it forwards: medians \
         over requests, each for another route. Processes of each variant: {processes}; two of the very same \
         configuration differ by up to half a percent.\n\n## Targets\n\n"
    );
    page.push_str(&targets(counted));
    page.push_str(
        "\n## A request\n\n*VM* is the module's code, *below* is Envoy while the module waits for what it has \
         called, *rest* all else. *Entries* is how often the VM is entered from outside, *adds* what a request takes \
         more than with nothing, *spread* how far requests differ from the median at most.\n\n",
    );
    page.push_str(&requests(counted));
    page.push_str(
        "\n## Regular expressions\n\nThe last of them matches. Instructions more than when a prefix is \
         matched by the same; of Gamma those in the VM, where all of it happens.\n\n",
    );
    page.push_str(&patterns(counted));
    page
}

struct CountTarget {
    what: &'static str,
    wanted: String,
    /// `None` if nothing was wanted.
    limit: Option<f64>,
    is: Option<f64>,
    digits: usize,
}

impl CountTarget {
    fn line(&self) -> Option<String> {
        let is = self.is?;
        let verdict = match self.limit {
            Some(limit) => Verdict::of(is <= limit),
            None => Verdict::Bound,
        };
        let Self { what, wanted, .. } = self;
        let is = number(is, self.digits);
        Some(format!("| {what} | {wanted} | {is} | {} |", verdict.text()))
    }
}

/// As a table. What was not counted is left out.
fn targets(counted: &Instructions) -> String {
    let ratio = |what, variant, routes, limit: f64| CountTarget {
        what,
        wanted: format!("≤ {limit:.2}"),
        limit: Some(limit),
        is: counted.to_floor(variant, routes),
        digits: 3,
    };
    let pattern = |side, set| counted.pattern(side, set);
    let as_re2 = |what, set| {
        let envoys = pattern(PatternSide::Envoy, set);
        CountTarget {
            what,
            wanted: envoys
                .map_or_else(String::new, |more| format!("≤ {}, as RE2", number(more, 0))),
            limit: envoys,
            is: pattern(PatternSide::Gamma, set),
            digits: 0,
        }
    };
    let targets = [
        ratio(
            "Gamma ÷ floor, 10 routes",
            Variant::Gamma,
            FEW,
            GAMMA.target,
        ),
        ratio(
            "the same without counters and rule names",
            Variant::GammaLean,
            FEW,
            LEAN.target,
        ),
        ratio(
            "Gamma ÷ floor, 10,000 routes",
            Variant::Gamma,
            MANY,
            GAMMA.target,
        ),
        ratio(
            "the same without counters and rule names",
            Variant::GammaLean,
            MANY,
            LEAN.target,
        ),
        CountTarget {
            what: "what Envoy's list adds to nothing ÷ what Gamma adds, at 10,000 routes",
            wanted: String::new(),
            limit: None,
            is: counted
                .adds(Variant::List, MANY)
                .zip(counted.adds(Variant::Gamma, MANY))
                .map(|(list, gamma)| list / gamma),
            digits: 1,
        },
        CountTarget {
            what: "a regular expression instead of a prefix",
            wanted: "≤ 1,200".into(),
            limit: Some(1_200.0),
            is: pattern(PatternSide::Gamma, PatternSet::One),
            digits: 0,
        },
        as_re2("the last of ten", PatternSet::Ten),
        as_re2("the last of ten that begin alike", PatternSet::TenAlike),
    ];
    let mut text = String::from("| what | target | counted | |\n|---|---|--:|---|\n");
    for line in targets.iter().filter_map(CountTarget::line) {
        text.push_str(&line);
        text.push('\n');
    }
    text
}

/// Rows are variants with a number of routes.
fn requests(counted: &Instructions) -> String {
    let mut text = String::from(
        "| | routes | all | spread | VM | below | rest | entries | adds | ÷ floor |\n\
         |---|--:|--:|--:|--:|--:|--:|--:|--:|--:|\n",
    );
    for case in counted.all() {
        let CountCase::Routes(variant, routes) = case.case else {
            continue;
        };
        let all = case.spread(|counts| counts.all());
        let parts = [
            case.spread(|counts| counts.vm),
            case.spread(|counts| counts.below),
            case.spread(|counts| counts.rest),
            case.spread(|counts| counts.entries),
        ];
        let parts = parts.map(|part| number(part.median, 0)).join(" | ");
        let routes_column = if variant.has_routes() {
            thousands(routes as u64)
        } else {
            String::new()
        };
        let adds = counted
            .adds(variant, routes)
            .filter(|_| variant != Variant::Nothing);
        let adds = adds.map(|adds| number(adds, 0)).unwrap_or_default();
        let ratio = counted.to_floor(variant, routes);
        let ratio = ratio.map(|ratio| number(ratio, 3)).unwrap_or_default();
        let _ = writeln!(
            text,
            "| {} | {routes_column} | {} | {:.2} % | {parts} | {adds} | {ratio} |",
            variant.name(),
            number(all.median, 0),
            case.farthest() * 100.0,
        );
    }
    text
}

/// Rows are sets of patterns.
fn patterns(counted: &Instructions) -> String {
    let mut text = String::from("| | Gamma | Envoy's own routes, RE2 |\n|---|--:|--:|\n");
    for (what, set) in [
        ("one", PatternSet::One),
        ("ten, each with a first element of its own", PatternSet::Ten),
        (
            "ten that begin with the same expression",
            PatternSet::TenAlike,
        ),
    ] {
        let more = |side| counted.pattern(side, set);
        if let (Some(gamma), Some(envoy)) = (more(PatternSide::Gamma), more(PatternSide::Envoy)) {
            let [gamma, envoy] = [gamma, envoy].map(|more| number(more, 0));
            let _ = writeln!(text, "| {what} | {gamma} | {envoy} |");
        }
    }
    text
}

/// Whole numbers in groups of three digits.
fn number(number: f64, digits: usize) -> String {
    if digits > 0 {
        return format!("{number:.digits$}");
    }
    let sign = if number <= -0.5 { "−" } else { "" };
    format!("{sign}{}", thousands(number.abs().round() as u64))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::instructions::tests::{counted, patterns as pattern_counts, routes};

    #[test]
    fn targets_are_met_or_missed_by_what_was_counted() {
        let page = targets(&counted([
            routes(Variant::Nothing, FEW, 100_000),
            routes(Variant::Floor, FEW, 200_000),
            routes(Variant::Gamma, FEW, 202_000),
            routes(Variant::GammaLean, FEW, 196_000),
            pattern_counts(PatternSide::Gamma, PatternSet::Prefix, 200_000),
            pattern_counts(PatternSide::Gamma, PatternSet::One, 201_201),
            pattern_counts(PatternSide::Gamma, PatternSet::Ten, 203_000),
            pattern_counts(PatternSide::Envoy, PatternSet::Prefix, 170_000),
            pattern_counts(PatternSide::Envoy, PatternSet::Ten, 173_000),
        ]));
        for line in [
            "| Gamma ÷ floor, 10 routes | ≤ 1.00 | 1.010 | **missed** |",
            "| the same without counters and rule names | ≤ 0.98 | 0.980 | met |",
            "| a regular expression instead of a prefix | ≤ 1,200 | 1,201 | **missed** |",
            "| the last of ten | ≤ 3,000, as RE2 | 3,000 | met |",
        ] {
            assert!(page.contains(line), "{line}\n{page}");
        }
        assert!(!page.contains("10,000"), "{page}");
    }

    #[test]
    fn a_row_says_what_routing_adds() {
        let text = requests(&counted([
            routes(Variant::Nothing, FEW, 100_000),
            routes(Variant::Floor, FEW, 120_000),
            routes(Variant::List, MANY, 400_000),
        ]));
        assert!(
            text.contains("| Envoy route list | 10,000 | 400,000 |"),
            "{text}"
        );
        assert!(text.contains(" 300,000 | 3.333 |"), "{text}");
        assert!(text.contains(" 20,000 | 1.000 |"), "{text}");
    }

    #[test]
    fn numbers_below_zero_have_a_sign() {
        assert_eq!(number(-1_234.4, 0), "−1,234");
        assert_eq!(number(-0.2, 0), "0");
        assert_eq!(number(1.0049, 2), "1.00");
    }
}
