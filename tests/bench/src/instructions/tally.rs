//! What single steps come to: instructions of a request, by whose they are.

use super::code_map::CodeOwner;

/// Instructions that a thread executed in user space for one request.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct InstructionCounts {
    /// Of the VM's code.
    pub(crate) vm: u64,
    /// Of Envoy and its libraries while the VM waits for them: what the module called.
    pub(crate) below: u64,
    /// All others.
    pub(crate) rest: u64,
    /// How often the VM was entered from outside.
    pub(crate) entries: u64,
}

impl InstructionCounts {
    pub(crate) fn all(&self) -> u64 {
        self.vm + self.below + self.rest
    }
}

/// A system call that a thread is about to make, as far as it matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SystemCall {
    /// Sends something to a peer.
    Send,
    /// Receives something from a peer.
    Receive,
    /// Waits for something to happen, unless something has.
    Wait,
    Other,
}

/// Counts.
#[derive(Debug, Clone, Default)]
pub(super) struct StepTally {
    counts: InstructionCounts,
    /// Where the last instruction was.
    last: u64,
    /// The stack pointer at the first instruction in the VM, while that has not returned.
    entered: Option<u64>,
    sent: u32,
    /// What was counted before the last wait, until a peer has sent something.
    before_wait: Option<InstructionCounts>,
}

impl StepTally {
    /// What Envoy sends for a request that it forwards: the request, and its answer.
    const SENT: u32 = 2;

    /// The instruction at `address` is executed next, with the stack pointer at `stack`.
    pub(super) fn step(&mut self, address: u64, stack: u64, owner: CodeOwner) {
        // An instruction that is repeated, as `rep movsb` is, stops for each repetition. So does a system call
        // that a signal interrupted, when it is made again.
        if address == self.last {
            return;
        }
        self.last = address;
        // A stack grows downwards: as soon as what called the VM goes on, the return address is off it.
        if self.entered.is_some_and(|entered| stack > entered) {
            self.entered = None;
        }
        match (owner, self.entered) {
            (CodeOwner::Vm, entered) => {
                self.counts.vm += 1;
                if entered.is_none() {
                    self.entered = Some(stack);
                    self.counts.entries += 1;
                }
            }
            (_, Some(_)) => self.counts.below += 1,
            (_, None) => self.counts.rest += 1,
        }
    }

    /// That instruction is a system call. Returns what the request took, if this was all of it.
    pub(super) fn system_call(&mut self, call: SystemCall) -> Option<InstructionCounts> {
        match call {
            SystemCall::Send => self.sent += 1,
            SystemCall::Receive => self.before_wait = None,
            SystemCall::Wait => {
                // It woke up for no peer: how often it does depends on the time.
                if let Some(counts) = self.before_wait {
                    self.counts = counts;
                }
                let counted = self.counts;
                let is_all = self.sent >= Self::SENT;
                if is_all {
                    self.clear();
                }
                self.before_wait = Some(self.counts);
                return is_all.then_some(counted);
            }
            SystemCall::Other => {}
        }
        None
    }

    /// Forgets what was counted.
    pub(super) fn clear(&mut self) {
        self.counts = InstructionCounts::default();
        self.before_wait = Some(self.counts);
        self.sent = 0;
    }

    /// How much was counted since the last request.
    pub(super) fn so_far(&self) -> u64 {
        self.counts.all()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    use CodeOwner::{Library, Program, Vm};

    fn counts(steps: &[(u64, u64, CodeOwner)]) -> InstructionCounts {
        let mut tally = StepTally::default();
        for &(address, stack, owner) in steps {
            tally.step(address, stack, owner);
        }
        tally.counts
    }

    #[test]
    fn what_the_vm_calls_is_told_from_what_calls_the_vm() {
        let counted = counts(&[
            (1, 100, Program),
            (2, 100, Program),
            // Entered: the return address is on the stack.
            (50, 92, Vm),
            (51, 60, Vm),
            // A host call, which calls a library and then the VM again, for memory.
            (10, 52, Program),
            (90, 44, Library),
            (52, 36, Vm),
            (11, 52, Program),
            (53, 60, Vm),
            (54, 92, Vm),
            // Returned.
            (3, 100, Program),
            // Deeper than where the VM was entered, but not below it.
            (4, 40, Program),
        ]);
        let expected = InstructionCounts {
            vm: 5,
            below: 3,
            rest: 4,
            entries: 1,
        };
        assert_eq!(counted, expected);
        assert_eq!(counted.all(), 12);
    }

    #[test]
    fn the_vm_may_be_entered_at_the_same_depth_again() {
        let counted = counts(&[(50, 92, Vm), (3, 100, Program), (50, 92, Vm)]);
        assert_eq!((counted.entries, counted.vm, counted.rest), (2, 2, 1));
    }

    #[test]
    fn a_repeated_instruction_counts_once() {
        let counted = counts(&[(7, 100, Library), (7, 100, Library), (8, 100, Library)]);
        assert_eq!(counted.rest, 2);
    }

    /// Steps of one instruction before each call, and what requests took.
    fn requests(calls: &[SystemCall]) -> Vec<u64> {
        let mut tally = StepTally::default();
        tally.clear();
        let mut ended = Vec::new();
        for (address, &call) in (1..).zip(calls) {
            tally.step(address, 100, Program);
            ended.extend(tally.system_call(call).map(|counts| counts.all()));
        }
        ended
    }

    #[test]
    fn a_request_ends_when_its_answer_is_sent_and_nothing_is_left_to_do() {
        use SystemCall::{Other, Receive, Send, Wait};
        let one = [Receive, Other, Send, Wait, Receive, Send, Other, Wait];
        assert_eq!(requests(&one), [8]);
        assert!(requests(&one[..7]).is_empty(), "more to do");
        assert_eq!(requests(&[one, one].concat()), [8, 8]);
    }

    #[test]
    fn waking_up_for_nobody_counts_for_nobody() {
        use SystemCall::{Other, Receive, Send, Wait};
        let calls = [
            Wait, Other, Wait, Receive, Send, Wait, Other, Other, Wait, Receive, Send, Wait,
        ];
        assert_eq!(requests(&calls), [6]);
    }

    #[test]
    fn what_is_not_finished_yet_can_be_forgotten() {
        let mut tally = StepTally::default();
        tally.step(12, 100, Program);
        assert_eq!(tally.so_far(), 1);
        tally.clear();
        assert_eq!(tally.so_far(), 0);
    }
}
