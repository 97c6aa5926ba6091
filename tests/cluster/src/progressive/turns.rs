//! Requests that go on while weights are shifted, and an account of each turn between two shifts.

use anyhow::{Result, ensure};

use crate::{
    client::MeshClient,
    pod::message::{Counted, Send},
};

/// A load without a gap that matters: it is stopped and begun again where a turn ends.
pub(super) struct Turns<'c> {
    client: &'c mut MeshClient,
    sends: Vec<Send>,
    is_running: bool,
}

impl<'c> Turns<'c> {
    /// Nothing is sent yet.
    pub(super) fn new(client: &'c mut MeshClient) -> Self {
        Self {
            client,
            sends: Vec::new(),
            is_running: false,
        }
    }

    /// Sends these from now on.
    pub(super) fn begin(&mut self, sends: Vec<Send>) -> Result<()> {
        self.sends = sends;
        self.client.load(self.sends.clone())?;
        self.is_running = true;
        Ok(())
    }

    /// Ends a turn, and begins the next one.
    pub(super) fn turn(&mut self) -> Result<Vec<Counted>> {
        let counts = self.end()?;
        let sends = std::mem::take(&mut self.sends);
        self.begin(sends)?;
        Ok(counts)
    }

    /// Ends the last turn. Without one there is nothing to count.
    pub(super) fn end(&mut self) -> Result<Vec<Counted>> {
        if !std::mem::take(&mut self.is_running) {
            return Ok(Vec::new());
        }
        self.client.stop()
    }
}

/// Fails if the share of `new` among `all` answers is not `weight` percent: but for chance, and for the
/// answers of the moment before the new weight was obeyed.
pub(super) fn follows(new: usize, all: usize, weight: u32) -> Result<()> {
    /// Of a hundred: what a third of a second of the weight before, which was 25 more, is of a turn of four.
    const OF_THE_TURN_BEFORE: f64 = 3.0;
    ensure!(all > 100, "only {all} answers with the weight {weight}");
    #[expect(clippy::cast_precision_loss, reason = "some thousands of them")]
    let (new, all) = (new as f64, all as f64);
    let (share, weight) = (100.0 * new / all, f64::from(weight));
    let deviation = (weight * (100.0 - weight) / all).sqrt();
    let allowed = OF_THE_TURN_BEFORE + 4.0 * deviation;
    ensure!(
        (share - weight).abs() <= allowed,
        "{share:.1} % of {all} answers with the weight {weight}, which is off by more than {allowed:.1}"
    );
    Ok(())
}
