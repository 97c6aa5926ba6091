//! The policy of a rule is compared with what a case expects: its timeouts, its retries and the
//! service that authorizes its requests.

use gamma_explain::RulePolicy;
use gamma_manifest::source::Spanned;

use super::findings::{UnmetExpectations, or_none};
use crate::{
    model::{Expect, RetryExpectation},
    names::{BackendName, KnownNames},
};

pub(super) fn policy(
    expect: &Expect,
    got: &RulePolicy,
    names: &KnownNames,
    findings: &mut UnmetExpectations,
) {
    timeouts(expect, got, findings);
    if let Some(expected) = &expect.retry {
        retry(expected, got.retry.as_ref(), findings);
    }
    external_auth(expect, got, names, findings);
}

fn timeouts(expect: &Expect, got: &RulePolicy, findings: &mut UnmetExpectations) {
    let Some(expected) = &expect.timeouts else {
        return;
    };
    let (request, attempt) = match &expected.value {
        Some(timeouts) => (timeouts.request.clone(), timeouts.backend_request.clone()),
        // `timeouts: null` expects a rule that sets neither of the two limits.
        None => {
            let none = Spanned {
                value: None,
                span: expected.span,
            };
            (Some(none.clone()), Some(none))
        }
    };
    for (what, expected, got) in [
        ("timeouts.request", request, got.timeouts.request),
        (
            "timeouts.backendRequest",
            attempt,
            got.timeouts.backend_request,
        ),
    ] {
        if let Some(expected) = expected
            && expected.value != got
        {
            let (wanted, got) = (or_none(expected.value), or_none(got));
            findings.differs(expected.span, what, wanted, got, None);
        }
    }
}

fn retry(
    expected: &Spanned<Option<RetryExpectation>>,
    got: Option<&gamma_config::Retry>,
    findings: &mut UnmetExpectations,
) {
    let (retry, got) = match (&expected.value, got) {
        (Some(retry), Some(got)) => (retry, got),
        (None, None) => return,
        (None, Some(_)) => return findings.differs(expected.span, "retry", "none", "some", None),
        (Some(_), None) => return findings.differs(expected.span, "retry", "some", "none", None),
    };
    if let Some(codes) = &retry.codes {
        let sorted = |codes: &[u16]| {
            let mut codes = codes.to_vec();
            codes.sort_unstable();
            format!("{codes:?}")
        };
        let (wanted, got) = (sorted(&codes.value), sorted(&got.codes));
        if wanted != got {
            findings.differs(codes.span, "retry.codes", wanted, got, None);
        }
    }
    let attempts = got.attempts.unwrap_or(1);
    if let Some(expected) = retry.attempts.as_ref().filter(|e| e.value != attempts) {
        findings.differs(
            expected.span,
            "retry.attempts",
            expected.value,
            attempts,
            None,
        );
    }
    if let Some(expected) = retry.backoff.as_ref().filter(|e| e.value != got.backoff) {
        let (wanted, got) = (or_none(expected.value), or_none(got.backoff));
        findings.differs(expected.span, "retry.backoff", wanted, got, None);
    }
}

fn external_auth(
    expect: &Expect,
    got: &RulePolicy,
    names: &KnownNames,
    findings: &mut UnmetExpectations,
) {
    let Some(expected) = &expect.external_auth else {
        return;
    };
    let got = got.external_auth.as_ref();
    let got = got.map(|auth| BackendName::of(&auth.cluster));
    let same = match (&expected.value, &got) {
        (Some(name), Some(backend)) => backend.is_named(name),
        (None, None) => true,
        _ => false,
    };
    if !same {
        let hint = expected.value.as_ref();
        let hint = hint.and_then(|name| names.about_backend(name));
        let (wanted, got) = (or_none(expected.value.as_ref()), or_none(got));
        findings.differs(expected.span, "externalAuth", wanted, got, hint);
    }
}
