//! `--capture` without iptables: a PROXY protocol header says where the connection was going, which
//! is otherwise asked of the kernel. Everything behind that is the same.

use std::{
    fs,
    io::{Read as _, Write as _},
    net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream},
    thread,
};

use gamma_testbed::{
    echo::{Echo, Identity},
    ports::Port,
    shop::{self, EditedShop, backend, rule},
};

const FRAGMENT: &str = "\
static_resources:
  listeners:
    - name: '*'
      listener_filters:
        - name: envoy.filters.listener.original_dst
          typed_config:
            '@type': type.googleapis.com/envoy.extensions.filters.listener.proxy_protocol.v3.ProxyProtocol
";

/// Of the Service `front`. Nobody listens on its port there.
const CLUSTER_IP: Ipv4Addr = Ipv4Addr::new(127, 88, 0, 7);

/// What comes back to `request` on a connection that was going to `destination`.
fn send(envoy: SocketAddr, destination: SocketAddr, request: &str) -> String {
    let mut stream = TcpStream::connect(envoy).unwrap();
    let (ip, port) = (destination.ip(), destination.port());
    write!(stream, "PROXY TCP4 127.0.0.1 {ip} 1 {port}\r\n{request}").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

fn get(host: &str, version: &str) -> String {
    format!("GET /x HTTP/{version}\r\nhost: {host}\r\nconnection: close\r\n\r\n")
}

/// A server that says so, whoever speaks to it; even first.
fn greeter() -> SocketAddr {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            stream.write_all(b"greetings").unwrap();
            stream.shutdown(Shutdown::Write).unwrap();
            // To close with something unread would be to reset the connection.
            let _ = stream.read_to_end(&mut Vec::new());
        }
    });
    address
}

#[test]
fn captured_connections_are_routed_or_go_on() {
    let mut shop = EditedShop::new();
    shop.rules = vec![rule("/", &[("base", 1)], "")];
    shop.save();
    let services = shop.path("in/services.yaml");
    let text = fs::read_to_string(&services).unwrap();
    let (before, front) = text.split_once("name: front").unwrap();
    let front = front.replacen("spec: {", &format!("spec: {{clusterIP: {CLUSTER_IP}, "), 1);
    // What has no frontend is not routed: whoever dials one of its pods has chosen.
    let headless = "---\napiVersion: v1\nkind: Service\nmetadata: {name: queue}\n\
                    spec: {clusterIP: None, ports: [{name: http, port: 80}]}\n\
                    ---\napiVersion: v1\nkind: Service\nmetadata: {name: outside}\n\
                    spec: {type: ExternalName, externalName: api.localhost}\n";
    let queue = shop.echo("queue");
    let slice = format!(
        "---\napiVersion: discovery.k8s.io/v1\nkind: EndpointSlice\n\
         metadata: {{name: queue-1, labels: {{kubernetes.io/service-name: queue}}}}\n\
         addressType: IPv4\nports: [{{name: http, port: {}}}]\nendpoints: [{{addresses: [127.0.0.1]}}]\n",
        queue.port()
    );
    fs::write(
        &services,
        format!("{before}name: front{front}{headless}{slice}"),
    )
    .unwrap();
    let fragment = shop.path("fragment.yaml");
    fs::write(&fragment, FRAGMENT).unwrap();
    let port = Port::reserve().unwrap();
    let output = shop
        .command(&[
            "--capture",
            &port.address().to_string(),
            "--merge",
            fragment.to_str().unwrap(),
        ])
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    let envoy = shop.envoy();
    let address = port.address();

    let elsewhere = shop.echo("elsewhere");
    let service = SocketAddr::from((CLUSTER_IP, 80));
    let other_port = Echo::start_at(
        Identity::new("default", "other-port", 80),
        (CLUSTER_IP, 0).into(),
    )
    .unwrap();
    for (destination, host, version, expected) in [
        // The destination decides, whatever the host.
        (service, "anything", "1.1", r#""backend":"base""#),
        (service, "anything", "1.0", r#""backend":"base""#),
        // Its other ports are none of the Service's.
        (
            other_port.address(),
            "front",
            "1.1",
            r#""backend":"other-port""#,
        ),
        // Else the host does.
        (elsewhere, "front", "1.1", r#""backend":"base""#),
        (elsewhere, "queue", "1.1", r#""backend":"elsewhere""#),
        (elsewhere, "outside", "1.1", r#""backend":"elsewhere""#),
        // Else it goes on to where it was going.
        (elsewhere, "example.com", "1.1", r#""backend":"elsewhere""#),
        (elsewhere, "front:8080", "1.1", r#""backend":"elsewhere""#),
    ] {
        let answer = send(address, destination, &get(host, version));
        assert!(
            answer.contains(expected),
            "{destination} {host} {version}: {answer}"
        );
    }
    // Not captured, so that nobody has chosen.
    let listener = envoy.listener("gamma_127.0.0.1:0").unwrap();
    let answer = send(listener, listener, &get("queue", "1.1"));
    assert!(answer.contains(r#""backend":"queue""#), "{answer}");
    let greeter = greeter();
    for (first, what) in [
        ("\x16\x03\x01 no HTTP\r\n", "another protocol"),
        ("", "the server speaks first"),
    ] {
        assert_eq!(send(address, greeter, first), "greetings", "{what}");
    }
}

/// Whoever dials the listener itself is not sent back to it.
#[test]
fn what_was_dialled_does_not_go_round_in_circles() {
    let shop = EditedShop::saved();
    let port = Port::reserve().unwrap();
    let capture = port.address().to_string();
    let output = shop.command(&["--capture", &capture]).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let _envoy = shop.envoy();
    let ask = |host: &str| backend(&shop::get(port.address(), host, "/"));
    assert_eq!(ask("front"), "base");
    assert_eq!(ask("example.com"), "404");
}
