//! Finds where the very part of a match is written that does not hold.

use gamma_config::Names;
use gamma_explain::{FailedPredicate, Predicate};
use gamma_manifest::{GrpcMatch, HttpMatch, Match, Route, Rule, ValueMatch, source::Span};

/// Where `failed` is written, which is a part of the match at `span` of a rule.
pub(crate) fn place(
    failed: &FailedPredicate,
    route: &Route,
    rule: &Rule,
    span: Span,
) -> Option<Span> {
    if failed.predicate == Predicate::Hostname {
        let mut hostnames = route.hostnames.iter();
        let hostname = hostnames.find(|hostname| hostname.value == failed.wanted);
        return hostname.map(|hostname| hostname.span);
    }
    rule.matches.iter().find_map(|written| match written {
        Match::Http(http) if http.span == span => of_http(failed, http),
        Match::Grpc(grpc) if grpc.span == span => of_grpc(failed, grpc),
        _ => None,
    })
}

fn of_http(failed: &FailedPredicate, http: &HttpMatch) -> Option<Span> {
    match failed.predicate {
        Predicate::Path => Some(http.path.value.span),
        Predicate::Method => http.method_span,
        Predicate::Header => of_value(failed, &http.headers, Names::Headers),
        Predicate::QueryParam => of_value(failed, &http.query_params, Names::QueryParams),
        Predicate::Hostname => None,
    }
}

/// A call is a path for the router.
fn of_grpc(failed: &FailedPredicate, grpc: &GrpcMatch) -> Option<Span> {
    match failed.predicate {
        Predicate::Path | Predicate::Method => {
            let written = grpc.method.as_ref()?;
            let first = written.service.as_ref().or(written.method.as_ref())?;
            Some(first.span)
        }
        Predicate::Header => of_value(failed, &grpc.headers, Names::Headers),
        Predicate::QueryParam | Predicate::Hostname => None,
    }
}

/// From the name to the value, whichever is written first.
fn of_value(failed: &FailedPredicate, matches: &[ValueMatch], names: Names) -> Option<Span> {
    let found = ValueMatch::of_name(matches, names, failed.name.as_deref()?)?;
    let (name, value) = (found.name.span, found.value.span);
    Some(Span {
        file: name.file,
        start: name.start.min(value.start),
        end: name.end.max(value.end),
    })
}
