//! Resolves a backendRef to the Service port that it names, or says why it names none that can be used.

use gamma_manifest::{
    BackendRef, MULTICLUSTER, ReferenceGrant, Route, RouteKind, Service, ServicePort,
    diagnostic::{Code, Diagnostic, Diagnostics, Hint, codes},
    source::{Span, Spanned},
    suggest::nearest,
};

use super::{
    backend_tls::{BackendConnection, BackendTls, asks_for_tls},
    endpoints::{self, Reachability},
    index,
    index::Index,
    options::{Options, TlsToBackends},
};

/// Looks up the Service ports that backendRefs name. It knows nothing of routes: what becomes of one depends on no other.
pub(crate) struct BackendResolver<'a> {
    pub(crate) grants: &'a [ReferenceGrant],
    pub(crate) index: &'a Index<'a>,
    pub(crate) options: &'a Options,
    pub(crate) tls: &'a BackendTls<'a>,
}

/// Why a backend is invalid: the words in the config, and the diagnostic.
pub(crate) struct BackendFault {
    code: &'static Code,
    span: Span,
    message: String,
    hint: Hint,
    /// The other place that has to do with it.
    also: Option<Spanned<String>>,
}

impl BackendFault {
    /// What kind of fault it is.
    pub(crate) fn code(&self) -> &'static Code {
        self.code
    }

    /// The fault in the words that the config has for it.
    pub(super) fn message(&self) -> &str {
        &self.message
    }

    /// Whether the fault is the one that `code` stands for.
    pub(crate) fn is(&self, code: &Code) -> bool {
        self.code == code
    }

    /// The diagnostic that says the fault, and `why` the fault matters.
    pub(crate) fn diagnostic(self, why: impl Into<String>) -> Diagnostic {
        let also = self.also;
        let diagnostic = Diagnostic::new(self.code, self.span, self.message)
            .why(why)
            .hint(self.hint);
        Diagnostic { also, ..diagnostic }
    }
}

impl BackendResolver<'_> {
    /// The cluster of the Service port that a reference names.
    pub(crate) fn cluster(
        &self,
        route: &Route,
        backend: &BackendRef,
    ) -> Result<String, BackendFault> {
        let service = self.service(route, backend)?;
        let (namespace, name) = target(route, backend);
        let kind = service.kind;
        let port = backend.port.as_ref().ok_or_else(|| BackendFault {
            code: &codes::UNKNOWN_BACKEND_PORT,
            span: backend.span,
            message: format!("backendRef to {kind:?} `{namespace}/{name}` has no port"),
            hint: service.port_list().into(),
            also: None,
        })?;
        let found = service.tcp_port(port.value).ok_or_else(|| BackendFault {
            code: &codes::UNKNOWN_BACKEND_PORT,
            span: port.span,
            message: format!(
                "{kind:?} `{namespace}/{name}` has no TCP port {}",
                port.value
            ),
            hint: service.port_hint(port.value),
            also: None,
        })?;
        let may_be_tls = self.options.tls_to_backends != TlsToBackends::Proxy;
        let domain = &self.options.cluster_domain;
        let cluster = self.options.cluster_names.of(service, port.value, domain);
        if let Some(protocol) = found.app_protocol.as_deref()
            && !carries(protocol, route.kind, may_be_tls)
        {
            return Err(BackendFault {
                code: &codes::UNSUPPORTED_PROTOCOL,
                span: port.span,
                message: format!(
                    "port {} of {kind:?} `{namespace}/{name}` speaks `{protocol}`, which can't \
                     carry requests of {}s",
                    port.value,
                    route.kind.as_str(),
                ),
                hint: "send to a port that speaks HTTP, or correct its `appProtocol`".into(),
                also: None,
            });
        }
        if self.options.require_reference_grants && !self.permitted(route, service) {
            return Err(BackendFault {
                code: &codes::REF_NOT_PERMITTED,
                span: backend.span,
                message: format!(
                    "no ReferenceGrant in namespace `{namespace}` lets {}s of namespace `{}` refer \
                     to {kind:?} `{name}`",
                    route.kind.as_str(),
                    route.metadata.namespace,
                ),
                hint: format!("add a ReferenceGrant to namespace `{namespace}`").into(),
                also: None,
            });
        }
        self.connection(service, found, &cluster, port.span)?;
        Ok(cluster)
    }

    /// An error if there can't be any connection to a port: what wants TLS gets no plain text.
    fn connection(
        &self,
        service: &Service,
        port: &ServicePort,
        cluster: &str,
        span: Span,
    ) -> Result<(), BackendFault> {
        let (kind, metadata) = (service.kind, &service.metadata);
        let called = format!("{kind:?} `{}/{}`", metadata.namespace, metadata.name.value);
        if self.options.tls_to_backends.is_elsewhere(cluster) {
            return Ok(());
        }
        let asked = port.app_protocol.as_deref().filter(|p| asks_for_tls(p));
        match (self.tls.connection(service, port), asked) {
            (BackendConnection::Tls(_), _) | (BackendConnection::Plain, None) => Ok(()),
            (BackendConnection::Refused(policy), _) => Err(BackendFault {
                code: &codes::TLS_CANNOT_BE,
                span,
                message: format!(
                    "port {} of {called} can't be reached by TLS as BackendTLSPolicy `{}` says",
                    port.port, policy.metadata.name.value
                ),
                hint: "mend the policy: what is wrong is said there".into(),
                also: Some(Spanned {
                    value: "the policy".into(),
                    span: policy.metadata.name.span,
                }),
            }),
            (BackendConnection::Plain, Some(protocol)) => Err(BackendFault {
                code: &codes::TLS_WITHOUT_POLICY,
                span,
                message: format!(
                    "port {} of {called} wants TLS (`appProtocol: {protocol}`), and no \
                     BackendTLSPolicy is for it",
                    port.port
                ),
                hint: "add a BackendTLSPolicy, or set the cluster's TLS with `gammactl envoy \
                       --merge`, as examples/tls-to-backends.yaml does"
                    .into(),
                also: Some(Spanned {
                    value: "the port".into(),
                    span: port.span,
                }),
            }),
        }
    }

    /// Whether a fault follows from an error in another object, which has been said.
    pub(crate) fn is_consequence(&self, fault: &Code, route: &Route, backend: &BackendRef) -> bool {
        let (namespace, name) = target(route, backend);
        let kind = index::service_kind(&backend.group, &backend.kind.value);
        if *fault == codes::REF_NOT_PERMITTED {
            self.index.has_left_out("ReferenceGrant", namespace)
        } else if *fault == codes::TLS_WITHOUT_POLICY {
            self.index.has_left_out("BackendTLSPolicy", namespace)
        } else if *fault == codes::TLS_CANNOT_BE {
            self.index.has_left_out("ConfigMap", namespace)
        } else if *fault == codes::UNKNOWN_BACKEND || *fault == codes::UNKNOWN_BACKEND_PORT {
            kind.is_some_and(|kind| self.index.is_left_out(kind, namespace, name))
        } else {
            false
        }
    }

    /// The Service or ServiceImport that a reference names.
    fn service(&self, route: &Route, backend: &BackendRef) -> Result<&Service, BackendFault> {
        let (namespace, name) = target(route, backend);
        let Some(kind) = index::service_kind(&backend.group, &backend.kind.value) else {
            return Err(BackendFault {
                code: &codes::UNSUPPORTED_BACKEND_KIND,
                span: backend.kind.span,
                message: match &*backend.group {
                    "" if backend.kind.value == "ServiceImport" => {
                        "backendRef is a ServiceImport of the core group, which has none".into()
                    }
                    group if backend.kind.value.starts_with("Service") => format!(
                        "backendRef is a {} of group `{group}`, which has none",
                        backend.kind.value
                    ),
                    _ => format!(
                        "backendRef is of kind `{}`, not a Service",
                        backend.kind.value
                    ),
                },
                hint: match nearest(&backend.kind.value, ["Service", "ServiceImport"]) {
                    _ if backend.kind.value == "ServiceImport" => {
                        format!("write `group: {MULTICLUSTER}`").into()
                    }
                    _ if backend.kind.value == "Service" => {
                        "a Service is in the core group: leave `group` out".into()
                    }
                    Some("ServiceImport") => {
                        format!("did you mean `kind: ServiceImport`, with `group: {MULTICLUSTER}`?")
                            .into()
                    }
                    Some(similar) => Hint::did_you_mean(similar),
                    None => "name a Service of the core group".into(),
                },
                also: None,
            });
        };
        let service = self.index.service(kind, namespace, name);
        let service = service.ok_or_else(|| BackendFault {
            code: &codes::UNKNOWN_BACKEND,
            span: backend.name.span,
            message: format!(
                "backendRef names {kind:?} `{namespace}/{name}`, which is not in the input"
            ),
            hint: self.index.service_hint(
                kind,
                route,
                backend.namespace.as_ref().map(|n| &*n.value),
                name,
            ),
            also: None,
        })?;
        // "ExternalName Services SHOULD NOT be supported as backends."
        if service.service_type == "ExternalName" {
            return Err(BackendFault {
                code: &codes::UNSUPPORTED_BACKEND_KIND,
                span: backend.name.span,
                message: format!("Service `{namespace}/{name}` is an ExternalName"),
                hint: "name a Service that has endpoints".into(),
                also: None,
            });
        }
        Ok(service)
    }

    /// "ReferenceGrant identifies kinds of resources in other namespaces that are trusted to
    /// reference the specified kinds of resources in the same namespace as the policy."
    fn permitted(&self, route: &Route, service: &Service) -> bool {
        let (namespace, name) = (&service.metadata.namespace, &service.metadata.name.value);
        let from_matches = |grant: &ReferenceGrant| {
            grant.from.iter().any(|(group, kind, from)| {
                group == "gateway.networking.k8s.io"
                    && kind == route.kind.as_str()
                    && *from == route.metadata.namespace
            })
        };
        let to_matches = |grant: &ReferenceGrant| {
            grant.to.iter().any(|(group, kind, to)| {
                index::service_kind(group, kind) == Some(service.kind)
                    && to.as_deref().is_none_or(|to| to == name)
            })
        };
        *namespace == route.metadata.namespace
            || self
                .grants
                .iter()
                .filter(|grant| grant.metadata.namespace == *namespace)
                .any(|grant| from_matches(grant) && to_matches(grant))
    }

    /// EndpointSlices are optional in the input. Where a Service has some, they must lead somewhere;
    /// what is wrong with the slices themselves is said of them.
    pub(super) fn endpoints(
        &self,
        route: &Route,
        backend: &BackendRef,
        why: &str,
        diagnostics: &mut Diagnostics,
    ) {
        let (namespace, name) = target(route, backend);
        let Ok(service) = self.service(route, backend) else {
            return;
        };
        let slices = self.index.slices(service);
        let port = backend.port.as_ref();
        let Some(port) = port.and_then(|port| service.tcp_port(port.value)) else {
            return;
        };
        if slices.is_empty()
            || self.index.has_slice_left_out(service)
            || endpoints::reach(service, port, slices) != Reachability::NotReady
        {
            return;
        }
        diagnostics.push(
            Diagnostic::new(
                &codes::NO_ENDPOINTS,
                backend.name.span,
                format!(
                    "{:?} `{namespace}/{name}` has no ready endpoints",
                    service.kind
                ),
            )
            .why(why)
            .hint("scale its workload up, or send it nothing until then"),
        );
    }
}

fn target<'r>(route: &'r Route, backend: &'r BackendRef) -> (&'r str, &'r str) {
    let namespace = backend
        .namespace
        .as_ref()
        .map_or(&*route.metadata.namespace, |n| &*n.value);
    (namespace, &*backend.name.value)
}

/// Values of `appProtocol` that are no HTTP, by the names that Kubernetes, Istio and IANA have for them.
const NOT_HTTP: [&str; 9] = [
    "amqp",
    "kafka",
    "mongo",
    "mysql",
    "postgresql",
    "redis",
    "tcp",
    "tls",
    "udp",
];
/// HTTP that is no HTTP/2.
const WEB_SOCKETS: [&str; 2] = ["kubernetes.io/ws", "kubernetes.io/wss"];

/// "If a Route is not able to send traffic to the backend using the specified protocol then the
/// backend is considered invalid." What nobody here knows is taken for HTTP.
///
/// `tls` says nothing of what is inside: where this proxy makes the TLS, that is HTTP.
fn carries(app_protocol: &str, kind: RouteKind, may_be_tls: bool) -> bool {
    let http = !NOT_HTTP.contains(&app_protocol) || (may_be_tls && app_protocol == "tls");
    match kind {
        RouteKind::HttpRoute => http,
        RouteKind::GrpcRoute => http && !WEB_SOCKETS.contains(&app_protocol),
    }
}
