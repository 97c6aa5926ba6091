//! The share of the requests that each outcome has is compared with what a case expects. Nothing is
//! drawn: the shares are those of the weights.

use std::collections::BTreeMap;

use gamma_manifest::source::Spanned;

use super::findings::UnmetExpectations;
use crate::{
    model::Expect,
    names::{BackendName, KnownNames},
    outcome::PossibleOutcome,
    share::RequestShare,
};

const NOT_LISTED: &str = "none, as it is not listed";

pub(super) fn shares(
    expect: &Expect,
    outcomes: &[PossibleOutcome],
    names: &KnownNames,
    findings: &mut UnmetExpectations,
) {
    let Some((first, _)) = expect.shares.first() else {
        return;
    };
    let listed = |outcome: &PossibleOutcome| {
        expect
            .shares
            .iter()
            .any(|(n, _)| outcome.is_named(&n.value))
    };
    for (name, expected) in &expect.shares {
        let hits = outcomes.iter().filter(|o| o.is_named(&name.value));
        let got: f64 = hits.map(|outcome| outcome.share).sum();
        share("share", (name, expected), got, expect, names, findings);
    }
    for outcome in outcomes.iter().filter(|outcome| !listed(outcome)) {
        let what = format!("share of {}", outcome.title());
        let got = RequestShare::from_f64(outcome.share);
        findings.differs(first.span, &what, NOT_LISTED, got, None);
    }
}

pub(super) fn mirrors(
    expect: &Expect,
    outcomes: &[PossibleOutcome],
    names: &KnownNames,
    findings: &mut UnmetExpectations,
) {
    let Some(expected) = &expect.mirrors else {
        return;
    };
    let mut copies: BTreeMap<BackendName<'_>, f64> = BTreeMap::new();
    for outcome in outcomes {
        for mirror in &outcome.mirrors {
            let backend = BackendName::of(&mirror.cluster);
            *copies.entry(backend).or_default() += outcome.share * mirror.share;
        }
    }
    for (name, expected) in &expected.value {
        let hits = copies.iter().filter(|(to, _)| to.is_named(&name.value));
        let got: f64 = hits.map(|(_, copies)| copies).sum();
        share("mirror", (name, expected), got, expect, names, findings);
    }
    for (backend, copies) in copies {
        let listed = |(name, _): &(Spanned<String>, _)| backend.is_named(&name.value);
        if copies > 0.0 && !expected.value.iter().any(listed) {
            let got = RequestShare::from_f64(copies);
            let what = format!("mirror {backend}");
            findings.differs(expected.span, &what, NOT_LISTED, got, None);
        }
    }
}

fn share(
    what: &str,
    (name, expected): (&Spanned<String>, &Spanned<RequestShare>),
    got: f64,
    expect: &Expect,
    names: &KnownNames,
    findings: &mut UnmetExpectations,
) {
    let tolerance = expect.tolerance.as_ref().map_or(0.0, |t| t.as_f64());
    // Numbers that people write down are rounded.
    if (expected.as_f64() - got).abs() > tolerance + 1e-9 {
        let hint = names.about_backend(&name.value).filter(|_| got == 0.0);
        let what = format!("{what} of {}", name.value);
        let (wanted, got) = (expected.value, RequestShare::from_f64(got));
        findings.differs(expected.span, &what, wanted, got, hint);
    }
}
