//! Decodes Kubernetes manifests in YAML or JSON into [`Manifests`].
//!
//! An object that the API server would refuse is left out, with every violation reported at its
//! place; the other objects survive. HTTPRoute, GRPCRoute and ReferenceGrant are read in full, so an
//! unknown field in them is a finding; of the core kinds only what matters for routing is read.

mod auth;
mod backend;
mod backend_tls_policy;
mod backend_traffic_policy;
mod config_map;
mod core;
mod cors;
mod cx;
mod filters;
mod kinds;
mod matches;
mod merge;
mod metadata;
mod other;
mod parallel;
mod policy_target;
mod referent;
mod route;
mod rule;
mod scalar;
mod session;
mod text;
mod url;

use cx::Cx;
use merge::Merge;

use crate::{
    Manifests, RouteKind,
    diagnostic::{Diagnostic, Diagnostics, codes},
    groups::{GATEWAY, MULTICLUSTER},
    source::Sources,
    yaml,
    yaml::{Document, Field, Node, ObjectReader},
};

/// Reads all objects in `sources`. Those that name no namespace are put into `default_namespace`.
pub fn decode(
    sources: &Sources,
    default_namespace: &str,
    diagnostics: &mut Diagnostics,
) -> Manifests {
    let documents: Vec<Document<'_>> = sources
        .iter()
        .flat_map(|(file, source)| yaml::documents(file, &source.text))
        .collect();
    let parts = parallel::map_chunks(&documents, |documents| {
        let mut diagnostics = Diagnostics::default();
        let mut decoder = Decoder {
            default_namespace,
            manifests: Manifests::default(),
        };
        for document in documents {
            for root in document.parse(&mut diagnostics) {
                decoder.object(&root, &mut diagnostics);
            }
        }
        (decoder.manifests, diagnostics)
    });
    let mut merge = Merge::new(sources);
    for (manifests, found) in parts {
        diagnostics.extend(found);
        merge.add(manifests, diagnostics);
    }
    merge.finish()
}

struct Decoder<'s> {
    default_namespace: &'s str,
    manifests: Manifests,
}

/// A kind that is read: its name, API groups with versions, and what to do with it.
type ReadObject = fn(&mut Decoder<'_>, ObjectReader<'_>, &mut Cx<'_>);
const KINDS: &[(&str, &str, &[&str], ReadObject)] = &[
    ("HTTPRoute", GATEWAY, &["v1", "v1beta1"], |d, o, cx| {
        d.route(RouteKind::HttpRoute, o, cx);
    }),
    ("GRPCRoute", GATEWAY, &["v1", "v1alpha2"], |d, o, cx| {
        d.route(RouteKind::GrpcRoute, o, cx);
    }),
    (
        "ReferenceGrant",
        GATEWAY,
        &["v1", "v1beta1", "v1alpha2"],
        |d, o, cx| d.reference_grant(o, cx),
    ),
    ("Service", "", &["v1"], |d, o, cx| d.service(o, cx)),
    (
        "ServiceImport",
        MULTICLUSTER,
        &["v1beta1", "v1alpha1"],
        |d, o, cx| d.service_import(o, cx),
    ),
    ("EndpointSlice", "discovery.k8s.io", &["v1"], |d, o, cx| {
        d.endpoint_slice(o, cx)
    }),
    ("Namespace", "", &["v1"], |d, o, cx| d.namespace(o, cx)),
    (
        "BackendTLSPolicy",
        GATEWAY,
        &["v1", "v1alpha3"],
        |d, o, cx| d.backend_tls_policy(o, cx),
    ),
    (
        "XBackendTrafficPolicy",
        "gateway.networking.x-k8s.io",
        &["v1alpha1"],
        |d, o, cx| d.backend_traffic_policy(o, cx),
    ),
    ("ConfigMap", "", &["v1"], |d, o, cx| d.config_map(o, cx)),
];

impl Decoder<'_> {
    fn object(&mut self, document: &Node, diagnostics: &mut Diagnostics) {
        let mut cx = Cx {
            diagnostics,
            refused: false,
        };
        let Some(mut object) = ObjectReader::open(&Field::root(document), &mut cx) else {
            return;
        };
        let api_version = object.string("apiVersion", &mut cx);
        let kind = object.string("kind", &mut cx);
        let (Some(api_version), Some(kind)) = (api_version, kind) else {
            if !cx.refused {
                cx.refuse(
                    &codes::NOT_AN_OBJECT,
                    document.span,
                    "this is no Kubernetes object: `apiVersion` or `kind` is missing",
                    "begin it with `apiVersion:` and `kind:`",
                );
            }
            return;
        };
        if kind.value.ends_with("List") && document.get("items").is_some() {
            for item in object.list("items", &mut cx) {
                self.object(item.node, cx.diagnostics);
            }
            return;
        }
        let (group, version) = api_version
            .value
            .rsplit_once('/')
            .unwrap_or(("", &api_version.value));
        let known = KINDS
            .iter()
            .find(|(name, of, ..)| *name == kind.value && *of == group);
        let Some((_, _, versions, read)) = known else {
            let used: Vec<_> = KINDS
                .iter()
                .map(|(name, group, versions, _)| (*name, *group, versions[0]))
                .collect();
            let other = other::other_object(
                &used,
                group,
                &kind,
                document,
                self.default_namespace,
                cx.diagnostics,
            );
            self.manifests.others.extend(other);
            return;
        };
        if !versions.contains(&version) {
            cx.diagnostics.push(
                Diagnostic::new(
                    &codes::NEARLY_A_KIND,
                    api_version.span,
                    format!(
                        "{} has no version `{version}` that is known here",
                        kind.value
                    ),
                )
                .why("the object is ignored")
                .hint(format!("use version `{}`", versions[0])),
            );
            return;
        }
        read(self, object, &mut cx);
    }

    fn route(&mut self, kind: RouteKind, object: ObjectReader<'_>, cx: &mut Cx<'_>) {
        let route = route::route(kind, object, self.default_namespace, cx);
        keep(route, &mut self.manifests.routes, cx);
    }

    fn reference_grant(&mut self, object: ObjectReader<'_>, cx: &mut Cx<'_>) {
        let grant = core::reference_grant(object, self.default_namespace, cx);
        keep(grant, &mut self.manifests.reference_grants, cx);
    }

    fn service(&mut self, object: ObjectReader<'_>, cx: &mut Cx<'_>) {
        let service = core::service(object, self.default_namespace, cx);
        keep(service, &mut self.manifests.services, cx);
    }

    fn service_import(&mut self, object: ObjectReader<'_>, cx: &mut Cx<'_>) {
        let import = core::service_import(object, self.default_namespace, cx);
        keep(import, &mut self.manifests.services, cx);
    }

    fn endpoint_slice(&mut self, object: ObjectReader<'_>, cx: &mut Cx<'_>) {
        let slice = core::endpoint_slice(object, self.default_namespace, cx);
        keep(slice, &mut self.manifests.endpoint_slices, cx);
    }

    fn backend_tls_policy(&mut self, object: ObjectReader<'_>, cx: &mut Cx<'_>) {
        let policy = backend_tls_policy::backend_tls_policy(object, self.default_namespace, cx);
        keep(policy, &mut self.manifests.backend_tls_policies, cx);
    }

    fn backend_traffic_policy(&mut self, object: ObjectReader<'_>, cx: &mut Cx<'_>) {
        let default = self.default_namespace;
        let policy = backend_traffic_policy::backend_traffic_policy(object, default, cx);
        keep(policy, &mut self.manifests.backend_traffic_policies, cx);
    }

    fn config_map(&mut self, object: ObjectReader<'_>, cx: &mut Cx<'_>) {
        let config_map = config_map::config_map(object, self.default_namespace, cx);
        keep(config_map, &mut self.manifests.config_maps, cx);
    }

    fn namespace(&mut self, mut object: ObjectReader<'_>, cx: &mut Cx<'_>) {
        // A Namespace is in no namespace.
        let metadata = metadata::metadata(&mut object, "", cx);
        keep(metadata, &mut self.manifests.namespaces, cx);
    }
}

/// Keeps what was read, unless the API server would refuse it.
fn keep<T>(read: Option<T>, into: &mut Vec<T>, cx: &Cx<'_>) {
    if !cx.refused {
        into.extend(read);
    }
}
