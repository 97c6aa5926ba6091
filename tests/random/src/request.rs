//! Random requests, out of the same words as the routes.

use std::net::SocketAddr;

use fastrand::Rng;
use serde_json::Value;

use super::{
    NAMESPACES,
    matches::{self, HEADERS, METHODS, PARAMETERS, VALUES},
    once_in, pick,
    routes::{PORTS, SERVICES},
};

/// Ports that most Services do not have, and what is none.
const NO_PORTS: [&str; 8] = ["", "9999", "0080", "+80", "80 ", "65616", "x", "0"];

/// A request as a client sends it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RandomRequest {
    /// Method, as in `GET`.
    pub method: String,
    /// `http` or `https`, in any case.
    pub scheme: String,
    /// Host with or without port.
    pub authority: String,
    /// Path with query.
    pub path: String,
    /// Headers in order, without the authority.
    pub headers: Vec<(String, String)>,
    /// Where the client's connection was addressed to, if that is known.
    pub destination: Option<SocketAddr>,
}

/// A request, often one that a match of `objects` is close to.
pub fn request(rng: &mut Rng, objects: &[Value]) -> RandomRequest {
    let mut request = RandomRequest {
        method: pick(rng, &METHODS).into(),
        scheme: match rng.u32(..8) {
            0 => "https",
            1 => "HTTPS",
            _ => "http",
        }
        .into(),
        authority: authority(rng),
        path: path(rng),
        headers: headers(rng),
        destination: once_in(rng, 8).then(|| destination(rng)),
    };
    if once_in(rng, 2) {
        aim(rng, objects, &mut request);
    }
    if !once_in(rng, 3) {
        request.path = format!("{}?{}", request.path, query(rng));
    }
    request
}

/// Makes parts of the request what some match asks for.
fn aim(rng: &mut Rng, objects: &[Value], request: &mut RandomRequest) {
    let matches: Vec<&Value> = objects
        .iter()
        .filter_map(|object| object["spec"]["rules"].as_array())
        .flatten()
        .filter_map(|rule| rule["matches"].as_array())
        .flatten()
        .collect();
    if matches.is_empty() {
        return;
    }
    let wanted = pick(rng, &matches);
    if let Some(path) = wanted["path"]["value"].as_str()
        && path.starts_with('/')
    {
        request.path = path.into();
    }
    if let Some(method) = wanted["method"].as_str() {
        request.method = method.into();
    }
    if let Some(method) = wanted["method"].as_object() {
        let part = |name| method.get(name).and_then(Value::as_str).unwrap_or("a");
        request.path = format!("/{}/{}", part("service"), part("method"));
    }
    for header in wanted["headers"].as_array().into_iter().flatten() {
        let text = |name| header[name].as_str().unwrap_or_default();
        match text("name").eq_ignore_ascii_case("host") {
            true => request.authority = text("value").into(),
            false => {
                let header = (text("name").into(), text("value").into());
                request.headers.push(header);
            }
        }
    }
}

/// Mostly the Service that is always there, in one of its spellings.
fn authority(rng: &mut Rng) -> String {
    let name = match once_in(rng, 6) {
        true => pick(rng, &SERVICES),
        false => "cart",
    };
    let namespace = match once_in(rng, 8) {
        true => pick(rng, &NAMESPACES),
        false => "shop",
    };
    let mut host = match rng.u32(..20) {
        0..3 => name.into(),
        3..11 => format!("{name}.{namespace}"),
        11..14 => format!("{name}.{namespace}.svc"),
        14..17 => format!("{name}.{namespace}.svc.cluster.local"),
        17 => format!("10.0.0.{}", rng.u32(..4)),
        18 => format!("[fd00::{}]", rng.u32(..4)),
        _ => match rng.u32(..4) {
            0 => format!("{name}.{namespace}.svc.cluster.example"),
            1 => format!("{name}.{namespace}.cluster.local"),
            2 => "example.org".into(),
            _ => pick(rng, &["", ".", "[::1", "cart..", "..", "svc", "shop.svc"]).into(),
        },
    };
    if once_in(rng, 8) {
        host = host.to_uppercase();
    }
    if once_in(rng, 8) {
        host.push('.');
    }
    match rng.u32(..20) {
        0..12 => host,
        12..19 => format!("{host}:{}", pick(rng, &PORTS).0),
        _ => format!("{host}:{}", pick(rng, &NO_PORTS)),
    }
}

/// A cluster IP, or nearly.
fn destination(rng: &mut Rng) -> SocketAddr {
    let number = rng.u32(..4);
    let host = match rng.u32(..4) {
        0 => format!("[fd00::{number}]"),
        1 => format!("[::ffff:10.0.0.{number}]"),
        _ => format!("10.0.0.{number}"),
    };
    let port = match once_in(rng, 6) {
        true => 9999,
        false => pick(rng, &PORTS).0,
    };
    format!("{host}:{port}").parse().expect("an address")
}

fn path(rng: &mut Rng) -> String {
    let mut path = matches::path(rng);
    if once_in(rng, 20) {
        path = path.replace("/a", "//a");
    }
    if once_in(rng, 100) {
        path = "//".into();
    }
    path
}

fn query(rng: &mut Rng) -> String {
    let mut query = String::new();
    for _ in 0..rng.u32(..4) {
        let name = pick(rng, &PARAMETERS);
        query.push_str(match once_in(rng, 6) {
            true => "%71",
            false => name,
        });
        if !once_in(rng, 8) {
            query.push('=');
            query.push_str(match once_in(rng, 2) {
                true => "x",
                false => pick(
                    rng,
                    &[
                        "y", "%78", "x%20y", "x+y", "x%2Cy", "%2578", "%7", "%zz", "x=y", "x?y", "",
                    ],
                ),
            });
        }
        query.push_str(pick(rng, &["&", "&", "&", "&&", ";", ""]));
    }
    query
}

fn headers(rng: &mut Rng) -> Vec<(String, String)> {
    (0..rng.u32(..4))
        .map(|_| {
            let name = match once_in(rng, 12) {
                true => "host",
                false => pick(rng, &HEADERS),
            };
            let value = match rng.u32(..6) {
                0 => "",
                1 => pick(rng, &VALUES),
                _ => pick(rng, &VALUES[..2]),
            };
            (name.into(), value.into())
        })
        .collect()
}
