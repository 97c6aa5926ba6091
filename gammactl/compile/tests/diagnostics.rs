//! Every bad manifest in the folders of `tests/diagnostics`, and the exact text that is said about it.

mod checked;

use std::collections::BTreeSet;

use gamma_golden as golden;
use gamma_manifest::diagnostic::{Format, codes, render};

const INPUTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/diagnostics");

#[test]
fn bad_manifests_get_exactly_this_text() {
    let mut wrong = Vec::new();
    for input in golden::inputs_below(INPUTS) {
        let (sources, diagnostics, _) = checked::checked(&input);
        let text = render(&diagnostics, &sources, Format::Text);
        assert!(!text.is_empty(), "{} is good", input.display());
        golden::check(&input, "txt", &text, &mut wrong);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_finding_says_what_follows_and_what_to_do() {
    for input in golden::inputs_below(INPUTS) {
        let (_, diagnostics, _) = checked::checked(&input);
        for diagnostic in diagnostics.iter() {
            let place = format!("{}: {}", input.display(), diagnostic.message);
            assert!(diagnostic.span.is_some(), "{place}");
            assert!(diagnostic.why.is_some(), "{place}");
            assert!(diagnostic.hint.is_some(), "{place}");
        }
    }
}

/// Codes that only an option, an empty input, a fragment or another command gives are tested where
/// those are, and so are those of test cases (`G5xx`) and of conversions (`G7xx`).
const ELSEWHERE: [&str; 31] = [
    "G110", "G120", "G206", "G228", "G441", "G601", "G602", "G603", "G604", "G605", "G610", "G611",
    "G612", "G613", "G614", "G615", "G616", "G620", "G621", "G622", "G623", "G640", "G641", "G642",
    "G643", "G644", "G650", "G651", "G652", "G653", "G654",
];

#[test]
fn every_code_has_a_bad_manifest() {
    let seen: BTreeSet<&str> = golden::inputs_below(INPUTS)
        .iter()
        .flat_map(|input| {
            let (_, diagnostics, _) = checked::checked(input);
            diagnostics.iter().map(|d| d.code.id).collect::<Vec<_>>()
        })
        .collect();
    for code in codes::ALL {
        let is_elsewhere =
            ELSEWHERE.contains(&code.id) || code.id.starts_with("G5") || code.id.starts_with("G7");
        assert!(seen.contains(code.id) || is_elsewhere, "{}", code.id);
    }
}

#[test]
fn json_has_the_same_findings() {
    for input in golden::inputs_below(INPUTS) {
        let (sources, diagnostics, _) = checked::checked(&input);
        let json: serde_json::Value =
            serde_json::from_str(&render(&diagnostics, &sources, Format::Json)).unwrap();
        let list = json.as_array().unwrap();
        assert_eq!(list.len(), diagnostics.iter().count());
        for (json, diagnostic) in list.iter().zip(diagnostics.iter()) {
            assert_eq!(json["code"], diagnostic.code.id);
            assert!(json["line"].as_u64().unwrap() > 0);
            assert!(json["column"].as_u64().unwrap() > 0);
        }
    }
}

#[test]
fn whatever_is_wrong_the_config_is_valid() {
    for input in golden::inputs_below(INPUTS) {
        let (_, _, config) = checked::checked(&input);
        config
            .validate()
            .unwrap_or_else(|error| panic!("{}: {error}", input.display()));
    }
}
