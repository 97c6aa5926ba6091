//! Builds route tables: the routes on one Service port, merged and in order of precedence.
//!
//! "Rules from multiple Routes attached to the same parent are merged: only one rule ever applies
//! to a request", the one whose match has precedence over all others that hold.

use std::{collections::HashSet, sync::Arc};

use gamma_config::{MAX_TABLE_STEPS, RouteTable};
use gamma_manifest::{
    Manifests, Match, Route,
    diagnostic::{Diagnostic, codes},
};
use gamma_pattern::{MOST_AUTOMATA, TooManyAutomata};

use super::{
    kind::{by_kind, grpc_route},
    memo::MadeTable,
    precedence::Precedence,
    provenance::{MatchOrigin, TableOrigins},
    rule::{RankedRule, RulesByRoute},
};

/// Merges `routes` (indices into the manifests), which are all of one namespace.
pub(super) fn table(
    routes: &[usize],
    manifests: &Manifests,
    rules: &mut RulesByRoute,
) -> MadeTable {
    let (applied, ignored, conflicts) = most_specific(routes, manifests);
    let ranked: OfRoutes = applied
        .iter()
        .flat_map(|&route| {
            let rules = rules.for_table(route).into_iter();
            rules.map(move |rule| (route, rule))
        })
        .collect();
    let order = order(&ranked);
    let matches = order.iter().filter_map(|&(r, m)| {
        let (route, rule) = &ranked[r];
        origin(&manifests.routes[*route], &rule.ranks[m as usize])
    });
    let matches: Vec<MatchOrigin> = matches.collect();

    // Rules in the order of their best match.
    let mut number: Vec<Option<u32>> = vec![None; ranked.len()];
    let mut rules: Vec<_> = ranked.into_iter().map(|(_, of)| Some(of.rule)).collect();
    let mut table = RouteTable {
        rules: Vec::with_capacity(rules.len()),
        ..RouteTable::default()
    };
    for &(r, m) in &order {
        let position = *number[r].get_or_insert_with(|| {
            table.rules.extend(rules[r].take());
            (table.rules.len() - 1) as u32
        });
        table.match_order.push((position, m));
    }
    if table.match_order.is_sorted() {
        table.match_order = Vec::new();
    }
    let (patterns, excess) = gamma_pattern::compile(&table);
    table.patterns = patterns;
    let excess = matches_of_excess(&table, &excess, &matches);
    let origins = TableOrigins {
        matches,
        ignored: ignored
            .iter()
            .map(|&route| full_name(&manifests.routes[route]))
            .collect(),
    };
    MadeTable {
        table,
        origins: Arc::new(origins),
        found: [conflicts, excess].concat(),
    }
}

/// The matches whose patterns a path can't be read by any more. `matches` are those of the table in their order.
fn matches_of_excess(
    table: &RouteTable,
    TooManyAutomata(excess): &TooManyAutomata,
    matches: &[MatchOrigin],
) -> Vec<Diagnostic> {
    if excess.is_empty() {
        return Vec::new();
    }
    let excess: HashSet<&str> = excess.iter().map(|pattern| &**pattern).collect();
    let ordered = table.ordered_matches().zip(matches);
    let patterns = ordered.filter_map(|(m, origin)| {
        let m = m?;
        let path = m.path.iter().map(|path| &*path.value);
        let values = m.headers.iter().chain(&m.query_params);
        let mut values = path.chain(values.map(|value| &*value.value));
        Some((values.find(|value| excess.contains(value))?, origin))
    });
    let found = patterns.map(|(pattern, origin)| {
        Diagnostic::new(
            &codes::BAD_REGEX,
            origin.span,
            format!("`{pattern}` is a regular expression too many"),
        )
        .why(format!(
            "a path would have to be read by more than {MOST_AUTOMATA} automata, or those of the port would have more than \
             {MAX_TABLE_STEPS} steps, so the match never holds"
        ))
        .hint("begin expressions with the elements that they have in common, or use PathPrefix")
    });
    found.collect()
}

/// Rules, each with its route.
type OfRoutes = Vec<(usize, RankedRule)>;
/// Matches: indices of the rule and of the match within it.
type Order = Vec<(usize, u32)>;

/// Every match of every rule, best first.
fn order(ranked: &[(usize, RankedRule)]) -> Order {
    let mut order: Order = ranked
        .iter()
        .enumerate()
        .flat_map(|(r, (_, rule))| (0_u32..).take(rule.ranks.len()).map(move |m| (r, m)))
        .collect();
    order.sort_by_key(|&(r, m)| &ranked[r].1.ranks[m as usize]);
    order
}

/// Where the match of `rank` is written.
fn origin(route: &Route, rank: &Precedence) -> Option<MatchOrigin> {
    let rule = route.rules.get(rank.rule)?;
    Some(MatchOrigin {
        rank: rank.clone(),
        span: match rule.matches.get(rank.r#match)? {
            Match::Http(http) => http.span,
            Match::Grpc(grpc) => grpc.span,
        },
        rule: rule.span,
    })
}

fn full_name(route: &Route) -> String {
    let (namespace, name) = (&route.metadata.namespace, &route.metadata.name.value);
    format!("{}/{namespace}/{name}", route.kind.as_str())
}

/// The routes that are applied, and those that are ignored beside them, with what is to be said of that.
fn most_specific(
    routes: &[usize],
    manifests: &Manifests,
) -> (Vec<usize>, Vec<usize>, Vec<Diagnostic>) {
    let Some(grpc) = grpc_route(routes, manifests) else {
        return (routes.to_vec(), Vec::new(), Vec::new());
    };
    let (applied, ignored) = by_kind(routes, manifests);
    let grpc = &manifests.routes[grpc];
    let conflict = |&route: &usize| {
        let route = &manifests.routes[route];
        Diagnostic::new(
            &codes::ROUTE_CONFLICT,
            route.metadata.name.span,
            format!(
                "HTTPRoute `{}` shares a Service port with GRPCRoute `{}`",
                route.metadata.name.value, grpc.metadata.name.value
            ),
        )
        .why("only the GRPCRoute is applied on that port")
        .hint("attach them to different ports with `port` or `sectionName`")
    };
    let conflicts = ignored.iter().map(conflict).collect();
    (applied, ignored, conflicts)
}
