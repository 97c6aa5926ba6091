//! gammactl in a browser: manifests in, diagnostics, decisions and differences out.
//!
//! The crates behind `gammactl check`, `explain`, `diff`, `test` and `convert`, compiled to wasm, with the files of a page
//! in place of those of a disk. [`Workspace`] holds the files and what was made of them. All that crosses the border is
//! JSON in a string; what can't be done is `{"error": "…"}`, and nothing panics.
//!
//! Positions are those of editors in a browser: offsets count UTF-16 code units from the beginning of a file. Texts may be
//! somebody else's, who sent a link: what is read of them is bounded by `limits`.

#![deny(missing_docs)]

mod analysis;
mod answer;
mod bindings;
mod changes;
mod compiled_files;
mod conversion;
mod decide;
mod diagnostics;
mod fields;
mod graph;
mod input;
mod limits;
mod offsets;
mod pages;
mod pasted;
mod predicate_place;
mod problems;
mod request;
mod telling;
mod test_cases;
mod text_format;

pub use bindings::{
    Workspace, cases, convert, diagnostic_page, parse_curl, read_log, schema, to_curl, version,
};
