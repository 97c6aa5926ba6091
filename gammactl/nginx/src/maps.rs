//! The maps, which turn what the filter says in headers into what nginx is told. nginx keeps the first answer of a map:
//! nothing reads one before the filter ran.
//!
//! What is not in a map is nobody's: the values are those of the manifests, and none is taken from a request but for
//! path and host.

use gamma_config::wire;

use crate::{
    answers::{ANSWERS, NOT_FOUND, OTHERS, UNAVAILABLE},
    cluster::{ClusterTarget, NginxCluster, Pass},
    options::NginxOptions,
    plan::Plan,
    syntax::{Item, block, comment, line, literally},
    tls::Connection,
};

/// The variable that holds a request header.
pub(crate) fn variable(header: &str) -> String {
    format!("$http_{}", header.to_ascii_lowercase().replace('-', "_"))
}

pub(crate) fn maps(plan: &Plan<'_>, options: &NginxOptions) -> Vec<Item> {
    let mut items = vec![
        comment(
            "The path as the client sent it, byte by byte, and the host; else what a rule makes of them.",
        ),
        map(
            &variable(wire::PATH),
            "$gamma_path",
            [(String::new(), "$request_uri".into())],
            &variable(wire::PATH),
        ),
        map(
            &variable(wire::HOST),
            "$gamma_host",
            [(String::new(), "$http_host".into())],
            &variable(wire::HOST),
        ),
        comment(
            "WebSockets and other protocols that a client changes to; else the connection to the backend stays open.",
        ),
        map(
            "$http_upgrade",
            "$gamma_connection",
            [(String::new(), String::new())],
            "upgrade",
        ),
        comment("Where a request goes."),
    ];
    items.extend(targets(plan, options, Pass::Http));
    if plan.has_tls() {
        items.extend(connections(
            plan,
            &variable(plan.cluster_header()),
            "$gamma",
            Pass::Http,
        ));
    }
    if plan.has_grpc() {
        items.push(comment("gRPC, and where its calls go: not where a rule changes the path, which grpc_pass can't."));
        let is_grpc = ("~*^application/grpc([;+]|$)".into(), "1".into());
        items.push(map("$content_type", "$gamma_is_grpc", [is_grpc], ""));
        items.extend(targets(plan, options, Pass::Grpc));
        if plan.has_tls() {
            items.extend(connections(
                plan,
                &variable(plan.cluster_header()),
                "$gamma_grpc",
                Pass::Grpc,
            ));
        }
    }
    for number in 0..plan.mirrors() {
        if number == 0 {
            items.push(comment(
                "Where copies go; nowhere if there is no such cluster.",
            ));
        }
        let said = variable(&wire::mirror(number));
        let reachable = plan
            .clusters
            .iter()
            .filter(|c| c.target != ClusterTarget::Nowhere);
        let rows = reachable.map(|c| (literally(&c.name), c.target.address(Pass::Http)));
        items.push(map(&said, &format!("$gamma_mirror_{number}"), rows, ""));
        if plan.has_tls() {
            items.extend(connections(
                plan,
                &said,
                &format!("$gamma_mirror_{number}"),
                Pass::Http,
            ));
        }
    }
    items
}

/// `$gamma_to` and `$gamma_to_host`, or the same for gRPC.
fn targets(plan: &Plan<'_>, options: &NginxOptions, pass: Pass) -> Vec<Item> {
    let (cluster, to, host) = match pass {
        Pass::Http => ("$gamma_cluster", "$gamma_to", "$gamma_to_host"),
        Pass::Grpc => (
            "$gamma_grpc_cluster",
            "$gamma_grpc_to",
            "$gamma_grpc_to_host",
        ),
    };
    let said = variable(plan.cluster_header());
    let nobody = if options.others.is_some() {
        OTHERS
    } else {
        NOT_FOUND
    };
    // Those without are what `default` is for.
    let clusters = plan
        .clusters
        .iter()
        .filter(|c| c.target != ClusterTarget::Nowhere);
    let clusters = clusters.map(|c| (literally(&c.name), c.target.address(pass)));
    let own = [(String::new(), pass.upstream(nobody))];
    let mut items = vec![map(
        &said,
        cluster,
        own.into_iter().chain(clusters),
        &pass.upstream(UNAVAILABLE),
    )];
    // A session's endpoint is the client's to say: it counts only if it is one of the cluster's.
    let sessions = plan
        .clusters
        .iter()
        .filter(|c| c.sessions)
        .flat_map(endpoints);
    let sessions: Vec<_> = sessions.collect();
    match (pass, sessions.is_empty()) {
        (Pass::Http, true) => items.push(map(&said, to, [], cluster)),
        (Pass::Http, false) => {
            let of_cluster = format!("{said} {}", variable(wire::ENDPOINT));
            items.push(map(&of_cluster, to, sessions, cluster));
        }
        (Pass::Grpc, is_empty) => {
            let of_cluster = format!("{said} {}", variable(wire::ENDPOINT));
            let chosen = match is_empty {
                true => cluster,
                false => "$gamma_grpc_endpoint",
            };
            if !is_empty {
                items.push(map(&of_cluster, chosen, sessions, cluster));
            }
            let unchanged = [(String::new(), chosen.into())];
            items.push(map(
                &variable(wire::PATH),
                to,
                unchanged,
                &pass.upstream(UNAVAILABLE),
            ));
        }
    }
    let answers = ANSWERS.map(|(upstream, host, _)| (pass.upstream(upstream), host.into()));
    items.push(map(to, host, answers, "$gamma_host"));
    items
}

fn endpoints(cluster: &NginxCluster) -> impl Iterator<Item = (String, String)> {
    let servers: &[String] = match &cluster.target {
        ClusterTarget::Upstream(_, servers) => servers,
        _ => &[],
    };
    let name = &cluster.name;
    servers
        .iter()
        .map(move |server| (literally(&format!("{name} {server}")), server.clone()))
}

/// By which protocol a cluster is reached, and whose certificate it has to have.
fn connections(plan: &Plan<'_>, said: &str, prefix: &str, pass: Pass) -> [Item; 2] {
    let (plain, tls) = match pass {
        Pass::Http => ("http", "https"),
        Pass::Grpc => ("grpc", "grpcs"),
    };
    let by_tls = plan
        .clusters
        .iter()
        .filter_map(|cluster| match &cluster.connection {
            Connection::Tls(name) => Some((literally(&cluster.name), name.clone())),
            Connection::Plain | Connection::Refused => None,
        });
    let schemes = by_tls.clone().map(|(cluster, _)| (cluster, tls.into()));
    [
        map(said, &format!("{prefix}_scheme"), schemes, plain),
        map(said, &format!("{prefix}_tls_name"), by_tls, ""),
    ]
}

fn map(
    source: &str,
    to: &str,
    rows: impl IntoIterator<Item = (String, String)>,
    default: &str,
) -> Item {
    let rows = rows.into_iter().map(|(from, to)| line([&from, &to]));
    // Nothing is what nginx takes by itself.
    let first = (!default.is_empty()).then(|| line(["default", default]));
    block(["map", source, to], first.into_iter().chain(rows).collect())
}
