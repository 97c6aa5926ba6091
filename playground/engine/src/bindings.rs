//! What the page calls. Every argument and every answer is text, most of it JSON; an answer that there is none of is
//! `{"error": "…"}`.

use serde::Serialize;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::{
    answer::{Unanswered, answer},
    changes,
    compiled_files::{CompiledFiles, KeptWork},
    conversion, fields, pages, pasted,
    request::PageRequest,
    test_cases,
};

/// The files of a page.
#[wasm_bindgen]
#[derive(Debug, Default)]
pub struct Workspace {
    files: Option<CompiledFiles>,
    kept: KeptWork,
}

#[wasm_bindgen]
impl Workspace {
    /// Without files.
    #[wasm_bindgen(constructor)]
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Reads and compiles files, `[{"name": …, "text": …}]`, with options by the names that gammactl has for them:
    /// `{"namespace": …, "cluster_domain": …}`, and gives `null`. What did not change since the last time is kept. Files
    /// that are refused leave the workspace as it was.
    pub fn set_files(&mut self, files: &str, options: &str) -> String {
        let read = CompiledFiles::read(files, options, &mut self.kept);
        answer(read.map(|files| self.files = Some(files)))
    }

    /// What there is to see and to say of the files: diagnostics, the picture, and the Services.
    #[must_use]
    pub fn analysis(&self) -> String {
        self.ask(|files| Ok(files.analysis()))
    }

    /// What becomes of a request, and every match that was tried for it.
    #[must_use]
    pub fn decide(&self, request: &str) -> String {
        self.ask(|files| files.decide(request))
    }

    /// For which requests these files change what becomes of them under `old`: the object of
    /// `gammactl diff --output json`, with a form for each request.
    #[must_use]
    pub fn diff(&self, old: &str) -> String {
        self.ask(|files| Ok(changes::for_page(&files.changes(old)?)))
    }

    /// What `gammactl check --output FORMAT` prints of the files.
    #[must_use]
    pub fn print_check(&self, format: &str) -> String {
        self.print(|files| files.print_check(format))
    }

    /// What `gammactl explain --output FORMAT` prints of a request.
    #[must_use]
    pub fn print_explain(&self, request: &str, format: &str) -> String {
        self.print(|files| files.print_explain(request, format))
    }

    /// What `gammactl diff --output FORMAT` prints of `old` and these files.
    #[must_use]
    pub fn print_diff(&self, old: &str, format: &str) -> String {
        self.print(|files| files.print_diff(old, format))
    }

    fn files(&self) -> Result<&CompiledFiles, Unanswered> {
        let none = || Unanswered::Words("there are no files yet".into());
        self.files.as_ref().ok_or_else(none)
    }

    fn ask<T: Serialize>(
        &self,
        question: impl FnOnce(&CompiledFiles) -> Result<T, Unanswered>,
    ) -> String {
        answer(self.files().and_then(question))
    }

    fn print(&self, question: impl FnOnce(&CompiledFiles) -> Result<String, Unanswered>) -> String {
        text(self.files().and_then(question))
    }
}

fn text(answered: Result<String, Unanswered>) -> String {
    match answered {
        Ok(text) => text,
        refused => answer(refused),
    }
}

/// The request that a command line of curl sends.
#[wasm_bindgen]
#[must_use]
pub fn parse_curl(line: &str) -> String {
    answer(pasted::parse_curl(line))
}

/// The command line of curl that sends a request; `{"error": …}` if nothing does.
#[wasm_bindgen]
#[must_use]
pub fn to_curl(request: &str) -> String {
    let request = PageRequest::read(request).and_then(|request| request.simulated());
    text(request.map(|request| request.curl()))
}

/// The requests in a text that was pasted: an access log, a HAR file, or commands. A line that is none is
/// `{"line": …, "error": …}` among them.
#[wasm_bindgen]
#[must_use]
pub fn read_log(text: &str) -> String {
    answer(pasted::read(text))
}

/// The results of the `*.cases.yaml` among files, as `gammactl test --output json` prints them. A case may name the
/// others.
#[wasm_bindgen]
#[must_use]
pub fn cases(files: &str) -> String {
    text(test_cases::results(files))
}

/// The fields that manifests may have: for completion and hover texts.
#[wasm_bindgen]
#[must_use]
pub fn schema() -> String {
    answer(fields::schema())
}

/// Routes of what older meshes have, with findings, and whether they were proven to decide alike.
#[wasm_bindgen]
#[must_use]
pub fn convert(files: &str, options: &str) -> String {
    answer(conversion::convert(files, options))
}

/// What there is to say about a diagnostic's code, as Markdown.
#[wasm_bindgen]
#[must_use]
pub fn diagnostic_page(code: &str) -> String {
    answer(pages::diagnostic_page(code))
}

/// The version of gammactl.
#[wasm_bindgen]
#[must_use]
pub fn version() -> String {
    env!("CARGO_PKG_VERSION").to_owned()
}
