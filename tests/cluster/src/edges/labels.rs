//! The filter's counters have labels in a sidecar whose pod asks Istio for them.

use anyhow::{Result, ensure};
use serde_json::json;

use super::scene::{EDGE, Scene};
use crate::{mesh::Mesh, objects::rule, sidecar};

pub(super) fn run(mesh: &Mesh) -> Result<()> {
    let mut scene = Scene::set(mesh)?;
    let copied = json!({
        "name": "copied",
        "filters": [{
            "type": "RequestMirror",
            "requestMirror": { "backendRef": { "name": "v3", "port": 80 } },
        }],
    });
    let alone = json!({ "name": "alone" });
    let rules = json!([rule("/copied", "v2", copied), rule("/", "v1", alone)]);
    scene.route(rules, &[])?;
    for path in ["/copied", "/"] {
        scene.goes_to(path)?;
    }
    let labels = |rule: &str, service: &str| {
        let cluster = format!("outbound|80||{service}.{EDGE}.svc.cluster.local");
        format!(r#"route="HTTPRoute/{EDGE}/cart",rule="{rule}",backend="{cluster}""#)
    };
    let answered = |labels| format!(r#"gamma_requests_total{{answer="forwarded",{labels}}} "#);
    let page = sidecar::metrics(&mut scene.client)?;
    for counter in [
        answered(labels("copied", "v2")),
        answered(labels("alone", "v1")),
        format!("gamma_mirrored_total{{{}}} ", labels("copied", "v3")),
    ] {
        let found = page.lines().any(|line| line.starts_with(&counter));
        ensure!(found, "{counter}\nis not in\n{page}");
    }
    Ok(())
}
