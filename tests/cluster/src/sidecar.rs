//! What a client's Envoy was given, by its own word.

use std::{
    net::{Ipv4Addr, SocketAddr},
    thread,
    time::Duration,
};

use anyhow::{Context as _, Result, bail, ensure};
use serde_json::Value;

use crate::{client::MeshClient, pair::Pair};

/// Where a sidecar tells of itself, within its pod.
fn admin() -> SocketAddr {
    (Ipv4Addr::LOCALHOST, 15_000).into()
}

/// The configs of one kind of resource.
fn dump(client: &mut MeshClient, resource: &str) -> Result<Vec<Value>> {
    let path = format!("/config_dump?resource={resource}");
    let text = match client.get(admin(), &path)? {
        (200, text) => text,
        // Envoy's word for none of this kind.
        (404, text) if text.contains("not found in config dump") => return Ok(Vec::new()),
        (status, text) => bail!("{path}: {status} {text}"),
    };
    let mut dump: Value = serde_json::from_str(&text)?;
    match dump["configs"].take() {
        Value::Array(configs) => Ok(configs),
        _ => Ok(Vec::new()),
    }
}

/// The plugin configurations of all filters that are modules, as JSON.
pub(crate) fn plugin_configs(client: &mut MeshClient) -> Result<Vec<Value>> {
    let mut found = Vec::new();
    let filters = dump(client, "ecds_filters")?;
    // A filter that was taken away stays as long as a connection has it.
    let listeners = match filters.is_empty() {
        true => String::new(),
        false => active_listeners(client)?,
    };
    for filter in filters {
        let name = filter.pointer("/ecds_filter/name").and_then(Value::as_str);
        if !name.is_some_and(|name| listeners.contains(name)) {
            continue;
        }
        let config = filter.pointer("/ecds_filter/typed_config/config/configuration/value");
        if let Some(text) = config.and_then(Value::as_str) {
            found.push(serde_json::from_str(text)?);
        }
    }
    Ok(found)
}

/// The listeners that take connections, as text.
fn active_listeners(client: &mut MeshClient) -> Result<String> {
    let listeners = dump(client, "dynamic_listeners")?;
    let active = listeners
        .iter()
        .filter_map(|listener| listener.get("active_state"));
    Ok(active.map(Value::to_string).collect())
}

/// The virtual hosts of all outbound routes.
fn virtual_hosts(client: &mut MeshClient) -> Result<Vec<Value>> {
    let mut hosts = Vec::new();
    for config in dump(client, "dynamic_route_configs")? {
        if let Some(Value::Array(of_config)) = config.pointer("/route_config/virtual_hosts") {
            hosts.extend(of_config.iter().cloned());
        }
    }
    Ok(hosts)
}

/// Whether some virtual host has a route of that name.
pub(crate) fn has_route(client: &mut MeshClient, name: &str) -> Result<bool> {
    let hosts = virtual_hosts(client)?;
    let mut routes = hosts
        .iter()
        .filter_map(|host| host["routes"].as_array())
        .flatten();
    Ok(routes.any(|route| route["name"] == name))
}

/// What it says of its clusters and their endpoints.
pub(crate) fn clusters(client: &mut MeshClient) -> Result<String> {
    client.page(admin(), "/clusters")
}

/// The filter's counters, as Prometheus is given them.
pub(crate) fn metrics(client: &mut MeshClient) -> Result<String> {
    client.page(admin(), "/stats/prometheus?usedonly&filter=gamma_")
}

/// Bytes that it has received from istiod.
pub(crate) fn received(client: &mut MeshClient) -> Result<f64> {
    stat(client, "upstream_cx_rx_bytes_total")
}

/// The first value whose name ends with `name`: what stands before it differs from release to release.
fn stat(client: &mut MeshClient, name: &str) -> Result<f64> {
    let page = client.page(admin(), &format!("/stats?filter={name}"))?;
    let value = page.lines().find_map(|line| {
        let (full, value) = line.split_once(": ")?;
        full.ends_with(name).then_some(value)
    });
    let value = value.with_context(|| format!("{name} is not in {page:?}"))?;
    Ok(value.trim().parse()?)
}

/// Fails as long as it does not have exactly what `pair` says.
pub(crate) fn has(client: &mut MeshClient, pair: &Pair) -> Result<()> {
    let configs = plugin_configs(client)?;
    let wanted: Vec<&Value> = pair.plugin_configs().collect();
    ensure!(
        configs.len() == wanted.len() && wanted.iter().all(|w| configs.iter().any(|c| same(c, w))),
        "the plugin configurations are others"
    );
    let wanted = as_inserted(pair);
    let hosts = virtual_hosts(client)?;
    ensure!(!hosts.is_empty(), "no routes yet");
    for host in hosts {
        let routes = host["routes"].as_array().context("routes")?;
        let is_ours = |route: &&Value| {
            route["name"]
                .as_str()
                .is_some_and(|n| n.starts_with("gamma"))
        };
        let ours: Vec<_> = routes.iter().take_while(is_ours).map(summary).collect();
        // A port that istiod looks into has two route configurations; it puts our routes before those of
        // one of them twice, which is once more than it takes.
        let mut rounds = ours.chunks(wanted.len().max(1));
        let fits = ours.is_empty() == wanted.is_empty() && rounds.all(|round| *round == wanted);
        ensure!(
            fits,
            "{} begins with {ours:?}, not {wanted:?}",
            host["name"]
        );
    }
    Ok(())
}

/// Name, and number of mirrors.
fn summary(route: &Value) -> (String, usize) {
    let policies = route.pointer("/route/request_mirror_policies");
    let mirrors = policies.and_then(Value::as_array).map_or(0, Vec::len);
    (route["name"].as_str().unwrap_or_default().into(), mirrors)
}

/// The routes of `pair` in the order in which they end up: the last that is inserted comes first.
fn as_inserted(pair: &Pair) -> Vec<(String, usize)> {
    let mut routes: Vec<(String, usize)> = pair.routes().map(summary).collect();
    routes.reverse();
    routes
}

/// Everything that its decisions depend on, to see whether it still changes.
fn state(client: &mut MeshClient) -> Result<Vec<String>> {
    let mut state = Vec::new();
    for resource in [
        "dynamic_route_configs",
        "dynamic_active_clusters",
        "ecds_filters",
    ] {
        for mut config in dump(client, resource)? {
            for volatile in ["last_updated", "version_info"] {
                if let Some(config) = config.as_object_mut() {
                    config.remove(volatile);
                }
            }
            state.push(config.to_string());
        }
    }
    state.sort();
    Ok(state)
}

/// Waits until nothing changes any more.
pub(crate) fn settle(client: &mut MeshClient) -> Result<()> {
    let mut last = state(client)?;
    for _ in 0..100 {
        thread::sleep(Duration::from_millis(350));
        let now = state(client)?;
        if now == last {
            return Ok(());
        }
        last = now;
    }
    bail!("the sidecar's config never stops changing")
}

/// Numbers have passed through a `google.protobuf.Struct`, to which all of them are floating-point.
pub(crate) fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => a.as_f64() == b.as_f64(),
        (Value::Array(a), Value::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b))
        }
        (Value::Object(a), Value::Object(b)) => {
            let equal = |(key, a): (&String, &Value)| b.get(key).is_some_and(|b| same(a, b));
            a.len() == b.len() && a.iter().all(equal)
        }
        (a, b) => a == b,
    }
}
