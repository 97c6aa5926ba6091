//! More regular expressions on one Service port than a path can be read by.

use gamma_compile::{
    Options, compilation,
    status::{ConditionType, statuses},
};
use gamma_manifest::{
    decode,
    diagnostic::{Diagnostics, Format, codes, render},
    source::Sources,
};
use gamma_pattern::MOST_AUTOMATA;

/// Patterns that can't be merged: each has to remember nine bytes of a path for itself.
fn pattern(n: usize) -> String {
    let letter = |n: usize| char::from(b'a' + (n % 26) as u8);
    let [one, other] = [letter(n), letter(n / 26).to_ascii_uppercase()];
    format!("/.*[{one}{other}].{{8}}")
}

/// The route with the patterns of these numbers, a match a line, on both ports.
fn route(name: &str, numbers: std::ops::Range<usize>) -> String {
    let matches = numbers.map(|n| {
        let pattern = pattern(n);
        format!("        - path: {{type: RegularExpression, value: '{pattern}'}}\n")
    });
    let rules: Vec<String> = matches.collect();
    let rules = rules.chunks(25).map(|matches| {
        let matches = matches.concat();
        format!("    - matches:\n{matches}      backendRefs: [{{name: cart, port: 80}}]\n")
    });
    let rules: String = rules.collect();
    format!(
        "---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {{name: {name}}}
spec:
  parentRefs: [{{group: \"\", kind: Service, name: cart}}]
  rules:
{rules}"
    )
}

#[test]
fn those_that_are_too_many_are_named_once_with_their_places() {
    let service = "apiVersion: v1
kind: Service
metadata: {name: cart}
spec: {ports: [{name: http, port: 80}, {name: more, port: 81}]}
";
    let text = format!("{service}{}{}", route("a", 0..75), route("b", 75..150));
    let mut sources = Sources::default();
    sources.add("routes.yaml", text.clone());
    let mut diagnostics = Diagnostics::default();
    let manifests = decode(&sources, "shop", &mut diagnostics);
    let compiled = compilation(&manifests, &Options::default(), &mut diagnostics);
    let refused: Vec<_> = diagnostics
        .iter()
        .filter(|found| found.code.id == codes::BAD_REGEX.id)
        .collect();
    assert_eq!(refused.len(), 150 - MOST_AUTOMATA);
    let said = render(&diagnostics, &sources, Format::Text);
    for n in [MOST_AUTOMATA, 149] {
        let pattern = pattern(n);
        let line = text.lines().position(|line| line.contains(&pattern));
        let place = format!("routes.yaml:{}:", line.unwrap() + 1);
        assert!(said.contains(&format!("`{pattern}` is a regular expression too many")));
        assert!(said.contains(&place), "{place} in {said}");
    }
    let tables = &compiled.config.services[0].ports;
    for port in tables {
        let patterns = &port.producer.as_ref().unwrap().patterns;
        assert_eq!(patterns.paths.len(), MOST_AUTOMATA + 1);
    }
    let statuses = statuses(&manifests, &compiled.attachments, &diagnostics);
    let invalid = |name: &str| {
        let status = statuses.iter().find(|status| status.name == name).unwrap();
        let mut conditions = status.parents.iter().flat_map(|parent| &parent.conditions);
        conditions.any(|condition| condition.kind == ConditionType::PartiallyInvalid)
    };
    assert!(!invalid("a") && invalid("b"));
}
