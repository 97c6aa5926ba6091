//! What hosts do otherwise than Envoy, each as it was seen in the host itself or read in its source.

/// The habits of a host.
#[derive(Debug, Clone, Copy)]
pub struct HostProfile {
    /// As in `docs/hosts.md`.
    pub name: &'static str,
    /// Whether the functions of WASI are there.
    pub has_wasi: bool,
    /// Functions of the ABI that the host lacks, or has with another signature: it refuses a module that imports one.
    pub missing: &'static [&'static str],
    /// Exports without which it refuses a module, or dies later.
    pub needed_exports: &'static [&'static str],
    /// Which function starts a module: the first that it exports.
    pub starts: &'static [&'static str],
    /// What it calls itself, whatever the client says.
    pub authority: Option<&'static str>,
    /// Whether the client's `Host` is in the header map, beside `:authority`.
    pub host_line: bool,
    /// Whether `:path` is decoded and normalised; `request.path` is as the client sent it.
    pub decodes_path: bool,
    /// Longer header maps are cut.
    pub most_pairs: usize,
    /// Whether writing a pseudo header answers OK and does nothing.
    pub read_only_pseudo_headers: bool,
    /// Whether a header that is removed is still sent to the upstream.
    pub removal_hides: bool,
    /// Whether a local reply is HTTP whatever its gRPC status.
    pub ignores_grpc_status: bool,
    /// Whether `upstream.address` is an IP, and the port a property of its own.
    pub port_apart: bool,
    /// Bytes of a counter's name, above which the VM is stopped.
    pub longest_counter: usize,
    /// Functions that answer `UNIMPLEMENTED`.
    pub unimplemented: &'static [&'static str],
    /// Whether its time passes: counts need one that does not.
    pub has_real_clock: bool,
    /// Whether each phase of a request has an instance of its own.
    pub fresh: bool,
    /// Whether a request goes on by itself after the answer to a call, unless it was answered.
    pub resumes_by_itself: bool,
    /// Whether only what looks like an address can be called.
    pub calls_addresses: bool,
    /// Whether answers to calls are told to the plugin's context.
    pub answers_to_plugin: bool,
}

/// Envoy 1.40.
pub const ENVOY: HostProfile = HostProfile {
    name: "envoy",
    has_wasi: true,
    missing: &[],
    needed_exports: &[],
    starts: &["_initialize", "_start"],
    authority: None,
    host_line: false,
    decodes_path: false,
    most_pairs: usize::MAX,
    read_only_pseudo_headers: false,
    removal_hides: false,
    ignores_grpc_status: false,
    port_apart: false,
    longest_counter: usize::MAX,
    unimplemented: &[],
    has_real_clock: false,
    fresh: false,
    resumes_by_itself: false,
    calls_addresses: false,
    answers_to_plugin: false,
};

/// nginx 1.27 with WasmX (`ngx_wasm_module` of April 2025), as it was measured there.
pub const NGINX: HostProfile = HostProfile {
    name: "nginx",
    has_wasi: false,
    // One parameter instead of two, and then a trap.
    missing: &["proxy_get_log_level"],
    needed_exports: &[
        "proxy_on_context_create",
        "proxy_on_vm_start",
        "proxy_on_configure",
        "proxy_on_request_headers",
        "proxy_on_request_body",
        "proxy_on_response_headers",
        "proxy_on_response_body",
        "proxy_on_done",
        "proxy_on_log",
    ],
    authority: Some("_:28000"),
    host_line: true,
    decodes_path: true,
    most_pairs: 100,
    read_only_pseudo_headers: true,
    removal_hides: true,
    ignores_grpc_status: true,
    port_apart: true,
    // 256, of which `pw:gamma:` takes nine.
    longest_counter: 247,
    calls_addresses: true,
    has_real_clock: true,
    ..ENVOY
};

/// APISIX with `wasm-nginx-module`, by its source.
pub const APISIX: HostProfile = HostProfile {
    name: "apisix",
    missing: &["proxy_get_log_level"],
    starts: &["_start", "_initialize"],
    host_line: true,
    unimplemented: &[
        "proxy_get_current_time_nanoseconds",
        "proxy_continue_stream",
        "proxy_set_effective_context",
    ],
    resumes_by_itself: true,
    ..ENVOY
};

/// A host with what no host can do without: headers, local replies and the configuration.
pub const BARE: HostProfile = HostProfile {
    name: "bare",
    has_wasi: false,
    missing: &["proxy_get_log_level"],
    host_line: true,
    ignores_grpc_status: true,
    unimplemented: &[
        "proxy_define_metric",
        "proxy_increment_metric",
        "proxy_get_property",
        "proxy_set_property",
        "proxy_get_current_time_nanoseconds",
        "proxy_http_call",
        "proxy_set_effective_context",
        "proxy_continue_stream",
    ],
    ..ENVOY
};

/// A host that makes an instance for each phase of a request, as FastEdge's runner does.
pub const FRESH: HostProfile = HostProfile {
    name: "fresh",
    has_wasi: false,
    missing: &["proxy_get_log_level"],
    starts: &["_start"],
    host_line: true,
    has_real_clock: true,
    fresh: true,
    answers_to_plugin: true,
    ..ENVOY
};

/// All that are not Envoy.
pub const OTHERS: [HostProfile; 4] = [NGINX, APISIX, BARE, FRESH];
