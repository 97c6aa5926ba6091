//! The matches that compete for the requests to a Service port, best first.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use gamma_manifest::{Manifests, Match, Route, Rule, source::Span};

use crate::{Options, attach::Attachments, kind, precedence::Precedence};

/// A match among its competitors.
#[derive(Debug, Clone)]
pub(super) struct RankedMatch<'m> {
    pub(super) route: &'m Route,
    /// Its place in the route.
    pub(super) number: usize,
    pub(super) rule: &'m Rule,
    pub(super) r#match: &'m Match,
    rank: Precedence,
}

impl RankedMatch<'_> {
    pub(super) fn span(&self) -> Span {
        match self.r#match {
            Match::Http(http) => http.span,
            Match::Grpc(grpc) => grpc.span,
        }
    }

    pub(super) fn same_rule(&self, other: &Self) -> bool {
        std::ptr::eq(self.rule, other.rule)
    }

    /// As a person would name the rule.
    pub(super) fn name(&self) -> String {
        let rule = match &self.rule.name {
            Some(name) => format!("rule `{}`", name.value),
            None => format!("rule {}", self.number),
        };
        let name = &self.route.metadata.name.value;
        format!("{rule} of {} `{name}`", self.route.kind.as_str())
    }
}

/// All matches on one Service port for one group of clients, or of one route that is on none.
#[derive(Debug)]
pub(super) struct CompetingMatches<'m> {
    /// Best first.
    pub(super) matches: Vec<RankedMatch<'m>>,
    /// Ports of Services that have these routes and no others; none where others may be there, too.
    pub(super) ports: BTreeSet<u16>,
}

/// Every table once, however many ports have it. Each is made when it is its turn: all of them are as
/// large as the routes.
pub(super) fn tables<'m>(
    manifests: &'m Manifests,
    attachments: &Attachments<'_>,
    options: &Options,
) -> impl Iterator<Item = CompetingMatches<'m>> {
    let mut groups: BTreeMap<Vec<usize>, BTreeSet<u16>> = BTreeMap::new();
    for (port, _, routes) in attachments.groups() {
        groups.entry(routes.to_vec()).or_default().insert(port);
    }
    let attached = attachments.routes();
    for alone in (0..manifests.routes.len()).filter(|r| !attached.contains(r)) {
        groups.entry(vec![alone]).or_default();
    }
    groups.into_iter().flat_map(move |(routes, ports)| {
        // On one port only the most specific kind of route counts.
        let (applied, _) = kind::by_kind(&routes, manifests);
        let applied = applied.iter().map(|&r| &*manifests.routes[r]).collect();
        let groups = by_hostnames(applied, options);
        let known = match groups.len() {
            1 => ports,
            // One request may be for routes of several groups.
            _ => BTreeSet::new(),
        };
        groups
            .into_iter()
            .map(move |routes| table(&routes, known.clone()))
    })
}

/// Where hostnames count, only routes for the same ones surely compete.
fn by_hostnames<'m>(routes: Vec<&'m Route>, options: &Options) -> Vec<Vec<&'m Route>> {
    if !options.honor_hostnames {
        return vec![routes];
    }
    let mut groups: BTreeMap<BTreeSet<&str>, Vec<&Route>> = BTreeMap::new();
    for route in routes {
        let hostnames = route.hostnames.iter().map(|host| &*host.value).collect();
        groups.entry(hostnames).or_default().push(route);
    }
    groups.into_values().collect()
}

fn table<'m>(routes: &[&'m Route], ports: BTreeSet<u16>) -> CompetingMatches<'m> {
    let mut matches = Vec::new();
    for route in routes {
        for (number, rule) in route.rules.iter().enumerate() {
            for (m, r#match) in rule.matches.iter().enumerate() {
                matches.push(RankedMatch {
                    route,
                    number,
                    rule,
                    r#match,
                    rank: Precedence::new(route, number, m, r#match, None),
                });
            }
        }
    }
    matches.sort_by(|a, b| a.rank.cmp(&b.rank));
    CompetingMatches { matches, ports }
}

/// What has been said about a place already.
#[derive(Debug, Default)]
pub(super) struct SaidPlaces(HashSet<Span>);

impl SaidPlaces {
    /// Whether nothing was said about it before.
    pub(super) fn first(&mut self, span: Span) -> bool {
        self.0.insert(span)
    }
}
