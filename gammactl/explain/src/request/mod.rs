//! A simulated request: what `explain`, `test` and `diff` ask the router about.
//!
//! A request is written as one line ([`RequestLine`]) with headers ([`HeaderLine`]), as a command line
//! of curl ([`RequestDraft::from_curl`]), or as a line of a list ([`read_line`]). Each becomes a
//! [`Simulated`].

mod command;
mod commands;
mod curl;
mod draft;
mod error;
mod fetch;
mod har;
mod header;
mod line;
mod list;
mod options;
mod other_program;
mod redirection;
mod simulated;
mod target;
mod words;

pub use commands::commands;
pub use curl::CurlError;
pub use draft::{RequestDraft, RequestError};
pub use error::InvalidLine;
pub use header::HeaderLine;
pub use line::RequestLine;
pub use list::{ListError, read_line};
pub use options::{HeaderOption, RequestOptions};
pub use simulated::Simulated;
