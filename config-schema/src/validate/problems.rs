//! The problems that were found in a config.

use std::fmt;

use crate::{
    error::{Error, Problem},
    place::Place,
};

#[derive(Default)]
pub(super) struct ProblemList(Vec<Problem>);

impl ProblemList {
    pub(super) fn add(&mut self, place: &Place<'_>, message: fmt::Arguments<'_>) {
        self.0.push(Problem {
            place: place.to_string(),
            message: message.to_string(),
        });
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn into_result(self) -> Result<(), Error> {
        if self.0.is_empty() {
            Ok(())
        } else {
            Err(Error::Invalid(self.0))
        }
    }
}
