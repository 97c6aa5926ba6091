//! The same findings for people, for scripts, for GitHub Actions and for code scanning.

mod checked;

use gamma_golden as golden;
use gamma_manifest::diagnostic::{Format, codes, render};
use serde_json::Value;

const INPUTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/formats");
const DIAGNOSTICS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/diagnostics");

#[test]
fn each_format_is_exactly_this() {
    let mut wrong = Vec::new();
    for input in golden::inputs(INPUTS) {
        let (sources, diagnostics, _) = checked::checked(&input);
        for (format, extension) in [
            (Format::Text, "txt"),
            (Format::Json, "json"),
            (Format::Github, "github"),
        ] {
            let text = render(&diagnostics, &sources, format);
            golden::check(&input, extension, &text, &mut wrong);
        }
        let mut sarif = sarif(&input);
        // Their help is the page in the docs.
        sarif["runs"][0]["tool"]["driver"]["rules"] = "…".into();
        golden::check(&input, "sarif", &format!("{sarif:#}\n"), &mut wrong);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn sarif_has_a_rule_with_help_for_each_code() {
    let input = &golden::inputs(INPUTS)[0];
    let sarif = sarif(input);
    let rules = sarif["runs"][0]["tool"]["driver"]["rules"]
        .as_array()
        .unwrap();
    assert_eq!(rules.len(), codes::ALL.len());
    for (rule, code) in rules.iter().zip(codes::ALL) {
        assert_eq!(rule["id"], code.id);
        assert_eq!(rule["shortDescription"]["text"], code.title);
        assert_eq!(
            rule["defaultConfiguration"]["level"],
            code.severity.as_str()
        );
        for text in [&rule["fullDescription"]["text"], &rule["help"]["text"]] {
            assert!(
                text.as_str().is_some_and(|text| text.len() > 20),
                "{}",
                code.id
            );
        }
        let markdown = rule["help"]["markdown"].as_str().unwrap();
        // Examples of these would be some hundred pages long, are no text, or would be a registry or a
        // cluster.
        let without = [
            "G116", "G602", "G603", "G640", "G641", "G642", "G643", "G644", "G650", "G707",
        ];
        let has_example = markdown.contains("```yaml bad")
            || without.contains(&code.id)
            || code.id.starts_with("G61");
        assert!(has_example && !markdown.contains("###"), "{}", code.id);
    }
}

/// What the standard asks of a log, as far as this one goes.
#[test]
fn sarif_results_name_their_rule_and_a_region() {
    for input in golden::inputs_below(DIAGNOSTICS) {
        let sarif = sarif(&input);
        assert_eq!(sarif["version"], "2.1.0");
        let run = &sarif["runs"][0];
        for result in run["results"].as_array().unwrap() {
            let index = result["ruleIndex"].as_u64().unwrap() as usize;
            assert_eq!(
                run["tool"]["driver"]["rules"][index]["id"],
                result["ruleId"]
            );
            assert!(!result["message"]["text"].as_str().unwrap().is_empty());
            let place = &result["locations"][0]["physicalLocation"];
            let uri = place["artifactLocation"]["uri"].as_str().unwrap();
            assert!(!uri.starts_with('/') && !uri.contains(' '), "{uri}");
            let number = |name| place["region"][name].as_u64().unwrap();
            let start = (number("startLine"), number("startColumn"));
            let end = (number("endLine"), number("endColumn"));
            assert!(
                (1, 1) <= start && start <= end,
                "{}: {place}",
                input.display()
            );
        }
    }
}

fn sarif(input: &std::path::Path) -> Value {
    let (sources, diagnostics, _) = checked::checked(input);
    serde_json::from_str(&render(&diagnostics, &sources, Format::Sarif)).unwrap()
}
