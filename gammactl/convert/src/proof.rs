//! Proves that the written routes decide every request as the lists that they were made of.
//!
//! What was written is read again and compiled, as a proxy would get it. Beside it stands each list as it was ordered: a route
//! config is obeyed in the order in which it is written, so a list is one as it stands. `gamma-diff` compares the two, for all
//! requests.

use gamma_compile::compilation;
use gamma_config::{Config, RouteTable};
use gamma_diff::{Diff, Places, Side, diff};
use gamma_manifest::{
    decode,
    diagnostic::{Diagnostic, Diagnostics, Severity},
    source::Sources,
    write_yaml,
};
use serde_json::{Value, json};

use crate::{
    options::ConversionOptions,
    route::{self, List},
    written::WrittenFile,
};

/// What came of the comparison.
#[derive(Debug)]
pub struct Proof {
    /// Requests that are decided otherwise. None, unless something is wrong with the conversion itself.
    pub differences: Diff,
    /// Errors in what was written. None, as before.
    pub invalid: Vec<Diagnostic>,
    /// The sources of `invalid`.
    pub sources: Sources,
    /// Matches of the lists that were compared.
    pub matches: usize,
    /// How many lists.
    pub lists: usize,
}

impl Proof {
    /// Whether everything was compared and nothing differs.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.differences.is_empty() && self.invalid.is_empty()
    }
}

/// Compares `files` with `lists`. The Services of `input` are there on both sides.
///
/// # Errors
///
/// In words, if the routes can't be compared.
pub(crate) fn prove(
    input: &Sources,
    files: &[WrittenFile],
    lists: &[List],
    options: &ConversionOptions,
) -> Result<Proof, String> {
    let services = decode(input, &options.namespace, &mut Diagnostics::default()).services;
    let compile_options = gamma_compile::Options {
        cluster_domain: options.cluster_domain.clone(),
        ..gamma_compile::Options::default()
    };
    let compiled = |sources: &Sources| {
        let mut diagnostics = Diagnostics::default();
        let mut manifests = decode(sources, &options.namespace, &mut diagnostics);
        manifests.services.extend(services.iter().cloned());
        let config = compilation(&manifests, &compile_options, &mut diagnostics).config;
        diagnostics.retain(|d| d.code.severity == Severity::Error);
        (manifests, config, diagnostics)
    };
    let mut written = Sources::default();
    for file in files {
        written.add(&*file.path, &*file.text);
    }
    let (manifests, new, diagnostics) = compiled(&written);
    let old = {
        let mut ordered = Sources::default();
        for file in files.iter().filter(|file| file.path.starts_with("01-")) {
            ordered.add(&*file.path, &*file.text);
        }
        for (number, list) in lists.iter().enumerate() {
            ordered.add(format!("list-{number}.yaml"), routes(list, number));
        }
        let (_, mut config, _) = compiled(&ordered);
        in_order(&mut config);
        config
    };
    let none = Places::default();
    let places = Places::new(&manifests, &written);
    let differences = compare(&old, &none, &new, &places)?;
    Ok(Proof {
        differences,
        invalid: diagnostics.iter().cloned().collect(),
        sources: written,
        matches: lists.iter().map(|list| list.rules.len()).sum(),
        lists: lists.len(),
    })
}

fn compare(old: &Config, before: &Places, new: &Config, after: &Places) -> Result<Diff, String> {
    let side = |config, places| Side { config, places };
    diff(side(old, before), side(new, after), &[]).map_err(|error| error.to_string())
}

/// "rules: maxItems 16"
const MOST_RULES: usize = 16;

/// HTTPRoutes with a rule for each entry of a list, whose name is its number.
fn routes(list: &List, number: usize) -> String {
    let (namespace, name) = &list.service;
    let mut parent = json!({"group": "", "kind": "Service", "name": name, "port": list.port});
    parent["namespace"] = namespace.as_str().into();
    let numbered: Vec<Value> = list
        .rules
        .iter()
        .enumerate()
        .map(|(at, rule)| route::rule(rule, Some(&number_name(at))))
        .collect();
    let routes = numbered
        .chunks(MOST_RULES)
        .enumerate()
        .map(|(part, rules)| {
            let route = json!({
                "apiVersion": "gateway.networking.k8s.io/v1",
                "kind": "HTTPRoute",
                "metadata": {"name": format!("list-{number}-{part}"), "namespace": list.namespace},
                "spec": {"parentRefs": [parent], "rules": rules},
            });
            write_yaml(&route, "")
        });
    routes.collect::<Vec<_>>().join("---\n")
}

fn number_name(number: usize) -> String {
    format!("n{number:06}")
}

/// Puts the rules of all tables back into the order of their lists.
fn in_order(config: &mut Config) {
    for service in &mut config.services {
        for port in &mut service.ports {
            let tables = port.producer.iter_mut().chain(port.consumers.values_mut());
            tables.for_each(sort);
        }
    }
}

fn sort(table: &mut RouteTable) {
    table.rules.sort_by(|a, b| a.name.cmp(&b.name));
    table.match_order = Vec::new();
    // Automata know what comes first.
    let (patterns, _) = gamma_pattern::compile(table);
    table.patterns = patterns;
}
