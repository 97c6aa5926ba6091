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
        let mut subjects = Vec::new();
        for setup in setups {
            subjects.push(Subject::start(setup, peer)?);
        }
        for round in 0..plan.rounds {
            for i in in_turn(setups.len(), process * plan.rounds + round) {
                cpu[i].push(process, subjects[i].cpu_per_request(peer, plan.turn)?);
            }
        }
        also(process, &subjects, peer)?;
        for subject in subjects {
            subject.stop(peer);
        }
    }
    Ok(cpu)
}

/// All indices, another one first in every round: whoever follows a given one has its leftovers.
pub(crate) fn in_turn(count: usize, round: usize) -> impl Iterator<Item = usize> {
    (0..count).map(move |i| (i + round * 5) % count)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everyone_has_a_turn_in_every_round() {
        let mut turns: Vec<usize> = in_turn(7, 3).collect();
        assert_ne!(turns[0], 0);
        turns.sort_unstable();
        assert_eq!(turns, (0..7).collect::<Vec<_>>());
    }
}
