//! Keeps Istio's WasmPlugin and EnvoyFilter in step with the routes of a cluster, and says on each route
//! what became of it.
//!
//! Kubernetes stores, istiod distributes; what is in between is the crates of `gammactl`, by which the
//! objects of the cluster are decoded and compiled as they would be from files:
//!
//! 1. `watch` follows each kind, whether the cluster has it (yet) or not, and says what changes.
//! 2. `store` has the objects as texts, and knows which changes are none to a compiler.
//! 3. `release` makes of them the objects for Istio, and the status of each route.
//! 4. `apply` writes the objects, in the order that strands no request, once `module` has found the
//!    filter in its registry; `rollout` gives another module to a few sidecars first, and asks these `sidecars`
//!    whether they have taken it. `retire` takes away what an earlier release has left.
//! 5. `status` writes on the routes, beside what other controllers say there (`parents`), and `event` what is wrong.
//!
//! `control` is the loop around these, `pending` says when its next round is due; of several replicas the one that has the `lease` writes. `serve`
//! answers probes and has the `metrics`.

#![forbid(unsafe_code)]
#![deny(missing_docs)]

mod apply;
mod control;
mod event;
mod in_time;
mod lease;
mod log;
mod metrics;
mod module;
mod options;
mod parents;
mod pending;
mod release;
mod retire;
mod rollout;
mod serve;
mod sidecars;
mod status;
mod store;
mod watch;

pub use options::{Canary, ControllerOptions};

/// Runs until it is told to stop by SIGTERM or SIGINT.
///
/// # Errors
///
/// No cluster is known, its API server refuses the controller, or the address for probes is in use.
pub fn run(options: ControllerOptions) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?;
    let ended = runtime.block_on(control::run(options));
    // What is still under way is of no use any more.
    runtime.shutdown_background();
    ended
}
