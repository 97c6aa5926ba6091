//! Every fixture three times: against the router (`native::area::case`), through a real Envoy
//! (`envoy::area::case`), and through an Envoy whose filter does nothing (`idle::area::case`), where
//! it must fail: a fixture that passes there shows nothing.

use std::{path::Path, process::ExitCode};

use gamma_testbed::{drive, fixture, stage};
use libtest_mimic::{Arguments, Failed, Trial, run};

/// A proxy-wasm module that lets every request pass as it is.
const IDLE: &str = r#"(module
  (memory (export "memory") 1)
  (func (export "_initialize"))
  (func (export "proxy_abi_version_0_2_1"))
  (func (export "proxy_on_memory_allocate") (param i32) (result i32) (i32.const 1024)))"#;

fn main() -> ExitCode {
    let mut arguments = Arguments::from_args();
    // Each test has an Envoy of its own, and most of its time is Envoy compiling the filter.
    arguments.test_threads.get_or_insert(2);
    let directory = tempfile::tempdir().expect("a temporary directory");
    let idle = directory.path().join("idle.wasm");
    std::fs::write(&idle, wat::parse_str(IDLE).expect("a module")).expect("a writable directory");
    match trials(&idle) {
        Ok(trials) => run(&arguments, trials).exit_code(),
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

fn trials(idle: &Path) -> anyhow::Result<Vec<Trial>> {
    let mut trials = Vec::new();
    for fixture in fixture::Fixture::load_all(&fixture::root())? {
        let name = fixture.name.clone();
        let native = fixture.clone();
        trials.push(Trial::test(format!("native::{name}"), move || {
            drive::native(&native).map_err(failed)
        }));
        let real = fixture.clone();
        trials.push(Trial::test(format!("envoy::{name}"), move || {
            drive::envoy(&real, &stage::wasm()).map_err(failed)
        }));
        let idle = idle.to_owned();
        trials.push(Trial::test(
            format!("idle::{name}"),
            move || match drive::unexplained_envoy(&fixture, &idle) {
                Err(error) if error.is::<drive::Unexpected>() => Ok(()),
                Err(error) => Err(failed(error)),
                Ok(()) => Err("passes although the filter does nothing".into()),
            },
        ));
    }
    Ok(trials)
}

fn failed(error: anyhow::Error) -> Failed {
    format!("{error:#}").into()
}
