//! Before and after: for which requests a second version of the files changes what becomes of them.

use gamma_compile::Compilation;
use gamma_diff::{Diff, Places, Side, diff};
use gamma_manifest::{
    Manifests, decode,
    diagnostic::{Diagnostics, Severity},
    source::Sources,
};
use serde_json::{Value, json};

use crate::{
    answer::Unanswered,
    compiled_files::CompiledFiles,
    input::{self, PageOptions},
    request::PageRequest,
};

impl CompiledFiles {
    /// What changes from `old` to these files. Both are compiled with the same options.
    pub(crate) fn changes(&self, old: &str) -> Result<Diff, Unanswered> {
        let old = input::manifests(input::files(old)?);
        let (old, old_places) = side("the old version", &old, &self.options)?;
        // Both sides have been read as files are: nothing is kept of them.
        let new = self.sources.sources().unmoved();
        let (new, new_places) = side("the new version", &new, &self.options)?;
        let side = |(config, places)| Side { config, places };
        let old = side((&old, &old_places));
        Ok(diff(old, side((&new, &new_places)), &[])?)
    }
}

/// One side. Files with errors can't be compared.
fn side(
    name: &str,
    sources: &Sources,
    options: &PageOptions,
) -> Result<(gamma_config::Config, Places), Unanswered> {
    let mut diagnostics = Diagnostics::default();
    let manifests: Manifests = decode(sources, options.namespace(), &mut diagnostics);
    let compile_options = options.compile_options();
    let Compilation { config, .. } =
        gamma_compile::check(&manifests, &compile_options, &mut diagnostics);
    let mut errors = diagnostics
        .iter()
        .filter(|diagnostic| diagnostic.code.severity == Severity::Error);
    if let Some(error) = errors.next() {
        let place = error.span.map(|span| {
            let (line, _) = sources.line_column(span);
            format!("{}:{line}: ", sources.of(span).name)
        });
        let place = place.unwrap_or_default();
        return Err(Unanswered::Words(format!(
            "{name} can't be compared: {place}{}",
            error.message
        )));
    }
    Ok((config, Places::new(&manifests, sources)))
}

/// The object of `gammactl diff --output json`, in which each request has the form that the page asks about.
pub(crate) fn for_page(diff: &Diff) -> Value {
    let mut json = diff.json();
    for (s, service) in diff.services.iter().enumerate() {
        for (t, table) in service.tables.iter().enumerate() {
            for (c, change) in table.changes.iter().enumerate() {
                for (r, request) in change.requests.iter().enumerate() {
                    let place = format!("/services/{s}/tables/{t}/changes/{c}/requests/{r}");
                    if let Some(Value::Object(object)) = json.pointer_mut(&place) {
                        let request = PageRequest::of(request);
                        object.insert("request".into(), json!(request));
                    }
                }
            }
        }
    }
    json
}
