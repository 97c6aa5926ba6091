//! The headers of a message with the trail of changes to them: what each header was before and after,
//! and who asked for it.

use std::{convert::Infallible, net::SocketAddr};

use gamma_compile::envoy_headers::{Direction, HeaderEdit};
use gamma_router::{By, HeaderVisitor, ResponseVisitor};

use crate::{
    explanation::{ChangedBy, ExplainedHeaderChange, HeaderChangeKind, HeaderField},
    request::HeaderLine,
    text::latin1,
};

/// Follows the router's account of what a decision does to the headers of a message.
#[derive(Debug, Clone)]
pub struct HeaderTrail {
    headers: Vec<HeaderField>,
    changes: Vec<ExplainedHeaderChange>,
    /// The changes that routes ask for, whether or not they change a header that is known.
    asked: Vec<(String, HeaderEdit)>,
    direction: Direction,
    /// Whether all headers of the message are known.
    all_known: bool,
    answered_by: Option<SocketAddr>,
}

impl HeaderTrail {
    /// The trail of a request that has the headers `lines`.
    pub(super) fn of_request(lines: &[HeaderLine]) -> Self {
        Self {
            direction: Direction::Request,
            ..Self::of_response(lines, None)
        }
    }

    /// The trail of a response whose headers nobody knows.
    pub(super) fn of_unknown_response() -> Self {
        Self {
            all_known: false,
            ..Self::of_response(&[], None)
        }
    }

    /// The trail of a response that has the headers `lines` and comes from `endpoint`, if from any.
    #[must_use]
    pub(crate) fn of_response(lines: &[HeaderLine], endpoint: Option<SocketAddr>) -> Self {
        Self {
            headers: lines.iter().map(header).collect(),
            changes: Vec::new(),
            asked: Vec::new(),
            direction: Direction::Response,
            all_known: true,
            answered_by: endpoint,
        }
    }

    /// The headers after all changes, names in lower case.
    #[must_use]
    pub fn headers(&self) -> &[HeaderField] {
        &self.headers
    }

    /// The changes in order.
    #[must_use]
    pub fn changes(&self) -> &[ExplainedHeaderChange] {
        &self.changes
    }

    /// The kind of message that the trail belongs to.
    pub(super) fn direction(&self) -> Direction {
        self.direction
    }

    /// What filters of routes do to which headers, in order.
    pub(super) fn asked(&self) -> &[(String, HeaderEdit)] {
        &self.asked
    }

    /// Whether the message has a header of that name.
    pub(super) fn has(&self, name: &str) -> bool {
        self.headers.iter().any(|header| header.name == name)
    }

    /// A change to what is in the first line of the request rather than in a header.
    pub(super) fn rewrite(&mut self, name: &str, before: &str, after: &str, by: By) {
        self.changes.push(ExplainedHeaderChange {
            action: HeaderChangeKind::Set,
            name: name.into(),
            before: Some(before.into()),
            after: Some(after.into()),
            by: by.into(),
        });
    }

    fn change(&mut self, action: HeaderChangeKind, name: &str, value: Option<&[u8]>, by: By) {
        if matches!(by, By::Rule | By::Backend) {
            let edit = value.map_or(HeaderEdit::Remove, |_| HeaderEdit::Give);
            self.asked.push((name.into(), edit));
        }
        let before = self.joined(name);
        // What is not there is not removed.
        if self.all_known && before.is_none() && value.is_none() {
            return;
        }
        if action != HeaderChangeKind::Add {
            self.headers.retain(|header| header.name != name);
        }
        self.headers.extend(value.map(|value| HeaderField {
            name: name.into(),
            value: latin1(value),
        }));
        // Where the rest is not known, each change stands alone.
        let after = if self.all_known {
            self.joined(name)
        } else {
            value.map(latin1)
        };
        self.changes.push(ExplainedHeaderChange {
            action,
            name: name.into(),
            before: before.filter(|_| self.all_known),
            after,
            by: by.into(),
        });
    }

    fn joined(&self, name: &str) -> Option<String> {
        let values: Vec<&str> = self
            .headers
            .iter()
            .filter(|header| header.name == name)
            .map(|header| &*header.value)
            .collect();
        (!values.is_empty()).then(|| values.join(","))
    }
}

impl HeaderVisitor for HeaderTrail {
    type Error = Infallible;

    fn remove(&mut self, name: &str, by: By) -> Result<(), Infallible> {
        self.change(HeaderChangeKind::Remove, name, None, by);
        Ok(())
    }

    fn set(&mut self, name: &str, value: &[u8], by: By) -> Result<(), Infallible> {
        self.change(HeaderChangeKind::Set, name, Some(value), by);
        Ok(())
    }

    fn add(&mut self, name: &str, value: &[u8], by: By) -> Result<(), Infallible> {
        self.change(HeaderChangeKind::Add, name, Some(value), by);
        Ok(())
    }
}

impl ResponseVisitor for HeaderTrail {
    fn answered_by(&mut self) -> Option<SocketAddr> {
        self.answered_by
    }
}

impl From<By> for ChangedBy {
    fn from(by: By) -> Self {
        match by {
            By::Gamma => Self::Gamma,
            By::Rule => Self::Rule,
            By::Backend => Self::Backend,
            By::Cors => Self::Cors,
            By::Session => Self::Session,
        }
    }
}

fn header(line: &HeaderLine) -> HeaderField {
    HeaderField {
        name: line.name.to_ascii_lowercase(),
        value: latin1(&line.value),
    }
}
