//! Who sends the requests of a fixture.

use anyhow::Result;

use crate::fixture::{Exchange, Observed};

/// Sends requests of clients of one namespace.
pub trait Driver {
    /// Sends one request, however often the exchange says.
    ///
    /// # Errors
    ///
    /// There is no answer.
    fn send(&mut self, exchange: &Exchange) -> Result<Observed>;

    /// From here on copies count.
    ///
    /// # Errors
    ///
    /// Requests are still under way, and stay so.
    fn mark(&mut self) -> Result<()> {
        Ok(())
    }

    /// Adds to `observed`, which is everything since the mark, where copies went.
    ///
    /// # Errors
    ///
    /// As [`Driver::mark`].
    fn mirrored(&mut self, _observed: &mut [Observed]) -> Result<()> {
        Ok(())
    }

    /// What else is not as it should be, once everything was sent.
    ///
    /// # Errors
    ///
    /// It can't be told.
    fn finish(&mut self) -> Result<Vec<String>> {
        Ok(Vec::new())
    }
}
