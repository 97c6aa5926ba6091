//! Good manifests, and the exact config that they become.

mod checked;

use gamma_golden as golden;

const INPUTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/compile");

#[test]
fn good_manifests_become_exactly_this_config() {
    let mut wrong = Vec::new();
    for input in golden::inputs(INPUTS) {
        let (_, diagnostics, config) = checked::compiled(&input);
        let said: Vec<_> = diagnostics.iter().map(|d| &d.message).collect();
        assert!(said.is_empty(), "{}: {said:?}", input.display());
        config.validate().unwrap();
        let json = serde_json::to_string_pretty(&config).unwrap() + "\n";
        golden::check(&input, "json", &json, &mut wrong);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
