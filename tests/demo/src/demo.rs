//! Sends requests, prints what came of each, and checks it.

use std::{collections::BTreeMap, net::Ipv4Addr, path::Path};

use anyhow::Result;
use gamma_compile as compile;
use gamma_manifest::Manifests;
use gamma_testbed::{
    drive::{Driver, Native, Real},
    fixture::{Case, Exchange, Observed, Outcome, check, check_repeated},
    stage,
};

use crate::{
    read::read,
    table::{Row, Table},
};

/// Whether everything was as the requests expect.
pub(crate) fn demo(manifests: &str, requests: &Path) -> Result<bool> {
    let case = Case::load(requests)?;
    let manifests = read(manifests, &case.client_namespace)?;
    println!(
        "{} routes on {} Services, decided by the filter in a real Envoy.",
        manifests.routes.len(),
        manifests.services.len()
    );
    let mut clients = BTreeMap::new();
    let mut table = Table::default();
    let mut splits = Vec::new();
    let mut wrong = Vec::new();
    for exchange in &case.requests {
        let namespace = exchange.from.as_deref().unwrap_or(&case.client_namespace);
        if !clients.contains_key(namespace) {
            println!("An Envoy for clients in namespace {namespace} starts …");
            clients.insert(namespace, NamespaceClient::new(&manifests, namespace)?);
        }
        let Some(client) = clients.get_mut(namespace) else {
            continue;
        };
        let observed = (0..exchange.repeat)
            .map(|_| client.envoy.send(exchange))
            .collect::<Result<Vec<_>>>()?;
        // Which rule won is not to be seen from outside; the router says it, and what it says of
        // everything else has to agree with what Envoy did.
        let mut offline = client.router.send(exchange)?;
        let mut findings: Vec<String> = observed
            .iter()
            .chain([&offline])
            .flat_map(|o| check(&exchange.expect, exchange.protocol, o))
            .collect();
        findings.extend(check_repeated(&exchange.expect, &observed));
        findings.dedup();
        let rule = offline.rule.take().unwrap_or_else(|| "-".into());
        if exchange.repeat > 1 {
            splits.push((exchange, rule, counts(&observed)));
        } else if let Some(observed) = observed.first() {
            table.push(Row::new(
                exchange,
                namespace,
                rule,
                observed,
                findings.is_empty(),
            ));
        }
        wrong.extend(
            findings
                .iter()
                .map(|f| format!("{}: {f}", exchange.request)),
        );
    }
    println!("{} requests are answered.\n", case.requests.len());
    print!("{table}");
    for (exchange, rule, counts) in splits {
        println!("\n{} × {}, rule {rule}:", exchange.request, exchange.repeat);
        print_counts(exchange, &counts);
    }
    for finding in &wrong {
        println!("\nwrong: {finding}");
    }
    if wrong.is_empty() {
        println!(
            "\nAll {} outcomes are as they should be.",
            case.requests.len()
        );
    }
    Ok(wrong.is_empty())
}

/// The clients of one namespace: through Envoy, and by the router alone.
struct NamespaceClient {
    envoy: Real,
    router: Native,
}

impl NamespaceClient {
    fn new(manifests: &Manifests, namespace: &str) -> Result<Self> {
        let options = compile::Options {
            client_namespace: Some(namespace.into()),
            ..compile::Options::default()
        };
        let listen = [(Ipv4Addr::LOCALHOST, 0).into()];
        Ok(Self {
            envoy: Real::start(manifests, &options, &listen, &stage::wasm())?,
            router: Native::new(manifests, &options)?,
        })
    }
}

fn counts(observed: &[Observed]) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for outcome in observed.iter().map(Observed::outcome) {
        let name = match outcome {
            Outcome::Backend(backend) => backend.service.clone(),
            other => other.to_string(),
        };
        *counts.entry(name).or_default() += 1;
    }
    counts
}

fn print_counts(exchange: &Exchange, counts: &BTreeMap<String, usize>) {
    const WIDTH: f64 = 40.0;
    for (name, count) in counts {
        let share = *count as f64 / f64::from(exchange.repeat);
        let wanted = exchange.expect.shares.get(name).copied().unwrap_or(0.0);
        println!(
            "  {name:<12} {count:>6}  {:5.1} % (wanted {:.0} %)  {}",
            share * 100.0,
            wanted * 100.0,
            "█".repeat((share * WIDTH).round() as usize)
        );
    }
}
