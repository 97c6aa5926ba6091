//! What a process takes of the machine, and where it runs. From `/proc`: Linux only, as Envoy's
//! builds here are.

use std::{fs, time::Duration};

use anyhow::{Context, Result};
use rustix::{
    process::Pid,
    thread::{CpuSet, sched_setaffinity},
};

/// CPU time of all threads that live, to the nanosecond. `utime` and `stime` count in ticks of 10 ms.
///
/// # Errors
///
/// There is no such process, or its `/proc` reads otherwise than Linux writes it.
pub fn cpu_time(pid: u32) -> Result<Duration> {
    let mut total = 0;
    for thread in threads(pid)? {
        let path = format!("/proc/{pid}/task/{thread}/schedstat");
        // A thread may end while its fellows are counted.
        let Ok(text) = fs::read_to_string(&path) else {
            continue;
        };
        let on_cpu = text.split_whitespace().next().context(path)?;
        total += on_cpu.parse::<u64>()?;
    }
    Ok(Duration::from_nanos(total))
}

/// The one worker thread of an Envoy.
///
/// # Errors
///
/// There is no such process, or it has no worker.
pub fn worker(envoy: u32) -> Result<i32> {
    let is_worker = |thread: &i32| {
        let name = fs::read_to_string(format!("/proc/{envoy}/task/{thread}/comm"));
        name.is_ok_and(|name| name.trim_end() == "wrk:worker_0")
    };
    let found = threads(envoy)?.into_iter().find(is_worker);
    found.context("Envoy has no thread wrk:worker_0")
}

/// Lets this thread run where [`part`] has Envoy's run.
///
/// # Errors
///
/// The kernel refuses it.
pub fn beside_envoy() -> Result<()> {
    if std::thread::available_parallelism()?.get() >= 2 {
        sched_setaffinity(None, &core(1))?;
    }
    Ok(())
}

/// Resident memory in bytes.
///
/// # Errors
///
/// As [`cpu_time`].
pub fn resident(pid: u32) -> Result<u64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib = line.and_then(|line| line.trim().strip_suffix(" kB"));
    Ok(kib.context("no VmRSS")?.parse::<u64>()? * 1024)
}

/// Keeps Envoy on one core and this thread on another, where there are two.
///
/// # Errors
///
/// There is no such process, or the system allows this one no core of its own.
pub fn part(envoy: u32) -> Result<()> {
    let cores = std::thread::available_parallelism()?.get();
    if cores < 2 {
        return Ok(());
    }
    sched_setaffinity(None, &core(0))?;
    for thread in threads(envoy)? {
        // It may have ended.
        let _ = sched_setaffinity(Pid::from_raw(thread), &core(1));
    }
    Ok(())
}

/// Lets this thread, and what it starts from now on, run anywhere again.
///
/// # Errors
///
/// The system does not allow it.
pub fn anywhere() -> Result<()> {
    let mut all = CpuSet::new();
    (0..CpuSet::MAX_CPU).for_each(|core| all.set(core));
    Ok(sched_setaffinity(None, &all)?)
}

fn core(number: usize) -> CpuSet {
    let mut set = CpuSet::new();
    set.set(number);
    set
}

fn threads(pid: u32) -> Result<Vec<i32>> {
    let mut threads = Vec::new();
    for entry in fs::read_dir(format!("/proc/{pid}/task"))? {
        if let Some(thread) = entry?.file_name().to_str() {
            threads.push(thread.parse()?);
        }
    }
    Ok(threads)
}
