//! Every fixture, natively and through a real Envoy: `native::area::case`, `envoy::area::case`.

use std::process::ExitCode;

use gamma_tests::{drive, fixture, stage};
use libtest_mimic::{Arguments, Failed, Trial, run};

fn main() -> ExitCode {
    let mut arguments = Arguments::from_args();
    // Each test has an Envoy of its own, and most of its time is Envoy compiling the filter.
    arguments.test_threads.get_or_insert(2);
    let fixtures = match fixture::Fixture::load_all(fixture::root()) {
        Ok(fixtures) => fixtures,
        Err(error) => {
            eprintln!("{error:#}");
            return ExitCode::FAILURE;
        }
    };
    let mut trials = Vec::new();
    for fixture in fixtures {
        let name = fixture.name.clone();
        let native = fixture.clone();
        trials.push(Trial::test(format!("native::{name}"), move || {
            drive::native(&native).map_err(failed)
        }));
        trials.push(Trial::test(format!("envoy::{name}"), move || {
            drive::envoy(&fixture, &stage::wasm()).map_err(failed)
        }));
    }
    run(&arguments, trials).exit_code()
}

fn failed(error: anyhow::Error) -> Failed {
    format!("{error:#}").into()
}
