//! In the place of [`mod@trace`](super::trace) where nobody has written how threads are single-stepped.

use std::time::Instant;

use anyhow::{Result, bail};

use super::tally::InstructionCounts;

const WHY: &str = "threads are single-stepped on Linux on x86-64 only";

pub(super) fn preflight() -> Result<()> {
    bail!(WHY)
}

pub(super) fn follow(
    _: u32,
    _: i32,
    _: u64,
    _: Instant,
    _: impl FnMut(Option<InstructionCounts>),
) -> Result<()> {
    bail!(WHY)
}
