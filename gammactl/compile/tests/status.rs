//! What `status` says of routes, word for word, and what the API demands of every status.

use std::{collections::BTreeSet, fs, path::Path};

use gamma_compile::{
    Options, compilation,
    status::{ConditionType, RouteStatus, statuses, yaml},
};
use gamma_golden as golden;
use gamma_manifest::{decode, diagnostic::Diagnostics, source::Sources};

const INPUTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/status");

/// Where ReferenceGrants are asked for.
const GRANTS: &str = "grants";

fn of(input: &Path) -> Vec<RouteStatus> {
    let mut sources = Sources::default();
    sources.add("-", fs::read_to_string(input).unwrap());
    let mut diagnostics = Diagnostics::default();
    let manifests = decode(&sources, "default", &mut diagnostics);
    let options = Options {
        require_reference_grants: input.file_stem().unwrap() == GRANTS,
        ..Options::default()
    };
    let compiled = compilation(&manifests, &options, &mut diagnostics);
    statuses(&manifests, &compiled.attachments, &diagnostics)
}

#[test]
fn routes_get_exactly_this_status() {
    let mut wrong = Vec::new();
    for input in golden::inputs(INPUTS) {
        golden::check(&input, "status", &yaml(&of(&input)), &mut wrong);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What the constants of `apis/v1` have, and GEP-1294's `Conflicted`.
const REASONS: [(ConditionType, bool, &[&str]); 5] = [
    (ConditionType::Accepted, true, &["Accepted"]),
    (
        ConditionType::Accepted,
        false,
        &["Conflicted", "NoMatchingParent", "UnsupportedValue"],
    ),
    (ConditionType::ResolvedRefs, true, &["ResolvedRefs"]),
    (
        ConditionType::ResolvedRefs,
        false,
        &[
            "BackendNotFound",
            "InvalidKind",
            "RefNotPermitted",
            "UnsupportedProtocol",
        ],
    ),
    (ConditionType::PartiallyInvalid, true, &["UnsupportedValue"]),
];

#[test]
fn every_reason_is_one_of_the_api_and_has_a_case() {
    let mut seen = BTreeSet::new();
    for input in golden::inputs(INPUTS) {
        for status in of(&input) {
            for condition in status.parents.iter().flat_map(|parent| &parent.conditions) {
                let known = REASONS.iter().find(|(kind, status, _)| {
                    (*kind, *status) == (condition.kind, condition.status)
                });
                let (.., reasons) = known.unwrap_or_else(|| panic!("{condition:?}"));
                assert!(reasons.contains(&condition.reason), "{condition:?}");
                assert!(!condition.message.is_empty() && condition.message.len() < 32_768);
                seen.insert((condition.kind.as_str(), condition.status, condition.reason));
            }
        }
    }
    let all: usize = REASONS.iter().map(|(_, _, reasons)| reasons.len()).sum();
    assert_eq!(seen.len(), all, "{seen:#?}");
}

/// "This condition MUST NOT be set if a Route is fully valid, fully invalid, or not accepted."
#[test]
fn only_an_accepted_route_is_partially_invalid() {
    for input in golden::inputs(INPUTS) {
        for status in of(&input) {
            for parent in &status.parents {
                let find = |kind| parent.conditions.iter().find(|c| c.kind == kind);
                let accepted = find(ConditionType::Accepted).unwrap();
                if let Some(partially) = find(ConditionType::PartiallyInvalid) {
                    assert!(accepted.status);
                    assert!(partially.message.starts_with("Dropped Rule"));
                }
            }
        }
    }
}
