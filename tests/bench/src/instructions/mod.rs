//! Instructions of Envoy's worker for a request: counted, not timed, so that what else the machine does is no part of it.
//!
//! - [`mod@cases`] are the Envoys that are counted, [`mod@session`] one of them while it is asked;
//! - [`mod@trace`] stops its worker after each instruction, under a clock that stands still (`clock`, which the time is
//!   told by in `vdso`); [`mod@code_map`] says whose an instruction is, and [`mod@tally`] what all come to;
//! - [`mod@page`] says it, [`mod@bounds`] what CI lets pass.

pub(crate) mod bounds;
mod cases;
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
mod clock;
#[cfg_attr(
    not(all(target_os = "linux", target_arch = "x86_64")),
    allow(dead_code, reason = "nothing is traced there")
)]
mod code_map;
pub(crate) mod page;
mod session;
#[cfg_attr(
    not(all(target_os = "linux", target_arch = "x86_64")),
    allow(dead_code, reason = "nothing is traced there")
)]
mod tally;
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
mod trace;
#[cfg(not(all(target_os = "linux", target_arch = "x86_64")))]
#[path = "no_trace.rs"]
mod trace;
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
mod vdso;

use anyhow::{Context, Result, ensure};
pub(crate) use cases::{ALL, CountCase, HELD};
use cases::{FEW, PatternSet, PatternSide};
use tally::InstructionCounts;

use crate::{bootstrap::Variant, peer::Peer, statistics::Spread};

/// What was counted of one case.
#[derive(Debug, Clone)]
struct CaseCounts {
    case: CountCase,
    /// By request. Those of the same number are for the same route in all cases with as many routes.
    requests: Vec<InstructionCounts>,
}

impl CaseCounts {
    /// Of one part of the counts.
    fn spread(&self, part: impl Fn(&InstructionCounts) -> u64) -> Spread {
        Spread::of(self.requests.iter().map(|counts| part(counts) as f64))
    }

    /// How far the request that is farthest from the median is from it, as a share.
    fn farthest(&self) -> f64 {
        let median = self.spread(InstructionCounts::all).median;
        let away = |counts: &InstructionCounts| (counts.all() as f64 / median - 1.0).abs();
        self.requests.iter().map(away).fold(0.0, f64::max)
    }
}

/// All of it.
#[derive(Debug, Clone)]
pub(crate) struct Instructions {
    counted: Vec<CaseCounts>,
}

impl Instructions {
    /// Counts as many requests to each of as many processes of each case.
    pub(crate) fn run(
        cases: &[CountCase],
        processes: usize,
        requests: usize,
        peer: &mut Peer,
    ) -> Result<Self> {
        let mut counted = Vec::new();
        for &case in cases {
            let setup = case.setup(requests, peer)?;
            let mut requests = Vec::new();
            for _ in 0..processes {
                let counts = session::count(&setup, peer).with_context(|| format!("{case:?}"))?;
                requests.extend(counts);
            }
            let all: Vec<u64> = requests.iter().map(InstructionCounts::all).collect();
            eprintln!("instructions, {case:?}: {all:?}");
            counted.push(CaseCounts { case, requests });
        }
        Ok(Self { counted })
    }

    /// In the order in which they were counted.
    fn all(&self) -> &[CaseCounts] {
        &self.counted
    }

    fn of(&self, case: CountCase) -> Option<&CaseCounts> {
        self.counted.iter().find(|counts| counts.case == case)
    }

    /// How many times as many instructions as the floor a variant takes, which knows no routes.
    fn to_floor(&self, variant: Variant, routes: usize) -> Option<f64> {
        let floor = CountCase::Routes(Variant::Floor, FEW);
        let ratio = self.by_request(CountCase::Routes(variant, routes), floor, |of, to| of / to);
        ratio.map(|ratio| ratio.median)
    }

    /// How many more than with nothing.
    fn adds(&self, variant: Variant, routes: usize) -> Option<f64> {
        let nothing = CountCase::Routes(Variant::Nothing, FEW);
        let case = CountCase::Routes(variant, routes);
        let more = self.by_request(case, nothing, |of, than| of - than);
        more.map(|more| more.median)
    }

    /// How many more it takes to read a path by patterns than by a prefix. Of Gamma only what the VM executes: it does nothing
    /// else for them, and that is the same in each request.
    fn pattern(&self, side: PatternSide, set: PatternSet) -> Option<f64> {
        let counts = |set| {
            let case = self.of(CountCase::Patterns(side, set))?;
            let spread = case.spread(|counts| match side {
                PatternSide::Gamma => counts.vm,
                PatternSide::Envoy => counts.all(),
            });
            Some(spread.median)
        };
        Some(counts(set)? - counts(PatternSet::Prefix)?)
    }

    fn by_request(
        &self,
        of: CountCase,
        to: CountCase,
        compare: impl Fn(f64, f64) -> f64,
    ) -> Option<Spread> {
        let all = |counts: &InstructionCounts| counts.all() as f64;
        let of = self.of(of)?.requests.iter().map(all);
        let to = self.of(to)?.requests.iter().map(all);
        Some(Spread::of(of.zip(to).map(|(of, to)| compare(of, to))))
    }
}

/// Whether this machine lets a thread be single-stepped. Where CI is set, it has to; elsewhere it is said aloud.
pub(crate) fn can_count() -> Result<bool> {
    let is_ci = std::env::var_os("CI").is_some_and(|ci| !ci.is_empty() && ci != "false");
    or_skip(trace::preflight(), is_ci)
}

fn or_skip(preflight: Result<()>, is_ci: bool) -> Result<bool> {
    let Err(error) = preflight else {
        return Ok(true);
    };
    ensure!(!is_ci, "instructions can't be counted here: {error:#}");
    eprintln!("NO INSTRUCTIONS WERE COUNTED, nothing holds their bounds: {error:#}");
    Ok(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    pub(super) fn counted<const N: usize>(counted: [CaseCounts; N]) -> Instructions {
        Instructions {
            counted: counted.into(),
        }
    }

    pub(super) fn routes(variant: Variant, routes: usize, all: u64) -> CaseCounts {
        of(CountCase::Routes(variant, routes), &[all; 3])
    }

    pub(super) fn patterns(side: PatternSide, set: PatternSet, all: u64) -> CaseCounts {
        of(CountCase::Patterns(side, set), &[all; 3])
    }

    fn of(case: CountCase, all: &[u64]) -> CaseCounts {
        let requests = all.iter().map(|&vm| InstructionCounts {
            vm,
            ..InstructionCounts::default()
        });
        CaseCounts {
            case,
            requests: requests.collect(),
        }
    }

    #[test]
    fn only_outside_of_ci_may_nothing_be_counted() {
        let forbidden = || Err(anyhow::anyhow!("EPERM"));
        assert!(or_skip(Ok(()), true).unwrap());
        assert!(!or_skip(forbidden(), false).unwrap());
        let error = or_skip(forbidden(), true).unwrap_err();
        assert!(error.to_string().contains("EPERM"), "{error}");
    }

    #[test]
    fn requests_for_the_same_route_are_compared() {
        let floor = of(CountCase::Routes(Variant::Floor, FEW), &[100, 200, 400]);
        let gamma = of(CountCase::Routes(Variant::Gamma, FEW), &[150, 300, 600]);
        assert_eq!(gamma.farthest(), 1.0);
        let counted = counted([floor, gamma]);
        assert_eq!(counted.to_floor(Variant::Gamma, FEW), Some(1.5));
        assert_eq!(counted.to_floor(Variant::List, FEW), None);
        assert_eq!(
            counted.adds(Variant::Gamma, FEW),
            None,
            "nothing was not counted"
        );
    }
}
