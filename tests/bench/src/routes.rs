//! The routes that every variant has, and the requests that go by them.

use std::{fmt::Write as _, net::SocketAddr};

use crate::http::Prepared;

/// Number of backends that the routes lead to.
pub(crate) const BACKENDS: usize = 4;

/// The path of a route.
pub(crate) fn path(route: usize) -> String {
    format!("/service-{route:05}/items")
}

/// The backend of a route: in no order, so that a neighbour's would be noticed.
pub(crate) fn backend(route: usize) -> usize {
    const GOLDEN: usize = 2_654_435_761;
    (route.wrapping_mul(GOLDEN) >> 16) % BACKENDS
}

/// Envoy's name for a backend, as `gammactl envoy` has it.
pub(crate) fn cluster(backend: usize) -> String {
    format!("bench/backend-{backend}/80")
}

/// A request for every route. All variants get the same ones.
pub(crate) fn requests(routes: usize, extra: &str) -> Vec<Prepared> {
    (0..routes)
        .map(|route| request(&path(route), extra, 200, backend(route)))
        .collect()
}

/// A request for a path. It says its backend for those variants that choose nothing themselves.
pub(crate) fn request(path: &str, extra: &str, status: u16, backend: usize) -> Prepared {
    let text = format!(
        "GET {path} HTTP/1.1\r\nhost: front\r\nuser-agent: bench/1.0\r\naccept: */*\r\n\
         accept-encoding: gzip\r\nx-bench-cluster: {}\r\n{extra}\r\n",
        cluster(backend)
    );
    Prepared {
        bytes: text.into_bytes(),
        status,
        backend: Some(backend),
    }
}

/// All requests in turn, neighbours far apart: no cache knows the next one from the last.
pub(crate) struct Order {
    at: usize,
    step: usize,
    len: usize,
}

impl Order {
    pub(crate) fn new(len: usize) -> Self {
        /// Coprime to every number of requests, which are powers of ten.
        const STEP: usize = 7_919;
        Self {
            at: 0,
            step: STEP % len.max(1),
            len,
        }
    }

    pub(crate) fn next(&mut self) -> usize {
        self.at = (self.at + self.step) % self.len;
        self.at
    }
}

/// How the routes look in manifests.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shape {
    pub(crate) routes: usize,
    pub(crate) path_type: &'static str,
    /// Before the path of every match.
    pub(crate) path_prefix: &'static str,
    /// Behind the path of every match.
    pub(crate) path_suffix: &'static str,
    /// More of every match, in YAML's flow style, with a comma before it.
    pub(crate) predicate: &'static str,
    /// More of every rule, the same way.
    pub(crate) rule: &'static str,
    /// Whether the rules have backends.
    pub(crate) backends: bool,
    /// More of the Service's spec, the same way.
    pub(crate) service: &'static str,
    /// More ports of the Service: the listener's, for requests to a cluster IP.
    pub(crate) port: Option<u16>,
}

impl Shape {
    pub(crate) fn plain(routes: usize) -> Self {
        Self {
            routes,
            path_type: "PathPrefix",
            path_prefix: "",
            path_suffix: "",
            predicate: "",
            rule: "",
            backends: true,
            service: "",
            port: None,
        }
    }

    /// One HTTPRoute for each route, all on one Service, as manifests.
    pub(crate) fn manifests(&self, backends: &[SocketAddr]) -> String {
        let mut yaml = String::new();
        let port = self
            .port
            .map(|port| format!(", {{name: other, port: {port}}}"))
            .unwrap_or_default();
        let ports = format!("[{{name: http, port: 80}}{port}]");
        service(&mut yaml, "front", &ports, self.service, backends[0]);
        for (backend, address) in backends.iter().enumerate() {
            let ports = "[{name: http, port: 80}]";
            service(
                &mut yaml,
                &format!("backend-{backend}"),
                ports,
                "",
                *address,
            );
        }
        for route in 0..self.routes {
            let path = path(route);
            let backend_refs = match self.backends {
                true => format!(
                    ", backendRefs: [{{name: backend-{}, port: 80}}]",
                    backend(route)
                ),
                false => String::new(),
            };
            let _ = write!(
                yaml,
                "---\napiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\n\
                 metadata: {{name: route-{route:05}, namespace: bench}}\n\
                 spec:\n  parentRefs: [{{group: \"\", kind: Service, name: front}}]\n  rules:\n  \
                 - {{matches: [{{path: {{type: {}, value: '{}{path}{}'}}{}}}]{backend_refs}{}}}\n",
                self.path_type, self.path_prefix, self.path_suffix, self.predicate, self.rule
            );
        }
        yaml
    }
}

fn service(yaml: &mut String, name: &str, ports: &str, more: &str, address: SocketAddr) {
    let _ = write!(
        yaml,
        "---\napiVersion: v1\nkind: Service\nmetadata: {{name: {name}, namespace: bench}}\n\
         spec: {{ports: {ports}{more}}}\n\
         ---\napiVersion: discovery.k8s.io/v1\nkind: EndpointSlice\n\
         metadata: {{name: {name}, namespace: bench, labels: {{kubernetes.io/service-name: {name}}}}}\n\
         addressType: IPv4\nendpoints: [{{addresses: [{}]}}]\nports: [{{name: http, port: {}}}]\n",
        address.ip(),
        address.port()
    );
}
