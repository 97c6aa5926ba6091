//! Whether a request has the outcomes that a case expects, and only those.

mod findings;
mod policy;
mod shares;

use findings::{UnmetExpectations, or_none, quoted};
use gamma_explain::{Explanation, HeaderField};
use gamma_manifest::diagnostic::Diagnostics;

use super::{
    model::{Exchange, Expect, HeaderExpectation},
    names::{KnownNames, short},
    outcome::{PossibleOutcome, RequestEnd},
    share::RequestShare,
};

/// What is not as `exchange` expects.
pub(super) fn check(
    exchange: &Exchange,
    explanation: &Explanation,
    outcomes: &[PossibleOutcome],
    names: &KnownNames,
) -> Diagnostics {
    let expect = &exchange.expect;
    let mut findings = UnmetExpectations::default();
    rule(expect, explanation, names, &mut findings);
    policy::policy(expect, &explanation.policy, names, &mut findings);
    for outcome in outcomes {
        findings.of(outcome.share);
        forwarded(exchange, explanation, outcome, &mut findings);
        answered(expect, outcome, &mut findings);
        received(expect, outcome, names, &mut findings);
    }
    findings.of(1.0);
    sticky(expect, outcomes, &mut findings);
    shares::shares(expect, outcomes, names, &mut findings);
    shares::mirrors(expect, outcomes, names, &mut findings);
    findings.finish()
}

fn rule(
    expect: &Expect,
    explanation: &Explanation,
    names: &KnownNames,
    findings: &mut UnmetExpectations,
) {
    let Some(expected) = &expect.rule else {
        return;
    };
    let got = explanation.rule().map(ToString::to_string);
    let same = match (&expected.value, &got) {
        (Some(expected), Some(got)) => names.is_rule(expected, got),
        (None, None) => true,
        _ => false,
    };
    if !same {
        let hint = expected.value.as_ref();
        findings.differs(
            expected.span,
            "rule",
            or_none(expected.value.as_ref()),
            or_none(got.as_deref().map(short)),
            hint.and_then(|rule| names.about_rule(rule)),
        );
    }
}

/// A case that expects no other answer expects that a backend gets the request.
fn forwarded(
    exchange: &Exchange,
    explanation: &Explanation,
    outcome: &PossibleOutcome,
    findings: &mut UnmetExpectations,
) {
    let expect = &exchange.expect;
    let said = expect.backend.is_some()
        || expect.status.is_some()
        || expect.grpc_status.is_some()
        || expect.location.is_some()
        || expect.pass_through.is_some()
        || !expect.shares.is_empty();
    if said {
        return;
    }
    let hint = match (&outcome.end, &outcome.grpc) {
        (RequestEnd::Backend(_), _) => return,
        (RequestEnd::PassThrough, _) => match &explanation.did_you_mean {
            Some(similar) => format!("did you mean `{similar}`?"),
            None => "write `passThrough: true` if it is for no Service".into(),
        },
        (RequestEnd::Answered, Some((status, _))) => {
            format!("write `grpcStatus: {status}` if that is right")
        }
        (RequestEnd::Answered, None) => {
            format!("write `status: {}` if that is right", outcome.status)
        }
    };
    let span = exchange.request.span;
    findings.differs(span, "answer", "a backend's", outcome.title(), Some(hint));
}

/// What the client gets.
fn answered(expect: &Expect, outcome: &PossibleOutcome, findings: &mut UnmetExpectations) {
    let passes = outcome.end == RequestEnd::PassThrough;
    if let Some(expected) = expect.pass_through.as_ref().filter(|p| p.value != passes) {
        let got = outcome.title();
        findings.differs(expected.span, "passThrough", expected.value, got, None);
    }
    let single = expect.shares.is_empty();
    if let Some(status) = expect.status.as_ref().filter(|_| single) {
        let got = match &outcome.end {
            RequestEnd::PassThrough => outcome.title(),
            RequestEnd::Backend(_) => format!("{} from {}", outcome.status, outcome.title()),
            RequestEnd::Answered => outcome.status.to_string(),
        };
        if passes || status.value != outcome.status {
            findings.differs(status.span, "status", status.value, got, None);
        }
    }
    let grpc = outcome.grpc.as_ref();
    if let Some(expected) = expect.grpc_status.as_ref().filter(|_| single) {
        let got = grpc.map(|(status, _)| *status);
        if got != Some(expected.value) {
            let got = got.map_or_else(|| outcome.title(), |status| status.to_string());
            findings.differs(expected.span, "grpcStatus", expected.value, got, None);
        }
    }
    if let Some(expected) = &expect.grpc_message {
        let got = grpc.map(|(_, message)| message);
        if got != Some(&expected.value) {
            let (wanted, got) = (quoted(&expected.value), or_none(got));
            findings.differs(expected.span, "grpcMessage", wanted, got, None);
        }
    }
    for expected in &expect.response_headers {
        header("response header", expected, &outcome.headers, findings);
    }
    if let Some(expected) = &expect.location {
        let got = joined(&outcome.headers, "location");
        if got.as_ref() != Some(&expected.value) {
            let got = got.map_or_else(|| outcome.title(), quoted);
            let wanted = quoted(&expected.value);
            findings.differs(expected.span, "location", wanted, got, None);
        }
    }
}

/// What a backend gets.
fn received(
    expect: &Expect,
    outcome: &PossibleOutcome,
    names: &KnownNames,
    findings: &mut UnmetExpectations,
) {
    let got = outcome.received();
    if let Some(backend) = &expect.backend
        && !(got.is_some() && outcome.is_named(&backend.value))
    {
        findings.differs(
            backend.span,
            "backend",
            quoted(&backend.value),
            outcome.title(),
            names.about_backend(&backend.value),
        );
    }
    for (what, expected, got) in [
        ("path", &expect.path, got.map(|got| &got.path)),
        ("host", &expect.host, got.map(|got| &got.host)),
    ] {
        if let Some(expected) = expected
            && got != Some(&expected.value)
        {
            let got = got.map_or_else(|| outcome.title(), quoted);
            findings.differs(expected.span, what, quoted(&expected.value), got, None);
        }
    }
    for expected in &expect.request_headers {
        match got {
            Some(got) => header("request header", expected, &got.headers, findings),
            None => {
                let what = format!("request header {}", expected.name);
                let wanted = "a backend that gets it";
                findings.differs(expected.span, &what, wanted, outcome.title(), None);
            }
        }
    }
}

/// Whether each request goes where the one before it in its jar went.
fn sticky(expect: &Expect, outcomes: &[PossibleOutcome], findings: &mut UnmetExpectations) {
    let Some(expected) = &expect.sticky else {
        return;
    };
    if outcomes.iter().all(|outcome| outcome.previous.is_none()) {
        let hint = "begin the session with a request of the same `jar`";
        let wanted = "a request before it that a backend got";
        let hint = Some(hint.into());
        return findings.differs(expected.span, "sticky", wanted, "none", hint);
    }
    let stays = |o: &&PossibleOutcome| o.previous.is_some() && o.previous.as_deref() == o.cluster();
    let stay: f64 = outcomes.iter().filter(stays).map(|o| o.share).sum();
    if (stay > 1.0 - 1e-9) != expected.value {
        let got = format!("{} that do", RequestShare::from_f64(stay));
        let wanted = if expected.value {
            "that all stay with their backend"
        } else {
            "that not all stay with their backend"
        };
        findings.differs(expected.span, "sticky", wanted, got, None);
    }
}

fn header(
    whose: &str,
    expected: &HeaderExpectation,
    headers: &[HeaderField],
    findings: &mut UnmetExpectations,
) {
    let got = joined(headers, &expected.name);
    if expected.value.as_deref().map(list) != got {
        let what = format!("{whose} {}", expected.name);
        let wanted = or_none(expected.value.as_ref());
        findings.differs(expected.span, &what, wanted, or_none(got.as_ref()), None);
    }
}

/// "A recipient MAY combine multiple field lines within a field section that have the same field
/// name into one field line" (RFC 9110, 5.2), so a test must not care which it got.
fn joined(headers: &[HeaderField], name: &str) -> Option<String> {
    let headers = headers.iter();
    let values: Vec<String> = headers
        .filter(|header| header.name.eq_ignore_ascii_case(name))
        .map(|header| list(&header.value))
        .collect();
    (!values.is_empty()).then(|| values.join(","))
}

fn list(value: &str) -> String {
    let items: Vec<&str> = value.split(',').map(str::trim).collect();
    items.join(",")
}
