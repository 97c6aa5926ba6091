//! What API servers of both channels say together.

use serde_json::Value;

use crate::{upstream::Upstream, violation::Violation};

/// Whether there is an API server that takes an object.
#[derive(Debug)]
pub enum Admission {
    /// No part of the object is refused by all that know it.
    Taken,
    /// None does: what the experimental channel says.
    Refused(Vec<Violation>),
}

/// What is said of an object, each violation by itself. The experimental channel knows every field; what it
/// refuses and the standard channel takes is excused. Of fields that the standard channel does not know it
/// can take nothing: it drops them without a word.
pub fn admission(upstream: &Upstream, object: &Value) -> Admission {
    let (standard, experimental) = (&upstream.standard, &upstream.experimental);
    let mut violations = experimental.violations(object);
    if violations.is_empty() {
        return Admission::Taken;
    }
    let of_standard = standard.violations(object);
    let of_known = match standard.known(object) {
        Some(known) => experimental.violations(&known),
        None => Vec::new(),
    };
    // A filter of a type that the standard channel does not know is refused for its type.
    let is_at = |other: &Violation, path: &str| {
        let below = other.path.strip_prefix(path);
        matches!(below, Some("" | ".type"))
    };
    violations.retain(|violation| {
        let is_excused = of_known.contains(violation)
            && !of_standard
                .iter()
                .any(|other| is_at(other, &violation.path));
        !is_excused
    });
    if violations.is_empty() {
        Admission::Taken
    } else {
        Admission::Refused(violations)
    }
}
