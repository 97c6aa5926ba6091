//! Regular expressions as automata: what `gammactl` makes of the patterns of matches, and the route config carries
//! for the filter to run.
//!
//! `syntax` reads an expression as RE2 does in Envoy. [`Dfa`] is its smallest deterministic automaton, `merge` makes
//! one automaton of several, and [`compile`] chooses what a route table gets.
//!
//! ```
//! use gamma_pattern::Dfa;
//!
//! let dfa = Dfa::new("/users/[0-9]+")?;
//! assert!(dfa.matches(b"/users/17"));
//! assert!(!dfa.matches(b"/users/17/orders"));
//! # Ok::<(), gamma_pattern::UnusablePattern>(())
//! ```

#![forbid(unsafe_code)]
#![deny(missing_docs)]

mod apart;
mod build;
mod dfa;
mod error;
mod merge;
mod minimal;
mod partition;
mod program_size;
mod syntax;
mod table;

pub use apart::apart;
pub use dfa::{Dfa, DfaState};
pub use error::{PatternSyntax, UnusablePattern};
pub use program_size::{ENVOY_PROGRAM_SIZE, program_size};
pub use table::{MOST_AUTOMATA, TooManyAutomata, compile};
