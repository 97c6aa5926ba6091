//! Notes IP addresses where the API means host names.

use std::net::IpAddr;

use gamma_manifest::{
    FilterKind, Route, Rule,
    diagnostic::{Diagnostic, Diagnostics, codes},
    source::Span,
};

/// "IPs are not allowed" (Hostname), and yet the pattern lets them pass.
pub(super) fn hostnames(route: &Route, diagnostics: &mut Diagnostics) {
    for hostname in &route.hostnames {
        address(&hostname.value, hostname.span, diagnostics);
    }
}

/// Looks at the host names that redirects and rewrites set.
pub(super) fn filters(rule: &Rule, diagnostics: &mut Diagnostics) {
    let of_backends = rule.backend_refs.iter().flat_map(|b| &b.filters);
    for filter in rule.filters.iter().chain(of_backends) {
        let hostname = match &filter.kind {
            FilterKind::RequestRedirect(redirect) => &redirect.hostname,
            FilterKind::UrlRewrite(rewrite) => &rewrite.hostname,
            _ => continue,
        };
        if let Some(hostname) = hostname {
            address(hostname, filter.span, diagnostics);
        }
    }
}

fn address(hostname: &str, span: Span, diagnostics: &mut Diagnostics) {
    if hostname.parse::<IpAddr>().is_ok() {
        diagnostics.push(
            Diagnostic::new(
                &codes::IP_HOSTNAME,
                span,
                format!("host name `{hostname}` is an IP address"),
            )
            .why("\"IPs are not allowed\" by the words of the API: other implementations may refuse it")
            .hint("use a host name"),
        );
    }
}
