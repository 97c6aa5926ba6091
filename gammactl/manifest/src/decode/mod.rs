//! Decodes Kubernetes manifests in YAML or JSON into [`Manifests`].
//!
//! An object that the API server would refuse is left out, with every violation reported at its
//! place; the other objects survive. HTTPRoute, GRPCRoute and ReferenceGrant are read in full, so an
//! unknown field in them is a finding; of the core kinds only what matters for routing is read.

mod auth;
mod backend;
mod core;
mod cors;
mod cx;
mod filters;
mod hints;
mod labels;
mod left_out;
mod matches;
mod merge;
mod metadata;
mod parallel;
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
    diagnostic::{Diagnostic, Diagnostics, Severity, codes},
    groups::{GATEWAY, MULTICLUSTER},
    source::{Sources, Span},
    suggest::nearest,
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
            let errors = diagnostics.count(Severity::Error);
            let roots = document.parse(&mut diagnostics);
            if roots.is_empty() && diagnostics.count(Severity::Error) > errors {
                let guessed = left_out::guessed(document.text(), default_namespace);
                decoder.manifests.left_out.extend(guessed);
            }
            for root in roots {
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
            unknown_kind(group, &kind.value, kind.span, cx.diagnostics);
            if let Some(meant) = meant_kind(group, &kind.value) {
                self.leave_out(meant, document);
            } else if (&*kind.value, group) == ("Gateway", GATEWAY) {
                let gateway = left_out::of("Gateway", document, self.default_namespace);
                let gateway = gateway.map(|gateway| (gateway.namespace, gateway.name));
                self.manifests.gateways.extend(gateway);
            }
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
            self.leave_out(&kind.value, document);
            return;
        }
        read(self, object, &mut cx);
        if cx.refused {
            self.leave_out(&kind.value, document);
        }
    }

    fn leave_out(&mut self, kind: &str, object: &Node) {
        let left_out = left_out::of(kind, object, self.default_namespace);
        self.manifests.left_out.extend(left_out);
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

/// The kind that a misspelt one, or one in a misspelt group, was meant to be. A kind of another API may have
/// the same name: it is meant as it is.
fn meant_kind(group: &str, kind: &str) -> Option<&'static str> {
    let similar = nearest(kind, KINDS.iter().map(|(name, ..)| *name));
    KINDS
        .iter()
        .find(|(name, of, ..)| {
            let is_group = *of == group;
            let is_near = matches!(group, "" | "core" | "v1") || nearest(group, [*of]).is_some();
            (*name == kind && is_near) || (Some(*name) == similar && is_group)
        })
        .map(|(name, ..)| *name)
}

fn unknown_kind(group: &str, kind: &str, span: Span, diagnostics: &mut Diagnostics) {
    let same_name = KINDS.iter().find(|(name, ..)| *name == kind);
    let similar = nearest(kind, KINDS.iter().map(|(name, ..)| *name));
    let (code, hint) = if let Some((_, group, versions, _)) = same_name {
        let version = versions[0];
        let api_version = match *group {
            "" => version.into(),
            group => format!("{group}/{version}"),
        };
        (
            &codes::NEARLY_A_KIND,
            format!("write `apiVersion: {api_version}`"),
        )
    } else if let Some(similar) = similar {
        (&codes::NEARLY_A_KIND, format!("did you mean `{similar}`?"))
    } else {
        (
            &codes::UNKNOWN_KIND,
            "nothing to do, unless you expected it to route".into(),
        )
    };
    let group = if group.is_empty() { "core" } else { group };
    diagnostics.push(
        Diagnostic::new(
            code,
            span,
            format!("kind `{kind}` of group `{group}` is not used"),
        )
        .why("the object is ignored")
        .hint(hint),
    );
}
