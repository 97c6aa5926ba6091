//! Hosts that do what no host should: statuses that nobody expects, header maps that are none, callbacks in any order.
//! The filter may refuse requests then. It must not trap, and no client may choose its upstream.

use gamma_interpreter::{
    CallAnswer, Headers, Hosted, Turn, Vm,
    profile::{BARE, ENVOY, HostProfile, NGINX},
};

use crate::{COMPAT, contract, headers};

const FORGED: &str = "forged";

const CONFIG: &str = r#"{"version": 1, "settings": {"clientNamespace": "shop"},
    "services": [{"namespace": "shop", "name": "cart", "clusterIPs": ["10.0.0.1"],
    "ports": [{"port": 80, "cluster": "cart", "producer": {"rules": [
      {"matches": [{"path": {"value": "/guarded"}}], "backendRefs": [{"cluster": "cart"}],
       "filters": [{"externalAuth": {"cluster": "auth"}}]},
      {"matches": [{"path": {"value": "/edited"}}], "backendRefs": [{"cluster": "cart"}],
       "sessionPersistence": {"name": "s", "absoluteTimeout": "1h"},
       "filters": [{"requestHeaderModifier": {"remove": ["x-a"], "add": [{"name": "x-b", "value": "1"}]}},
                   {"responseHeaderModifier": {"remove": ["server"]}},
                   {"urlRewrite": {"hostname": "other", "path": {"replaceFullPath": "/new"}}}]},
      {"matches": [{"path": {"value": "/moved"}}], "filters": [{"requestRedirect": {"port": 81}}]},
      {"matches": [{"path": {"value": "/"}}], "backendRefs": [{"cluster": "cart"}]}]}}]}]}"#;

const PATHS: [&str; 5] = ["/", "/guarded", "/edited", "/moved", "*"];
const PROFILES: [HostProfile; 3] = [ENVOY, NGINX, BARE];

fn request(authority: &str, path: &str) -> Headers {
    headers(&[
        (":authority", authority),
        (":path", path),
        (":method", "GET"),
        (":scheme", "http"),
        ("Host", authority),
        ("x-gamma-cluster", FORGED),
        ("x-a", "1"),
    ])
}

fn start(profile: HostProfile) -> Hosted {
    Hosted::start(&COMPAT, profile, CONFIG).unwrap()
}

/// A request from its headers to its end. Whatever becomes of it, it does not go where the client says.
fn play(host: &mut Hosted, request: Headers, what: &str) {
    let check = |host: &mut Hosted, turn: &Turn| {
        if *turn == Turn::GoesOn {
            let sent = host.visible();
            let forged = sent.iter().find(|(_, value)| value == FORGED.as_bytes());
            assert_eq!(forged, None, "{what}");
        }
    };
    let turn = host
        .request(request)
        .unwrap_or_else(|error| panic!("{what}: {error}"));
    check(host, &turn);
    if let Turn::Calls(call) = &turn {
        let answer = CallAnswer {
            headers: headers(&[(":status", "200")]),
            body: b"x".into(),
        };
        let turn = host.answer(call, answer).unwrap();
        check(host, &turn);
    }
    if turn == Turn::GoesOn {
        // An error of the host may stop a response.
        let _ = host.response(headers(&[(":status", "200"), ("server", "s")]));
    }
    host.end().unwrap_or_else(|error| panic!("{what}: {error}"));
}

#[test]
fn no_status_of_a_host_function_is_too_odd() {
    // Of `proxy_status_t`, and what is none.
    const STATUSES: [u32; 5] = [1, 2, 10, 12, u32::MAX];
    for profile in PROFILES {
        let mut host = start(profile);
        for function in contract::imports() {
            // A removal that answers "not found" says that there was nothing to remove.
            let lies = function == "proxy_remove_header_map_value";
            for status in STATUSES.into_iter().filter(|status| !lies || *status != 1) {
                for path in PATHS {
                    for authority in ["cart", "elsewhere"] {
                        host.vm().force(Some((function, status)));
                        let what = format!("{}: {function} = {status}: {path}", profile.name);
                        play(&mut host, request(authority, path), &what);
                    }
                }
            }
        }
    }
}

#[test]
fn a_configuration_that_cannot_be_read_is_refused() {
    for status in [1, 12, 999] {
        let mut host = start(BARE);
        host.vm().force(Some(("proxy_get_buffer_bytes", status)));
        let (accepted, _) = host.vm().configure(CONFIG).unwrap();
        assert!(!accepted, "{status}");
        host.vm().force(None);
        // The last good one stays.
        let turn = host.request(request("cart", "/")).unwrap();
        assert_eq!(turn, Turn::GoesOn);
    }
}

#[test]
fn a_header_map_that_is_not_whole_is_no_header_map() {
    let whole = gamma_interpreter::encode(&request("elsewhere", "/"));
    for profile in [NGINX, BARE] {
        let mut host = start(profile);
        let mut maps: Vec<Vec<u8>> = (0..whole.len()).map(|len| whole[..len].into()).collect();
        for count in [0, 1, 3, 8, 1 << 16, u32::MAX] {
            let mut lies = whole.clone();
            lies[..4].copy_from_slice(&count.to_le_bytes());
            maps.push(lies);
        }
        for map in maps {
            let what = format!("{}: {} bytes", profile.name, map.len());
            host.vm().break_maps(Some(map));
            let turn = host.request(request("elsewhere", "/")).unwrap();
            assert!(
                matches!(&turn, Turn::Replied(reply) if reply.status == 500) || is_safe(&mut host),
                "{what}: {turn:?}"
            );
            host.end().unwrap();
        }
    }
}

/// Whether no client's word is in what is sent.
fn is_safe(host: &mut Hosted) -> bool {
    let sent = host.visible();
    sent.iter().all(|(_, value)| value != FORGED.as_bytes())
}

#[test]
fn no_order_of_callbacks_is_too_odd() {
    const ROUNDS: u32 = 300;
    for seed in 0..20 {
        let mut rng = fastrand::Rng::with_seed(seed);
        let mut vm = start(ENVOY);
        let vm = vm.vm();
        for round in 0..ROUNDS {
            let id = rng.i32(0..4);
            let size = rng.i32(-1..200);
            let result = match rng.u32(0..12) {
                0 => create(vm, id, rng.i32(0..3)),
                1 => vm
                    .call::<_, i32>("proxy_on_configure", (id, size))
                    .map(drop),
                2 => headers_of_unknown(vm, id),
                3 => vm
                    .call::<_, i32>("proxy_on_response_headers", (id, size, 1))
                    .map(drop),
                4 => vm
                    .call::<_, i32>("proxy_on_request_body", (id, size, 0))
                    .map(drop),
                5 => vm
                    .call::<_, i32>("proxy_on_response_body", (id, size, 0))
                    .map(drop),
                6 => vm
                    .call::<_, i32>("proxy_on_request_trailers", (id, size))
                    .map(drop),
                7 => vm
                    .call::<_, i32>("proxy_on_response_trailers", (id, size))
                    .map(drop),
                8 => {
                    let call = (
                        "proxy_on_http_call_response",
                        (id, rng.i32(0..3), 0, size, 0),
                    );
                    vm.call::<_, ()>(call.0, call.1).map(drop)
                }
                9 => vm.call::<_, i32>("proxy_on_done", id).map(drop),
                10 => vm.call::<_, ()>("proxy_on_delete", id).map(drop),
                _ => vm
                    .call::<_, ()>(rng.choice(["_start", "_initialize"]).unwrap(), ())
                    .map(drop),
            };
            result.unwrap_or_else(|error| panic!("seed {seed}, round {round}: {error}"));
        }
    }
}

fn create(vm: &mut Vm, id: i32, root: i32) -> anyhow::Result<()> {
    vm.call::<_, ()>("proxy_on_context_create", (id, root))
        .map(drop)
}

/// No header map is to be had here, so that nothing can be decided.
fn headers_of_unknown(vm: &mut Vm, id: i32) -> anyhow::Result<()> {
    const PAUSE: i32 = 1;
    let action: Option<i32> = vm.call("proxy_on_request_headers", (id, 5, 1))?;
    assert_eq!(action, Some(PAUSE), "a request went on that nobody decided");
    Ok(())
}
