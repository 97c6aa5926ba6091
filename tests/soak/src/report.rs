//! The report of a run, in Markdown.

use std::fmt::Write as _;

use anyhow::Result;
use gamma_bench::machine;

use crate::{
    flat::{ALLOWED, NOISE, WARM_UP},
    memory::Look,
    mix::Entry,
    shares::{DEVIATIONS, DrawnShare},
    soak::Run,
    verdict::SoakVerdict,
    world::{CLIENTS, WORKERS},
};

pub(crate) fn markdown(entries: &[Entry], run: &Run, verdict: &SoakVerdict) -> Result<String> {
    let mut text = String::from("# Soak\n\n");
    let requests = run.tally.requests();
    let broken: u64 = run.tally.broken.values().sum();
    let seconds = run.took.as_secs_f64();
    writeln!(
        text,
        "Written by `make soak REQUESTS={}`, never by hand. [Reliability](../reliability.md) says what of it is promised.\n",
        requests + broken
    )?;
    writeln!(
        text,
        "{} requests of {} kinds in {seconds:.0} s ({:.0} a second), {} of them over HTTP/2 and {} that were none, through one \
         Envoy with {WORKERS} workers. {CLIENTS} connections in HTTP/1.1 and one in HTTP/2 were kept busy; every answer was as it had to be.\n",
        thousands(requests + broken),
        entries.len(),
        (requests + broken) as f64 / seconds,
        thousands(over_http2(entries, run)),
        thousands(broken),
    )?;
    for (what, is) in machine::describe()? {
        writeln!(text, "- {what}: {is}")?;
    }
    memory(&mut text, run, verdict)?;
    counters(&mut text, run, verdict)?;
    text.push_str("\n## Splits\n\n");
    writeln!(
        text,
        "Each request is drawn by itself, so a share of *n* draws may be off by {DEVIATIONS} standard deviations, \
         {DEVIATIONS} · √(p · (1 − p) / n): fair draws are off by more less than once in a million times. A session is drawn once.\n"
    )?;
    shares(&mut text, &verdict.splits)?;
    text.push_str("\n## Copies\n\n");
    shares(&mut text, &verdict.copies)?;
    mix(&mut text, entries, run)?;
    Ok(text)
}

fn over_http2(entries: &[Entry], run: &Run) -> u64 {
    let indices = 0..entries.len();
    let over_http2 = indices.filter(|index| entries[*index].is_http2());
    over_http2.map(|index| run.tally.of(index)).sum()
}

fn memory(text: &mut String, run: &Run, verdict: &SoakVerdict) -> Result<()> {
    text.push_str("\n## Memory\n\n");
    writeln!(
        text,
        "The first {:.0} % of the requests are warm-up. Through what was seen after them ({} looks in all) goes a straight line, by least squares; \
         it may gain {:.0} % of the average from its beginning to its end, or {:.0} MiB where that is more.\n",
        WARM_UP * 100.0,
        run.looks.len(),
        ALLOWED * 100.0,
        mib(NOISE)
    )?;
    text.push_str("| requests | resident, MiB | allocated by Envoy, MiB | linear memory of the VMs, MiB | VMs |\n|---:|---:|---:|---:|---:|\n");
    let last = run.looks.len().saturating_sub(1);
    for tenth in 0..=10 {
        let Look {
            requests,
            resident,
            allocated,
            linear,
            vms,
        } = run.looks[last * tenth / 10];
        writeln!(
            text,
            "| {} | {:.2} | {:.2} | {:.2} | {vms} |",
            thousands(requests),
            mib(resident as f64),
            mib(allocated as f64),
            mib(linear as f64)
        )?;
    }
    text.push_str("\n| after warm-up | on average, MiB | the line gains, MiB | bytes a request |\n|---|---:|---:|---:|\n");
    for (what, trend) in &verdict.trends {
        writeln!(
            text,
            "| {what} | {:.2} | {:+.2} | {:+.3} |",
            mib(trend.mean),
            mib(trend.growth),
            trend.slope
        )?;
    }
    Ok(())
}

fn counters(text: &mut String, run: &Run, verdict: &SoakVerdict) -> Result<()> {
    text.push_str("\n## Counters\n\n");
    writeln!(
        text,
        "All exact: the {} counters of the filter (requests, responses and copies, by answer, rule, backend and status), \
         requests and retries of {} clusters as Envoy counts them and as their backends do, and Envoy's statuses of answers. No VM was made anew ({} in all, \
         the ones that a config is tried in among them), and Envoy logged nothing.",
        verdict.filter_counters, verdict.clusters, run.vms_created.1
    )?;
    Ok(())
}

fn shares(text: &mut String, shares: &[DrawnShare]) -> Result<()> {
    text.push_str(
        "| of | draws | share | drawn | off by | may be |\n|---|---:|---:|---:|---:|---:|\n",
    );
    for share in shares {
        writeln!(
            text,
            "| `{}` | {} | {:.3} % | {:.3} % | {:.3} % | {:.3} % |",
            share.what,
            thousands(share.draws),
            share.expected * 100.0,
            share.actual() * 100.0,
            share.error() * 100.0,
            share.tolerance() * 100.0
        )?;
    }
    Ok(())
}

fn mix(text: &mut String, entries: &[Entry], run: &Run) -> Result<()> {
    text.push_str("\n## Requests\n\n`tests/soak/mix.yaml` has them with their headers, `tests/soak/routes.yaml` the routes.\n\n");
    text.push_str("| request | sent | answers |\n|---|---:|---|\n");
    for (index, entry) in entries.iter().enumerate() {
        let endings = run.tally.endings[index].iter().map(|(ending, count)| {
            let status = match ending.status {
                0 => "no answer".into(),
                status => status.to_string(),
            };
            let grpc = ending.grpc.map(|status| format!(" (gRPC {status})"));
            let by = ending
                .cluster
                .as_ref()
                .map(|cluster| format!(" by {cluster}"));
            format!(
                "{} × {status}{}{}",
                thousands(*count),
                grpc.unwrap_or_default(),
                by.unwrap_or_default()
            )
        });
        let endings: Vec<String> = endings.collect();
        writeln!(
            text,
            "| `{}` | {} | {} |",
            entry.send.request,
            thousands(run.tally.of(index)),
            endings.join(", ")
        )?;
    }
    Ok(())
}

fn mib(bytes: f64) -> f64 {
    bytes / f64::from(1 << 20)
}

/// With commas, as in 1,234,567.
fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_numbers_have_commas() {
        let written = [7, 123, 1_234, 10_000_000].map(thousands);
        assert_eq!(written, ["7", "123", "1,234", "10,000,000"]);
    }
}
