//! Requests without end, while something else is done to the proxy.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

use crate::client::{Client, Request};

/// Between two requests of one client: enough of them that a moment without a backend is met, and
/// time left for everybody else on a small machine.
const REST: Duration = Duration::from_millis(2);

/// Clients that send one request after the other.
#[derive(Debug)]
pub struct Load {
    stop: Arc<AtomicBool>,
    clients: Vec<JoinHandle<Sent>>,
}

/// What came of it.
#[derive(Debug, Default)]
pub struct Sent {
    /// How many were answered 200.
    pub good: usize,
    /// What happened to each of the others.
    pub bad: Vec<String>,
}

impl Load {
    /// Two clients for each of `requests`: one keeps its connection, the other makes a new one for
    /// each.
    #[must_use]
    pub fn start(address: SocketAddr, requests: &[Request]) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let clients = requests
            .iter()
            .flat_map(|request| [(request.clone(), true), (request.clone(), false)])
            .map(|(request, keep)| {
                let stop = Arc::clone(&stop);
                thread::spawn(move || send(address, &request, keep, &stop))
            })
            .collect();
        Self { stop, clients }
    }

    /// Stops when each client has its last answer.
    ///
    /// # Panics
    ///
    /// If a client did.
    #[must_use]
    pub fn stop(self) -> Sent {
        self.stop.store(true, Ordering::Relaxed);
        let mut all = Sent::default();
        for client in self.clients {
            let sent = client.join().expect("a client panicked");
            all.good += sent.good;
            all.bad.extend(sent.bad);
        }
        all
    }
}

fn send(address: SocketAddr, request: &Request, keep: bool, stop: &AtomicBool) -> Sent {
    let mut sent = Sent::default();
    let mut client = Client::new(address);
    while !stop.load(Ordering::Relaxed) {
        if !keep {
            client = Client::new(address);
        }
        match client.send(request) {
            Ok(response) if response.status == 200 => sent.good += 1,
            Ok(response) => sent.bad.push(format!(
                "{}: {} {}",
                request.path,
                response.status,
                response.text()
            )),
            Err(error) => sent.bad.push(format!("{}: {error}", request.path)),
        }
        thread::sleep(REST);
    }
    sent
}
