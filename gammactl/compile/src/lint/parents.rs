//! Warns of surprising consequences of where routes are attached, by their parentRefs.

use std::collections::{HashMap, HashSet};

use gamma_manifest::{
    HttpMatch, Manifests, Match, PathMatchType, Route,
    diagnostic::{Diagnostic, Diagnostics, codes},
    source::Span,
};

use crate::attach::Attachments;

/// The standard channel tells parentRefs to one object apart by `sectionName` alone; the experimental one
/// wants all of them with a `port`, or none.
pub(super) fn lint(route: &Route, diagnostics: &mut Diagnostics) {
    let mut seen = HashSet::new();
    let mut with_port = HashMap::new();
    for parent in &route.parent_refs {
        let namespace = parent.namespace.as_ref().map(|n| &n.value);
        let section = parent.section_name.as_ref().map(|s| &s.value);
        let (group, kind, name) = (&parent.group, &parent.kind.value, &parent.name.value);
        if !seen.insert((group, kind, namespace, name, section)) {
            diagnostics.push(
                Diagnostic::new(
                    &codes::RELEASE_CHANNEL,
                    parent.span,
                    format!("parentRefs to `{name}` differ in their ports only"),
                )
                .why("the API server refuses that with the CRDs of the standard channel")
                .hint("tell them apart by `sectionName`, or leave `port` out for all ports"),
            );
        } else if *with_port
            .entry((group, kind, namespace, name))
            .or_insert(parent.port.is_some())
            != parent.port.is_some()
        {
            diagnostics.push(
                Diagnostic::new(
                    &codes::RELEASE_CHANNEL,
                    parent.span,
                    format!("not every parentRef to `{name}` has a `port`"),
                )
                .why("the API server refuses that with the CRDs of the experimental channel")
                .hint("`sectionName` tells them apart: leave `port` out, or give each one"),
            );
        }
    }
}

/// "Consumer routes have priority over producer routes": they replace them.
pub(super) fn consumers(
    manifests: &Manifests,
    attachments: &Attachments<'_>,
    diagnostics: &mut Diagnostics,
) {
    let mut producers = HashMap::new();
    for (_, group, routes) in attachments.groups() {
        if group.is_producer() {
            producers.insert(group.frontend(), routes);
        }
    }
    let mut said = HashSet::new();
    for (_, group, routes) in attachments.groups() {
        let Some(hidden) = producers.get(&group.frontend()) else {
            continue;
        };
        let (Some(&first), Some(&producer)) = (routes.first(), hidden.first()) else {
            continue;
        };
        let of = |r: &usize| &*manifests.routes[*r];
        if group.is_producer() || takes_all(routes.iter().map(of)) || !said.insert(first) {
            continue;
        }
        let (consumer, producer) = (of(&first), of(&producer));
        diagnostics.push(
            Diagnostic::new(
                &codes::CONSUMER_HIDES_PRODUCER,
                consumer.metadata.name.span,
                format!(
                    "clients in namespace `{}` don't get the rules of {} `{}` any more",
                    consumer.metadata.namespace,
                    producer.kind.as_str(),
                    producer.metadata.name.value
                ),
            )
            .why("consumer routes replace the producer's: what they don't match is answered 404")
            .hint("add a rule without matches that sends the rest to the Service itself")
            .also(producer.metadata.name.span, "the producer route"),
        );
    }
}

fn takes_all<'m>(mut routes: impl Iterator<Item = &'m Route>) -> bool {
    routes.any(|route| {
        let matches = route.rules.iter().flat_map(|rule| &rule.matches);
        matches.into_iter().any(|m| match m {
            Match::Http(http) => is_root(http),
            Match::Grpc(grpc) => grpc.method.is_none() && grpc.headers.is_empty(),
        })
    })
}

fn is_root(http: &HttpMatch) -> bool {
    http.path.kind == PathMatchType::PathPrefix
        && http.path.value.value == "/"
        && http.method.is_none()
        && http.headers.is_empty()
        && http.query_params.is_empty()
}

/// Clients write the port into the authority, unless it is that of the scheme.
pub(super) fn hosts(
    manifests: &Manifests,
    attachments: &Attachments<'_>,
    diagnostics: &mut Diagnostics,
) {
    let mut ports: HashMap<usize, u16> = HashMap::new();
    for (port, _, routes) in attachments.groups() {
        if !matches!(port, 80 | 443) {
            for &r in routes {
                let known = ports.entry(r).or_insert(port);
                *known = port.min(*known);
            }
        }
    }
    for (r, route) in manifests.routes.iter().enumerate() {
        let Some(port) = ports.get(&r) else {
            continue;
        };
        for m in route.rules.iter().flat_map(|rule| &rule.matches) {
            let headers = match m {
                Match::Http(http) => &http.headers,
                Match::Grpc(grpc) => &grpc.headers,
            };
            let host = headers.iter().find(|h| {
                h.name.value.eq_ignore_ascii_case("host")
                    && !h.regex
                    && !h.value.value.contains(':')
            });
            if let Some(host) = host {
                diagnostics.push(host_without_port(&host.value.value, host.value.span, *port));
            }
        }
    }
}

fn host_without_port(host: &str, span: Span, port: u16) -> Diagnostic {
    Diagnostic::new(
        &codes::HOST_WITHOUT_PORT,
        span,
        format!("on port {port} clients send `{host}:{port}` as `Host`"),
    )
    .why("the header is compared as it was sent, so the match does not hold there")
    .hint(format!(
        "use a regular expression: `{}(:[0-9]+)?`",
        host.replace('.', r"\.")
    ))
}
