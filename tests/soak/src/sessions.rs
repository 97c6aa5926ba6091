//! Sessions of clients: some requests of each, and then a new one.

use std::collections::HashMap;

use gamma_testbed::client::Response;

/// Requests of one session.
const LENGTH: u32 = 20;

/// The sessions that go on, by the name of their jar.
#[derive(Debug, Default)]
pub(crate) struct Sessions(HashMap<String, Session>);

/// What binds a client to a backend.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Session {
    /// The header of a request that says so, in one line.
    pub(crate) line: String,
    /// The cluster of the backend.
    pub(crate) cluster: String,
    left: u32,
}

impl Sessions {
    /// The session that a request with this jar belongs to; `None` if it begins one.
    pub(crate) fn next(&mut self, jar: &str) -> Option<Session> {
        let session = self.0.get_mut(jar)?;
        session.left -= 1;
        let next = session.clone();
        if next.left == 0 {
            self.0.remove(jar);
        }
        Some(next)
    }

    /// Begins a session, if the answer of the backend in `cluster` says how.
    pub(crate) fn begin(&mut self, jar: &str, response: &Response, cluster: &str) {
        let cookie = response.header("set-cookie").and_then(|cookie| {
            let (pair, _) = cookie.split_once(';')?;
            Some(format!("cookie: {pair}"))
        });
        let header = response.header("x-session");
        let line = cookie.or_else(|| Some(format!("x-session: {}", header?)));
        if let Some(line) = line {
            let session = Session {
                line,
                cluster: cluster.to_owned(),
                left: LENGTH,
            };
            self.0.insert(jar.to_owned(), session);
        }
    }
}
