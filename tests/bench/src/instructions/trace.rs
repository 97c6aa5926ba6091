//! A thread of Envoy that is stopped after each instruction.
//!
//! The kernel does that with any thread (`PTRACE_SINGLESTEP`), without counters of the processor's, which virtual machines
//! rarely have. It takes some microseconds an instruction, and changes nothing of what is executed.

use std::{
    collections::HashMap,
    fs,
    process::Command,
    thread::sleep,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail, ensure};
use nix::{
    errno::Errno,
    libc::{c_void, user_regs_struct},
    sys::{
        ptrace::{self, Options},
        signal::Signal,
        wait::{WaitPidFlag, WaitStatus, waitpid},
    },
    unistd::Pid,
};

use super::{
    clock::Clock,
    code_map::{CodeMap, CodeOwner, Region},
    tally::{InstructionCounts, StepTally, SystemCall},
};

/// Whether threads can be single-stepped here.
///
/// # Errors
///
/// Why they can't.
pub(super) fn preflight() -> Result<()> {
    let mut child = Command::new("sleep").arg("60").spawn().context("sleep")?;
    let stepped = (|| {
        let pid = i32::try_from(child.id())?;
        let traced = Traced::stop(child.id(), pid)?;
        ensure!(traced.step()?, "a process ended by a step");
        Ok(())
    })();
    child.kill()?;
    child.wait()?;
    stepped
}

/// What a request may take before it counts as stuck.
#[derive(Debug, Clone, Copy)]
struct TraceLimits {
    /// Instructions.
    instructions: u64,
    /// When all requests have to be done.
    until: Instant,
}

/// Counts what a worker of Envoy executes until the process is killed. Tells each time when it is about to wait and a
/// request may be sent: what the last one took, `None` before the first.
///
/// # Errors
///
/// A request takes more instructions than `most`, it is later than `until`, or the kernel refuses something. The process
/// is killed then, when the thread that called this ends.
pub(super) fn follow(
    process: u32,
    worker: i32,
    most: u64,
    until: Instant,
    idle: impl FnMut(Option<InstructionCounts>),
) -> Result<()> {
    // It tells the workers twice a second what time it is.
    hold(i32::try_from(process)?)?;
    let limits = TraceLimits {
        instructions: most,
        until,
    };
    Traced::stop(process, worker)?.count(limits, idle)
}

/// Stops a thread where it waits for events, and leaves it so.
///
/// # Errors
///
/// The kernel does not allow it, or the thread never waits.
fn hold(thread: i32) -> Result<()> {
    const TRIES: u32 = 100;
    const BETWEEN: Duration = Duration::from_millis(20);
    let thread = Pid::from_raw(thread);
    seize(thread)?;
    for _ in 0..TRIES {
        // Stopped anywhere else, it may have a lock that others need.
        let registers = ptrace::getregs(thread)?;
        if is_wait(registers.orig_rax as i64) {
            return Ok(());
        }
        ptrace::cont(thread, None)?;
        sleep(BETWEEN);
        interrupt(thread)?;
    }
    bail!("Envoy's main thread never waits")
}

/// Stops a thread. It and its process are killed when the thread that called this ends.
fn seize(thread: Pid) -> Result<()> {
    ptrace::seize(thread, Options::PTRACE_O_EXITKILL).context("PTRACE_SEIZE")?;
    interrupt(thread)
}

fn interrupt(thread: Pid) -> Result<()> {
    ptrace::interrupt(thread).context("PTRACE_INTERRUPT")?;
    let stopped = waitpid(thread, Some(WaitPidFlag::__WALL))?;
    ensure!(
        matches!(
            stopped,
            WaitStatus::PtraceEvent(..) | WaitStatus::Stopped(..)
        ),
        "instead of a stop: {stopped:?}"
    );
    Ok(())
}

/// A traced thread. It ends with this thread, and with it its process.
struct Traced {
    thread: Pid,
    process: u32,
    program: String,
    map: CodeMap,
    /// Where the last instruction was: the next one is nearly always there too.
    region: Region,
    clock: Clock,
    /// Whether an instruction outside of the VM is a system call.
    system_calls: HashMap<u64, bool>,
}

impl Traced {
    /// Stops a thread. It and its process are killed when the thread that called this ends.
    ///
    /// # Errors
    ///
    /// The kernel does not allow it.
    fn stop(process: u32, thread: i32) -> Result<Self> {
        let pid = Pid::from_raw(thread);
        seize(pid)?;
        let program = fs::read_link(format!("/proc/{process}/exe"))?;
        let program = program.to_string_lossy().into_owned();
        let map = code_map(process, &program)?;
        Ok(Self {
            thread: pid,
            process,
            clock: Clock::new(process, &map)?,
            map,
            program,
            region: Region {
                start: 0,
                end: 0,
                owner: CodeOwner::Library,
            },
            system_calls: HashMap::new(),
        })
    }

    /// Counts until the process is killed. Tells each time when the thread is about to wait and a request may be
    /// sent: what the last one took, `None` before the first.
    ///
    /// # Errors
    ///
    /// A limit is exceeded, or the kernel refuses something.
    fn count(
        &mut self,
        limits: TraceLimits,
        mut idle: impl FnMut(Option<InstructionCounts>),
    ) -> Result<()> {
        let mut tally = StepTally::default();
        let mut is_ready = false;
        loop {
            let Some(registers) = ended(ptrace::getregs(self.thread))? else {
                return Ok(());
            };
            tally.step(registers.rip, registers.rsp, self.owner(registers.rip)?);
            self.clock.step(self.thread, &registers)?;
            match self.system_call(&registers)? {
                Some(SystemCall::Wait) if !is_ready => {
                    is_ready = true;
                    tally.clear();
                    idle(None);
                }
                Some(call) if is_ready => {
                    if let Some(counts) = tally.system_call(call) {
                        idle(Some(counts));
                    }
                }
                _ => {}
            }
            ensure!(
                tally.so_far() <= limits.instructions,
                "a request took more than {} instructions",
                limits.instructions
            );
            if tally.so_far().is_multiple_of(4096) {
                ensure!(Instant::now() < limits.until, "it takes too long");
            }
            if !self.step()? {
                return Ok(());
            }
        }
    }

    /// Executes an instruction; returns whether the thread lives.
    fn step(&self) -> Result<bool> {
        let mut signal = None;
        loop {
            if ended(ptrace::step(self.thread, signal))?.is_none() {
                return Ok(false);
            }
            match ended(waitpid(self.thread, Some(WaitPidFlag::__WALL)))? {
                Some(WaitStatus::Stopped(_, Signal::SIGTRAP)) => return Ok(true),
                Some(WaitStatus::Stopped(_, other)) => signal = Some(other),
                Some(WaitStatus::PtraceEvent(..)) => signal = None,
                None | Some(WaitStatus::Exited(..) | WaitStatus::Signaled(..)) => return Ok(false),
                Some(other) => bail!("instead of a step: {other:?}"),
            }
        }
    }

    fn owner(&mut self, address: u64) -> Result<CodeOwner> {
        if !self.region.contains(address) {
            let known = self.map.find(address);
            self.region = match known {
                Some(region) => region,
                None => {
                    // V8 has made more code.
                    self.map = code_map(self.process, &self.program)?;
                    self.map.find(address).with_context(|| {
                        format!("nothing that can be executed is at {address:x}")
                    })?
                }
            };
        }
        Ok(self.region.owner)
    }

    /// What the next instruction asks of the kernel, if it does.
    fn system_call(&mut self, registers: &user_regs_struct) -> Result<Option<SystemCall>> {
        if self.region.owner == CodeOwner::Vm {
            return Ok(None);
        }
        let is_call = match self.system_calls.get(&registers.rip) {
            Some(&known) => known,
            None => {
                let word = ptrace::read(self.thread, registers.rip as *mut c_void)?;
                let is_call = word.to_ne_bytes()[..2] == [0x0f, 0x05];
                self.system_calls.insert(registers.rip, is_call);
                is_call
            }
        };
        Ok(is_call.then(|| system_call(registers)))
    }
}

/// By the kernel's numbers for x86-64.
fn system_call(registers: &user_regs_struct) -> SystemCall {
    use nix::libc as c;
    let number = registers.rax as i64;
    match number {
        c::SYS_writev | c::SYS_sendmsg | c::SYS_sendto => SystemCall::Send,
        c::SYS_readv | c::SYS_recvmsg | c::SYS_recvfrom => SystemCall::Receive,
        // The fourth argument is how long; with 0, Envoy has more to do.
        _ if is_wait(number) && registers.r10 as i32 != 0 => SystemCall::Wait,
        _ => SystemCall::Other,
    }
}

fn is_wait(number: i64) -> bool {
    use nix::libc as c;
    matches!(number, c::SYS_epoll_wait | c::SYS_epoll_pwait)
}

/// `None` where a thread has ended, which is no error.
fn ended<T>(result: nix::Result<T>) -> Result<Option<T>> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(Errno::ESRCH | Errno::ECHILD) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

fn code_map(process: u32, program: &str) -> Result<CodeMap> {
    CodeMap::parse(
        &fs::read_to_string(format!("/proc/{process}/maps"))?,
        program,
    )
}
