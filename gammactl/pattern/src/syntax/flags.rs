//! Flags of expressions: `(?i)`.

/// What changes how an expression is read. `U`, which swaps greedy and lazy, changes nothing where whole texts match.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Flags {
    /// `i`
    pub(super) any_case: bool,
    /// `m`
    pub(super) multi_line: bool,
    /// `s`
    pub(super) dot_matches_new_line: bool,
}
