//! A real Envoy with everything around it: the manifests, the backends and the connections of clients.

use std::net::{Ipv4Addr, SocketAddr};

use anyhow::{Context, Result, ensure};
use gamma_compile::{Options, compile};
use gamma_envoy::{AccessLog, EnvoyOptions, bootstrap, system_certificates};
use gamma_manifest::{Manifests, Service, diagnostic::Diagnostics};
use gamma_testbed::{
    echo::{Echo, Identity},
    envoy::{self, Bootstrap, Envoy},
    manifests,
    stage::{NO_ENDPOINTS, wasm},
};
use serde_json::{Value, json};

use crate::{mix, peer::SoakPeer};

/// Worker threads of Envoy. Each has a VM of its own, which draws by itself and whose counters meet those of the other:
/// what is right with one worker need not be right with two.
pub(crate) const WORKERS: u32 = 2;

/// Connections in HTTP/1.1 that are kept busy: several to a worker, whichever way the kernel deals them out.
pub(crate) const CLIENTS: usize = 64;

/// What the soak runs on.
pub(crate) struct World<Q> {
    pub(crate) envoy: Envoy,
    pub(crate) address: SocketAddr,
    /// HTTP/1.1: clients and backends.
    pub(crate) peer: SoakPeer<Q>,
    /// Backends in HTTP/2, which are called by gRPC.
    pub(crate) echoes: Vec<Echo>,
}

impl<Q> World<Q> {
    pub(crate) fn new(routes: &str) -> Result<Self> {
        let services =
            manifests::read(routes).with_context(|| mix::routes_path().display().to_string())?;
        let identity = |service: &Service| {
            let port = service.ports.first().map_or(0, |port| port.port);
            let metadata = &service.metadata;
            Identity::new(&*metadata.namespace, &*metadata.name.value, port)
        };
        let (grpc, http): (Vec<_>, Vec<_>) = services.services.iter().partition(|service| {
            let mut ports = service.ports.iter();
            ports.any(|port| port.app_protocol.as_deref() == Some("kubernetes.io/h2c"))
        });
        let mut peer = SoakPeer::new(http.iter().map(|service| identity(service)).collect())?;
        let echoes = grpc.iter().map(|service| Echo::start(identity(service)));
        let echoes: Vec<Echo> = echoes.collect::<std::io::Result<_>>()?;
        let addresses = peer.addresses()?;
        let addresses = addresses
            .into_iter()
            .chain(echoes.iter().map(Echo::address));
        let slices = http.iter().chain(&grpc).zip(addresses);
        let slices: String = slices
            .map(|(service, address)| slice(service, address))
            .collect();

        let envoy = start(&manifests::read(&format!("{routes}{slices}"))?)?;
        let address = envoy.listener(&format!("gamma_{LISTEN}"))?;
        peer.connect(address, CLIENTS)?;
        Ok(Self {
            envoy,
            address,
            peer,
            echoes,
        })
    }
}

const LISTEN: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 0);

/// The endpoint of a Service.
fn slice(service: &Service, address: SocketAddr) -> String {
    let metadata = &service.metadata;
    let (name, namespace) = (&metadata.name.value, &metadata.namespace);
    let is_ready = !metadata
        .labels
        .iter()
        .any(|(label, _)| label == NO_ENDPOINTS);
    let slices = service.ports.iter().map(|port| {
        format!(
            "---\napiVersion: discovery.k8s.io/v1\nkind: EndpointSlice\n\
             metadata: {{name: {name}-{}, namespace: {namespace}, labels: {{kubernetes.io/service-name: {name}}}}}\n\
             addressType: IPv4\nports: [{{name: {}, port: {}}}]\n\
             endpoints: [{{addresses: [{}], conditions: {{ready: {is_ready}}}}}]\n",
            port.name,
            port.name,
            address.port(),
            address.ip()
        )
    });
    slices.collect()
}

fn start(manifests: &Manifests) -> Result<Envoy> {
    let wasm = wasm();
    ensure!(
        wasm.is_file(),
        "{} is missing: run `make build`",
        wasm.display()
    );
    let options = Options {
        client_namespace: Some("shop".into()),
        response_metrics: true,
        ..Options::default()
    };
    let config = compile(manifests, &options, &mut Diagnostics::default());
    let mut bootstrap = bootstrap(
        manifests,
        &config,
        &options,
        &EnvoyOptions {
            listen: vec![LISTEN],
            capture: Vec::new(),
            admin: Some(LISTEN),
            wasm: wasm.to_str().context("the path of the filter")?.into(),
            mirror_host_suffix: false,
            system_certificates: system_certificates().into(),
            access_log: AccessLog::All,
        },
    );
    log_few(&mut bootstrap)?;
    let options = envoy::Options {
        concurrency: WORKERS,
        ..envoy::Options::default()
    };
    Envoy::start(Bootstrap::Text(&bootstrap.to_string()), &options)
}

/// The one thing that is other than `gammactl envoy` writes it: of ten thousand requests the access log has one. A line
/// of each would be gigabytes.
fn log_few(bootstrap: &mut Value) -> Result<()> {
    let log = bootstrap
        .pointer_mut(
            "/static_resources/listeners/0/filter_chains/0/filters/0/typed_config/access_log/0",
        )
        .context("the bootstrap has no access log")?;
    log["filter"] = json!({ "runtime_filter": {
        "runtime_key": "soak.access_log",
        "percent_sampled": { "numerator": 1, "denominator": "TEN_THOUSAND" },
    }});
    Ok(())
}
