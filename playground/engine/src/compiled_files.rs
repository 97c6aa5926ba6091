//! The files of a page, and what was made of them: once for each change, for all questions until the next.

use std::{cell::OnceCell, collections::HashMap};

use gamma_compile::{Attachment, Compilation, Memo, begin_check, finish_check, names_of_rules};
use gamma_explain::Explainer;
use gamma_manifest::{
    EditedFiles, Manifests, Route, Rule,
    diagnostic::{Diagnostics, Severity},
};

use crate::{
    answer::Unanswered,
    input::{self, PageOptions},
    offsets::PlacedSources,
};

/// What is kept from one version of the files for the next: what did not change is neither read nor compiled again.
#[derive(Debug, Default)]
pub(crate) struct KeptWork {
    files: EditedFiles,
    memo: Memo,
}

/// What was made of the files.
#[derive(Debug)]
pub(crate) struct CompiledFiles {
    pub(crate) options: PageOptions,
    pub(crate) sources: PlacedSources,
    pub(crate) manifests: Manifests,
    pub(crate) attachments: Vec<Attachment>,
    /// Of what was read and compiled.
    found: Diagnostics,
    /// All that `gammactl check` finds; made when it is first asked for.
    diagnostics: OnceCell<Diagnostics>,
    pub(crate) explainer: Explainer,
    /// Routes by the names that explanations have.
    routes: HashMap<String, usize>,
}

impl CompiledFiles {
    /// Reads and compiles `files` so that requests can be decided.
    pub(crate) fn read(
        files: &str,
        options: &str,
        kept: &mut KeptWork,
    ) -> Result<Self, Unanswered> {
        let options = PageOptions::read(options)?;
        let sources = input::manifests(input::files(files)?);
        let mut found = Diagnostics::default();
        let manifests = kept.files.decode(sources, options.namespace(), &mut found);
        let Compilation {
            config,
            attachments,
            provenance,
        } = begin_check(
            &manifests,
            &options.compile_options(),
            &mut kept.memo,
            &mut found,
        );
        let sources = kept.files.shared_sources();
        let explainer = Explainer::of_manifests(config, &sources, provenance);
        let routes = manifests.routes.iter().enumerate();
        Ok(Self {
            explainer: match &options.namespace {
                Some(namespace) => explainer.with_client_namespace(namespace),
                None => explainer,
            },
            routes: routes.map(|(at, route)| (route_id(route), at)).collect(),
            sources: PlacedSources::new(sources),
            options,
            manifests,
            attachments,
            found,
            diagnostics: OnceCell::new(),
        })
    }

    /// All that `gammactl check` finds.
    pub(crate) fn diagnostics(&self) -> &Diagnostics {
        self.diagnostics.get_or_init(|| {
            let mut diagnostics = self.found.clone();
            let options = self.options.compile_options();
            finish_check(&self.manifests, &options, &mut diagnostics);
            diagnostics
        })
    }

    /// Whether gammactl would go on with these files.
    pub(crate) fn is_good(&self) -> bool {
        !self.found.any(Severity::Error)
    }

    /// The rule of that name, and its route.
    pub(crate) fn rule(&self, id: &str) -> Option<(&Route, &Rule)> {
        // Kind, namespace and name of the route: none of them has a slash.
        let (end, _) = id.match_indices('/').nth(2)?;
        let (route, name) = (id.get(..end)?, id.get(end.saturating_add(1)..)?);
        let route = self.manifests.routes.get(*self.routes.get(route)?)?;
        let mut names = names_of_rules(route).into_iter();
        let rule = names.position(|of| of == name)?;
        Some((route, route.rules.get(rule)?))
    }
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
