//! The text of a diff that people read.

use std::fmt::Write as _;

use gamma_config::ServiceKind;
use gamma_explain::{Refusal, TextStyles, admit, request::Simulated};

use super::{
    differences::Difference,
    model::{Clients, DecidingRule, DecisionChange, Diff, ServiceDiff, TableDiff},
};

/// Requests of one change that are written out; the rest is counted.
const REQUESTS: usize = 8;

impl Diff {
    /// The diff as text for people; with `color` it has the styles of a terminal.
    #[must_use]
    pub fn text(&self, color: bool) -> String {
        render(self, color)
    }
}

impl DecisionChange {
    /// The simplest request in one line, as `gammactl explain` takes it, and what becomes of it before and after.
    #[must_use]
    pub fn line(&self) -> String {
        let request = self.requests.first().map(curl).unwrap_or_default();
        let one = |difference: &Difference| {
            let value = |value: &Option<String>| value.clone().unwrap_or_else(|| "none".into());
            let (before, after) = (value(&difference.before), value(&difference.after));
            format!("{}: {before} → {after}", difference.what)
        };
        let differences: Vec<String> = self.differences.iter().map(one).collect();
        format!("{request}  {}", differences.join(", "))
    }
}

fn render(diff: &Diff, color: bool) -> String {
    let styles = TextStyles { color };
    let mut out = String::new();
    // Writing to a String does not fail.
    if !diff.settings.is_empty() {
        let _ = writeln!(out, "{}", styles.bold("settings"));
        rows(&diff.settings, "  ", styles, &mut out);
        out.push('\n');
    }
    for service in &diff.services {
        of_service(service, styles, &mut out);
    }
    summary(diff, &mut out);
    out
}

fn of_service(service: &ServiceDiff, styles: TextStyles, out: &mut String) {
    let name = name(service);
    if !service.presence.is_empty() {
        let _ = writeln!(out, "{}", styles.bold(&name));
        for presence in &service.presence {
            let line = if presence.is_new {
                styles.green(&format!("+ {}", presence.what))
            } else {
                styles.red(&format!("- {}", presence.what))
            };
            let _ = writeln!(out, "  {line}");
        }
        out.push('\n');
    }
    for table in &service.tables {
        of_table(&name, table, styles, out);
    }
}

fn of_table(service: &str, table: &TableDiff, styles: TextStyles, out: &mut String) {
    let TableDiff { port, clients, .. } = table;
    let head = format!("{service} port {port}, {clients}");
    let _ = writeln!(out, "{}", styles.bold(&head));
    for limit in &table.limits {
        let _ = writeln!(out, "  not complete: {limit}");
    }
    for change in &table.changes {
        of_change(change, clients, styles, out);
    }
    out.push('\n');
}

fn of_change(change: &DecisionChange, clients: &Clients, styles: TextStyles, out: &mut String) {
    out.push('\n');
    for request in change.requests.iter().take(REQUESTS) {
        let from = match (&request.from, clients) {
            (Some(from), Clients::AllBut(_)) => format!(" --from {from}"),
            _ => String::new(),
        };
        let command = format!("{}{from}", curl(request));
        let _ = writeln!(out, "  {}", styles.bold(&command));
        for said in before_the_filter(request) {
            let _ = writeln!(out, "    where a client sends it so: {said}");
        }
    }
    if let Some(more) = change
        .requests
        .len()
        .checked_sub(REQUESTS)
        .filter(|&n| n > 0)
    {
        let _ = writeln!(
            out,
            "  and {more} more kinds of requests (all with --output json)"
        );
    }
    let (before, after) = (&change.before.rule, &change.after.rule);
    let rule = match (before, after) {
        (Some(a), Some(b)) if (&a.route, &a.name) == (&b.route, &b.name) => {
            let place = match (&a.place, &b.place) {
                (Some(a), Some(b)) if a != b => {
                    format!(" {}", styles.dim(&format!("({a} → {b})")))
                }
                (Some(place), _) | (None, Some(place)) => {
                    format!(" {}", styles.dim(&format!("({place})")))
                }
                (None, None) => String::new(),
            };
            format!("{}{place}", rule_name(a))
        }
        _ => {
            let one = |rule: &Option<DecidingRule>| match rule {
                None => "none".into(),
                Some(rule) => {
                    let place = rule.place.as_ref();
                    let place = place.map(|p| format!(" {}", styles.dim(&format!("({p})"))));
                    format!("{}{}", rule_name(rule), place.unwrap_or_default())
                }
            };
            format!("{} → {}", one(before), one(after))
        }
    };
    let _ = writeln!(out, "    rule: {rule}");
    rows(&change.differences, "    ", styles, out);
}

fn rows(differences: &[Difference], indent: &str, styles: TextStyles, out: &mut String) {
    for Difference {
        what,
        before,
        after,
    } in differences
    {
        let value = |value: &Option<String>| value.clone().unwrap_or_else(|| "none".into());
        let (before, after) = (value(before), value(after));
        let (before, after) = (styles.red(&before), styles.green(&after));
        let _ = writeln!(out, "{indent}{what}: {before} → {after}");
    }
}

fn rule_name(rule: &DecidingRule) -> String {
    match (&*rule.route, &*rule.name) {
        ("", "") => "without a name".into(),
        ("", name) | (name, "") => name.into(),
        (route, name) => format!("{route}/{name}"),
    }
}

/// What Envoy makes of the request before the filter is asked, where a client sends it so.
fn before_the_filter(request: &Simulated) -> Vec<String> {
    match admit(request) {
        Ok(admitted) => admitted.notes().to_vec(),
        Err(Refusal {
            status, message, ..
        }) => {
            vec![format!("Envoy answers {status} itself, since {message}")]
        }
    }
}

/// As `gammactl explain` takes it, without the quotes around the first part.
pub(super) fn curl(request: &Simulated) -> String {
    let mut text = request.line.to_string();
    for header in &request.headers {
        let value = String::from_utf8_lossy(&header.value);
        let line = if value.is_empty() {
            // By `name:` curl leaves a header out.
            format!("{};", header.name)
        } else {
            format!("{}: {value}", header.name)
        };
        let line = line.replace('\'', r"'\''");
        let _ = write!(text, " -H '{line}'");
    }
    if let Some(destination) = request.destination {
        let _ = write!(text, " --destination {destination}");
    }
    text
}

fn name(service: &ServiceDiff) -> String {
    let kind = match service.kind {
        ServiceKind::Service => "Service",
        ServiceKind::ServiceImport => "ServiceImport",
    };
    format!("{kind} {}/{}", service.namespace, service.name)
}

fn summary(diff: &Diff, out: &mut String) {
    let tables = || diff.services.iter().flat_map(|service| &service.tables);
    let classes: usize = tables()
        .flat_map(|table| &table.changes)
        .map(|change| change.requests.len())
        .sum();
    let ports = tables().filter(|table| !table.changes.is_empty()).count();
    let presences: usize = diff.services.iter().map(|s| s.presence.len()).sum();
    let mut parts = Vec::new();
    if !diff.settings.is_empty() {
        parts.push(count(diff.settings.len(), "setting"));
    }
    if presences > 0 {
        parts.push(count(presences, "frontend"));
    }
    if classes > 0 {
        let requests = count(classes, "kind");
        let tables = count(ports, "route table");
        parts.push(format!("{requests} of requests in {tables}"));
    }
    if !parts.is_empty() {
        let _ = writeln!(out, "changed: {}", parts.join(", "));
    }
}

fn count(number: usize, noun: &str) -> String {
    match number {
        1 => format!("1 {noun}"),
        _ => format!("{number} {noun}s"),
    }
}
