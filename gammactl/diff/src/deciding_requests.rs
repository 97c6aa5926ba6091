//! For each match of a config a request that it decides: what tests of the config ask.

use std::{collections::BTreeSet, ops::ControlFlow};

use gamma_config::{Config, Port, Service, ServiceKind};
use gamma_explain::{admit, request::Simulated};
use gamma_router::BuildError;

use super::{
    decide::Decider,
    model::{Clients, DecidingRule},
    port_side::PortSide,
    row_regions::RowRegions,
    search::{Budget, search},
    service_addresses::ServiceAddresses,
    space::Space,
    table::{EffectNumbers, MatchRow, rows},
    witness,
};

/// Regions of one match in which a request that it decides is looked for.
const REGIONS: usize = 24;

/// The requests that the matches on one Service port decide.
#[derive(Debug)]
pub struct DecidingRequests {
    /// Namespace of the Service.
    pub namespace: String,
    /// Its name.
    pub name: String,
    /// Number of the port.
    pub port: u16,
    /// The clients that get these routes.
    pub clients: Clients,
    /// A namespace of such a client.
    pub client: String,
    /// One for each match that decides some request, in order of precedence; at last one that no match decides, if
    /// there is any.
    pub requests: Vec<DecidedRequest>,
}

/// A request, and the match that decides it.
#[derive(Debug)]
pub struct DecidedRequest {
    /// The request; without the namespace of its client.
    pub request: Simulated,
    /// The rule, and the number of the match in it; `None` if no match decides.
    pub by: Option<(DecidingRule, usize)>,
}

/// For each Service port that has routes, and all kinds of clients, the requests that tell its matches apart.
///
/// # Errors
///
/// A pattern that the router refuses.
pub fn deciding_requests(config: &Config) -> Result<Vec<DecidingRequests>, BuildError> {
    let mut all = Vec::new();
    for service in &config.services {
        if service.kind != ServiceKind::Service {
            continue;
        }
        for port in &service.ports {
            for (clients, client) in clients(service, port) {
                let side = PortSide {
                    config,
                    service,
                    port,
                    client: &client,
                    table: port.consumers.get(&client).or(port.producer.as_ref()),
                    list: None,
                };
                if side.table.is_none() {
                    continue;
                }
                all.push(DecidingRequests {
                    namespace: service.namespace.clone(),
                    name: service.name.clone(),
                    port: port.port,
                    requests: requests(side)?,
                    clients,
                    client,
                });
            }
        }
    }
    Ok(all)
}

/// The kinds of clients, each with a namespace that is one of it.
fn clients(service: &Service, port: &Port) -> Vec<(Clients, String)> {
    let special: BTreeSet<String> = port.consumers.keys().cloned().collect();
    let mut other = service.namespace.clone();
    while special.contains(&other) {
        other.push_str("-other");
    }
    let each = special
        .iter()
        .map(|namespace| (Clients::Of(namespace.clone()), namespace.clone()));
    std::iter::once((Clients::AllBut(special.clone()), other))
        .chain(each)
        .collect()
}

fn requests(side: PortSide<'_>) -> Result<Vec<DecidedRequest>, BuildError> {
    let rows = rows(side, &mut EffectNumbers::default());
    let addresses = ServiceAddresses::new(side, side)?;
    if addresses.is_empty() {
        return Ok(Vec::new());
    }
    let space = Space::new(rows.iter(), &addresses);
    let regions = RowRegions::new(&rows, vec![false; rows.len()], &space);
    let decider = Decider::new(&rows, side)?;
    let mut budget = Budget::new();
    let mut found = Vec::new();
    for (number, row) in rows.iter().enumerate() {
        let Some(within) = &regions.regions[number] else {
            continue;
        };
        let without: Vec<_> = regions.before(number, within).collect();
        let mut request = None;
        let mut tried = 0;
        search(
            within,
            &without,
            space.sizes(),
            &mut budget,
            &mut |region| {
                let candidates = witness::requests(&space, region);
                request = candidates
                    .into_iter()
                    .find(|candidate| is_decided_by(number, candidate, &decider));
                tried += 1;
                if request.is_some() || tried >= REGIONS {
                    ControlFlow::Break(())
                } else {
                    ControlFlow::Continue(())
                }
            },
        );
        found.extend(request.map(|request| DecidedRequest {
            request,
            by: by(row),
        }));
    }
    Ok(found)
}

/// Whether row `number` decides, also of what a proxy makes of the request before the filter sees it.
fn is_decided_by(number: usize, request: &Simulated, decider: &Decider<'_>) -> bool {
    admit(request).is_ok_and(|admitted| decider.decide(&admitted.request).row == number)
}

fn by(row: &MatchRow<'_>) -> Option<(DecidingRule, usize)> {
    let rule = row.rule?;
    let rule = DecidingRule {
        route: rule.route.clone(),
        name: rule.name.clone(),
        place: None,
    };
    Some((rule, row.number))
}
