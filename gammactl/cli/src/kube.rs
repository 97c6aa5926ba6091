//! `--kube`: the objects of a cluster instead of files, and files laid over them.

use std::path::PathBuf;

use anyhow::ensure;
use clap::Args;
use gamma_compile::noticed_kinds;
use gamma_kube::{Cluster, ClusterSnapshot, Target, wanted_kinds};
use gamma_manifest::{Manifests, decode, diagnostic::Diagnostics, source, source::Sources};

use super::progress::ProgressLine;

/// Which cluster is read, if any.
#[derive(Debug, Clone, Default, Args)]
pub(super) struct KubeFlags {
    /// Read the objects of a cluster, that of the kubeconfig's current context or of CONTEXT; files of
    /// -f are laid over them, as if they were applied
    #[arg(
        long,
        value_name = "CONTEXT",
        num_args = 0..=1,
        require_equals = true,
        help_heading = "Cluster"
    )]
    kube: Option<Option<String>>,

    /// The same as --kube=NAME, as kubectl has it
    #[arg(long, value_name = "NAME", help_heading = "Cluster")]
    context: Option<String>,

    /// The kubeconfig to find the cluster in, with --kube or without it
    #[arg(long, value_name = "FILE", help_heading = "Cluster")]
    kubeconfig: Option<PathBuf>,
}

/// The names of the options of which one at least means a cluster.
pub(super) const KUBE: [&str; 3] = ["kube", "context", "kubeconfig"];

impl KubeFlags {
    /// The cluster that is meant, if any.
    pub(super) fn target(&self) -> anyhow::Result<Option<Target>> {
        let named = self.kube.clone().flatten();
        ensure!(
            named.is_none() || self.context.is_none() || named == self.context,
            "--kube and --context name two contexts: name one"
        );
        let context = self.context.clone().or(named);
        Ok(self.is_given().then(|| Target {
            kubeconfig: self.kubeconfig.clone(),
            context,
        }))
    }

    pub(super) fn is_given(&self) -> bool {
        self.kube.is_some() || self.context.is_some() || self.kubeconfig.is_some()
    }
}

/// A cluster that was read, and what its context says.
pub(super) struct LiveInput {
    pub(super) snapshot: ClusterSnapshot,
    /// The namespace of the context.
    pub(super) namespace: String,
}

impl LiveInput {
    /// Reads the cluster, with the ConfigMaps that policies in the files at `paths` name; `namespace` is
    /// that of `-n`.
    pub(super) fn read(
        target: &Target,
        files: &Sources,
        namespace: Option<&str>,
    ) -> anyhow::Result<Self> {
        let cluster = Cluster::connect(target)?;
        let _progress = ProgressLine::new(format!("reading context {}", cluster.context()));
        let namespace = namespace.unwrap_or(cluster.namespace()).to_owned();
        let manifests = decode(files, &namespace, &mut Diagnostics::default());
        let wanted = wanted_kinds(noticed_kinds());
        let snapshot = cluster.read(&wanted, &certificates(&manifests))?;
        Ok(Self {
            snapshot,
            namespace,
        })
    }
}

/// The ConfigMaps that policies name.
fn certificates(manifests: &Manifests) -> Vec<(String, String)> {
    let policies = manifests.backend_tls_policies.iter();
    let named = policies.flat_map(|policy| {
        let namespace = &policy.metadata.namespace;
        let references = policy.ca_certificate_refs.iter();
        let config_maps = references.filter(|reference| reference.kind.value == "ConfigMap");
        config_maps.map(|reference| (namespace.clone(), reference.name.value.clone()))
    });
    named.collect()
}

/// Texts for the decoder, from wherever they are.
pub(super) struct Loaded {
    pub(super) sources: Sources,
    /// What is missing from them.
    pub(super) diagnostics: Diagnostics,
    /// Where objects are put that name no namespace, and where clients are that name none.
    pub(super) namespace: String,
}

impl Loaded {
    /// Reads the files at `paths`, and the cluster below them if one is meant; `namespace` is that of `-n`.
    pub(super) fn read(
        paths: &[String],
        kube: &KubeFlags,
        namespace: Option<&str>,
    ) -> anyhow::Result<Self> {
        let sources = source::load(paths)?;
        let Some(target) = kube.target()? else {
            return Ok(Self::files(sources, namespace));
        };
        let live = LiveInput::read(&target, &sources, namespace)?;
        Ok(Self::over(sources, &live))
    }

    /// Files alone.
    pub(super) fn files(sources: Sources, namespace: Option<&str>) -> Self {
        Self {
            sources,
            diagnostics: Diagnostics::default(),
            namespace: namespace.unwrap_or("default").to_owned(),
        }
    }

    /// Files laid over a cluster.
    pub(super) fn over(mut files: Sources, live: &LiveInput) -> Self {
        live.snapshot.add_to(&mut files);
        let mut diagnostics = Diagnostics::default();
        live.snapshot.report(&mut diagnostics);
        Self {
            sources: files,
            diagnostics,
            namespace: live.namespace.clone(),
        }
    }
}
