//! Which tests there are.

use std::time::Instant;

use anyhow::{Context as _, Result, bail};
use gamma_testbed::echo::Identity;

use crate::{
    controller, edges,
    fixtures::{self, Who},
    mesh::{Mesh, istio_obeys_routes, istio_version},
    migration,
    pair::Pair,
    progressive, upstream,
};

/// A test, by its name.
struct Test {
    name: &'static str,
    run: fn(&Mesh) -> Result<()>,
}

fn tests() -> Vec<Test> {
    let mut tests = vec![
        Test {
            name: "upstream::gamma",
            run: |_| upstream::run(Who::Gamma, ""),
        },
        Test {
            name: "updates",
            run: crate::updates::run,
        },
    ];
    let others = controller::TESTS.iter().chain(edges::TESTS);
    tests.extend(others.map(|(name, run)| Test { name, run: *run }));
    tests.extend([
        Test {
            name: "migration",
            run: migration::run,
        },
        Test {
            name: "documentation::istio",
            run: |_| crate::document::run("docs/istio.md"),
        },
        Test {
            name: "documentation::controller",
            run: |_| {
                crate::document::run("docs/controller.md")?;
                Pair::remove_all()
            },
        },
        Test {
            name: "progressive::flagger",
            run: progressive::flagger,
        },
        Test {
            name: "progressive::argo",
            run: progressive::argo,
        },
        Test {
            name: "fixtures",
            run: every_fixture,
        },
        Test {
            name: "upstream::istio",
            run: |_| upstream::run(Who::Istio, &istio_version()?),
        },
    ]);
    tests
}

/// Prints their names.
pub(crate) fn list() {
    for test in tests() {
        println!("{}", test.name);
    }
}

/// Runs those whose names begin with one of `names`, or all. Says whether all passed.
pub(crate) fn run(names: &[&str]) -> Result<bool> {
    let chosen = |test: &Test| names.is_empty() || names.iter().any(|n| test.name.starts_with(n));
    let tests: Vec<Test> = tests().into_iter().filter(chosen).collect();
    if tests.is_empty() {
        bail!("no test begins with any of {names:?}: see `gamma-cluster list`");
    }
    let all = fixtures::load()?;
    let (mut identities, namespaces) = fixtures::needs(&all)?;
    identities.extend(edges::identities());
    identities.extend(migration::identities());
    for service in crate::updates::SERVICES {
        identities.insert(Identity::new("gamma-updates", service, 80));
    }
    println!("{} backends, clients in {namespaces:?}", identities.len());
    istio_obeys_routes(false)?;
    let mesh = Mesh::start(&identities, &namespaces).context("the mesh of these tests")?;
    let mut failed = Vec::new();
    for test in &tests {
        let begin = Instant::now();
        println!("\n== {}", test.name);
        // What an earlier test left, if it failed.
        Pair::remove_all()?;
        let ended = (test.run)(&mesh);
        let took = begin.elapsed().as_secs_f32();
        match ended {
            Ok(()) => println!("ok     {} ({took:.0} s)", test.name),
            Err(error) => {
                println!("FAILED {} ({took:.0} s)\n{error:#}", test.name);
                failed.push(test.name);
            }
        }
    }
    println!("\n{} of {} passed", tests.len() - failed.len(), tests.len());
    if !failed.is_empty() {
        println!("failed: {}", failed.join(", "));
    }
    Ok(failed.is_empty())
}

fn every_fixture(mesh: &Mesh) -> Result<()> {
    let all = fixtures::load()?;
    istio_obeys_routes(false)?;
    let gamma = fixtures::run(&all, mesh, Who::Gamma)?;
    Pair::remove_all()?;
    istio_obeys_routes(true)?;
    let istio = fixtures::run(&all, mesh, Who::Istio)?;
    istio_obeys_routes(false)?;
    fixtures::write(&gamma, &istio)?;
    fixtures::check(&gamma)
}
