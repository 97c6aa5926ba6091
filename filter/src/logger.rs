//! Log lines, and the last words of a panic, go to the host's log.

use log::{Level, LevelFilter, Log, Metadata, Record};

use crate::abi;

struct HostLog;

impl Log for HostLog {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.level() <= log::max_level()
    }

    fn log(&self, record: &Record<'_>) {
        if self.enabled(record.metadata()) {
            abi::write_log(number(record.level()), &record.args().to_string());
        }
    }

    fn flush(&self) {}
}

/// `proxy_log_level_t`.
fn number(level: Level) -> u32 {
    match level {
        Level::Trace => 0,
        Level::Debug => 1,
        Level::Info => 2,
        Level::Warn => 3,
        Level::Error => 4,
    }
}

/// Sends what is logged from now on to the host.
pub(crate) fn start() {
    const CRITICAL: u32 = 5;
    // An error means that it was started before.
    if log::set_logger(&HostLog).is_ok() {
        log::set_max_level(LevelFilter::Info);
        std::panic::set_hook(Box::new(|panic| {
            abi::write_log(CRITICAL, &panic.to_string());
        }));
    }
}
