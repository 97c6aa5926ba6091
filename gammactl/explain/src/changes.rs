//! Headers on their way, and each change to them.

use gamma_router::HeaderEdits;

use super::{
    explanation::{Change, ChangeAction, ChangedBy, Header},
    text::latin1,
};
use crate::request::HeaderLine;

/// What the path was before a rewrite, for the backend.
const ORIGINAL_PATH: &str = "x-envoy-original-path";
/// What the filter removes from every request besides `x-gamma-*`: headers by which a client could
/// choose timeouts and retries.
const CONTROLS: [&str; 7] = [
    ORIGINAL_PATH,
    "x-envoy-upstream-rq-timeout-ms",
    "x-envoy-upstream-rq-per-try-timeout-ms",
    "x-envoy-retry-on",
    "x-envoy-retry-grpc-on",
    "x-envoy-max-retries",
    "x-envoy-retriable-status-codes",
];

/// The headers of a request, and what was done to them.
#[derive(Debug, Clone, Default)]
pub(super) struct Headers {
    pub(super) list: Vec<Header>,
    pub(super) changes: Vec<Change>,
    of_request: bool,
}

impl Headers {
    /// Of a request, without those that only the filter may set.
    pub(super) fn of_request(lines: &[HeaderLine]) -> Self {
        let mut headers = Self {
            list: lines
                .iter()
                .map(|line| Header {
                    name: line.name.to_ascii_lowercase(),
                    value: latin1(&line.value),
                })
                .collect(),
            changes: Vec::new(),
            of_request: true,
        };
        let mut owned: Vec<String> = Vec::new();
        for Header { name, .. } in &headers.list {
            let is_owned = name.starts_with("x-gamma-") || CONTROLS.contains(&&**name);
            if is_owned && !owned.contains(name) {
                owned.push(name.clone());
            }
        }
        for name in owned {
            headers.change(ChangeAction::Remove, &name, None, ChangedBy::Gamma);
        }
        headers
    }

    /// In the order in which the filter makes them.
    pub(super) fn edit(&mut self, edits: &HeaderEdits, by: ChangedBy) {
        for name in &edits.remove {
            self.change(ChangeAction::Remove, name, None, by);
        }
        for (name, value) in &edits.set {
            self.change(ChangeAction::Set, name, Some(value), by);
        }
        for (name, value) in &edits.add {
            self.change(ChangeAction::Add, name, Some(value), by);
        }
    }

    pub(super) fn change(
        &mut self,
        action: ChangeAction,
        name: &str,
        value: Option<&str>,
        by: ChangedBy,
    ) {
        let before = self.joined(name);
        // What is not there is not removed; of a response nobody knows.
        if self.of_request && before.is_none() && value.is_none() {
            return;
        }
        if action != ChangeAction::Add {
            self.list.retain(|header| header.name != name);
        }
        self.list.extend(value.map(|value| Header {
            name: name.into(),
            value: value.into(),
        }));
        self.changes.push(Change {
            action,
            name: name.into(),
            before,
            after: self.joined(name),
            by,
        });
    }

    /// Says what the path was.
    pub(super) fn original_path(&mut self, path: &str) {
        let name = ORIGINAL_PATH;
        self.change(ChangeAction::Set, name, Some(path), ChangedBy::Gamma);
    }

    /// The host or the path is replaced.
    pub(super) fn rewrite(&mut self, name: &str, before: &str, after: &str, by: ChangedBy) {
        self.changes.push(Change {
            action: ChangeAction::Set,
            name: name.into(),
            before: Some(before.into()),
            after: Some(after.into()),
            by,
        });
    }

    fn joined(&self, name: &str) -> Option<String> {
        let values: Vec<&str> = self
            .list
            .iter()
            .filter(|header| header.name == name)
            .map(|header| &*header.value)
            .collect();
        (!values.is_empty()).then(|| values.join(","))
    }
}
