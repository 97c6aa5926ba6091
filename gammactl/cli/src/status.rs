//! The command `gammactl status` says which sidecars of Istio run which config.

use clap::{Args, ValueEnum};
use gamma_kube::{
    Cluster,
    status::{MeshStatus, SidecarState, SidecarStatus},
};
use serde_json::{Value, json};

use super::{kube::KubeFlags, output, progress::ProgressLine};

/// Say which sidecars of Istio run which config
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  gammactl status                          # all sidecars of the kubeconfig's current context
  gammactl status --kube=prod -n shop
  gammactl status --output json | jq -r '.sidecars[] | select(.state != \"Current\") | .pod'

Exit codes: 0 every sidecar runs the newest config, 1 one of them does not, 2 the cluster can't be read.")]
pub(super) struct StatusCommand {
    #[command(flatten)]
    kube: KubeFlags,

    /// Only the sidecars of this namespace
    #[arg(short, long)]
    namespace: Option<String>,

    /// Istio's root namespace
    #[arg(long, value_name = "NAMESPACE", default_value = "istio-system")]
    root_namespace: String,

    /// How to write the answer
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = SidecarsFormat::Text)]
    output: SidecarsFormat,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum SidecarsFormat {
    /// A table for people
    Text,
    /// One object
    Json,
}

pub(super) fn run(options: &StatusCommand) -> anyhow::Result<bool> {
    let target = options.kube.target()?.unwrap_or_default();
    let cluster = Cluster::connect(&target)?;
    let progress = ProgressLine::new(format!(
        "asking the sidecars of context {}",
        cluster.context()
    ));
    let namespace = options.namespace.as_deref();
    let MeshStatus { sidecars, unsure } = cluster.sidecars(namespace, &options.root_namespace)?;
    drop(progress);
    if let (Some(why), false) = (unsure, sidecars.is_empty()) {
        eprintln!(
            "warning: istiod can't be asked, so a config that a sidecar has refused may look as if it ran: {why}"
        );
    }
    let text = match options.output {
        SidecarsFormat::Text => table(&sidecars),
        SidecarsFormat::Json => format!("{:#}\n", json(cluster.context(), &sidecars)),
    };
    output::write(&text, None)?;
    let bad = sidecars.iter().filter(|sidecar| !sidecar.state.is_good());
    let (bad, all) = (bad.count(), sidecars.len());
    match (bad, all) {
        (_, 0) => eprintln!("no pod has a sidecar"),
        (0, _) => {}
        _ => eprintln!("{bad} of {all} sidecars need a look"),
    }
    Ok(bad == 0)
}

fn json(context: &str, sidecars: &[SidecarStatus]) -> Value {
    let hash =
        |hash: &Option<gamma_kube::status::ConfigHash>| hash.as_ref().map(ToString::to_string);
    let sidecar = |sidecar: &SidecarStatus| {
        json!({
            "namespace": sidecar.pod.namespace,
            "pod": sidecar.pod.name,
            "wasmPlugin": sidecar.object,
            "wanted": hash(&sidecar.wanted),
            "running": hash(&sidecar.running),
            "state": sidecar.state.name(),
            "message": sidecar.state.to_string(),
            "good": sidecar.state.is_good(),
        })
    };
    let sidecars: Vec<Value> = sidecars.iter().map(sidecar).collect();
    json!({ "context": context, "sidecars": sidecars })
}

const HEAD: [&str; 5] = ["NAMESPACE", "POD", "WASMPLUGIN", "CONFIG", "STATE"];

/// Columns as wide as their widest cell, but for the last.
fn table(sidecars: &[SidecarStatus]) -> String {
    let mut rows = vec![HEAD.map(str::to_owned)];
    rows.extend(sidecars.iter().map(row));
    let widths: [usize; 5] = std::array::from_fn(|column| {
        let widths = rows.iter().map(|row| row[column].chars().count());
        widths.max().unwrap_or(0)
    });
    if rows.len() == 1 {
        return String::new();
    }
    let line = |row: &[String; 5]| {
        let cells = row
            .iter()
            .zip(widths)
            .map(|(cell, width)| format!("{cell:width$}"));
        let cells: Vec<String> = cells.collect();
        format!("{}\n", cells.join("  ").trim_end())
    };
    rows.iter().map(line).collect()
}

fn row(sidecar: &SidecarStatus) -> [String; 5] {
    let or_none = |text: Option<String>| text.unwrap_or_else(|| "-".into());
    let mut state = sidecar.state.to_string();
    if let (SidecarState::OtherConfig, Some(wanted)) = (&sidecar.state, &sidecar.wanted) {
        state.push_str(&format!(": {wanted}"));
    }
    [
        sidecar.pod.namespace.clone(),
        sidecar.pod.name.clone(),
        or_none(sidecar.object.clone()),
        or_none(sidecar.running.as_ref().map(ToString::to_string)),
        state,
    ]
}
