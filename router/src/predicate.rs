//! What a match asks of a request besides its path: method, headers, query parameters.

use std::borrow::Cow;

use gamma_config::{Match, MatchType, Method, ValueMatch};
use regex_lite::Regex;

use crate::{
    Headers, Request,
    frontend::split_port,
    query,
    regex::{self, is_match},
};

/// All of it must hold. Most matches ask for nothing but a path.
#[derive(Debug)]
pub(crate) struct Predicates(Option<Box<Asked>>);

#[derive(Debug)]
struct Asked {
    hostname: Option<Hostname>,
    method: Option<Method>,
    headers: Box<[Named]>,
    query_params: Box<[Named]>,
}

/// In lower case.
#[derive(Debug)]
enum Hostname {
    Exact(Box<str>),
    /// `.example.com` for `*.example.com`.
    Below(Box<str>),
}

#[derive(Debug)]
struct Named {
    name: Box<str>,
    value: Value,
}

#[derive(Debug)]
enum Value {
    Exact(Box<[u8]>),
    Regex(Box<Regex>),
}

impl Predicates {
    /// # Errors
    ///
    /// The engine's message on a pattern that it refuses.
    pub(crate) fn new(r#match: &Match) -> Result<Self, String> {
        let asked = Asked {
            hostname: r#match.hostname.as_deref().map(Hostname::new),
            method: r#match.method,
            headers: named(&r#match.headers, |name| name.to_ascii_lowercase().into())?,
            query_params: named(&r#match.query_params, |name| name.into())?,
        };
        let nothing = asked.hostname.is_none()
            && asked.method.is_none()
            && asked.headers.is_empty()
            && asked.query_params.is_empty();
        Ok(Self((!nothing).then(|| Box::new(asked))))
    }

    pub(crate) fn hold<H: Headers + ?Sized>(&self, request: &Request<'_, H>) -> bool {
        self.0.as_ref().is_none_or(|asked| asked.of(request))
    }

    /// Names and values of the headers that must have one value.
    pub(crate) fn exact_headers(&self) -> impl Iterator<Item = (&str, &[u8])> {
        let headers = self.0.iter().flat_map(|asked| &asked.headers);
        headers.filter_map(|header| match &header.value {
            Value::Exact(value) => Some((&*header.name, &**value)),
            Value::Regex(_) => None,
        })
    }

    /// The one value that the header `name` must have.
    pub(crate) fn exact_header(&self, name: &str) -> Option<&[u8]> {
        self.exact_headers()
            .find_map(|(other, value)| (other == name).then_some(value))
    }
}

impl Asked {
    fn of<H: Headers + ?Sized>(&self, request: &Request<'_, H>) -> bool {
        self.hostname
            .as_ref()
            .is_none_or(|hostname| hostname.matches(request.authority))
            && self
                .method
                .is_none_or(|method| method.as_str().as_bytes() == request.method)
            && self.headers.iter().all(|header| header.in_headers(request))
            && (self.query_params.is_empty() || {
                let query = request.query();
                self.query_params.iter().all(|param| param.in_query(query))
            })
    }
}

/// "If multiple entries specify equivalent header names, only the first entry with an equivalent
/// name MUST be considered for a match." (HTTPHeaderMatch.name; query parameters likewise)
fn named(
    matches: &[ValueMatch],
    canonical: impl Fn(&str) -> Box<str>,
) -> Result<Box<[Named]>, String> {
    let mut list: Vec<Named> = Vec::with_capacity(matches.len());
    for r#match in matches {
        let name = canonical(&r#match.name);
        if list.iter().any(|earlier| earlier.name == name) {
            continue;
        }
        let value = match r#match.kind {
            MatchType::Exact => Value::Exact(r#match.value.as_bytes().into()),
            MatchType::RegularExpression => Value::Regex(Box::new(regex::compile(&r#match.value)?)),
        };
        list.push(Named { name, value });
    }
    Ok(list.into())
}

impl Hostname {
    fn new(hostname: &str) -> Self {
        match hostname.strip_prefix('*') {
            Some(suffix) => Self::Below(suffix.into()),
            None => Self::Exact(hostname.into()),
        }
    }

    /// "Implementations MUST ignore any port value specified in the HTTP Host header"; "`*.` is a
    /// wildcard for one or more labels" (HTTPRouteSpec.hostnames).
    fn matches(&self, authority: &[u8]) -> bool {
        let (host, _) = split_port(authority);
        let host = host.strip_suffix(b".").unwrap_or(host);
        match self {
            Self::Exact(name) => name.as_bytes().eq_ignore_ascii_case(host),
            Self::Below(suffix) => host
                .len()
                .checked_sub(suffix.len())
                .filter(|&labels| labels > 0)
                .and_then(|labels| host.get(labels..))
                .is_some_and(|tail| suffix.as_bytes().eq_ignore_ascii_case(tail)),
        }
    }
}

impl Named {
    fn in_headers<H: Headers + ?Sized>(&self, request: &Request<'_, H>) -> bool {
        header(request, &self.name).is_some_and(|value| self.value.matches(&value))
    }

    fn in_query(&self, query: &[u8]) -> bool {
        let Some(raw) = query::first_value(query, self.name.as_bytes()) else {
            return false;
        };
        match &self.value {
            Value::Exact(expected) => query::equals(raw, expected),
            Value::Regex(regex) => is_match(regex, &query::decode(raw)),
        }
    }
}

impl Value {
    fn matches(&self, value: &[u8]) -> bool {
        match self {
            Self::Exact(expected) => **expected == *value,
            Self::Regex(regex) => is_match(regex, value),
        }
    }
}

/// The value of the header `name` (in lower case).
///
/// The values of a repeated header count as one, joined with `,`: "a recipient MAY combine multiple
/// header fields with the same field name into one" (RFC 7230 section 3.2.2, to which
/// HTTPHeaderMatch refers); Envoy does the same.
pub(crate) fn header<'a, H: Headers + ?Sized>(
    request: &Request<'a, H>,
    name: &str,
) -> Option<Cow<'a, [u8]>> {
    // GEP-1294: the way to match a host in a mesh route is a header match on `Host`, which HTTP/2
    // and Envoy carry as the authority.
    if name == "host" {
        return Some(Cow::Borrowed(request.authority));
    }
    let mut values = request.headers.values(name);
    let first = values.next()?;
    let Some(second) = values.next() else {
        return Some(Cow::Borrowed(first));
    };
    let mut joined = [first, b",", second].concat();
    for value in values {
        joined.push(b',');
        joined.extend_from_slice(value);
    }
    Some(Cow::Owned(joined))
}

#[cfg(feature = "trace")]
impl Predicates {
    /// The first that does not hold, in the order of [`Predicates::hold`].
    pub(crate) fn first_failed<H: Headers + ?Sized>(
        &self,
        request: &Request<'_, H>,
    ) -> Option<crate::trace::Failed<'_>> {
        use crate::trace::Failed;

        let asked = self.0.as_deref()?;
        let hostname = asked.hostname.as_ref();
        if hostname.is_some_and(|hostname| !hostname.matches(request.authority)) {
            return Some(Failed::Hostname);
        }
        let is_other = |method: Method| method.as_str().as_bytes() != request.method;
        if asked.method.is_some_and(is_other) {
            return Some(Failed::Method);
        }
        if let Some(header) = asked.headers.iter().find(|h| !h.in_headers(request)) {
            let got = self::header(request, &header.name).map(Cow::into_owned);
            let name = &header.name;
            return Some(Failed::Header { name, got });
        }
        let query = request.query();
        let param = asked.query_params.iter().find(|p| !p.in_query(query))?;
        Some(Failed::QueryParam {
            name: &param.name,
            got: query::first_value(query, param.name.as_bytes())
                .map(|raw| query::decode(raw).into_owned()),
        })
    }
}
