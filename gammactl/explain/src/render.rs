//! Renders an explanation as text for people.

mod matches;
mod outcomes;
mod page;

use std::fmt::Write as _;

use outcomes::{percent, result};
use page::Page;

use crate::{
    explanation::{AppliedRoutesKind, Asked, Explanation, RulePolicy},
    request::RequestLine,
    style::TextStyles,
    text::printable,
};

/// Writes an explanation as text of several lines, the last of which ends with a line feed.
#[must_use]
pub fn render(explanation: &Explanation, color: bool) -> String {
    text(explanation, color, false)
}

/// Renders the same text with every match, also those after the winner and in the midst of long lists.
#[must_use]
pub fn render_all(explanation: &Explanation, color: bool) -> String {
    text(explanation, color, true)
}

fn text(explanation: &Explanation, color: bool, all: bool) -> String {
    let mut page = Page {
        text: String::new(),
        style: TextStyles { color },
        all,
    };
    page.request(explanation);
    if !explanation.is_refused() {
        page.service(explanation);
    }
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
    let style = TextStyles { color };
    let request = &explanation.request;
    let rule = match (explanation.rule(), &explanation.service) {
        (Some(rule), _) => rule.to_string(),
        (None, Some(_)) => "-".into(),
        (None, None) if explanation.is_refused() => "not routed".into(),
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
        style.bold(&title(request)),
        outcomes.join(", ")
    )
}

fn title(request: &Asked) -> String {
    let line = RequestLine {
        method: request.method.clone(),
        scheme: request.scheme.clone(),
        authority: request.authority.clone(),
        path: request.path.clone(),
    };
    line.to_string()
}

impl Page {
    fn request(&mut self, explanation: &Explanation) {
        let request = &explanation.request;
        let mut title = self.style.bold(&title(request));
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
        let names = some(&routes.names);
        let names = if names.is_empty() {
            "without rules"
        } else {
            &names
        };
        let text = match routes.kind {
            AppliedRoutesKind::Producer => format!("of the Service's namespace: {names}"),
            AppliedRoutesKind::Consumer => {
                format!("of the client's namespace, instead of the Service's: {names}")
            }
            AppliedRoutesKind::None => "none on this port: the request is left alone".into(),
        };
        self.line("routes", &text);
        if !routes.ignored.is_empty() {
            let text = format!("ignored beside GRPCRoutes: {}", some(&routes.ignored));
            self.line("", &text);
        }
        if let Some(method) = &explanation.preflight_for {
            self.line(
                "preflight",
                &format!("answered by the rule for {method} requests"),
            );
        }
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

    fn policy(&mut self, policy: &RulePolicy) {
        if let Some(auth) = &policy.external_auth {
            let told = if auth.told.is_empty() {
                String::new()
            } else {
                format!(", which is told {}", auth.told.join(", "))
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
}

/// The first of many names.
fn some(names: &[String]) -> String {
    const MOST: usize = 5;
    match names.len().checked_sub(MOST) {
        None | Some(0) => names.join(", "),
        Some(more) => format!("{} and {more} more", names[..MOST].join(", ")),
    }
}
