//! A clock that stands still: for a thread that is stopped after each instruction, timers of half a second would be due
//! several times in one request.

use std::{collections::HashMap, fs::File, os::unix::fs::FileExt as _};

use anyhow::{Context, Result};
use nix::{
    libc::{c_long, c_void, user_regs_struct},
    sys::ptrace,
    unistd::Pid,
};

use super::{code_map::CodeMap, vdso};

/// Answers of `clock_gettime` that never change. The function is executed as ever, then its answer is overwritten.
pub(super) struct Clock {
    /// Where `clock_gettime` begins.
    function: u64,
    call: Option<Call>,
    /// What the first call was answered, by clock: seconds and nanoseconds.
    answers: HashMap<u64, [c_long; 2]>,
}

/// A call that has not returned.
struct Call {
    clock: u64,
    /// Where the answer goes.
    answer: u64,
    /// Where it returns to, and the stack pointer then.
    returns: (u64, u64),
}

impl Clock {
    /// # Errors
    ///
    /// The process has no vDSO, or one without `clock_gettime`.
    pub(super) fn new(process: u32, map: &CodeMap) -> Result<Self> {
        let region = map.vdso().context("the process has no vDSO")?;
        let mut image = vec![0; usize::try_from(region.end - region.start)?];
        let memory = File::open(format!("/proc/{process}/mem"))?;
        memory.read_exact_at(&mut image, region.start)?;
        Ok(Self {
            function: region.start + vdso::function(&image, "__vdso_clock_gettime")?,
            call: None,
            answers: HashMap::new(),
        })
    }

    /// A thread is about to execute an instruction.
    pub(super) fn step(&mut self, thread: Pid, registers: &user_regs_struct) -> Result<()> {
        if registers.rip == self.function {
            let returns = ptrace::read(thread, registers.rsp as *mut c_void)?;
            self.call = Some(Call {
                clock: registers.rdi,
                answer: registers.rsi,
                returns: (returns as u64, registers.rsp + 8),
            });
            return Ok(());
        }
        let returned = |call: &mut Call| call.returns == (registers.rip, registers.rsp);
        let Some(call) = self.call.take_if(returned) else {
            return Ok(());
        };
        let places = [call.answer, call.answer + 8].map(|place| place as *mut c_void);
        match self.answers.get(&call.clock) {
            Some(answer) => {
                for (place, &number) in places.into_iter().zip(answer) {
                    ptrace::write(thread, place, number)?;
                }
            }
            None => {
                let [seconds, nanoseconds] = places.map(|place| ptrace::read(thread, place));
                self.answers.insert(call.clock, [seconds?, nanoseconds?]);
            }
        }
        Ok(())
    }
}
