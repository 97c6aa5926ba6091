//! The namespace of a scenario: lists have hosts of their own and share one, all others have one each.

use gamma_virtual_services::scenario::{OWN, Scenario};

/// Where the pods are, and what is of all scenarios.
pub(super) const COMMON: &str = "gamma-migration";

/// Where the objects of a scenario are in the cluster.
#[derive(Debug, Clone)]
pub(super) struct Place(pub(super) String);

impl Place {
    pub(super) fn of(scenario: &Scenario) -> Self {
        match scenario.name.strip_prefix("cases::") {
            Some(case) => Self(format!("{OWN}-{}", case.replace("::", "-"))),
            None => Self(OWN.into()),
        }
    }

    /// What the scenario says, of its namespace in the cluster.
    pub(super) fn put(&self, text: &str) -> String {
        let is_of_word = |c: char| c.is_ascii_alphanumeric() || c == '-';
        let mut put = String::new();
        let mut rest = text;
        while let Some(at) = rest.find(OWN) {
            let (before, behind) = (&rest[..at], &rest[at + OWN.len()..]);
            let is_word = !before.ends_with(is_of_word) && !behind.starts_with(is_of_word);
            put += before;
            put += if is_word { &self.0 } else { OWN };
            rest = behind;
        }
        put + rest
    }

    /// What was seen in the cluster, in the words of the scenario.
    pub(super) fn take(&self, text: &str) -> String {
        text.replace(&self.0, OWN)
    }
}
