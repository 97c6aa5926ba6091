//! Backends that are no HTTP servers, or bad ones.

use std::{
    io::{self, Read as _, Write as _},
    net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

/// What becomes of a request that has arrived.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// There is no answer, and the connection stays.
    Hang,
    /// The connection is closed without a word.
    CloseEarly,
    /// The answer is no HTTP.
    Garbage,
    /// The answer ends in the middle of its body.
    CutBody,
    /// The connection is reset in the middle of the answer's body.
    ResetBody,
    /// The answer's head is promised and never finished.
    HalfHead,
    /// The answer has more headers than Envoy takes.
    ManyHeaders,
}

/// A server whose every answer has one fault. It stops when dropped, open connections included.
#[derive(Debug)]
pub(crate) struct BadBackend {
    address: SocketAddr,
    stop: Arc<AtomicBool>,
    requests: Arc<AtomicUsize>,
    thread: Option<JoinHandle<()>>,
}

impl BadBackend {
    pub(crate) fn start(fault: Fault) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let address = listener.local_addr()?;
        let stop = Arc::new(AtomicBool::new(false));
        let requests = Arc::new(AtomicUsize::new(0));
        let (until, count) = (Arc::clone(&stop), Arc::clone(&requests));
        let thread = thread::spawn(move || {
            let mut kept = Vec::new();
            for stream in listener.incoming() {
                if until.load(Ordering::Relaxed) {
                    break;
                }
                // A client that is gone is its own problem.
                let Ok(stream) = stream else { continue };
                // A connection is reset when its last handle goes, with bytes in it that nobody has read.
                if fault != Fault::ResetBody
                    && let Ok(twin) = stream.try_clone()
                {
                    kept.push(twin);
                }
                let count = Arc::clone(&count);
                thread::spawn(move || answer(stream, fault, &count));
            }
            for stream in kept {
                let _ = stream.shutdown(Shutdown::Both);
            }
        });
        Ok(Self {
            address,
            stop,
            requests,
            thread: Some(thread),
        })
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// How many requests have come.
    pub(crate) fn requests(&self) -> usize {
        self.requests.load(Ordering::Relaxed)
    }
}

impl Drop for BadBackend {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        // Wakes the thread that accepts.
        let _ = TcpStream::connect(self.address);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn answer(mut stream: TcpStream, fault: Fault, requests: &AtomicUsize) {
    let mut seen = Vec::new();
    let mut piece = [0; 4096];
    if fault == Fault::ResetBody {
        seen.extend(b"\r\n\r\n");
        let _ = stream.read(&mut piece[..1]);
    }
    while !seen.windows(4).any(|end| end == b"\r\n\r\n") {
        match stream.read(&mut piece) {
            Ok(0) | Err(_) => return,
            Ok(length) => seen.extend_from_slice(&piece[..length]),
        }
    }
    requests.fetch_add(1, Ordering::Relaxed);
    let said: Vec<u8> = match fault {
        Fault::Hang => {
            // Until somebody closes it.
            let _ = stream.read(&mut piece);
            return;
        }
        Fault::CloseEarly => Vec::new(),
        Fault::Garbage => b"\x00\xff\x13 not HTTP at all \r\n\r\n\r\n".repeat(10),
        Fault::CutBody | Fault::ResetBody => {
            b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\nthe beginning".to_vec()
        }
        Fault::HalfHead => b"HTTP/1.1 200 OK\r\ncontent-len".to_vec(),
        Fault::ManyHeaders => {
            let headers: String = (0..500).map(|i| format!("x-{i}: {i}\r\n")).collect();
            format!("HTTP/1.1 200 OK\r\n{headers}\r\n").into_bytes()
        }
    };
    let _ = stream.write_all(&said);
    // What was said has arrived before the connection goes.
    thread::sleep(Duration::from_millis(20));
    if fault != Fault::ResetBody {
        let _ = stream.shutdown(Shutdown::Both);
    }
}
