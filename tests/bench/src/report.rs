//! The results as Markdown.

use std::fmt::Write as _;

use crate::{
    bootstrap::Variant,
    comparison::{Comparison, Measured},
    features::FeatureCost,
    numbers::{difference, mib, thousands, with_quartiles},
    offline::Offline,
    plan::Plan,
    results::Results,
    statistics::Spread,
    targets,
};

/// The whole page.
pub(crate) fn markdown(results: &Results, plan: &Plan) -> String {
    let mut page = String::from(
        "# Results\n\nWritten by `make bench`, never by hand; [README.md](README.md) says what to make \
         of it.\n\n",
    );
    for (what, is) in &results.machine {
        let _ = writeln!(page, "- {what}: {is}");
    }
    page.push_str(&method(plan));
    page.push_str("## Targets\n\n");
    page.push_str(&targets::table(results));
    page.push_str("\n## CPU of the Envoy process per request, µs\n\n![](cpu.svg)\n\n");
    page.push_str(&cpu(&results.comparison));
    page.push_str(
        "\n## What each adds to that of nothing, µs\n\nIn brackets the 95 % interval; `<` where that has \
         zero in it.\n\n",
    );
    page.push_str(&added(&results.comparison));
    page.push_str(
        "\n## How much of that is luck\n\nStandard deviations, in percent: of processes with the very \
         same configuration, and of the rounds of one process.\n\n",
    );
    page.push_str(&luck(&results.comparison));
    page.push_str(
        "\n## Piece by piece\n\nIn brackets the 95 % interval; `<` where that has zero in it.\n\n",
    );
    page.push_str(&pieces(&results.comparison));
    let _ = write!(
        page,
        "\n## Latency at {} requests per second, µs, p50 / p99\n\n",
        Plan::RATE
    );
    page.push_str(&latency(&results.comparison));
    page.push_str("\n## Memory and start-up\n\nResident MiB at the end of a process, and seconds from the start of the process until it is ready.\n\n");
    page.push_str(&memory(&results.comparison));
    let _ = write!(
        page,
        "\n## What features cost\n\nRoutes: {}; processes of every config: {}. *More* is the CPU per request \
         beside the same config without it, with its 95 % interval, or `<` where that has zero in it. \
         Where it is not said, nothing of the kind exists to compare with.\n\n",
        plan.feature_routes, plan.feature_processes
    );
    page.push_str(&features(&results.features));
    page.push_str("\n## Offline\n\n");
    page.push_str(&offline(&results.offline));
    page
}

/// What the numbers are.
fn method(plan: &Plan) -> String {
    format!(
        "\nOne Envoy worker on one core; the client and the backends share the other. Envoy processes of \
         every variant: {processes}, because two of the very same configuration differ. One of each ran \
         at the same time; all of these had {rounds} turns of {turn} ms in rounds, and one for latency, \
         before the next were started. Each number is a median over the processes, in brackets the \
         quartiles; a ratio or a difference is taken between two turns of the same round. A request \
         goes to the next of all routes in an order that leaves no two neighbours together; every answer \
         is checked.\n\n",
        processes = plan.processes,
        rounds = plan.rounds,
        turn = plan.turn.as_millis()
    )
}

fn added(comparison: &Comparison) -> String {
    table_of(comparison, |variant, routes| {
        let adds = comparison.adds(variant, routes);
        let adds = adds.filter(|_| variant != Variant::Nothing);
        adds.map(|adds| difference(adds, 1))
    })
}

fn table(comparison: &Comparison, cell: impl Fn(&Measured) -> String) -> String {
    table_of(comparison, |variant, routes| {
        comparison.of(variant, routes).map(&cell)
    })
}

/// Rows are variants, columns numbers of routes.
fn table_of(comparison: &Comparison, cell: impl Fn(Variant, usize) -> Option<String>) -> String {
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
            match cell(variant, size).filter(|_| shown) {
                Some(cell) => {
                    let _ = write!(text, " {cell} |");
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
        with_quartiles(measured.cpu.spread(), 1)
    })
}

fn luck(comparison: &Comparison) -> String {
    table(comparison, |measured| match measured.cpu.scatter() {
        Some(scatter) => {
            let (processes, rounds) = (scatter.processes * 100.0, scatter.rounds * 100.0);
            format!("{processes:.1}, {rounds:.1}")
        }
        None => "–".to_owned(),
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
            let _ = writeln!(text, "| {piece} | {} |", difference(more, 1));
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
        let resident = Spread::of(measured.resident.iter().copied()).median;
        format!("{:.0} MiB, {start:.2} s", mib(resident))
    })
}

fn features(costs: &[FeatureCost]) -> String {
    let mut text = String::from("| | CPU per request, µs | more, µs |\n|---|--:|--:|\n");
    for cost in costs {
        let more = cost.more.map(|more| difference(more, 1));
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
