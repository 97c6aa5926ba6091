//! Rules that are written in another VirtualService: `delegate` takes them in, before anything is read.
//!
//! What is written stays where it was: a finding about a rule that was taken in has its place there.

use std::borrow::Cow;

use gamma_manifest::{
    diagnostic::{Diagnostic, Diagnostics, codes},
    source::Span,
    yaml::{Content, Node},
};

use super::{
    inside::merged_matches,
    istio_kind,
    tree::{given, insert, items, member, members},
};
use crate::{
    hosts::full_name, leaves::ReadLeaves, object::SourceObject, options::ConversionOptions,
};

/// "delegate wins for every field it sets": what a rule has of the one that delegates to it.
const INHERITED: [&str; 11] = [
    "rewrite",
    "directResponse",
    "timeout",
    "retries",
    "fault",
    "mirror",
    "mirrorPercent",
    "mirrorPercentage",
    "corsPolicy",
    "mirrors",
    "headers",
];

/// `objects`, with the rules of delegates in the place of those that delegate to them.
pub(super) fn taken_in<'o>(
    objects: &'o [SourceObject],
    options: &ConversionOptions,
    diagnostics: &mut Diagnostics,
) -> Cow<'o, [SourceObject]> {
    let all = objects.iter().filter(|object| is_virtual_service(object));
    let (delegates, others): (Vec<_>, Vec<_>) = all.partition(|object| is_delegate(object));
    if delegates.is_empty() && !others.iter().any(|object| delegates_something(object)) {
        return Cow::Borrowed(objects);
    }
    let mut delegation = Delegation {
        delegates: delegates
            .iter()
            .map(|&object| Delegate::of(object, options))
            .collect(),
        options,
        diagnostics,
    };
    let objects = objects
        .iter()
        .filter(|object| !(is_virtual_service(object) && is_delegate(object)));
    let objects = objects.map(|object| {
        let mut object = object.clone();
        if is_virtual_service(&object) && delegates_something(&object) {
            delegation.take_in(&mut object);
        }
        object
    });
    let objects = objects.collect();
    delegation.say_idle();
    Cow::Owned(objects)
}

/// Notes in `objects` what was read of them where they were `taken_in`. Rules that delegate, and delegates, were joined before they were
/// read: they count as read.
pub(super) fn account(objects: &[SourceObject], taken_in: &[SourceObject]) {
    for object in objects.iter().filter(|object| is_virtual_service(object)) {
        let is_joined = |rule: &&Node| given(rule, "delegate").is_some();
        let joined = rules(&object.node).iter().filter(is_joined);
        let whole = object.node.get("spec").filter(|_| is_delegate(object));
        let same = taken_in
            .iter()
            .find(|other| other.node.span == object.node.span);
        let read = match same {
            Some(same) => same.read.get().cloned(),
            None => Some(ReadLeaves::default()),
        };
        if let Some(mut read) = read {
            joined.chain(whole).for_each(|node| read.add(node));
            // Already there if they are the same objects.
            let _ = object.read.set(read);
        }
    }
}

fn is_virtual_service(object: &SourceObject) -> bool {
    let kind = istio_kind("VirtualService");
    object.kind == kind.kind && object.group() == kind.group
}

/// A VirtualService without hosts is there for others.
fn is_delegate(object: &SourceObject) -> bool {
    let Some(spec) = object.node.get("spec") else {
        return false;
    };
    spec.get("hosts")
        .is_none_or(|hosts| items(hosts).is_empty())
}

fn delegates_something(object: &SourceObject) -> bool {
    rules(&object.node)
        .iter()
        .any(|rule| given(rule, "delegate").is_some())
}

fn rules(object: &Node) -> &[Node] {
    let http = object.get("spec").and_then(|spec| spec.get("http"));
    http.map(items).unwrap_or_default()
}

fn text<'n>(node: &'n Node, key: &str) -> Option<&'n str> {
    node.get(key)
        .and_then(Node::as_str)
        .filter(|text| !text.is_empty())
}

/// Where an object is.
fn namespace_of<'n>(object: &'n Node, options: &'n ConversionOptions) -> &'n str {
    let metadata = object.get("metadata");
    metadata
        .and_then(|metadata| text(metadata, "namespace"))
        .unwrap_or(&options.namespace)
}

/// A VirtualService that others can delegate to.
struct Delegate<'o> {
    namespace: &'o str,
    name: &'o str,
    object: &'o SourceObject,
    is_used: bool,
}

impl<'o> Delegate<'o> {
    fn of(object: &'o SourceObject, options: &'o ConversionOptions) -> Self {
        let metadata = object.node.get("metadata");
        Self {
            namespace: namespace_of(&object.node, options),
            name: metadata
                .and_then(|metadata| text(metadata, "name"))
                .unwrap_or_default(),
            object,
            is_used: false,
        }
    }

    /// "delegates have their own exportTo".
    fn is_exported_to(&self, namespace: &str) -> bool {
        let export_to = self
            .object
            .node
            .get("spec")
            .and_then(|spec| spec.get("exportTo"));
        let names: Vec<&str> = export_to
            .map(items)
            .unwrap_or_default()
            .iter()
            .filter_map(Node::as_str)
            .collect();
        names.is_empty()
            || names.iter().any(|&to| {
                to == "*" || to == namespace || (to == "." && self.namespace == namespace)
            })
    }

    fn name_span(&self) -> Span {
        let metadata = self.object.node.get("metadata");
        let name = metadata.and_then(|metadata| metadata.get("name"));
        name.unwrap_or(&self.object.node).span
    }
}

struct Delegation<'o, 'd> {
    delegates: Vec<Delegate<'o>>,
    options: &'o ConversionOptions,
    diagnostics: &'d mut Diagnostics,
}

impl Delegation<'_, '_> {
    /// Puts the rules of delegates into `root`.
    fn take_in(&mut self, root: &mut SourceObject) {
        let namespace = namespace_of(&root.node, self.options).to_owned();
        let written = rules(&root.node).to_vec();
        let taken = written
            .into_iter()
            .flat_map(|rule| match given(&rule, "delegate") {
                None => vec![rule],
                Some(delegate) => self.rules_of(&rule, delegate, &namespace),
            });
        let taken: Vec<Node> = taken.collect();
        let spec = member(&mut root.node, "spec");
        if let Some(http) = spec.and_then(|spec| member(spec, "http")) {
            http.content = Content::Sequence(taken);
        }
    }

    /// The rules that `rule` of a VirtualService in `namespace` delegates to.
    ///
    /// "A delegate that is missing, or not exported to the root's namespace, drops the rule: its requests go to the next rule."
    fn rules_of(&mut self, rule: &Node, delegate: &Node, namespace: &str) -> Vec<Node> {
        let of = text(delegate, "namespace").unwrap_or(namespace);
        let name = text(delegate, "name").unwrap_or_default();
        let known = self
            .delegates
            .iter_mut()
            .find(|other| other.namespace == of && other.name == name);
        let Some(known) = known else {
            let message =
                format!("delegate `{of}/{name}` is no VirtualService of the input without hosts");
            self.diagnostics.push_once(
                Diagnostic::new(&codes::UNKNOWN_DESTINATION, delegate.span, message)
                    .why("the next rules take its requests, as in Istio where there is no such VirtualService")
                    .hint("add it to the input, or accept it"),
            );
            return Vec::new();
        };
        if !known.is_exported_to(namespace) {
            let message =
                format!("delegate `{of}/{name}` is not exported to namespace `{namespace}`");
            self.diagnostics.push_once(
                Diagnostic::new(&codes::DEAD_MATCH, delegate.span, message)
                    .why("Istio leaves the rule out, and the next rules take its requests: so it is here")
                    .hint("nothing: it did nothing before"),
            );
            return Vec::new();
        }
        known.is_used = true;
        let (object, of) = (known.object, known.namespace);
        let mut taken = Vec::new();
        for own in rules(&object.node) {
            let mut own = own.clone();
            if of != namespace {
                complete_hosts(&mut own, of, &self.options.cluster_domain);
            }
            match merged(rule, own) {
                Ok(rule) => taken.push(rule),
                Err(span) => self.diagnostics.push_once(
                    Diagnostic::new(&codes::DEAD_MATCH, span, "this match is not inside of those that delegate to it")
                        .why("Istio leaves its rule out, and the next rules take its requests: so it is here")
                        .hint("nothing: it did nothing before")
                        .also(rule.span, "the rule that delegates"),
                ),
            }
        }
        taken
    }

    /// Says which delegates no rule names.
    fn say_idle(self) {
        for idle in self.delegates.iter().filter(|delegate| !delegate.is_used) {
            let message = format!("VirtualService `{}` does nothing", idle.name);
            self.diagnostics.push_once(
                Diagnostic::new(&codes::NEVER_ACTED, idle.name_span(), message)
                    .why("it has no hosts, and no rule delegates to it: it is not converted")
                    .hint("nothing: it did nothing before"),
            );
        }
    }
}

/// `own`, for the requests of `rule` only, with what `rule` does and `own` does not say. The place of a match that has no room in
/// those of `rule`, if there is one.
fn merged(rule: &Node, mut own: Node) -> Result<Node, Span> {
    let matches = |rule: &Node| rule.get("match").map(items).unwrap_or_default().to_vec();
    let both = merged_matches(matches(rule), matches(&own))?;
    if let Some(of_rule) = members(rule).iter().find(|member| member.key == "match")
        && own.get("match").is_none()
    {
        insert(&mut own, of_rule.clone());
    }
    if let Some(list) = member(&mut own, "match") {
        list.content = Content::Sequence(both);
    }
    for inherited in members(rule)
        .iter()
        .filter(|member| INHERITED.contains(&&*member.key))
    {
        if given(&own, &inherited.key).is_none() {
            insert(&mut own, inherited.clone());
        }
    }
    let name = members(rule).iter().find(|member| member.key == "name");
    match (name, member(&mut own, "name")) {
        (Some(of_rule), None) => insert(&mut own, of_rule.clone()),
        (Some(of_rule), Some(own)) => {
            if let (Some(first), Content::Scalar(second)) =
                (of_rule.value.as_str(), &mut own.content)
            {
                second.text = format!("{first}-{}", second.text);
            }
        }
        (None, _) => {}
    }
    Ok(own)
}

/// Short names of destinations are of the namespace where they are written.
fn complete_hosts(rule: &mut Node, namespace: &str, cluster_domain: &str) {
    let mut destinations = Vec::new();
    let Content::Mapping(members) = &mut rule.content else {
        return;
    };
    for of_rule in members {
        if of_rule.key == "mirror" {
            destinations.push(&mut of_rule.value);
        } else if matches!(&*of_rule.key, "route" | "mirrors")
            && let Content::Sequence(items) = &mut of_rule.value.content
        {
            let of_items = items.iter_mut();
            destinations.extend(of_items.filter_map(|item| member(item, "destination")));
        }
    }
    for destination in destinations {
        if let Some(host) = member(destination, "host")
            && let Content::Scalar(scalar) = &mut host.content
            && !scalar.text.contains('.')
        {
            scalar.text = full_name(&scalar.text, namespace, cluster_domain);
        }
    }
}
