//! A real Envoy with a bootstrap of a few lines.

use std::thread;

use super::*;

const HELLO: &str = r#"
admin: {address: {socket_address: {address: 127.0.0.1, port_value: 0}}}
static_resources:
  listeners:
    - name: hello
      address: {socket_address: {address: 127.0.0.1, port_value: 0}}
      filter_chains:
        - filters:
            - name: http
              typed_config:
                "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
                stat_prefix: hello
                http_filters:
                  - name: router
                    typed_config: {"@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router}
                route_config:
                  virtual_hosts:
                    - name: all
                      domains: ["*"]
                      routes:
                        - match: {prefix: /}
                          direct_response: {status: 200, body: {inline_string: hello}}
"#;

fn start() -> Envoy {
    Envoy::start(Bootstrap::Text(HELLO), &Options::default()).unwrap()
}

#[test]
fn serves_until_dropped() {
    let envoy = start();
    let listener = envoy.listener("hello").unwrap();
    let mut client = Client::new(listener);

    assert_eq!(
        client.send(&Request::get("any", "/")).unwrap().text(),
        "hello"
    );

    let proc_entry = PathBuf::from(format!("/proc/{}", envoy.pid()));
    drop(envoy);
    assert!(!proc_entry.exists(), "not reaped");
    assert!(client.send(&Request::get("any", "/")).is_err());
}

#[test]
fn outlives_the_thread_that_started_it() {
    let envoy = thread::spawn(start).join().unwrap();
    let listener = envoy.listener("hello").unwrap();

    let answer = Client::new(listener)
        .send(&Request::get("any", "/"))
        .unwrap();

    assert_eq!(answer.status, 200);
}

#[test]
fn a_refused_bootstrap_is_explained() {
    let bad = HELLO.replace("stat_prefix", "stat_prefiks");
    let error = Envoy::start(Bootstrap::Text(&bad), &Options::default()).unwrap_err();

    for error in [error, validate(Bootstrap::Text(&bad)).unwrap_err()] {
        assert!(error.to_string().contains("stat_prefiks"), "{error}");
    }
    validate(Bootstrap::Text(HELLO)).unwrap();
}
