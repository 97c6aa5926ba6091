//! Routes of what older meshes have, with the converter's report.

use std::{collections::BTreeMap, sync::Arc};

use gamma_convert::ConversionOptions;
use gamma_manifest::source::Sources;
use serde::{Deserialize, Serialize};

use crate::{
    answer::Unanswered,
    diagnostics::{self, PageDiagnostic},
    input,
    offsets::PlacedSources,
};

/// Options of `gammactl convert`, by their names.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct PageConversionOptions {
    namespace: Option<String>,
    cluster_domain: Option<String>,
    client_labels: BTreeMap<String, String>,
}

/// What came out.
#[derive(Debug, Serialize)]
pub(crate) struct PageConversion {
    /// The manifests.
    files: Vec<ConvertedFile>,
    /// What the command writes beside them.
    beside: Vec<ConvertedFile>,
    diagnostics: Vec<PageDiagnostic>,
    /// How many objects there were to convert.
    objects: usize,
    proof: ProofSummary,
}

#[derive(Debug, Serialize)]
struct ConvertedFile {
    path: String,
    text: String,
}

#[derive(Debug, Serialize)]
struct ProofSummary {
    /// Whether the routes decide as what they were made of.
    holds: bool,
    /// What `gammactl convert` says of it.
    text: String,
}

/// Converts `files`.
pub(crate) fn convert(files: &str, options: &str) -> Result<PageConversion, Unanswered> {
    let options: PageConversionOptions = match options.trim() {
        "" => PageConversionOptions::default(),
        json => serde_json::from_str(json)?,
    };
    let mut sources = Sources::default();
    for file in input::files(files)? {
        sources.add_bytes(file.name, file.text.into_bytes());
    }
    let options = ConversionOptions {
        namespace: options.namespace.unwrap_or_else(|| "default".into()),
        cluster_domain: options
            .cluster_domain
            .unwrap_or_else(|| "cluster.local".into()),
        client_labels: options.client_labels,
        ..ConversionOptions::default()
    };
    let converted = gamma_convert::convert(&sources, &options);
    let verdict = converted.verdict(&sources);
    let mut all = converted.written().into_iter().map(|file| ConvertedFile {
        path: file.path,
        text: file.text,
    });
    let written = all.by_ref().take(converted.files.len()).collect();
    let beside = all.collect();
    let sources = PlacedSources::new(Arc::new(sources));
    Ok(PageConversion {
        diagnostics: diagnostics::for_page(&converted.diagnostics, &sources),
        objects: converted.objects,
        proof: ProofSummary {
            holds: verdict.holds,
            text: verdict.text,
        },
        files: written,
        beside,
    })
}
