//! Faults of today's house: lists from which entries may only be taken.

/// The files of circles.
pub(crate) const CIRCLES: &[&[&str]] = &[];

/// Names of the proxy's headers, and the files that they stand in.
pub(crate) const LITERALS: &[&str] = &[];

/// Names of several types.
pub(crate) const NAMES: &[&str] = &[];

/// The same in crates that are for tests.
pub(crate) const NAMES_OF_TESTS: &[&str] = &[];

/// Crates that the table of arrows knows, and that are yet to come.
pub(crate) const ABSENT: &[&str] = &[];
