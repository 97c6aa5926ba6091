//! The files of a page, and what was made of them: once for each change, for all questions until the next.

use std::{collections::HashMap, io};

use gamma_compile::{Attachment, Compilation, check, names_of_rules};
use gamma_explain::Explainer;
use gamma_manifest::{
    Manifests, Route, Rule, decode,
    diagnostic::{Diagnostics, Severity},
};

use crate::{
    answer::Unanswered,
    input::{self, PageOptions},
    offsets::PlacedSources,
};

/// What was made of the files.
#[derive(Debug)]
pub(crate) struct CompiledFiles {
    pub(crate) options: PageOptions,
    pub(crate) sources: PlacedSources,
    pub(crate) manifests: Manifests,
    pub(crate) attachments: Vec<Attachment>,
    pub(crate) diagnostics: Diagnostics,
    pub(crate) explainer: Explainer,
    /// By the names that explanations have: the route, and the rule in it.
    rules: HashMap<String, (usize, usize)>,
    /// The route config's size as the filter gets it.
    pub(crate) config_bytes: usize,
}

impl CompiledFiles {
    /// Reads and compiles `files` as `gammactl check` does.
    pub(crate) fn read(files: &str, options: &str) -> Result<Self, Unanswered> {
        let options = PageOptions::read(options)?;
        let sources = input::manifests(input::files(files)?);
        let mut diagnostics = Diagnostics::default();
        let manifests = decode(&sources, options.namespace(), &mut diagnostics);
        let compile_options = options.compile_options();
        let Compilation {
            config,
            attachments,
            provenance,
        } = check(&manifests, &compile_options, &mut diagnostics);
        let mut size = ByteCount(0);
        serde_json::to_writer(&mut size, &config)?;
        let explainer = Explainer::of_manifests(config, &sources, provenance);
        Ok(Self {
            explainer: match &options.namespace {
                Some(namespace) => explainer.with_client_namespace(namespace),
                None => explainer,
            },
            rules: rules(&manifests),
            sources: PlacedSources::new(sources),
            config_bytes: size.0,
            options,
            manifests,
            attachments,
            diagnostics,
        })
    }

    /// Whether gammactl would go on with these files.
    pub(crate) fn is_good(&self) -> bool {
        !self.diagnostics.any(Severity::Error)
    }

    /// The rule of that name, and its route.
    pub(crate) fn rule(&self, name: &str) -> Option<(&Route, &Rule)> {
        let (route, rule) = self.rules.get(name)?;
        let route = self.manifests.routes.get(*route)?;
        Some((route, route.rules.get(*rule)?))
    }
}

fn rules(manifests: &Manifests) -> HashMap<String, (usize, usize)> {
    let routes = manifests.routes.iter().enumerate();
    let named = routes.flat_map(|(r, route)| {
        let names = names_of_rules(route).into_iter().enumerate();
        names.map(move |(number, name)| (rule_id(route, &name), (r, number)))
    });
    named.collect()
}

/// What access logs and explanations call a route.
pub(crate) fn route_id(route: &Route) -> String {
    let metadata = &route.metadata;
    let (namespace, name) = (&metadata.namespace, &metadata.name.value);
    format!("{}/{namespace}/{name}", route.kind.as_str())
}

/// What they call a rule.
pub(crate) fn rule_id(route: &Route, name: &str) -> String {
    format!("{}/{name}", route_id(route))
}

/// Counts what is written.
struct ByteCount(usize);

impl io::Write for ByteCount {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 = self.0.saturating_add(bytes.len());
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
