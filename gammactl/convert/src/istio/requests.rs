//! Which requests each match of a VirtualService is for, as an ordered list for one port and one kind of clients.

use std::collections::BTreeMap;

use gamma_config::Method;
use gamma_manifest::source::Span;

use super::{
    http_match::HttpMatchRequest,
    http_route::HttpRoute,
    string_match::{StringMatch, StringMatchKind},
};
use crate::order::{
    ListEntry, PathSet, RequestCondition, ValueSet, can_be_prefix, quoted, quoted_in_any_case,
    with_text_prefix,
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

/// Where an entry of the list comes from.
#[derive(Debug, Clone)]
pub(super) struct EntryOrigin {
    /// The number of the rule.
    pub(super) http: usize,
    /// The match, or the rule if that has none.
    pub(super) span: Span,
}

/// A VirtualService as a list, for one port and one kind of clients.
#[derive(Debug, Default)]
pub(super) struct Requests {
    pub(super) entries: Vec<ListEntry>,
    /// By [`ListEntry::origin`].
    pub(super) origins: Vec<EntryOrigin>,
    /// By [`ListEntry::effect`]: the rule, and what its rewrite or redirect replaces.
    pub(super) effects: Vec<(usize, Matched)>,
    /// Matches that never hold, and why.
    pub(super) never: Vec<(Span, &'static str)>,
}

/// What no match of the Gateway API asks.
#[derive(Debug)]
pub(super) struct UnspeakableMatch {
    pub(super) span: Span,
    pub(super) message: String,
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
                let everything = vec![RequestCondition::default()];
                requests.add(rule, http, rule.span, everything, Vec::new(), None)?;
            }
            for of in &rule.matches {
                if of.is_for(port, client) {
                    match conditions(of)? {
                        Conditions::Never(why) => requests.never.push((of.span, why)),
                        Conditions::Any(conditions, except) => {
                            requests.add(rule, http, of.span, conditions, except, Some(of))?;
                        }
                    }
                }
            }
        }
        Ok(requests)
    }

    fn add(
        &mut self,
        rule: &HttpRoute,
        http: usize,
        span: Span,
        conditions: Vec<RequestCondition>,
        except: Vec<RequestCondition>,
        of: Option<&HttpMatchRequest>,
    ) -> Result<(), UnspeakableMatch> {
        let uri = of.and_then(|of| of.uri.as_ref());
        let matched = match uri.map(|uri| &uri.kind) {
            Some(StringMatchKind::Exact(_) | StringMatchKind::Regex(_)) => Matched::Whole,
            Some(StringMatchKind::Prefix(prefix)) => Matched::Prefix(prefix.clone()),
            Some(StringMatchKind::Present) | None => Matched::Prefix("/".into()),
        };
        let is_rewritten = rule.replaces_path();
        let effect = (
            http,
            if is_rewritten {
                matched.clone()
            } else {
                Matched::Whole
            },
        );
        let known = self.effects.iter().position(|known| *known == effect);
        let effect = known.unwrap_or_else(|| {
            self.effects.push(effect);
            self.effects.len() - 1
        });
        let origin = self.origins.len();
        let before = self.entries.len();
        for condition in conditions {
            let entry = ListEntry {
                condition,
                except: except.clone(),
                replaces_prefix: is_rewritten,
                effect,
                origin,
            };
            let ignores_case = of.is_some_and(|of| of.ignore_uri_case);
            self.entries.extend(with_uri(&entry, uri, ignores_case));
        }
        if self.entries.len() == before {
            self.never.push((span, "no path is like that"));
        }
        self.origins.push(EntryOrigin { http, span });
        Ok(())
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

/// The requests of a match, whatever their path.
enum Conditions {
    Never(&'static str),
    /// Any of the first, and none of the others.
    Any(Vec<RequestCondition>, Vec<RequestCondition>),
}

fn conditions(of: &HttpMatchRequest) -> Result<Conditions, UnspeakableMatch> {
    // Between Services there is no TLS that a sidecar does not make itself.
    if of.scheme.as_ref().is_some_and(|scheme| !scheme.has("http")) {
        return Ok(Conditions::Never(
            "requests in the mesh have the scheme http",
        ));
    }
    let mut condition = RequestCondition::default();
    let mut methods: Vec<Option<Method>> = vec![None];
    if let Some(method) = &of.method {
        methods = restrict(methods, method)?;
    }
    if let Some(authority) = &of.authority {
        condition.headers.insert("host".into(), authority.values());
    }
    for (name, value) in &of.headers {
        match &*name.value.to_ascii_lowercase() {
            ":method" => methods = restrict(methods, value)?,
            ":scheme" if value.has("http") => {}
            ":scheme" => {
                return Ok(Conditions::Never(
                    "requests in the mesh have the scheme http",
                ));
            }
            ":authority" => ask(&mut condition, "host", value)?,
            pseudo if pseudo.starts_with(':') => return Err(unspeakable(value.span, pseudo)),
            claim if claim.starts_with('@') => return Err(unspeakable(value.span, claim)),
            name => ask(&mut condition, name, value)?,
        }
    }
    for (name, value) in &of.query_params {
        condition
            .query_params
            .insert(name.value.clone(), value.values());
    }
    let mut except = Vec::new();
    for (name, value) in &of.without_headers {
        let name = match &*name.value.to_ascii_lowercase() {
            ":authority" => "host".to_owned(),
            pseudo if pseudo.starts_with([':', '@']) => {
                return Err(unspeakable(value.span, pseudo));
            }
            name => name.to_owned(),
        };
        let is_any = matches!(&value.kind, StringMatchKind::Present)
            || matches!(&value.kind, StringMatchKind::Regex(pattern) if pattern == "*");
        let values = if is_any {
            ValueSet::any()
        } else {
            value.values()
        };
        // "treat_missing_header_as_empty": a request without the header has the empty value.
        if !is_any && values.has("").unwrap_or(false) {
            condition
                .headers
                .entry(name.clone())
                .or_insert_with(ValueSet::any);
        }
        let mut exception = RequestCondition::default();
        exception.headers.insert(name, values);
        except.push(exception);
    }
    if methods.is_empty() {
        return Ok(Conditions::Never("no method is like that"));
    }
    let with = |method| RequestCondition {
        method,
        ..condition.clone()
    };
    Ok(Conditions::Any(
        methods.into_iter().map(with).collect(),
        except,
    ))
}

fn ask(
    condition: &mut RequestCondition,
    name: &str,
    value: &StringMatch,
) -> Result<(), UnspeakableMatch> {
    // `authority` and the header `:authority` are one.
    if condition
        .headers
        .insert(name.into(), value.values())
        .is_some()
    {
        return Err(unspeakable(value.span, name));
    }
    Ok(())
}

fn unspeakable(span: Span, name: &str) -> UnspeakableMatch {
    UnspeakableMatch {
        span,
        message: format!("no match of the Gateway API asks that of `{name}`"),
    }
}

/// Those of `methods` that are meant; `None` stands for every method.
fn restrict(
    methods: Vec<Option<Method>>,
    by: &StringMatch,
) -> Result<Vec<Option<Method>>, UnspeakableMatch> {
    // One that the Gateway API does not have, to see whether all are meant.
    if by.has("PROPFIND") {
        if by.has("SUBSCRIBE") && Method::ALL.iter().all(|method| by.has(method.as_str())) {
            return Ok(methods);
        }
        return Err(unspeakable(by.span, "method"));
    }
    if let StringMatchKind::Exact(method) = &by.kind
        && !Method::ALL.iter().any(|known| known.as_str() == method)
    {
        return Err(unspeakable(by.span, "method"));
    }
    let known = Method::ALL.iter().filter(|method| by.has(method.as_str()));
    let all = known.map(|&method| Some(method));
    Ok(all
        .filter(|method| methods.contains(method) || methods.contains(&None))
        .collect())
}

/// `entry` for the paths of `uri`.
fn with_uri(entry: &ListEntry, uri: Option<&StringMatch>, ignores_case: bool) -> Vec<ListEntry> {
    let with = |path: PathSet| {
        let mut entry = entry.clone();
        entry.condition.path = path;
        vec![entry]
    };
    let Some(uri) = uri else {
        return vec![entry.clone()];
    };
    let is_path = |text: &str| text.starts_with('/') && !text.contains(['?', '#']);
    match &uri.kind {
        StringMatchKind::Present => vec![entry.clone()],
        StringMatchKind::Exact(path) if !is_path(path) => Vec::new(),
        StringMatchKind::Exact(path) if ignores_case => {
            with(PathSet::Pattern(quoted_in_any_case(path)))
        }
        StringMatchKind::Exact(path) if can_be_exact(path) => with(PathSet::Exact(path.clone())),
        StringMatchKind::Exact(path) => with(PathSet::Pattern(quoted(path))),
        StringMatchKind::Prefix(prefix) if ignores_case && is_path(prefix) && prefix != "/" => {
            with(PathSet::Pattern(format!(
                "{}.*",
                quoted_in_any_case(prefix)
            )))
        }
        StringMatchKind::Prefix(prefix) => with_text_prefix(entry, prefix),
        // All paths, for a rule that others read.
        StringMatchKind::Regex(pattern) if matches!(&**pattern, ".*" | "/.*") => {
            with(PathSet::any())
        }
        StringMatchKind::Regex(pattern) => with(PathSet::Pattern(pattern.clone())),
    }
}

/// Whether the API takes `path` as an exact one, which may end with `/`.
fn can_be_exact(path: &str) -> bool {
    path == "/" || can_be_prefix(path)
}
