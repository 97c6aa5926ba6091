//! Gamma in a real Istio: what no Envoy on its own can show.
//!
//! `gamma-cluster test [NAME...]` runs the tests in the cluster of `$KUBECONFIG`, all of them or those
//! whose names begin with one of these; `gamma-cluster list` names them. `tests/cluster/rig` makes such
//! a cluster on this machine, and `make cluster-test` does all of it.
//!
//! The same program runs in the pods of these tests: `gamma-cluster echo` is every backend, and
//! `gamma-cluster client` sends what it is told to.
//!
//! - `pod`: the two parts in pods, and what is said between client and test.
//! - `kubectl`: the cluster, by the command that people use.
//! - `mesh`: clients in several namespaces and one pod of backends; `client`: one of the clients;
//!   `objects`: what they are made of.
//! - `sidecar`: what a client's Envoy was given, and whether it is what we want.
//! - `pair`: what `gammactl istio` writes, applied and taken away.
//! - `fixtures`: every case of our own, through the mesh with Gamma and through Istio by itself.
//! - `upstream`: the Gateway API's own suite.
//! - `load`, `updates`: changes while requests go on.
//! - `edges`: what is known to go wrong between Istio and such a filter.
//! - `controller`: the controller, installed as people do; `bench`: how fast it is.
//! - `migration`: Istio's VirtualServices, and the routes that `gammactl convert` makes of them.
//! - `progressive`: what shifts weights by itself.
//! - `document`: the commands of a page of the documentation, in a `folder` of their own.
//! - `run`: which tests there are, and in which order.

#![forbid(unsafe_code)]

mod bench;
mod client;
mod controller;
mod document;
mod edges;
mod fixtures;
mod folder;
mod kubectl;
mod load;
mod memory;
mod mesh;
mod migration;
mod objects;
mod pair;
mod pod;
mod progressive;
mod run;
mod sidecar;
mod updates;
mod upstream;

use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match words.as_slice() {
        ["echo", listen @ ..] => pod::echo::run(listen),
        ["client"] => pod::client::run(),
        ["list"] => {
            run::list();
            Ok(true)
        }
        ["test", names @ ..] => run::run(names),
        ["bench"] => bench::run(),
        ["record"] => migration::record(),
        _ => {
            eprintln!(
                "usage: gamma-cluster test [NAME...] | list | bench | record | echo ... | client"
            );
            return ExitCode::from(2);
        }
    };
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::from(2)
        }
    }
}
