//! The other ends of all connections: clients that send requests and backends that answer them, in
//! one thread. Two threads would take turns on one core, or take the core that Envoy needs.

use std::{
    collections::VecDeque,
    io,
    net::{Ipv4Addr, SocketAddr},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail, ensure};
use gamma_bench::socket::{read, write};
use mio::{
    Events, Interest, Poll, Token,
    net::{TcpListener, TcpStream},
};

use crate::{
    http::{ParsedResponse, Prepared, request_length},
    routes::{BACKENDS, Order},
};

/// Clients and backends.
pub(crate) struct Peer {
    poll: Poll,
    events: Events,
    listeners: Vec<TcpListener>,
    /// By token; the first ones are the listeners'.
    ends: Vec<Option<End>>,
    answers: [Vec<u8>; BACKENDS],
    /// Longer than any answer takes.
    patience: Duration,
}

struct End {
    stream: TcpStream,
    received: Vec<u8>,
    role: Role,
}

enum Role {
    Backend(usize),
    /// What it waits for: a request by its index, and since when.
    Client(Option<(usize, Instant)>),
}

impl Peer {
    /// For an Envoy that runs.
    pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

    pub(crate) fn new() -> Result<Self> {
        let poll = Poll::new()?;
        let mut listeners = Vec::new();
        for token in 0..BACKENDS {
            let mut listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0).into())?;
            let registry = poll.registry();
            registry.register(&mut listener, Token(token), Interest::READABLE)?;
            listeners.push(listener);
        }
        Ok(Self {
            poll,
            events: Events::with_capacity(256),
            listeners,
            ends: (0..BACKENDS).map(|_| None).collect(),
            answers: std::array::from_fn(|backend| {
                format!(
                    "HTTP/1.1 200 OK\r\nx-backend: {backend}\r\ncontent-type: text/plain\r\n\
                     content-length: 3\r\n\r\nok\n"
                )
                .into_bytes()
            }),
            patience: Self::PATIENCE,
        })
    }

    /// Waits so long for answers from now on.
    pub(crate) fn wait_for(&mut self, patience: Duration) {
        self.patience = patience;
    }

    /// Where the backends listen.
    pub(crate) fn backends(&self) -> Result<Vec<SocketAddr>> {
        let addresses = self.listeners.iter().map(TcpListener::local_addr);
        Ok(addresses.collect::<io::Result<_>>()?)
    }

    /// Opens connections to `to`; they are what the requests of a run are sent on.
    pub(crate) fn connect(&mut self, to: SocketAddr, count: usize) -> Result<Clients> {
        let mut tokens = Vec::new();
        for _ in 0..count {
            // Blocking until it is there: nothing else goes on.
            let stream = std::net::TcpStream::connect(to)?;
            stream.set_nodelay(true)?;
            stream.set_nonblocking(true)?;
            tokens.push(self.add(TcpStream::from_std(stream), Role::Client(None))?);
        }
        Ok(Clients { tokens })
    }

    /// Closes connections.
    pub(crate) fn disconnect(&mut self, clients: Clients) {
        for token in clients.tokens {
            self.ends[token] = None;
        }
    }

    /// Every request once, in order. Their answers have to be as they should.
    pub(crate) fn ask_all(&mut self, clients: &Clients, requests: &[Prepared]) -> Result<()> {
        let mut next = 0..requests.len();
        self.keep_busy(clients, requests, |_| next.next()).map(drop)
    }

    /// Requests as fast as they are answered, one at a time on each connection. Returns how many were
    /// answered.
    pub(crate) fn closed_loop(
        &mut self,
        clients: &Clients,
        requests: &[Prepared],
        time: Duration,
    ) -> Result<u64> {
        let end = Instant::now() + time;
        let mut order = Order::new(requests.len());
        self.keep_busy(clients, requests, |now| (now < end).then(|| order.next()))
    }

    fn keep_busy(
        &mut self,
        clients: &Clients,
        requests: &[Prepared],
        mut next: impl FnMut(Instant) -> Option<usize>,
    ) -> Result<u64> {
        let mut idle = clients.tokens.clone();
        let mut answered = 0;
        loop {
            while let Some(&token) = idle.last() {
                let now = Instant::now();
                let Some(request) = next(now) else { break };
                self.send(token, requests, request, now)?;
                idle.pop();
            }
            if idle.len() == clients.tokens.len() {
                return Ok(answered);
            }
            self.turn(None, requests, |token, _| {
                answered += 1;
                idle.push(token);
            })?;
        }
    }

    /// Requests at fixed times. Returns how long each took from the time when it was to be sent, even
    /// if no connection was free then: whoever waits for that is kept waiting as well.
    pub(crate) fn fixed_rate(
        &mut self,
        clients: &Clients,
        requests: &[Prepared],
        per_second: u32,
        time: Duration,
    ) -> Result<Vec<Duration>> {
        let interval = Duration::from_secs(1) / per_second;
        let count = (time.as_secs_f64() * f64::from(per_second)) as u32;
        let mut order = Order::new(requests.len());
        let mut idle: VecDeque<usize> = clients.tokens.iter().copied().collect();
        let mut took = Vec::with_capacity(count as usize);
        let start = Instant::now();
        let mut sent = 0;
        while took.len() < count as usize {
            let due = start + interval * sent;
            if sent < count
                && Instant::now() >= due
                && let Some(token) = idle.pop_front()
            {
                self.send(token, requests, order.next(), due)?;
                sent += 1;
            }
            // Never asleep: waking up takes longer than a request.
            self.turn(Some(Duration::ZERO), requests, |token, since| {
                took.push(since.elapsed());
                idle.push_back(token);
            })?;
        }
        Ok(took)
    }

    fn send(
        &mut self,
        token: usize,
        requests: &[Prepared],
        request: usize,
        since: Instant,
    ) -> Result<()> {
        let end = self.ends[token].as_mut().context("a closed connection")?;
        end.role = Role::Client(Some((request, since)));
        write(&mut end.stream, &requests[request].bytes)
    }

    /// Handles what has arrived. Tells of every answer: on which connection, and since when it was
    /// waited for.
    fn turn(
        &mut self,
        wait: Option<Duration>,
        requests: &[Prepared],
        mut answered: impl FnMut(usize, Instant),
    ) -> Result<()> {
        let mut events = std::mem::replace(&mut self.events, Events::with_capacity(0));
        let polled = self
            .poll
            .poll(&mut events, Some(wait.unwrap_or(self.patience)));
        if let Err(error) = polled
            && error.kind() != io::ErrorKind::Interrupted
        {
            return Err(error.into());
        }
        ensure!(
            wait.is_some() || !events.is_empty(),
            "no answer in {:?}",
            self.patience
        );
        for event in &events {
            match event.token().0 {
                listener if listener < BACKENDS => self.accept(listener)?,
                token => self.receive(token, requests, &mut answered)?,
            }
        }
        self.events = events;
        Ok(())
    }

    fn accept(&mut self, backend: usize) -> Result<()> {
        loop {
            match self.listeners[backend].accept() {
                Ok((stream, _)) => {
                    stream.set_nodelay(true)?;
                    self.add(stream, Role::Backend(backend))?;
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(()),
                Err(error) => return Err(error.into()),
            }
        }
    }

    fn add(&mut self, mut stream: TcpStream, role: Role) -> Result<usize> {
        let free = (BACKENDS..self.ends.len()).find(|&token| self.ends[token].is_none());
        let token = free.unwrap_or_else(|| {
            self.ends.push(None);
            self.ends.len() - 1
        });
        let registry = self.poll.registry();
        registry.register(&mut stream, Token(token), Interest::READABLE)?;
        self.ends[token] = Some(End {
            stream,
            received: Vec::with_capacity(4096),
            role,
        });
        Ok(token)
    }

    fn receive(
        &mut self,
        token: usize,
        requests: &[Prepared],
        answered: &mut impl FnMut(usize, Instant),
    ) -> Result<()> {
        let Some(end) = self.ends[token].as_mut() else {
            return Ok(());
        };
        let open = read(&mut end.stream, &mut end.received)?;
        match &mut end.role {
            Role::Backend(backend) => {
                while let Some(length) = request_length(&end.received)? {
                    end.received.drain(..length);
                    write(&mut end.stream, &self.answers[*backend])?;
                }
            }
            Role::Client(waiting) => {
                if let Some(response) = ParsedResponse::parse(&end.received)? {
                    let Some((request, since)) = waiting.take() else {
                        bail!("an answer to nothing");
                    };
                    response.check(&requests[request])?;
                    end.received.drain(..response.length);
                    answered(token, since);
                }
                ensure!(open, "Envoy closed a connection");
            }
        }
        if !open {
            self.ends[token] = None;
        }
        Ok(())
    }
}

/// Connections to one Envoy.
pub(crate) struct Clients {
    tokens: Vec<usize>,
}
