//! What the page shows of its files.

use serde::Serialize;

use crate::{
    compiled_files::CompiledFiles,
    diagnostics::{self, PageDiagnostic},
    graph::{self, RouteGraph},
};

/// What the page shows of its files.
#[derive(Debug, Serialize)]
pub(crate) struct Analysis {
    diagnostics: Vec<PageDiagnostic>,
    graph: RouteGraph,
    services: Vec<ServiceSummary>,
    rules: usize,
}

#[derive(Debug, Serialize)]
struct ServiceSummary {
    kind: String,
    namespace: String,
    name: String,
    ports: Vec<u16>,
}

impl CompiledFiles {
    pub(crate) fn analysis(&self) -> Analysis {
        let services = self.manifests.services.iter();
        let routes = self.manifests.routes.iter();
        Analysis {
            diagnostics: diagnostics::for_page(self.diagnostics(), &self.sources),
            graph: graph::graph(self),
            services: services
                .map(|service| ServiceSummary {
                    kind: format!("{:?}", service.kind),
                    namespace: service.metadata.namespace.clone(),
                    name: service.metadata.name.value.clone(),
                    ports: service.tcp_ports().map(|port| port.port).collect(),
                })
                .collect(),
            rules: routes.map(|route| route.rules.len()).sum(),
        }
    }
}
