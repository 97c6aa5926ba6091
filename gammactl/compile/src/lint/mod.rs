//! Lints: what the API allows and hardly anyone means.
//!
//! What is a mistake beyond doubt is a warning; what is a matter of opinion, or differs between
//! meshes, is a note. Each lint is provable from the manifests alone: where a regular expression or
//! another route could change the answer, nothing is said. All of them together take time linear in
//! the number of matches.

mod annotations;
mod app_protocols;
mod claims;
mod envoy_headers;
mod habits;
mod host_limits;
mod hosts;
mod mirrors;
mod node_proxy;
mod normal_path;
mod other_apis;
mod parents;
mod path_index;
mod pattern;
mod patterns;
mod policies;
mod program;
mod ranks;
mod redirects;
mod references;
mod sessions;
mod slashes;
mod slices;
mod table;
mod values;
mod variables;
mod weights;

pub use other_apis::noticed_kinds;

use gamma_manifest::{Manifests, diagnostic::Diagnostics};

use crate::{Options, attach::attach, index::Index};

/// Looks for what is probably not meant in routes that can be compiled.
///
/// It is apart from [`crate::compile`], whose findings are about what it can't do.
pub fn lint(manifests: &Manifests, options: &Options, diagnostics: &mut Diagnostics) {
    let index = Index::new(manifests);
    // What is wrong with parents is said when they are compiled.
    let attachments = attach(manifests, &index, options, &mut Diagnostics::default());
    for route in &manifests.routes {
        for rule in &route.rules {
            weights::lint(route, rule, diagnostics);
            mirrors::lint(route, rule, diagnostics);
            policies::lint(rule, diagnostics);
            envoy_headers::lint(rule, diagnostics);
            sessions::lint(route, rule, diagnostics);
            patterns::lint(rule, diagnostics);
            values::lint(rule, diagnostics);
            variables::lint(rule, diagnostics);
            hosts::filters(rule, diagnostics);
            slashes::prefixes(rule, diagnostics);
            redirects::methods(rule, diagnostics);
            if let Some(host) = options.host {
                host_limits::lint(rule, host, options.host_is_generated, diagnostics);
            }
        }
        parents::lint(route, diagnostics);
        redirects::listeners(route, diagnostics);
        hosts::hostnames(route, diagnostics);
    }
    slices::lint(manifests, &index, diagnostics);
    annotations::lint(manifests, options, diagnostics);
    node_proxy::lint(manifests, &index, &attachments, options, diagnostics);
    other_apis::lint(manifests, &index, &attachments, options, diagnostics);
    app_protocols::lint(manifests, &index, &attachments, options, diagnostics);
    references::lint(manifests, &index, &attachments, options, diagnostics);
    parents::consumers(manifests, &attachments, diagnostics);
    parents::hosts(manifests, &attachments, diagnostics);
    for table in table::tables(manifests, &attachments, options) {
        claims::lint(&table, diagnostics);
        ranks::lint(&table, diagnostics);
        slashes::exact(&table, diagnostics);
        redirects::loops(&table, diagnostics);
    }
}
