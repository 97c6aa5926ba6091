//! Whether somebody wants this program to end.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use anyhow::Result;
use signal_hook::{
    consts::{SIGINT, SIGTERM},
    iterator::Signals,
    low_level,
};

/// How often somebody has asked this program to end.
pub(crate) struct Told(Arc<AtomicUsize>);

impl Told {
    pub(crate) fn listen() -> Result<Self> {
        let times = Arc::new(AtomicUsize::new(0));
        let mut signals = Signals::new([SIGINT, SIGTERM])?;
        let count = Arc::clone(&times);
        thread::spawn(move || {
            for signal in signals.forever() {
                let name = low_level::signal_name(signal).unwrap_or("a signal");
                println!("{name}");
                count.fetch_add(1, Ordering::Relaxed);
            }
        });
        Ok(Self(times))
    }

    pub(crate) fn times(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }
}
