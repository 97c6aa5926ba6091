//! The variants side by side.

use anyhow::Result;

use crate::{
    bootstrap::{Variant, written_by_gammactl},
    peer::Peer,
    plan::Plan,
    routes::{Shape, requests},
    statistics::{Spread, quantile},
    subject::Subject,
};

/// What was measured of one variant with one number of routes.
#[derive(Debug, Clone)]
pub(crate) struct Measured {
    pub(crate) variant: Variant,
    /// `None` if it knows no routes.
    pub(crate) routes: Option<usize>,
    /// Microseconds of CPU per request, by round.
    pub(crate) cpu: Vec<f64>,
    /// Microseconds, by round.
    pub(crate) p50: Vec<f64>,
    pub(crate) p99: Vec<f64>,
    /// Milliseconds.
    pub(crate) starts: Vec<f64>,
    /// Bytes.
    pub(crate) resident: u64,
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
        let mut subjects = Vec::new();
        for variant in Variant::ALL {
            let sizes: Vec<Option<usize>> = match variant.has_routes() {
                true => plan.sizes.iter().copied().map(Some).collect(),
                false => vec![None],
            };
            for routes in sizes {
                let (subject, starts) = start(variant, routes, plan, peer)?;
                subjects.push(subject);
                measured.push(Measured {
                    variant,
                    routes,
                    cpu: Vec::new(),
                    p50: Vec::new(),
                    p99: Vec::new(),
                    starts,
                    resident: 0,
                });
            }
        }
        for round in 0..plan.rounds {
            eprintln!("CPU, round {} of {}", round + 1, plan.rounds);
            // Each starts a round now and then: whoever follows a given one has its leftovers.
            for i in in_turn(subjects.len(), round) {
                let cpu = subjects[i].cpu_per_request(peer, plan.turn)?;
                measured[i].cpu.push(cpu);
            }
        }
        for round in 0..plan.latency_rounds {
            eprintln!("latency, round {} of {}", round + 1, plan.latency_rounds);
            for i in in_turn(subjects.len(), round) {
                let took = subjects[i].latencies(peer, Plan::RATE, plan.latency_turn)?;
                let micros: Vec<f64> = took.iter().map(|t| t.as_secs_f64() * 1e6).collect();
                measured[i].p50.push(quantile(&micros, 0.5));
                measured[i].p99.push(quantile(&micros, 0.99));
            }
        }
        for (subject, measured) in subjects.into_iter().zip(&mut measured) {
            measured.resident = subject.resident()?;
            subject.stop(peer);
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

    /// How many times as much CPU one takes as the other: of each round by itself, then the median.
    pub(crate) fn ratio(&self, of: (Variant, usize), to: (Variant, usize)) -> Option<Spread> {
        self.by_round(of, to, |of, to| of / to)
    }

    /// How many microseconds of CPU more one takes than the other, the same way.
    pub(crate) fn more(&self, of: (Variant, usize), than: (Variant, usize)) -> Option<Spread> {
        self.by_round(of, than, |of, than| of - than)
    }

    fn by_round(
        &self,
        of: (Variant, usize),
        to: (Variant, usize),
        compare: impl Fn(f64, f64) -> f64,
    ) -> Option<Spread> {
        let (of, to) = (self.of(of.0, of.1)?, self.of(to.0, to.1)?);
        let pairs = of.cpu.iter().zip(&to.cpu);
        Some(Spread::of(pairs.map(|(&of, &to)| compare(of, to))))
    }

    /// From how many routes on one variant takes more CPU than another: where the lines between the
    /// numbers of routes that were measured cross. `None` if they do not.
    pub(crate) fn break_even(&self, grows: Variant, flat: Variant) -> Option<f64> {
        let difference = |routes: usize| {
            let cpu = |variant| Some(Spread::of(self.of(variant, routes)?.cpu.clone()).median);
            Some((routes as f64, cpu(grows)? - cpu(flat)?))
        };
        let points: Vec<(f64, f64)> = self.sizes.iter().filter_map(|&n| difference(n)).collect();
        points.windows(2).find_map(|pair| {
            let &[(n, below), (m, above)] = pair else {
                return None;
            };
            (below <= 0.0 && above > 0.0).then(|| n + (m - n) * -below / (above - below))
        })
    }
}

/// All indices, another one first in every round.
pub(crate) fn in_turn(count: usize, round: usize) -> impl Iterator<Item = usize> {
    (0..count).map(move |i| (i + round * 5) % count)
}

/// The last of several starts, and how many milliseconds each took.
fn start(
    variant: Variant,
    routes: Option<usize>,
    plan: &Plan,
    peer: &mut Peer,
) -> Result<(Subject, Vec<f64>)> {
    /// What those get that know no routes.
    const FEW: usize = 10;
    let asked = routes.unwrap_or(FEW);
    let name = format!("{}, {asked} routes", variant.name());
    eprintln!("starting {name}");
    let is_gamma = matches!(variant, Variant::Gamma | Variant::GammaLean);
    let shape = Shape::plain(if is_gamma { asked } else { FEW });
    let manifests = shape.manifests(&peer.backends()?);
    let mut bootstrap = written_by_gammactl(&manifests, "127.0.0.1:0", variant.flags())?;
    variant.install(&mut bootstrap, asked)?;
    let mut starts = Vec::new();
    loop {
        let subject = Subject::start(&name, &bootstrap, requests(asked, ""), peer)?;
        starts.push(subject.started_in.as_secs_f64() * 1e3);
        if starts.len() >= plan.starts {
            return Ok((subject, starts));
        }
        subject.stop(peer);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn measured(variant: Variant, routes: usize, cpu: &[f64]) -> Measured {
        Measured {
            variant,
            routes: variant.has_routes().then_some(routes),
            cpu: cpu.into(),
            p50: vec![],
            p99: vec![],
            starts: vec![],
            resident: 0,
        }
    }

    #[test]
    fn lines_cross_between_two_sizes() {
        let comparison = Comparison {
            sizes: vec![10, 1_000],
            measured: vec![
                measured(Variant::List, 10, &[30.0]),
                measured(Variant::List, 1_000, &[60.0]),
                measured(Variant::Gamma, 10, &[40.0]),
                measured(Variant::Gamma, 1_000, &[40.0]),
            ],
        };
        let crossing = comparison.break_even(Variant::List, Variant::Gamma);
        assert_eq!(crossing, Some(340.0));
        assert_eq!(comparison.break_even(Variant::Gamma, Variant::List), None);
    }

    #[test]
    fn variants_are_compared_by_round() {
        let comparison = Comparison {
            sizes: vec![10],
            measured: vec![
                // Another machine in every round, the same ratio.
                measured(Variant::Gamma, 10, &[40.0, 80.0, 60.0]),
                measured(Variant::Floor, 10, &[20.0, 40.0, 30.0]),
            ],
        };
        let ratio = comparison.ratio((Variant::Gamma, 10), (Variant::Floor, 10));
        assert_eq!(ratio.map(|r| (r.low, r.high)), Some((2.0, 2.0)));
        let more = comparison.more((Variant::Gamma, 10), (Variant::Floor, 10));
        assert_eq!(more.map(|m| m.median), Some(30.0));
    }

    #[test]
    fn everyone_has_a_turn_in_every_round() {
        let mut turns: Vec<usize> = in_turn(7, 3).collect();
        assert_ne!(turns[0], 0);
        turns.sort_unstable();
        assert_eq!(turns, (0..7).collect::<Vec<_>>());
    }
}
