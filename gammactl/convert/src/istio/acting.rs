//! Which VirtualService acts for whom: of several for one host it is one only.

use std::{cmp::Reverse, collections::BTreeSet};

use gamma_manifest::diagnostic::{Diagnostic, codes};

use super::virtual_service::VirtualService;
use crate::{hosts::HostName, service::SourceService};

/// The VirtualServices of the input, and which of them do something.
pub(super) struct Actors<'i> {
    virtual_services: &'i [VirtualService],
    cluster_domain: &'i str,
    /// What the hosts of each of them name.
    hosts: Vec<Vec<HostName>>,
    /// Numbers of those that name a Service of the input.
    meant: BTreeSet<usize>,
    /// Numbers of those that act for somebody.
    pub(super) acting: BTreeSet<usize>,
    pub(super) found: Vec<Diagnostic>,
}

/// A VirtualService that names a Service.
#[derive(Debug, Clone, Copy)]
pub(super) struct HostClaim {
    /// How precisely.
    precise: usize,
    number: usize,
}

impl<'i> Actors<'i> {
    pub(super) fn new(virtual_services: &'i [VirtualService], cluster_domain: &'i str) -> Self {
        let hosts = |of: &VirtualService| {
            let hosts = of.hosts.iter();
            hosts
                .map(|host| HostName::of(&host.value, &of.metadata.namespace, cluster_domain))
                .collect()
        };
        Self {
            hosts: virtual_services.iter().map(hosts).collect(),
            virtual_services,
            cluster_domain,
            meant: BTreeSet::new(),
            acting: BTreeSet::new(),
            found: Vec::new(),
        }
    }

    /// Says which hosts are no Services.
    pub(super) fn hosts_without_service(&self, services: &[SourceService]) -> Vec<Diagnostic> {
        let mut found = Vec::new();
        for (of, names) in self.virtual_services.iter().zip(&self.hosts) {
            for (host, name) in of.hosts.iter().zip(names) {
                let is_known = services.iter().any(|s| {
                    name.names(&s.namespace, &s.name, self.cluster_domain)
                        .is_some()
                });
                if is_known {
                    continue;
                }
                let hint = match name {
                    HostName::Other => {
                        "a Service is called by its name alone, or by name.namespace.svc and the cluster's domain"
                    }
                    _ => "add the Service to the input: kubectl get services -A -o yaml",
                };
                found.push(
                    Diagnostic::new(
                        &codes::HOST_WITHOUT_SERVICE,
                        host.span,
                        format!("host `{}` is no Service of the input", host.value),
                    )
                    .why("routes are attached to Services: nothing is written for it")
                    .hint(hint),
                );
            }
        }
        found
    }

    /// The VirtualServices that have something to say of a Service.
    pub(super) fn candidates(&mut self, service: &SourceService) -> Vec<HostClaim> {
        let of_service =
            |host: &HostName| host.names(&service.namespace, &service.name, self.cluster_domain);
        let all = self.hosts.iter().enumerate();
        let candidates: Vec<HostClaim> = all
            .filter_map(|(number, hosts)| {
                let precise = hosts.iter().filter_map(of_service).max()?;
                Some(HostClaim { precise, number })
            })
            .collect();
        self.meant
            .extend(candidates.iter().map(|claim| claim.number));
        candidates
    }

    /// Namespaces whose clients may see something else than others.
    pub(super) fn namespaces(
        &self,
        service: &SourceService,
        candidates: &[HostClaim],
    ) -> Vec<String> {
        let mut namespaces = BTreeSet::from([service.namespace.clone()]);
        for claim in candidates {
            let of = &self.virtual_services[claim.number];
            let matches = of.http.iter().flat_map(|rule| &rule.matches);
            namespaces
                .extend(matches.filter_map(|m| Some(m.source_namespace.as_ref()?.value.clone())));
            for to in &of.export_to {
                match &*to.value {
                    "*" | "~" => {}
                    "." => {
                        namespaces.insert(of.metadata.namespace.clone());
                    }
                    namespace => {
                        namespaces.insert(namespace.into());
                    }
                }
            }
        }
        namespaces.into_iter().collect()
    }

    /// The VirtualService that acts for clients there: the most precise host, "own namespace's private ones, then exported to
    /// it, then public; within each by creation time, then name, then namespace".
    pub(super) fn winner(
        &mut self,
        candidates: &[HostClaim],
        namespace: Option<&str>,
    ) -> Option<usize> {
        let visible = candidates
            .iter()
            .filter_map(|&HostClaim { precise, number }| {
                let of = &self.virtual_services[number];
                let own = namespace.is_some_and(|namespace| namespace == of.metadata.namespace);
                let is = |to: &str| of.export_to.iter().any(|other| other.value == to);
                let tier = if of.export_to.is_empty() || is("*") {
                    2
                } else if own && is(".") {
                    0
                } else if namespace.is_some_and(is) {
                    1
                } else {
                    return None;
                };
                Some((Reverse(precise), tier, number))
            });
        let mut visible: Vec<_> = visible.collect();
        let created = |number: usize| self.virtual_services[number].metadata.created;
        visible.sort_by_key(|&(precise, tier, number)| {
            let metadata = &self.virtual_services[number].metadata;
            let created = created(number);
            let name = (metadata.name.value.clone(), metadata.namespace.clone());
            (precise, tier, created.is_none(), created, name)
        });
        let &(precise, tier, first) = visible.first()?;
        let rival = visible[1..]
            .iter()
            .find(|(p, t, _)| (*p, *t) == (precise, tier));
        if let Some(&(_, _, second)) = rival
            && (created(first).is_none() || created(second).is_none())
        {
            let name = |number: usize| &self.virtual_services[number].metadata.name;
            self.found.push(
                Diagnostic::new(
                    &codes::AGE_UNKNOWN,
                    name(first).span,
                    format!("`{}` and `{}` are for the same host", name(first).value, name(second).value),
                )
                .why("only the older one acts, and the input does not say which that is: the first by name is converted")
                .hint("take the objects from the cluster, which have a creationTimestamp, or remove the one that does nothing")
                .also(name(second).span, "the other one"),
            );
        }
        self.acting.insert(first);
        Some(first)
    }

    /// Says which VirtualServices do nothing.
    pub(super) fn idle(&self) -> impl Iterator<Item = Diagnostic> {
        self.meant.difference(&self.acting).map(|&number| {
            let name = &self.virtual_services[number].metadata.name;
            Diagnostic::new(
                &codes::NEVER_ACTED,
                name.span,
                format!("VirtualService `{}` does nothing", name.value),
            )
            .why("an older one is for the same hosts, or nobody sees it: it is not converted")
            .hint("nothing: it did nothing before")
        })
    }
}
