//! Every fixture through every host: what is not in [`crate::limits`] works, and what is there does not.

use std::fmt::Write as _;

use anyhow::Result;
use gamma_interpreter::profile::{APISIX, BARE, FRESH, HostProfile, NGINX};
use gamma_testbed::{
    drive::{self, Unexpected},
    fixture::{self, Fixture, Protocol},
    ports::Port,
};

use crate::{
    COMPAT,
    limits::{self, RUST_PROXY},
    nginx::{WasmxNginx, stock, wasmx},
    proxy::HostedProxy,
    rust_proxy::RustProxy,
};

#[test]
fn every_fixture_in_the_profile_of_nginx() {
    let fixtures = Fixture::load_all(&fixture::root()).unwrap();
    let wrong = wrong(NGINX.name, &fixtures, |fixture| {
        drive::with(fixture, |manifests, options| {
            Ok(Box::new(HostedProxy::nginx(manifests, options)?))
        })
    });
    assert!(wrong.is_empty(), "\n{wrong}");
}

/// The filter is in the interpreter, and says in headers what a real nginx does then, with the maps, upstreams and
/// locations that `gammactl nginx` writes.
#[test]
fn every_fixture_through_a_real_nginx() {
    let Some(nginx) = stock() else {
        return;
    };
    let fixtures = Fixture::load_all(&fixture::root()).unwrap();
    let wrong = wrong(NGINX.name, &fixtures, |fixture| {
        drive::with(fixture, |manifests, options| {
            let proxy = HostedProxy::stock_nginx(&nginx, manifests, options)?;
            Ok(Box::new(proxy))
        })
    });
    assert!(wrong.is_empty(), "\n{wrong}");
}

#[test]
fn every_fixture_in_the_profile_of_apisix() {
    through(APISIX);
}

#[test]
fn every_fixture_in_a_bare_host() {
    through(BARE);
}

#[test]
fn every_fixture_in_a_host_with_an_instance_for_each_phase() {
    through(FRESH);
}

fn through(profile: HostProfile) {
    let fixtures = Fixture::load_all(&fixture::root()).unwrap();
    let wrong = wrong(profile.name, &fixtures, |fixture| {
        drive::with(fixture, |manifests, options| {
            let proxy = HostedProxy::start(&COMPAT, profile, manifests, options)?;
            Ok(Box::new(proxy))
        })
    });
    assert!(wrong.is_empty(), "\n{wrong}");
}

/// What is not in nginx's profile is not in nginx either, or the profile is wrong.
#[test]
#[ignore = "needs an nginx with WasmX: `make test-nginx NGINX=/path/to/nginx`"]
fn every_fixture_in_nginx_with_wasmx() {
    let Some(nginx) = wasmx() else {
        return;
    };
    let fixtures = Fixture::load_all(&fixture::root()).unwrap();
    let wrong = wrong(NGINX.name, &fixtures, |fixture| {
        let number = match fixture.needs_port() {
            true => Some(Port::reserve()?),
            false => None,
        };
        let fixture = fixture.at_port(number.as_ref().map_or(0, Port::number))?;
        let mut number = number;
        drive::with(&fixture, |manifests, options| {
            let port = number.take().map_or_else(Port::reserve, Ok)?;
            let proxy = WasmxNginx::start(&nginx, manifests, options, port)?;
            Ok(Box::new(proxy))
        })
    });
    assert!(wrong.is_empty(), "\n{wrong}");
}

#[test]
#[ignore = "needs the proxy of examples/rust-proxy: `make hosts`"]
fn every_fixture_through_the_proxy_in_rust() {
    let mut fixtures = Fixture::load_all(&fixture::root()).unwrap();
    fixtures.retain(is_http1);
    let wrong = wrong(RUST_PROXY, &fixtures, |fixture| {
        drive::with(fixture, |manifests, options| {
            Ok(Box::new(RustProxy::start(manifests, options)?))
        })
    });
    assert!(wrong.is_empty(), "\n{wrong}");
}

/// Whether a proxy that speaks HTTP/1.1 and listens on one address can be sent its requests.
fn is_http1(fixture: &Fixture) -> bool {
    let mut requests = fixture.case.requests.iter();
    requests.all(|e| e.protocol == Protocol::Http && e.dial.is_none())
}

/// What works although it should not, and what should and does not.
fn wrong(host: &str, fixtures: &[Fixture], run: impl Fn(&Fixture) -> Result<()>) -> String {
    let mut wrong = String::new();
    for fixture in fixtures {
        let what = match (run(fixture), limits::find(host, &fixture.name)) {
            (Ok(()), None) => continue,
            // A limit is an answer that is not the expected one, and no other failure.
            (Err(error), Some(_)) if error.is::<Unexpected>() => continue,
            (Err(error), _) => format!("{error:#}"),
            (Ok(()), Some(_)) => "works now".into(),
        };
        writeln!(wrong, "{host}: {}: {what}", fixture.name).expect("memory");
    }
    wrong
}
