//! The Gateway API's own conformance suite, as it is.

use std::{fs, path::Path, process::Command};

use anyhow::{Context as _, Result, ensure};
use gamma_testbed::repository;
use serde_json::Value;

use crate::{controller::Installed, fixtures::Who, kubectl::output, mesh::istio_obeys_routes};

/// Every feature that version 1.6 of the API has for meshes, and those of HTTPRoutes that tests of meshes need.
const FEATURES: [&str; 18] = [
    "Mesh",
    "HTTPRoute",
    "GRPCRoute",
    "MeshClusterIPMatching",
    "MeshConsumerRoute",
    "MeshHTTPRouteRewritePath",
    "MeshHTTPRouteSchemeRedirect",
    "MeshHTTPRouteRedirectPort",
    "MeshHTTPRouteRedirectPath",
    "MeshHTTPRouteBackendRequestHeaderModification",
    "MeshHTTPRouteQueryParamMatching",
    "MeshHTTPRouteNamedRouteRule",
    "HTTPRouteResponseHeaderModification",
    "HTTPRouteParentRefPort",
    "HTTPRoute303RedirectStatusCode",
    "HTTPRoute307RedirectStatusCode",
    "HTTPRoute308RedirectStatusCode",
    "HTTPRouteQueryParamMatching",
];

/// Runs the suite and writes its report to `docs/conformance/`.
pub(crate) fn run(who: Who, version: &str) -> Result<()> {
    istio_obeys_routes(who == Who::Istio)?;
    let folder = tempfile::tempdir()?;
    let report = folder.path().join("report.yaml");
    let (project, url, version) = match who {
        Who::Gamma => (
            "gamma",
            "https://example.com/gamma",
            env!("CARGO_PKG_VERSION"),
        ),
        Who::Istio => ("istio", "https://istio.io", version),
    };
    let features = FEATURES.join(",");
    let mut suite = Command::new("conformance.test");
    suite
        .args(["-test.v", "-test.run", "TestConformance$"])
        .args(["-conformance-profiles", "MESH-HTTP,MESH-GRPC"])
        .args(["-supported-features", &features])
        .args(["-namespace-labels", "istio-injection=enabled"])
        .args(["-gateway-class", "istio"])
        .args(["-organization", project, "-project", project])
        .args(["-url", url, "-version", version, "-contact", url])
        .arg("-report-output")
        .arg(&report);
    let controller = match who {
        Who::Gamma => Some(Installed::ready()?),
        Who::Istio => None,
    };
    let ended = output(&mut suite, None)?;
    if let Some(controller) = controller {
        controller.remove()?;
    }
    let log = String::from_utf8_lossy(&ended.stdout);
    let text = fs::read_to_string(&report)
        .with_context(|| format!("the suite wrote no report:\n{log}"))?;
    let name = format!("{project}.yaml");
    keep(&repository::path("docs/conformance").join(name), &text)?;
    println!("{text}");
    if who == Who::Gamma {
        all_passed(&serde_saphyr::from_str(&text)?).with_context(|| failures(&log))?;
    }
    Ok(())
}

/// Fails if a test did, or was skipped.
fn all_passed(report: &Value) -> Result<()> {
    let profiles = report["profiles"].as_array().context("profiles")?;
    ensure!(profiles.len() == 2, "{} profiles", profiles.len());
    for profile in profiles {
        for part in ["core", "extended"] {
            let Some(part) = profile.get(part) else {
                continue;
            };
            for bad in ["Failed", "Skipped"] {
                let count = part["statistics"][bad].as_u64();
                ensure!(count == Some(0), "{}: {bad} {count:?}", profile["name"]);
            }
            ensure!(part["result"] == "success", "{part}");
        }
    }
    Ok(())
}

/// What the suite says of tests that failed.
fn failures(log: &str) -> String {
    let telling = |line: &&str| line.contains("--- FAIL") || line.contains("Error");
    log.lines().filter(telling).collect::<Vec<_>>().join("\n")
}

/// Writes the report, unless nothing but its date is new.
fn keep(path: &Path, text: &str) -> Result<()> {
    let dateless = |text: &str| {
        let lines = text.lines().filter(|line| !line.starts_with("date:"));
        lines.map(str::to_owned).collect::<Vec<_>>()
    };
    let old = fs::read_to_string(path).unwrap_or_default();
    if dateless(&old) != dateless(text) {
        fs::create_dir_all(path.parent().context("a folder")?)?;
        fs::write(path, text)?;
    }
    Ok(())
}
