//! The subject of a case: the router, the names and the findings of its manifests or of its config.

use std::path::{Path, PathBuf};

use gamma_compile::{self as compile, Compilation, compilation, lint};
use gamma_explain::Explainer;
use gamma_manifest::{
    self as manifest, Manifests,
    diagnostic::{Diagnostics, codes},
    source,
    source::{Sources, Spanned},
};

use super::{
    folder::CaseFolder,
    model::Case,
    names::KnownNames,
    read::{CaseDocuments, Mistakes},
};

/// The explainer that a case asks about its requests, and what is known of its input.
pub(super) struct Subject {
    pub(super) explainer: Explainer,
    pub(super) names: KnownNames,
    /// Namespace of the clients that a request does not say another one for.
    pub(super) client_namespace: String,
    /// The manifests, and what is to be said about them.
    pub(super) sources: Sources,
    pub(super) diagnostics: Diagnostics,
}

/// Where a case is, and where what it is about is to be read from.
pub(super) struct CaseSource<'o> {
    /// Name of the case file.
    pub(super) file: &'o str,
    /// What paths in it are relative to.
    pub(super) folder: &'o Path,
    /// The objects of a cluster, if they are to be tested.
    pub(super) cluster: Option<&'o Sources>,
    /// Where everything else is read from.
    pub(super) files: &'o dyn CaseFolder,
}

/// Reads what `case` names; `before_reading` is told what that is. `None` if something can't be read, which
/// has been said then.
pub(super) fn load(
    read: &CaseDocuments,
    from: &CaseSource<'_>,
    before_reading: &mut dyn FnMut(&[PathBuf]),
    diagnostics: &mut Diagnostics,
) -> Option<Subject> {
    let case = &read.case;
    let subject = match &case.config {
        Some(config) => of_config(case, config, from, before_reading, diagnostics)?,
        None => {
            let sources = match from.cluster {
                Some(cluster) => copy(cluster),
                None => manifests(read, from, before_reading, diagnostics)?,
            };
            of_manifests(case, sources)
        }
    };
    // A pattern that the engine refuses is in a config that was written by hand.
    if let Err(error) = subject.explainer.router(&subject.client_namespace) {
        let config = case.config.as_ref()?;
        unreadable(
            config,
            &error.to_string(),
            "correct the config",
            diagnostics,
        );
        return None;
    }
    Some(subject)
}

fn of_config(
    case: &Case,
    name: &Spanned<String>,
    from: &CaseSource<'_>,
    before_reading: &mut dyn FnMut(&[PathBuf]),
    diagnostics: &mut Diagnostics,
) -> Option<Subject> {
    let path = from.folder.join(&**name);
    before_reading(std::slice::from_ref(&path));
    let file = path.display().to_string();
    let json = match from.files.read(&path) {
        Ok(json) => json,
        Err(error) => {
            unreadable(name, &format!("{file}: {error}"), RELATIVE, diagnostics);
            return None;
        }
    };
    let config = match gamma_config::parse(&json) {
        Ok(config) => config,
        Err(error) => {
            let hint = "a config is what `gammactl compile` writes";
            unreadable(name, &format!("{file}: {error}"), hint, diagnostics);
            return None;
        }
    };
    let said = case
        .client_namespace
        .as_ref()
        .map(|name| name.value.clone());
    let client_namespace = said
        .or_else(|| config.settings.client_namespace.clone())
        .unwrap_or_else(|| "default".into());
    Some(Subject {
        names: KnownNames::new(&config, &Manifests::default()),
        explainer: Explainer::of_config(config, file).with_client_namespace(&client_namespace),
        client_namespace,
        sources: Sources::default(),
        diagnostics: Diagnostics::default(),
    })
}

fn copy(cluster: &Sources) -> Sources {
    let mut sources = Sources::default();
    for (_, source) in cluster.iter() {
        sources.add_live(&*source.name, &*source.text);
    }
    sources
}

/// The texts of the manifests that a case names.
fn manifests(
    read: &CaseDocuments,
    from: &CaseSource<'_>,
    before_reading: &mut dyn FnMut(&[PathBuf]),
    diagnostics: &mut Diagnostics,
) -> Option<Sources> {
    let mut sources = Sources::default();
    if let Some(text) = &read.manifests {
        sources.add(from.file, text);
    }
    let mut failed = false;
    for name in &read.case.manifests {
        let loaded = paths(name, from).and_then(|paths| {
            before_reading(&paths);
            from.files.load(&paths)
        });
        match loaded {
            Ok(loaded) => {
                for (_, source) in loaded.iter() {
                    // Two entries of `manifests` may name the same file.
                    if !sources.iter().any(|(_, known)| known.name == source.name) {
                        sources.add(&*source.name, &*source.text);
                    }
                }
            }
            Err(error) => {
                failed = true;
                unreadable(name, &error, RELATIVE, diagnostics);
            }
        }
    }
    (!failed).then_some(sources)
}

fn of_manifests(case: &Case, sources: Sources) -> Subject {
    let client_namespace = case.client_namespace.as_ref();
    let client_namespace = client_namespace.map_or("default", |name| &name.value);
    let mut said = Diagnostics::default();
    let manifests = manifest::decode(&sources, client_namespace, &mut said);
    let defaults = compile::Options::default();
    let domain = case.options.cluster_domain.as_ref();
    let options = compile::Options {
        client_namespace: Some(client_namespace.into()),
        honor_hostnames: case.options.honor_hostnames,
        require_reference_grants: case.options.require_reference_grants,
        cluster_domain: domain.map_or(defaults.cluster_domain, |domain| domain.value.clone()),
        ..compile::Options::default()
    };
    let Compilation {
        config, provenance, ..
    } = compilation(&manifests, &options, &mut said);
    if case.diagnostics.is_some() {
        lint(&manifests, &options, &mut said);
    }
    said.sort();
    Subject {
        names: KnownNames::new(&config, &manifests),
        explainer: Explainer::of_manifests(config, &sources, provenance),
        client_namespace: client_namespace.into(),
        sources,
        diagnostics: said,
    }
}

/// The files and directories that `name` means: itself, or what fits it if it is a pattern, but for
/// cases.
fn paths(name: &Spanned<String>, from: &CaseSource<'_>) -> Result<Vec<PathBuf>, String> {
    let path = from.folder.join(&**name);
    if !name.contains(['*', '?', '[']) || from.files.exists(&path) {
        return Ok(vec![path]);
    }
    let folder = glob::Pattern::escape(&from.folder.display().to_string());
    let mut found = from.files.fitting(&Path::new(&folder).join(&**name))?;
    found.retain(|path| !source::is_case_file(path) && !source::is_report(path));
    if found.is_empty() {
        return Err(format!("no file fits {}", path.display()));
    }
    Ok(found)
}

const RELATIVE: &str = "paths are relative to the case file";

fn unreadable(name: &Spanned<String>, error: &str, hint: &str, diagnostics: &mut Diagnostics) {
    Mistakes(diagnostics).refuse(&codes::CASE_INPUT, name.span, error, hint);
}
