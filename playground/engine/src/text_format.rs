//! What gammactl prints, word for word: for the export of a report, and for the tests that compare.

use gamma_explain::{render, render_all, render_brief};
use gamma_manifest::diagnostic::{self, Format};

use crate::{answer::Unanswered, compiled_files::CompiledFiles, request::PageRequest};

impl CompiledFiles {
    /// What `gammactl check --output FORMAT` prints: `text`, `json`, `github` or `sarif`.
    pub(crate) fn print_check(&self, format: &str) -> Result<String, Unanswered> {
        let format = match format {
            "text" => Format::Text,
            "json" => Format::Json,
            "github" => Format::Github,
            "sarif" => Format::Sarif,
            _ => return Err(unknown(format)),
        };
        let sources = self.sources.sources();
        Ok(diagnostic::render(self.diagnostics(), sources, format))
    }

    /// What `gammactl explain --output FORMAT` prints of `request`: `text`, `all` (with `--all`), `brief` or `json`.
    pub(crate) fn print_explain(&self, request: &str, format: &str) -> Result<String, Unanswered> {
        let explanation = self.explain(&PageRequest::read(request)?)?;
        Ok(match format {
            "text" => render(&explanation, false),
            "all" => render_all(&explanation, false),
            "brief" => render_brief(&explanation, false),
            "json" => serde_json::to_string_pretty(&explanation)? + "\n",
            _ => return Err(unknown(format)),
        })
    }

    /// What `gammactl diff --output FORMAT` prints: `text` or `json`.
    pub(crate) fn print_diff(&self, old: &str, format: &str) -> Result<String, Unanswered> {
        let changes = self.changes(old)?;
        match format {
            "text" => Ok(changes.text(false)),
            "json" => Ok(format!("{:#}\n", changes.json())),
            _ => Err(unknown(format)),
        }
    }
}

fn unknown(format: &str) -> Unanswered {
    Unanswered::Words(format!("there is no format `{format}`"))
}
