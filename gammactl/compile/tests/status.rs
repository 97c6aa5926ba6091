//! What `status` says of routes, word for word, and what the API demands of every status.

use std::{collections::BTreeSet, fs, path::Path};

use gamma_compile::{
    Options, compilation,
    status::{
        Condition, ConditionType, PolicyStatus, RouteStatus, policy_statuses, statuses, yaml,
    },
};
use gamma_golden as golden;
use gamma_manifest::{decode, diagnostic::Diagnostics, source::Sources};

const INPUTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/status");

/// Where ReferenceGrants are asked for.
const GRANTS: &str = "grants";

fn of(input: &Path) -> (Vec<RouteStatus>, Vec<PolicyStatus>) {
    let mut sources = Sources::default();
    sources.add("-", fs::read_to_string(input).unwrap());
    let mut diagnostics = Diagnostics::default();
    let manifests = decode(&sources, "default", &mut diagnostics);
    let options = Options {
        require_reference_grants: input.file_stem().unwrap() == GRANTS,
        ..Options::default()
    };
    let compiled = compilation(&manifests, &options, &mut diagnostics);
    (
        statuses(&manifests, &compiled.attachments, &diagnostics),
        policy_statuses(&manifests),
    )
}

#[test]
fn routes_get_exactly_this_status() {
    let mut wrong = Vec::new();
    for input in golden::inputs(INPUTS) {
        let (routes, policies) = of(&input);
        golden::check(&input, "status", &yaml(&routes, &policies), &mut wrong);
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
        for status in of(&input).0 {
            for condition in status.parents.iter().flat_map(|parent| &parent.conditions) {
                assert_known(condition, &REASONS);
                seen.insert((condition.kind.as_str(), condition.status, condition.reason));
            }
        }
    }
    assert_all_seen(&REASONS, &seen);
}

type Seen = BTreeSet<(&'static str, bool, &'static str)>;
type Reasons = [(ConditionType, bool, &'static [&'static str])];

fn assert_known(condition: &Condition, reasons: &Reasons) {
    let known = reasons
        .iter()
        .find(|(kind, status, _)| (*kind, *status) == (condition.kind, condition.status));
    let (.., reasons) = known.unwrap_or_else(|| panic!("{condition:?}"));
    assert!(reasons.contains(&condition.reason), "{condition:?}");
    assert!(!condition.message.is_empty() && condition.message.len() < 32_768);
}

fn assert_all_seen(reasons: &Reasons, seen: &Seen) {
    let all: usize = reasons.iter().map(|(_, _, reasons)| reasons.len()).sum();
    assert_eq!(seen.len(), all, "{seen:#?}");
}

/// What the constants for policies and for BackendTLSPolicy have.
const POLICY_REASONS: [(ConditionType, bool, &[&str]); 4] = [
    (ConditionType::Accepted, true, &["Accepted"]),
    (
        ConditionType::Accepted,
        false,
        &[
            "Conflicted",
            "Invalid",
            "NoValidCACertificate",
            "TargetNotFound",
        ],
    ),
    (ConditionType::ResolvedRefs, true, &["ResolvedRefs"]),
    (
        ConditionType::ResolvedRefs,
        false,
        &["InvalidCACertificateRef", "InvalidKind"],
    ),
];

#[test]
fn every_reason_of_a_policy_is_one_of_the_api_and_has_a_case() {
    let mut seen = BTreeSet::new();
    for input in golden::inputs(INPUTS) {
        for status in of(&input).1 {
            assert!((1..=16).contains(&status.ancestors.len()));
            for condition in status.ancestors.iter().flat_map(|a| &a.conditions) {
                assert_known(condition, &POLICY_REASONS);
                seen.insert((condition.kind.as_str(), condition.status, condition.reason));
            }
        }
    }
    assert_all_seen(&POLICY_REASONS, &seen);
}

/// "This condition MUST NOT be set if a Route is fully valid, fully invalid, or not accepted."
#[test]
fn only_an_accepted_route_is_partially_invalid() {
    for input in golden::inputs(INPUTS) {
        for status in of(&input).0 {
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
