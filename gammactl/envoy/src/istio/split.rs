//! A pair of objects for each namespace, where one pair for the whole mesh would be too large.

use gamma_manifest::{
    Manifests,
    diagnostic::{Diagnostic, Diagnostics, codes},
};

use super::{
    object::IstioObject,
    scope::{Scope, client_namespaces},
    size::Size,
};

/// The objects `of` each scope, and the scopes. If there is one for the whole mesh and it is too
/// large for that, there is one for each namespace instead, and that is said.
pub fn split_if_large(
    scopes: Vec<Scope>,
    manifests: &Manifests,
    of: impl Fn(&Scope) -> Vec<IstioObject>,
    found: &mut Diagnostics,
) -> (Vec<Scope>, Vec<IstioObject>) {
    let objects: Vec<IstioObject> = scopes.iter().flat_map(&of).collect();
    let large = objects.iter().find(|object| Size::of(object).is_large());
    let (Some(large), [Scope::Mesh { .. }]) = (large, scopes.as_slice()) else {
        return (scopes, objects);
    };
    let namespaces = client_namespaces(manifests);
    found.push(Diagnostic {
        code: &codes::OBJECT_LARGE,
        message: format!(
            "{} would have {}, so each of {} namespaces gets its own",
            large.full_name(),
            Size::of(large),
            namespaces.len()
        ),
        span: None,
        why: Some("etcd takes 1.5 MiB in one request; clients elsewhere get no filter".into()),
        hint: Some(
            "say so with --split-by-namespace, or name the Services that are called with --services"
                .into(),
        ),
        also: None,
    });
    let scopes: Vec<Scope> = namespaces.into_iter().map(Scope::Namespace).collect();
    let objects = scopes.iter().flat_map(of).collect();
    (scopes, objects)
}
