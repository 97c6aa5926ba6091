//! A `ConformanceReport`, in the shape of `conformance/apis/v1` of the Gateway API.

use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};

use crate::{
    cases::Ran,
    profiles::{Profile, Statistics},
};

/// Of the tests that the fixtures were written from.
pub(crate) const API_VERSION: &str = "v1.6.1";

const COMMENT: &str = "\
Written by `make conformance`. The cases are Gamma's own fixtures, written from the published
expectations of the upstream tests that they name, and run without Kubernetes against Envoy.";

pub(crate) fn yaml(ran: &[Ran], profiles: &[Profile]) -> String {
    let provisional: Vec<&str> = ran
        .iter()
        .filter(|ran| ran.conformance.provisional && ran.failure.is_none())
        .map(|ran| &*ran.conformance.test)
        .collect();
    let mut report = json!({
        "apiVersion": "gateway.networking.k8s.io/v1",
        "kind": "ConformanceReport",
        "date": now(),
        "gatewayAPIVersion": API_VERSION,
        "gatewayAPIChannel": "experimental",
        "mode": "default",
        "implementation": {
            "organization": "gamma",
            "project": "gamma",
            "version": env!("CARGO_PKG_VERSION"),
        },
        "profiles": profiles.iter().map(profile).collect::<Vec<_>>(),
    });
    if !provisional.is_empty() {
        report["succeededProvisionalTests"] = json!(provisional);
    }
    gamma_manifest::write_yaml(&report, COMMENT)
}

fn profile(profile: &Profile) -> Value {
    let mut value = json!({
        "name": profile.name,
        "summary": profile.summary(),
        "core": results(&profile.core),
    });
    if profile.extended.passed + profile.extended.failed > 0 {
        let mut extended = results(&profile.extended);
        extended["supportedFeatures"] = json!(profile.supported);
        if !profile.unsupported.is_empty() {
            extended["unsupportedFeatures"] = json!(profile.unsupported);
        }
        value["extended"] = extended;
    }
    value
}

fn results(statistics: &Statistics) -> Value {
    json!({
        "result": if statistics.failed == 0 { "success" } else { "failure" },
        "statistics": {
            "Passed": statistics.passed,
            "Skipped": 0,
            "Failed": statistics.failed,
        },
    })
}

/// RFC 3339, in UTC: days to civil dates by H. Hinnant's algorithm.
fn now() -> String {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    let seconds = since.map_or(0, |since| since.as_secs());
    let (days, of_day) = (seconds / 86_400, seconds % 86_400);
    let shifted = days + 719_468;
    let (era, day_of_era) = (shifted / 146_097, shifted % 146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_index = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_index + 2) / 5 + 1;
    let month = if month_index < 10 {
        month_index + 3
    } else {
        month_index - 9
    };
    let year = year_of_era + era * 400 + u64::from(month <= 2);
    let (hour, minute, second) = (of_day / 3_600, of_day / 60 % 60, of_day % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}
