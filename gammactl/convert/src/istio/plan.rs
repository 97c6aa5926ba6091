//! From VirtualServices to the routes of each Service, for each kind of clients.

use gamma_manifest::diagnostic::{Diagnostic, codes};

use super::{
    acting::Actors,
    action::IstioActions,
    destination_rule::DestinationRule,
    requests::{Client, Requests},
    versions::{RouteBackends, Versions},
    virtual_service::VirtualService,
};
use crate::{
    draft::{PortRules, RouteDraft, RouteOrigin, Tables, table, with_defaults},
    options::ConversionOptions,
    service::SourceService,
};

/// What VirtualServices become.
pub(crate) fn plan(
    services: &[SourceService],
    virtual_services: &[VirtualService],
    destination_rules: &[DestinationRule],
    options: &ConversionOptions,
    draft: &mut RouteDraft,
) {
    let mut planner = Planner {
        virtual_services,
        options,
        versions: Versions::new(services, destination_rules, &options.cluster_domain),
        actors: Actors::new(virtual_services, &options.cluster_domain),
        draft,
    };
    let unknown_hosts = planner.actors.hosts_without_service(services);
    planner.draft.found.extend(unknown_hosts);
    for service in services {
        planner.service(service);
    }
    planner.about_clients();
    let idle: Vec<Diagnostic> = planner.actors.idle().collect();
    let Planner {
        versions, actors, ..
    } = planner;
    let (version_services, found) = versions.finish();
    draft.services.extend(version_services);
    let found = actors.found.into_iter().chain(idle).chain(found);
    draft.found.extend(found);
}

struct Planner<'i, 'd> {
    virtual_services: &'i [VirtualService],
    options: &'i ConversionOptions,
    versions: Versions<'i>,
    actors: Actors<'i>,
    draft: &'d mut RouteDraft,
}

impl Planner<'_, '_> {
    fn service(&mut self, service: &SourceService) {
        let candidates = self.actors.candidates(service);
        if candidates.is_empty() {
            return;
        }
        if !service.is_frontend {
            self.draft.found.push(
                Diagnostic::new(
                    &codes::HOST_WITHOUT_SERVICE,
                    service.span,
                    format!(
                        "Service `{}` can be no parent of a route",
                        service.full_name()
                    ),
                )
                .why("it has no cluster IP: nothing is written for it")
                .hint("give it a cluster IP, or keep the VirtualService"),
            );
            return;
        }
        let namespaces = self.actors.namespaces(service, &candidates);
        let mut producer = None;
        let mut consumers = Vec::new();
        for namespace in std::iter::once(None).chain(namespaces.iter().map(|n| Some(&**n))) {
            let winner = self.actors.winner(&candidates, namespace);
            let tables = match winner.map(|number| self.tables(service, number, namespace)) {
                None => None,
                Some(Ok(tables)) => Some(tables),
                Some(Err(())) => return,
            };
            match namespace {
                None => producer = winner.zip(tables),
                Some(namespace) => consumers.push((namespace, winner.zip(tables))),
            }
        }
        for (namespace, of) in consumers {
            let same = match (&producer, &of) {
                (Some((_, common)), Some((_, own))) => common == own,
                (None, None) => true,
                _ => false,
            };
            if same {
                continue;
            }
            let number = of.as_ref().or(producer.as_ref()).map(|(number, _)| *number);
            if *namespace == service.namespace {
                self.own_clients_differ(service, number);
                continue;
            }
            // Where nothing is visible, the others' routes would be.
            let own = of.map(|(_, tables)| tables).unwrap_or_default();
            let others = producer.as_ref().map(|(_, tables)| tables);
            let tables = with_defaults(own, others, service, namespace);
            if let Some(number) = number {
                self.write(service, number, namespace, &tables);
            }
        }
        if let Some((number, tables)) = producer {
            self.write(service, number, &service.namespace, &tables);
        }
    }

    /// What a VirtualService says of each port, to some clients.
    fn tables(
        &mut self,
        service: &SourceService,
        number: usize,
        namespace: Option<&str>,
    ) -> Result<Tables, ()> {
        let of = &self.virtual_services[number];
        let client = Client {
            namespace,
            labels: &self.options.client_labels,
        };
        let mut tables = Tables::new();
        for &port in &service.ports {
            let requests = match Requests::new(&of.http, port, client) {
                Ok(requests) => requests,
                Err(unspeakable) => {
                    self.draft.found.push(
                        Diagnostic::new(&codes::UNSPEAKABLE_MATCH, unspeakable.span, unspeakable.message)
                            .why(format!(
                                "without it the match would take more: nothing is written for Service `{}`",
                                service.full_name()
                            ))
                            .hint("keep the VirtualService for this Service, or match by something else"),
                    );
                    return Err(());
                }
            };
            self.draft.dead(requests.list.never().iter().copied());
            let backends = RouteBackends {
                versions: &self.versions,
                draft: &*self.draft,
                source_namespace: &of.metadata.namespace,
                route_namespace: match namespace {
                    Some(namespace) => namespace,
                    None => &service.namespace,
                },
            };
            let actions = IstioActions {
                rules: &of.http,
                effects: &requests.effects,
                port,
                backends: &backends,
            };
            if requests.list.is_empty() {
                continue;
            }
            if let Some(span) = requests.list.never_holds() {
                let source = requests.list.source_list(&actions);
                tables.insert(port, PortRules::nothing_holds(span, source));
                self.draft.found.push(
                    Diagnostic::new(
                        &codes::ANSWERED_OTHERWISE,
                        span,
                        "no request can meet any of the matches",
                    )
                    .why("Istio answers them all with 404, and a rule without backends with 500")
                    .hint("begin paths with `/`, or remove the VirtualService"),
                );
                continue;
            }
            let table = table(&requests.list, &actions);
            let rules = self.draft.port_rules(table).ok_or(())?;
            tables.insert(port, rules);
        }
        Ok(tables)
    }

    fn own_clients_differ(&mut self, service: &SourceService, number: Option<usize>) {
        let Some(of) = number.map(|number| &self.virtual_services[number]) else {
            return;
        };
        let asked = of.http.iter().flat_map(|rule| &rule.matches);
        let asked = asked
            .filter_map(|m| m.source_namespace.as_ref())
            .map(|name| name.span);
        let exported = of.export_to.iter().map(|to| to.span);
        let span = asked
            .chain(exported)
            .next()
            .unwrap_or(of.metadata.name.span);
        self.draft.found.push(
            Diagnostic::new(
                &codes::CLIENTS_TOLD_APART,
                span,
                format!(
                    "clients in namespace `{}` are decided otherwise than others",
                    service.namespace
                ),
            )
            .why("a route in the namespace of its Service is for all clients: they get what all others get")
            .hint("move these clients to another namespace, or the Service, or do without the difference"),
        );
    }

    fn write(&mut self, service: &SourceService, number: usize, namespace: &str, tables: &Tables) {
        let metadata = &self.virtual_services[number].metadata;
        let of = RouteOrigin {
            kind: "VirtualService",
            namespace: &metadata.namespace,
            name: &metadata.name.value,
        };
        self.draft.write(service, of, namespace, tables);
    }

    /// Says what of the acting ones is about some clients, and what the mesh does by itself.
    fn about_clients(&mut self) {
        for &number in &self.actors.acting {
            let of = &self.virtual_services[number];
            let matches = of.http.iter().flat_map(|rule| &rule.matches);
            let labels = matches.filter_map(|m| m.source_labels.as_ref());
            for labels in labels.filter(|_| self.options.client_labels.is_empty()) {
                self.draft.found.push(
                    Diagnostic::new(
                        &codes::CLIENTS_TOLD_APART,
                        labels.span,
                        "the match is for clients with certain labels",
                    )
                    .why("routes can't tell clients apart: what is written is for clients without them")
                    .hint("convert once more for these clients, with --client-labels, and give their sidecars that config"),
                );
            }
            let sends = |rule: &&super::http_route::HttpRoute| {
                rule.retries.is_none() && rule.redirect.is_none() && !rule.is_unspeakable
            };
            if let Some(rule) = of.http.iter().find(sends) {
                self.draft.found.push(
                    Diagnostic::new(
                        &codes::DEFAULT_RETRIES,
                        rule.span,
                        "Istio sends requests again where nothing is said of retries",
                    )
                    .why("twice, where the connection was refused or gRPC says UNAVAILABLE or CANCELLED; a route without `retry` sends none again")
                    .hint("write `retries` into the rule if you want them: attempts: 0 says that you don't"),
                );
            }
        }
    }
}
