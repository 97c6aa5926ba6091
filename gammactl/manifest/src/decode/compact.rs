//! Gives back the memory that lists have room for and do not hold.
//!
//! A `Vec` that grows begins with room for four items, and most lists of a manifest have one or two. Rules and
//! backends are some hundred bytes each: of a hundred thousand routes that room is more than the rest.

use crate::{Filter, FilterKind, HeaderModifier, Match, Metadata, Route, Rule, Service};

/// Of a route that was read.
pub(super) fn route(route: &mut Route) {
    metadata(&mut route.metadata);
    route.parent_refs.shrink_to_fit();
    route.hostnames.shrink_to_fit();
    route.rules.shrink_to_fit();
    route.rules.iter_mut().for_each(rule);
}

/// Of a Service that was read.
pub(super) fn service(service: &mut Service) {
    metadata(&mut service.metadata);
    service.cluster_ips.shrink_to_fit();
    service.ip_families.shrink_to_fit();
    service.ports.shrink_to_fit();
}

fn metadata(metadata: &mut Metadata) {
    metadata.labels.shrink_to_fit();
    metadata.annotations.shrink_to_fit();
}

fn rule(rule: &mut Rule) {
    rule.matches.shrink_to_fit();
    for r#match in &mut rule.matches {
        match r#match {
            Match::Http(http) => {
                http.headers.shrink_to_fit();
                http.query_params.shrink_to_fit();
            }
            Match::Grpc(grpc) => grpc.headers.shrink_to_fit(),
        }
    }
    filters(&mut rule.filters);
    rule.backend_refs.shrink_to_fit();
    for backend in &mut rule.backend_refs {
        filters(&mut backend.filters);
    }
}

fn filters(filters: &mut Vec<Filter>) {
    filters.shrink_to_fit();
    for filter in filters {
        if let FilterKind::RequestHeaderModifier(modifier)
        | FilterKind::ResponseHeaderModifier(modifier) = &mut filter.kind
        {
            let HeaderModifier { set, add, remove } = modifier;
            set.shrink_to_fit();
            add.shrink_to_fit();
            remove.shrink_to_fit();
        }
    }
}
