//! A user's fragments of a bootstrap are merged into the generated bootstrap.
//!
//! - Objects merge member by member. `null` removes what is generated.
//! - Lists of named things (clusters, listeners, filter chains, filters, routes…) merge item by
//!   item, by `name`; `name: "*"` is every item that is generated. A new item goes before the next
//!   one of the fragment that is generated, else to the end: the router stays the last HTTP filter.
//! - Other lists, and anything that is a single value, replace what is generated. So does a message
//!   of another `@type`.

mod names;
mod transport;

use gamma_manifest::{
    diagnostic::{Diagnostic, Diagnostics, Hint, codes},
    source::{Sources, Span},
    suggest::nearest,
    yaml,
    yaml::{Content, MappingMember, Meaning, Node},
};
use serde_json::{Map, Value};

use self::names::{BOOTSTRAP, NAMED, STATIC_RESOURCES};
pub use self::transport::clusters_with_transport;
use super::arrival::ORIGINAL_DST;

/// Stands for every item of a list.
const EVERY: &str = "*";
/// What an item of a list is the member of.
const ITEM: &str = "[]";

/// Merges every document of `fragments` into `bootstrap`, in order. What does not fit is said, and
/// left out.
pub fn merge(bootstrap: &mut Value, fragments: &Sources, diagnostics: &mut Diagnostics) {
    for (file, source) in fragments.iter() {
        for document in yaml::parse(file, &source.text, yaml::Dialect::Plain, diagnostics) {
            FragmentMerge { diagnostics }.value("", bootstrap, &document);
        }
    }
}

struct FragmentMerge<'d> {
    diagnostics: &'d mut Diagnostics,
}

impl FragmentMerge<'_> {
    /// Merges `node` into what is generated as the member `key`, which is empty for the whole.
    fn value(&mut self, key: &str, generated: &mut Value, node: &Node) {
        match (&mut *generated, &node.content) {
            (Value::Object(members), Content::Mapping(entries)) => {
                let of = node.get("@type").and_then(Node::as_str);
                match members.get("@type").and_then(Value::as_str) {
                    Some(before) if of.is_some_and(|of| of != before) => *generated = plain(node),
                    _ => self.members(key, members, entries),
                }
            }
            (Value::Array(items), Content::Sequence(nodes)) => match named(key) {
                Some(needs) => self.items(key, needs, items, nodes),
                None => *generated = plain(node),
            },
            (Value::Object(_), _) => self.other_kind(key, "an object", node),
            (Value::Array(_), _) => self.other_kind(key, "a list", node),
            (_, Content::Scalar(_)) => *generated = plain(node),
            _ => self.other_kind(key, "a single value", node),
        }
    }

    fn members(&mut self, of: &str, members: &mut Map<String, Value>, entries: &[MappingMember]) {
        for MappingMember {
            key,
            key_span,
            value,
        } in entries
        {
            if value.is_null() {
                members.remove(key);
            } else if let Some(generated) = members.get_mut(key) {
                self.value(key, generated, value);
            } else if self.may_be_new(of, key, *key_span, members) {
                members.insert(key.clone(), plain(value));
            }
        }
    }

    fn may_be_new(
        &mut self,
        of: &str,
        key: &str,
        span: Span,
        members: &Map<String, Value>,
    ) -> bool {
        let known = match of {
            "" => BOOTSTRAP,
            "static_resources" => STATIC_RESOURCES,
            _ => &[],
        };
        let snake = snake_case(key);
        let hint = if snake != key && (members.contains_key(&snake) || known.contains(&&*snake)) {
            format!("what is generated is named as in Envoy's documentation: `{snake}`")
        } else if known.is_empty() || known.contains(&key) {
            return true;
        } else {
            match nearest(key, known.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => "Envoy's documentation has the names".to_owned(),
            }
        };
        let what = match of {
            "" => "a bootstrap".to_owned(),
            of => format!("`{of}`"),
        };
        self.wrong(span, format!("{what} has no member `{key}`"), hint);
        false
    }

    fn items(&mut self, key: &str, needs: &[&str], items: &mut Vec<Value>, nodes: &[Node]) {
        for (i, node) in nodes.iter().enumerate() {
            let Some(name) = node.get("name").and_then(Node::as_str) else {
                let message = format!("an item of `{key}` without a `name`");
                let hint = "items are merged by name: give it the name of one, or a new one";
                self.wrong(node.span, message, hint);
                continue;
            };
            if name == EVERY {
                self.every(key, items, node);
            } else if let Some(generated) = find(items, name) {
                self.value(ITEM, generated, node);
            } else if needs.iter().any(|need| node.get(need).is_some()) {
                let later = nodes[i + 1..].iter();
                let mut later = later.filter_map(|node| node.get("name")?.as_str());
                let at = later
                    .find_map(|name| items.iter().position(|item| item["name"] == name))
                    .unwrap_or(match key {
                        "http_filters" => items.len().saturating_sub(1),
                        _ => items.len(),
                    });
                items.insert(at, plain(node));
            } else {
                let names = items.iter().filter_map(|item| item["name"].as_str());
                let needs = needs.join("` or `");
                let hint = match nearest(name, names) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => format!("one of its own needs `{needs}`"),
                };
                let message = format!("no item of `{key}` is called `{name}`");
                self.wrong(
                    node.get("name").map_or(node.span, |n| n.span),
                    message,
                    hint,
                );
            }
        }
    }

    /// Merges `node`, but for its name, into each of `items`.
    fn every(&mut self, key: &str, items: &mut [Value], node: &Node) {
        let Content::Mapping(entries) = &node.content else {
            return;
        };
        let others: Vec<MappingMember> = entries
            .iter()
            .filter(|e| e.key != "name")
            .cloned()
            .collect();
        for item in items {
            // The cluster of dialled addresses goes wherever a client was going: it is for no Service.
            let elsewhere = key == "clusters" && item["name"] == ORIGINAL_DST;
            if let Value::Object(members) = item
                && !elsewhere
            {
                self.members(ITEM, members, &others);
            }
        }
    }

    fn other_kind(&mut self, key: &str, generated: &str, node: &Node) {
        let what = match key {
            "" => "the bootstrap".to_owned(),
            key => format!("`{key}`"),
        };
        let message = format!("{what} is {generated}, this is {}", node.kind());
        self.wrong(
            node.span,
            message,
            "write the same kind, or `null` to remove it",
        );
    }

    fn wrong(&mut self, span: Span, message: String, hint: impl Into<Hint>) {
        self.diagnostics.push(
            Diagnostic::new(&codes::FRAGMENT, span, message)
                .why("the fragment can't be merged into the generated bootstrap")
                .hint(hint),
        );
    }
}

fn named(key: &str) -> Option<&'static [&'static str]> {
    let mut lists = NAMED.iter();
    lists
        .find(|(list, _)| *list == key)
        .map(|(_, needs)| *needs)
}

fn find<'v>(items: &'v mut [Value], name: &str) -> Option<&'v mut Value> {
    items.iter_mut().find(|item| item["name"] == name)
}

/// Both spellings are the same to Envoy, and twice the same is an error.
fn snake_case(key: &str) -> String {
    let mut snake = String::new();
    for c in key.chars() {
        if c.is_ascii_uppercase() {
            snake.push('_');
        }
        snake.push(c.to_ascii_lowercase());
    }
    snake
}

/// As JSON; what is `null` is left out.
fn plain(node: &Node) -> Value {
    match &node.content {
        Content::Mapping(entries) => entries
            .iter()
            .filter(|entry| !entry.value.is_null())
            .map(|entry| (entry.key.clone(), plain(&entry.value)))
            .collect::<Map<_, _>>()
            .into(),
        Content::Sequence(nodes) => nodes.iter().map(plain).collect(),
        Content::Scalar(scalar) => match scalar.meaning {
            Meaning::Null => Value::Null,
            Meaning::Boolean(value) => value.into(),
            Meaning::Integer(value) => i64::try_from(value)
                .map(Value::from)
                .or_else(|_| u64::try_from(value).map(Value::from))
                .unwrap_or_default(),
            Meaning::Float(value) => value.into(),
            Meaning::String => (&*scalar.text).into(),
        },
    }
}

#[cfg(test)]
mod tests;
