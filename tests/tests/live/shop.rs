//! Manifests that change, backends for them, and an Envoy that follows.

use std::{
    collections::BTreeMap,
    fs,
    net::SocketAddr,
    path::{Path, PathBuf},
    process::Command,
};

use gamma_testbed::{
    client::{Client, Request, Response},
    echo::{Echo, Identity},
    envoy::{Bootstrap, Envoy, Options},
    gammactl::gammactl,
    load::Load,
    ports::Port,
    stage::wasm,
};
use tempfile::TempDir;

/// What the manifests say.
pub(crate) struct Shop {
    directory: TempDir,
    /// Where each Service is served; none for a Service without endpoints.
    pub(crate) services: BTreeMap<String, Vec<SocketAddr>>,
    /// Rules of the route on the Service `front`, each as YAML in one line.
    pub(crate) rules: Vec<String>,
    /// What the file with the route is called.
    pub(crate) route_file: String,
    /// How often it was written.
    saved: usize,
    echoes: Vec<Echo>,
    /// Envoy's admin interface: gammactl has to know it.
    pub(crate) admin: Port,
}

impl Shop {
    pub(crate) fn new() -> Self {
        let mut shop = Self {
            directory: tempfile::tempdir().unwrap(),
            services: BTreeMap::new(),
            rules: Vec::new(),
            route_file: "route.yaml".into(),
            saved: 0,
            echoes: Vec::new(),
            admin: Port::reserve().unwrap(),
        };
        fs::create_dir_all(shop.path("in/endpoints")).unwrap();
        for service in ["front", "base"] {
            let address = shop.echo(service);
            shop.services.insert(service.into(), vec![address]);
        }
        shop.rules = vec![rule("/", &[("base", 1)], "")];
        shop
    }

    /// One whose manifests are written.
    pub(crate) fn saved() -> Self {
        let mut shop = Self::new();
        shop.save();
        shop
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// Starts a backend that says that it is `name`.
    pub(crate) fn echo(&mut self, name: &str) -> SocketAddr {
        let echo = Echo::start(Identity::new("default", name, 80)).unwrap();
        let address = echo.address();
        self.echoes.push(echo);
        address
    }

    /// Writes what has changed, each time as another editor would.
    pub(crate) fn save(&mut self) {
        let mut files = BTreeMap::new();
        let services: String = self
            .services
            .keys()
            .map(|name| {
                format!(
                    "---\napiVersion: v1\nkind: Service\nmetadata: {{name: {name}}}\n\
                     spec: {{ports: [{{port: 80, name: http}}]}}\n"
                )
            })
            .collect();
        files.insert(self.path("in/services.yaml"), services);
        for (name, addresses) in &self.services {
            let slices: String = addresses
                .iter()
                .enumerate()
                .map(|(i, address)| slice(name, i, *address))
                .collect();
            files.insert(self.path(&format!("in/endpoints/{name}.yaml")), slices);
        }
        let rules: String = self
            .rules
            .iter()
            .map(|rule| format!("    - {rule}\n"))
            .collect();
        let route = format!(
            "apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {{name: front}}\n\
             spec:\n  parentRefs: [{{group: '', kind: Service, name: front}}]\n  rules:\n{rules}"
        );
        files.insert(self.path("in").join(&self.route_file), route);
        for folder in ["in", "in/endpoints"] {
            for entry in fs::read_dir(self.path(folder)).unwrap() {
                let path = entry.unwrap().path();
                if path.is_file() && !files.contains_key(&path) {
                    fs::remove_file(path).unwrap();
                }
            }
        }
        for (path, text) in files {
            if fs::read_to_string(&path).is_ok_and(|found| found == text) {
                continue;
            }
            self.saved += 1;
            write(&path, &text, self.saved);
        }
    }

    pub(crate) fn command(&self, more: &[&str]) -> Command {
        let admin = self.admin.address().to_string();
        let mut command = self.command_at("envoy", &wasm(), &["--admin", &admin]);
        command.args(more);
        command
    }

    pub(crate) fn command_at(&self, directory: &str, wasm: &Path, more: &[&str]) -> Command {
        let mut command = gammactl();
        command
            .args(["envoy", "--listen", "127.0.0.1:0"])
            .arg("--wasm")
            .arg(wasm)
            .arg("-f")
            .arg(self.path("in"))
            .arg("-o")
            .arg(self.path(directory))
            .args(more);
        command
    }

    pub(crate) fn envoy(&self) -> Envoy {
        let bootstrap = self.path("envoy/envoy.yaml");
        let options = Options {
            concurrency: 2,
            ..Options::default()
        };
        Envoy::start(Bootstrap::File(&bootstrap), &options).unwrap()
    }
}

/// Three habits: into the file, beside it and renamed, removed and written again in two pieces.
fn write(path: &Path, text: &str, habit: usize) {
    match habit % 3 {
        0 => fs::write(path, text).unwrap(),
        1 => {
            let beside = path.with_extension("swp");
            fs::write(&beside, text).unwrap();
            fs::rename(beside, path).unwrap();
        }
        _ => {
            let _ = fs::remove_file(path);
            fs::write(path, &text[..text.len() / 2]).unwrap();
            fs::write(path, text).unwrap();
        }
    }
}

fn slice(service: &str, number: usize, address: SocketAddr) -> String {
    format!(
        "---\napiVersion: discovery.k8s.io/v1\nkind: EndpointSlice\n\
         metadata: {{name: {service}-{number}, labels: {{kubernetes.io/service-name: {service}}}}}\n\
         addressType: IPv4\nports: [{{name: http, port: {}}}]\n\
         endpoints: [{{addresses: [{}], conditions: {{ready: true}}}}]\n",
        address.port(),
        address.ip()
    )
}

/// A rule for `path` and what is below it.
pub(crate) fn rule(path: &str, backends: &[(&str, u32)], more: &str) -> String {
    let backends: Vec<String> = backends
        .iter()
        .map(|(name, weight)| format!("{{name: {name}, port: 80, weight: {weight}}}"))
        .collect();
    format!(
        "{{matches: [{{path: {{value: {path}}}}}], backendRefs: [{}]{more}}}",
        backends.join(", ")
    )
}

pub(crate) fn get(address: SocketAddr, host: &str, path: &str) -> Response {
    let request = Request::get(host, path);
    Client::new(address).send(&request).unwrap()
}

/// Who answered.
pub(crate) fn backend(response: &Response) -> String {
    match response.echoed() {
        Ok(echoed) => echoed.backend,
        Err(_) => response.status.to_string(),
    }
}

/// Requests without end, some of them slow.
pub(crate) fn load(address: SocketAddr) -> Load {
    Load::start(
        address,
        &[
            Request::get("front", "/"),
            Request::get("front", "/slow").header("x-echo-delay-ms", "100"),
        ],
    )
}
