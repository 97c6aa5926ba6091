//! VirtualServices as tests make and read them: nothing is shared with what is tested.

use std::{cell::RefCell, collections::HashMap};

use regex_lite::Regex;
use serde_json::{Map, Value, json};

/// `exact`, `prefix` or `regex`; nothing of them is `{}`.
#[derive(Debug, Clone)]
pub enum TextMatch {
    /// `{}`
    Present,
    /// All of it.
    Exact(&'static str),
    /// Its beginning.
    Prefix(&'static str),
    /// A pattern for all of it.
    Regex(&'static str),
}

impl TextMatch {
    fn json(&self) -> Value {
        match self {
            Self::Present => json!({}),
            Self::Exact(text) => json!({"exact": text}),
            Self::Prefix(text) => json!({"prefix": text}),
            Self::Regex(text) => json!({"regex": text}),
        }
    }

    fn has(&self, text: &str) -> bool {
        match self {
            Self::Present => true,
            Self::Exact(exact) => *exact == text,
            Self::Prefix(prefix) => text.starts_with(prefix),
            Self::Regex(pattern) => holds(pattern, text),
        }
    }
}

/// "RE2 style regex-based match", of all of it.
fn holds(pattern: &'static str, text: &str) -> bool {
    thread_local! {
        static COMPILED: RefCell<HashMap<&'static str, Regex>> = RefCell::default();
    }
    COMPILED.with_borrow_mut(|compiled| {
        let regex = compiled
            .entry(pattern)
            .or_insert_with(|| Regex::new(&format!("^(?:{pattern})$")).unwrap());
        regex.is_match(text)
    })
}

/// HTTPMatchRequest.
#[derive(Debug, Clone, Default)]
pub struct Matched {
    /// `uri`
    pub uri: Option<TextMatch>,
    /// `ignoreUriCase`
    pub ignore_uri_case: bool,
    /// `method`
    pub method: Option<TextMatch>,
    /// `headers`
    pub headers: Vec<(&'static str, TextMatch)>,
    /// `withoutHeaders`
    pub without_headers: Vec<(&'static str, TextMatch)>,
    /// `queryParams`
    pub query_params: Vec<(&'static str, TextMatch)>,
    /// `port`
    pub port: Option<u16>,
    /// `sourceNamespace`
    pub source_namespace: Option<&'static str>,
}

/// The matches of each HTTPRoute, whose number is that of its destination.
pub type RuleMatches = Vec<Vec<Matched>>;

/// A request, and who sends it.
#[derive(Debug, Clone)]
pub struct SentRequest {
    /// Without the query.
    pub path: &'static str,
    /// As in `GET`.
    pub method: &'static str,
    /// Names in lower case, and values.
    pub headers: Vec<(&'static str, &'static str)>,
    /// As written behind the `?`.
    pub query: Vec<(&'static str, &'static str)>,
    /// Of the Service.
    pub port: u16,
    /// Of the client.
    pub namespace: &'static str,
}

impl SentRequest {
    /// Path and query as they are sent.
    #[must_use]
    pub fn target(&self) -> String {
        let mut target = self.path.to_owned();
        for (number, (name, value)) in self.query.iter().enumerate() {
            let before = if number == 0 { '?' } else { '&' };
            target += &format!("{before}{name}={value}");
        }
        target
    }
}

/// Where a request goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Goes {
    /// To the destination of this rule.
    To(usize),
    /// To the Service that was asked for.
    Itself,
    /// "404": nothing matches.
    Nowhere,
}

impl Matched {
    /// `match[]`
    #[must_use]
    pub fn json(&self) -> Value {
        let named = |list: &[(&'static str, TextMatch)]| -> Value {
            let members = list
                .iter()
                .map(|(name, text)| ((*name).to_owned(), text.json()));
            Value::Object(members.collect::<Map<_, _>>())
        };
        let mut members = Map::new();
        let mut insert = |name: &str, value: Value| members.insert(name.into(), value);
        if let Some(uri) = &self.uri {
            insert("uri", uri.json());
        }
        if self.ignore_uri_case {
            insert("ignoreUriCase", true.into());
        }
        if let Some(method) = &self.method {
            insert("method", method.json());
        }
        for (name, list) in [
            ("headers", &self.headers),
            ("withoutHeaders", &self.without_headers),
            ("queryParams", &self.query_params),
        ] {
            if !list.is_empty() {
                insert(name, named(list));
            }
        }
        if let Some(port) = self.port {
            insert("port", port.into());
        }
        if let Some(namespace) = self.source_namespace {
            insert("sourceNamespace", namespace.into());
        }
        members.into()
    }

    /// Whether it is there at all for who sends it, where.
    pub(crate) fn is_for(&self, sent: &SentRequest) -> bool {
        self.port.is_none_or(|port| port == sent.port)
            && self
                .source_namespace
                .is_none_or(|namespace| namespace == sent.namespace)
    }

    pub(crate) fn holds(&self, sent: &SentRequest) -> bool {
        let header = |name: &str| {
            let found = sent.headers.iter().find(|(other, _)| *other == name);
            found.map(|(_, value)| *value)
        };
        let param = |name: &str| {
            let found = sent.query.iter().find(|(other, _)| *other == name);
            found.map(|(_, value)| *value)
        };
        self.uri.as_ref().is_none_or(|uri| match uri {
            TextMatch::Exact(text) if self.ignore_uri_case => text.eq_ignore_ascii_case(sent.path),
            TextMatch::Prefix(text) if self.ignore_uri_case => {
                sent.path.to_lowercase().starts_with(&text.to_lowercase())
            }
            uri => uri.has(sent.path),
        }) && self
            .method
            .as_ref()
            .is_none_or(|method| method.has(sent.method))
            && self
                .headers
                .iter()
                .all(|(name, text)| header(name).is_some_and(|value| text.has(value)))
            && self
                .query_params
                .iter()
                .all(|(name, text)| param(name).is_some_and(|value| text.has(value)))
            && !self.without_headers.iter().any(|(name, text)| match text {
                TextMatch::Present => header(name).is_some(),
                // A header that is missing counts as an empty one.
                text => text.has(header(name).unwrap_or_default()),
            })
    }
}

/// "The first rule matching an incoming request is used."
#[must_use]
pub fn goes(rules: &RuleMatches, sent: &SentRequest) -> Goes {
    let is_there = |matches: &Vec<Matched>| {
        matches.is_empty() || matches.iter().any(|matched| matched.is_for(sent))
    };
    // Without any rule for this port and these clients there is no virtual host.
    if !rules.iter().any(is_there) {
        return Goes::Itself;
    }
    let first = rules.iter().position(|matches| {
        matches.is_empty() || matches.iter().any(|m| m.is_for(sent) && m.holds(sent))
    });
    first.map_or(Goes::Nowhere, Goes::To)
}

/// A VirtualService in the namespace `shop` for the host that it is named like, with a rule a line; rule 2 sends to the Service `to-2`.
#[must_use]
pub fn virtual_service(name: &str, rules: &RuleMatches) -> String {
    let mut text = format!(
        "apiVersion: networking.istio.io/v1\nkind: VirtualService\n\
         metadata: {{name: {name}, namespace: shop}}\nspec:\n  hosts: [{name}]\n  http:\n"
    );
    for (number, matches) in rules.iter().enumerate() {
        let to = format!("to-{number}");
        let mut rule = json!({
            "route": [{"destination": {"host": to, "port": {"number": 80}}}],
            "retries": {"attempts": 0},
        });
        if !matches.is_empty() {
            rule["match"] = matches.iter().map(Matched::json).collect();
        }
        text += &format!("    - {rule}\n");
    }
    text
}

/// A Service in the namespace `shop` with two ports, for the pods of one app.
#[must_use]
pub fn service(name: &str, app: &str) -> String {
    format!(
        "apiVersion: v1\nkind: Service\nmetadata: {{name: {name}, namespace: shop}}\nspec:\n  \
         selector: {{app: {app}}}\n  ports: [{{name: http, port: 80}}, {{name: http-two, port: 8080}}]\n"
    )
}
