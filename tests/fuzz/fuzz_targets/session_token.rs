//! Whatever a client says in the cookie and the header of a session, it is bound to what a plain reading finds there,
//! to one of the rule's own backends at most; and what the filter says is understood until it ends.

#![no_main]

use std::net::{IpAddr, SocketAddr};

use gamma_router::{Decision, Request, Router};
use libfuzzer_sys::fuzz_target;

/// One Service a kind of session; both have the same backends, the last of which can't be used.
const CONFIG: &str = r#"{"version": 1, "services": [
    {"namespace": "shop", "name": "cookie", "ports": [{"port": 80, "cluster": "c", "producer": {"rules": [
        {"route": "r", "name": "0", "sessionPersistence": {"name": "s", "absoluteTimeout": "1h"},
         "backendRefs": [{"cluster": "a"}, {"cluster": "b", "weight": 0}, {"invalid": "gone"}]}]}}]},
    {"namespace": "shop", "name": "header", "ports": [{"port": 80, "cluster": "c", "producer": {"rules": [
        {"route": "r", "name": "1", "sessionPersistence": {"type": "Header", "name": "X-S"},
         "backendRefs": [{"cluster": "a"}, {"cluster": "b", "weight": 0}, {"invalid": "gone"}]}]}}]}]}"#;

/// Of the backends that can be used.
const CLUSTERS: [&str; 2] = ["a", "b"];

thread_local! {
    static ROUTER: Router = {
        let config = gamma_config::parse(CONFIG.as_bytes()).expect("it is one");
        Router::new(&config, "shop").expect("it has no patterns")
    };
}

const NOW: u64 = 1_800_000_000;

fuzz_target!(|input: &[u8]| {
    ROUTER.with(|router| {
        // The first bytes choose what the filter has said before, which the rest may repeat by a `$`.
        let Some((chosen, said)) = input.split_first_chunk::<8>() else {
            return;
        };
        let endpoint = endpoint(chosen);
        let age = u64::from(chosen[7]) * 30;
        for authority in ["cookie", "header"] {
            let (name, token) = begin(router, authority, chosen[6], endpoint, NOW - age);
            let value: Vec<u8> = said
                .iter()
                .flat_map(|byte| match byte {
                    b'$' => token.clone(),
                    byte => vec![*byte],
                })
                .collect();
            let decision = decide(router, authority, &[(name, &value)], NOW);
            let tokens: Vec<&[u8]> = match authority {
                "cookie" => value
                    .split(|byte| *byte == b';')
                    .filter_map(|pair| pair.trim_ascii().strip_prefix(b"s="))
                    .collect(),
                _ => vec![&value],
            };
            let bound = tokens
                .iter()
                .find_map(|said| plainly(said, router, authority));
            check(router, &decision, bound);
        }
    });
});

fn check(router: &Router, decision: &Decision, bound: Option<(u8, Option<SocketAddr>)>) {
    let rule = router
        .rule(decision.rule.expect("each has one"))
        .expect("of this router");
    let cluster = decision.backend.and_then(|backend| rule.cluster(backend));
    match bound {
        Some((bound, endpoint)) => {
            assert_eq!(cluster, Some(CLUSTERS[usize::from(bound)]));
            assert_eq!(decision.endpoint(), endpoint);
        }
        // The other one has no weight, so that only a session leads to it.
        None => assert!(decision.endpoint().is_none() && cluster != Some(CLUSTERS[1])),
    }
}

fn endpoint(chosen: &[u8; 8]) -> Option<SocketAddr> {
    let [kind, a, b, c, high, low, ..] = *chosen;
    let ip: IpAddr = match kind % 3 {
        0 => return None,
        1 => [10, a, b, c].into(),
        _ => [0xfd00, 0, 0, 0, 0, u16::from(a), u16::from(b), u16::from(c)].into(),
    };
    Some((ip, u16::from_be_bytes([high, low])).into())
}

/// The name of the header in which a client says it, and the token.
fn begin(
    router: &Router,
    authority: &str,
    backend: u8,
    endpoint: Option<SocketAddr>,
    then: u64,
) -> (&'static str, Vec<u8>) {
    let decision = decide(router, authority, &[], then);
    let rule = router
        .rule(decision.rule.expect("it has one"))
        .expect("of this router");
    let session = rule.session().expect("it has one");
    let (_, value) = session.begin(u32::from(backend % 4), endpoint, then, false);
    if authority == "cookie" {
        let pair = value.split(';').next().unwrap_or_default();
        let token = pair.strip_prefix("s=").expect("the cookie's name");
        ("cookie", token.into())
    } else {
        ("x-s", value.into())
    }
}

fn decide(router: &Router, authority: &str, headers: &[(&str, &[u8])], now: u64) -> Decision {
    let request = Request {
        method: b"GET",
        scheme: b"http",
        authority: authority.as_bytes(),
        path: b"/",
        destination: None,
        now,
        headers,
    };
    router.decide(&request, &mut fastrand::Rng::with_seed(7))
}

/// The backend and the endpoint that a token names, read as text: sixteen digits each for rule, backend and end, and
/// an address and a port behind them.
fn plainly(token: &[u8], router: &Router, authority: &str) -> Option<(u8, Option<SocketAddr>)> {
    let token = str::from_utf8(token).ok()?;
    if !token.bytes().all(|byte| byte.is_ascii_hexdigit()) || token.len() < 48 {
        return None;
    }
    let token = token.to_ascii_lowercase();
    let number = |from: usize| u64::from_str_radix(&token[from..from + 16], 16).ok();
    // Only a backend that can be used.
    let backend = (0..2).find(|backend| {
        let (_, genuine) = begin(router, authority, *backend, None, NOW);
        genuine[..32] == token.as_bytes()[..32]
    })?;
    let end = number(32)?;
    if end > 0 && end <= NOW {
        return None;
    }
    let rest = &token[48..];
    let port = |text: &str| u16::from_str_radix(text, 16).ok();
    let endpoint = match rest.len() {
        0 => None,
        12 => {
            let ip = u32::from_str_radix(&rest[..8], 16).ok()?;
            Some(SocketAddr::from((ip.to_be_bytes(), port(&rest[8..])?)))
        }
        36 => {
            let ip = u128::from_str_radix(&rest[..32], 16).ok()?;
            Some(SocketAddr::from((ip.to_be_bytes(), port(&rest[32..])?)))
        }
        _ => return None,
    };
    Some((backend, endpoint))
}
