//! What was aimed at, and whether it was hit.

use std::fmt::Write as _;

use crate::{
    bootstrap::Variant,
    comparison::Comparison,
    numbers::{mib, thousands, with_interval},
    results::Results,
    statistics::Spread,
    verdict::Verdict,
};

const FEW: usize = 10;
const MANY: usize = 10_000;

/// As a table. What a short run did not measure is left out.
pub(crate) fn table(results: &Results) -> String {
    let mut text = String::from(
        "In brackets the interval that has the true median in it with 95 % confidence, by the sign test \
         over the processes. A target is undecided if it lies within. Lines without a target say what \
         this machine and Envoy leave within reach.\n\n\
         | what | target | measured | |\n|---|---|---|---|\n",
    );
    for Target { what, wanted, is } in targets(results) {
        let Some((measured, verdict)) = is else {
            continue;
        };
        let verdict = verdict.text();
        let _ = writeln!(text, "| {what} | {wanted} | {measured} | {verdict} |");
    }
    text
}

struct Target {
    what: &'static str,
    wanted: String,
    /// As text, and whether it is what was wanted.
    is: Option<(String, Verdict)>,
}

fn targets(results: &Results) -> Vec<Target> {
    use Variant as V;
    const LEAN: &str = "the same without counters and rule names";
    let comparison = &results.comparison;
    let ratio = |of, to| comparison.ratio((of, MANY), (to, MANY));
    let offline = &results.offline;
    vec![
        at_most(
            "CPU, Gamma at 10,000 routes ÷ floor",
            1.0,
            ratio(V::Gamma, V::Floor),
        ),
        at_most(LEAN, 1.0, ratio(V::GammaLean, V::Floor)),
        at_most(
            "CPU, Gamma at 10,000 routes ÷ at 10",
            1.05,
            comparison.ratio((V::Gamma, MANY), (V::Gamma, FEW)),
        ),
        at_least(
            "CPU, Envoy's list ÷ Gamma, at 10,000 routes",
            5.0,
            ratio(V::List, V::Gamma),
        ),
        bound(
            "what Envoy's list adds to nothing ÷ what Gamma adds, at 10,000 routes",
            comparison
                .adds_ratio(V::List, V::Gamma, MANY)
                .map(|ratio| with_interval(ratio, two_digits)),
        ),
        bound(
            "what no filter at all would reach: Envoy's list ÷ nothing",
            ratio(V::List, V::Nothing).map(|ratio| with_interval(ratio, two_digits)),
        ),
        at_most(
            "CPU, Gamma ÷ Lua table lookup, at 10,000 routes",
            1.0,
            ratio(V::Gamma, V::Lua),
        ),
        at_most(LEAN, 1.0, ratio(V::GammaLean, V::Lua)),
        break_even("break-even with Envoy's list", comparison, V::Gamma),
        break_even(LEAN, comparison, V::GammaLean),
        bound(
            "where a filter that costs as much as the floor would break even",
            crossing(comparison, V::Floor).map(routes),
        ),
        growth(comparison),
        under(
            "size of `gamma-filter.wasm`, bytes",
            300_000.0,
            Some(offline.module as f64),
            |bytes| thousands(bytes as u64),
        ),
        seconds(
            "`gammactl compile` of 10,000 HTTPRoutes",
            offline.compile,
            offline.routes,
        ),
        seconds(
            "`gammactl check` of the same",
            offline.check,
            offline.routes,
        ),
    ]
}

fn at_most(what: &'static str, limit: f64, ratio: Option<Spread>) -> Target {
    Target {
        what,
        wanted: format!("≤ {limit:.2}"),
        is: ratio.map(|ratio| {
            let text = with_interval(ratio, two_digits);
            (text, Verdict::under(limit, ratio))
        }),
    }
}

fn at_least(what: &'static str, limit: f64, ratio: Option<Spread>) -> Target {
    Target {
        what,
        wanted: format!("≥ {limit}"),
        is: ratio.map(|ratio| {
            let text = with_interval(ratio, two_digits);
            (text, Verdict::over(limit, ratio))
        }),
    }
}

/// No target, but what bounds the one above.
fn bound(what: &'static str, is: Option<String>) -> Target {
    Target {
        what,
        wanted: String::new(),
        is: is.map(|is| (is, Verdict::Bound)),
    }
}

fn under(what: &'static str, limit: f64, is: Option<f64>, text: impl Fn(f64) -> String) -> Target {
    Target {
        what,
        wanted: format!("≤ {}", text(limit)),
        is: is.map(|is| (text(is), Verdict::of(is <= limit))),
    }
}

fn seconds(what: &'static str, took: Spread, routes: usize) -> Target {
    let took = (routes == MANY).then_some(took.median);
    under(what, 1.0, took, |seconds| format!("{seconds:.2} s"))
}

fn break_even(what: &'static str, comparison: &Comparison, gamma: Variant) -> Target {
    const LIMIT: f64 = 500.0;
    let crossing = crossing(comparison, gamma);
    Target {
        what,
        wanted: format!("≤ {LIMIT} routes"),
        is: crossing.map(|crossing| (routes(crossing), Verdict::under(LIMIT, crossing))),
    }
}

fn crossing(comparison: &Comparison, flat: Variant) -> Option<Spread> {
    comparison.of(Variant::List, MANY)?;
    comparison.break_even(Variant::List, flat)
}

fn two_digits(ratio: f64) -> String {
    format!("{ratio:.2}")
}

fn routes(crossing: Spread) -> String {
    let number = |routes: f64| match routes.is_infinite() {
        true => format!(">{}", thousands(MANY as u64)),
        false => thousands(routes.round() as u64),
    };
    with_interval(crossing, number) + " routes"
}

/// Of Envoy's memory with the number of routes, beside that of its own list.
fn growth(comparison: &Comparison) -> Target {
    let growth = |variant| {
        let resident = |routes| Some(&comparison.of(variant, routes)?.resident);
        let pairs = resident(MANY)?.iter().zip(resident(FEW)?);
        Some(pairs.map(|(many, few)| mib(many - few)).collect::<Vec<_>>())
    };
    let both = growth(Variant::Gamma).zip(growth(Variant::List));
    let one_digit = |mib: f64| format!("{mib:.1}");
    let spread = |numbers: &[f64]| Spread::of(numbers.iter().copied());
    Target {
        what: "growth of Envoy's memory from 10 to 10,000 routes",
        wanted: both.as_ref().map_or_else(String::new, |(_, list)| {
            format!("≤ {:.1} MiB, as Envoy's list", spread(list).median)
        }),
        is: both.map(|(gamma, list)| {
            let more = gamma.iter().zip(&list).map(|(gamma, list)| gamma - list);
            let verdict = Verdict::under(0.0, Spread::of(more));
            let text = with_interval(spread(&gamma), one_digit) + " MiB";
            (text, verdict)
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_break_even_is_beyond_all_sizes() {
        let crossings = [400.0, 500.0, 600.0, 700.0, 800.0, f64::INFINITY];
        assert_eq!(routes(Spread::of(crossings)), "650 (400–>10,000) routes");
        assert_eq!(routes(Spread::of([1234.5])), "1,235 routes");
    }
}
