//! Conditions of a route with respect to a parent, in the words of the Gateway API: `Accepted`,
//! `ResolvedRefs` and the like.

use gamma_manifest::{Manifests, Match, Route, Rule, source::Span};

use super::{
    findings::{ConditionFindings, Finding, contains},
    reason,
    reason::About,
};
use crate::{AttachedPort, Attachment};

/// A `metav1.Condition`, but for `lastTransitionTime`, which is for whoever writes it, and
/// `observedGeneration`, which is the route's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    /// `type`.
    pub kind: ConditionType,
    /// `status`: `True` or `False`.
    pub status: bool,
    /// `reason`.
    pub reason: &'static str,
    /// `message`: what the compiler found.
    pub message: String,
}

/// A type of condition for a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConditionType {
    /// "whether the route has been accepted or rejected"
    Accepted,
    /// "whether the controller was able to resolve all the object references for the Route"
    ResolvedRefs,
    /// "the Route contains a combination of both valid and invalid rules"; never `False`
    PartiallyInvalid,
}

impl ConditionType {
    /// As in `type`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Accepted => "Accepted",
            Self::ResolvedRefs => "ResolvedRefs",
            Self::PartiallyInvalid => "PartiallyInvalid",
        }
    }
}

/// How many findings a message quotes: with all of them it could be too long for the API.
const QUOTED: usize = 8;

/// What is the same for all parents of a route.
#[derive(Debug)]
pub(super) struct RuleConditions {
    resolved_refs: Option<Condition>,
    /// Why rules can't be obeyed, and whether none of them can.
    invalid: Option<(String, bool)>,
}

impl RuleConditions {
    pub(super) fn of(
        route: &Route,
        attachments: &[Attachment],
        findings: &ConditionFindings<'_>,
    ) -> Self {
        // The rules of a route that is attached to nothing are not compiled.
        if attachments
            .iter()
            .all(|attachment| attachment.ports.is_empty())
        {
            return Self {
                resolved_refs: None,
                invalid: None,
            };
        }
        let unresolved: Vec<Finding<'_>> = route
            .rules
            .iter()
            .flat_map(|rule| findings.within(rule.span, About::Reference))
            .collect();
        let invalid: Vec<Invalid> = route
            .rules
            .iter()
            .enumerate()
            .filter_map(|(number, rule)| Invalid::of(number, rule, findings))
            .collect();
        let all = invalid.len() == route.rules.len() && invalid.iter().all(|rule| !rule.in_part);
        Self {
            resolved_refs: Some(resolved_refs(&unresolved)),
            invalid: (!invalid.is_empty())
                .then(|| (quote(invalid.into_iter().map(|rule| rule.message)), all)),
        }
    }
}

fn resolved_refs(unresolved: &[Finding<'_>]) -> Condition {
    let first = unresolved.first();
    Condition {
        kind: ConditionType::ResolvedRefs,
        status: first.is_none(),
        // One reason for all of them: the first one's, and the message has the rest.
        reason: first.map_or("ResolvedRefs", |finding| finding.reason),
        message: match first {
            None => "every reference leads to a Service port".into(),
            Some(_) => quote(unresolved.iter().map(Finding::message)),
        },
    }
}

/// A rule that can't be obeyed, or not all of it.
struct Invalid {
    message: String,
    /// Whether some of its requests are served as it says.
    in_part: bool,
}

impl Invalid {
    fn of(number: usize, rule: &Rule, findings: &ConditionFindings<'_>) -> Option<Self> {
        let found: Vec<Finding<'_>> = findings.within(rule.span, About::Rule).collect();
        if found.is_empty() {
            return None;
        }
        let is_hit = |place: Span| found.iter().any(|finding| contains(place, finding.span));
        let matches = rule.matches.iter().map(|m| match m {
            Match::Http(http) => http.span,
            Match::Grpc(grpc) => grpc.span,
        });
        // The API's default match was not written anywhere, so nothing is wrong with it.
        let matches = matches.filter(|span| *span != rule.span);
        let backends = rule
            .backend_refs
            .iter()
            .filter(|backend| backend.weight > 0);
        let parts: Vec<Span> = matches
            .clone()
            .chain(rule.backend_refs.iter().map(|backend| backend.span))
            .collect();
        // What is in no match and no backendRef is a filter of the rule, and all its requests are
        // answered 500.
        let elsewhere =
            |finding: &Finding<'_>| !parts.iter().any(|part| contains(*part, finding.span));
        let whole = found.iter().any(elsewhere)
            || all_of(matches, is_hit)
            || all_of(backends, |backend| is_hit(backend.span));
        let name = match &rule.name {
            Some(name) => format!("`{}`", name.value),
            None => number.to_string(),
        };
        let why: Vec<String> = found.iter().map(Finding::message).collect();
        Some(Self {
            // "The message for this condition MUST start with the prefix "Dropped Rule" and include
            // information about which Rules have been dropped."
            message: format!(
                "Dropped Rule {name}{}: {}",
                if whole { "" } else { " in part" },
                why.join(", and "),
            ),
            in_part: !whole,
        })
    }
}

/// Whether there is one, and there is none that it is not true of.
fn all_of<T>(mut items: impl Iterator<Item = T>, is: impl Fn(T) -> bool) -> bool {
    items.next().is_some_and(&is) && items.all(is)
}

/// The conditions of `route` with respect to one parent.
pub(super) fn of(
    route: &Route,
    attachment: &Attachment,
    rules: &RuleConditions,
    manifests: &Manifests,
    findings: &ConditionFindings<'_>,
) -> Vec<Condition> {
    let mut conditions = vec![accepted(route, attachment, rules, manifests, findings)];
    conditions.extend(rules.resolved_refs.clone());
    // "This condition MUST NOT be set if a Route is fully valid, fully invalid, or not accepted."
    if let Some((message, false)) = &rules.invalid
        && conditions[0].status
    {
        conditions.push(Condition {
            kind: ConditionType::PartiallyInvalid,
            status: true,
            reason: reason::UNSUPPORTED_VALUE,
            message: message.clone(),
        });
    }
    conditions
}

fn accepted(
    route: &Route,
    attachment: &Attachment,
    rules: &RuleConditions,
    manifests: &Manifests,
    findings: &ConditionFindings<'_>,
) -> Condition {
    let refused = |reason, message| Condition {
        kind: ConditionType::Accepted,
        status: false,
        reason,
        message,
    };
    let parent = &route.parent_refs[attachment.parent];
    let found: Vec<Finding<'_>> = findings.within(parent.span, About::Parent).collect();
    if let Some(first) = found.first() {
        return refused(first.reason, quote(found.iter().map(Finding::message)));
    }
    // "an attachment is considered successful if at least one section in the parent resource accepts
    // it"
    let (replaced, own): (Vec<&AttachedPort>, Vec<&AttachedPort>) = attachment
        .ports
        .iter()
        .partition(|port| port.replaced_by.is_some());
    let elsewhere = replaced.iter().map(|port| replacement(port, manifests));
    if own.is_empty() {
        return refused(reason::CONFLICTED, quote(elsewhere));
    }
    if let Some((message, true)) = &rules.invalid {
        return refused(reason::UNSUPPORTED_VALUE, message.clone());
    }
    let parent_namespace = parent
        .namespace
        .as_ref()
        .map_or(&route.metadata.namespace, |namespace| &namespace.value);
    let numbers: Vec<String> = own.iter().map(|port| port.number.to_string()).collect();
    let attached = format!(
        "attached to port{} {} of {} {parent_namespace}/{}{}",
        if own.len() == 1 { "" } else { "s" },
        numbers.join(", "),
        parent.kind.value,
        parent.name.value,
        if *parent_namespace == route.metadata.namespace {
            String::new()
        } else {
            format!(", for clients in namespace {}", route.metadata.namespace)
        },
    );
    Condition {
        kind: ConditionType::Accepted,
        status: true,
        reason: "Accepted",
        message: quote(std::iter::once(attached).chain(elsewhere)),
    }
}

/// Why an HTTPRoute has no effect on a port.
fn replacement(port: &AttachedPort, manifests: &Manifests) -> String {
    let other = port
        .replaced_by
        .and_then(|route| manifests.routes.get(route));
    let name = other.map(|route| {
        let metadata = &route.metadata;
        format!(" {}/{}", metadata.namespace, metadata.name.value)
    });
    format!(
        "port {} has the GRPCRoute{}, and only the most specific kind of route is applied",
        port.number,
        name.unwrap_or_default()
    )
}

pub(super) fn quote(messages: impl Iterator<Item = String>) -> String {
    let mut messages: Vec<String> = messages.collect();
    let more = messages.len().saturating_sub(QUOTED);
    messages.truncate(QUOTED);
    if more > 0 {
        messages.push(format!("and {more} more"));
    }
    messages.join("; ")
}
