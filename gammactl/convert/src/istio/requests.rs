//! Which requests each match of a VirtualService is for, as an ordered list for one port and one kind of clients.

use std::collections::BTreeMap;

use gamma_manifest::source::Span;

use super::{
    http_match::HttpMatchRequest,
    http_route::HttpRoute,
    string_match::{StringMatch, StringMatchKind},
};
use crate::{
    draft::{EntryOrigin, RequestList, UnspeakableMatch, label},
    source_list::{SourceCondition, SourcePart, SourceText, Unspeakable},
};

/// Who asks.
#[derive(Debug, Clone, Copy)]
pub(super) struct Client<'c> {
    /// `None`: any namespace that nothing is said about.
    pub(super) namespace: Option<&'c str>,
    pub(super) labels: &'c BTreeMap<String, String>,
}

/// What a rewritten path is made of.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Matched {
    /// All of the path is replaced.
    Whole,
    /// This text at its beginning.
    Prefix(String),
}

/// A VirtualService as a list, for one port and one kind of clients.
#[derive(Debug, Default)]
pub(super) struct Requests {
    pub(super) list: RequestList,
    /// By its effects: the rule, and what its rewrite or redirect replaces.
    pub(super) effects: Vec<(usize, Matched)>,
}

impl Requests {
    /// Of the rules of a VirtualService.
    pub(super) fn new(
        rules: &[HttpRoute],
        port: u16,
        client: Client<'_>,
    ) -> Result<Self, UnspeakableMatch> {
        let mut requests = Self::default();
        for (http, rule) in rules.iter().enumerate() {
            if rule.matches.is_empty() {
                requests.add(rule, http, None)?;
            }
            for of in rule.matches.iter().filter(|of| of.is_for(port, client)) {
                requests.add(rule, http, Some(of))?;
            }
        }
        Ok(requests)
    }

    /// Adds a match of `rule`, or all requests.
    fn add(
        &mut self,
        rule: &HttpRoute,
        http: usize,
        of: Option<&HttpMatchRequest>,
    ) -> Result<(), UnspeakableMatch> {
        let uri = of.and_then(|of| of.uri.as_ref());
        let matched = match uri.map(|uri| &uri.kind) {
            Some(StringMatchKind::Exact(_) | StringMatchKind::Regex(_)) => Matched::Whole,
            Some(StringMatchKind::Prefix(prefix) | StringMatchKind::Elements(prefix)) => {
                Matched::Prefix(prefix.clone())
            }
            Some(StringMatchKind::Present) | None => Matched::Prefix("/".into()),
        };
        let is_rewritten = rule.replaces_path();
        let effect = (
            http,
            if is_rewritten {
                matched
            } else {
                Matched::Whole
            },
        );
        let known = self.effects.iter().position(|known| *known == effect);
        let effect = known.unwrap_or_else(|| {
            self.effects.push(effect);
            self.effects.len() - 1
        });
        let condition = of.map_or_else(|| Ok(SourceCondition::always()), condition)?;
        let span = of.map_or(rule.span, |of| of.span);
        let origin = EntryOrigin {
            span,
            rule: rule.span,
            name: rule.name.as_ref().map(|name| label(&name.value)),
            is_implied: false,
        };
        let added = self.list.add(condition, effect, is_rewritten, origin);
        added.map_err(|what| match of {
            Some(of) => of.unspeakable(&what),
            None => unspeakable(span, "all requests"),
        })
    }
}

impl HttpMatchRequest {
    fn is_for(&self, port: u16, client: Client<'_>) -> bool {
        let labels = self.source_labels.as_ref();
        let of_client = |(key, value): &(String, String)| client.labels.get(key) == Some(value);
        let namespace = self.source_namespace.as_ref();
        !self.is_for_gateways
            && self.port.is_none_or(|wanted| wanted == port)
            && labels.is_none_or(|labels| labels.value.iter().all(of_client))
            && namespace.is_none_or(|namespace| client.namespace == Some(&*namespace.value))
    }
}

/// What a match asks of a request.
fn condition(of: &HttpMatchRequest) -> Result<SourceCondition, UnspeakableMatch> {
    let mut all = Vec::new();
    // Between Services there is no TLS that a sidecar does not make itself.
    let scheme = |is: &StringMatch| {
        if is.has("http") {
            SourceCondition::always()
        } else {
            SourceCondition::never()
        }
    };
    all.extend(of.scheme.as_ref().map(scheme));
    let is = |part: SourcePart, value: &StringMatch| SourceCondition::is(part, value.text());
    all.extend(
        of.method
            .as_ref()
            .map(|value| is(SourcePart::Method, value)),
    );
    all.extend(
        of.authority
            .as_ref()
            .map(|value| is(SourcePart::Host, value)),
    );
    for (name, value) in &of.headers {
        all.push(match &*name.value.to_ascii_lowercase() {
            ":scheme" => scheme(value),
            name => is(header(name, value.span)?, value),
        });
    }
    for (name, value) in &of.query_params {
        // "HTTPHeaderName", of a query parameter too.
        if !gamma_config::is_token(&name.value) {
            return Err(unspeakable(name.span, &name.value));
        }
        all.push(is(SourcePart::QueryParam(name.value.clone()), value));
    }
    for (name, value) in &of.without_headers {
        let part = header(&name.value.to_ascii_lowercase(), value.span)?;
        if part == SourcePart::Method {
            return Err(unspeakable(value.span, ":method"));
        }
        let is_any = matches!(&value.kind, StringMatchKind::Present)
            || matches!(&value.kind, StringMatchKind::Regex(pattern) if pattern == "*");
        // "treat_missing_header_as_empty": a request without the header has the empty value.
        all.push(if is_any {
            SourceCondition::Not(Box::new(SourceCondition::is(part, SourceText::Any)))
        } else {
            SourceCondition::is_not_even_if_missing(part, value.text())
        });
    }
    if let Some(uri) = &of.uri {
        let text = if of.ignore_uri_case {
            uri.text_in_any_case()
        } else {
            uri.text()
        };
        all.push(SourceCondition::is(SourcePart::Path, text));
    }
    Ok(SourceCondition::All(all))
}

/// The part of a request that a header stands for.
fn header(name: &str, span: Span) -> Result<SourcePart, UnspeakableMatch> {
    match name {
        ":method" => Ok(SourcePart::Method),
        // `authority` and the header `:authority` are one.
        ":authority" | "host" => Ok(SourcePart::Host),
        odd if odd.starts_with([':', '@']) => Err(unspeakable(span, odd)),
        name => Ok(SourcePart::Header(name.into())),
    }
}

fn unspeakable(span: Span, name: &str) -> UnspeakableMatch {
    UnspeakableMatch {
        span,
        message: format!("no match of the Gateway API asks that of `{name}`"),
    }
}

impl HttpMatchRequest {
    /// Says it where it is written.
    fn unspeakable(&self, what: &Unspeakable) -> UnspeakableMatch {
        let Unspeakable::Test(part) = what else {
            return unspeakable(self.span, "so many alternatives");
        };
        let (name, values) = match part {
            SourcePart::Path => ("path", &self.uri),
            SourcePart::Method => ("method", &self.method),
            SourcePart::Host => ("host", &self.authority),
            SourcePart::Header(name) | SourcePart::QueryParam(name) => (name.as_str(), &None),
        };
        let named = self
            .headers
            .iter()
            .chain(&self.without_headers)
            .chain(&self.query_params);
        let named = named
            .filter(|(other, _)| {
                other
                    .value
                    .trim_start_matches(':')
                    .eq_ignore_ascii_case(name)
            })
            .map(|(_, value)| value.span);
        let span = values.iter().map(|value| value.span).chain(named).next();
        unspeakable(span.unwrap_or(self.span), name)
    }
}
