//! Decodes Kubernetes manifests in YAML or JSON into [`Manifests`].
//!
//! An object that the API server would refuse is left out, with every violation reported at its
//! place; the other objects survive. HTTPRoute, GRPCRoute and ReferenceGrant are read in full, so an
//! unknown field in them is a finding; of the core kinds only what matters for routing is read.

mod auth;
mod backend;
mod backend_tls_policy;
mod backend_traffic_policy;
mod cluster_ips;
mod compact;
mod config_map;
mod cors;
mod cx;
mod edited;
mod endpoint_place;
mod external_traffic;
mod filters;
mod foreign;
mod grant;
mod hints;
mod inherit;
mod kinds;
mod left_out;
mod live;
mod matches;
mod merge;
mod metadata;
mod node_proxy;
mod other;
mod parallel;
mod policy_target;
mod ports;
mod referent;
mod route;
mod rule;
mod scalar;
mod service;
mod service_ports;
mod session;
mod slice;
mod slice_address;
mod text;
mod url;

use cx::Cx;
pub use edited::EditedFiles;
pub use live::LiveObjects;
use merge::Merge;

use crate::{
    Manifests, RouteKind,
    diagnostic::{Diagnostic, Diagnostics, Severity, codes},
    groups::{GATEWAY, MULTICLUSTER},
    source::{Sources, Spanned},
    yaml,
    yaml::{Dialect, Document, Field, ListParts, Node, ObjectReader},
};

/// Reads all objects in `sources`. Those that name no namespace are put into `default_namespace`.
pub fn decode(
    sources: &Sources,
    default_namespace: &str,
    diagnostics: &mut Diagnostics,
) -> Manifests {
    let foreign = foreign::files(sources, is_used, diagnostics);
    let documents: Vec<Document<'_>> = sources
        .iter()
        .filter(|(file, _)| !foreign.contains(file))
        .flat_map(|(file, source)| yaml::documents(file, &source.text, Dialect::Kubectl))
        .collect();
    let reading = Reading {
        sources,
        default_namespace,
    };
    let mut merge = Merge::new(sources);
    let lists: Vec<Option<ListParts<'_>>> = documents.iter().map(|of| of.list()).collect();
    let mut at = 0;
    while at < documents.len() {
        // Documents up to the next List are read in parallel, and so are its items.
        let next = lists[at..].iter().position(Option::is_some);
        let end = next.map_or(documents.len(), |next| at + next);
        let mut parts = parallel::map_chunks(&documents[at..end], |of| reading.documents(of));
        if let Some(Some(list)) = lists.get(end) {
            parts.extend(reading.list(documents[end], list));
        }
        for (manifests, found) in parts {
            diagnostics.extend(found);
            merge.add(manifests, diagnostics);
        }
        at = end + 1;
    }
    merge.finish()
}

/// What was read, and what is wrong with it.
type DecodedPart = (Manifests, Diagnostics);

/// Reads documents, on any thread.
struct Reading<'s> {
    sources: &'s Sources,
    default_namespace: &'s str,
}

impl Reading<'_> {
    fn decoder(&self) -> Decoder<'_> {
        Decoder {
            sources: self.sources,
            default_namespace: self.default_namespace,
            manifests: Manifests::default(),
        }
    }

    fn documents(&self, documents: &[Document<'_>]) -> DecodedPart {
        let mut diagnostics = Diagnostics::default();
        let mut decoder = self.decoder();
        for document in documents {
            let errors = diagnostics.count(Severity::Error);
            let roots = document.parse(&mut diagnostics);
            if roots.is_empty() && diagnostics.count(Severity::Error) > errors {
                let guessed = left_out::guessed(document.text(), self.default_namespace);
                decoder.manifests.left_out.extend(guessed);
            }
            for root in roots {
                decoder.object(&root, &Inherited::default(), &mut diagnostics);
            }
        }
        (decoder.manifests, diagnostics)
    }

    /// The items of a large List, or the whole of it if they can't be read one by one.
    fn list(&self, document: Document<'_>, parts: &ListParts<'_>) -> Vec<DecodedPart> {
        let whole = || vec![self.documents(&[document])];
        let Some(inherited) = Inherited::of(&parts.list) else {
            return whole();
        };
        let read = parallel::map_chunks(&parts.items, |items| {
            let mut diagnostics = Diagnostics::default();
            let mut decoder = self.decoder();
            for item in items {
                let node = item.parse(&mut diagnostics)?;
                decoder.object(&node, &inherited, &mut diagnostics);
            }
            Some((decoder.manifests, diagnostics))
        });
        let read: Option<Vec<DecodedPart>> = read.into_iter().collect();
        read.unwrap_or_else(whole)
    }
}

struct Decoder<'s> {
    sources: &'s Sources,
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

/// A kind of objects that [`decode`] reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KnownKind {
    /// Kind.
    pub kind: &'static str,
    /// API group; empty for the core group.
    pub group: &'static str,
    /// Versions that are read, the one to write first.
    pub versions: &'static [&'static str],
}

/// The kinds that [`decode`] reads.
pub fn known_kinds() -> impl Iterator<Item = KnownKind> {
    KINDS.iter().map(|(kind, group, versions, _)| KnownKind {
        kind,
        group,
        versions,
    })
}

/// Whether objects of a kind say anything about routes by themselves. A ConfigMap may hold anything, templates of
/// others among it.
fn is_used(kind: &str) -> bool {
    KINDS.iter().any(|(name, ..)| *name == kind) && kind != "ConfigMap"
}

/// What the items of a list need not say, since the list says it: a `ServiceList` has Services.
#[derive(Default)]
struct Inherited {
    api_version: Option<Spanned<String>>,
    kind: Option<Spanned<String>>,
}

impl Inherited {
    /// From a list, if it names its kind and version.
    fn of(list: &Node) -> Option<Self> {
        let text = |name: &str| {
            let node = list.get(name)?;
            let value = node.as_str()?.to_owned();
            let span = node.span;
            Some(Spanned { value, span })
        };
        let kind = text("kind")?;
        let of = kind.value.strip_suffix("List")?;
        Some(Self::from(of, &kind, &text("apiVersion")?))
    }

    /// From a list of `of`, which is empty if items are of any kind.
    fn from(of: &str, kind: &Spanned<String>, api_version: &Spanned<String>) -> Self {
        if of.is_empty() {
            return Self::default();
        }
        let value = of.to_owned();
        Self {
            api_version: Some(api_version.clone()),
            kind: Some(Spanned { value, ..*kind }),
        }
    }
}

impl Decoder<'_> {
    fn object(&mut self, document: &Node, from: &Inherited, diagnostics: &mut Diagnostics) {
        if foreign::no_list(document, self.sources, is_used, diagnostics)
            || foreign::no_text(document, diagnostics)
            || foreign::no_whole_object(document, self.sources, is_used, diagnostics)
        {
            return;
        }
        let is_text = |name: &str| document.get(name).and_then(Node::as_str).is_some();
        let is_object = is_text("apiVersion") && is_text("kind") || from.kind.is_some();
        if !is_object && foreign::no_object(document, self.sources, diagnostics) {
            return;
        }
        let mut cx = Cx {
            diagnostics,
            refused: false,
        };
        let Some(mut object) = ObjectReader::open(&Field::root(document), &mut cx) else {
            return;
        };
        let api_version = object.string("apiVersion", &mut cx);
        let kind = object.string("kind", &mut cx);
        let api_version = api_version.or_else(|| from.api_version.clone());
        let kind = kind.or_else(|| from.kind.clone());
        let (Some(api_version), Some(kind)) = (api_version, kind) else {
            if !cx.refused {
                cx.refuse(
                    &codes::NOT_AN_OBJECT,
                    document.span,
                    "this is no Kubernetes object: `apiVersion` or `kind` is missing",
                    "begin it with `apiVersion:` and `kind:`; if it is to be none, leave it out of the input",
                );
            }
            return;
        };
        if let Some(of) = kind.value.strip_suffix("List")
            && (of.is_empty() || document.get("items").is_some())
        {
            let inherited = Inherited::from(of, &kind, &api_version);
            for item in object.list("items", &mut cx) {
                self.object(item.node, &inherited, cx.diagnostics);
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
            let namespace = self.default_namespace;
            match other::other_object(&used, group, &kind, document, namespace, cx.diagnostics) {
                Ok(other) => self.manifests.others.push(other),
                Err(meant) => self.leave_out(meant, document),
            }
            if (&*kind.value, group) == ("Gateway", GATEWAY) {
                let gateway = left_out::of("Gateway", document, namespace);
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
        let mut route = route::route(kind, object, self.default_namespace, cx);
        route.as_mut().into_iter().for_each(compact::route);
        keep(route.map(Into::into), &mut self.manifests.routes, cx);
    }

    fn reference_grant(&mut self, object: ObjectReader<'_>, cx: &mut Cx<'_>) {
        let grant = grant::reference_grant(object, self.default_namespace, cx);
        keep(grant, &mut self.manifests.reference_grants, cx);
    }

    fn service(&mut self, object: ObjectReader<'_>, cx: &mut Cx<'_>) {
        let mut service = service::service(object, self.default_namespace, cx);
        service.as_mut().into_iter().for_each(compact::service);
        keep(service, &mut self.manifests.services, cx);
    }

    fn service_import(&mut self, object: ObjectReader<'_>, cx: &mut Cx<'_>) {
        let import = service::service_import(object, self.default_namespace, cx);
        keep(import, &mut self.manifests.services, cx);
    }

    fn endpoint_slice(&mut self, object: ObjectReader<'_>, cx: &mut Cx<'_>) {
        let slice = slice::endpoint_slice(object, self.default_namespace, cx);
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
        if let Some(metadata) = &metadata {
            text::label_name(&metadata.name, "metadata.name", cx);
        }
        if let Some(spec) = object.take("spec", cx) {
            ObjectReader::open(&spec, cx);
        }
        keep(metadata, &mut self.manifests.namespaces, cx);
    }
}

/// Keeps what was read, unless the API server would refuse it.
fn keep<T>(read: Option<T>, into: &mut Vec<T>, cx: &Cx<'_>) {
    if !cx.refused {
        into.extend(read);
    }
}
