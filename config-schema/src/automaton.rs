//! A deterministic automaton: what a regular expression, or several at once, match, as `gammactl` compiled it.
//!
//! Reading a text takes one step for each byte, whatever the patterns are, and no text leads to anything but a
//! list of patterns: a wrong automaton routes wrongly, and can do nothing else.
//!
//! In a config an automaton is written in base64. The bytes are:
//!
//! 1. The class of each of the 256 byte values, in runs: a class, and how many values beyond the first have it.
//! 2. How many lists of patterns there are besides the empty one; then each of them: its length, then numbers of
//!    patterns. A list is what is matched by a text that ends in a state.
//! 3. How many states there are besides the dead one; then each of them: the number of its list (0 is the empty
//!    list), and the next state by class, in runs: a state (0 is dead), and how many classes beyond the first
//!    lead to it. The first state is where a text begins.
//!
//! All numbers but those of the first part, which are bytes, are in LEB128: seven bits a byte, the lowest first,
//! and the highest bit says that more follow.

use std::fmt;

use crate::from_base64::from_base64;
use base64::{Engine as _, engine::general_purpose::STANDARD};

/// Most steps of an automaton (states × classes): they are numbers of two bytes, 128 KiB in all.
pub const MAX_STEPS: usize = 1 << 16;

/// Most steps of the automata of a route table, together.
pub const MAX_TABLE_STEPS: usize = 1 << 22;

/// Which of some patterns match a text.
#[derive(Clone, Default, PartialEq, Eq, Hash)]
pub struct Automaton {
    /// By byte value.
    classes: Box<[u8]>,
    /// How many classes there are.
    width: u16,
    /// Where the row of the next state begins: a row for each state, with a step for each class. The first row is
    /// the dead state's, which nothing leads out of.
    steps: Box<[u16]>,
    /// By state, the number of its list.
    matched: Box<[u16]>,
    /// The first list is empty.
    lists: Box<[Box<[u32]>]>,
}

/// Parts that make no automaton.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidAutomaton {
    /// Not base64.
    #[error("not base64")]
    Base64,
    /// The text ends before the automaton does, or goes on behind it.
    #[error("too short or too long")]
    Length,
    /// A state, a class or a list that does not exist.
    #[error("it leads to what does not exist")]
    OutOfRange,
    /// More than [`MAX_STEPS`].
    #[error("too large: {MAX_STEPS} steps (states × classes) are possible")]
    TooLarge,
}

impl Automaton {
    /// Of the classes of all 256 byte values; the lists of patterns, of which the first is empty; and for each state
    /// the number of its list and the next state by class. State 0 is dead, a text begins in state 1.
    ///
    /// # Errors
    ///
    /// A number is out of range, or there are too many states.
    pub fn new(
        classes: &[u8; 256],
        lists: Vec<Box<[u32]>>,
        states: &[(u16, Vec<u32>)],
    ) -> Result<Self, InvalidAutomaton> {
        let mut automaton = Self::of_classes(&classes[..]);
        automaton.lists = lists.into();
        let mut builder = StateBuilder::new(&automaton, states.len())?;
        for (list, next) in states {
            let mut runs = next.iter().map(|&state| (state, 1));
            builder.state(usize::from(*list), || {
                runs.next().ok_or(InvalidAutomaton::Length)
            })?;
        }
        (automaton.steps, automaton.matched) = builder.build();
        Ok(automaton)
    }

    /// From its text in a config.
    ///
    /// # Errors
    ///
    /// As those of [`new`](Self::new), and a text that has another form.
    pub fn read(text: &str) -> Result<Self, InvalidAutomaton> {
        let bytes = from_base64(text).ok_or(InvalidAutomaton::Base64)?;
        let mut bytes = Bytes(&bytes);
        let mut classes = Vec::with_capacity(256);
        while classes.len() < 256 {
            let (class, more) = (bytes.byte()?, bytes.byte()?);
            let end = classes.len().saturating_add(usize::from(more));
            classes.resize(end.saturating_add(1), class);
        }
        if classes.len() > 256 {
            return Err(InvalidAutomaton::Length);
        }
        let mut automaton = Self::of_classes(&classes);
        let mut lists = vec![Box::default()];
        for _ in 0..bytes.count()? {
            let list: Result<Box<[u32]>, _> = (0..bytes.count()?).map(|_| bytes.number()).collect();
            lists.push(list?);
        }
        automaton.lists = lists.into();
        let states = bytes.count()?;
        let mut builder = StateBuilder::new(&automaton, states.saturating_add(1))?;
        builder.dead();
        for _ in 0..states {
            let list = bytes.number()? as usize;
            builder.state(list, || {
                let state = bytes.number()?;
                Ok((state, (bytes.number()? as usize).saturating_add(1)))
            })?;
        }
        if !bytes.0.is_empty() {
            return Err(InvalidAutomaton::Length);
        }
        (automaton.steps, automaton.matched) = builder.build();
        Ok(automaton)
    }

    /// Without lists and states.
    fn of_classes(classes: &[u8]) -> Self {
        let last = classes.iter().copied().max().unwrap_or_default();
        Self {
            classes: classes.into(),
            width: u16::from(last).saturating_add(1),
            steps: Box::default(),
            matched: Box::default(),
            lists: Box::default(),
        }
    }

    /// The numbers of the patterns that match all of `text`: one step for each byte.
    #[inline]
    #[must_use]
    pub fn matches(&self, text: &[u8]) -> &[u32] {
        let mut row = self.width;
        for &byte in text {
            let class = self.classes.get(usize::from(byte)).copied();
            let at = usize::from(row).wrapping_add(usize::from(class.unwrap_or_default()));
            row = self.steps.get(at).copied().unwrap_or_default();
            if row == 0 {
                return &[];
            }
        }
        let state = row.checked_div(self.width).unwrap_or_default();
        let list = self.matched.get(usize::from(state)).copied();
        let list = self.lists.get(usize::from(list.unwrap_or_default()));
        list.map_or(&[], |list| list)
    }

    /// How many states there are, the dead one included.
    #[must_use]
    pub fn len(&self) -> usize {
        self.matched.len()
    }

    /// Whether there are no states, which is never so.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.matched.is_empty()
    }

    /// How many steps there are: states × classes.
    #[must_use]
    pub fn steps(&self) -> usize {
        self.steps.len()
    }

    /// How many patterns there must be: its largest number of one, and 1. Looks at all of them.
    #[must_use]
    pub fn patterns(&self) -> usize {
        let numbers = self.lists.iter().flatten();
        numbers
            .max()
            .map_or(0, |&last| (last as usize).saturating_add(1))
    }

    /// As it stands in a config.
    #[must_use]
    pub fn text(&self) -> String {
        let mut bytes = Vec::new();
        for run in self.classes.chunk_by(|one, next| one == next) {
            bytes.extend(run.first());
            bytes.push(u8::try_from(run.len().saturating_sub(1)).unwrap_or(u8::MAX));
        }
        let lists = self.lists.get(1..).unwrap_or_default();
        write(&mut bytes, lists.len());
        for list in lists {
            write(&mut bytes, list.len());
            for &pattern in list {
                write(&mut bytes, pattern as usize);
            }
        }
        let width = usize::from(self.width);
        let states = self.matched.iter().zip(self.steps.chunks(width)).skip(1);
        write(&mut bytes, states.len());
        for (&list, row) in states {
            write(&mut bytes, usize::from(list));
            for run in row.chunk_by(|one, next| one == next) {
                let row = run.first().copied().unwrap_or_default();
                write(
                    &mut bytes,
                    usize::from(row.checked_div(self.width).unwrap_or_default()),
                );
                write(&mut bytes, run.len().saturating_sub(1));
            }
        }
        STANDARD.encode(bytes)
    }
}

/// Hundreds of numbers tell nobody anything.
impl fmt::Debug for Automaton {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Automaton({} states)", self.len())
    }
}

/// Makes rows of states, and holds each number to its range.
struct StateBuilder {
    width: usize,
    states: usize,
    lists: usize,
    steps: Vec<u16>,
    matched: Vec<u16>,
}

impl StateBuilder {
    /// For so many states, the dead one included.
    fn new(automaton: &Automaton, states: usize) -> Result<Self, InvalidAutomaton> {
        let width = usize::from(automaton.width);
        match states.checked_mul(width) {
            Some(steps) if steps <= MAX_STEPS && states > 1 => Ok(Self {
                width,
                states,
                lists: automaton.lists.len(),
                // Grown as rows are read: a few bytes could announce a great many.
                steps: Vec::new(),
                matched: Vec::new(),
            }),
            Some(_) if states <= 1 => Err(InvalidAutomaton::Length),
            _ => Err(InvalidAutomaton::TooLarge),
        }
    }

    /// The first state.
    fn dead(&mut self) {
        self.steps.resize(self.width, 0);
        self.matched.push(0);
    }

    /// The next state, with the number of its list. `run` gives a state and how many of the next classes lead there.
    fn state(
        &mut self,
        list: usize,
        mut run: impl FnMut() -> Result<(u32, usize), InvalidAutomaton>,
    ) -> Result<(), InvalidAutomaton> {
        if list >= self.lists {
            return Err(InvalidAutomaton::OutOfRange);
        }
        let mut left = self.width;
        while left > 0 {
            let (state, len) = run()?;
            let state = state as usize;
            left = left.checked_sub(len).ok_or(InvalidAutomaton::Length)?;
            if state >= self.states {
                return Err(InvalidAutomaton::OutOfRange);
            }
            let row = u16::try_from(state.saturating_mul(self.width)).unwrap_or_default();
            let end = self.steps.len().saturating_add(len);
            self.steps.resize(end, row);
        }
        let list = u16::try_from(list).map_err(|_| InvalidAutomaton::OutOfRange)?;
        self.matched.push(list);
        Ok(())
    }

    fn build(self) -> (Box<[u16]>, Box<[u16]>) {
        (self.steps.into(), self.matched.into())
    }
}

/// What is left to be read.
struct Bytes<'b>(&'b [u8]);

impl Bytes<'_> {
    fn byte(&mut self) -> Result<u8, InvalidAutomaton> {
        let (&byte, rest) = self.0.split_first().ok_or(InvalidAutomaton::Length)?;
        self.0 = rest;
        Ok(byte)
    }

    fn number(&mut self) -> Result<u32, InvalidAutomaton> {
        let (mut number, mut shift) = (0_u32, 0_u32);
        loop {
            let byte = self.byte()?;
            number |= u32::from(byte & 0x7f)
                .checked_shl(shift)
                .unwrap_or_default();
            if byte < 0x80 {
                return Ok(number);
            }
            shift = shift.saturating_add(7);
        }
    }

    /// Of things that are a byte long at least.
    fn count(&mut self) -> Result<usize, InvalidAutomaton> {
        let count = self.number()? as usize;
        match count <= self.0.len() {
            true => Ok(count),
            false => Err(InvalidAutomaton::Length),
        }
    }
}

fn write(bytes: &mut Vec<u8>, mut number: usize) {
    while number >= 0x80 {
        bytes.push(number as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
}

#[cfg(test)]
mod tests;
