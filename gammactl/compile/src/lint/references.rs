//! Warns of backendRefs that name a missing Service, in routes that are on no Service and so are not
//! compiled.

use gamma_manifest::{
    Manifests,
    diagnostic::{Diagnostics, codes},
};

use crate::{BackendTls, Options, attach::Attachments, index::Index, resolve::BackendResolver};

pub(super) fn lint(
    manifests: &Manifests,
    index: &Index<'_>,
    attachments: &Attachments<'_>,
    options: &Options,
    diagnostics: &mut Diagnostics,
) {
    let tls = BackendTls::new(manifests, index);
    let backends = BackendResolver {
        grants: &manifests.reference_grants,
        index,
        options,
        tls: &tls,
    };
    let attached = attachments.routes();
    let others = manifests.routes.iter().enumerate();
    for (_, route) in others.filter(|(r, _)| !attached.contains(r)) {
        for rule in &route.rules {
            for backend in &rule.backend_refs {
                let namespace = backend.namespace.as_ref();
                let namespace = namespace.map_or(&*route.metadata.namespace, |n| &*n.value);
                // Without any Service of the namespace, the input is not about Services there.
                if !index.has_services(namespace) {
                    continue;
                }
                if let Err(fault) = backends.cluster(route, backend)
                    && (fault.is(&codes::UNKNOWN_BACKEND) || fault.is(&codes::UNKNOWN_BACKEND_PORT))
                    && !backends.is_consequence(fault.code(), route, backend)
                {
                    let why = "by the API, its share of the requests is answered 500";
                    diagnostics.push(fault.diagnostic(why));
                }
            }
        }
    }
}
