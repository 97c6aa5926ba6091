//! The other ends of Envoy's connections: clients and backends in one thread, which takes turns with nobody.

use std::{
    io,
    net::{Ipv4Addr, SocketAddr},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail, ensure};
use gamma_bench::socket;
use gamma_testbed::echo::Identity;
use mio::{
    Events, Interest, Poll, Token,
    net::{TcpListener, TcpStream},
};

use crate::{
    backend::{CountingBackend, Reaction},
    http::Arrived,
};

/// Clients and backends. `Q` is what a client remembers of the request that it waits for.
pub(crate) struct SoakPeer<Q> {
    poll: Poll,
    events: Events,
    listeners: Vec<TcpListener>,
    pub(crate) backends: Vec<CountingBackend>,
    /// By token; the first ones are the listeners'.
    ends: Vec<Option<SocketEnd<Q>>>,
    free: Vec<usize>,
    clients: usize,
    idle: Vec<usize>,
    /// The client that is to go away once a backend has its request.
    leaving: Option<usize>,
    /// Where Envoy listens.
    envoy: SocketAddr,
    last_answer: Instant,
}

struct SocketEnd<Q> {
    stream: TcpStream,
    received: Vec<u8>,
    role: SocketRole<Q>,
}

enum SocketRole<Q> {
    Backend(usize),
    /// What it waits for.
    Client(Option<Q>),
}

impl<Q> SoakPeer<Q> {
    /// A backend for each of `identities`, in their order, and no client.
    pub(crate) fn new(identities: Vec<Identity>) -> Result<Self> {
        let poll = Poll::new()?;
        let mut listeners = Vec::new();
        for token in 0..identities.len() {
            let mut listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0).into())?;
            let registry = poll.registry();
            registry.register(&mut listener, Token(token), Interest::READABLE)?;
            listeners.push(listener);
        }
        Ok(Self {
            poll,
            events: Events::with_capacity(256),
            ends: listeners.iter().map(|_| None).collect(),
            listeners,
            backends: identities.into_iter().map(CountingBackend::new).collect(),
            free: Vec::new(),
            clients: 0,
            idle: Vec::new(),
            leaving: None,
            envoy: (Ipv4Addr::LOCALHOST, 0).into(),
            last_answer: Instant::now(),
        })
    }

    /// Where the backends listen, in the order of [`SoakPeer::backends`].
    pub(crate) fn addresses(&self) -> Result<Vec<SocketAddr>> {
        let addresses = self.listeners.iter().map(TcpListener::local_addr);
        Ok(addresses.collect::<io::Result<_>>()?)
    }

    /// Opens connections to an Envoy at `envoy`.
    pub(crate) fn connect(&mut self, envoy: SocketAddr, clients: usize) -> Result<()> {
        self.envoy = envoy;
        self.clients += clients;
        (0..clients).try_for_each(|_| self.connect_one())
    }

    fn connect_one(&mut self) -> Result<()> {
        // Blocking until it is there: nothing else goes on.
        let stream = std::net::TcpStream::connect(self.envoy)?;
        stream.set_nodelay(true)?;
        stream.set_nonblocking(true)?;
        let token = self.add(TcpStream::from_std(stream), SocketRole::Client(None))?;
        self.idle.push(token);
        Ok(())
    }

    /// Whether a client waits for nothing.
    pub(crate) fn has_idle_client(&self) -> bool {
        !self.idle.is_empty()
    }

    /// How many clients wait for an answer.
    pub(crate) fn waiting(&self) -> usize {
        self.clients - self.idle.len()
    }

    /// Whether a client is about to go away. There is no more than one at a time: backends do not know whose request
    /// they have.
    pub(crate) fn has_leaving_client(&self) -> bool {
        self.leaving.is_some()
    }

    /// Lets a client send `bytes`, of a request of which it remembers `sent`. If it `leaves`, it goes away without
    /// an answer once a backend has it.
    pub(crate) fn send(&mut self, bytes: &[u8], sent: Q, leaves: bool) -> Result<()> {
        let token = self.idle.pop().context("no client is idle")?;
        if leaves {
            self.leaving = Some(token);
        }
        let end = self.ends[token].as_mut().context("a closed connection")?;
        end.role = SocketRole::Client(Some(sent));
        socket::write(&mut end.stream, bytes)
    }

    /// Waits for something to happen, but not longer than `wait`, and handles it. Tells of each request of a client
    /// that has come to an end: with its answer, or without one if the client went away.
    pub(crate) fn turn(
        &mut self,
        wait: Duration,
        answered: &mut impl FnMut(Q, Option<Arrived>) -> Result<()>,
    ) -> Result<()> {
        /// Longer than any answer takes.
        const STUCK: Duration = Duration::from_secs(60);
        let mut events = std::mem::replace(&mut self.events, Events::with_capacity(0));
        if let Err(error) = self.poll.poll(&mut events, Some(wait))
            && error.kind() != io::ErrorKind::Interrupted
        {
            return Err(error.into());
        }
        for event in &events {
            match event.token().0 {
                listener if listener < self.listeners.len() => self.accept(listener)?,
                token => self.receive(token, answered)?,
            }
        }
        self.events = events;
        let is_stuck = self.waiting() > 0 && self.last_answer.elapsed() > STUCK;
        ensure!(!is_stuck, "{} requests, no answer", self.waiting());
        Ok(())
    }

    fn accept(&mut self, backend: usize) -> Result<()> {
        loop {
            match self.listeners[backend].accept() {
                Ok((stream, _)) => {
                    stream.set_nodelay(true)?;
                    self.add(stream, SocketRole::Backend(backend))?;
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(()),
                Err(error) => return Err(error.into()),
            }
        }
    }

    fn add(&mut self, mut stream: TcpStream, role: SocketRole<Q>) -> Result<usize> {
        let token = self.free.pop().unwrap_or_else(|| {
            self.ends.push(None);
            self.ends.len() - 1
        });
        let registry = self.poll.registry();
        registry.register(&mut stream, Token(token), Interest::READABLE)?;
        self.ends[token] = Some(SocketEnd {
            stream,
            received: Vec::with_capacity(4096),
            role,
        });
        Ok(token)
    }

    fn remove(&mut self, token: usize) {
        self.ends[token] = None;
        self.free.push(token);
    }

    fn receive(
        &mut self,
        token: usize,
        answered: &mut impl FnMut(Q, Option<Arrived>) -> Result<()>,
    ) -> Result<()> {
        // It may be about a connection that was closed in this turn.
        let Some(end) = self.ends[token].as_mut() else {
            return Ok(());
        };
        let is_open = socket::read(&mut end.stream, &mut end.received)?;
        match &mut end.role {
            SocketRole::Backend(backend) => {
                let backend = &mut self.backends[*backend];
                let mut hang_up = false;
                while let Some(reaction) = backend.take(&mut end.received)? {
                    match reaction {
                        Reaction::Answer(answer) if is_open => {
                            socket::write(&mut end.stream, &answer)?;
                        }
                        Reaction::Answer(_) | Reaction::Silence => {}
                        Reaction::HangUp => hang_up = true,
                    }
                }
                if !is_open {
                    self.remove(token);
                }
                if hang_up {
                    self.leave(answered)?;
                }
            }
            SocketRole::Client(waiting) => {
                let Some(arrived) = Arrived::parse(&end.received)? else {
                    ensure!(is_open, "Envoy closed a connection");
                    return Ok(());
                };
                let Some(sent) = waiting.take() else {
                    bail!("an answer to nothing");
                };
                end.received.drain(..arrived.length);
                self.last_answer = Instant::now();
                let closes = arrived.closes || !is_open;
                answered(sent, Some(arrived))?;
                if closes {
                    self.remove(token);
                    self.connect_one()?;
                } else {
                    self.idle.push(token);
                }
            }
        }
        Ok(())
    }

    /// Closes the connection of the client that is to go away, and opens another one.
    fn leave(&mut self, answered: &mut impl FnMut(Q, Option<Arrived>) -> Result<()>) -> Result<()> {
        let token = self.leaving.take().context("nobody is to go away")?;
        let end = self.ends[token].take().context("a closed connection")?;
        self.free.push(token);
        let SocketRole::Client(Some(sent)) = end.role else {
            bail!("who goes away has asked nothing");
        };
        drop(end.stream);
        self.last_answer = Instant::now();
        answered(sent, None)?;
        self.connect_one()
    }
}
