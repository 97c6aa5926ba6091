//! From TrafficSplits to the routes of each Service.

use std::collections::{BTreeMap, BTreeSet};

use gamma_manifest::{
    diagnostic::{Diagnostic, codes},
    source::Spanned,
};
use serde_json::Value;

use super::{
    dialect::SmiDialect,
    http_route_group::{HttpRouteGroup, RouteMatch},
    quantity::{Quantity, shares},
    traffic_split::{SplitBackend, TrafficSplit},
};
use crate::{
    draft::{
        EntryOrigin, PlainActions, RequestList, RouteDraft, RouteOrigin, Tables, UnspeakableMatch,
        label, table, to_backends,
    },
    hosts::HostName,
    options::ConversionOptions,
    service::SourceService,
    shares::rounded,
    source_list::SourceCondition,
};

/// The split of each Service, by namespace and name of the Service.
#[derive(Debug, Default)]
pub(crate) struct Splits<'i> {
    by_service: BTreeMap<(String, String), &'i TrafficSplit>,
    /// Services of which splits say different things.
    disputed: BTreeSet<(String, String)>,
    groups: &'i [HttpRouteGroup],
}

impl<'i> Splits<'i> {
    /// Of several splits for one Service none counts, unless they are alike.
    pub(crate) fn new(
        splits: &'i [TrafficSplit],
        groups: &'i [HttpRouteGroup],
        options: &ConversionOptions,
        draft: &mut RouteDraft,
    ) -> Self {
        let mut all = Self {
            groups,
            ..Self::default()
        };
        for split in splits {
            let Some(key) = service_of(&split.service.value, &split.metadata.namespace, options)
            else {
                draft.found.push(
                    Diagnostic::new(
                        &codes::HOST_WITHOUT_SERVICE,
                        split.service.span,
                        format!("`{}` is no Service of the cluster", split.service.value),
                    )
                    .why("routes are attached to Services: nothing is written for it")
                    .hint("call the Service by its name alone"),
                );
                continue;
            };
            all.say_dialect(split, options.smi_dialect, draft);
            match all.by_service.get(&key) {
                None => {
                    all.by_service.insert(key, split);
                }
                Some(other) if *other == split => draft.found.push(
                    Diagnostic::new(
                        &codes::NEVER_ACTED,
                        split.metadata.name.span,
                        format!(
                            "TrafficSplit `{}` says nothing new",
                            split.metadata.name.value
                        ),
                    )
                    .why("another one says the same of the same Service")
                    .hint("remove one of them")
                    .also(other.metadata.name.span, "the other one"),
                ),
                Some(other) => {
                    draft.found.push(
                        Diagnostic::new(
                            &codes::TWO_SOURCES,
                            split.metadata.name.span,
                            format!("two TrafficSplits are for Service `{}`", split.service.value),
                        )
                        .why("which one counts depends on the mesh, and on the order in which they came: nothing is written")
                        .hint("keep the one that is in force")
                        .also(other.metadata.name.span, "the other one"),
                    );
                    all.disputed.insert(key);
                }
            }
        }
        all
    }

    fn say_dialect(
        &self,
        split: &TrafficSplit,
        dialect: Option<SmiDialect>,
        draft: &mut RouteDraft,
    ) {
        if let (None, Some(group)) = (dialect, split.matches.first()) {
            draft.found.push(
                Diagnostic::new(
                    &codes::MESHES_DISAGREE,
                    group.span,
                    "meshes do different things with `matches` of a TrafficSplit",
                )
                .why("Linkerd and Open Service Mesh ignore them; here the split is for these requests only, as SMI has it")
                .hint("say which mesh obeyed it with --smi-dialect spec, linkerd or osm"),
            );
        }
        let suffixes: BTreeSet<bool> = (split.backends.iter())
            .map(|backend| backend.weight.has_suffix)
            .collect();
        if suffixes.len() > 1 {
            draft.found.push(
                Diagnostic::new(
                    &codes::MESHES_DISAGREE,
                    split.span,
                    "some of the weights have a suffix, and some have none",
                )
                .why("`1` and `500m` are 2 : 1; the webhook of SMI's SDK converted them to 1 : 500")
                .hint("see what the shares are today, write whole numbers, or accept it"),
            );
        }
    }

    /// The split of a Service, if it is clear which one.
    pub(crate) fn of(&self, service: &SourceService) -> Option<&'i TrafficSplit> {
        let key = (service.namespace.clone(), service.name.clone());
        let split = self.by_service.get(&key).copied();
        split.filter(|_| !self.disputed.contains(&key))
    }

    /// The groups that splits ask for: namespaces and names.
    pub(crate) fn asked(&self) -> BTreeSet<(String, String)> {
        let splits = self.by_service.values();
        let asked = splits.flat_map(|split| {
            let names = split.matches.iter().map(|group| group.value.clone());
            names.map(|name| (split.metadata.namespace.clone(), name))
        });
        asked.collect()
    }

    /// The matches of a split's groups; says which groups are missing.
    fn matches(
        &self,
        split: &'i TrafficSplit,
        draft: &mut RouteDraft,
    ) -> Option<Vec<&'i RouteMatch>> {
        let mut matches = Vec::new();
        for wanted in &split.matches {
            let group = self.groups.iter().find(|group| {
                group.metadata.namespace == split.metadata.namespace
                    && group.metadata.name.value == wanted.value
            });
            match group {
                Some(group) => matches.extend(&group.matches),
                None => {
                    draft.found.push(
                        Diagnostic::new(
                            &codes::UNSPEAKABLE_MATCH,
                            wanted.span,
                            format!("HTTPRouteGroup `{}` is not in the input", wanted.value),
                        )
                        .why("which requests the split is for is not known: nothing is written for its Service")
                        .hint("add it: kubectl get httproutegroups,trafficsplits,services -A -o yaml"),
                    );
                    return None;
                }
            }
        }
        Some(matches)
    }
}

/// Namespace and name of a Service that is called by its name, or by all of it.
fn service_of(
    name: &str,
    namespace: &str,
    options: &ConversionOptions,
) -> Option<(String, String)> {
    match HostName::of(name, namespace, &options.cluster_domain) {
        HostName::Service(namespace, name) => Some((namespace, name)),
        HostName::Wildcard(_) | HostName::Other => None,
    }
}

/// Where a split sends requests that come to `port`, as `backendRefs` of a route in namespace `from`. "a backend without that port is
/// not included": the others have its share.
pub(crate) fn split_backends(
    split: &TrafficSplit,
    port: u16,
    from: &str,
    services: &[SourceService],
    options: &ConversionOptions,
    draft: &mut RouteDraft,
) -> Vec<Value> {
    let mut kept: Vec<(&SourceService, Quantity)> = Vec::new();
    for SplitBackend { service, weight } in &split.backends {
        let named = service_of(&service.value, &split.metadata.namespace, options);
        let known = named.and_then(|(namespace, name)| {
            let mut services = services.iter();
            services.find(|service| service.namespace == namespace && service.name == name)
        });
        match known {
            Some(known) if known.has_port(port) => kept.push((known, *weight)),
            Some(_) => {}
            None => draft.found.push(unknown_backend(service)),
        }
    }
    let weights: Vec<Quantity> = kept.iter().map(|(_, weight)| *weight).collect();
    let (shares, rounds) = shares(&weights);
    if rounds {
        draft.found.push(rounded(split.span).diagnostic());
    }
    let backends = kept.iter().zip(shares).map(|((service, _), share)| {
        let mut backend = draft.backend(from, &service.namespace, &service.name, port);
        backend["weight"] = share.into();
        backend
    });
    let backends: Vec<Value> = backends.collect();
    if backends.is_empty() {
        draft.found.push(
            Diagnostic::new(
                &codes::UNKNOWN_DESTINATION,
                split.span,
                format!("none of the backends has port {port}"),
            )
            .why("the route answers requests there with 500")
            .hint("add the port to a backend"),
        );
    }
    backends
}

fn unknown_backend(service: &Spanned<String>) -> Diagnostic {
    Diagnostic::new(
        &codes::UNKNOWN_DESTINATION,
        service.span,
        format!("backend `{}` is no Service of the input", service.value),
    )
    .why("nothing is written for it: the other backends have its share")
    .hint("add the Service to the input: kubectl get services -A -o yaml")
}

/// What splits become, but for those of Services that have a ServiceProfile, which are `done`.
pub(crate) fn plan(
    services: &[SourceService],
    splits: &Splits<'_>,
    done: &BTreeSet<(String, String)>,
    options: &ConversionOptions,
    draft: &mut RouteDraft,
) {
    for ((namespace, name), split) in &splits.by_service {
        let mut known = services.iter();
        let service = known.find(|s| s.namespace == *namespace && s.name == *name);
        let Some(service) = service.filter(|service| service.is_frontend) else {
            draft.found.push(without_service(split));
            continue;
        };
        let key = (namespace.clone(), name.clone());
        if splits.disputed.contains(&key) || done.contains(&key) {
            continue;
        }
        let of = RouteOrigin {
            kind: "TrafficSplit",
            namespace: &split.metadata.namespace,
            name: &split.metadata.name.value,
        };
        if !draft.claim(service, of, split.metadata.name.span) {
            continue;
        }
        if let Some(tables) = tables(service, split, splits, services, options, draft) {
            draft.write(service, of, namespace, &tables);
        }
    }
}

fn without_service(split: &TrafficSplit) -> Diagnostic {
    let name = &split.service.value;
    Diagnostic::new(
        &codes::HOST_WITHOUT_SERVICE,
        split.service.span,
        format!("`{name}` is no Service of the input that has a cluster IP"),
    )
    .why("routes are attached to Services: nothing is written for it")
    .hint("add the Service to the input: kubectl get services -A -o yaml")
}

fn tables(
    service: &SourceService,
    split: &TrafficSplit,
    splits: &Splits<'_>,
    services: &[SourceService],
    options: &ConversionOptions,
    draft: &mut RouteDraft,
) -> Option<Tables> {
    let dialect = options.smi_dialect.unwrap_or(SmiDialect::Spec);
    let matches = if split.matches.is_empty() || !dialect.obeys_matches() {
        None
    } else {
        Some(splits.matches(split, draft)?)
    };
    let list = match requests(split, matches.as_deref()) {
        Ok(list) => list,
        Err(unspeakable) => {
            draft.found.push(
                Diagnostic::new(
                    &codes::UNSPEAKABLE_MATCH,
                    unspeakable.span,
                    unspeakable.message,
                )
                .why("without it the match would take more: nothing is written for its Service")
                .hint("match by something else"),
            );
            return None;
        }
    };
    let mut tables = Tables::new();
    for &port in &service.ports {
        let backends = split_backends(split, port, &service.namespace, services, options, draft);
        let itself = draft.backend(&service.namespace, &service.namespace, &service.name, port);
        // By the numbers of the effects.
        let actions = PlainActions(vec![to_backends(backends), to_backends(vec![itself])]);
        tables.insert(port, draft.port_rules(table(&list, &actions))?);
    }
    Some(tables)
}

/// The requests of the matches go to the backends, and "traffic that does not match goes to the root service".
fn requests(
    split: &TrafficSplit,
    matches: Option<&[&RouteMatch]>,
) -> Result<RequestList, UnspeakableMatch> {
    let mut list = RequestList::default();
    let mut add = |condition, effect, span, name| {
        let origin = EntryOrigin {
            span,
            rule: span,
            name,
            is_implied: effect == ITSELF,
        };
        let added = list.add(condition, effect, false, origin);
        added.map_err(|what| UnspeakableMatch::of(&what, span))
    };
    let Some(matches) = matches else {
        add(SourceCondition::always(), SPLIT, split.span, None)?;
        return Ok(list);
    };
    for of in matches {
        let name = of.name.as_deref().map(label);
        add(of.condition(), SPLIT, of.span, name)?;
    }
    let other = Some("other".into());
    add(SourceCondition::always(), ITSELF, split.span, other)?;
    Ok(list)
}

/// Effects: to the backends, and to the Service itself.
const SPLIT: usize = 0;
const ITSELF: usize = 1;
