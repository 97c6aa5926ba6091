//! A table that a person enjoys reading.

use std::{
    collections::BTreeSet,
    fmt,
    io::{IsTerminal as _, stdout},
};

use gamma_testbed::fixture::{Exchange, Observed, Outcome};

const TITLES: [&str; 4] = [
    "request",
    "rule that won",
    "answered by",
    "changed on the way",
];

/// Headers that Envoy or the client library adds whatever the routes say.
const NOT_OURS: [&str; 9] = [
    "accept-encoding",
    "connection",
    "content-length",
    "content-type",
    "host",
    "te",
    "transfer-encoding",
    "x-forwarded-proto",
    "x-request-id",
];

#[derive(Default)]
pub(crate) struct Table(Vec<Row>);

pub(crate) struct Row {
    cells: [String; 4],
    good: bool,
}

impl Table {
    pub(crate) fn push(&mut self, row: Row) {
        self.0.push(row);
    }
}

impl Row {
    pub(crate) fn new(
        exchange: &Exchange,
        namespace: &str,
        rule: String,
        observed: &Observed,
        good: bool,
    ) -> Self {
        let line = &exchange.request;
        let mut request = format!("{} {}{}", line.method, line.authority, line.path);
        for header in &exchange.headers {
            request.push_str(&format!("  {header}"));
        }
        if exchange.from.is_some() {
            request.push_str(&format!("  (from {namespace})"));
        }
        let answered = match (observed.outcome(), &observed.seen) {
            (Outcome::Backend(backend), _) => format!("{}:{}", backend.service, backend.port),
            (outcome, _) => outcome.to_string(),
        };
        Self {
            cells: [
                request,
                rule,
                answered,
                changes(exchange, observed).join(", "),
            ],
            good,
        }
    }
}

/// What differs between the request that was sent and the one that arrived, and what was said.
fn changes(exchange: &Exchange, observed: &Observed) -> Vec<String> {
    let mut changes = Vec::new();
    if let Some(seen) = &observed.seen {
        let line = &exchange.request;
        if seen.path != line.path {
            changes.push(format!("path {}", seen.path));
        }
        if seen.host != line.authority {
            changes.push(format!("host {}", seen.host));
        }
        let sent: BTreeSet<(String, String)> = exchange
            .headers
            .iter()
            .map(|h| {
                (
                    h.name.to_lowercase(),
                    gamma_testbed::client::latin1(&h.value),
                )
            })
            .collect();
        let arrived: BTreeSet<(String, String)> = seen
            .headers
            .iter()
            .filter(|(name, _)| !NOT_OURS.contains(&&**name) && !name.starts_with("x-envoy-"))
            .cloned()
            .collect();
        changes.extend(arrived.difference(&sent).map(|(n, v)| format!("+{n}: {v}")));
        changes.extend(sent.difference(&arrived).map(|(n, v)| format!("-{n}: {v}")));
    }
    for (name, value) in &observed.headers {
        let ours = exchange
            .expect
            .response_headers
            .get(name)
            .is_some_and(Option::is_some);
        if name == "location" {
            changes.push(format!("to {value}"));
        } else if name == "x-gamma-reason" {
            changes.push(value.clone());
        } else if ours {
            changes.push(format!("response {name}: {value}"));
        }
    }
    changes
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let colour = stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none();
        let mut widths = TITLES.map(|title| title.chars().count());
        for row in &self.0 {
            for (width, cell) in widths.iter_mut().zip(&row.cells) {
                *width = (*width).max(cell.chars().count());
            }
        }
        let [request, rule, answered, changed] = widths;
        let [a, b, c, d] = TITLES;
        writeln!(f, "   {a:<request$}  {b:<rule$}  {c:<answered$}  {d}")?;
        writeln!(
            f,
            "   {}  {}  {}  {}",
            "─".repeat(request),
            "─".repeat(rule),
            "─".repeat(answered),
            "─".repeat(changed)
        )?;
        for row in &self.0 {
            let [a, b, c, d] = &row.cells;
            let mark = match (row.good, colour) {
                (true, true) => "\u{1b}[32m✓\u{1b}[0m",
                (true, false) => "✓",
                (false, true) => "\u{1b}[31m✗\u{1b}[0m",
                (false, false) => "✗",
            };
            writeln!(f, " {mark} {a:<request$}  {b:<rule$}  {c:<answered$}  {d}")?;
        }
        Ok(())
    }
}
