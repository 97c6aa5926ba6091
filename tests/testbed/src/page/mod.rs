//! A page of the documentation, as commands that can be run.
//!
//! A block whose language is followed by a name, as in ```` ```yaml route.yaml ````, is that file of
//! the page's working directory. A `console` block has commands after `$`, each followed by what it
//! prints, where `...` stands for any lines and `…` for any text. An `sh` block is run line by line, and
//! only has to succeed. What a command line asks for beyond that is said in a comment at its end:
//! `# exits 1`, `# until Ctrl-C`.

mod command;
mod expected;
mod markdown;

pub use command::{Command, sessions, split};
pub use expected::{check, fits};
pub use markdown::{Block, blocks};
