//! Whether a match holds.

use gamma_manifest::{
    GrpcMatch, GrpcMethodMatch, HttpMatch, Match, PathMatch, PathMatchType, ValueMatch,
};

use crate::{pattern, prefix, query, request::Request};

/// "each match is independent, i.e. this rule will be matched if **any** one of the matches is
/// satisfied"; "all the conditions … must be satisfied" within one.
pub(super) fn holds(r#match: &Match, request: &Request) -> bool {
    match r#match {
        Match::Http(http) => http_holds(http, request),
        Match::Grpc(grpc) => grpc_holds(grpc, request),
    }
}

fn http_holds(http: &HttpMatch, request: &Request) -> bool {
    let (path, _) = request.path_and_query();
    path_holds(&http.path, path)
        && http.method.is_none_or(|m| m.as_str() == request.method)
        && http.headers.iter().enumerate().all(|(i, header)| {
            is_repeated(&http.headers, i) || value_holds(header, header_value(header, request))
        })
        && http.query_params.iter().all(|parameter| {
            let (_, query) = request.path_and_query();
            let value = query.and_then(|query| query::value(query, &parameter.name.value));
            value_holds(parameter, value)
        })
}

/// "Exact: Matches the URL path exactly and with case sensitivity."
///
/// "PathPrefix: … Matching is case-sensitive and done on a path element by element basis."
fn path_holds(path: &PathMatch, requested: &str) -> bool {
    let value = &path.value.value;
    match path.kind {
        PathMatchType::Exact => requested == value,
        PathMatchType::PathPrefix => prefix::remainder(value, requested).is_some(),
        PathMatchType::RegularExpression => pattern::matches(value, requested),
    }
}

/// "If multiple entries specify equivalent header names, only the first entry with an equivalent name
/// MUST be considered for a match. Subsequent entries … MUST be ignored." (HTTPHeaderMatch.name)
pub(super) fn is_repeated(headers: &[ValueMatch], index: usize) -> bool {
    let name = &headers[index].name.value;
    headers[..index]
        .iter()
        .any(|earlier| earlier.name.value.eq_ignore_ascii_case(name))
}

/// "Repeated headers: joined with `,`, then compared"; "A header match on `Host`: compared with the
/// authority as sent" (semantics.md).
fn header_value(header: &ValueMatch, request: &Request) -> Option<Vec<u8>> {
    let name = &header.name.value;
    if name.eq_ignore_ascii_case("host") {
        return Some(request.authority.clone().into_bytes());
    }
    let values: Vec<&str> = request
        .headers
        .iter()
        .filter(|(sent, _)| sent.eq_ignore_ascii_case(name))
        .map(|(_, value)| &**value)
        .collect();
    (!values.is_empty()).then(|| values.join(",").into_bytes())
}

fn value_holds(wanted: &ValueMatch, value: Option<Vec<u8>>) -> bool {
    let Some(value) = value else {
        return false;
    };
    if wanted.regex {
        std::str::from_utf8(&value).is_ok_and(|text| pattern::matches(&wanted.value.value, text))
    } else {
        value == wanted.value.value.as_bytes()
    }
}

fn grpc_holds(grpc: &GrpcMatch, request: &Request) -> bool {
    let (path, _) = request.path_and_query();
    // "If this field is not specified, all services and methods will match."
    grpc.method.as_ref().is_none_or(|m| method_holds(m, path))
        && grpc.headers.iter().enumerate().all(|(i, header)| {
            is_repeated(&grpc.headers, i) || value_holds(header, header_value(header, request))
        })
}

/// "GRPCRoute … URI": which paths a method match stands for (GEP-1016), where a service that is not
/// given is "any one path element" (semantics.md).
///
/// | | service and method | service | method |
/// |---|---|---|---|
/// | Exact | `/s/m` | PathPrefix `/s/` | any element, `/m` |
/// | RegularExpression | `/s/m` | `/s/.+` | any element, `/m` |
fn method_holds(wanted: &GrpcMethodMatch, path: &str) -> bool {
    let service = wanted.service.as_ref().map(|s| &*s.value);
    let method = wanted.method.as_ref().map(|m| &*m.value);
    match (service, method, wanted.regex) {
        (Some(service), Some(method), false) => path == format!("/{service}/{method}"),
        (Some(service), None, false) => prefix::remainder(&format!("/{service}/"), path).is_some(),
        (Some(service), Some(method), true) => {
            pattern::matches(&format!("/(?:{service})/(?:{method})"), path)
        }
        (Some(service), None, true) => pattern::matches(&format!("/(?:{service})/.+"), path),
        (None, Some(method), regex) => {
            let elements = path.strip_prefix('/').and_then(|path| path.split_once('/'));
            elements.is_some_and(|(service, rest)| {
                !service.is_empty()
                    && match regex {
                        true => pattern::matches(method, rest),
                        false => method == rest,
                    }
            })
        }
        (None, None, _) => true,
    }
}
