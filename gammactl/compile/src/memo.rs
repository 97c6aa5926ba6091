//! Keeps the route tables of a compilation, so that the next one makes those tables alone whose routes have changed.
//!
//! A table is made of its routes and of the world around them: every object that is no route, and the options.
//! All of that is kept beside it. A table is taken again only where each route is the very one that it was made
//! of ([`Manifests`] shares its routes, and nobody changes one) and the world is equal, member by member. A change in
//! the world, a Service or a ReferenceGrant, makes every table anew: those are seldom, and what a rule looks at
//! need not be followed.

use std::{collections::HashMap, sync::Arc};

use gamma_config::RouteTable;
use gamma_manifest::{
    Manifests, Route,
    diagnostic::{Diagnostic, Diagnostics},
};

use super::{
    attach::Attachments,
    index::Index,
    options::Options,
    provenance::{RouteTableKey, TableOrigins},
};

/// What the last compilation has made, and of what.
#[derive(Debug)]
pub struct Memo {
    /// Whether anything is kept: it takes as much memory as the config itself.
    keeps: bool,
    world: Option<World>,
    tables: HashMap<RouteTableKey, KeptTable>,
    made: usize,
}

impl Default for Memo {
    /// One that knows nothing yet.
    fn default() -> Self {
        Self {
            keeps: true,
            ..Self::forgetful()
        }
    }
}

/// What tables depend on besides their routes.
#[derive(Debug)]
struct World {
    options: Options,
    /// Without the routes.
    objects: Manifests,
}

/// A table, and the routes that it was made of, in their order.
#[derive(Debug)]
struct KeptTable {
    routes: Vec<KeptRoute>,
    table: MadeTable,
}

/// A route whose rules were compiled.
#[derive(Debug, Clone)]
pub(super) struct KeptRoute {
    route: Arc<Route>,
    findings: Option<Arc<RuleFindings>>,
}

/// What was found in the rules of a route, whichever tables they are in.
#[derive(Debug)]
pub(super) struct RuleFindings {
    found: Vec<Diagnostic>,
    /// How many names were [compared](Index::comparisons_left) for the hints; `None` if there could have been more.
    compared: Option<usize>,
}

/// A table, and what making it has shown besides.
#[derive(Debug, Clone)]
pub(super) struct MadeTable {
    pub(super) table: RouteTable,
    pub(super) origins: Arc<TableOrigins>,
    /// Routes that are not applied, and matches that never hold. A route on two ports is found for both.
    pub(super) found: Vec<Diagnostic>,
}

impl Memo {
    /// How many tables the last compilation has made. All others were known.
    #[must_use]
    pub fn tables_made(&self) -> usize {
        self.made
    }

    /// Whether anything is kept.
    pub(super) fn keeps(&self) -> bool {
        self.keeps
    }

    /// One that never keeps anything.
    pub(super) fn forgetful() -> Self {
        Self {
            keeps: false,
            world: None,
            tables: HashMap::new(),
            made: 0,
        }
    }

    /// A compilation begins: forgets every table that would not be made the same way.
    pub(super) fn begin(
        &mut self,
        manifests: &Manifests,
        options: &Options,
        attachments: &Attachments<'_>,
    ) {
        self.made = 0;
        if !self.keeps {
            return;
        }
        if !self
            .world
            .as_ref()
            .is_some_and(|w| w.is(manifests, options))
        {
            self.tables.clear();
            self.world = Some(World::of(manifests, options));
        }
        self.tables.retain(|key, kept| {
            let routes = attachments.of_table(key);
            let same = |(kept, &route): (&KeptRoute, &usize)| {
                Arc::ptr_eq(&kept.route, &manifests.routes[route])
            };
            kept.routes.len() == routes.len() && kept.routes.iter().zip(routes).all(same)
        });
    }

    /// The routes in tables that are known, each at its index.
    pub(super) fn known_routes(
        &self,
        manifests: &Manifests,
        attachments: &Attachments<'_>,
    ) -> Vec<Option<&KeptRoute>> {
        let mut known = vec![None; manifests.routes.len()];
        for (key, kept) in &self.tables {
            for (&route, kept) in attachments.of_table(key).iter().zip(&kept.routes) {
                known[route] = Some(kept);
            }
        }
        known
    }

    /// The table, if it is known.
    pub(super) fn table(&self, key: &RouteTableKey) -> Option<&MadeTable> {
        Some(&self.tables.get(key)?.table)
    }

    /// Keeps a table that was made of `routes`.
    pub(super) fn keep(
        &mut self,
        key: &RouteTableKey,
        table: &MadeTable,
        routes: impl Iterator<Item = KeptRoute>,
    ) {
        self.made += 1;
        if self.keeps {
            let kept = KeptTable {
                routes: routes.collect(),
                table: table.clone(),
            };
            self.tables.insert(key.clone(), kept);
        }
    }
}

impl World {
    fn of(manifests: &Manifests, options: &Options) -> Self {
        Self {
            options: options.clone(),
            objects: Manifests {
                routes: Vec::new(),
                services: manifests.services.clone(),
                endpoint_slices: manifests.endpoint_slices.clone(),
                reference_grants: manifests.reference_grants.clone(),
                namespaces: manifests.namespaces.clone(),
                backend_tls_policies: manifests.backend_tls_policies.clone(),
                backend_traffic_policies: manifests.backend_traffic_policies.clone(),
                config_maps: manifests.config_maps.clone(),
                others: manifests.others.clone(),
                gateways: manifests.gateways.clone(),
                left_out: manifests.left_out.clone(),
            },
        }
    }

    fn is(&self, manifests: &Manifests, options: &Options) -> bool {
        // By name, so that no kind that is added can be forgotten here.
        let Manifests {
            routes: _,
            services,
            endpoint_slices,
            reference_grants,
            namespaces,
            backend_tls_policies,
            backend_traffic_policies,
            config_maps,
            others,
            gateways,
            left_out,
        } = &self.objects;
        self.options == *options
            && *services == manifests.services
            && *endpoint_slices == manifests.endpoint_slices
            && *reference_grants == manifests.reference_grants
            && *namespaces == manifests.namespaces
            && *backend_tls_policies == manifests.backend_tls_policies
            && *backend_traffic_policies == manifests.backend_traffic_policies
            && *config_maps == manifests.config_maps
            && *others == manifests.others
            && *gateways == manifests.gateways
            && *left_out == manifests.left_out
    }
}

impl KeptRoute {
    pub(super) fn new(route: &Arc<Route>, findings: Option<Arc<RuleFindings>>) -> Self {
        let route = Arc::clone(route);
        Self { route, findings }
    }

    /// Says what was found in its rules, unless that is to be found anew.
    pub(super) fn say(&self, index: &Index<'_>, diagnostics: &mut Diagnostics) -> bool {
        let Some(findings) = &self.findings else {
            return true;
        };
        if !findings.compared.is_some_and(|names| index.spend(names)) {
            return false;
        }
        for found in &findings.found {
            diagnostics.push(found.clone());
        }
        true
    }
}

impl RuleFindings {
    /// What compiling a route has found, for which `left` names could be compared. `None` if that is nothing.
    pub(super) fn of(found: &Diagnostics, left: usize, index: &Index<'_>) -> Option<Arc<Self>> {
        let left_now = index.comparisons_left();
        if found.is_empty() && left_now == left {
            return None;
        }
        Some(Arc::new(Self {
            found: found.iter().cloned().collect(),
            compared: (left_now > 0).then(|| left - left_now),
        }))
    }
}
