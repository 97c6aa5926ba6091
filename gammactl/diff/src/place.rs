//! The positions in manifests where rules are written.

use std::{collections::HashMap, fmt};

use gamma_manifest::{Manifests, source::Sources};

/// A position in a manifest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RulePlace {
    /// As in [`Source::name`](gamma_manifest::source::Source::name).
    pub file: String,
    /// Number of the line, from 1.
    pub line: usize,
    /// Number of the character in the line, from 1.
    pub column: usize,
}

/// Rules by the names of their routes and their own.
#[derive(Debug, Default)]
pub struct Places(HashMap<(String, String), RulePlace>);

impl Places {
    /// Of all rules in `manifests`.
    #[must_use]
    pub fn new(manifests: &Manifests, sources: &Sources) -> Self {
        let mut places = HashMap::new();
        for route in &manifests.routes {
            let metadata = &route.metadata;
            let full_name = format!(
                "{}/{}/{}",
                route.kind.as_str(),
                metadata.namespace,
                metadata.name.value
            );
            for (number, rule) in route.rules.iter().enumerate() {
                let name = rule.name.as_ref().map(|name| name.value.clone());
                let name = name.unwrap_or_else(|| number.to_string());
                let (line, column) = sources.line_column(rule.span);
                let place = RulePlace {
                    file: sources.of(rule.span).name.clone(),
                    line,
                    column,
                };
                places.insert((full_name.clone(), name), place);
            }
        }
        Self(places)
    }

    /// Where the rule `name` of `route` is.
    #[must_use]
    pub fn of(&self, route: &str, name: &str) -> Option<&RulePlace> {
        self.0.get(&(route.into(), name.into()))
    }
}

impl fmt::Display for RulePlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file, self.line)
    }
}
