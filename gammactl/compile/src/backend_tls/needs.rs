//! The names of protocols that go over TLS, as `appProtocol` of a Service port has them.

/// By Kubernetes, IANA, Istio and those who follow them.
const OVER_TLS: [&str; 6] = ["grpcs", "https", "kubernetes.io/wss", "tls", "ssl", "wss"];

/// Whether `appProtocol` says that the backend wants TLS. Letters of either case are the same: GKE
/// writes `HTTPS`, Istio `https`.
#[must_use]
pub fn asks_for_tls(app_protocol: &str) -> bool {
    OVER_TLS
        .iter()
        .any(|name| name.eq_ignore_ascii_case(app_protocol))
}
