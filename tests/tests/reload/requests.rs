//! Clients of each kind that send one request after the other, and ask of each answer which config it is of.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

use gamma_testbed::client::{Client, GrpcClient, Request, Response};

use crate::editions::Editions;

/// Between two requests of one client.
const REST: Duration = Duration::from_millis(2);

/// How a client keeps its connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Habit {
    Http1Kept,
    Http1Anew,
    Http2,
}

/// Clients at work.
#[derive(Debug)]
pub(crate) struct Requests {
    stop: Arc<AtomicBool>,
    clients: Vec<JoinHandle<(usize, Vec<String>)>>,
}

impl Requests {
    pub(crate) fn start(address: SocketAddr, editions: &Arc<Editions>) -> Self {
        let get = Request::get("front", "/");
        let slow = get.clone().header("x-echo-delay-ms", "100");
        let mut post =
            Request::new("POST", "front:80", "/post").header("content-type", "text/plain");
        post.body = b"body".repeat(1000);
        // Without a content type it would be gRPC.
        let http2 = get.clone().header("content-type", "text/plain");
        let stop = Arc::new(AtomicBool::new(false));
        let clients = [
            (Habit::Http1Kept, get.clone()),
            (Habit::Http1Kept, post.clone()),
            (Habit::Http1Kept, slow),
            (Habit::Http1Anew, get),
            (Habit::Http2, http2.clone()),
            (Habit::Http2, post),
            (Habit::Http2, http2.header("x-echo-delay-ms", "30")),
        ];
        let clients = clients.map(|(habit, request)| {
            let (stop, editions) = (Arc::clone(&stop), Arc::clone(editions));
            thread::spawn(move || send(address, habit, &request, &editions, &stop))
        });
        Self {
            stop,
            clients: clients.into(),
        }
    }

    /// Stops when each client has its last answer: how many answers were right, and what was wrong with the others.
    pub(crate) fn stop(self) -> (usize, Vec<String>) {
        self.stop.store(true, Ordering::Relaxed);
        let mut all = (0, Vec::new());
        for client in self.clients {
            let (good, bad) = client.join().unwrap();
            all.0 += good;
            all.1.extend(bad);
        }
        all
    }
}

fn send(
    address: SocketAddr,
    habit: Habit,
    request: &Request,
    editions: &Editions,
    stop: &AtomicBool,
) -> (usize, Vec<String>) {
    let (mut good, mut bad) = (0, Vec::new());
    let mut http1 = Client::new(address);
    let mut http2 = GrpcClient::new(address).unwrap();
    while !stop.load(Ordering::Relaxed) {
        let oldest = editions.acknowledged();
        let answer: std::io::Result<Response> = match habit {
            Habit::Http1Kept => http1.send(request),
            Habit::Http1Anew => Client::new(address).send(request),
            Habit::Http2 => http2.send(request).map(|answer| answer.response),
        };
        let checked = match answer {
            Ok(response) => editions.check(oldest, &response),
            Err(error) => Err(error.to_string()),
        };
        match checked {
            Ok(()) => good += 1,
            Err(error) => bad.push(format!("{habit:?} {}: {error}", request.path)),
        }
        thread::sleep(REST);
    }
    (good, bad)
}
