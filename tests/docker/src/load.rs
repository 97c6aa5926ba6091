//! Clients that go away when they are asked to, as load balancers and well-behaved clients do.

use std::{
    net::SocketAddr,
    thread::{self, JoinHandle},
    time::Duration,
};

use anyhow::{Result, bail, ensure};
use gamma_testbed::client::{Client, Request};

/// Between two requests of one client.
const REST: Duration = Duration::from_millis(2);
/// As many requests as take a client far longer than the test.
const MOST: usize = 100_000;

/// Clients that send one request after the other until an answer asks them to close their connection.
pub(crate) struct PoliteClients(Vec<JoinHandle<Result<usize>>>);

impl PoliteClients {
    /// Half of `number` keep their connection, the others make one for each request.
    pub(crate) fn start(address: SocketAddr, request: &Request, number: usize) -> Self {
        let clients = (0..number).map(|index| {
            let request = request.clone();
            thread::spawn(move || send(address, &request, index % 2 == 0))
        });
        Self(clients.collect())
    }

    /// How many requests were answered. Returns when each client has been asked to go.
    ///
    /// # Errors
    ///
    /// One was answered otherwise than 200, or not at all, or a client was never asked to go.
    pub(crate) fn all_went_well(self) -> Result<usize> {
        let mut answered = 0;
        for client in self.0 {
            match client.join() {
                Ok(sent) => answered += sent?,
                Err(_) => bail!("a client panicked"),
            }
        }
        Ok(answered)
    }
}

fn send(address: SocketAddr, request: &Request, keeps: bool) -> Result<usize> {
    let mut client = Client::new(address);
    for answered in 0..MOST {
        if !keeps {
            client = Client::new(address);
        }
        let response = client.send(request)?;
        ensure!(
            response.status == 200,
            "{} {}",
            response.status,
            response.text()
        );
        if response.header("connection").as_deref() == Some("close") {
            return Ok(answered + 1);
        }
        thread::sleep(REST);
    }
    bail!("a client was never asked to go")
}
