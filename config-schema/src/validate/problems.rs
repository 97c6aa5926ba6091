//! The problems that were found in a config.

use std::fmt;

use crate::{
    error::{Error, Problem},
    limits::{MAX_ENTRIES, MAX_PROBLEMS},
    place::Place,
};

#[derive(Default)]
pub(super) struct ProblemList {
    told: Vec<Problem>,
    /// Of those that are not told.
    more: usize,
}

impl ProblemList {
    pub(super) fn add(&mut self, place: &Place<'_>, message: fmt::Arguments<'_>) {
        if self.told.len() < MAX_PROBLEMS {
            self.told.push(Problem {
                place: brief(format_args!("{place}")),
                message: brief(message),
            });
        } else {
            self.more = self.more.saturating_add(1);
        }
    }

    /// Whether a list has more than [`MAX_ENTRIES`], which is a problem. They are not looked at then: they would be
    /// compared with each other.
    pub(super) fn refuses_many(&mut self, many: usize, place: &Place<'_>) -> bool {
        self.refuses_more(many, MAX_ENTRIES, place)
    }

    /// Whether a list has more entries than are possible, which is a problem.
    #[inline(never)]
    pub(super) fn refuses_more(&mut self, many: usize, most: usize, place: &Place<'_>) -> bool {
        let is_refused = many > most;
        if is_refused {
            self.add(place, format_args!("{many} entries, {most} are possible"));
        }
        is_refused
    }

    pub(super) fn is_empty(&self) -> bool {
        self.told.is_empty()
    }

    pub(super) fn into_result(self) -> Result<(), Error> {
        let Self { mut told, more } = self;
        if told.is_empty() {
            return Ok(());
        }
        if more > 0 {
            told.push(Problem {
                place: ".".into(),
                message: format!("{more} more problems"),
            });
        }
        Err(Error::Invalid(told))
    }
}

/// The beginning of a text: what is wrong with a config may be a megabyte of it.
#[inline(never)]
fn brief(text: fmt::Arguments<'_>) -> String {
    /// Bytes.
    const LONGEST: usize = 300;
    let mut text = text.to_string();
    text.truncate(text.floor_char_boundary(LONGEST));
    text
}
