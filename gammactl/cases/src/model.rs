//! A case file as it was read: manifests, requests and expectations.

use std::net::SocketAddr;

use gamma_config::Duration;
use gamma_explain::request::{HeaderLine, RequestLine};
use gamma_manifest::source::{Span, Spanned};

use super::share::RequestShare;

/// Routes tested as data: manifests, requests, and what must become of them. Manifests may also
/// follow in the same file, as further YAML documents.
#[derive(Debug, Clone)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(
    feature = "schema",
    schemars(rename_all = "camelCase", deny_unknown_fields)
)]
pub(crate) struct Case {
    /// Where editors find the schema of this file; means nothing else.
    #[cfg_attr(feature = "schema", schemars(rename = "$schema"))]
    #[expect(dead_code, reason = "editors read it")]
    pub schema: Option<Spanned<String>>,
    /// One sentence: what is tested.
    #[expect(dead_code, reason = "people read it")]
    pub description: Option<Spanned<String>>,
    /// Manifests: files, directories and patterns like `routes/*.yaml`, relative to this file.
    #[cfg_attr(feature = "schema", schemars(default))]
    pub manifests: Vec<Spanned<String>>,
    /// A route config instead of manifests, relative to this file.
    pub config: Option<Spanned<String>>,
    /// Namespace of the clients. Manifests that name no namespace are put there too. Absent: what
    /// the config says, else `default`.
    pub client_namespace: Option<Spanned<String>>,
    /// How the manifests are compiled.
    #[cfg_attr(feature = "schema", schemars(default))]
    pub options: CaseOptions,
    /// Requests and what must become of them, in order.
    #[cfg_attr(feature = "schema", schemars(default))]
    pub requests: Vec<Exchange>,
    /// Codes of the diagnostics that the manifests must give, in any order; no other error or
    /// warning may come. Absent: no error may come.
    #[cfg_attr(
        feature = "schema",
        schemars(inner(regex(pattern = "^G[1-4][0-9]{2}$")))
    )]
    pub diagnostics: Option<Spanned<Vec<Spanned<String>>>>,
}

/// Options of the compiler, as on the command line.
#[derive(Debug, Clone, Default)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(
    feature = "schema",
    schemars(
        rename = "Options",
        rename_all = "camelCase",
        deny_unknown_fields,
        default
    )
)]
pub(crate) struct CaseOptions {
    /// Obey `hostnames` of routes (`--honor-hostnames`).
    pub honor_hostnames: bool,
    /// Allow backendRefs to other namespaces only where a ReferenceGrant does
    /// (`--require-reference-grants`).
    pub require_reference_grants: bool,
    /// DNS suffix of the Kubernetes cluster (`--cluster-domain`). Absent: `cluster.local`.
    pub cluster_domain: Option<Spanned<String>>,
}

/// A request, and what must become of it.
#[derive(Debug, Clone)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(
    feature = "schema",
    schemars(rename_all = "camelCase", deny_unknown_fields)
)]
pub(crate) struct Exchange {
    /// Name of the test. Absent: the request itself.
    pub name: Option<Spanned<String>>,
    /// Method and URL, as in `GET http://cart/api?x=1`. Method (GET), scheme (http) and path (/) may
    /// be left out.
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub request: Spanned<RequestLine>,
    /// Headers of the request, as in `["x-user: me"]`.
    #[cfg_attr(
        feature = "schema",
        schemars(with = "Vec<String>", default, inner(regex(pattern = "^[!-9;-~]+:")))
    )]
    pub headers: Vec<HeaderLine>,
    /// Namespace of this client. Absent: `clientNamespace`.
    pub from: Option<Spanned<String>>,
    /// Where the client's connection was addressed to, as in `10.96.0.10:80`. Absent: not known.
    #[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
    pub destination: Option<SocketAddr>,
    /// How it is sent. `grpc` is a POST with `content-type: application/grpc`.
    #[cfg_attr(feature = "schema", schemars(default))]
    pub protocol: Protocol,
    /// Requests with the same jar are those of one client that keeps its sessions.
    pub jar: Option<Spanned<String>>,
    /// Headers that the backend answers with, for tests of what is changed on the way back.
    #[cfg_attr(
        feature = "schema",
        schemars(with = "Vec<String>", default, inner(regex(pattern = "^[!-9;-~]+:")))
    )]
    pub backend_headers: Vec<HeaderLine>,
    /// What must become of it.
    #[cfg_attr(feature = "schema", schemars(default))]
    pub expect: Expect,
}

/// How a request is sent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(rename_all = "lowercase"))]
pub(crate) enum Protocol {
    /// HTTP, of whatever version.
    #[default]
    Http,
    /// A gRPC call.
    Grpc,
}

/// What must become of a request. Only what is written is checked, with one exception: unless
/// `status`, `grpcStatus`, `location`, `shares` or `passThrough` say so, the request must be
/// forwarded to a backend. Where backends are drawn by weight, everything must hold for each of them.
///
/// A backend is named `service`, `namespace/service` or `namespace/service:port`, or as the config
/// names its cluster.
#[derive(Debug, Clone, Default)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(
    feature = "schema",
    schemars(rename_all = "camelCase", deny_unknown_fields, default)
)]
pub(crate) struct Expect {
    /// HTTP status. That of a backend's answer is taken to be 200.
    #[cfg_attr(feature = "schema", schemars(range(min = 100, max = 599)))]
    pub status: Option<Spanned<u16>>,
    /// gRPC status. That of a backend's answer is taken to be 0.
    #[cfg_attr(feature = "schema", schemars(range(max = 16)))]
    pub grpc_status: Option<Spanned<u32>>,
    /// gRPC message.
    pub grpc_message: Option<Spanned<String>>,
    /// Which rule wins: `namespace/route/rule` or `HTTPRoute/namespace/route/rule`, the rule by its
    /// name or its index. `null`: none.
    pub rule: Option<Spanned<Option<String>>>,
    /// Which backend gets it.
    pub backend: Option<Spanned<String>>,
    /// Whether it is for no Service that is known here, and left to the proxy's own routes.
    pub pass_through: Option<Spanned<bool>>,
    /// Path with query, as the backend gets it.
    pub path: Option<Spanned<String>>,
    /// Host, as the backend gets it.
    pub host: Option<Spanned<String>>,
    /// Headers as the backend gets them; several values joined by commas, `null` for none.
    #[cfg_attr(
        feature = "schema",
        schemars(with = "std::collections::BTreeMap<String, Option<String>>")
    )]
    pub request_headers: Vec<HeaderExpectation>,
    /// Headers of the response, written like those of the request.
    #[cfg_attr(
        feature = "schema",
        schemars(with = "std::collections::BTreeMap<String, Option<String>>")
    )]
    pub response_headers: Vec<HeaderExpectation>,
    /// Header `location` of a redirect.
    pub location: Option<Spanned<String>>,
    /// Which share of such requests each outcome has: `0.9`, `90%` or `9/10`; all of them together
    /// are 1. An outcome is a backend, or the status of an answer that no backend gives: `"500"`,
    /// for gRPC `grpc 14`.
    #[cfg_attr(
        feature = "schema",
        schemars(with = "std::collections::BTreeMap<String, RequestShare>")
    )]
    pub shares: Shares,
    /// Which share of such requests each backend gets a copy of. No other backend may get any.
    #[cfg_attr(
        feature = "schema",
        schemars(with = "Option<std::collections::BTreeMap<String, RequestShare>>")
    )]
    pub mirrors: Option<Spanned<Shares>>,
    /// By how much a share may differ. Absent: not at all.
    pub tolerance: Option<Spanned<RequestShare>>,
    /// Whether it goes to the backend that the request before it in the same jar went to, whichever
    /// that was.
    pub sticky: Option<Spanned<bool>>,
    /// How long it may take. `null`: as the proxy says.
    pub timeouts: Option<Spanned<Option<TimeoutsExpectation>>>,
    /// Whether and when it is tried again. `null`: it is not.
    pub retry: Option<Spanned<Option<RetryExpectation>>>,
    /// Which backend is asked whether the request may go on. `null`: none. Everything else is
    /// checked as if it allowed the request.
    pub external_auth: Option<Spanned<Option<String>>>,
}

/// Names of outcomes or backends, and their shares.
pub(crate) type Shares = Vec<(Spanned<String>, Spanned<RequestShare>)>;

/// What a header must be.
#[derive(Debug, Clone)]
pub(crate) struct HeaderExpectation {
    /// Name as written.
    pub name: String,
    /// All values joined by commas; `None`: it must not be there.
    pub value: Option<String>,
    /// The value, or the name where the value is null.
    pub span: Span,
}

/// HTTPRouteTimeouts. A limit that is not written is not checked, `null` is no limit of the rule's.
#[derive(Debug, Clone)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(
    feature = "schema",
    schemars(rename_all = "camelCase", deny_unknown_fields)
)]
pub(crate) struct TimeoutsExpectation {
    /// For the whole request.
    pub request: Option<Spanned<Option<Duration>>>,
    /// For a single attempt.
    pub backend_request: Option<Spanned<Option<Duration>>>,
}

/// HTTPRouteRetry. What is not written is not checked.
#[derive(Debug, Clone)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(
    feature = "schema",
    schemars(rename_all = "camelCase", deny_unknown_fields)
)]
pub(crate) struct RetryExpectation {
    /// Statuses of answers that are tried again, in any order.
    #[cfg_attr(feature = "schema", schemars(inner(range(min = 400, max = 599))))]
    pub codes: Option<Spanned<Vec<u16>>>,
    /// Attempts after the first one.
    pub attempts: Option<Spanned<u32>>,
    /// How long to wait before an attempt. `null`: as the proxy says.
    pub backoff: Option<Spanned<Option<Duration>>>,
}
