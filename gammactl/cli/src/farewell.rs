//! Ctrl-C and SIGTERM let an update of a directory that is under way end first, where there are signals.

use std::sync::{Arc, Mutex};

use gamma_envoy::xds::LiveDirectory;

/// Ends this process at SIGINT or SIGTERM, when nobody holds `live`.
#[cfg(unix)]
pub(super) fn leave_on_signals(live: &Arc<Mutex<LiveDirectory>>) -> anyhow::Result<()> {
    use std::{
        process,
        sync::TryLockError,
        thread,
        time::{Duration, Instant},
    };

    use anyhow::Context as _;
    use signal_hook::{
        consts::{SIGINT, SIGTERM},
        iterator::Signals,
    };

    /// How long an update that is under way may take to end. Whatever it leaves behind, the next run completes.
    const FAREWELL: Duration = Duration::from_secs(2);

    let mut signals = Signals::new([SIGINT, SIGTERM]).context("signals")?;
    let live = Arc::clone(live);
    thread::spawn(move || {
        if signals.forever().next().is_none() {
            return;
        }
        let begin = Instant::now();
        while begin.elapsed() < FAREWELL && matches!(live.try_lock(), Err(TryLockError::WouldBlock))
        {
            thread::sleep(Duration::from_millis(5));
        }
        process::exit(0);
    });
    Ok(())
}

/// Elsewhere Ctrl-C ends the process at once; what an update leaves behind, the next run completes.
#[cfg(not(unix))]
pub(super) fn leave_on_signals(_: &Arc<Mutex<LiveDirectory>>) -> anyhow::Result<()> {
    Ok(())
}
