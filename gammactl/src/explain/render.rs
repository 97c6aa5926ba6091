//! An explanation for people.

use std::fmt::Write as _;

use super::{
    explanation::{
        Action, Candidate, Change, ChangeAction, ChangedBy, Explanation, Failed, Outcome, Policy,
        Predicate, RoutesKind,
    },
    style::Style,
};

/// As many matches above the winner as are shown: the first and the last ones.
const SHOWN: usize = 12;
/// Width of the labels on the left.
const LABEL: usize = 10;

/// Writes an explanation as text of several lines, the last of which ends with a line feed.
#[must_use]
pub fn render(explanation: &Explanation, color: bool) -> String {
    text(explanation, color, false)
}

/// The same with every match, also those after the winner and in the midst of long lists.
#[must_use]
pub fn render_all(explanation: &Explanation, color: bool) -> String {
    text(explanation, color, true)
}

fn text(explanation: &Explanation, color: bool, all: bool) -> String {
    let mut page = Page {
        text: String::new(),
        style: Style { color },
        all,
    };
    page.request(explanation);
    page.service(explanation);
    page.matches(explanation);
    page.winner(explanation);
    page.policy(&explanation.policy);
    page.outcomes(&explanation.outcomes);
    for note in &explanation.notes {
        page.line("note", note);
    }
    page.text
}

/// Writes the rule and what comes of it in one line.
#[must_use]
pub fn render_brief(explanation: &Explanation, color: bool) -> String {
    let style = Style { color };
    let request = &explanation.request;
    let rule = match (explanation.rule(), &explanation.service) {
        (Some(rule), _) => rule.to_string(),
        (None, Some(_)) => "-".into(),
        (None, None) => "no Service".into(),
    };
    let outcomes: Vec<String> = explanation
        .outcomes
        .iter()
        .map(|outcome| match explanation.outcomes.len() {
            1 => result(outcome),
            _ => format!("{} {}", percent(outcome.share), result(outcome)),
        })
        .collect();
    format!(
        "{}  {rule}  {}\n",
        style.bold(&format!(
            "{} {}://{}{}",
            request.method, request.scheme, request.authority, request.path
        )),
        outcomes.join(", ")
    )
}

struct Page {
    text: String,
    style: Style,
    /// Whether no match is left out.
    all: bool,
}

impl Page {
    /// `label`, padded, and `text`, whose further lines are indented.
    fn line(&mut self, label: &str, text: &str) {
        let label = match label {
            "" => " ".repeat(LABEL),
            _ => self.style.dim(&format!("{label:<LABEL$}")),
        };
        let text = text.replace('\n', &format!("\n{}", " ".repeat(LABEL)));
        let _ = writeln!(self.text, "{label}{text}");
    }

    fn request(&mut self, explanation: &Explanation) {
        let request = &explanation.request;
        let title = format!(
            "{} {}://{}{}",
            request.method, request.scheme, request.authority, request.path
        );
        let mut title = self.style.bold(&title);
        let _ = write!(title, "  from namespace {}", request.from);
        if let Some(destination) = request.destination {
            let _ = write!(title, " to {destination}");
        }
        let _ = writeln!(self.text, "{title}");
        for header in &request.headers {
            let value = printable(&header.value);
            let _ = writeln!(self.text, "  {}: {value}", header.name);
        }
    }

    fn service(&mut self, explanation: &Explanation) {
        let reason = &explanation.service_reason;
        match &explanation.service {
            Some(service) => {
                let kind = match &*service.kind {
                    "Service" => "",
                    _ => "ServiceImport ",
                };
                let name = format!(
                    "{kind}{}/{} port {}",
                    service.namespace, service.name, service.port
                );
                self.line("service", &format!("{name}: {reason}"));
            }
            None => {
                self.line("service", &format!("none: {reason}"));
                if let Some(meant) = &explanation.did_you_mean {
                    self.line("", &format!("did you mean `{meant}`?"));
                }
                return;
            }
        }
        let routes = &explanation.routes;
        let names = routes.names.join(", ");
        let names = if names.is_empty() {
            "without rules"
        } else {
            &names
        };
        let text = match routes.kind {
            RoutesKind::Producer => format!("of the Service's namespace: {names}"),
            RoutesKind::Consumer => {
                format!("of the client's namespace, instead of the Service's: {names}")
            }
            RoutesKind::None => "none on this port: the request is left alone".into(),
        };
        self.line("routes", &text);
        if !routes.ignored.is_empty() {
            let text = format!("ignored beside GRPCRoutes: {}", routes.ignored.join(", "));
            self.line("", &text);
        }
        if let Some(method) = &explanation.preflight_for {
            self.line(
                "preflight",
                &format!("answered by the rule for {method} requests"),
            );
        }
    }

    /// Those above the winner and the winner, then a word on the others.
    fn matches(&mut self, explanation: &Explanation) {
        let candidates = &explanation.candidates;
        let Some(last) = candidates.len().checked_sub(1) else {
            return;
        };
        let winner = explanation.winner;
        let end = winner.filter(|_| !self.all).unwrap_or(last);
        let shown = &candidates[..=end];
        let widths = [
            width(shown, |c| c.rule.to_string().chars().count()),
            width(shown, |c| place(c).chars().count()),
            width(shown, |c| c.asks.chars().count()),
        ];
        let hidden = shown
            .len()
            .saturating_sub(if self.all { usize::MAX } else { SHOWN });
        for (i, candidate) in shown.iter().enumerate() {
            let label = if i == 0 { "matches" } else { "" };
            if hidden > 0 && i == SHOWN / 2 {
                let text = format!("… {hidden} more that do not hold");
                let text = self.style.dim(&text);
                self.line("", &text);
            }
            if hidden > 0 && (SHOWN / 2..SHOWN / 2 + hidden).contains(&i) {
                continue;
            }
            let text = self.candidate(candidate, winner == Some(i), widths);
            self.line(label, &text);
        }
        let rest = &candidates[end + 1..];
        if explanation.winner.is_some() && !rest.is_empty() {
            let hold = rest.iter().filter(|c| c.failed.is_none()).count();
            let holds = match hold {
                0 => "none of them holds".into(),
                1 => "1 of them holds too".into(),
                _ => format!("{hold} of them hold too"),
            };
            let text = format!("  {} more after it; {holds}", rest.len());
            let text = self.style.dim(&text);
            self.line("", &text);
        }
    }

    /// In one line: what the match asks for, and what the request has instead.
    fn candidate(&self, candidate: &Candidate, wins: bool, widths: [usize; 3]) -> String {
        let mark = match candidate.failed {
            None if wins => self.style.green("✓"),
            // It would have won.
            None => "○".into(),
            Some(_) => self.style.red("✗"),
        };
        let [name_width, source_width, asks_width] = widths;
        let name = candidate.rule.to_string();
        let source = format!("{:<source_width$}", place(candidate));
        let why = candidate.failed.as_ref().map(why).unwrap_or_default();
        let line = format!(
            "{mark} {name:<name_width$}  {}  {:<asks_width$}  {}",
            self.style.dim(&source),
            candidate.asks,
            self.style.red(&why),
        );
        line.trim_end().into()
    }

    fn winner(&mut self, explanation: &Explanation) {
        let Some(winner) = explanation
            .winner
            .and_then(|i| explanation.candidates.get(i))
        else {
            return;
        };
        let source = match &winner.rule_source {
            Some(source) => format!("  {source}"),
            None => String::new(),
        };
        let name = self.style.green(&winner.rule.to_string());
        self.line("rule", &format!("{name}{source}"));
        let Some(runner_up) = &explanation.runner_up else {
            return;
        };
        if let Some(next) = explanation.candidates.get(runner_up.candidate) {
            let criterion = self.style.bold(&runner_up.criterion.text);
            self.line("", &format!("before {}: {criterion}", next.rule));
        }
    }

    fn policy(&mut self, policy: &Policy) {
        if let Some(auth) = &policy.external_auth {
            let told = match auth.told.is_empty() {
                true => String::new(),
                false => format!(", which is told {}", auth.told.join(", ")),
            };
            let text = format!("if {} allows {}{told}", auth.cluster, auth.path);
            self.line("allowed", &text);
        }
        let limit = |duration: gamma_config::Duration| match duration.as_millis() {
            0 => "no limit".to_owned(),
            _ => duration.to_string(),
        };
        let times: Vec<String> = [
            ("request", policy.timeouts.request),
            ("backendRequest", policy.timeouts.backend_request),
        ]
        .into_iter()
        .filter_map(|(name, duration)| Some(format!("{name} {}", limit(duration?))))
        .collect();
        if !times.is_empty() {
            self.line("timeouts", &times.join(", "));
        }
        if let Some(retry) = &policy.retry {
            let mut text = format!("{} after the first attempt", retry.attempts.unwrap_or(1));
            text.push_str(", when the connection fails or an attempt takes too long");
            if !retry.codes.is_empty() {
                let codes: Vec<String> = retry.codes.iter().map(u16::to_string).collect();
                let _ = write!(text, ", or on {}", codes.join(", "));
            }
            if let Some(backoff) = retry.backoff {
                let _ = write!(text, "; {backoff} apart");
            }
            self.line("retries", &text);
        }
        if let Some(session) = &policy.session {
            let kind = format!("{:?}", session.r#type).to_lowercase();
            let text = match (session.bound, session.endpoint) {
                (true, Some(endpoint)) => format!("the request's own, bound to {endpoint}"),
                (true, None) => "the request's own".into(),
                (false, _) => "a new one begins with the answer".into(),
            };
            self.line("session", &format!("{kind} `{}`: {text}", session.name));
        }
    }

    /// Changes that all outcomes have in common are said once.
    fn outcomes(&mut self, outcomes: &[Outcome]) {
        let is_alike = |one: &Outcome, two: &Outcome| {
            one.request_changes == two.request_changes
                && one.response_changes == two.response_changes
                && one.mirrors == two.mirrors
        };
        let alike = match outcomes.split_first() {
            Some((first, others)) => others.iter().all(|other| is_alike(first, other)),
            None => true,
        };
        let most = outcomes.iter().map(|o| percent(o.share).chars().count());
        let wide = most.max().unwrap_or(0);
        for (i, outcome) in outcomes.iter().enumerate() {
            let text = match outcomes {
                [_] => self.result(outcome),
                _ => format!(
                    "{:>wide$}  {}",
                    percent(outcome.share),
                    self.result(outcome)
                ),
            };
            self.line(if i == 0 { "result" } else { "" }, &text);
            if !alike || i + 1 == outcomes.len() {
                self.changes(outcome);
            }
        }
    }

    fn result(&self, outcome: &Outcome) -> String {
        let text = result(outcome);
        match &outcome.action {
            Action::Reply { .. } => self.style.red(&text),
            _ => self.style.bold(&text),
        }
    }

    fn changes(&mut self, outcome: &Outcome) {
        for (i, change) in outcome.request_changes.iter().enumerate() {
            let text = self.change(change);
            self.line(if i == 0 { "request" } else { "" }, &text);
        }
        for (i, mirror) in outcome.mirrors.iter().enumerate() {
            let text = format!("{} copied to {}", percent(mirror.share), mirror.cluster);
            self.line(if i == 0 { "mirror" } else { "" }, &text);
        }
        for (i, change) in outcome.response_changes.iter().enumerate() {
            let text = self.change(change);
            self.line(if i == 0 { "response" } else { "" }, &text);
        }
    }

    fn change(&self, change: &Change) -> String {
        let name = match &*change.name {
            ":authority" => "host",
            ":path" => "path",
            name => name,
        };
        let by = match change.by {
            ChangedBy::Rule => "",
            ChangedBy::Backend => "  (the backend's filter)",
            ChangedBy::Cors => "  (CORS)",
            ChangedBy::Gamma => "  (Gamma's own)",
        };
        let by = self.style.dim(by);
        let verb = match change.action {
            ChangeAction::Set => "set",
            ChangeAction::Add => "add",
            ChangeAction::Remove => "remove",
        };
        let before = change.before.as_deref().map(printable);
        let after = change.after.as_deref().map(printable);
        match (before, after) {
            (Some(before), Some(after)) => {
                format!(
                    "{verb:<6} {name}: {before} → {}{by}",
                    self.style.bold(&after)
                )
            }
            (None, Some(after)) => format!("{verb:<6} {name}: {}{by}", self.style.bold(&after)),
            (Some(before), None) => format!("{verb:<6} {name}: {before}{by}"),
            (None, None) => format!("{verb:<6} {name}{by}"),
        }
    }
}

/// What comes of it, in a few words.
fn result(outcome: &Outcome) -> String {
    match &outcome.action {
        Action::PassThrough => "passes through to the proxy's own routes".into(),
        Action::Forward { cluster, .. } => format!("to {cluster}"),
        Action::Redirect { status, location } => format!("{status} to {location}"),
        Action::Preflight { status } => format!("{status}, the answer to a CORS preflight"),
        Action::Reply {
            status,
            grpc_status,
            reason,
            message,
        } => match grpc_status {
            Some(grpc) => format!("gRPC status {grpc} {reason}: {message}"),
            None => format!("{status} {reason}: {message}"),
        },
    }
}

/// Where a match is written. A config is one file, whose name is said with the rule.
fn place(candidate: &Candidate) -> String {
    match &candidate.source {
        Some(source) => source.place.clone().unwrap_or_else(|| source.to_string()),
        None => String::new(),
    }
}

/// What the request has where a match asks for something else.
fn why(failed: &Failed) -> String {
    let got = match &failed.got {
        Some(got) => format!("`{}`", printable(got)),
        None => "absent".into(),
    };
    match (failed.predicate, &failed.name) {
        (predicate, Some(name)) => format!("{predicate} `{name}` is {got}"),
        (Predicate::Path, None) => "another path".into(),
        (predicate, None) => format!("{predicate} is {got}"),
    }
}

/// Without characters that would steer a terminal.
fn printable(text: &str) -> String {
    text.chars()
        .flat_map(|char| match char.is_control() {
            true => char.escape_default().collect::<Vec<_>>(),
            false => vec![char],
        })
        .collect()
}

/// Two digits behind the point where they say something.
fn percent(share: f64) -> String {
    let percent = (share * 10_000.0).round() / 100.0;
    match percent {
        0.0 if share > 0.0 => "< 0.01 %".into(),
        100.0 if share < 1.0 => "> 99.99 %".into(),
        _ => format!("{percent} %"),
    }
}

fn width(candidates: &[Candidate], of: impl Fn(&Candidate) -> usize) -> usize {
    /// What is longer stands out.
    const MOST: usize = 60;
    let widths = candidates.iter().map(of).filter(|width| *width <= MOST);
    widths.max().unwrap_or(0)
}
