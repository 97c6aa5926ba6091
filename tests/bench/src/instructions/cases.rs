//! The Envoys whose instructions are counted, and what they are asked.

use anyhow::Result;
use serde_json::{Value, json};

use crate::{
    bootstrap::{Variant, install_routes, written_by_gammactl},
    http::Prepared,
    peer::Peer,
    routes::{Shape, backend, path, request, requests},
};

/// Numbers of routes.
pub(super) const FEW: usize = 10;
pub(super) const MANY: usize = 10_000;

/// What CI holds, and what it is compared with.
pub(crate) const HELD: [CountCase; 3] = {
    use CountCase::Routes;
    [
        Routes(Variant::Floor, FEW),
        Routes(Variant::GammaLean, FEW),
        Routes(Variant::Gamma, FEW),
    ]
};

/// Everything.
pub(crate) const ALL: [CountCase; 19] = {
    use CountCase::{Patterns, Routes};
    [
        Routes(Variant::Nothing, FEW),
        Routes(Variant::NoOp, FEW),
        Routes(Variant::Floor, FEW),
        Routes(Variant::GammaLean, FEW),
        Routes(Variant::GammaLean, MANY),
        Routes(Variant::Gamma, FEW),
        Routes(Variant::Gamma, MANY),
        Routes(Variant::Lua, MANY),
        Routes(Variant::List, FEW),
        Routes(Variant::List, MANY),
        Routes(Variant::Tree, FEW),
        Patterns(PatternSide::Gamma, PatternSet::Prefix),
        Patterns(PatternSide::Gamma, PatternSet::One),
        Patterns(PatternSide::Gamma, PatternSet::Ten),
        Patterns(PatternSide::Gamma, PatternSet::TenAlike),
        Patterns(PatternSide::Envoy, PatternSet::Prefix),
        Patterns(PatternSide::Envoy, PatternSet::One),
        Patterns(PatternSide::Envoy, PatternSet::Ten),
        Patterns(PatternSide::Envoy, PatternSet::TenAlike),
    ]
};

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CountCase {
    /// A variant with so many routes.
    Routes(Variant, usize),
    /// Paths that are told apart by regular expressions.
    Patterns(PatternSide, PatternSet),
}

/// Who reads the paths.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PatternSide {
    /// RE2, in Envoy's own routes.
    Envoy,
    /// The automata in Gamma's config.
    Gamma,
}

/// Which expressions there are. The last one of them is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PatternSet {
    /// None: a prefix, for the same path.
    Prefix,
    One,
    /// Each begins with an element of its own.
    Ten,
    /// All begin with the same expression.
    TenAlike,
}

/// What is started and asked.
#[derive(Debug)]
pub(super) struct CountSetup {
    pub(super) bootstrap: Value,
    /// All are asked before anything is counted, so that every counter exists.
    pub(super) requests: Vec<Prepared>,
    /// Those that are counted.
    pub(super) counted: Vec<usize>,
}

impl CountCase {
    pub(super) fn setup(self, requests: usize, peer: &Peer) -> Result<CountSetup> {
        let mut setup = match self {
            Self::Routes(variant, routes) => of_routes(variant, routes, requests, peer),
            Self::Patterns(side, set) => of_patterns(side, set, requests, peer),
        }?;
        quieten(&mut setup.bootstrap);
        Ok(setup)
    }
}

/// Keeps away what happens by the clock: a request that is single-stepped takes seconds.
fn quieten(bootstrap: &mut Value) {
    let patient = json!({ "miss_timeout": "3600s", "megamiss_timeout": "3600s" });
    bootstrap["watchdogs"] =
        json!({ "main_thread_watchdog": &patient, "worker_watchdog": &patient });
    // As long as Envoy takes.
    bootstrap["stats_flush_interval"] = json!("299s");
}

fn of_routes(variant: Variant, routes: usize, count: usize, peer: &Peer) -> Result<CountSetup> {
    let manifests = Shape::plain(routes).manifests(&peer.backends()?);
    let mut bootstrap = written_by_gammactl(&manifests, "127.0.0.1:0", variant.flags())?;
    variant.install(&mut bootstrap, routes)?;
    Ok(CountSetup {
        bootstrap,
        requests: requests(routes, ""),
        counted: evenly(count, routes),
    })
}

/// So many of `routes`, as far from each other as from the ends: a list takes the middle one on average.
fn evenly(count: usize, routes: usize) -> Vec<usize> {
    (0..count)
        .map(|i| (2 * i + 1) * routes / (2 * count))
        .collect()
}

impl PatternSet {
    fn shape(self) -> Shape {
        let pattern = Shape {
            path_type: "RegularExpression",
            path_suffix: "/[0-9]+",
            ..Shape::plain(1)
        };
        match self {
            Self::Prefix => Shape::plain(1),
            Self::One => pattern,
            Self::Ten => Shape {
                routes: 10,
                ..pattern
            },
            Self::TenAlike => Shape {
                routes: 10,
                path_prefix: "/[a-z]+",
                ..pattern
            },
        }
    }

    /// A request that one of the expressions matches, and no other.
    fn request(self, route: usize) -> Prepared {
        let first = match self {
            Self::TenAlike => "/shop",
            Self::Prefix | Self::One | Self::Ten => "",
        };
        let path = format!("{first}{}/17", path(route));
        request(&path, "", 200, backend(route))
    }
}

fn of_patterns(
    side: PatternSide,
    set: PatternSet,
    count: usize,
    peer: &Peer,
) -> Result<CountSetup> {
    let shape = set.shape();
    let manifests = shape.manifests(&peer.backends()?);
    let flags = Variant::Gamma.flags();
    let mut bootstrap = written_by_gammactl(&manifests, "127.0.0.1:0", flags)?;
    match side {
        PatternSide::Gamma => Variant::Gamma.install(&mut bootstrap, shape.routes)?,
        PatternSide::Envoy => {
            let matches = (0..shape.routes).map(|route| {
                let path = path(route);
                match set {
                    PatternSet::Prefix => json!({ "path_separated_prefix": path }),
                    _ => {
                        let regex = format!("{}{path}{}", shape.path_prefix, shape.path_suffix);
                        json!({ "safe_regex": { "regex": regex } })
                    }
                }
            });
            install_routes(&mut bootstrap, matches)?;
        }
    }
    Ok(CountSetup {
        bootstrap,
        requests: (0..shape.routes).map(|route| set.request(route)).collect(),
        counted: vec![shape.routes - 1; count],
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counted_routes_are_the_middle_one_on_average() {
        assert_eq!(evenly(6, 10), [0, 2, 4, 5, 7, 9]);
        let many = evenly(6, 10_000);
        assert_eq!(many.len(), 6);
        let mean = many.iter().sum::<usize>() as f64 / 6.0;
        assert!((mean - 5_000.0).abs() < 1.0, "{many:?}");
    }

    #[test]
    fn a_counted_request_is_for_the_last_pattern() {
        let text = |set: PatternSet| {
            let last = set.shape().routes - 1;
            let request = set.request(last);
            assert_eq!(request.backend, Some(backend(last)));
            let text = String::from_utf8(request.bytes).unwrap();
            text.split(' ').nth(1).unwrap().to_owned()
        };
        assert_eq!(text(PatternSet::Prefix), text(PatternSet::One));
        assert_eq!(text(PatternSet::Ten), "/service-00009/items/17");
        assert_eq!(text(PatternSet::TenAlike), "/shop/service-00009/items/17");
    }
}
