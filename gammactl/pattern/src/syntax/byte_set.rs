//! Sets of bytes.

use regex_syntax::hir::{Class, ClassBytes, ClassBytesRange, Hir};

use super::flags::Flags;

/// Bytes that match.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct ByteSet([u128; 2]);

impl ByteSet {
    pub(super) fn all() -> Self {
        Self([u128::MAX; 2])
    }

    fn set(&mut self, byte: u8) {
        self.0[usize::from(byte >> 7)] |= 1 << (byte & 0x7f);
    }

    pub(super) fn remove(&mut self, byte: u8) {
        self.0[usize::from(byte >> 7)] &= !(1 << (byte & 0x7f));
    }

    fn has(&self, byte: u8) -> bool {
        self.0[usize::from(byte >> 7)] >> (byte & 0x7f) & 1 == 1
    }

    /// With both cases, if the flags say so.
    pub(super) fn add(&mut self, first: u8, last: u8, flags: Flags) {
        for byte in first..=last {
            self.set(byte);
            if flags.any_case
                && let Some(other) = other_case(byte)
            {
                self.set(other);
            }
        }
    }

    pub(super) fn add_ranges(&mut self, ranges: &[(u8, u8)], is_negated: bool, flags: Flags) {
        let mut set = Self::default();
        for &(first, last) in ranges {
            set.add(first, last, flags);
        }
        if is_negated {
            set.negate();
        }
        self.add_all(set);
    }

    pub(super) fn add_all(&mut self, other: Self) {
        self.0[0] |= other.0[0];
        self.0[1] |= other.0[1];
    }

    pub(super) fn negate(&mut self) {
        self.0 = self.0.map(|half| !half);
    }

    pub(super) fn into_hir(self) -> Hir {
        let bytes = (0..=u8::MAX).filter(|&byte| self.has(byte));
        let ranges = bytes.map(|byte| ClassBytesRange::new(byte, byte));
        Hir::class(Class::Bytes(ClassBytes::new(ranges)))
    }
}

/// The same letter in the other case. RE2 knows those of ASCII alone when it reads bytes.
fn other_case(byte: u8) -> Option<u8> {
    byte.is_ascii_alphabetic().then_some(byte ^ 0x20)
}
