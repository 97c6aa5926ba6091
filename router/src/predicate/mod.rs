//! What a match asks of a request besides its path: host, method, headers, query parameters.

pub(crate) mod header;
mod query;
mod query_param;
mod value;

use gamma_config::{Match, Method, Names, ValueMatch};

use self::{header::HeaderPredicate, query_param::QueryParamPredicate, value::ValuePredicate};
use crate::{
    authority::HostPattern,
    error::{PatternError, RefusedPattern},
    request::{Headers, Request},
    value_patterns::ValuePatterns,
};

/// The predicates of one match, which holds if all of them do. Most matches ask for a path alone.
#[derive(Debug)]
pub(crate) struct Predicates(Option<Box<PredicateList>>);

/// In the order in which they are asked, the cheapest first.
#[derive(Debug)]
struct PredicateList {
    hostname: Option<HostPattern>,
    method: Option<Method>,
    headers: Box<[HeaderPredicate]>,
    query_params: Box<[QueryParamPredicate]>,
}

/// A predicate that does not hold.
#[cfg_attr(
    not(feature = "trace"),
    allow(dead_code, reason = "which one it is only a trace says")
)]
#[derive(Debug)]
enum Unmet<'p> {
    Hostname,
    Method,
    Header(&'p HeaderPredicate),
    QueryParam(&'p QueryParamPredicate),
}

impl Predicates {
    /// # Errors
    ///
    /// The engine refuses a pattern.
    pub(crate) fn new(r#match: &Match, patterns: &ValuePatterns) -> Result<Self, RefusedPattern> {
        let header = |header: &_| HeaderPredicate::new(header, patterns);
        let query_param = |param: &_| QueryParamPredicate::new(param, patterns);
        let list = PredicateList {
            hostname: r#match.hostname.as_deref().map(HostPattern::new),
            method: r#match.method,
            headers: compile(Names::Headers, &r#match.headers, header)?,
            query_params: compile(Names::QueryParams, &r#match.query_params, query_param)?,
        };
        let is_empty = list.hostname.is_none()
            && list.method.is_none()
            && list.headers.is_empty()
            && list.query_params.is_empty();
        Ok(Self((!is_empty).then(|| Box::new(list))))
    }

    pub(crate) fn hold<H: Headers + ?Sized>(&self, request: &Request<'_, H>) -> bool {
        self.0
            .as_ref()
            .is_none_or(|list| list.unmet(request).is_none())
    }

    /// Names and values of the headers that must have one value.
    pub(crate) fn exact_headers(&self) -> impl Iterator<Item = (&str, &[u8])> {
        let headers = self.0.iter().flat_map(|list| &list.headers);
        headers.filter_map(|header| match &header.value {
            ValuePredicate::Exact(value) => Some((&*header.name, &**value)),
            ValuePredicate::Pattern(_) | ValuePredicate::Regex(_) | ValuePredicate::Never => None,
        })
    }

    /// The one value that the header `name` must have.
    pub(crate) fn exact_header(&self, name: &str) -> Option<&[u8]> {
        self.exact_headers()
            .find_map(|(other, value)| (other == name).then_some(value))
    }
}

impl PredicateList {
    /// The first predicate that does not hold.
    #[inline]
    fn unmet<H: Headers + ?Sized>(&self, request: &Request<'_, H>) -> Option<Unmet<'_>> {
        let hostname = self.hostname.as_ref();
        if hostname.is_some_and(|hostname| !hostname.matches_authority(request.authority)) {
            return Some(Unmet::Hostname);
        }
        let is_other = |method: Method| method.as_str().as_bytes() != request.method;
        if self.method.is_some_and(is_other) {
            return Some(Unmet::Method);
        }
        let mut headers = self.headers.iter();
        if let Some(header) = headers.find(|header| !header.holds(request)) {
            return Some(Unmet::Header(header));
        }
        if self.query_params.is_empty() {
            return None;
        }
        let query = request.query();
        let mut params = self.query_params.iter();
        params
            .find(|param| !param.holds(query))
            .map(Unmet::QueryParam)
    }
}

/// Compiles those of `matches` that count: the first one of each name.
fn compile<P>(
    names: Names,
    matches: &[ValueMatch],
    compile: impl Fn(&ValueMatch) -> Result<P, PatternError>,
) -> Result<Box<[P]>, RefusedPattern> {
    let considered = names.considered(matches, |r#match| r#match.name.as_str());
    let compiled = considered.map(|r#match| {
        compile(r#match).map_err(|error| {
            let list = match names {
                Names::Headers => "headers",
                Names::QueryParams => "queryParams",
            };
            let index = matches
                .iter()
                .position(|other| std::ptr::eq(other, r#match));
            let place = format!("{list}[{}].value", index.unwrap_or_default());
            RefusedPattern { place, error }
        })
    });
    compiled.collect()
}

#[cfg(feature = "trace")]
impl Predicates {
    /// The first that does not hold, and what the request has there.
    pub(crate) fn first_failed<H: Headers + ?Sized>(
        &self,
        request: &Request<'_, H>,
    ) -> Option<crate::trace::Failed<'_>> {
        use crate::trace::Failed;

        Some(match self.0.as_deref()?.unmet(request)? {
            Unmet::Hostname => Failed::Hostname,
            Unmet::Method => Failed::Method,
            Unmet::Header(HeaderPredicate { name, value }) => Failed::Header {
                name,
                got: header::header(request, name)
                    .filter(|_| !matches!(value, ValuePredicate::Never))
                    .map(std::borrow::Cow::into_owned),
            },
            Unmet::QueryParam(QueryParamPredicate { name, .. }) => Failed::QueryParam {
                name,
                got: query::first_value(request.query(), name.as_bytes())
                    .map(|raw| query::decode(raw).into_owned()),
            },
        })
    }
}
