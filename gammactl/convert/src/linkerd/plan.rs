//! From ServiceProfiles to the routes of each Service.

use std::collections::BTreeSet;

use gamma_manifest::diagnostic::{Diagnostic, codes};
use serde_json::{Value, json};

use super::profile::ServiceProfile;
use crate::{
    draft::{
        EntryOrigin, PlainActions, RequestList, RouteDraft, RouteOrigin, Tables, UnspeakableMatch,
        label, table, to_backends,
    },
    hosts::HostName,
    options::ConversionOptions,
    service::SourceService,
    shares::rounded,
    smi::{Quantity, Splits, TrafficSplit, shares, split_backends},
    source_list::SourceCondition,
};

/// What profiles become, with the splits of their Services. The Services that routes are written for, by namespace and name.
pub(crate) fn plan(
    services: &[SourceService],
    profiles: &[ServiceProfile],
    splits: &Splits<'_>,
    options: &ConversionOptions,
    draft: &mut RouteDraft,
) -> BTreeSet<(String, String)> {
    let mut done = BTreeSet::new();
    for profile in profiles {
        let name = &profile.metadata.name;
        let host = HostName::of(
            &name.value,
            &profile.metadata.namespace,
            &options.cluster_domain,
        );
        let named = |service: &&SourceService| {
            // A profile is called as its host in full.
            name.value.contains('.')
                && host
                    .names(&service.namespace, &service.name, &options.cluster_domain)
                    .is_some()
        };
        let service = services.iter().find(named);
        let Some(service) = service.filter(|service| service.is_frontend) else {
            draft.found.push(
                Diagnostic::new(
                    &codes::HOST_WITHOUT_SERVICE,
                    name.span,
                    format!("`{}` is no Service of the input that has a cluster IP", name.value),
                )
                .why("routes are attached to Services: nothing is written for it")
                .hint("a profile is called name.namespace.svc and the cluster's domain; add the Service to the input: kubectl get services -A -o yaml"),
            );
            continue;
        };
        let of = RouteOrigin {
            kind: "ServiceProfile",
            namespace: &profile.metadata.namespace,
            name: &name.value,
        };
        if !draft.claim(service, of, name.span) {
            continue;
        }
        done.insert((service.namespace.clone(), service.name.clone()));
        let split = splits.of(service);
        if let Some(split) = split.filter(|split| !split.matches.is_empty()) {
            ignored_matches(split, draft);
        }
        let planned = ProfilePlan {
            service,
            profile,
            split,
            services,
            options,
        };
        if let Some(tables) = planned.tables(draft) {
            // "One in the client's namespace comes before the Service's".
            draft.write(service, of, &profile.metadata.namespace, &tables);
        }
    }
    done
}

fn ignored_matches(split: &TrafficSplit, draft: &mut RouteDraft) {
    draft.found.push(
        Diagnostic::new(
            &codes::NEVER_ACTED,
            split.matches[0].span,
            "`matches` of this split do nothing",
        )
        .why("its Service has a ServiceProfile, and Linkerd splits all requests")
        .hint("nothing: they did nothing before"),
    );
}

struct ProfilePlan<'i> {
    service: &'i SourceService,
    profile: &'i ServiceProfile,
    split: Option<&'i TrafficSplit>,
    services: &'i [SourceService],
    options: &'i ConversionOptions,
}

impl ProfilePlan<'_> {
    fn tables(&self, draft: &mut RouteDraft) -> Option<Tables> {
        let list = match self.requests() {
            Ok(list) => list,
            Err(UnspeakableMatch { span, message }) => {
                draft.found.push(
                    Diagnostic::new(&codes::UNSPEAKABLE_MATCH, span, message)
                        .why("without it the match would take more: nothing is written for its Service")
                        .hint("match by something else"),
                );
                return None;
            }
        };
        let mut tables = Tables::new();
        for &port in &self.service.ports {
            let backends = to_backends(self.backends(port, draft));
            // A rule for each route, and one for the rest.
            let timeouts = self.profile.routes.iter().map(|route| route.timeout);
            let effects = timeouts.chain([None]).map(|timeout| {
                let mut members = backends.clone();
                if let Some(timeout) = timeout.filter(|timeout| timeout.0 > 0) {
                    members.insert("timeouts".into(), json!({"request": timeout.text()}));
                }
                members
            });
            let actions = PlainActions(effects.collect());
            tables.insert(port, draft.port_rules(table(&list, &actions))?);
        }
        Some(tables)
    }

    /// The routes in order, and for what none of them takes "the default route", which is the Service itself.
    fn requests(&self) -> Result<RequestList, UnspeakableMatch> {
        let mut list = RequestList::default();
        for (effect, route) in self.profile.routes.iter().enumerate() {
            let origin = EntryOrigin {
                span: route.span,
                rule: route.span,
                name: route.name.as_ref().map(|name| label(&name.value)),
                is_implied: false,
            };
            let added = list.add(route.condition.source_condition(), effect, false, origin);
            added.map_err(|what| UnspeakableMatch::of(&what, route.span))?;
        }
        let span = self.profile.span;
        let origin = EntryOrigin {
            span,
            rule: span,
            name: Some("default".into()),
            is_implied: true,
        };
        let default = self.profile.routes.len();
        let added = list.add(SourceCondition::always(), default, false, origin);
        added.map_err(|what| UnspeakableMatch::of(&what, span))?;
        Ok(list)
    }

    /// Where all requests to `port` go: a split comes before `dstOverrides`, which Linkerd's adaptor writes of it.
    fn backends(&self, port: u16, draft: &mut RouteDraft) -> Vec<Value> {
        let from = &self.profile.metadata.namespace;
        if let Some(split) = self.split {
            return split_backends(split, port, from, self.services, self.options, draft);
        }
        if self.profile.overrides.is_empty() {
            let Self { service, .. } = self;
            return vec![draft.backend(from, &service.namespace, &service.name, port)];
        }
        let weights: Vec<Quantity> = self.profile.overrides.iter().map(|of| of.weight).collect();
        let (shares, rounds) = shares(&weights);
        if let Some(first) = self.profile.overrides.first().filter(|_| rounds) {
            draft.found.push(rounded(first.authority.span).diagnostic());
        }
        let mut backends = Vec::new();
        for (of, share) in self.profile.overrides.iter().zip(shares) {
            let text = &*of.authority.value;
            // "authority may carry a port".
            let (host, number) = match text.rsplit_once(':') {
                Some((host, number)) => (host, number.parse().ok()),
                None => (text, Some(port)),
            };
            let host = host.trim_end_matches('.');
            let host = HostName::of(host, from, &self.options.cluster_domain);
            let known = self.services.iter().find(|service| {
                host.names(
                    &service.namespace,
                    &service.name,
                    &self.options.cluster_domain,
                )
                .is_some()
            });
            let known = known.zip(number);
            let Some((service, number)) = known.filter(|(of, number)| of.has_port(*number)) else {
                draft.found.push(
                    Diagnostic::new(
                        &codes::UNKNOWN_DESTINATION,
                        of.authority.span,
                        format!("`{text}` is no port of a Service of the input"),
                    )
                    .why("its share is answered with 500")
                    .hint("add the Service to the input: kubectl get services -A -o yaml"),
                );
                continue;
            };
            let mut backend = draft.backend(from, &service.namespace, &service.name, number);
            backend["weight"] = share.into();
            backends.push(backend);
        }
        backends
    }
}
