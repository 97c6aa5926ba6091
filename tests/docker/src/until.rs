//! Waiting for something to be so.

use std::{
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result};

/// On a busy machine Envoy takes seconds to read a module; nothing here needs as long.
const PATIENCE: Duration = Duration::from_secs(60);
const POLL: Duration = Duration::from_millis(50);

/// What `look` has found, as soon as it finds something.
///
/// # Errors
///
/// It finds nothing within a minute, or fails.
pub(crate) fn until<T>(what: &str, mut look: impl FnMut() -> Result<Option<T>>) -> Result<T> {
    let end = Instant::now() + PATIENCE;
    loop {
        let last = look();
        match last {
            Ok(Some(found)) => return Ok(found),
            _ if Instant::now() < end => thread::sleep(POLL),
            Ok(None) => anyhow::bail!("not within a minute: {what}"),
            Err(error) => {
                return Err(error).with_context(|| format!("not within a minute: {what}"));
            }
        }
    }
}
