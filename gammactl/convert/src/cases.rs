//! Test cases of the written routes: for each of their matches a request that it decides, with what becomes of it.
//!
//! A file of cases has the Services of the input in it that its routes name, so that it needs nothing but what was written.

use std::collections::{BTreeMap, BTreeSet};

use gamma_compile::compile;
use gamma_diff::deciding_requests;
use gamma_explain::{Explainer, request::Simulated};
use gamma_manifest::{
    decode,
    diagnostic::Diagnostics,
    source::{Sources, Span},
    write_yaml,
};
use serde_json::{Map, Value, json};

use crate::{
    options::ConversionOptions,
    service::SourceService,
    written::{ROUTES, SERVICES, WrittenFile, WrittenRoute},
};

/// The folder that they are in, beside those of the manifests.
pub(crate) const FOLDER: &str = "tests";

/// The files, and the requests in them.
#[derive(Debug, Default)]
pub(crate) struct Cases {
    pub(crate) files: Vec<WrittenFile>,
    pub(crate) requests: Vec<CaseRequest>,
}

/// A request that a match of a source decides now.
#[derive(Debug)]
pub(crate) struct CaseRequest {
    /// Where the match is in the source.
    pub(crate) span: Span,
    /// The request, as a command.
    pub(crate) curl: String,
    /// The namespace that it is sent in, where it matters.
    pub(crate) from: Option<String>,
    /// What becomes of it, in words.
    pub(crate) now: String,
}

/// Namespace and name of a Service.
type ServiceName = (String, String);

/// The cases of `routes`, which were written to `files`: a file for each namespace whose Services have routes.
///
/// # Errors
///
/// In words, if a router refuses what was written.
pub(crate) fn cases(
    routes: &[WrittenRoute],
    files: &[WrittenFile],
    services: &[SourceService],
    options: &ConversionOptions,
) -> Result<Cases, String> {
    let known: BTreeMap<ServiceName, &SourceService> = services
        .iter()
        .map(|service| ((service.namespace.clone(), service.name.clone()), service))
        .collect();
    let config = {
        let mut sources = Sources::default();
        for file in files {
            sources.add(&*file.path, &*file.text);
        }
        let named: BTreeSet<ServiceName> = routes.iter().flat_map(names).collect();
        sources.add("services.yaml", documents(&named, &known));
        // What is wrong with it is said by the proof.
        let mut diagnostics = Diagnostics::default();
        let manifests = decode(&sources, &options.namespace, &mut diagnostics);
        let options = gamma_compile::Options {
            cluster_domain: options.cluster_domain.clone(),
            ..gamma_compile::Options::default()
        };
        compile(&manifests, &options, &mut diagnostics)
    };
    let tables = deciding_requests(&config).map_err(|error| error.to_string())?;
    let explainer = Explainer::of_config(config, "");
    let places = places(routes);
    let mut cases = Cases::default();
    let mut requests: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for table in tables {
        for decided in table.requests {
            let mut request = decided.request;
            request.from = Some(table.client.clone());
            let item = gamma_cases::record(&explainer, &request);
            let mut item = item.map_err(|error| error.to_string())?;
            if let Some((rule, number)) = decided.by
                && let Some(spans) = places.get(&(rule.route, rule.name))
                && let Some(&span) = spans.get(number)
            {
                cases.requests.push(CaseRequest {
                    span,
                    curl: curl(&request),
                    from: (table.client != table.namespace).then(|| table.client.clone()),
                    now: in_words(&item["expect"]),
                });
            }
            if table.client == table.namespace
                && let Value::Object(members) = &mut item
            {
                members.shift_remove("from");
            }
            requests
                .entry(table.namespace.clone())
                .or_default()
                .push(item);
        }
    }
    let written = requests.into_iter().map(|(namespace, requests)| {
        let (paths, named) = needed(&namespace, routes, files);
        let mut case = Map::new();
        let manifests = paths.iter().map(|path| format!("../{path}"));
        case.insert("manifests".into(), manifests.collect());
        case.insert("clientNamespace".into(), namespace.as_str().into());
        let domain = &options.cluster_domain;
        if *domain != gamma_compile::Options::default().cluster_domain {
            case.insert("options".into(), json!({"clusterDomain": domain}));
        }
        case.insert("requests".into(), requests.into());
        let mut text = write_yaml(&case.into(), ABOUT);
        let services = documents(&named, &known);
        if !services.is_empty() {
            text.push_str("---\n");
            text.push_str(&services);
        }
        WrittenFile {
            path: format!("{FOLDER}/{namespace}.cases.yaml"),
            text,
        }
    });
    cases.files = written.collect();
    Ok(cases)
}

/// Where the matches of each rule come from, by the full name of its route and its own.
fn places(routes: &[WrittenRoute]) -> BTreeMap<(String, String), &[Span]> {
    let mut places = BTreeMap::new();
    for route in routes {
        let full_name = format!("HTTPRoute/{}/{}", route.namespace, route.name);
        let rules = route.rules.iter().zip(route.rule_names()).enumerate();
        for (number, (rule, name)) in rules {
            let name = name.unwrap_or_else(|| number.to_string());
            places.insert((full_name.clone(), name), &*rule.spans);
        }
    }
    places
}

/// What is typed for it in a pod of the client.
fn curl(request: &Simulated) -> String {
    let line = &request.line;
    let mut command = match &*line.method {
        "GET" => "curl".to_owned(),
        "HEAD" => "curl --head".into(),
        method => format!("curl -X {method}"),
    };
    for header in &request.headers {
        command.push_str(&format!(" -H {}", in_quotes(&header.to_string())));
    }
    let url = format!("{}://{}{}", line.scheme, line.authority, line.path);
    format!("{command} {}", in_quotes(&url))
}

/// As a shell reads it.
fn in_quotes(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-._/:@%+,".contains(c);
    if text.chars().all(plain) {
        return text.into();
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// The answer, or who gives it.
fn in_words(expect: &Value) -> String {
    let text = |name: &str| expect[name].as_str();
    if let Some(backend) = text("backend") {
        return format!("to {backend}");
    }
    if let Some(location) = text("location") {
        return format!("status {}, to {location}", expect["status"]);
    }
    if let Some(shares) = expect["shares"].as_object() {
        let share = |(name, share): (&String, &Value)| {
            let share = share.as_f64().unwrap_or_default();
            format!("{name} {}", gamma_compile::in_percent(share, 2))
        };
        return shares.iter().map(share).collect::<Vec<_>>().join(", ");
    }
    format!("status {}", expect["status"])
}

/// Above each file.
const ABOUT: &str = "\
What becomes of requests by the written routes, one request for each match: gammactl test runs them.
Below are the Services that were there before, as far as routes depend on them.";

/// The written files that the cases for Services of `namespace` need, and the Services that are named in them.
fn needed(
    namespace: &str,
    routes: &[WrittenRoute],
    files: &[WrittenFile],
) -> (Vec<String>, BTreeSet<ServiceName>) {
    let folders: BTreeSet<&str> = routes
        .iter()
        .filter(|route| route.services().any(|(of, _)| of == namespace))
        .map(|route| &*route.namespace)
        .collect();
    let named: BTreeSet<ServiceName> = routes
        .iter()
        .filter(|route| folders.contains(&*route.namespace))
        .flat_map(names)
        .collect();
    let services: BTreeSet<&str> = named.iter().map(|(namespace, _)| &**namespace).collect();
    let of = |folder: &str, namespaces: &BTreeSet<&str>| -> Vec<String> {
        let paths = namespaces
            .iter()
            .map(|namespace| format!("{folder}/{namespace}.yaml"));
        paths
            .filter(|path| files.iter().any(|file| file.path == *path))
            .collect()
    };
    let mut paths = of(SERVICES, &services);
    paths.extend(of(ROUTES, &folders));
    (paths, named)
}

/// The Services that a route is attached to, and those that it sends requests to.
fn names(route: &WrittenRoute) -> BTreeSet<ServiceName> {
    let mut names: BTreeSet<ServiceName> = route.services().collect();
    for rule in &route.rules {
        for (name, member) in &rule.members {
            backends(name, member, &route.namespace, &mut names);
        }
    }
    names
}

fn backends(name: &str, value: &Value, namespace: &str, names: &mut BTreeSet<ServiceName>) {
    let mut add = |backend: &Value| {
        let text = |member: &str| backend[member].as_str().map(str::to_owned);
        if let Some(name) = text("name") {
            names.insert((text("namespace").unwrap_or_else(|| namespace.into()), name));
        }
    };
    match (name, value) {
        ("backendRef", backend) => add(backend),
        ("backendRefs", Value::Array(list)) => list.iter().for_each(add),
        _ => {}
    }
    match value {
        Value::Array(items) => {
            for item in items {
                backends("", item, namespace, names);
            }
        }
        Value::Object(members) => {
            for (name, member) in members {
                backends(name, member, namespace, names);
            }
        }
        _ => {}
    }
}

/// Those of `named` that the input has, as YAML.
fn documents(
    named: &BTreeSet<ServiceName>,
    known: &BTreeMap<ServiceName, &SourceService>,
) -> String {
    let known = named.iter().filter_map(|name| known.get(name));
    let documents = known.map(|service| write_yaml(&service.manifest(), ""));
    documents.collect::<Vec<_>>().join("---\n")
}
