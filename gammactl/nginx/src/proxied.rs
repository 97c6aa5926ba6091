//! What a location does that sends requests to backends.

use gamma_config::{MAX_MIRRORS, wire};

use crate::{
    cluster::Pass,
    maps::variable,
    options::NginxOptions,
    plan::Plan,
    removed::removed,
    syntax::{Item, comment, line},
};

/// How long a TCP connection to an endpoint may take, as in the generated Envoy.
const CONNECT_TIMEOUT: &str = "1s";
/// Certificates between that of a backend and one that is trusted.
const CHAIN: &str = "10";
/// By which backends steer nginx: a redirect by one of these leads into the locations of this file.
const STEERING: [&str; 5] = [
    "X-Accel-Redirect",
    "X-Accel-Expires",
    "X-Accel-Limit-Rate",
    "X-Accel-Buffering",
    "X-Accel-Charset",
];
/// Of those that nginx keeps from clients, the ones that are not about nginx.
const SHOWN: [&str; 2] = ["Server", "Date"];

/// What is the same in every location.
pub(crate) fn common(plan: &Plan<'_>, options: &NginxOptions, pass: Pass) -> Vec<Item> {
    let module = pass.as_str();
    let own = |name: &str, value: &str| line([&format!("{module}_{name}"), value]);
    let timeout = format!("{}ms", options.timeout.as_millis());
    let mut items = Vec::new();
    if pass == Pass::Http {
        items.extend([
            own("http_version", "1.1"),
            own("request_buffering", "off"),
            own("buffering", "off"),
            own("redirect", "off"),
        ]);
    }
    items.extend([
        comment("For all rules: nginx obeys neither timeouts nor retries of one."),
        own("connect_timeout", CONNECT_TIMEOUT),
        own("read_timeout", &timeout),
        own("send_timeout", &timeout),
        own("next_upstream", "error"),
    ]);
    let known = match pass {
        Pass::Http => STEERING.len(),
        // It takes a redirect, and nothing else.
        Pass::Grpc => 1,
    };
    let mut ignored = vec![format!("{module}_ignore_headers")];
    ignored.extend(STEERING.iter().take(known).map(|name| (*name).into()));
    items.push(Item::Line(ignored));
    items.extend(SHOWN.map(|name| own("pass_header", name)));
    if let Some(certificates) = &plan.certificates {
        items.extend([
            own("ssl_trusted_certificate", &certificates.path),
            own("ssl_verify", "on"),
            own("ssl_verify_depth", CHAIN),
            own("ssl_server_name", "on"),
        ]);
    }
    items
}

/// What is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ProxiedKind {
    Request,
    Copy,
}

/// Sends the request to what is in the variable `to`. The variables about its connection begin with `prefix`.
pub(crate) fn proxied(
    plan: &Plan<'_>,
    pass: Pass,
    kind: ProxiedKind,
    prefix: &str,
    to: &str,
    host: &str,
) -> Vec<Item> {
    let module = pass.as_str();
    let scheme = match (plan.has_tls(), pass) {
        (true, _) => format!("{prefix}_scheme"),
        (false, Pass::Http) => "http".into(),
        (false, Pass::Grpc) => "grpc".into(),
    };
    let path = match pass {
        Pass::Http => "$gamma_path",
        // It sends the client's.
        Pass::Grpc => "",
    };
    let mut items = vec![line([
        &format!("{module}_pass"),
        &format!("{scheme}://{to}{path}"),
    ])];
    if plan.has_tls() {
        items.push(line([
            &format!("{module}_ssl_name"),
            &format!("{prefix}_tls_name"),
        ]));
    }
    let set = format!("{module}_set_header");
    items.push(line([&set, "Host", host]));
    match (pass, kind) {
        (Pass::Http, ProxiedKind::Request) => {
            items.push(line([&set, "Upgrade", "$http_upgrade"]));
            items.push(line([&set, "Connection", "$gamma_connection"]));
        }
        // Nobody could speak the other protocol to who has the copy.
        (Pass::Http, ProxiedKind::Copy) => items.push(line([&set, "Connection", ""])),
        (Pass::Grpc, _) => {}
    }
    items.push(comment(
        "An empty value is not sent: the filter's own headers, and what rules remove.",
    ));
    items.extend(own_headers(plan).map(|name| line([&set, &name, ""])));
    let emptied = removed(&plan.config);
    let emptied = emptied.iter().map(String::as_str);
    items.extend(
        [wire::ORIGINAL_PATH]
            .into_iter()
            .chain(emptied)
            .map(|name| line([&set, name, &variable(name)])),
    );
    items
}

/// What the filter and nginx say to each other.
fn own_headers(plan: &Plan<'_>) -> impl Iterator<Item = String> {
    let names = [
        plan.cluster_header(),
        wire::ENDPOINT,
        wire::PATH,
        wire::HOST,
        wire::REASON,
        wire::RETRY_BACKOFF,
    ];
    let names = names.into_iter().chain(wire::CONTROLS).map(String::from);
    let names: Vec<String> = names.chain((0..MAX_MIRRORS).map(wire::mirror)).collect();
    names.into_iter()
}
