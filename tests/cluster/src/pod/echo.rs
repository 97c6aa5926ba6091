//! Every backend of the tests, in one pod: each listens on a port of its own and knows which Service
//! it stands for. One more port tells what they have received.

use std::{
    net::{Ipv4Addr, SocketAddr},
    sync::Arc,
    thread,
    time::Duration,
};

use anyhow::{Context as _, Result};
use gamma_testbed::{
    echo::{Echo, Identity},
    serve::Server,
};
use hyper::Response;

/// Where [`run`] tells how many requests each backend has received: lines of a count and a name.
pub(crate) const COUNTS: u16 = 19_999;

/// Serves `namespace/service:port=LISTEN` of each argument, for ever.
pub(crate) fn run(arguments: &[&str]) -> Result<bool> {
    let mut echoes = Vec::new();
    for argument in arguments {
        let (identity, port) = argument.split_once('=').context("a backend and its port")?;
        let identity: Identity = identity.parse()?;
        let address = SocketAddr::from((Ipv4Addr::UNSPECIFIED, port.parse()?));
        let echo = Echo::start_at(identity, address);
        echoes.push(echo.with_context(|| (*argument).to_owned())?);
    }
    let echoes = Arc::new(echoes);
    let address = SocketAddr::from((Ipv4Addr::UNSPECIFIED, COUNTS));
    let _counts = Server::start("counts", address, move |_, _| {
        let counts = counts(&echoes);
        async { Response::new(counts) }
    })?;
    println!("{} backends", arguments.len());
    loop {
        thread::sleep(Duration::from_secs(3600));
    }
}

fn counts(echoes: &[Echo]) -> String {
    let line = |echo: &Echo| format!("{} {}\n", echo.received().len(), echo.identity());
    echoes.iter().map(line).collect()
}
