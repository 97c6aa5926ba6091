//! The docs know every code, with its severity and title.

use gammactl::diagnostic::{Severity, codes};

#[test]
fn every_code_is_documented() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/diagnostics.md");
    let docs = std::fs::read_to_string(path).unwrap();
    for code in codes::ALL {
        let severity = match code.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "note",
        };
        let row = format!("| {} | {severity} | {} |", code.id, code.title);
        assert!(docs.contains(&row), "{row}");
    }
    assert_eq!(docs.matches("\n| G").count(), codes::ALL.len());
}
