//! Names that DNS does not resolve, or no longer.

use std::{
    net::{Ipv4Addr, SocketAddr, UdpSocket},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use gamma_compile::{Options, compile};
use gamma_envoy::{AccessLog, EnvoyOptions, bootstrap, system_certificates};
use gamma_manifest::diagnostic::Diagnostics;
use gamma_testbed::{
    client::{Client, Request},
    echo::{Echo, Identity},
    envoy::{self, Bootstrap, Envoy},
    gammactl::until,
    manifests::{self, http_route},
    stage::wasm,
};
use serde_json::{Value, json};

use crate::world::service;

/// The port that the names are called at is that of the echo backend.
const RULES: &str = "
    - matches: [{path: {value: /good}}]
      backendRefs: [{name: good, port: 80}]
    - matches: [{path: {value: /away}}]
      backendRefs: [{name: away, port: 80}]
    - matches: [{path: {value: /split}}]
      backendRefs: [{name: good, port: 80}, {name: away, port: 80}]
";

/// How a DNS server answers a question for an IPv4 address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Dns {
    /// `127.0.0.1`, to be asked again after a second.
    Loopback,
    Silent,
    ServFail,
    NxDomain,
    Garbage,
}

/// A DNS server on the loopback interface. It stops when dropped.
struct DnsServer {
    address: SocketAddr,
    answers: Arc<Mutex<Dns>>,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl DnsServer {
    fn start(answers: Dns) -> Self {
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let wait = Some(Duration::from_millis(50));
        socket.set_read_timeout(wait).unwrap();
        let address = socket.local_addr().unwrap();
        let answers = Arc::new(Mutex::new(answers));
        let stop = Arc::new(AtomicBool::new(false));
        let (how, until) = (Arc::clone(&answers), Arc::clone(&stop));
        let thread = thread::spawn(move || {
            let mut question = [0; 1500];
            while !until.load(Ordering::Relaxed) {
                let Ok((length, client)) = socket.recv_from(&mut question) else {
                    continue;
                };
                let how = *how.lock().unwrap_or_else(PoisonError::into_inner);
                if let Some(said) = answer(&question[..length], how) {
                    // A client that is gone is its own problem.
                    let _ = socket.send_to(&said, client);
                }
            }
        });
        Self {
            address,
            answers,
            stop,
            thread: Some(thread),
        }
    }

    fn answer(&self, answers: Dns) {
        *self.answers.lock().unwrap() = answers;
    }
}

impl Drop for DnsServer {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// The answer (RFC 1035, 4.1) to a message with one question.
fn answer(question: &[u8], how: Dns) -> Option<Vec<u8>> {
    let code: u8 = match how {
        Dns::Silent => return None,
        Dns::Garbage => return Some(b"no DNS".repeat(20)),
        Dns::Loopback => 0,
        Dns::ServFail => 2,
        Dns::NxDomain => 3,
    };
    // The name ends with a label without bytes; type and class follow.
    let name = question.get(12..)?.iter().position(|&length| length == 0)?;
    let end = 12 + name + 1 + 4;
    let is_ipv4 = question.get(end - 4..end - 2)? == [0, 1];
    let answers = u8::from(how == Dns::Loopback && is_ipv4);
    let mut said = question[..2].to_vec();
    // A response to a query that wanted recursion, which is available.
    said.extend([0x81, 0x80 | code, 0, 1, 0, answers, 0, 0, 0, 0]);
    said.extend(&question[12..end]);
    if answers == 1 {
        // The name in the question, A, IN, a second, four bytes.
        said.extend([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 1, 0, 4, 127, 0, 0, 1]);
    }
    Some(said)
}

/// An Envoy that asks `dns` for the endpoints of the Service `away`.
fn start(dns: &DnsServer, echo: &Echo) -> (Envoy, SocketAddr) {
    let away = format!(
        "---\napiVersion: discovery.k8s.io/v1\nkind: EndpointSlice\n\
         metadata: {{name: away-1, labels: {{kubernetes.io/service-name: away}}}}\n\
         addressType: FQDN\nports: [{{name: http, port: {}}}]\nendpoints: [{{addresses: [away.example]}}]\n",
        echo.address().port()
    );
    let text = service("cart", &[])
        + &service("good", &[echo.address()])
        + &service("away", &[])
        + &away
        + &http_route("cart", RULES);
    let manifests = manifests::read(&text).unwrap();
    let options = Options::default();
    let config = compile(&manifests, &options, &mut Diagnostics::default());
    let envoy_options = EnvoyOptions {
        listen: vec![(Ipv4Addr::LOCALHOST, 0).into()],
        capture: Vec::new(),
        admin: Some((Ipv4Addr::LOCALHOST, 0).into()),
        wasm: wasm().to_str().unwrap().into(),
        mirror_host_suffix: false,
        system_certificates: system_certificates().into(),
        access_log: AccessLog::Off,
    };
    let mut bootstrap = bootstrap(&manifests, &config, &options, &envoy_options);
    bootstrap["typed_dns_resolver_config"] = resolver(dns.address);
    for cluster in bootstrap["static_resources"]["clusters"]
        .as_array_mut()
        .unwrap()
    {
        if cluster["type"] == "STRICT_DNS" {
            // Instead of every five seconds.
            cluster["dns_refresh_rate"] = "0.2s".into();
        }
    }
    let envoy = Envoy::start(
        Bootstrap::Text(&bootstrap.to_string()),
        &envoy::Options::default(),
    );
    let envoy = envoy.unwrap();
    let address = envoy.listener("gamma_127.0.0.1:0").unwrap();
    (envoy, address)
}

/// Of the Internet's five seconds and four tries, a second and one.
fn resolver(address: SocketAddr) -> Value {
    json!({
        "name": "envoy.network.dns_resolver.cares",
        "typed_config": {
            "@type": "type.googleapis.com/envoy.extensions.network.dns_resolver.cares.v3.CaresDnsResolverConfig",
            "resolvers": [{ "socket_address": {
                "address": address.ip().to_string(),
                "port_value": address.port(),
            } }],
            "dns_resolver_options": { "no_default_search_domain": true },
            "query_timeout_seconds": 1,
            "query_tries": 1,
        },
    })
}

fn status(address: SocketAddr, path: &str) -> u16 {
    Client::new(address)
        .send(&Request::get("cart", path))
        .unwrap()
        .status
}

/// What is behind other names is as before, and of a split the other share.
#[test]
fn a_name_that_does_not_resolve_is_503_for_its_share() {
    let echo = Echo::start(Identity::new("default", "good", 80)).unwrap();
    for how in [Dns::ServFail, Dns::NxDomain, Dns::Garbage, Dns::Silent] {
        let dns = DnsServer::start(how);
        let begin = Instant::now();
        let (envoy, address) = start(&dns, &echo);
        let started = begin.elapsed();
        eprintln!("{how:?}: started in {started:?}");
        assert_eq!(status(address, "/away"), 503, "{how:?}");
        for _ in 0..10 {
            assert_eq!(status(address, "/good"), 200, "{how:?}");
        }
        let shares: Vec<u16> = (0..100).map(|_| status(address, "/split")).collect();
        let of = |wanted| shares.iter().filter(|status| **status == wanted).count();
        let (good, bad) = (of(200), of(503));
        // Fewer than 20 of 100 fair draws come once in a billion runs.
        assert!(
            good + bad == 100 && good >= 20 && bad >= 20,
            "{how:?}: {good} {bad}"
        );
        let stats = envoy.admin_get("/stats?filter=default/away/80").unwrap();
        assert!(stats.contains("upstream_cx_none_healthy: "), "{stats}");
        // As soon as DNS knows it.
        dns.answer(Dns::Loopback);
        until("it resolves", || match status(address, "/away") {
            200 => Ok(()),
            status => Err(status.to_string()),
        })
        .unwrap();
    }
}

#[test]
fn a_name_that_no_longer_resolves_keeps_its_endpoints() {
    let echo = Echo::start(Identity::new("default", "good", 80)).unwrap();
    let dns = DnsServer::start(Dns::Loopback);
    let (envoy, address) = start(&dns, &echo);
    assert_eq!(status(address, "/away"), 200);
    for how in [Dns::ServFail, Dns::Garbage, Dns::Silent] {
        dns.answer(how);
        let before = failures(&envoy);
        until("DNS fails twice", || {
            let now = failures(&envoy);
            assert_eq!(status(address, "/away"), 200, "{how:?}");
            (now >= before + 2).then_some(()).ok_or(now.to_string())
        })
        .unwrap();
        assert_eq!(status(address, "/away"), 200, "{how:?}");
    }
    // That the name is gone is an answer, and no failure.
    dns.answer(Dns::NxDomain);
    until("the endpoints go", || match status(address, "/away") {
        503 => Ok(()),
        status => Err(status.to_string()),
    })
    .unwrap();
    assert_eq!(status(address, "/good"), 200);
}

/// How often a name was asked for in vain.
fn failures(envoy: &Envoy) -> u64 {
    let stats = envoy
        .admin_get("/stats?filter=default/away/80.update_failure")
        .unwrap();
    let count = stats
        .trim()
        .rsplit(' ')
        .next()
        .and_then(|count| count.parse().ok());
    count.unwrap()
}
