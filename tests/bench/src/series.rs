//! Envoys in groups: one process of every configuration is started, all are measured in turn, all
//! are stopped, and so on. So as few are alive at a time as there are configurations.

use anyhow::Result;

use crate::{
    peer::Peer,
    plan::Plan,
    samples::Samples,
    subject::{Setup, Subject},
};

/// CPU per request in microseconds, of as many processes of each setup. `also` measures more of the
/// processes of a group, before they end; it is told which group it is.
pub(crate) fn run(
    setups: &[Setup],
    processes: usize,
    plan: &Plan,
    peer: &mut Peer,
    mut also: impl FnMut(usize, &[Subject], &mut Peer) -> Result<()>,
) -> Result<Vec<Samples>> {
    let mut cpu = vec![Samples::default(); setups.len()];
    for process in 0..processes {
        eprintln!("processes {} of {processes}", process + 1);
        let mut started = Vec::new();
        for i in shuffled(setups.len(), process) {
            started.push((i, Subject::start(&setups[i], peer)?));
        }
        started.sort_by_key(|(i, _)| *i);
        let subjects: Vec<Subject> = started.into_iter().map(|(_, subject)| subject).collect();
        for round in 0..plan.rounds {
            for i in shuffled(setups.len(), process * plan.rounds + round) {
                cpu[i].push(process, subjects[i].cpu_per_request(peer, plan.turn)?);
            }
        }
        also(process, &subjects, peer)?;
        for subject in subjects {
            subject.stop(peer)?;
        }
    }
    Ok(cpu)
}

/// All indices, in another order in every round, though in the same in every run: whoever follows a
/// given one has its leftovers, in caches or in the kernel's memory.
pub(crate) fn shuffled(count: usize, round: usize) -> Vec<usize> {
    let mut indices: Vec<usize> = (0..count).collect();
    fastrand::Rng::with_seed(round as u64).shuffle(&mut indices);
    indices
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn everyone_has_a_turn_in_every_round() {
        let mut turns = shuffled(7, 3);
        turns.sort_unstable();
        assert_eq!(turns, (0..7).collect::<Vec<_>>());
    }

    #[test]
    fn nobody_has_the_same_predecessor_in_all_rounds() {
        const COUNT: usize = 23;
        let mut predecessors = vec![HashSet::new(); COUNT];
        for round in 0..24 {
            for pair in shuffled(COUNT, round).windows(2) {
                predecessors[pair[1]].insert(pair[0]);
            }
        }
        let fewest = predecessors.iter().map(HashSet::len).min();
        assert!(fewest >= Some(COUNT / 3), "{fewest:?}");
    }
}
