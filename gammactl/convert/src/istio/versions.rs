//! Destinations as backends: Services, and for subsets Services of their own.

use std::{cell::RefCell, collections::BTreeMap};

use gamma_manifest::diagnostic::{Diagnostic, codes};
use serde_json::{Value, json};

use super::{
    action::Backends,
    destination_rule::{DestinationRule, Subset},
    http_route::{HttpRoute, RouteDestination},
    version_policy::TrafficPolicy,
    version_rule::rule_for,
};
use crate::{
    draft::{RouteDraft, label},
    hosts::HostName,
    service::SourceService,
};

/// "name: maxLength 63" of a Service.
const LONGEST_NAME: usize = 63;

/// The Services that subsets become, and who refers to which Service.
#[derive(Debug)]
pub(super) struct Versions<'i> {
    services: &'i [SourceService],
    rules: &'i [DestinationRule],
    cluster_domain: &'i str,
    /// By namespace and name of the Service, and the name of the subset.
    made: RefCell<BTreeMap<(String, String, String), VersionService>>,
    found: RefCell<Vec<Diagnostic>>,
}

/// A Service for a subset.
#[derive(Debug, Clone)]
struct VersionService {
    name: String,
    /// The Service, and a DestinationRule if there is something to say of connections; none if a Service of the input is
    /// the same.
    objects: Vec<Value>,
}

/// A subset, and what is above it.
#[derive(Debug, Clone, Copy)]
struct FoundSubset<'i> {
    subset: &'i Subset,
    rule: &'i DestinationRule,
    /// "DestinationRules of one host in one namespace are merged by age: subsets joined, first `trafficPolicy` stays".
    policy: Option<&'i TrafficPolicy>,
}

impl<'i> Versions<'i> {
    pub(super) fn new(
        services: &'i [SourceService],
        rules: &'i [DestinationRule],
        cluster_domain: &'i str,
    ) -> Self {
        Self {
            services,
            rules,
            cluster_domain,
            made: RefCell::default(),
            found: RefCell::default(),
        }
    }

    /// The Services and their DestinationRules, and what there is to say.
    pub(super) fn finish(self) -> (Vec<Value>, Vec<Diagnostic>) {
        let made = self.made.into_inner();
        let objects = made
            .into_values()
            .flat_map(|version| version.objects)
            .collect();
        (objects, self.found.into_inner())
    }

    fn service(&self, namespace: &str, name: &str) -> Option<&'i SourceService> {
        let is_it =
            |service: &&SourceService| service.namespace == namespace && service.name == name;
        self.services.iter().find(is_it)
    }

    /// The subset of that name, from the rule that clients in `namespace` would get.
    fn subset(&self, of: &SourceService, name: &str, namespace: &str) -> Option<FoundSubset<'i>> {
        let mut rules: Vec<&'i DestinationRule> = self
            .rules
            .iter()
            .filter(|rule| {
                let host = HostName::of(
                    &rule.host.value,
                    &rule.metadata.namespace,
                    self.cluster_domain,
                );
                host.names(&of.namespace, &of.name, self.cluster_domain)
                    .is_some()
            })
            .collect();
        rules.sort_by_key(|rule| {
            let metadata = &rule.metadata;
            let distance = match &*metadata.namespace {
                own if own == namespace => 0,
                own if own == of.namespace => 1,
                _ => 2,
            };
            (
                distance,
                metadata.created.is_none(),
                metadata.created,
                metadata.name.value.clone(),
            )
        });
        let all = rules.iter();
        let mut subsets = all.flat_map(|&rule| rule.subsets.iter().map(move |of| (rule, of)));
        let (rule, subset) = subsets.find(|(_, subset)| subset.name == name)?;
        let mut beside = rules
            .iter()
            .filter(|other| other.metadata.namespace == rule.metadata.namespace);
        Some(FoundSubset {
            subset,
            rule,
            policy: beside.find_map(|other| other.policy.as_ref()),
        })
    }

    /// The name of the Service that has the pods of a subset.
    fn version(&self, of: &SourceService, found: FoundSubset<'_>) -> String {
        let FoundSubset { subset, rule, .. } = found;
        let key = (of.namespace.clone(), of.name.clone(), subset.name.clone());
        if let Some(known) = self.made.borrow().get(&key) {
            return known.name.clone();
        }
        let mut selector = of.selector.clone();
        selector.extend(subset.labels.clone());
        let same = self.services.iter().find(|other| {
            other.namespace == of.namespace
                && other.selector == selector
                && other.is_frontend
                && of.ports.iter().all(|port| other.ports.contains(port))
        });
        let policy = TrafficPolicy::over(subset.policy.as_ref(), found.policy);
        let version = match same {
            Some(same) => {
                if let Some(policy) = &policy
                    && !self.has_rule(same)
                {
                    self.policy_lost(policy, &same.full_name());
                }
                VersionService {
                    name: same.name.clone(),
                    objects: Vec::new(),
                }
            }
            None => {
                let name = self.free_name(
                    &of.namespace,
                    &format!("{}-{}", of.name, label(&subset.name)),
                );
                let mut object = json!({
                    "apiVersion": "v1",
                    "kind": "Service",
                    "metadata": {"name": name, "namespace": of.namespace},
                    "spec": {"selector": selector, "ports": of.written_ports},
                });
                if of.publish_not_ready_addresses {
                    object["spec"]["publishNotReadyAddresses"] = true.into();
                }
                let mut objects = vec![object];
                objects.extend(
                    policy.map(|policy| rule_for(&name, of, rule, policy, self.cluster_domain)),
                );
                VersionService { name, objects }
            }
        };
        let name = version.name.clone();
        self.made.borrow_mut().insert(key, version);
        name
    }

    fn free_name(&self, namespace: &str, wanted: &str) -> String {
        let made = self.made.borrow();
        let is_taken = |name: &str| {
            self.service(namespace, name).is_some()
                || made
                    .iter()
                    .any(|((of, ..), version)| of == namespace && version.name == name)
        };
        let cut = |wanted: &str, behind: &str| {
            let most = LONGEST_NAME - behind.len();
            let wanted = &wanted[..wanted.len().min(most)];
            format!("{}{behind}", wanted.trim_end_matches('-'))
        };
        let first = cut(wanted, "");
        if !is_taken(&first) {
            return first;
        }
        let numbered = (2..).map(|number: u32| cut(wanted, &format!("-{number}")));
        numbered
            .into_iter()
            .find(|name| !is_taken(name))
            .unwrap_or(first)
    }

    fn say(&self, destination: &RouteDestination, message: String) {
        self.found.borrow_mut().push(
            Diagnostic::new(&codes::UNKNOWN_DESTINATION, destination.span, message)
                .why("Istio answers such requests with 503; the route answers them with 500")
                .hint("add what is missing to the input, or accept it"),
        );
    }

    /// Whether a DestinationRule of the input is for that Service.
    fn has_rule(&self, service: &SourceService) -> bool {
        self.rules.iter().any(|rule| {
            let host = &rule.host.value;
            let host = HostName::of(host, &rule.metadata.namespace, self.cluster_domain);
            host == HostName::Service(service.namespace.clone(), service.name.clone())
        })
    }

    fn policy_lost(&self, policy: &TrafficPolicy, service: &str) {
        self.found.borrow_mut().push(
            Diagnostic::new(
                &codes::BEHAVIOUR_LOST,
                policy.span,
                format!("the policy of the subset does not act on Service `{service}`"),
            )
            .why("the Service was there before, and a DestinationRule for it would act on all who ask it")
            .hint("write a DestinationRule for it, if all of them should have it"),
        );
    }

    /// Namespace, name and port of what `destination` becomes, for a rule in `namespace`.
    fn resolve(
        &self,
        destination: &RouteDestination,
        namespace: &str,
        port: u16,
    ) -> (String, String, u16) {
        let host = HostName::of(&destination.host.value, namespace, self.cluster_domain);
        let named = match &host {
            HostName::Service(namespace, name) => Some((&**namespace, &**name)),
            HostName::Wildcard(_) | HostName::Other => None,
        };
        let known = named.and_then(|(namespace, name)| self.service(namespace, name));
        let Some(service) = known else {
            let message = format!(
                "destination `{}` is no Service of the input",
                destination.host.value
            );
            self.say(destination, message);
            let (of, name) = named.map_or_else(
                || (namespace.to_owned(), label(&destination.host.value)),
                |(namespace, name)| (namespace.to_owned(), name.to_owned()),
            );
            return (of, name, destination.port.unwrap_or(port));
        };
        let all: Vec<u16> = service
            .ports
            .iter()
            .chain(&service.other_ports)
            .copied()
            .collect();
        let number = match (destination.port, &*all) {
            (Some(number), _) => number,
            (None, [only]) => *only,
            (None, _) => port,
        };
        if !all.contains(&number) {
            let message = format!("Service `{}` has no port {number}", service.full_name());
            self.say(destination, message);
        }
        let name = match &destination.subset {
            None => service.name.clone(),
            Some(wanted) => match self.subset(service, &wanted.value, namespace) {
                Some(found) if found.subset.labels.is_empty() => {
                    if let Some(policy) = &found.subset.policy {
                        self.policy_lost(policy, &service.full_name());
                    }
                    service.name.clone()
                }
                Some(_) if service.selector.is_empty() => {
                    let message = format!(
                        "Service `{}` has no selector, so subset `{}` can't be a Service of its own",
                        service.full_name(),
                        wanted.value
                    );
                    self.say(destination, message);
                    format!("{}-{}", service.name, label(&wanted.value))
                }
                Some(found) => self.version(service, found),
                None => {
                    let message = format!(
                        "no DestinationRule of the input has a subset `{}` of Service `{}`",
                        wanted.value,
                        service.full_name()
                    );
                    self.say(destination, message);
                    format!("{}-{}", service.name, label(&wanted.value))
                }
            },
        };
        (service.namespace.clone(), name, number)
    }
}

/// The backends of a route.
#[derive(Debug, Clone, Copy)]
pub(super) struct RouteBackends<'v, 'i> {
    pub(super) versions: &'v Versions<'i>,
    pub(super) draft: &'v RouteDraft,
    /// Of the VirtualService.
    pub(super) source_namespace: &'v str,
    /// Of the route.
    pub(super) route_namespace: &'v str,
}

impl RouteBackends<'_, '_> {
    fn backend(&self, destination: &RouteDestination, port: u16) -> Value {
        let (namespace, name, port) =
            self.versions
                .resolve(destination, self.source_namespace, port);
        self.draft
            .backend(self.route_namespace, &namespace, &name, port)
    }
}

impl Backends for RouteBackends<'_, '_> {
    fn destination(&self, rule: &HttpRoute, number: usize, port: u16) -> Value {
        self.backend(&rule.destinations[number].destination, port)
    }

    /// "A mirror to an unknown destination is silently nothing": so is one that a route has.
    fn mirror(&self, rule: &HttpRoute, number: usize, port: u16) -> Option<Value> {
        Some(self.backend(&rule.mirrors[number].destination, port))
    }
}
