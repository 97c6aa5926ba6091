//! RequestRedirect.

use gamma_manifest::{Match, Redirect};

use crate::{answer::Outcome, path_modifier, request::Request};

/// The answer of a RequestRedirect.
///
/// "Scheme … When empty, the scheme of the request is used." "Hostname … When empty, the hostname in
/// the `Host` header of the request is used." "Path … When empty, the request path is used as-is."
/// "StatusCode … +kubebuilder:default=302"
pub(super) fn redirect(
    redirect: &Redirect,
    r#match: &Match,
    request: &Request,
    dialled: u16,
) -> Outcome {
    let scheme = redirect.scheme.as_deref().unwrap_or(request.scheme());
    let (host, _) = request.host_and_port();
    let host = redirect.hostname.as_deref().unwrap_or(host);
    let port = port(redirect, scheme, dialled);
    let path = path_modifier::modified(redirect.path.as_ref(), r#match, request);
    Outcome::Redirect {
        status: redirect.status_code.unwrap_or(302),
        location: match host {
            "" => relative(path),
            host => format!("{scheme}://{host}{port}{path}"),
        },
    }
}

/// "A redirect without `hostname`, of a request without host: a relative reference, which stays on
/// the server whatever the path" (semantics.md). `//b` would be the host `b` (RFC 3986).
fn relative(path: String) -> String {
    match path.starts_with("//") {
        true => format!("/.{path}"),
        false => path,
    }
}

/// "If no port is specified, the redirect port MUST be derived using the following rules: If redirect
/// scheme is not-empty, the redirect port MUST be the well-known port associated with the redirect
/// scheme. … If redirect scheme is empty, the redirect port MUST be the Gateway Listener port", here
/// "the Service port that the client dialled" (semantics.md).
///
/// "Implementations SHOULD NOT add the port number in the 'Location' header in the following cases: A
/// Location header that will use HTTP … and the port is 80; … HTTPS … 443"
fn port(redirect: &Redirect, scheme: &str, dialled: u16) -> String {
    let well_known = if scheme == "https" { 443 } else { 80 };
    let port = match (redirect.port, &redirect.scheme) {
        (Some(port), _) => port,
        (None, Some(_)) => well_known,
        (None, None) => dialled,
    };
    if port == well_known {
        String::new()
    } else {
        format!(":{port}")
    }
}
