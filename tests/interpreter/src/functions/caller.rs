//! The module that calls a function, and what it is answered.

use wasmi::{Caller, Error};

use crate::state::State;

pub(super) type Host<'a> = Caller<'a, State>;
pub(super) type Status = Result<u32, Error>;

pub(super) const OK: u32 = 0;
pub(super) const NOT_FOUND: u32 = 1;
pub(super) const BAD_ARGUMENT: u32 = 2;

/// Remembers a call; the status that it answers whatever is asked, if there is one.
pub(super) fn called(host: &mut Host<'_>, name: &'static str) -> Option<u32> {
    const UNIMPLEMENTED: u32 = 12;
    let state = host.data_mut();
    state.calls.push(name);
    let forced = state.forced.filter(|(function, _)| *function == name);
    let is_missing = state.profile.unimplemented.contains(&name);
    forced
        .map(|(_, status)| status)
        .or(is_missing.then_some(UNIMPLEMENTED))
}
