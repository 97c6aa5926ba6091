//! Names rules. The kind, namespace and name of the route and the name of the rule identify a rule in
//! sessions, counters, access logs and explanations, so no two rules of a route may share a name.

use std::collections::HashMap;

use gamma_manifest::{
    Route, Rule,
    diagnostic::{Diagnostic, Diagnostics, codes},
    source::{Span, Spanned},
};

/// The name of every rule of `route`, in their order.
///
/// A rule without a name is called by its place in the list. Another rule may have that number for a
/// name: "sessions MUST NOT be shared between route rules", so the unnamed one is then called by a text
/// that the API allows nobody to use for a name.
pub(super) fn rule_names(route: &Route, diagnostics: &mut Diagnostics) -> Vec<String> {
    let mut named: HashMap<&str, Span> = HashMap::new();
    for name in route.rules.iter().filter_map(|rule| rule.name.as_ref()) {
        named.entry(&name.value).or_insert(name.span);
    }
    let rules = route.rules.iter().enumerate();
    rules
        .map(|(number, rule)| {
            if let Some(name) = &rule.name {
                let Some(&first) = named.get(&*name.value).filter(|first| **first != name.span)
                else {
                    return name.value.clone();
                };
                let instead = format!("rule_{number}");
                diagnostics.push(second(name, &instead, first));
                return instead;
            }
            let place = number.to_string();
            let Some(&other) = named.get(&*place) else {
                return place;
            };
            // Names are RFC 1123 subdomains, which have no `_`.
            let name = format!("rule_{number}");
            diagnostics.push(taken(route, rule, &place, &name, other));
            name
        })
        .collect()
}

/// The names of the rules of `route`, in their order, as sessions, counters, access logs and explanations have them.
#[must_use]
pub fn names_of_rules(route: &Route) -> Vec<String> {
    rule_names(route, &mut Diagnostics::default())
}

/// "Rule name must be unique within the route": the CRDs of the standard channel don't check it.
fn second(name: &Spanned<String>, instead: &str, first: Span) -> Diagnostic {
    Diagnostic::new(
        &codes::PART_REPLACED,
        name.span,
        format!("two rules are named `{}`", name.value),
    )
    .why(format!(
        "a name is for one rule by the API; this one is called `{instead}` instead, in sessions, \
         counters and access logs"
    ))
    .hint("give each rule a name of its own")
    .also(first, "the first one")
}

fn taken(route: &Route, rule: &Rule, place: &str, name: &str, other: Span) -> Diagnostic {
    Diagnostic::new(
        &codes::RULE_NAME_TAKEN,
        rule.span,
        format!(
            "rule {place} of {} `{}` has no name, and another rule is named `{place}`",
            route.kind.as_str(),
            route.metadata.name.value
        ),
    )
    .why(format!(
        "a rule without a name is called by its place in the list; this one is called `{name}` \
         instead, in sessions, counters and access logs"
    ))
    .hint("give the rule a `name`, or rename the other one")
    .also(other, "this rule has the number for a name")
}
