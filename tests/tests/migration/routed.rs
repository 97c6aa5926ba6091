//! The routes that a scenario becomes, and the router that obeys them.

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
};

use anyhow::{Context as _, Result, ensure};
use gamma_compile::Options;
use gamma_convert::{Conversion, ConversionOptions, convert};
use gamma_manifest::{
    Manifests, decode,
    diagnostic::{Diagnostics, Severity},
    source::Sources,
};
use gamma_testbed::{
    drive::{Driver as _, Native},
    fixture::Exchange,
};
use gamma_virtual_services::{
    answer::{answer, several},
    scenario::{CLIENTS, OWN, Scenario, backends_of_lists, pods},
};
use serde_json::Value;

use super::source_lines::{SourceLine, of_rules, rule_of};

/// A scenario, converted.
pub(crate) struct Routed<'s> {
    scenario: &'s Scenario,
    sources: Sources,
    conversion: Conversion,
    routers: RefCell<BTreeMap<&'static str, Native>>,
    /// The pods of each Service, by namespace and name.
    pods: BTreeMap<(String, String), Vec<&'static str>>,
    places: BTreeMap<String, Vec<SourceLine>>,
    /// The Services that routes are attached to, all of which are in one namespace.
    parents: BTreeSet<String>,
}

/// An answer, and the rules that gave it.
pub(crate) struct RoutedAnswer {
    pub(crate) word: String,
    rules: BTreeSet<String>,
}

impl<'s> Routed<'s> {
    pub(crate) fn new(scenario: &'s Scenario) -> Result<Self> {
        let mut sources = Sources::default();
        let mut text = scenario.manifests.clone();
        sources.add(&*scenario.path, &*text);
        sources.add("backends.yaml", backends_of_lists());
        let conversion = convert(
            &sources,
            &ConversionOptions {
                client_labels: [("app".to_owned(), "client".to_owned())].into(),
                ..ConversionOptions::default()
            },
        );
        let holds = conversion.proof.as_ref().is_ok_and(|proof| proof.holds());
        ensure!(holds, "{}: {:?}", scenario.name, conversion.proof);
        let mut places = BTreeMap::new();
        for file in &conversion.files {
            sources.add(&*file.path, &*file.text);
            text += &format!("---\n{}", file.text);
            places.extend(of_rules(&file.text));
        }
        text += &format!("---\n{}", backends_of_lists());
        let mut diagnostics = Diagnostics::default();
        let manifests: Manifests = decode(&sources, "default", &mut diagnostics);
        let mut routers = BTreeMap::new();
        for namespace in CLIENTS.into_iter().chain([OWN]) {
            let options = Options {
                client_namespace: Some(namespace.into()),
                ..Options::default()
            };
            routers.insert(namespace, Native::new(&manifests, &options)?);
        }
        let (mut of_services, mut parents) = (BTreeMap::new(), BTreeSet::new());
        for object in serde_saphyr::from_multiple::<Value>(&text)? {
            let refs = object["spec"]["parentRefs"]
                .as_array()
                .into_iter()
                .flatten();
            let names = refs.filter_map(|parent| parent["name"].as_str());
            parents.extend(names.map(str::to_owned));
            if object["kind"] == "Service" {
                let part = |name: &str| object["metadata"][name].as_str().map(str::to_owned);
                let named = part("namespace").zip(part("name"));
                of_services.insert(named.context("a Service with a name")?, pods(&object));
            }
        }
        Ok(Self {
            scenario,
            sources,
            conversion,
            routers: RefCell::new(routers),
            pods: of_services,
            places,
            parents,
        })
    }

    /// Whether there are routes for the Service that is asked. Otherwise its VirtualService stays.
    pub(crate) fn has_routes_for(&self, exchange: &Exchange) -> bool {
        let authority = &exchange.request.authority;
        let (host, _) = authority.split_once(':').unwrap_or((authority, ""));
        let (service, _) = host.split_once('.').unwrap_or((host, ""));
        self.parents.contains(service)
    }

    pub(crate) fn has_errors(&self) -> bool {
        self.conversion.diagnostics.any(Severity::Error)
    }

    /// Whether a code is among the findings.
    pub(crate) fn says(&self, code: &str) -> bool {
        self.conversion
            .diagnostics
            .iter()
            .any(|d| d.code.id == code)
    }

    pub(crate) fn answer(&self, exchange: &Exchange) -> Result<RoutedAnswer> {
        let client = self.scenario.client(exchange);
        let mut routers = self.routers.borrow_mut();
        let router = routers.get_mut(client).context("no such client")?;
        let (mut words, mut rules) = (BTreeSet::new(), BTreeSet::new());
        for _ in 0..exchange.repeat {
            let mut observed = router.send(exchange)?;
            rules.extend(observed.rule.clone());
            let backend = observed.seen.as_ref().map(|seen| seen.backend.clone());
            let Some(backend) = backend else {
                words.insert(answer(exchange, &observed, ""));
                continue;
            };
            let service = (backend.namespace, backend.service);
            let pods = self.pods.get(&service).map_or(&[][..], Vec::as_slice);
            if pods.is_empty() {
                observed.seen = None;
                observed.status = 503;
                words.insert(answer(exchange, &observed, ""));
            }
            words.extend(pods.iter().map(|pod| answer(exchange, &observed, pod)));
        }
        Ok(RoutedAnswer {
            word: several(words),
            rules,
        })
    }

    /// Whether something that is so severe is said of a rule of the source that gave this answer.
    pub(crate) fn is_said_of(&self, answer: &RoutedAnswer, severity: Severity) -> bool {
        let rule_of = |line| rule_of(&self.scenario.manifests, line);
        let said: BTreeSet<usize> = self.said(severity).map(|(line, _)| rule_of(line)).collect();
        let mut given = self.given(answer);
        given.any(|line| said.contains(&rule_of(line)))
    }

    /// Lines of the source that gave an answer.
    fn given(&self, answer: &RoutedAnswer) -> impl Iterator<Item = usize> {
        let places = answer.rules.iter().filter_map(|rule| self.places.get(rule));
        places.flatten().map(|(_, line)| *line)
    }

    /// What is said, and of which line.
    fn said(&self, severity: Severity) -> impl Iterator<Item = (usize, String)> {
        let findings = self.conversion.diagnostics.iter();
        let severe = findings.filter(move |d| d.code.severity == severity);
        severe.filter_map(|d| {
            let (line, _) = self.sources.line_column(d.span?);
            Some((line, format!("{line}: {} {}", d.code.id, d.message)))
        })
    }

    /// What there is to know of a difference.
    pub(crate) fn explained(&self, answer: &RoutedAnswer) -> String {
        let said: Vec<String> = self.said(Severity::Error).map(|(_, text)| text).collect();
        format!(
            "{}\nby {:?} of lines {:?}; said of lines:\n{}\n{:#?}",
            self.scenario.manifests,
            answer.rules,
            self.given(answer).collect::<Vec<_>>(),
            said.join("\n"),
            self.conversion
                .files
                .iter()
                .map(|file| &*file.text)
                .collect::<Vec<_>>(),
        )
    }
}
