//! The predicates of a match: what a match asks of each part of a request.

use gamma_config::{Match, MatchType, Method, PathMatchType, PathPrefix, ValueMatch};

use super::{
    ordered::SignedTest,
    request_part::{PartPredicate, RequestPart, SignedPredicate},
    text_predicate::TextPredicate,
};

/// The predicates of `match`, all of which must hold, in a fixed order.
pub(super) fn predicates(r#match: &Match) -> Vec<SignedPredicate> {
    in_order(
        listed(r#match)
            .into_iter()
            .map(|(part, predicate)| SignedPredicate {
                part,
                predicate,
                holds: true,
            }),
    )
}

/// The predicates of an entry of a list.
pub(super) fn of_tests(tests: &[SignedTest]) -> Vec<SignedPredicate> {
    in_order(tests.iter().map(|test| {
        let of_values = matches!(
            test.part,
            RequestPart::Header(_) | RequestPart::QueryParam(_)
        );
        let predicate = test.predicate.clone();
        SignedPredicate {
            part: test.part.clone(),
            predicate: if test.missing_is_empty && of_values {
                PartPredicate::TextOrMissing(predicate)
            } else {
                PartPredicate::Text(predicate)
            },
            holds: test.holds,
        }
    }))
}

/// Without those that say nothing: every path begins with `/`.
fn in_order(predicates: impl Iterator<Item = SignedPredicate>) -> Vec<SignedPredicate> {
    let says_nothing = |signed: &SignedPredicate| {
        let all = match signed.predicate.text() {
            Some(TextPredicate::Prefix(prefix)) => prefix.is_empty(),
            Some(TextPredicate::Begins(text)) => matches!(&**text, "" | "/"),
            _ => false,
        };
        all && signed.holds && signed.part == RequestPart::Path
    };
    let mut predicates: Vec<SignedPredicate> = predicates.filter(|p| !says_nothing(p)).collect();
    predicates.sort();
    predicates.dedup();
    predicates
}

/// "Only the first entry with an equivalent name MUST be considered."
fn listed(r#match: &Match) -> Vec<(RequestPart, PartPredicate)> {
    let mut list = Vec::new();
    let hostname = r#match.hostname.clone();
    list.extend(hostname.map(|hostname| (RequestPart::Address, PartPredicate::Hostname(hostname))));
    if let Some(path) = &r#match.path {
        let predicate = match path.kind {
            PathMatchType::Exact => TextPredicate::Exact(path.value.clone()),
            PathMatchType::PathPrefix => {
                TextPredicate::Prefix(PathPrefix::new(&path.value).as_str().into())
            }
            PathMatchType::RegularExpression => TextPredicate::Pattern(path.value.clone()),
        };
        list.push((RequestPart::Path, PartPredicate::Text(predicate)));
    }
    list.extend(r#match.method.map(|method| {
        let method = Method::as_str(method);
        (RequestPart::Method, PartPredicate::Method(method))
    }));
    let mut named = |part: RequestPart, value: &ValueMatch| {
        // Two predicates on the authority are one on `Host` and one on the host name.
        let is_same = |(other, predicate): &(RequestPart, PartPredicate)| {
            *other == part && !matches!(predicate, PartPredicate::Hostname(_))
        };
        if list.iter().any(is_same) {
            return;
        }
        let text = value.value.clone();
        let predicate = match value.kind {
            MatchType::Exact => TextPredicate::Exact(text),
            MatchType::RegularExpression => TextPredicate::Pattern(text),
        };
        list.push((part, PartPredicate::Text(predicate)));
    };
    for header in &r#match.headers {
        let name = header.name.to_ascii_lowercase();
        if name == "host" {
            named(RequestPart::Address, header);
        } else {
            named(RequestPart::Header(name), header);
        }
    }
    for param in &r#match.query_params {
        named(RequestPart::QueryParam(param.name.clone()), param);
    }
    list
}
