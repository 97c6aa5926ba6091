//! A proxy in front of an API server that makes trouble: it cuts, delays, and answers errors that the API
//! server might give.

use std::{
    io::{Read, Write},
    net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    thread,
    time::Duration,
};

use anyhow::Result;

/// What becomes of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    None,
    /// Answered with this status at once.
    Status(u16),
    /// After so many bytes of the answer the connection ends.
    Cut(usize),
    /// Nothing happens for a while.
    Slow(Duration),
}

/// A proxy that listens on this machine.
pub(super) struct FaultyProxy {
    pub(super) address: SocketAddr,
    shared: Arc<Shared>,
}

struct Shared {
    upstream: SocketAddr,
    /// Of 100 requests so many meet a fault.
    percent: AtomicU64,
    random: AtomicU64,
    faults: AtomicUsize,
}

impl FaultyProxy {
    /// In front of `upstream`, which speaks plain HTTP.
    pub(super) fn start(upstream: SocketAddr, seed: u64) -> Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared {
            upstream,
            percent: AtomicU64::new(0),
            random: AtomicU64::new(seed),
            faults: AtomicUsize::new(0),
        });
        let of_thread = Arc::clone(&shared);
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let shared = Arc::clone(&of_thread);
                // What a connection comes to is the business of its two ends.
                thread::spawn(move || shared.serve(client).is_ok());
            }
        });
        Ok(Self { address, shared })
    }

    /// Lets `percent` of 100 requests meet a fault from now on.
    pub(super) fn trouble(&self, percent: u64) {
        self.shared.percent.store(percent, Ordering::Relaxed);
    }

    /// How many have met one.
    pub(super) fn faults(&self) -> usize {
        self.shared.faults.load(Ordering::Relaxed)
    }
}

impl Shared {
    fn below(&self, limit: u64) -> u64 {
        let step = |state: u64| {
            // Knuth's MMIX.
            Some(
                state
                    .wrapping_mul(6_364_136_223_846_793_005)
                    .wrapping_add(1_442_695_040_888_963_407),
            )
        };
        let state = self
            .random
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, step);
        (state.unwrap_or_else(|state| state) >> 33) % limit
    }

    fn fault(&self) -> Fault {
        if self.below(100) >= self.percent.load(Ordering::Relaxed) {
            return Fault::None;
        }
        self.faults.fetch_add(1, Ordering::Relaxed);
        match self.below(6) {
            0 => Fault::Status(410),
            1 => Fault::Status(429),
            2 => Fault::Status(500),
            3 => Fault::Status(503),
            4 => Fault::Cut(self.below(4000) as usize),
            _ => Fault::Slow(Duration::from_millis(self.below(1500))),
        }
    }

    /// One request; the next one comes by another connection.
    fn serve(&self, mut client: TcpStream) -> std::io::Result<()> {
        let request = head(&mut client)?;
        let mut left = usize::MAX;
        match self.fault() {
            Fault::None => {}
            Fault::Status(status) => return refuse(client, status),
            Fault::Cut(bytes) => left = bytes,
            Fault::Slow(pause) => thread::sleep(pause),
        }
        let mut server = TcpStream::connect(self.upstream)?;
        server.write_all(&closing(&request))?;
        let mut body = (client.try_clone()?, server.try_clone()?);
        thread::spawn(move || {
            // The rest of the request, if there is any.
            let _ = std::io::copy(&mut body.0, &mut body.1);
            let _ = body.1.shutdown(Shutdown::Write);
        });
        let mut buffer = [0; 8192];
        loop {
            let read = server.read(&mut buffer)?;
            let sent = read.min(left);
            client.write_all(&buffer[..sent])?;
            left -= sent;
            if read == 0 || left == 0 {
                let _ = server.shutdown(Shutdown::Both);
                return client.shutdown(Shutdown::Both);
            }
        }
    }
}

/// What is read up to the end of the head, and perhaps some of the body.
fn head(client: &mut TcpStream) -> std::io::Result<Vec<u8>> {
    let mut request = Vec::new();
    let mut buffer = [0; 8192];
    while !request.windows(4).any(|four| four == b"\r\n\r\n") {
        match client.read(&mut buffer)? {
            0 => return Err(std::io::ErrorKind::UnexpectedEof.into()),
            read => request.extend_from_slice(&buffer[..read]),
        }
    }
    Ok(request)
}

/// The same request, after which the server ends the connection.
fn closing(request: &[u8]) -> Vec<u8> {
    let line = request.iter().position(|byte| *byte == b'\n');
    let (line, rest) = request.split_at(line.map_or(0, |end| end + 1));
    [line, b"Connection: close\r\n", rest].concat()
}

fn refuse(mut client: TcpStream, status: u16) -> std::io::Result<()> {
    let (reason, more) = match status {
        410 => ("Expired", ""),
        429 => ("TooManyRequests", "Retry-After: 1\r\n"),
        500 => ("InternalError", ""),
        _ => ("ServiceUnavailable", ""),
    };
    let body = format!(
        r#"{{"kind":"Status","apiVersion":"v1","status":"Failure","message":"a test","reason":"{reason}","code":{status}}}"#
    );
    let head = format!(
        "HTTP/1.1 {status} {reason}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n{more}\
         Connection: close\r\n\r\n",
        body.len()
    );
    client.write_all(head.as_bytes())?;
    client.write_all(body.as_bytes())?;
    client.shutdown(Shutdown::Write)
}
