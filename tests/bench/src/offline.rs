//! What `gammactl` and the module cost where no request waits for them.

use std::{
    fs,
    process::{Command, Stdio},
    time::Instant,
};

use anyhow::{Context, Result, ensure};
use gamma_testbed::stage;

use crate::{bootstrap::gammactl, peer::Peer, routes::Shape, statistics::Spread};

/// Of many HTTPRoutes, a file each being the exception.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Offline {
    pub(crate) routes: usize,
    /// Seconds.
    pub(crate) compile: Spread,
    pub(crate) check: Spread,
    /// Bytes: the manifests, and the route config without white space.
    pub(crate) manifests: u64,
    pub(crate) config: u64,
    /// Bytes of the module.
    pub(crate) module: u64,
}

impl Offline {
    pub(crate) fn run(routes: usize, peer: &Peer) -> Result<Self> {
        eprintln!("gammactl, {routes} routes");
        let directory = tempfile::Builder::new().prefix("gamma-bench-").tempdir()?;
        let input = directory.path().join("routes.yaml");
        let output = directory.path().join("config.json");
        let manifests = Shape::plain(routes).manifests(&peer.backends()?);
        fs::write(&input, &manifests)?;
        let (input, output) = (input.to_string_lossy(), output.to_string_lossy());
        let compile = seconds(&["compile", "-f", &input, "-n", "bench", "-o", &output])?;
        let check = seconds(&["check", "-f", &input, "-n", "bench"])?;
        let config = gamma_config::parse(&fs::read(&*output)?)?;
        let rules = config.services.iter().flat_map(|s| &s.ports);
        let rules: usize = rules
            .filter_map(|p| Some(p.producer.as_ref()?.rules.len()))
            .sum();
        ensure!(rules == routes, "{rules} of {routes} routes were compiled");
        Ok(Self {
            routes,
            compile,
            check,
            manifests: manifests.len() as u64,
            config: serde_json::to_vec(&config)?.len() as u64,
            module: fs::metadata(stage::wasm())?.len(),
        })
    }
}

fn seconds(arguments: &[&str]) -> Result<Spread> {
    const TIMES: usize = 3;
    let mut took = Vec::new();
    for _ in 0..TIMES {
        let started = Instant::now();
        let status = Command::new(gammactl())
            .args(arguments)
            .stdout(Stdio::null())
            .status()
            .context("gammactl: run `make build`")?;
        ensure!(status.success(), "gammactl {arguments:?} failed");
        took.push(started.elapsed().as_secs_f64());
    }
    Ok(Spread::of(took))
}
