//! VirtualServices as this test makes and reads them: it shares nothing with the conversion.

use serde_json::{Map, Value, json};

/// `exact`, `prefix` or `regex`; nothing of them is `{}`.
#[derive(Debug, Clone)]
pub(crate) enum Text {
    Present,
    Exact(&'static str),
    Prefix(&'static str),
    Regex(&'static str),
}

impl Text {
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
            // "RE2 style regex-based match", of all of it.
            Self::Regex(pattern) => regex_lite::Regex::new(&format!("^(?:{pattern})$"))
                .unwrap()
                .is_match(text),
        }
    }
}

/// HTTPMatchRequest.
#[derive(Debug, Clone, Default)]
pub(crate) struct Matched {
    pub(crate) uri: Option<Text>,
    pub(crate) ignore_uri_case: bool,
    pub(crate) method: Option<Text>,
    pub(crate) headers: Vec<(&'static str, Text)>,
    pub(crate) without_headers: Vec<(&'static str, Text)>,
    pub(crate) query_params: Vec<(&'static str, Text)>,
    pub(crate) port: Option<u16>,
    pub(crate) source_namespace: Option<&'static str>,
}

/// HTTPRoute: its number is that of its destination.
pub(crate) type Rules = Vec<Vec<Matched>>;

/// A request, and who sends it.
#[derive(Debug, Clone)]
pub(crate) struct Sent {
    pub(crate) path: &'static str,
    pub(crate) method: &'static str,
    pub(crate) headers: Vec<(&'static str, &'static str)>,
    /// As written behind the `?`.
    pub(crate) query: Vec<(&'static str, &'static str)>,
    pub(crate) port: u16,
    pub(crate) namespace: &'static str,
}

/// Where a request goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Goes {
    To(usize),
    /// To the Service that was asked for.
    Itself,
    /// "404": nothing matches.
    Nowhere,
}

impl Matched {
    pub(crate) fn json(&self) -> Value {
        let named = |list: &[(&'static str, Text)]| -> Value {
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
    fn is_for(&self, sent: &Sent) -> bool {
        self.port.is_none_or(|port| port == sent.port)
            && self
                .source_namespace
                .is_none_or(|namespace| namespace == sent.namespace)
    }

    fn holds(&self, sent: &Sent) -> bool {
        let header = |name: &str| {
            let found = sent.headers.iter().find(|(other, _)| *other == name);
            found.map(|(_, value)| *value)
        };
        let param = |name: &str| {
            let found = sent.query.iter().find(|(other, _)| *other == name);
            found.map(|(_, value)| *value)
        };
        self.uri.as_ref().is_none_or(|uri| match uri {
            Text::Exact(text) if self.ignore_uri_case => text.eq_ignore_ascii_case(sent.path),
            Text::Prefix(text) if self.ignore_uri_case => {
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
                Text::Present => header(name).is_some(),
                // A header that is missing counts as an empty one.
                text => text.has(header(name).unwrap_or_default()),
            })
    }
}

/// "The first rule matching an incoming request is used."
pub(crate) fn goes(rules: &Rules, sent: &Sent) -> Goes {
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
