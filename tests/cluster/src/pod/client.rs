//! A client in a pod: sends what it is told to, and says what came of it.

use std::{
    io::{self, BufRead as _, Write as _},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result};
use gamma_testbed::{
    client::{Client, Response},
    drive::Sender,
    fixture::Protocol,
};

use super::message::{ClientAnswer, ClientCommand, Outcome, Send, Tally};

/// Between two requests of one connection of a load.
const REST: Duration = Duration::from_millis(5);

/// Obeys lines of standard input until it ends.
pub(crate) fn run() -> Result<bool> {
    let mut client = PodClient::default();
    for line in io::stdin().lock().lines() {
        let command: ClientCommand = serde_json::from_str(&line?)?;
        let answer = serde_json::to_string(&client.obey(command)?)?;
        let mut out = io::stdout().lock();
        writeln!(out, "{answer}")?;
        out.flush()?;
    }
    Ok(true)
}

#[derive(Default)]
struct PodClient {
    sender: Sender,
    load: Option<PodLoad>,
}

impl PodClient {
    fn obey(&mut self, command: ClientCommand) -> Result<ClientAnswer> {
        Ok(match command {
            ClientCommand::Send(send) => self.send(send),
            ClientCommand::Load(requests) => {
                self.load = Some(PodLoad::start(requests));
                ClientAnswer::Started
            }
            ClientCommand::Stop => {
                let load = self.load.take().context("there is no load to stop")?;
                ClientAnswer::Stopped(load.stop().counted())
            }
        })
    }

    fn send(&mut self, send: Send) -> ClientAnswer {
        let Send {
            address,
            protocol,
            request,
        } = send;
        // What Envoy says of itself is no echo, and wanted whole.
        if protocol == Protocol::Http {
            return match self.sender.http(address, &request) {
                Err(error) => ClientAnswer::Failed(error.to_string()),
                Ok(response) => {
                    let observed = Box::new((&response).into());
                    let body = match response.echoed() {
                        Ok(_) => String::new(),
                        Err(_) => response.text(),
                    };
                    ClientAnswer::Received { observed, body }
                }
            };
        }
        match self.sender.send(address, request, protocol) {
            Err(error) => ClientAnswer::Failed(format!("{error:#}")),
            Ok(observed) => ClientAnswer::Received {
                observed: Box::new(observed),
                body: String::new(),
            },
        }
    }
}

/// Threads that send until they are told to stop.
struct PodLoad {
    stop: Arc<AtomicBool>,
    clients: Vec<JoinHandle<Tally>>,
}

impl PodLoad {
    fn start(requests: Vec<Send>) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let both = requests.into_iter().enumerate();
        let clients = both
            .flat_map(|(index, send)| [(index, send.clone(), true), (index, send, false)])
            .map(|(index, send, keep)| {
                let stop = Arc::clone(&stop);
                thread::spawn(move || send_on(index, &send, keep, &stop))
            })
            .collect();
        Self { stop, clients }
    }

    fn stop(self) -> Tally {
        self.stop.store(true, Ordering::Relaxed);
        let mut all = Tally::default();
        for client in self.clients {
            all.add_all(client.join().unwrap_or_default());
        }
        all
    }
}

fn send_on(index: usize, send: &Send, keep: bool, stop: &AtomicBool) -> Tally {
    let begin = Instant::now();
    let mut tally = Tally::default();
    let mut client = Client::new(send.address);
    while !stop.load(Ordering::Relaxed) {
        if !keep {
            client = Client::new(send.address);
        }
        let outcome = outcome(index, client.send(&send.request));
        tally.add(outcome, begin.elapsed());
        thread::sleep(REST);
    }
    tally
}

fn outcome(request: usize, response: io::Result<Response>) -> Outcome {
    let mut outcome = Outcome {
        request,
        status: 0,
        backend: String::new(),
        path: String::new(),
        leaked: Vec::new(),
        text: String::new(),
    };
    match response {
        Err(error) => outcome.text = error.to_string(),
        Ok(response) => {
            outcome.status = response.status;
            match response.echoed() {
                Err(_) => outcome.text = response.text(),
                Ok(echoed) => {
                    let names = echoed.headers.iter().map(|(name, _)| name);
                    // A copy has a route of its own, and Envoy reads where to from the request as it was sent.
                    let leaked = names.filter(|name| {
                        name.starts_with("x-gamma-") && !name.starts_with("x-gamma-mirror-")
                    });
                    outcome.leaked = leaked.cloned().collect();
                    outcome.backend = echoed.backend;
                    outcome.path = echoed.path;
                }
            }
        }
    }
    outcome
}
