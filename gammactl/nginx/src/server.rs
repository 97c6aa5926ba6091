//! The servers: the one with the filter, and those that answer for Services and endpoints that are not there.

use gamma_config::BAKED_MARKER;

use crate::{
    answers::ANSWERS,
    cluster::Pass,
    options::NginxOptions,
    plan::Plan,
    proxied::{ProxiedKind, common, proxied},
    syntax::{Item, block, comment, line},
};

/// The location of gRPC calls. It has to be chosen before the filter decides, by what the client sends.
const GRPC: &str = "@gamma_grpc";
/// A status that nobody else gives, by which nginx gets to that location.
const IS_GRPC: &str = "418";

pub(crate) fn servers(plan: &Plan<'_>, options: &NginxOptions) -> Vec<Item> {
    let mut items = listen(plan, options, true);
    items.push(line(["server_name", "_"]));
    items.push(comment(
        "Bodies of any length, each part as soon as it is there.",
    ));
    items.push(line(["client_max_body_size", "0"]));
    items.extend(common(plan, options, Pass::Http));
    if plan.has_grpc() {
        items.extend(common(plan, options, Pass::Grpc));
        items.push(line(["error_page", IS_GRPC, "=", GRPC]));
        items.push(block(
            ["if", "($gamma_is_grpc)"],
            vec![line(["return", IS_GRPC])],
        ));
    }
    let mut location = vec![line(["proxy_wasm", "gamma", BAKED_MARKER])];
    let mirrors = 0..plan.mirrors();
    location.extend(
        mirrors
            .clone()
            .map(|number| line(["mirror", &mirror_path(number)])),
    );
    location.extend(proxied(
        plan,
        Pass::Http,
        ProxiedKind::Request,
        "$gamma",
        "$gamma_to",
        "$gamma_to_host",
    ));
    items.push(block(["location", "/"], location));
    if plan.has_grpc() {
        let mut location = vec![line(["proxy_wasm", "gamma", BAKED_MARKER])];
        location.extend(proxied(
            plan,
            Pass::Grpc,
            ProxiedKind::Request,
            "$gamma_grpc",
            "$gamma_grpc_to",
            "$gamma_grpc_to_host",
        ));
        items.push(block(["location", GRPC], location));
    }
    items.extend(mirrors.map(|number| mirror(plan, number)));
    let mut servers = vec![block(["server"], items)];
    servers.push(comment(
        "Requests for no known Service, and for clusters without endpoints.",
    ));
    for (_, host, status) in ANSWERS {
        let mut items = listen(plan, options, false);
        items.push(line(["server_name", host]));
        items.push(line(["access_log", "off"]));
        items.push(line(["return", status]));
        servers.push(block(["server"], items));
    }
    servers
}

fn listen(plan: &Plan<'_>, options: &NginxOptions, is_default: bool) -> Vec<Item> {
    let addresses = options.listen.iter().map(ToString::to_string);
    let mut items: Vec<Item> = match is_default {
        true => addresses
            .map(|address| line(["listen", &address, "default_server"]))
            .collect(),
        false => addresses
            .map(|address| line(["listen", &address]))
            .collect(),
    };
    if plan.has_grpc() {
        // Since nginx 1.25.1; HTTP/1.1 is spoken on the same port.
        items.push(line(["http2", "on"]));
    }
    items
}

/// What no client asks for: such a request would be answered 404.
fn mirror_path(number: usize) -> String {
    format!("/.gamma/mirror/{number}")
}

/// A copy of a request, if the filter has asked for one.
fn mirror(plan: &Plan<'_>, number: usize) -> Item {
    let prefix = format!("$gamma_mirror_{number}");
    let mut items = vec![
        line(["internal"]),
        block(
            ["if", &format!("({prefix}"), "!~", ".)"],
            vec![line(["return", "204"])],
        ),
    ];
    items.extend(proxied(
        plan,
        Pass::Http,
        ProxiedKind::Copy,
        &prefix,
        &prefix,
        "$gamma_host",
    ));
    block(["location", "=", &mirror_path(number)], items)
}
