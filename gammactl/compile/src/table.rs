//! Builds route tables: the routes on one Service port, merged and in order of precedence.
//!
//! "Rules from multiple Routes attached to the same parent are merged: only one rule ever applies
//! to a request", the one whose match has precedence over all others that hold.

use gamma_config::RouteTable;
use gamma_manifest::{
    Manifests, Match, Route,
    diagnostic::{Diagnostic, Diagnostics, codes},
};

use gamma_pattern::{MOST_AUTOMATA, TooManyAutomata};

use super::{
    kind::{by_kind, grpc_route},
    precedence::Precedence,
    provenance::{MatchOrigin, TableOrigins},
    rule::{RankedRule, RulesByRoute},
};

/// Merges `routes` (indices into the manifests), which are all of one namespace.
pub(super) fn table(
    routes: &[usize],
    manifests: &Manifests,
    rules: &mut RulesByRoute,
    diagnostics: &mut Diagnostics,
) -> (RouteTable, TableOrigins) {
    let (applied, ignored) = most_specific(routes, manifests, diagnostics);
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
    say_which_never_hold(&table, &excess, &matches, diagnostics);
    let origins = TableOrigins {
        matches,
        ignored: ignored
            .iter()
            .map(|&route| full_name(&manifests.routes[route]))
            .collect(),
    };
    (table, origins)
}

/// Says which matches have patterns that a path can't be read by any more. `matches` are in their order.
fn say_which_never_hold(
    table: &RouteTable,
    TooManyAutomata(excess): &TooManyAutomata,
    matches: &[MatchOrigin],
    diagnostics: &mut Diagnostics,
) {
    if excess.is_empty() {
        return;
    }
    let ordered = table.ordered_matches().zip(matches);
    let paths = ordered.filter_map(|(m, origin)| Some((m?.path.as_ref()?, origin)));
    for (path, origin) in paths.filter(|(path, _)| excess.contains(&path.value)) {
        let diagnostic = Diagnostic::new(
            &codes::BAD_REGEX,
            origin.span,
            format!("`{}` is a regular expression too many", path.value),
        )
        .why(format!(
            "each path would have to be read by more than {MOST_AUTOMATA} automata, so the match never holds"
        ))
        .hint("begin expressions with the elements that they have in common, or use PathPrefix");
        // Once for all the ports that the route is on.
        diagnostics.push_once(diagnostic);
    }
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

/// The routes that are applied, and those that are ignored beside them: that is said.
fn most_specific(
    routes: &[usize],
    manifests: &Manifests,
    diagnostics: &mut Diagnostics,
) -> (Vec<usize>, Vec<usize>) {
    let Some(grpc) = grpc_route(routes, manifests) else {
        return (routes.to_vec(), Vec::new());
    };
    let (applied, ignored) = by_kind(routes, manifests);
    for &route in &ignored {
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
    (applied, ignored)
}
