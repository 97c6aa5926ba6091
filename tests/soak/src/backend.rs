//! A backend in HTTP/1.1, for as many requests as there are: [`Echo`](gamma_testbed::echo::Echo) keeps what it has
//! received.

use std::collections::HashMap;

use anyhow::Result;
use gamma_testbed::echo::{Echoed, Identity};

use crate::http;

/// The header of a request whose client goes away once a backend has it.
const HANG_UP: &str = "x-echo-hang-up";

/// What becomes of a request that a backend has got.
#[derive(Debug, PartialEq)]
pub(crate) enum Reaction {
    /// It is answered.
    Answer(Vec<u8>),
    /// Nothing. What is to be late here outlasts every timeout.
    Silence,
    /// Its client is to go away.
    HangUp,
}

/// A backend.
#[derive(Debug)]
pub(crate) struct CountingBackend {
    pub(crate) identity: Identity,
    /// Requests that have reached it.
    pub(crate) received: u64,
    /// Attempts of requests that are to fail at first, by `x-request-id`, until one succeeds.
    attempts: HashMap<String, u64>,
}

impl CountingBackend {
    pub(crate) fn new(identity: Identity) -> Self {
        Self {
            identity,
            received: 0,
            attempts: HashMap::new(),
        }
    }

    /// Takes the first request in `received`, and removes it there. `None` if it is not all there.
    pub(crate) fn take(&mut self, received: &mut Vec<u8>) -> Result<Option<Reaction>> {
        let Some((echoed, length)) = http::request(&self.identity, received)? else {
            return Ok(None);
        };
        received.drain(..length);
        self.received += 1;
        let misbehaves = self.misbehaves(&echoed);
        if echoed.header(HANG_UP).next().is_some() {
            return Ok(Some(Reaction::HangUp));
        }
        if misbehaves && echoed.header("x-echo-delay-ms").next().is_some() {
            return Ok(Some(Reaction::Silence));
        }
        let status = echoed.header("x-echo-status").next();
        let status = status.filter(|_| misbehaves).unwrap_or("200");
        let mut head = format!("HTTP/1.1 {status} Told\r\ncontent-type: application/json\r\n");
        for line in echoed.header("x-echo-set-header") {
            head.push_str(line);
            head.push_str("\r\n");
        }
        let body = serde_json::to_vec(&echoed)?;
        head.push_str(&format!("content-length: {}\r\n\r\n", body.len()));
        Ok(Some(Reaction::Answer([head.as_bytes(), &body].concat())))
    }

    /// Whether this attempt is one of those that are to fail: all, unless `x-echo-first` says how many.
    fn misbehaves(&mut self, echoed: &Echoed) -> bool {
        let first = echoed.header("x-echo-first").next();
        let first = first.and_then(|first| first.parse().ok());
        let id = echoed.header("x-request-id").next();
        let (Some(first), Some(id)) = (first, id) else {
            return true;
        };
        let attempt = self.attempts.entry(id.to_owned()).or_insert(0_u64);
        *attempt += 1;
        let misbehaves = *attempt <= first;
        if !misbehaves {
            self.attempts.remove(id);
        }
        misbehaves
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn first_attempts_fail_as_they_are_told() {
        let mut backend = CountingBackend::new(Identity::new("shop", "v1", 80));
        let request =
            "GET / HTTP/1.1\r\nx-request-id: a\r\nx-echo-status: 503\r\nx-echo-first: 2\r\n\r\n";
        let mut received = request.repeat(4).into_bytes();
        let mut statuses = Vec::new();
        while let Some(reaction) = backend.take(&mut received).unwrap() {
            let Reaction::Answer(answer) = reaction else {
                panic!("{reaction:?}");
            };
            statuses.push(String::from_utf8_lossy(&answer[9..12]).into_owned());
        }
        // The fourth is the first attempt of another one.
        assert_eq!(statuses, ["503", "503", "200", "503"]);
        assert_eq!(backend.received, 4);
    }
}
