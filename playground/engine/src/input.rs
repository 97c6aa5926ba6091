//! What the page sends: files, and how they are to be read.

use gamma_manifest::source::Sources;
use serde::Deserialize;

use crate::{
    answer::{Unanswered, at_most},
    limits,
};

/// A file of the page.
#[derive(Debug, Deserialize)]
pub(crate) struct NamedText {
    /// Its name, as findings have it.
    pub(crate) name: String,
    /// What is in it.
    pub(crate) text: String,
}

/// How manifests are read and compiled: options of gammactl by their names. An absent one is as if it were not given.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct PageOptions {
    /// `-n`.
    pub(crate) namespace: Option<String>,
    /// `--cluster-domain`.
    pub(crate) cluster_domain: Option<String>,
    /// `--honor-hostnames`.
    pub(crate) honor_hostnames: bool,
    /// `--require-reference-grants`.
    pub(crate) require_reference_grants: bool,
}

impl PageOptions {
    /// Reads the options; none is `""`.
    pub(crate) fn read(json: &str) -> Result<Self, Unanswered> {
        at_most("bytes of options", json.len(), limits::REQUEST_BYTES)?;
        if json.trim().is_empty() {
            return Ok(Self::default());
        }
        Ok(serde_json::from_str(json)?)
    }

    /// Where objects and clients are that name no namespace.
    pub(crate) fn namespace(&self) -> &str {
        self.namespace.as_deref().unwrap_or("default")
    }

    /// As gammactl has them.
    pub(crate) fn compile_options(&self) -> gamma_compile::Options {
        let defaults = gamma_compile::Options::default();
        gamma_compile::Options {
            client_namespace: self.namespace.clone(),
            cluster_domain: self
                .cluster_domain
                .clone()
                .unwrap_or(defaults.cluster_domain),
            honor_hostnames: self.honor_hostnames,
            require_reference_grants: self.require_reference_grants,
            ..gamma_compile::Options::default()
        }
    }
}

/// Reads files: `[{"name": "cart.yaml", "text": "…"}]`.
pub(crate) fn files(json: &str) -> Result<Vec<NamedText>, Unanswered> {
    // In JSON, a byte of text is six at most.
    let most_of_json = limits::FILE_BYTES.saturating_mul(6);
    at_most("bytes of files", json.len(), most_of_json)?;
    let files: Vec<NamedText> = serde_json::from_str(json)?;
    at_most("files", files.len(), limits::FILES)?;
    let sizes = files.iter().map(|file| file.text.len());
    let size = sizes.fold(0, usize::saturating_add);
    at_most("bytes of files", size, limits::FILE_BYTES)?;
    Ok(files)
}

/// The files as sources of manifests. Test cases may stand beside them, and are none.
pub(crate) fn manifests(files: Vec<NamedText>) -> Sources {
    let mut sources = Sources::default();
    for NamedText { name, text } in files {
        if !gamma_manifest::source::is_case_file(name.as_ref()) {
            sources.add_bytes(name, text.into_bytes());
        }
    }
    sources
}
