//! A server that speaks TLS: another Envoy, which takes TLS off and passes what is in it to a backend.

use std::{
    io::{Read as _, Write as _},
    net::{Shutdown, SocketAddr, TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
};

use gamma_testbed::envoy::{Bootstrap, Envoy, Options};
use serde_json::{Value, json};

/// One with `certificate`, for clients that ask for `server_name` by SNI; for all of them if it is
/// empty.
pub(crate) fn terminator(
    certificate: &rcgen::CertifiedKey<rcgen::KeyPair>,
    server_name: &str,
    backend: SocketAddr,
) -> Envoy {
    let socket = |address: SocketAddr| {
        json!({ "socket_address": {
            "address": address.ip().to_string(), "port_value": address.port()
        } })
    };
    let any: SocketAddr = ([127, 0, 0, 1], 0).into();
    let matched: Value = match server_name {
        "" => json!({}),
        name => json!({ "server_names": [name] }),
    };
    let bootstrap = json!({
        "admin": { "address": socket(any) },
        "static_resources": {
            "listeners": [{
                "name": "tls",
                "address": socket(any),
                "listener_filters": [{ "name": "sni", "typed_config": {
                    "@type": "type.googleapis.com/envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector",
                } }],
                "filter_chains": [{
                    "filter_chain_match": matched,
                    "transport_socket": {
                        "name": "envoy.transport_sockets.tls",
                        "typed_config": {
                            "@type": "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext",
                            "common_tls_context": {
                                "alpn_protocols": ["h2", "http/1.1"],
                                "tls_certificates": [{
                                    "certificate_chain": { "inline_string": certificate.cert.pem() },
                                    "private_key": { "inline_string": certificate.signing_key.serialize_pem() },
                                }],
                            },
                        },
                    },
                    "filters": [{ "name": "tcp", "typed_config": {
                        "@type": "type.googleapis.com/envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy",
                        "stat_prefix": "tls",
                        "cluster": "backend",
                    } }],
                }],
            }],
            "clusters": [{ "name": "backend", "load_assignment": {
                "cluster_name": "backend",
                "endpoints": [{ "lb_endpoints": [{ "endpoint": { "address": socket(backend) } }] }],
            } }],
        },
    });
    Envoy::start(Bootstrap::Text(&bootstrap.to_string()), &Options::default()).unwrap()
}

/// Passes connections on, and remembers how each begins.
pub(crate) struct Spy {
    pub(crate) address: SocketAddr,
    first_bytes: Arc<Mutex<Vec<u8>>>,
}

/// What every TLS connection begins with: a record that is a handshake (RFC 8446, 5.1).
const HANDSHAKE: u8 = 22;

impl Spy {
    /// Its thread ends with the test's process.
    pub(crate) fn on(server: SocketAddr) -> Self {
        let listener = TcpListener::bind((server.ip(), 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let first_bytes = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&first_bytes);
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let seen = Arc::clone(&seen);
                thread::spawn(move || pass_on(client, server, &seen));
            }
        });
        Self {
            address,
            first_bytes,
        }
    }

    /// How many connections there were since the last call, all of them TLS.
    pub(crate) fn tls_connections(&self) -> usize {
        let seen = std::mem::take(&mut *self.first_bytes.lock().unwrap());
        assert!(seen.iter().all(|byte| *byte == HANDSHAKE), "{seen:?}");
        seen.len()
    }
}

fn pass_on(mut client: TcpStream, server: SocketAddr, seen: &Mutex<Vec<u8>>) -> Option<()> {
    let mut first = [0];
    client.read_exact(&mut first).ok()?;
    seen.lock().unwrap().push(first[0]);
    let mut server = TcpStream::connect(server).ok()?;
    server.write_all(&first).ok()?;
    let (mut from_client, mut to_server) = (client.try_clone().ok()?, server.try_clone().ok()?);
    thread::spawn(move || {
        let _ = std::io::copy(&mut from_client, &mut to_server);
        let _ = to_server.shutdown(Shutdown::Write);
    });
    let _ = std::io::copy(&mut server, &mut client);
    let _ = client.shutdown(Shutdown::Write);
    Some(())
}
