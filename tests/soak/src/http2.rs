//! The requests over HTTP/2, gRPC's among them: one connection, in a thread of its own.

use std::{
    net::SocketAddr,
    sync::Arc,
    thread::{self, JoinHandle},
};

use anyhow::{Result, ensure};
use gamma_testbed::{
    drive::Sender,
    fixture::{check, to_request},
};

use crate::{
    mix::{Draw, Entry},
    tally::SoakTally,
};

/// Sends `count` requests to `address`, one after the other.
pub(crate) fn start(
    address: SocketAddr,
    entries: Arc<[Entry]>,
    count: u64,
    seed: u64,
) -> JoinHandle<Result<SoakTally>> {
    thread::spawn(move || {
        let mut tally = SoakTally::new(entries.len());
        let mut sender = Sender::default();
        let draw = Draw::new(&entries, Entry::is_http2);
        let mut rng = fastrand::Rng::with_seed(seed);
        for _ in 0..count {
            let index = draw.draw(&mut rng);
            let exchange = &entries[index].send;
            let request = to_request(&exchange.request, &exchange.headers);
            let observed = sender.send(address, request, exchange.protocol)?;
            let findings = check(&exchange.expect, exchange.protocol, &observed);
            ensure!(
                findings.is_empty(),
                "{}: {}",
                exchange.request,
                findings.join(", ")
            );
            tally.count(index, &exchange.expect.shares, true, &observed);
        }
        Ok(tally)
    })
}
