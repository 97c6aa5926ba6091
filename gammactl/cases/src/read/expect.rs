//! The expectations of a request are read from the YAML of a case file.

use gamma_manifest::{
    diagnostic::codes,
    source::{Span, Spanned},
    yaml::{Field, ObjectReader},
};

use super::mistakes::{Mistakes, parsed};
use crate::model::{
    Expect, HeaderExpectation, Protocol, RetryExpectation, Shares, TimeoutsExpectation,
};

pub(super) fn expect(
    field: &Field<'_>,
    protocol: Protocol,
    mistakes: &mut Mistakes<'_>,
) -> Option<Expect> {
    let mut object = ObjectReader::open(field, mistakes)?;
    let d = mistakes;
    let expect = Expect {
        status: object.integer("status", 100..=599, d),
        grpc_status: object.integer("grpcStatus", 0..=16, d),
        grpc_message: object.string("grpcMessage", d),
        rule: or_null(object.nullable("rule"), d, |f, d| f.string(d)),
        backend: object.string("backend", d),
        pass_through: object.boolean("passThrough", d),
        path: object.string("path", d),
        host: object.string("host", d),
        request_headers: headers("requestHeaders", &mut object, d),
        response_headers: headers("responseHeaders", &mut object, d),
        location: object.string("location", d),
        shares: shares("shares", &mut object, d).map_or_else(Vec::new, |shares| shares.value),
        mirrors: shares("mirrors", &mut object, d),
        tolerance: object.take("tolerance", d).and_then(|f| parsed(&f, d)),
        sticky: object.boolean("sticky", d),
        timeouts: or_null(object.nullable("timeouts"), d, timeouts),
        retry: or_null(object.nullable("retry"), d, retry),
        external_auth: or_null(object.nullable("externalAuth"), d, |f, d| f.string(d)),
    };
    agree(&expect, protocol, d);
    object.finish(d);
    Some(expect)
}

/// A member that may be null.
fn or_null<'n, T>(
    field: Option<Field<'n>>,
    mistakes: &mut Mistakes<'_>,
    read: impl FnOnce(&Field<'n>, &mut Mistakes<'_>) -> Option<Spanned<T>>,
) -> Option<Spanned<Option<T>>> {
    let field = field?;
    let value = if field.node.is_null() {
        None
    } else {
        Some(read(&field, mistakes)?.value)
    };
    Some(field.spanned(value))
}

fn headers(
    name: &'static str,
    object: &mut ObjectReader<'_>,
    mistakes: &mut Mistakes<'_>,
) -> Vec<HeaderExpectation> {
    let members = object.map(name, mistakes);
    let members = members.into_iter().flat_map(|members| members.value);
    members
        .filter_map(|(name, field)| {
            let (value, span) = if field.node.is_null() {
                (None, name.span)
            } else {
                (Some(field.string(mistakes)?.value), field.node.span)
            };
            Some(HeaderExpectation {
                name: name.value,
                value,
                span,
            })
        })
        .collect()
}

fn shares(
    name: &'static str,
    object: &mut ObjectReader<'_>,
    mistakes: &mut Mistakes<'_>,
) -> Option<Spanned<Shares>> {
    let members = object.map(name, mistakes)?;
    let value = members.value.into_iter();
    let value = value.filter_map(|(name, field)| Some((name, parsed(&field, mistakes)?)));
    Some(Spanned {
        value: value.collect(),
        span: members.span,
    })
}

fn timeouts(
    field: &Field<'_>,
    mistakes: &mut Mistakes<'_>,
) -> Option<Spanned<TimeoutsExpectation>> {
    let mut object = ObjectReader::open(field, mistakes)?;
    let value = TimeoutsExpectation {
        request: or_null(object.nullable("request"), mistakes, parsed),
        backend_request: or_null(object.nullable("backendRequest"), mistakes, parsed),
    };
    object.finish(mistakes);
    Some(field.spanned(value))
}

fn retry(field: &Field<'_>, mistakes: &mut Mistakes<'_>) -> Option<Spanned<RetryExpectation>> {
    let mut object = ObjectReader::open(field, mistakes)?;
    let codes = object.take("codes", mistakes).map(|field| {
        let codes = field.list(mistakes);
        let codes = codes
            .iter()
            .filter_map(|field| Some(field.integer(400..=599, mistakes)?.value));
        field.spanned(codes.collect())
    });
    let value = RetryExpectation {
        codes,
        attempts: object.integer("attempts", 0..=u32::MAX, mistakes),
        backoff: or_null(object.nullable("backoff"), mistakes, parsed),
    };
    object.finish(mistakes);
    Some(field.spanned(value))
}

/// Expectations that no request can meet, or that would test nothing.
fn agree(expect: &Expect, protocol: Protocol, mistakes: &mut Mistakes<'_>) {
    let mut contradiction = |span: Span, message: &str, hint: &str| {
        mistakes.refuse(&codes::CASE_CONTRADICTION, span, message, hint);
    };
    let status = expect.grpc_status.as_ref().map(|status| status.span);
    let message = expect.grpc_message.as_ref().map(|message| message.span);
    if let Some(span) = status.or(message).filter(|_| protocol == Protocol::Http) {
        let hint = "add `protocol: grpc` to the request";
        contradiction(span, "only a gRPC call has a gRPC status", hint);
    }
    if let Some((first, _)) = expect.shares.first() {
        let sum: f64 = expect.shares.iter().map(|(_, share)| share.as_f64()).sum();
        let tolerance = expect.tolerance.as_ref().map_or(0.0, |t| t.as_f64());
        if (sum - 1.0).abs() > tolerance * expect.shares.len() as f64 + 1e-9 {
            let message = format!("the shares sum to {sum:.4}, not to 1");
            let hint = "name every outcome, also those that no backend gives, like `\"500\"`";
            contradiction(first.span, &message, hint);
        }
        if let Some(backend) = &expect.backend {
            let hint = "write one of the two: `backend` is a share of 1";
            contradiction(backend.span, "`backend` stands beside `shares`", hint);
        }
    } else if let (Some(tolerance), None) = (&expect.tolerance, &expect.mirrors) {
        let hint = "remove it, or add `shares`";
        contradiction(tolerance.span, "`tolerance` stands without `shares`", hint);
    }
    let passes_through = expect.pass_through.as_ref().is_some_and(|flag| flag.value);
    if let Some(backend) = expect.backend.as_ref().filter(|_| passes_through) {
        let hint = "what passes through goes to no backend that is known here";
        contradiction(backend.span, "`backend` stands beside `passThrough`", hint);
    }
}
