//! An HTTP server on a port of its own, one connection a request. What is no HTTP request, such as the
//! beginning of TLS, gets the answer that Go's server gives.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    net::{TcpListener, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    thread::JoinHandle,
};

pub(crate) struct Request {
    pub(crate) path: String,
    headers: Vec<(String, String)>,
}

impl Request {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut all = self.headers.iter();
        all.find(|(other, _)| other == name)
            .map(|(_, value)| &**value)
    }

    /// `None` if it is none.
    fn read(stream: &TcpStream) -> Option<Self> {
        // TLS has no lines to wait for.
        let mut first = [0];
        stream.peek(&mut first).ok()?;
        if first != *b"G" {
            return None;
        }
        let mut lines = BufReader::new(stream).lines();
        let first = lines.next()?.ok()?;
        let path = first.strip_prefix("GET ")?.split(' ').next()?.to_owned();
        let mut headers = Vec::new();
        for line in lines {
            let line = line.ok()?;
            match line.split_once(": ") {
                Some((name, value)) => headers.push((name.to_ascii_lowercase(), value.to_owned())),
                None => break,
            }
        }
        Some(Self { path, headers })
    }
}

pub(crate) struct Answer {
    status: u16,
    headers: String,
    body: String,
}

impl Answer {
    pub(crate) fn new(status: u16, content_type: &str, body: &str) -> Self {
        Self {
            status,
            headers: String::new(),
            body: body.into(),
        }
        .with("Content-Type", content_type)
    }

    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.push_str(&format!("{name}: {value}\r\n"));
        self
    }
}

pub(crate) struct Server {
    /// Host and port.
    pub(crate) address: String,
    stopped: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    pub(crate) fn start(answer: impl Fn(&Request) -> Answer + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let stopped = Arc::new(AtomicBool::new(false));
        let seen = stopped.clone();
        let thread = thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                if seen.load(Ordering::SeqCst) {
                    break;
                }
                let answer = match Request::read(&stream) {
                    Some(request) => answer(&request),
                    None => Answer::new(400, "", "this is no TLS"),
                };
                // Who is gone needs no answer.
                let _ = write!(
                    &stream,
                    "HTTP/1.1 {} x\r\nContent-Length: {}\r\nConnection: close\r\n{}\r\n{}",
                    answer.status,
                    answer.body.len(),
                    answer.headers,
                    answer.body
                );
            }
        });
        Self {
            address,
            stopped,
            thread: Some(thread),
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stopped.store(true, Ordering::SeqCst);
        // Wakes the thread.
        let _ = TcpStream::connect(&self.address);
        let _ = self.thread.take().unwrap().join();
    }
}
