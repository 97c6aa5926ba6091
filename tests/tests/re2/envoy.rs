//! A real Envoy that is asked about regular expressions.
//!
//! Each pattern is on a listener of its own: Envoy refuses only the listeners whose patterns it can't use. Texts are
//! sent in hexadecimal, and a script writes them out again, so that they may have any bytes but NUL.

use std::collections::HashMap;

use anyhow::{Context, Result, ensure};
use gamma_testbed::{
    client::{Client, Request},
    envoy::{Bootstrap, Envoy, Options},
};
use serde_json::{Value, json};
use tempfile::TempDir;

/// Writes the text of a request into the header that is matched.
const SCRIPT: &str = r#"
function envoy_on_request(handle)
  local text = handle:headers():get("x-hexadecimal"):sub(2)
  text = text:gsub("..", function(byte) return string.char(tonumber(byte, 16)) end)
  handle:headers():replace("x-text", text)
  handle:clearRouteCache()
end
"#;

/// An Envoy with some patterns.
pub(crate) struct AskedEnvoy {
    envoy: Envoy,
    /// By the number of the pattern. Those that it refused have no client.
    clients: HashMap<usize, Client>,
    _directory: TempDir,
}

impl AskedEnvoy {
    /// With patterns that are not empty, and the largest program that is allowed. Without one, what Envoy does by
    /// itself holds.
    pub(crate) fn start(patterns: &[String], program_size: Option<u32>) -> Result<Self> {
        let directory = tempfile::tempdir()?;
        let listeners = directory.path().join("listeners.json");
        let resources: Vec<Value> = patterns
            .iter()
            .enumerate()
            .map(|(number, pattern)| listener(number, pattern))
            .collect();
        let resources = json!({"version_info": "1", "resources": resources});
        std::fs::write(&listeners, resources.to_string())?;
        let runtime = match program_size {
            Some(size) => json!({"re2": {"max_program_size": {"error_level": size}}}),
            None => json!({}),
        };
        let bootstrap = json!({
            "node": {"id": "patterns", "cluster": "patterns"},
            "admin": {"address": address()},
            "dynamic_resources": {"lds_config": {"path_config_source": {"path": listeners}}},
            "layered_runtime": {"layers": [{"name": "static", "static_layer": runtime}]},
        });
        let envoy = Envoy::start(Bootstrap::Text(&bootstrap.to_string()), &Options::default())?;
        let clients = clients(&envoy)?;
        Ok(Self {
            envoy,
            clients,
            _directory: directory,
        })
    }

    pub(crate) fn accepts(&self, number: usize) -> bool {
        self.clients.contains_key(&number)
    }

    /// Whether a pattern that it accepts matches a text.
    pub(crate) fn matches(&mut self, number: usize, text: &[u8]) -> Result<bool> {
        let client = self.clients.get_mut(&number).context("it is refused")?;
        // What begins it makes it a header also where the text is empty.
        let mut hexadecimal = String::from("x");
        hexadecimal.extend(text.iter().map(|byte| format!("{byte:02x}")));
        let request = Request::get("pattern", "/").header("x-hexadecimal", hexadecimal);
        let status = client.send(&request)?.status;
        ensure!(matches!(status, 200 | 404), "status {status}");
        Ok(status == 200)
    }

    /// How many instructions the patterns have that were refused because of that, by their numbers.
    pub(crate) fn program_sizes(&self) -> HashMap<usize, usize> {
        let log = self.envoy.log();
        let refusals = log.split("listener 'p").skip(1).filter_map(|refusal| {
            let (number, rest) = refusal.split_once("' config rejected: ")?;
            let (_, rest) = rest.split_once("RE2 program size of ")?;
            let (size, _) = rest.split_once(' ')?;
            Some((number.parse().ok()?, size.parse().ok()?))
        });
        refusals.collect()
    }
}

/// By the numbers that are in the names of listeners.
fn clients(envoy: &Envoy) -> Result<HashMap<usize, Client>> {
    let listeners = envoy.admin_get("/listeners")?;
    let clients = listeners.lines().map(|line| {
        let (name, address) = line.split_once("::").context("no address")?;
        let number = name.strip_prefix('p').context("another listener")?;
        Ok((number.parse()?, Client::new(address.parse()?)))
    });
    clients.collect()
}

fn address() -> Value {
    json!({"socket_address": {"address": "127.0.0.1", "port_value": 0}})
}

fn listener(number: usize, pattern: &str) -> Value {
    let typed = |name: &str, kind: &str, mut config: Value| {
        config["@type"] = format!("type.googleapis.com/envoy.{kind}").into();
        json!({"name": name, "typed_config": config})
    };
    let script = json!({"default_source_code": {"inline_string": SCRIPT}});
    let is_match = json!({"name": "x-text", "string_match": {"safe_regex": {"regex": pattern}}});
    let manager = json!({
        "stat_prefix": "patterns",
        "http_filters": [
            typed("script", "extensions.filters.http.lua.v3.Lua", script),
            typed("router", "extensions.filters.http.router.v3.Router", json!({})),
        ],
        "route_config": {"virtual_hosts": [{"name": "all", "domains": ["*"], "routes": [
            {"match": {"prefix": "/", "headers": [is_match]}, "direct_response": {"status": 200}},
            {"match": {"prefix": "/"}, "direct_response": {"status": 404}},
        ]}]},
    });
    let kind = "extensions.filters.network.http_connection_manager.v3.HttpConnectionManager";
    json!({
        "@type": "type.googleapis.com/envoy.config.listener.v3.Listener",
        "name": format!("p{number}"),
        "address": address(),
        "filter_chains": [{"filters": [typed("http", kind, manager)]}],
    })
}
