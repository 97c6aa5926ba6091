//! What becomes of the requests of a rule, as a rule of an HTTPRoute.

use gamma_manifest::{diagnostic::codes, source::Span};
use serde_json::{Map, Value, json};

use super::{
    headers::{HeaderOperation, HeaderOperations},
    http_route::HttpRoute,
    requests::Matched,
    rewrite::{Rewritten, host_name, odd_host},
};
use crate::{
    draft::{ActionProblem, RuleActions, RuleContent},
    order::PathSet,
    shares,
    source_list::{SourceEffect, SourcePathChange},
};

/// Where the requests of a rule can go.
pub(super) trait Backends {
    /// The backendRef of destination `number` of `rule`, without its weight, for clients of `port`.
    fn destination(&self, rule: &HttpRoute, number: usize, port: u16) -> Value;
    /// The same of a mirror; `None` if there is no such Service.
    fn mirror(&self, rule: &HttpRoute, number: usize, port: u16) -> Option<Value>;
}

/// The rules of a VirtualService, for one port.
pub(super) struct IstioActions<'a, B> {
    pub(super) rules: &'a [HttpRoute],
    /// By effect: the rule, and what its rewrites replace.
    pub(super) effects: &'a [(usize, Matched)],
    pub(super) port: u16,
    pub(super) backends: &'a B,
}

impl<B: Backends> RuleActions for IstioActions<'_, B> {
    fn count(&self) -> usize {
        self.effects.len()
    }

    fn content(&self, effect: usize, path: &PathSet) -> RuleContent {
        let (http, matched) = &self.effects[effect];
        content(&self.rules[*http], matched, path, self.port, self.backends)
    }

    fn source_effect(&self, effect: usize) -> SourceEffect {
        let (http, matched) = &self.effects[effect];
        source_effect(&self.rules[*http], matched, self.port, self.backends)
    }
}

/// What `rule` does with requests to `path`, which are some of those that it matches.
fn content(
    rule: &HttpRoute,
    matched: &Matched,
    path: &PathSet,
    port: u16,
    backends: &impl Backends,
) -> RuleContent {
    let mut content = RuleContent::default();
    if rule.is_unspeakable {
        return content;
    }
    let mut filters: Vec<Value> = Vec::new();
    filters.extend(rule.cors.as_ref().map(super::cors::CorsPolicy::filter));
    let response = rule
        .headers
        .response
        .filter("ResponseHeaderModifier", "responseHeaderModifier");
    if let Some(redirect) = &rule.redirect {
        let mut rewritten = Rewritten::default();
        let prefix = redirect.prefix_rewrite.as_ref();
        let path = prefix.and_then(|prefix| rewritten.new_path(prefix, matched, path));
        content.problems.extend(rewritten.problems);
        content.replaces_prefix = rewritten.replaces_prefix;
        if rewritten.is_unspeakable {
            return content;
        }
        filters.extend(response);
        filters.push(redirect.filter(port, path));
        content.members.insert("filters".into(), filters.into());
        return content;
    }
    let alone = rule.destinations.len() == 1;
    let rewritten = Rewritten::new(rule.rewrite.as_ref(), &rule.headers, matched, path);
    content.problems.extend(rewritten.problems);
    content.replaces_prefix = rewritten.replaces_prefix;
    if rewritten.is_unspeakable {
        return content;
    }
    filters.extend(
        rule.headers
            .request
            .filter("RequestHeaderModifier", "requestHeaderModifier"),
    );
    filters.extend(response);
    filters.extend(rewritten.filter);
    for number in 0..rule.mirrors.len() {
        let Some(backend) = backends.mirror(rule, number, port) else {
            continue;
        };
        let mut mirror = json!({"backendRef": backend});
        let millionths = rule.mirrors[number].millionths;
        if millionths < 1_000_000 {
            mirror["fraction"] = json!({"numerator": millionths, "denominator": 1_000_000});
        }
        filters.push(json!({"type": "RequestMirror", "requestMirror": mirror}));
    }
    if !filters.is_empty() {
        content.members.insert("filters".into(), filters.into());
    }
    for of in &rule.destinations {
        let host = of.headers.host.as_ref().filter(|_| !names_host(rule));
        content
            .problems
            .extend(host.and_then(|host| odd_host(&host.value, host.span)));
    }
    if let Some((name, span)) = added_twice(rule) {
        content.problems.push(ActionProblem {
            code: &codes::ANSWERED_OTHERWISE,
            span,
            message: format!("the rule and a destination add to header `{name}`"),
            why: "Istio puts the destination's value first, and a route the rule's".into(),
            hint: "nothing, unless the order of the values matters",
        });
    }
    let (backend_refs, rounds) = backend_refs(rule, port, alone, backends);
    let first = rule.destinations.first().filter(|_| rounds);
    let rounded = first.map(|first| shares::rounded(first.span));
    content.problems.extend(rounded);
    content.members.insert("backendRefs".into(), backend_refs);
    timeouts(rule, &mut content.members);
    content
}

/// What the source has `rule` do, for the proof: each destination by itself with its weight, and the path as a text.
fn source_effect(
    rule: &HttpRoute,
    matched: &Matched,
    port: u16,
    backends: &impl Backends,
) -> SourceEffect {
    let mut plain = rule.clone();
    let rewrite = plain.rewrite.as_mut();
    let redirect = plain.redirect.as_mut();
    let uri = redirect
        .and_then(|redirect| redirect.prefix_rewrite.take())
        .or_else(|| rewrite.and_then(|rewrite| rewrite.uri.take()));
    let mut members = content(&plain, &Matched::Whole, &PathSet::any(), port, backends).members;
    let mut weights = Vec::new();
    let alone = rule.destinations.len() == 1;
    if let Some(refs) = members.get_mut("backendRefs") {
        *refs = listed(rule, port, alone, backends).collect();
        let all = rule.destinations.iter().map(|of| of.weight);
        weights.extend(all.filter(|_| !alone));
    }
    let path = uri.map(|uri| match matched {
        Matched::Whole => SourcePathChange::Whole(uri.value),
        Matched::Prefix(prefix) => SourcePathChange::Prefix {
            from: prefix.clone(),
            to: uri.value,
        },
    });
    SourceEffect {
        members,
        weights,
        path,
    }
}

/// Backends, each once, and whether their weights had to be rounded.
fn backend_refs(
    rule: &HttpRoute,
    port: u16,
    alone: bool,
    backends: &impl Backends,
) -> (Value, bool) {
    let mut merged: Vec<(Value, u128)> = Vec::new();
    let weights = rule.destinations.iter().map(|of| u128::from(of.weight));
    for (backend, weight) in listed(rule, port, alone, backends).zip(weights) {
        match merged.iter_mut().find(|(other, _)| *other == backend) {
            Some((_, sum)) => *sum += weight,
            None => merged.push((backend, weight)),
        }
    }
    let (mut backends, weights): (Vec<Value>, Vec<u128>) = merged.into_iter().unzip();
    let (weights, rounds) = shares::weights(&weights);
    // "weight of one destination is ignored", 0 too.
    if !alone {
        for (backend, weight) in backends.iter_mut().zip(weights) {
            backend["weight"] = weight.into();
        }
    }
    (backends.into(), rounds && !alone)
}

/// A backend for each destination, without its weight, and where its own changes stand beside those of the rule. "With one
/// destination the destination's `set` wins and adds come rule, destination; with several the rule's wins and adds come
/// destination, rule."
fn listed(
    rule: &HttpRoute,
    port: u16,
    alone: bool,
    backends: &impl Backends,
) -> impl Iterator<Item = Value> {
    rule.destinations
        .iter()
        .enumerate()
        .map(move |(number, of)| {
            let mut backend = backends.destination(rule, number, port);
            let request = beside(&of.headers.request, &rule.headers.request, alone);
            let response = beside(&of.headers.response, &rule.headers.response, alone);
            // "For Host the rule's."
            let host = of.headers.host.as_ref().filter(|_| !names_host(rule));
            let host = host.map(|host| {
            json!({"type": "URLRewrite", "urlRewrite": {"hostname": host_name(&host.value)}})
        });
            let filters: Vec<Value> = [
                request.filter("RequestHeaderModifier", "requestHeaderModifier"),
                response.filter("ResponseHeaderModifier", "responseHeaderModifier"),
                host,
            ]
            .into_iter()
            .flatten()
            .collect();
            if !filters.is_empty() {
                backend["filters"] = filters.into();
            }
            backend
        })
}

/// Whether the rule says which host the backend sees.
fn names_host(rule: &HttpRoute) -> bool {
    let rewrite = rule.rewrite.as_ref();
    rule.headers.host.is_some() || rewrite.is_some_and(|rewrite| rewrite.authority.is_some())
}

/// What a backend's own filter has to do behind that of its rule for the same to come out.
///
/// Envoy removes, then sets, then adds. A destination that is alone shares these lists with its rule, which stands before it;
/// several have lists of their own, which are carried out before those of the rule.
fn beside(of: &HeaderOperations, rules: &HeaderOperations, alone: bool) -> HeaderOperations {
    use HeaderOperation::{Add, Remove, Set};
    let kept = of.0.iter().filter_map(|(name, own)| {
        let done = match (own, rules.0.get(name)) {
            (_, Some(Set(_) | Remove)) if !alone => return None,
            (Remove, Some(Set(_))) => return None,
            (Remove, Some(Add(value))) => Set(value.clone()),
            (Set(own), Some(Add(value))) => Set(format!("{own},{value}")),
            _ => own.clone(),
        };
        Some((name.clone(), done))
    });
    HeaderOperations(kept.collect())
}

/// A header to which both add, where the rule's value comes last and a filter of a backend can only come behind it.
fn added_twice(rule: &HttpRoute) -> Option<(&str, Span)> {
    if rule.destinations.len() < 2 {
        return None;
    }
    let pairs = rule.destinations.iter().flat_map(|of| {
        let (own, rules) = (&of.headers, &rule.headers);
        let lists = [
            (&own.request, &rules.request),
            (&own.response, &rules.response),
        ];
        let span = of.destination.span;
        lists.into_iter().flat_map(move |(own, rules)| {
            own.0.iter().filter_map(move |(name, operation)| {
                let both = (operation, rules.0.get(name));
                matches!(
                    both,
                    (HeaderOperation::Add(_), Some(HeaderOperation::Add(_)))
                )
                .then_some((name.as_str(), span))
            })
        })
    });
    pairs.into_iter().next()
}

/// "perTryTimeout above timeout is taken; timeout acts."
fn timeouts(rule: &HttpRoute, members: &mut Map<String, Value>) {
    let per_try = rule.retries.as_ref().and_then(|retries| retries.per_try);
    let per_try = per_try.map(|per_try| rule.timeout.map_or(per_try, |all| per_try.min(all)));
    let mut timeouts = Map::new();
    for (name, value) in [("request", rule.timeout), ("backendRequest", per_try)] {
        if let Some(value) = value.filter(|value| value.0 > 0) {
            timeouts.insert(name.into(), value.text().into());
        }
    }
    if !timeouts.is_empty() {
        members.insert("timeouts".into(), timeouts.into());
    }
    if let Some(retry) = rule
        .retries
        .as_ref()
        .and_then(super::retries::Retries::retry)
    {
        members.insert("retry".into(), retry);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn header_changes_of_a_destination_come_out_as_in_envoy() {
        use HeaderOperation::{Add, Remove, Set};
        let text = |text: &str| text.to_owned();
        let one = |operation: Option<HeaderOperation>| {
            HeaderOperations(operation.map(|o| (text("x"), o)).into_iter().collect())
        };
        // The destination's, the rule's, and what is left of the first behind the second: alone, and among several.
        let table = [
            (
                Set(text("d")),
                None,
                Some(Set(text("d"))),
                Some(Set(text("d"))),
            ),
            (
                Set(text("d")),
                Some(Set(text("r"))),
                Some(Set(text("d"))),
                None,
            ),
            (
                Set(text("d")),
                Some(Add(text("r"))),
                Some(Set(text("d,r"))),
                Some(Set(text("d,r"))),
            ),
            (Set(text("d")), Some(Remove), Some(Set(text("d"))), None),
            (
                Add(text("d")),
                Some(Set(text("r"))),
                Some(Add(text("d"))),
                None,
            ),
            (
                Add(text("d")),
                Some(Add(text("r"))),
                Some(Add(text("d"))),
                Some(Add(text("d"))),
            ),
            (Remove, Some(Set(text("r"))), None, None),
            (
                Remove,
                Some(Add(text("r"))),
                Some(Set(text("r"))),
                Some(Set(text("r"))),
            ),
            (Remove, None, Some(Remove), Some(Remove)),
        ];
        for (own, rule, alone, among) in table {
            let (own, rule) = (one(Some(own)), one(rule));
            assert_eq!(beside(&own, &rule, true), one(alone), "{own:?} {rule:?}");
            assert_eq!(beside(&own, &rule, false), one(among), "{own:?} {rule:?}");
        }
    }
}
