//! Manifests that change, backends for them, and an Envoy that follows `gammactl envoy -o DIR`.
//!
//! Functions panic where the machine has no socket, file or program for them: their callers are tests.

use std::{
    collections::BTreeMap,
    fs,
    net::SocketAddr,
    path::{Path, PathBuf},
    process::Command,
};

use tempfile::TempDir;

use crate::{
    client::{Client, Request, Response},
    echo::{Echo, Identity},
    envoy::{Bootstrap, Envoy, Options},
    gammactl::gammactl,
    load::Load,
    ports::Port,
    stage::wasm,
};

/// Manifests in a directory, and the echo backends that they speak of.
#[derive(Debug)]
pub struct EditedShop {
    directory: TempDir,
    /// Where each Service is served; none for a Service without endpoints.
    pub services: BTreeMap<String, Vec<SocketAddr>>,
    /// Rules of the route on the Service `front`, each as YAML in one line.
    pub rules: Vec<String>,
    /// What the file with the route is called.
    pub route_file: String,
    /// Files with further manifests: what each is called, and what it says.
    pub more: BTreeMap<String, String>,
    /// How often it was written.
    saved: usize,
    echoes: Vec<Echo>,
    /// Envoy's admin interface: gammactl has to know it.
    pub admin: Port,
}

impl EditedShop {
    /// A Service `front` whose route sends everything to a Service `base`. Nothing is written yet.
    #[must_use]
    #[expect(clippy::new_without_default, reason = "starts servers and makes files")]
    pub fn new() -> Self {
        let mut shop = Self {
            directory: tempfile::tempdir().unwrap(),
            services: BTreeMap::new(),
            rules: Vec::new(),
            route_file: "route.yaml".into(),
            more: BTreeMap::new(),
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
    #[must_use]
    pub fn saved() -> Self {
        let mut shop = Self::new();
        shop.save();
        shop
    }

    /// Where `name` is, in a directory that goes with this.
    #[must_use]
    pub fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// Starts a backend that says that it is `name`.
    pub fn echo(&mut self, name: &str) -> SocketAddr {
        let echo = Echo::start(Identity::new("default", name, 80)).unwrap();
        let address = echo.address();
        self.echoes.push(echo);
        address
    }

    /// Writes what has changed, each time as another editor would.
    pub fn save(&mut self) {
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
        for (name, text) in &self.more {
            files.insert(self.path("in").join(name), text.clone());
        }
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

    /// `gammactl envoy` for the manifests and the Envoy of [`EditedShop::envoy`], with `more` options.
    #[must_use]
    pub fn command(&self, more: &[&str]) -> Command {
        let admin = self.admin.address().to_string();
        let mut command = self.command_at("envoy", &wasm(), &["--admin", &admin]);
        command.args(more);
        command
    }

    /// The same that writes to `directory`, lets Envoy load the module `wasm`, and knows of no Envoy.
    #[must_use]
    pub fn command_at(&self, directory: &str, wasm: &Path, more: &[&str]) -> Command {
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

    /// An Envoy with two workers that reads what [`EditedShop::command`] has written.
    #[must_use]
    pub fn envoy(&self) -> Envoy {
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
#[must_use]
pub fn rule(path: &str, backends: &[(&str, u32)], more: &str) -> String {
    let backends: Vec<String> = backends
        .iter()
        .map(|(name, weight)| format!("{{name: {name}, port: 80, weight: {weight}}}"))
        .collect();
    format!(
        "{{matches: [{{path: {{value: {path}}}}}], backendRefs: [{}]{more}}}",
        backends.join(", ")
    )
}

/// What a client gets that sends one request on a connection of its own.
#[must_use]
pub fn get(address: SocketAddr, host: &str, path: &str) -> Response {
    let request = Request::get(host, path);
    Client::new(address).send(&request).unwrap()
}

/// Who answered: the Service, or the status if no echo backend did.
#[must_use]
pub fn backend(response: &Response) -> String {
    match response.echoed() {
        Ok(echoed) => echoed.backend,
        Err(_) => response.status.to_string(),
    }
}

/// Requests without end, some of them slow.
#[must_use]
pub fn load(address: SocketAddr) -> Load {
    Load::start(
        address,
        &[
            Request::get("front", "/"),
            Request::get("front", "/slow").header("x-echo-delay-ms", "100"),
        ],
    )
}
