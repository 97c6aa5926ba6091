//! Fills templates for cluster names that the user writes, like `{namespace}_{name}_{port}`.

use std::str::FromStr;

use gamma_manifest::{Service, ServiceKind, suggest::nearest};

/// Between the name of a ServiceImport and that of a Service, where nothing else tells them apart.
/// Names of Services have no dot.
const IMPORTED: &str = ".clusterset";

/// A text with placeholders: `{namespace}`, `{name}` and `{port}`, each at least once, and
/// `{domain}`, which is the DNS suffix of the cluster, or of the cluster set for a ServiceImport.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template(Vec<TemplatePart>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum TemplatePart {
    Text(String),
    Placeholder(Placeholder),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Placeholder {
    Namespace,
    Name,
    Port,
    Domain,
}

impl Placeholder {
    const ALL: [(&'static str, Self); 4] = [
        ("namespace", Self::Namespace),
        ("name", Self::Name),
        ("port", Self::Port),
        ("domain", Self::Domain),
    ];

    fn as_str(self) -> &'static str {
        let named = Self::ALL
            .iter()
            .find(|(_, placeholder)| *placeholder == self);
        named.map_or("", |(name, _)| name)
    }
}

/// Why a template can't be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidTemplate {
    /// Neither a template nor one of the names for one.
    #[error("`{text}` is neither `standalone` nor `istio`, and no template either{hint}")]
    NoTemplate {
        /// As given.
        text: String,
        /// What may have been meant.
        hint: String,
    },
    /// A placeholder that there is not.
    #[error("there is no placeholder {{{name}}}{hint}")]
    Unknown {
        /// Without its braces.
        name: String,
        /// What may have been meant.
        hint: String,
    },
    /// A brace without the other one.
    #[error("a placeholder stands in braces, as in {{name}}; one brace is alone")]
    Unbalanced,
    /// Two ports would have the same name.
    #[error("{{{0}}} is missing: Services that differ in it only would have the same cluster")]
    Missing(&'static str),
    /// Two placeholders run into each other: the end of the first one's text could be the beginning of
    /// the second one's.
    #[error(
        "{{{before}}} and {{{after}}} run into each other: put a character between them that names \
         don't have, such as `/`, `_` or `|`"
    )]
    Ambiguous {
        /// Without its braces.
        before: &'static str,
        /// Without its braces.
        after: &'static str,
    },
    /// A character that no header value may have.
    #[error("{0:?} can't be in a cluster name, which is sent in a header")]
    Unprintable(char),
}

impl Template {
    /// The name for one port of a Service or ServiceImport in `domain`.
    pub(super) fn fill(&self, service: &Service, port: u16, domain: &str) -> String {
        let has_domain = self
            .0
            .contains(&TemplatePart::Placeholder(Placeholder::Domain));
        let imported = service.kind == ServiceKind::ServiceImport && !has_domain;
        self.0
            .iter()
            .map(|part| match part {
                TemplatePart::Text(text) => text.clone(),
                TemplatePart::Placeholder(Placeholder::Namespace) => {
                    service.metadata.namespace.clone()
                }
                TemplatePart::Placeholder(Placeholder::Name) => {
                    let name = &service.metadata.name.value;
                    format!("{name}{}", if imported { IMPORTED } else { "" })
                }
                TemplatePart::Placeholder(Placeholder::Port) => port.to_string(),
                TemplatePart::Placeholder(Placeholder::Domain) => domain.to_owned(),
            })
            .collect()
    }

    fn has(&self, placeholder: Placeholder) -> bool {
        self.0.contains(&TemplatePart::Placeholder(placeholder))
    }
}

impl FromStr for Template {
    type Err = InvalidTemplate;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if let Some(bad) = text.chars().find(|c| !(c.is_ascii_graphic() || *c == ' ')) {
            return Err(InvalidTemplate::Unprintable(bad));
        }
        if !text.contains(['{', '}']) {
            return Err(InvalidTemplate::NoTemplate {
                text: text.into(),
                hint: match nearest(text, ["standalone", "istio"]) {
                    Some(similar) => format!(": did you mean `{similar}`?"),
                    None => ", which would be like `{namespace}/{name}/{port}`".into(),
                },
            });
        }
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some(open) = rest.find(['{', '}']) {
            let (before, inside) = rest.split_at(open);
            let inside = inside
                .strip_prefix('{')
                .ok_or(InvalidTemplate::Unbalanced)?;
            let close = inside.find('}').ok_or(InvalidTemplate::Unbalanced)?;
            if !before.is_empty() {
                parts.push(TemplatePart::Text(before.into()));
            }
            parts.push(TemplatePart::Placeholder(placeholder(&inside[..close])?));
            rest = &inside[close + 1..];
        }
        if !rest.is_empty() {
            parts.push(TemplatePart::Text(rest.into()));
        }
        let template = Self(parts);
        for needed in [Placeholder::Namespace, Placeholder::Name, Placeholder::Port] {
            if !template.has(needed) {
                return Err(InvalidTemplate::Missing(needed.as_str()));
            }
        }
        separated(&template.0)?;
        Ok(template)
    }
}

fn placeholder(name: &str) -> Result<Placeholder, InvalidTemplate> {
    let known = Placeholder::ALL.iter().find(|(known, _)| *known == name);
    known.map(|(_, placeholder)| *placeholder).ok_or_else(|| {
        let names = Placeholder::ALL.map(|(name, _)| name);
        InvalidTemplate::Unknown {
            name: name.into(),
            hint: match nearest(name, names) {
                Some(similar) => format!(": did you mean {{{similar}}}?"),
                None => format!(": use {{{}}}", names.join("}, {")),
            },
        }
    })
}

/// `{namespace}-{name}` would be `a-b-c` for both `a`/`b-c` and `a-b`/`c`.
fn separated(parts: &[TemplatePart]) -> Result<(), InvalidTemplate> {
    let in_names = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    let mut last: Option<Placeholder> = None;
    let mut apart = true;
    for part in parts {
        match part {
            TemplatePart::Text(text) => apart |= !text.chars().all(in_names),
            TemplatePart::Placeholder(placeholder) => {
                if let Some(before) = last.filter(|_| !apart) {
                    return Err(InvalidTemplate::Ambiguous {
                        before: before.as_str(),
                        after: placeholder.as_str(),
                    });
                }
                last = Some(*placeholder);
                apart = false;
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
