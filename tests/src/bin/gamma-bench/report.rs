//! The results as Markdown.

use std::fmt::Write as _;

use crate::{
    bootstrap::Variant,
    comparison::{Comparison, Measured},
    features::Cost,
    offline::Offline,
    plan::Plan,
    statistics::Spread,
    targets,
};

/// Everything that was measured.
pub(crate) struct Results {
    pub(crate) machine: Vec<(&'static str, String)>,
    pub(crate) comparison: Comparison,
    pub(crate) features: Vec<Cost>,
    pub(crate) offline: Offline,
}

/// The whole page.
pub(crate) fn markdown(results: &Results, plan: &Plan) -> String {
    let mut page = String::from(
        "# Results\n\nWritten by `make bench`, never by hand; [README.md](README.md) says what to make \
         of it.\n\n",
    );
    for (what, is) in &results.machine {
        let _ = writeln!(page, "- {what}: {is}");
    }
    let _ = write!(
        page,
        "\nOne Envoy worker on one core; the client and the backends share the other. Each number is a \
         median, in brackets the quartiles, of {} rounds, in each of which every variant had its turn of \
         {} ms. A request goes to the next of all routes in an order that leaves no two neighbours \
         together; every answer is checked.\n\n",
        plan.rounds,
        plan.turn.as_millis()
    );
    page.push_str("## Targets\n\n");
    page.push_str(&targets::table(results));
    page.push_str("\n## CPU of the Envoy process per request, µs\n\n![](cpu.svg)\n\n");
    page.push_str(&cpu(&results.comparison));
    page.push_str("\n## Piece by piece\n\n");
    page.push_str(&pieces(&results.comparison));
    let _ = write!(
        page,
        "\n## Latency at {} requests per second, µs, p50 / p99\n\n",
        Plan::RATE
    );
    page.push_str(&latency(&results.comparison));
    page.push_str("\n## Memory and start-up\n\nResident MiB after all that, and seconds from the start of the process until it is ready.\n\n");
    page.push_str(&memory(&results.comparison));
    let _ = write!(
        page,
        "\n## What features cost\n\n{} routes. *More* is the CPU per request beside the same config without \
         it, in the same round; where that is not said, nothing of the kind exists to compare with.\n\n",
        plan.feature_routes
    );
    page.push_str(&features(&results.features));
    page.push_str("\n## Offline\n\n");
    page.push_str(&offline(&results.offline));
    page
}

/// Rows are variants, columns numbers of routes.
fn table(comparison: &Comparison, cell: impl Fn(&Measured) -> String) -> String {
    let mut text = String::from("| |");
    for size in &comparison.sizes {
        let _ = write!(text, " {} |", thousands(*size as u64));
    }
    text.push_str("\n|---|");
    text.push_str(&"--:|".repeat(comparison.sizes.len()));
    text.push('\n');
    for variant in Variant::ALL {
        let _ = write!(text, "| {} |", variant.name());
        for (i, &size) in comparison.sizes.iter().enumerate() {
            // Those without routes have one column.
            let shown = variant.has_routes() || i == 0;
            match comparison.of(variant, size).filter(|_| shown) {
                Some(measured) => {
                    let _ = write!(text, " {} |", cell(measured));
                }
                None => text.push_str(" |"),
            }
        }
        text.push('\n');
    }
    text
}

fn cpu(comparison: &Comparison) -> String {
    table(comparison, |measured| {
        with_quartiles(Spread::of(measured.cpu.iter().copied()), 1)
    })
}

/// What a request pays for, with the most routes that were measured.
fn pieces(comparison: &Comparison) -> String {
    use Variant as V;
    let most = comparison.sizes.iter().copied().max().unwrap_or(0);
    let pieces = [
        ("entering a VM, and leaving it", V::NoOp, V::Nothing),
        (
            "reading all headers and setting one, as the SDK does it",
            V::Floor,
            V::NoOp,
        ),
        (
            "all that Gamma does, without counters and rule names",
            V::GammaLean,
            V::NoOp,
        ),
        ("counters and rule names", V::Gamma, V::GammaLean),
    ];
    let mut text = String::from("| | µs |\n|---|--:|\n");
    for (piece, of, than) in pieces {
        if let Some(more) = comparison.more((of, most), (than, most)) {
            let _ = writeln!(text, "| {piece} | {} |", with_quartiles(more, 1));
        }
    }
    text
}

fn latency(comparison: &Comparison) -> String {
    table(comparison, |measured| {
        let median = |numbers: &[f64]| Spread::of(numbers.iter().copied()).median;
        format!(
            "{:.0} / {:.0}",
            median(&measured.p50),
            median(&measured.p99)
        )
    })
}

fn memory(comparison: &Comparison) -> String {
    table(comparison, |measured| {
        let start = Spread::of(measured.starts.iter().copied()).median / 1e3;
        format!("{:.0} MiB, {start:.2} s", mib(measured.resident))
    })
}

fn features(costs: &[Cost]) -> String {
    let mut text = String::from("| | CPU per request, µs | more, µs |\n|---|--:|--:|\n");
    for cost in costs {
        let more = cost.more.map(|more| with_quartiles(more, 2));
        let _ = writeln!(
            text,
            "| {} | {:.1} | {} |",
            cost.name,
            cost.with.median,
            more.unwrap_or_default()
        );
    }
    text
}

fn offline(offline: &Offline) -> String {
    format!(
        "- `gammactl compile` of {routes} HTTPRoutes ({:.1} MB of YAML): {:.2} s\n\
         - `gammactl check` of the same: {:.2} s\n\
         - the route config: {:.1} MB of JSON, {} bytes a rule\n\
         - `gamma-filter.wasm`: {} bytes\n",
        offline.manifests as f64 / 1e6,
        offline.compile.median,
        offline.check.median,
        offline.config as f64 / 1e6,
        offline.config / offline.routes as u64,
        thousands(offline.module),
        routes = thousands(offline.routes as u64),
    )
}

pub(crate) fn mib(bytes: u64) -> f64 {
    bytes as f64 / f64::from(1 << 20)
}

pub(crate) fn with_quartiles(spread: Spread, digits: usize) -> String {
    let Spread { median, low, high } = spread;
    format!("{median:.digits$} ({low:.digits$}–{high:.digits$})")
}

/// 10000 as 10,000.
pub(crate) fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let groups: Vec<&str> = digits
        .as_bytes()
        .rchunks(3)
        .rev()
        .filter_map(|group| std::str::from_utf8(group).ok())
        .collect();
    groups.join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_grouped_by_three() {
        for (number, text) in [
            (0, "0"),
            (999, "999"),
            (1_000, "1,000"),
            (1_234_567, "1,234,567"),
        ] {
            assert_eq!(thousands(number), text);
        }
    }
}
