//! Serves manifests until Ctrl-C.

use std::{
    collections::BTreeSet,
    net::{Ipv4Addr, SocketAddr},
};

use anyhow::{Context, Result};
use gamma_compile as compile;
use gamma_testbed::{
    envoy::Options,
    stage::{Backends, Stage, wasm},
};

use crate::read::read;

/// Where requests are accepted; `$GAMMA_PORT` says another one.
const PORT: u16 = 10_000;

pub(crate) fn serve(path: &str) -> Result<()> {
    let port = match std::env::var("GAMMA_PORT") {
        Ok(port) => port.parse().context("GAMMA_PORT")?,
        Err(_) => PORT,
    };
    let manifests = read(path, "default")?;
    // The clients are the neighbours of the Services: short names work.
    let namespaces: BTreeSet<&str> = manifests
        .services
        .iter()
        .map(|service| &*service.metadata.namespace)
        .collect();
    let of_routes = manifests
        .routes
        .first()
        .map(|route| &*route.metadata.namespace);
    let namespace = of_routes
        .or(namespaces.first().copied())
        .unwrap_or("default");
    let options = compile::Options {
        client_namespace: Some(namespace.to_owned()),
        ..compile::Options::default()
    };
    let backends = Backends::start(&manifests)?;
    let listen = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let stage = Stage::start_at(
        &[listen],
        &backends.manifests,
        &options,
        &wasm(),
        &Options::default(),
    )?;

    println!("Envoy routes by {path} for clients in namespace {namespace}.");
    println!("Every Service port has an echo backend that answers with what it received:\n");
    for echo in &backends.echoes {
        let identity = echo.identity();
        let host = match identity.namespace == namespace {
            true => identity.service.clone(),
            false => format!("{}.{}", identity.service, identity.namespace),
        };
        println!(
            "  curl -H 'Host: {host}:{}' http://{}/",
            identity.port,
            stage.address()
        );
    }
    println!(
        "\nEnvoy's admin interface: http://{}/",
        stage.envoy().admin()
    );
    println!("Ctrl-C ends it.");
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?
        .block_on(tokio::signal::ctrl_c())?;
    Ok(())
}
