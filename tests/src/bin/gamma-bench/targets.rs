//! What was aimed at, and whether it was hit.

use std::fmt::Write as _;

use crate::{
    bootstrap::Variant,
    comparison::Comparison,
    report::{Results, mib, thousands, with_quartiles},
    statistics::Spread,
};

const FEW: usize = 10;
const MANY: usize = 10_000;

/// As a table. What a short run did not measure is left out.
pub(crate) fn table(results: &Results) -> String {
    let mut text = String::from("| what | target | measured | |\n|---|---|---|---|\n");
    for Target { what, wanted, is } in targets(results) {
        let Some((measured, met)) = is else { continue };
        let verdict = if met { "met" } else { "**missed**" };
        let _ = writeln!(text, "| {what} | {wanted} | {measured} | {verdict} |");
    }
    text
}

struct Target {
    what: &'static str,
    wanted: String,
    /// As text, and whether it is what was wanted.
    is: Option<(String, bool)>,
}

fn targets(results: &Results) -> Vec<Target> {
    use Variant as V;
    let comparison = &results.comparison;
    let ratio = |of, to| comparison.ratio(of, to);
    let offline = &results.offline;
    vec![
        at_most(
            "CPU, Gamma at 10,000 routes ÷ floor",
            1.0,
            ratio((V::Gamma, MANY), (V::Floor, MANY)),
        ),
        at_most(
            "the same without counters and rule names",
            1.0,
            ratio((V::GammaLean, MANY), (V::Floor, MANY)),
        ),
        at_most(
            "CPU, Gamma at 10,000 routes ÷ at 10",
            1.05,
            ratio((V::Gamma, MANY), (V::Gamma, FEW)),
        ),
        at_least(
            "CPU, Envoy's list ÷ Gamma, at 10,000 routes",
            5.0,
            ratio((V::List, MANY), (V::Gamma, MANY)),
        ),
        at_most(
            "CPU, Gamma ÷ Lua table lookup, at 10,000 routes",
            1.0,
            ratio((V::Gamma, MANY), (V::Lua, MANY)),
        ),
        at_most(
            "the same without counters and rule names",
            1.0,
            ratio((V::GammaLean, MANY), (V::Lua, MANY)),
        ),
        break_even("break-even with Envoy's list", comparison, V::Gamma),
        break_even(
            "the same without counters and rule names",
            comparison,
            V::GammaLean,
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
        is: ratio.map(|ratio| (with_quartiles(ratio, 2), ratio.median <= limit)),
    }
}

fn at_least(what: &'static str, limit: f64, ratio: Option<Spread>) -> Target {
    Target {
        what,
        wanted: format!("≥ {limit}"),
        is: ratio.map(|ratio| (with_quartiles(ratio, 2), ratio.median >= limit)),
    }
}

fn under(what: &'static str, limit: f64, is: Option<f64>, text: impl Fn(f64) -> String) -> Target {
    Target {
        what,
        wanted: format!("≤ {}", text(limit)),
        is: is.map(|is| (text(is), is <= limit)),
    }
}

fn seconds(what: &'static str, took: Spread, routes: usize) -> Target {
    let took = (routes == MANY).then_some(took.median);
    under(what, 1.0, took, |seconds| format!("{seconds:.2} s"))
}

fn break_even(what: &'static str, comparison: &Comparison, gamma: Variant) -> Target {
    let full = comparison.sizes.contains(&MANY);
    let routes = comparison.break_even(Variant::List, gamma);
    under(what, 500.0, routes.filter(|_| full), |routes| {
        format!("{routes:.0} routes")
    })
}

/// Of Envoy's memory with the number of routes, beside that of its own list.
fn growth(comparison: &Comparison) -> Target {
    let growth = |variant| {
        let resident = |routes| Some(comparison.of(variant, routes)?.resident);
        Some(mib(resident(MANY)?) - mib(resident(FEW)?))
    };
    let both = growth(Variant::Gamma).zip(growth(Variant::List));
    Target {
        what: "growth of Envoy's memory from 10 to 10,000 routes",
        wanted: both.map_or_else(String::new, |(_, list)| {
            format!("≤ {list:.1} MiB, as Envoy's list")
        }),
        is: both.map(|(gamma, list)| (format!("{gamma:.1} MiB"), gamma <= list)),
    }
}
