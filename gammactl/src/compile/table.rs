//! The routes on one port, merged into one table.
//!
//! "Rules from multiple Routes attached to the same parent are merged: only one rule ever applies
//! to a request", the one whose match has precedence over all others that hold.

use gamma_config::RouteTable;

use super::{
    kind::{by_kind, grpc_route},
    rule::{Compiled, Rules},
};
use crate::{
    diagnostic::{Diagnostic, Diagnostics, codes},
    manifest::Manifests,
};

/// Merges `routes` (indices into the manifests), which are all of one namespace.
pub(crate) fn table(
    routes: &[usize],
    manifests: &Manifests,
    rules: &Rules,
    diagnostics: &mut Diagnostics,
) -> RouteTable {
    let applied = most_specific(routes, manifests, diagnostics);
    let (compiled, order) = ranked(&applied, rules);
    let compiled: Vec<&Compiled> = compiled.into_iter().map(|(_, rule)| rule).collect();

    // Rules in the order of their best match.
    let mut number: Vec<Option<u32>> = vec![None; compiled.len()];
    let mut table = RouteTable::default();
    for &(r, m) in &order {
        let position = *number[r].get_or_insert_with(|| {
            table.rules.push(compiled[r].rule.clone());
            (table.rules.len() - 1) as u32
        });
        table.match_order.push((position, m));
    }
    if table.match_order.is_sorted() {
        table.match_order.clear();
    }
    table
}

/// Rules, each with its route.
type OfRoutes<'r> = Vec<(usize, &'r Compiled)>;
/// Matches: indices of the rule and of the match within it.
type Order = Vec<(usize, u32)>;

/// The rules of `routes`, and every match of every rule, best first.
pub(crate) fn ranked<'r>(routes: &[usize], rules: &'r Rules) -> (OfRoutes<'r>, Order) {
    let compiled: OfRoutes<'r> = routes
        .iter()
        .filter_map(|route| Some((*route, rules.get(route)?)))
        .flat_map(|(route, rules)| rules.iter().map(move |rule| (route, rule)))
        .collect();
    let mut order: Order = compiled
        .iter()
        .enumerate()
        .flat_map(|(r, (_, rule))| (0_u32..).take(rule.ranks.len()).map(move |m| (r, m)))
        .collect();
    order.sort_by_key(|&(r, m)| &compiled[r].1.ranks[m as usize]);
    (compiled, order)
}

/// "GRPCRoute > HTTPRoute: only the most specific type is applied, the others are ignored"
/// (GEP-1294, Route types).
fn most_specific(
    routes: &[usize],
    manifests: &Manifests,
    diagnostics: &mut Diagnostics,
) -> Vec<usize> {
    let Some(grpc) = grpc_route(routes, manifests) else {
        return routes.to_vec();
    };
    let (applied, ignored) = by_kind(routes, manifests);
    for route in ignored {
        let (route, grpc) = (&manifests.routes[route], &manifests.routes[grpc]);
        let diagnostic = Diagnostic::new(
            &codes::ROUTE_CONFLICT,
            route.metadata.name.span,
            format!(
                "HTTPRoute `{}` shares a Service port with GRPCRoute `{}`",
                route.metadata.name.value, grpc.metadata.name.value
            ),
        )
        .why("only the GRPCRoute is applied on that port")
        .hint("attach them to different ports with `port` or `sectionName`");
        // Once per pair, not once per port.
        diagnostics.push_once(diagnostic);
    }
    applied
}
