//! Bodies over HTTP/1.1: each piece passes when it comes, and little of them is kept.

use std::{fs, io::Read, thread};

use gamma_testbed::client::{Request, stream};

use crate::shop::Shop;

const MIB: usize = 1 << 20;

/// The backend speaks HTTP/1.1 and HTTP/2 respectively.
const PATHS: [&str; 2] = ["/plain", "/h2c"];

fn echo(path: &str) -> Request {
    Request::new("POST", "web", path).header("x-echo-stream", "1")
}

/// Whoever waited for the whole of a body would wait for ever.
#[test]
fn the_answer_comes_before_the_rest_of_the_question() {
    let shop = Shop::open();
    for path in PATHS {
        let (mut outgoing, mut incoming) = stream(shop.address(), &echo(path)).unwrap();
        let head = incoming.head().unwrap();
        assert_eq!(head.status, 200);
        let backend = format!("default{path}:80");
        assert_eq!(head.header("x-echo-backend"), Some(backend));
        for chunk in ["first", "second", "third"] {
            outgoing.send(chunk.as_bytes()).unwrap();
            let answer = incoming.receive(chunk.len()).unwrap();
            assert_eq!(answer, chunk.as_bytes(), "{path}");
        }
        outgoing.finish().unwrap();
        assert_eq!(incoming.read(&mut [0]).unwrap(), 0);
    }
}

#[test]
fn server_sent_events_come_one_by_one() {
    let shop = Shop::open();
    let request = Request::get("web", "/events").header("accept", "text/event-stream");
    let (outgoing, mut incoming) = stream(shop.address(), &request).unwrap();
    outgoing.finish().unwrap();
    // Before the first event, too.
    let head = incoming.head().unwrap();
    let kind = head.header("content-type");
    assert_eq!(kind.as_deref(), Some("text/event-stream"));
    for event in ["data: one\n\n", "id: 2\ndata: two\n\n", ": still there\n\n"] {
        shop.events.send(event.into()).unwrap();
        let received = incoming.receive(event.len()).unwrap();
        assert_eq!(received, event.as_bytes());
    }
}

#[test]
fn a_large_body_is_not_kept() {
    const SIZE: usize = 64 * MIB;
    const BLOCK: usize = MIB / 16;
    const LIMIT: usize = 32 * MIB;
    let mut noise = vec![0; BLOCK];
    fastrand::Rng::with_seed(7).fill(&mut noise);
    // No two blocks are the same.
    let block = |i: usize| [&i.to_le_bytes()[..], &noise[8..]].concat();

    let shop = Shop::open();
    for path in PATHS {
        let before = resident(shop.stage.envoy().pid());
        let mut most = before;
        let (mut outgoing, mut incoming) = stream(shop.address(), &echo(path)).unwrap();
        thread::scope(|scope| {
            scope.spawn(|| {
                for i in 0..SIZE / BLOCK {
                    outgoing.send(&block(i)).unwrap();
                }
                outgoing.finish().unwrap();
            });
            assert_eq!(incoming.head().unwrap().status, 200);
            for i in 0..SIZE / BLOCK {
                assert!(incoming.receive(BLOCK).unwrap() == block(i), "{path} {i}");
                most = most.max(resident(shop.stage.envoy().pid()));
            }
            assert_eq!(incoming.read(&mut [0]).unwrap(), 0);
        });
        let grown = most - before;
        assert!(grown < LIMIT, "{path}: Envoy grew by {grown} bytes");
    }
}

/// Bytes of a process that are in memory.
fn resident(pid: u32) -> usize {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:"));
    let kib = line.and_then(|line| line.split_whitespace().nth(1));
    kib.unwrap().parse::<usize>().unwrap() * 1024
}
