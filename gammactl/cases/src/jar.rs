//! A jar is a client that keeps its sessions. Where a request may go to several backends, each of
//! them is followed: a jar holds all that the client can have kept by now, with the share of each.

use gamma_explain::{
    HeaderField,
    request::{HeaderLine, Simulated},
};

use super::outcome::PossibleOutcome;

/// What a client keeps.
#[derive(Debug, Clone)]
pub(super) struct Jar(Vec<Kept>);

/// One of the sets of sessions that a client can have kept.
#[derive(Debug, Clone)]
struct Kept {
    share: f64,
    headers: Vec<HeaderLine>,
    /// The cluster that its last request went to.
    previous: Option<String>,
}

impl Default for Jar {
    fn default() -> Self {
        Self(vec![Kept {
            share: 1.0,
            headers: Vec::new(),
            previous: None,
        }])
    }
}

impl Jar {
    /// Sends `request` with everything that may have been kept, and keeps what the answers say.
    /// `send` gives the outcomes of a request.
    pub(super) fn send(
        &mut self,
        request: &Simulated,
        send: impl Fn(&Simulated) -> Vec<PossibleOutcome>,
    ) -> Vec<PossibleOutcome> {
        let mut all = Vec::new();
        let mut after: Vec<Kept> = Vec::new();
        for kept in &self.0 {
            let mut request = request.clone();
            request.headers.extend(kept.headers.iter().cloned());
            for mut outcome in send(&request) {
                outcome.share *= kept.share;
                outcome.previous.clone_from(&kept.previous);
                let next = kept.after(&outcome);
                let same = |other: &&mut Kept| {
                    other.headers == next.headers && other.previous == next.previous
                };
                match after.iter_mut().find(same) {
                    Some(same) => same.share += next.share,
                    None => after.push(next),
                }
                all.push(outcome);
            }
        }
        self.0 = after;
        all
    }
}

impl Kept {
    fn after(&self, outcome: &PossibleOutcome) -> Self {
        let mut next = self.clone();
        next.share = outcome.share;
        let cluster = outcome.cluster().map(str::to_owned);
        next.previous = cluster.or(next.previous);
        if let Some(HeaderField { name, value }) = &outcome.begun {
            let (name, value) = match &**name {
                "set-cookie" => ("cookie", value.split(';').next().unwrap_or_default()),
                name => (name, &**value),
            };
            let begun = HeaderLine {
                name: name.to_owned(),
                value: value.into(),
            };
            next.headers.retain(|other| key(other) != key(&begun));
            next.headers.push(begun);
        }
        next
    }
}

/// What a later header replaces: a header, or a single cookie.
fn key(header: &HeaderLine) -> (&str, &[u8]) {
    let cookie = header.value.split(|&byte| byte == b'=').next();
    match &*header.name {
        "cookie" => ("cookie", cookie.unwrap_or_default()),
        name => (name, b""),
    }
}
