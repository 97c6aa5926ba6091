//! The names in a bootstrap that a fragment is checked against, as Envoy's API has them.

/// Lists of named things, and what a new item has at least one of: without, its name is that of an
/// item that should be there.
pub(super) const NAMED: &[(&str, &[&str])] = &[
    ("clusters", &["type", "cluster_type", "load_assignment"]),
    (
        "listeners",
        &["address", "api_listener", "internal_listener"],
    ),
    ("filter_chains", &["filters"]),
    ("filters", &["typed_config", "config_discovery"]),
    ("http_filters", &["typed_config", "config_discovery"]),
    ("listener_filters", &["typed_config", "config_discovery"]),
    ("access_log", &["typed_config"]),
    ("virtual_hosts", &["domains"]),
    ("routes", &["match"]),
];

/// The members of `envoy.config.bootstrap.v3.Bootstrap`.
pub(super) const BOOTSTRAP: &[&str] = &[
    "admin",
    "application_log_config",
    "bootstrap_extensions",
    "certificate_provider_instances",
    "cluster_manager",
    "config_sources",
    "default_config_source",
    "default_regex_engine",
    "default_socket_interface",
    "deferred_stat_options",
    "dns_resolution_config",
    "dynamic_resources",
    "enable_dispatcher_stats",
    "fatal_actions",
    "flags_path",
    "grpc_async_client_manager_config",
    "hds_config",
    "header_prefix",
    "inline_headers",
    "layered_runtime",
    "listener_manager",
    "memory_allocator_manager",
    "node",
    "node_context_params",
    "overload_manager",
    "perf_tracing_file_path",
    "static_resources",
    "stats_config",
    "stats_eviction_interval",
    "stats_flush_interval",
    "stats_flush_on_admin",
    "stats_server_version_override",
    "stats_sinks",
    "tracing",
    "typed_dns_resolver_config",
    "use_tcp_for_dns_lookups",
    "watchdog",
    "watchdogs",
    "xds_config_tracker_extension",
    "xds_delegate_extension",
];
/// The members of `static_resources`.
pub(super) const STATIC_RESOURCES: &[&str] = &["clusters", "listeners", "secrets"];
