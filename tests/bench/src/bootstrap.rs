//! The bootstrap of every variant: the one that `gammactl envoy` writes, with other filters and
//! routes in the same place. So the variants differ in nothing else.

use std::{fs, process::Command};

use anyhow::{Context, Result, ensure};
use gamma_interpreter::modules::bench_filters;
use gamma_testbed::{repository, stage};
use serde_json::{Value, json};

use crate::routes::{backend, cluster, path};

/// What chooses the cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Variant {
    /// Nothing: the client names it.
    Nothing,
    /// Nothing either, but a wasm filter that does nothing is there. It is allowed what Gamma is.
    NoOp,
    /// A wasm filter that reads the header map and sets one header. It is allowed what Gamma is.
    Floor,
    /// Envoy's list of routes.
    List,
    /// Envoy's matcher tree.
    Tree,
    /// Envoy's Lua filter: one lookup in a table of exact paths.
    Lua,
    /// Gamma as `gammactl envoy` sets it up.
    Gamma,
    /// The same without counters and without the rule's name for access logs.
    GammaLean,
}

impl Variant {
    pub(crate) const ALL: [Self; 8] = [
        Self::Nothing,
        Self::NoOp,
        Self::Floor,
        Self::List,
        Self::Tree,
        Self::Lua,
        Self::Gamma,
        Self::GammaLean,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Nothing => "nothing",
            Self::NoOp => "no-op wasm",
            Self::Floor => "floor wasm",
            Self::List => "Envoy route list",
            Self::Tree => "Envoy matcher tree",
            Self::Lua => "Lua table lookup",
            Self::Gamma => "Gamma",
            Self::GammaLean => "Gamma, no counters, no rule names",
        }
    }

    /// Whether it knows the routes, so that their number may matter.
    pub(crate) fn has_routes(self) -> bool {
        !matches!(self, Self::Nothing | Self::NoOp | Self::Floor)
    }

    /// What `gammactl` has to be told.
    pub(crate) fn flags(self) -> &'static [&'static str] {
        match self {
            Self::GammaLean => &["--without", "metrics", "rule-property"],
            _ => &[],
        }
    }

    /// Puts the variant in the place of Gamma. The access log is left out: it is not part of a
    /// decision.
    pub(crate) fn install(self, bootstrap: &mut Value, routes: usize) -> Result<()> {
        let manager = connection_manager(bootstrap)?;
        manager["access_log"] = json!([]);
        let allowed = manager
            .pointer("/http_filters/0/typed_config/config/capability_restriction_config")
            .context("the bootstrap has no Gamma")?
            .clone();
        match self {
            Self::Gamma | Self::GammaLean => {}
            Self::Nothing => {
                set_filter(manager, None)?;
                manager["route_config"] = named_by_client();
            }
            Self::NoOp => {
                set_filter(manager, Some(bench_filter("bench_noop.wasm", allowed)))?;
                manager["route_config"] = named_by_client();
            }
            Self::Floor => set_filter(manager, Some(bench_filter("bench_floor.wasm", allowed)))?,
            Self::Lua => set_filter(manager, Some(lua(routes)))?,
            Self::List => {
                set_filter(manager, None)?;
                manager["route_config"] =
                    virtual_host(json!({ "routes": own_routes(prefixes(routes)) }));
            }
            Self::Tree => {
                set_filter(manager, None)?;
                manager["route_config"] = virtual_host(json!({ "matcher": tree(routes) }));
            }
        }
        Ok(())
    }
}

/// Puts routes of Envoy's own in the place of Gamma, one for each match, and leaves the access log out.
pub(crate) fn install_routes(
    bootstrap: &mut Value,
    matches: impl IntoIterator<Item = Value>,
) -> Result<()> {
    let manager = connection_manager(bootstrap)?;
    manager["access_log"] = json!([]);
    set_filter(manager, None)?;
    manager["route_config"] = virtual_host(json!({ "routes": own_routes(matches) }));
    Ok(())
}

/// Runs `gammactl envoy` on manifests.
pub(crate) fn written_by_gammactl(manifests: &str, listen: &str, flags: &[&str]) -> Result<Value> {
    let directory = tempfile::Builder::new().prefix("gamma-bench-").tempdir()?;
    let input = directory.path().join("routes.yaml");
    let output = directory.path().join("envoy.json");
    fs::write(&input, manifests)?;
    let ran = Command::new(gammactl())
        .args(["envoy", "-n", "bench", "--listen", listen])
        .args(["--admin", "127.0.0.1:0", "--wasm"])
        .arg(stage::wasm().canonicalize().context("run `make build`")?)
        .arg("-f")
        .arg(&input)
        .arg("-o")
        .arg(&output)
        .args(flags)
        .output()
        .context("gammactl: run `make build`")?;
    let errors = String::from_utf8_lossy(&ran.stderr);
    ensure!(ran.status.success(), "gammactl envoy:\n{errors}");
    Ok(serde_json::from_slice(&fs::read(&output)?)?)
}

/// As built by `make build`.
pub(crate) fn gammactl() -> std::path::PathBuf {
    repository::path("target/release/gammactl")
}

/// The HTTP connection manager of the first listener.
pub(crate) fn connection_manager(bootstrap: &mut Value) -> Result<&mut Value> {
    bootstrap
        .pointer_mut("/static_resources/listeners/0/filter_chains/0/filters/0/typed_config")
        .context("the bootstrap has no connection manager")
}

/// Replaces the first HTTP filter, which is Gamma.
fn set_filter(manager: &mut Value, filter: Option<Value>) -> Result<()> {
    let filters = manager["http_filters"].as_array_mut();
    let filters = filters.context("the bootstrap has no HTTP filters")?;
    ensure!(
        filters.len() == 2,
        "other filters than Gamma and the router"
    );
    filters.splice(..1, filter);
    Ok(())
}

/// `allowed` are the callbacks and host functions that Gamma gets: Envoy would enter a module that exports more, as all
/// do that are built with the SDK, for each of them.
fn bench_filter(module: &str, allowed: Value) -> Value {
    json!({
        "name": module,
        "typed_config": {
            "@type": "type.googleapis.com/envoy.extensions.filters.http.wasm.v3.Wasm",
            "config": {
                "name": module,
                "capability_restriction_config": allowed,
                "vm_config": {
                    "vm_id": module,
                    "runtime": "envoy.wasm.runtime.v8",
                    "code": { "local": { "filename": bench_filters().join(module) } },
                },
            },
        },
    })
}

fn lua(routes: usize) -> Value {
    let entries: String = (0..routes)
        .map(|route| format!("[\"{}\"]=\"{}\",\n", path(route), cluster(backend(route))))
        .collect();
    let code = format!(
        "local clusters = {{\n{entries}}}\n\
         function envoy_on_request(handle)\n\
           local headers = handle:headers()\n\
           local cluster = clusters[headers:get(\":path\")]\n\
           if cluster then headers:replace(\"x-gamma-cluster\", cluster) end\n\
         end\n"
    );
    json!({
        "name": "lua",
        "typed_config": {
            "@type": "type.googleapis.com/envoy.extensions.filters.http.lua.v3.Lua",
            "default_source_code": { "inline_string": code },
        },
    })
}

fn virtual_host(routes: Value) -> Value {
    let mut host = json!({ "name": "bench", "domains": ["*"] });
    for (key, value) in routes.as_object().into_iter().flatten() {
        host[key] = value.clone();
    }
    json!({ "name": "bench", "virtual_hosts": [host] })
}

fn named_by_client() -> Value {
    virtual_host(json!({
        "routes": [{
            "match": { "prefix": "/" },
            "route": { "cluster_header": "x-bench-cluster", "timeout": "0s", "idle_timeout": "0s" },
        }],
    }))
}

fn to_cluster(route: usize) -> Value {
    json!({ "cluster": cluster(backend(route)), "timeout": "0s", "idle_timeout": "0s" })
}

/// What Envoy's list matches each of the routes by.
fn prefixes(routes: usize) -> impl Iterator<Item = Value> {
    (0..routes).map(|route| json!({ "path_separated_prefix": path(route) }))
}

/// A route for each match, to the backend of that route.
fn own_routes(matches: impl IntoIterator<Item = Value>) -> Vec<Value> {
    let route =
        |(route, matched): (usize, Value)| json!({ "match": matched, "route": to_cluster(route) });
    matches.into_iter().enumerate().map(route).collect()
}

fn tree(routes: usize) -> Value {
    let action = |route| {
        let action = json!({
            "action": {
                "name": "route",
                "typed_config": {
                    "@type": "type.googleapis.com/envoy.config.route.v3.Route",
                    "match": { "prefix": "/" },
                    "route": to_cluster(route),
                },
            },
        });
        (path(route), action)
    };
    json!({
        "matcher_tree": {
            "input": {
                "name": "path",
                "typed_config": {
                    "@type": "type.googleapis.com/envoy.type.matcher.v3.HttpRequestHeaderMatchInput",
                    "header_name": ":path",
                },
            },
            "prefix_match_map": { "map": (0..routes).map(action).collect::<serde_json::Map<_, _>>() },
        },
    })
}
