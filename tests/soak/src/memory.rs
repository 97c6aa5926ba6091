//! What Envoy takes of the machine's memory.

use std::fs;

use anyhow::{Context, Result};
use gamma_bench::process;
use gamma_testbed::envoy::Envoy;
use serde_json::Value;

/// One look at Envoy's memory. Bytes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Look {
    /// Requests that were answered by then.
    pub(crate) requests: u64,
    /// Resident memory of the process.
    pub(crate) resident: u64,
    /// What Envoy's allocator has given out.
    pub(crate) allocated: u64,
    /// Linear memories of all VMs: they never shrink.
    pub(crate) linear: u64,
    /// VMs that there are.
    pub(crate) vms: u64,
}

impl Look {
    pub(crate) fn at(envoy: &Envoy, requests: u64) -> Result<Self> {
        let memory: Value = serde_json::from_str(&envoy.admin_get("/memory")?)?;
        let allocated = memory["allocated"]
            .as_str()
            .and_then(|text| text.parse().ok());
        Ok(Self {
            requests,
            resident: process::resident(envoy.pid())?,
            allocated: allocated.with_context(|| format!("/memory says {memory}"))?,
            linear: linear(&fs::read_to_string(format!("/proc/{}/maps", envoy.pid()))?),
            vms: vms(envoy, "active")?,
        })
    }
}

/// How many VMs are `active`, or were ever `created`.
pub(crate) fn vms(envoy: &Envoy, which: &str) -> Result<u64> {
    let stats = envoy.admin_get("/stats?filter=wasm.runtime")?;
    let mut values = stats.lines().filter_map(|line| line.rsplit_once(": "));
    let found = values.find(|(name, _)| name.rsplit('.').next() == Some(which));
    let (_, value) = found.with_context(|| format!("no VMs in {stats:?}"))?;
    Ok(value.parse()?)
}

/// V8 reserves gigabytes of addresses for each linear memory, lets the module read and write the beginning of them, and
/// nobody the rest.
fn linear(maps: &str) -> u64 {
    const RESERVED: u64 = 1 << 30;
    let mut sum = 0;
    let mut before: Option<(u64, u64)> = None;
    for line in maps.lines() {
        let mut words = line.split_whitespace();
        let range = words.next().and_then(|range| range.split_once('-'));
        let bounds = range.and_then(|(from, to)| {
            let number = |text| u64::from_str_radix(text, 16).ok();
            Some((number(from)?, number(to)?))
        });
        let (Some((from, to)), Some(access)) = (bounds, words.next()) else {
            continue;
        };
        match (access, before) {
            ("---p", Some((start, end))) if end == from && to - from > RESERVED => {
                sum += end - start;
            }
            _ => {}
        }
        before = (access == "rw-p").then_some((from, to));
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn linear_memories_are_followed_by_a_large_guard() {
        let maps = "\
            100000000-100130000 rw-p 00000000 00:00 0 \n\
            100130000-300000000 ---p 00000000 00:00 0 \n\
            7f0000000000-7f0000001000 rw-p 00000000 00:00 0 [stack]\n\
            7f0000001000-7f0000002000 ---p 00000000 00:00 0 \n";
        assert_eq!(linear(maps), 0x13_0000);
    }
}
