//! The variants side by side.

use std::rc::Rc;

use anyhow::Result;

use crate::{
    bootstrap::{Variant, written_by_gammactl},
    peer::Peer,
    plan::Plan,
    routes::{Shape, requests},
    samples::Samples,
    series::{self, shuffled},
    statistics::{Spread, quantile},
    subject::Setup,
};

/// What was measured of one variant with one number of routes.
#[derive(Debug, Clone)]
pub(crate) struct Measured {
    pub(crate) variant: Variant,
    /// `None` if it knows no routes.
    pub(crate) routes: Option<usize>,
    /// Microseconds of CPU per request.
    pub(crate) cpu: Samples,
    /// Microseconds, by process.
    pub(crate) p50: Vec<f64>,
    pub(crate) p99: Vec<f64>,
    /// Milliseconds, by process.
    pub(crate) starts: Vec<f64>,
    /// Bytes, by process.
    pub(crate) resident: Vec<f64>,
}

/// All of it.
#[derive(Debug, Clone)]
pub(crate) struct Comparison {
    pub(crate) sizes: Vec<usize>,
    pub(crate) measured: Vec<Measured>,
}

impl Comparison {
    pub(crate) fn run(plan: &Plan, peer: &mut Peer) -> Result<Self> {
        let mut measured = Vec::new();
        let mut setups = Vec::new();
        for variant in Variant::ALL {
            let sizes: Vec<Option<usize>> = match variant.has_routes() {
                true => plan.sizes.iter().copied().map(Some).collect(),
                false => vec![None],
            };
            for routes in sizes {
                setups.push(setup(variant, routes, peer)?);
                measured.push(Measured {
                    variant,
                    routes,
                    cpu: Samples::default(),
                    p50: Vec::new(),
                    p99: Vec::new(),
                    starts: Vec::new(),
                    resident: Vec::new(),
                });
            }
        }
        eprintln!("the variants, {} setups", setups.len());
        let cpu = series::run(
            &setups,
            plan.processes,
            plan,
            peer,
            |process, subjects, peer| {
                for i in shuffled(subjects.len(), process) {
                    let took = subjects[i].latencies(peer, Plan::RATE, plan.latency_turn)?;
                    let micros: Vec<f64> = took.iter().map(|t| t.as_secs_f64() * 1e6).collect();
                    measured[i].p50.push(quantile(&micros, 0.5));
                    measured[i].p99.push(quantile(&micros, 0.99));
                }
                for (subject, measured) in subjects.iter().zip(&mut measured) {
                    measured.starts.push(subject.started_in.as_secs_f64() * 1e3);
                    measured.resident.push(subject.resident()? as f64);
                }
                Ok(())
            },
        )?;
        for (measured, cpu) in measured.iter_mut().zip(cpu) {
            measured.cpu = cpu;
        }
        Ok(Self {
            sizes: plan.sizes.into(),
            measured,
        })
    }

    /// Of a variant that knows no routes, whatever `routes` is.
    pub(crate) fn of(&self, variant: Variant, routes: usize) -> Option<&Measured> {
        self.measured
            .iter()
            .find(|m| m.variant == variant && m.routes.is_none_or(|of| of == routes))
    }

    /// How many times as much CPU one takes as the other: in each round by itself, then the medians.
    pub(crate) fn ratio(&self, of: (Variant, usize), to: (Variant, usize)) -> Option<Spread> {
        self.by_round(of, to, |of, to| of / to)
    }

    /// How many microseconds of CPU more one takes than the other, the same way.
    pub(crate) fn more(&self, of: (Variant, usize), than: (Variant, usize)) -> Option<Spread> {
        self.by_round(of, than, |of, than| of - than)
    }

    /// How many microseconds of CPU a variant adds to nothing, the same way.
    pub(crate) fn adds(&self, variant: Variant, routes: usize) -> Option<Spread> {
        self.more((variant, routes), (Variant::Nothing, routes))
    }

    /// How many times as much one variant adds to nothing as another, the same way.
    pub(crate) fn adds_ratio(&self, of: Variant, to: Variant, routes: usize) -> Option<Spread> {
        let nothing = &self.of(Variant::Nothing, routes)?.cpu;
        let [of, to] = [of, to].map(|variant| {
            let adds = |with: f64, without: f64| with - without;
            Some(self.of(variant, routes)?.cpu.with(nothing, adds))
        });
        Some(of?.with(&to?, |of, to| of / to).spread())
    }

    fn by_round(
        &self,
        of: (Variant, usize),
        to: (Variant, usize),
        compare: impl Fn(f64, f64) -> f64,
    ) -> Option<Spread> {
        let (of, to) = (self.of(of.0, of.1)?, self.of(to.0, to.1)?);
        Some(of.cpu.with(&to.cpu, compare).spread())
    }

    /// From how many routes on one variant takes more CPU than another, as the processes of each
    /// group have it.
    pub(crate) fn break_even(&self, grows: Variant, flat: Variant) -> Option<Spread> {
        let mut lines: Vec<Vec<(f64, f64)>> = Vec::new();
        for &routes in &self.sizes {
            let (grows, flat) = (self.of(grows, routes)?, self.of(flat, routes)?);
            let difference = grows.cpu.with(&flat.cpu, |grows, flat| grows - flat);
            for (process, more) in difference.by_process().into_iter().enumerate() {
                if lines.len() <= process {
                    lines.push(Vec::new());
                }
                lines[process].push((routes as f64, more));
            }
        }
        Some(Spread::of(lines.iter().map(|line| crossing(line))))
    }
}

/// Where a line comes above zero, between its points; infinite if it does not. A line that begins
/// above zero does so at its first point.
fn crossing(line: &[(f64, f64)]) -> f64 {
    match line.first() {
        Some(&(first, more)) if more > 0.0 => return first,
        _ => {}
    }
    let crossing = line.windows(2).find_map(|pair| {
        let &[(n, below), (m, above)] = pair else {
            return None;
        };
        (below <= 0.0 && above > 0.0).then(|| n + (m - n) * -below / (above - below))
    });
    crossing.unwrap_or(f64::INFINITY)
}

/// A variant with so many routes.
fn setup(variant: Variant, routes: Option<usize>, peer: &Peer) -> Result<Setup> {
    /// What those get that know no routes.
    const FEW: usize = 10;
    let asked = routes.unwrap_or(FEW);
    let is_gamma = matches!(variant, Variant::Gamma | Variant::GammaLean);
    let shape = Shape::plain(if is_gamma { asked } else { FEW });
    let manifests = shape.manifests(&peer.backends()?);
    let mut bootstrap = written_by_gammactl(&manifests, "127.0.0.1:0", variant.flags())?;
    variant.install(&mut bootstrap, asked)?;
    Ok(Setup {
        name: format!("{}, {asked} routes", variant.name()),
        bootstrap,
        requests: Rc::from(requests(asked, "")),
        asked_before: 1,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn measured<const N: usize>(variant: Variant, routes: usize, cpu: [f64; N]) -> Measured {
        Measured {
            variant,
            routes: variant.has_routes().then_some(routes),
            cpu: Samples::from(cpu.map(|cpu| [cpu])),
            p50: vec![],
            p99: vec![],
            starts: vec![],
            resident: vec![],
        }
    }

    #[test]
    fn lines_cross_between_two_sizes() {
        let comparison = Comparison {
            sizes: vec![10, 1_000],
            measured: vec![
                measured(Variant::List, 10, [30.0; 3]),
                measured(Variant::List, 1_000, [60.0; 3]),
                measured(Variant::Gamma, 10, [40.0, 40.0, 70.0]),
                measured(Variant::Gamma, 1_000, [40.0, 40.0, 70.0]),
                measured(Variant::Floor, 10, [40.0; 3]),
            ],
        };
        let crossing = |grows, flat| comparison.break_even(grows, flat).unwrap();
        let gamma = crossing(Variant::List, Variant::Gamma);
        assert_eq!((gamma.low, gamma.median), (340.0, 340.0));
        assert_eq!(gamma.high, f64::INFINITY, "not in the last process");
        assert_eq!(crossing(Variant::List, Variant::Floor).high, 340.0);
        assert_eq!(crossing(Variant::Gamma, Variant::List).median, 10.0);
    }

    #[test]
    fn variants_are_compared_by_process() {
        let comparison = Comparison {
            sizes: vec![10],
            measured: vec![
                // Another machine in every group, the same ratio.
                measured(Variant::Gamma, 10, [40.0, 80.0, 60.0]),
                measured(Variant::Floor, 10, [20.0, 40.0, 30.0]),
            ],
        };
        let ratio = comparison.ratio((Variant::Gamma, 10), (Variant::Floor, 10));
        assert_eq!(ratio.map(|r| (r.low, r.high)), Some((2.0, 2.0)));
        let more = comparison.more((Variant::Gamma, 10), (Variant::Floor, 10));
        assert_eq!(more.map(|m| m.median), Some(30.0));
    }

    #[test]
    fn what_a_variant_adds_is_what_it_takes_more_than_nothing() {
        let comparison = Comparison {
            sizes: vec![10],
            measured: vec![
                measured(Variant::Nothing, 10, [20.0, 40.0, 30.0]),
                measured(Variant::Gamma, 10, [25.0, 45.0, 35.0]),
                measured(Variant::List, 10, [50.0, 70.0, 60.0]),
            ],
        };
        let adds = |variant| comparison.adds(variant, 10).map(|adds| adds.median);
        assert_eq!(adds(Variant::Gamma), Some(5.0));
        assert_eq!(adds(Variant::Nothing), Some(0.0));
        let ratio = comparison.adds_ratio(Variant::List, Variant::Gamma, 10);
        assert_eq!(ratio.map(|ratio| ratio.median), Some(6.0));
        assert_eq!(comparison.adds_ratio(Variant::List, Variant::Lua, 10), None);
    }
}
