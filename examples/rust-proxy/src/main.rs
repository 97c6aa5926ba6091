//! A reverse proxy for HTTP/1.1 that is routed by Gamma's filter: what a proxy written in Rust has to do so that it is.
//!
//! ```text
//! gamma-rust-proxy gamma-filter-compat.wasm config.json clusters.txt 127.0.0.1:8080
//! ```
//!
//! `clusters.txt` has a line for each cluster, its name and its address. `filter` is the part to copy; `http` is as much
//! of HTTP/1.1 as this example needs. A proxy for production has connection pools, timeouts and limits of its own.

mod filter;
mod http;

use std::{
    collections::HashMap,
    fs,
    io::{BufReader, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{Arc, Mutex, PoisonError},
    thread,
};

use anyhow::{Context, Result};
use filter::{Filter, Outcome, Upstream};
use http::Message;

type Clusters = HashMap<String, SocketAddr>;

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [module, config, clusters, listen] = &*arguments else {
        anyhow::bail!("usage: gamma-rust-proxy MODULE CONFIG CLUSTERS ADDRESS");
    };
    let filter = Filter::load(&fs::read(module)?, fs::read(config)?)?;
    let clusters = fs::read_to_string(clusters)?;
    let clusters = clusters.lines().filter_map(|line| {
        let (name, address) = line.rsplit_once(' ')?;
        Some((name.to_owned(), address.parse().ok()?))
    });
    let clusters: Arc<Clusters> = Arc::new(clusters.collect());
    // One guest answers one request at a time. A proxy with many threads has a guest for each.
    let filter = Arc::new(Mutex::new(filter));
    let listener = TcpListener::bind(listen)?;
    println!("listening on {}", listener.local_addr()?);
    for client in listener.incoming() {
        let (filter, clusters) = (Arc::clone(&filter), Arc::clone(&clusters));
        let client = client?;
        thread::spawn(move || {
            if let Err(error) = serve(&client, &filter, &clusters) {
                eprintln!("{error:#}");
            }
        });
    }
    Ok(())
}

/// The requests of one connection, one after the other.
fn serve(client: &TcpStream, filter: &Mutex<Filter>, clusters: &Clusters) -> Result<()> {
    let local = client.local_addr()?;
    let mut reader = BufReader::new(client);
    while let Some(request) = Message::read(&mut reader, false)? {
        let answer = answer(request, local, filter, clusters)?;
        (&*client).write_all(&answer.to_bytes())?;
    }
    Ok(())
}

fn answer(
    request: Message,
    local: SocketAddr,
    filter: &Mutex<Filter>,
    clusters: &Clusters,
) -> Result<Message> {
    let head = request.start.clone();
    let mut parts = head.splitn(3, ' ');
    let (method, path) = (parts.next().unwrap_or(""), parts.next().unwrap_or(""));
    let hosts: Vec<_> = request.values("host").collect();
    // Which of two hosts is meant, proxies disagree about; a body that is framed twice, too.
    let &[host] = &*hosts else {
        return Ok(Message::status(400));
    };
    if request.values("content-length").count() > 1 {
        return Ok(Message::status(400));
    }
    let host = String::from_utf8_lossy(host).into_owned();
    let pseudo = [
        (":method", method),
        (":scheme", "http"),
        (":authority", &host),
        (":path", path),
    ];
    let call = |cluster: &str, question: Message| -> Option<Message> {
        send(*clusters.get(cluster)?, &question).ok()
    };
    // A thread that panicked has left a guest that says so.
    let mut filter = filter.lock().unwrap_or_else(PoisonError::into_inner);
    let mut exchange = filter.begin(&pseudo, &request, local, &call)?;
    let response = match exchange.take_outcome() {
        Outcome::Answered(answer) => answer,
        // The filter does not know the host: a proxy's own routes would decide.
        Outcome::PassedThrough => Message::status(404),
        Outcome::Forwarded(Upstream {
            cluster,
            endpoint,
            request,
            copies,
        }) => {
            for copy in copies.iter().filter_map(|cluster| clusters.get(cluster)) {
                let (copy, request) = (*copy, request.clone());
                thread::spawn(move || send(copy, &request));
            }
            match clusters.get(&cluster) {
                Some(address) => {
                    // A session's endpoint, if it is one of the cluster's; here each has one.
                    let address = endpoint
                        .filter(|endpoint| endpoint == address)
                        .unwrap_or(*address);
                    exchange.answered_by(address);
                    send(address, &request).unwrap_or_else(|_| Message::status(503))
                }
                None => Message::status(503),
            }
        }
    };
    filter.finish(exchange, response)
}

/// Sends a request on a connection of its own.
fn send(to: SocketAddr, request: &Message) -> Result<Message> {
    let mut upstream = TcpStream::connect(to)?;
    upstream.write_all(&request.to_bytes())?;
    let has_no_body = request.start.starts_with("HEAD ");
    Message::read(&mut BufReader::new(upstream), has_no_body)?.context("no response")
}
