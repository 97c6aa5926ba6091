//! Routes of what older meshes have, with the converter's report.

use std::{collections::BTreeMap, sync::Arc};

use gamma_convert::ConversionOptions;
use gamma_manifest::source::{Sources, Span};
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
    /// Objects of the input that are not of an older API: the routes are about them.
    #[serde(skip_serializing_if = "Option::is_none")]
    others: Option<ConvertedFile>,
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
    let others: Vec<String> = converted
        .others
        .iter()
        .map(|span| object_text(&sources, *span))
        .collect();
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
        others: (!others.is_empty()).then(|| ConvertedFile {
            path: "services.yaml".into(),
            text: others.join("---\n"),
        }),
    })
}

/// The text of an object as a document of its own: an item of a list stands further to the right.
fn object_text(sources: &Sources, span: Span) -> String {
    let source = sources.of(span);
    let bytes = source.bytes(span);
    let line = source.text.get(..bytes.start).unwrap_or_default();
    let line = line.rsplit('\n').next().unwrap_or_default();
    let indent = line.chars().count();
    let text = source.text.get(bytes).unwrap_or_default().trim_end();
    let lines = text.lines().enumerate().map(|(number, line)| {
        let spaces = line
            .len()
            .saturating_sub(line.trim_start_matches(' ').len());
        let cut = if number == 0 { 0 } else { indent.min(spaces) };
        format!("{}\n", line.get(cut..).unwrap_or_default())
    });
    lines.collect()
}
