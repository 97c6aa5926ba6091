//! Reads what the admin interface of a sidecar's Envoy says of filters and routes.

use std::collections::BTreeSet;

use k8s_openapi::jiff::Timestamp;
use serde_json::Value;

use super::hash::ConfigHash;
use crate::discovery::array;

/// What a sidecar has.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SidecarDump {
    /// Filters that Istio delivered by name.
    pub filters: Vec<LoadedFilter>,
    /// Routes for what it sends.
    pub routes: LoadedRoutes,
}

/// A filter that was delivered by name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoadedFilter {
    /// Its name.
    pub resource: String,
    /// The hash of its config; `None` if it is no filter in wasm.
    pub config: Option<ConfigHash>,
    /// Whether it calls itself as `gammactl istio` calls the filter.
    pub is_gamma: bool,
    /// Whether it refuses every request, which is what Istio's agent makes of a module that it can't fetch.
    pub denies: bool,
    /// Whether Envoy refused it. An older one runs, if there was any.
    pub refused: bool,
}

/// Routes for what a sidecar sends.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LoadedRoutes {
    /// The names of the routes in each virtual host, as far as they are in question.
    pub hosts: Vec<BTreeSet<String>>,
}

impl SidecarDump {
    /// Of `/config_dump?resource=ecds_filters`, `/config_dump?resource=dynamic_route_configs` and
    /// `/stats?filter=extension_config_discovery&format=json`.
    pub(super) fn of(filters: &Value, routes: &Value, stats: &Value) -> Self {
        let filters = array(filters, "configs").iter();
        Self {
            filters: filters
                .filter_map(|filter| LoadedFilter::of(filter, stats))
                .collect(),
            routes: LoadedRoutes::of(routes),
        }
    }
}

/// `pluginName` of the WasmPlugins that gammactl writes.
const PLUGIN: &str = "gamma";
const WASM: &str = "type.googleapis.com/envoy.extensions.filters.http.wasm.v3.Wasm";
const RBAC: &str = "type.googleapis.com/envoy.extensions.filters.http.rbac.v3.RBAC";

impl LoadedFilter {
    fn of(dumped: &Value, stats: &Value) -> Option<Self> {
        let filter = &dumped["ecds_filter"];
        let resource = filter["name"].as_str()?.to_owned();
        let config = &filter["typed_config"];
        let kind = config["@type"].as_str().unwrap_or_default();
        let text = config
            .pointer("/config/configuration/value")
            .and_then(Value::as_str);
        Some(Self {
            config: (kind == WASM).then(|| ConfigHash::of_text(text.unwrap_or_default())),
            is_gamma: config
                .pointer("/config/root_id")
                .is_some_and(|id| id == PLUGIN),
            denies: kind == RBAC,
            refused: !dumped["error_state"].is_null() || is_refused(dumped, &resource, stats),
            resource,
        })
    }
}

/// The dump has the newest config, refused or not; the counters tell of the newest version that was not
/// refused, and when that was. A version with the config of the one before is not in the dump at all.
fn is_refused(dumped: &Value, resource: &str, stats: &Value) -> bool {
    let stat = |name: &str| {
        let name = format!("extension_config_discovery.http_filter.{resource}.{name}");
        let mut stats = array(stats, "stats").iter();
        Some(&stats.find(|stat| stat["name"] == name.as_str())?["value"])
    };
    let accepted = stat("version_text").and_then(Value::as_str);
    let accepted_at = stat("update_time").and_then(Value::as_i64);
    let (newest, newest_at) = (
        dumped["version_info"].as_str(),
        dumped["last_updated"].as_str(),
    );
    let newest_at = newest_at.and_then(|time| time.parse::<Timestamp>().ok());
    match (accepted, accepted_at, newest, newest_at) {
        (Some(accepted), Some(accepted_at), Some(newest), Some(newest_at)) => {
            accepted != newest && newest_at.as_millisecond() > accepted_at
        }
        _ => false,
    }
}

impl LoadedRoutes {
    fn of(dump: &Value) -> Self {
        let tables = array(dump, "configs")
            .iter()
            .map(|config| &config["route_config"]);
        let hosts = tables.flat_map(|table| array(table, "virtual_hosts"));
        let names = |host: &Value| {
            let routes = array(host, "routes").iter();
            let names = routes.filter_map(|route| route["name"].as_str());
            names.map(str::to_owned).collect()
        };
        Self {
            hosts: hosts.map(names).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// As Envoy 1.40 writes it.
    fn dumped(version: &str) -> Value {
        json!({"configs": [{
            "@type": "type.googleapis.com/envoy.admin.v3.EcdsConfigDump.EcdsFilterConfig",
            "version_info": version,
            "ecds_filter": {
                "@type": "type.googleapis.com/envoy.config.core.v3.TypedExtensionConfig",
                "name": "gamma",
                "typed_config": {"@type": WASM, "config": {"root_id": "gamma", "configuration": {
                    "@type": "type.googleapis.com/google.protobuf.StringValue", "value": "{\"version\":1}"
                }}}
            },
            "last_updated": "2026-11-29T06:07:25.482Z"
        }]})
    }

    /// Milliseconds since 1970 of `last_updated` above.
    const UPDATED: i64 = 1_795_932_445_482;

    #[test]
    fn a_config_that_was_refused_is_told_by_its_version_and_time() {
        let stats = |version: &str, time: i64| {
            json!({"stats": [
                {"name": "extension_config_discovery.http_filter.gamma.version_text", "value": version},
                {"name": "extension_config_discovery.http_filter.gamma.config_fail", "value": 1},
                {"name": "extension_config_discovery.http_filter.gamma.update_time", "value": time}
            ]})
        };
        for (stats, refused) in [
            // It was taken, right after it had come.
            (stats("new", UPDATED + 10), false),
            // The last that was taken is an older one.
            (stats("old", UPDATED - 2000), true),
            // A newer version came with the same config.
            (stats("newer", UPDATED + 2000), false),
            // Istio leaves these counters out unless it is told otherwise.
            (json!({}), false),
        ] {
            let dump = SidecarDump::of(&dumped("new"), &json!({}), &stats);
            let [filter] = &*dump.filters else {
                panic!("{dump:?}")
            };
            assert_eq!(filter.refused, refused, "{stats}");
            assert_eq!(filter.config, Some(ConfigHash::of(&json!({"version": 1}))));
            assert!(filter.is_gamma && !filter.denies);
        }
    }

    #[test]
    fn routes_are_those_of_each_virtual_host() {
        let routes = json!({"configs": [
            {"route_config": {"name": "80", "virtual_hosts": [
                {"name": "cart", "routes": [{"name": "gamma"}, {"name": "default"}, {}]},
                {"name": "allow_any", "routes": []}
            ]}},
            {"route_config": {"name": "empty"}}
        ]});
        let dump = SidecarDump::of(&json!({}), &routes, &json!({}));
        let names: Vec<Vec<&str>> = dump
            .routes
            .hosts
            .iter()
            .map(|host| host.iter().map(String::as_str).collect())
            .collect();
        assert_eq!(names, [vec!["default", "gamma"], vec![]]);
    }
}
