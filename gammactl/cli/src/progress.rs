//! A line on standard error tells people that a long step is still running.

use std::{
    io,
    io::{IsTerminal as _, Write},
    sync::{
        mpsc,
        mpsc::{RecvTimeoutError, Sender},
    },
    thread,
    thread::JoinHandle,
    time::{Duration, Instant},
};

/// After this time people are told what they wait for.
const PATIENCE: Duration = Duration::from_secs(1);

/// Says what is being done for as long as it lives, and leaves no trace.
#[derive(Debug)]
pub(super) struct ProgressLine {
    speaker: Option<(Sender<()>, JoinHandle<()>)>,
}

impl ProgressLine {
    /// Says nothing unless standard error is a terminal.
    pub(super) fn new(what: impl Into<String>) -> Self {
        let stderr = io::stderr();
        if stderr.is_terminal() {
            Self::on(stderr, what.into(), PATIENCE)
        } else {
            Self { speaker: None }
        }
    }

    fn on(mut terminal: impl Write + Send + 'static, what: String, every: Duration) -> Self {
        let (done, waiting) = mpsc::channel();
        let start = Instant::now();
        let speak = move || {
            let mut width = 0;
            while waiting.recv_timeout(every) == Err(RecvTimeoutError::Timeout) {
                let line = format!("{what}, {} s", start.elapsed().as_secs());
                width = line.len();
                let _ = write!(terminal, "\r{line}").and_then(|()| terminal.flush());
            }
            if width > 0 {
                let _ = write!(terminal, "\r{:width$}\r", "").and_then(|()| terminal.flush());
            }
        };
        Self {
            speaker: Some((done, thread::spawn(speak))),
        }
    }
}

impl Drop for ProgressLine {
    fn drop(&mut self) {
        if let Some((done, speaker)) = self.speaker.take() {
            drop(done);
            // The line has to be gone before anything else is written.
            let _ = speaker.join();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;

    #[derive(Clone, Default)]
    struct Screen(Arc<Mutex<Vec<u8>>>);

    impl Screen {
        fn text(&self) -> String {
            String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
        }
    }

    impl Write for Screen {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn what_takes_long_is_named_and_wiped_away() {
        let screen = Screen::default();
        let progress = ProgressLine::on(screen.clone(), "reading".into(), Duration::from_millis(1));
        while !screen.text().contains("\rreading, 0 s") {
            thread::yield_now();
        }
        drop(progress);
        assert!(screen.text().ends_with(&format!("\r{:12}\r", "")));
    }

    #[test]
    fn what_is_quick_is_not_mentioned() {
        let screen = Screen::default();
        drop(ProgressLine::on(screen.clone(), "reading".into(), PATIENCE));
        assert_eq!(screen.text(), "");
    }
}
