//! Findings that are known and agreed to.

use std::{cell::Cell, fs, path::Path};

use anyhow::Context as _;
use gamma_convert::Conversion;
use gamma_manifest::{
    diagnostic::{Diagnostic, Severity, codes},
    source::Sources,
};

use crate::output;

/// What may be there.
#[derive(Debug, Default)]
pub(super) struct Accepted(Vec<AcceptedFinding>);

#[derive(Debug)]
struct AcceptedFinding {
    code: String,
    /// File and line; `None` is anywhere.
    place: Option<String>,
    is_used: Cell<bool>,
}

impl Accepted {
    /// From the command line, and from a file with one a line.
    pub(super) fn read(given: &[String], file: Option<&Path>) -> anyhow::Result<Self> {
        let mut all = Self::default();
        for text in given {
            all.0.push(AcceptedFinding::parse(text)?);
        }
        if let Some(path) = file {
            let name = path.display().to_string();
            let text = fs::read_to_string(path).with_context(|| name.clone())?;
            for (number, line) in (1..).zip(text.lines()) {
                let line = line.split('#').next().unwrap_or_default().trim();
                if !line.is_empty() {
                    let finding = AcceptedFinding::parse(line);
                    all.0
                        .push(finding.with_context(|| format!("{name}:{number}"))?);
                }
            }
        }
        Ok(all)
    }

    /// Takes the findings that are accepted away, but for those in the report, where they are marked.
    pub(super) fn take_from(&self, converted: &mut Conversion, sources: &Sources) {
        let is_accepted =
            |finding: &Diagnostic| self.0.iter().any(|known| known.is(finding, sources));
        let found = &mut converted.diagnostics;
        let accepted: Vec<bool> = found.iter().map(is_accepted).collect();
        converted.report.accept(accepted);
        found.retain(|finding| !is_accepted(finding));
        for unused in self.0.iter().filter(|known| !known.is_used.get()) {
            let place = unused
                .place
                .as_deref()
                .map_or(String::new(), |place| format!(" at {place}"));
            output::note(&format!(
                "nothing of {} was found{place}: it need not be accepted",
                unused.code
            ));
        }
    }
}

impl AcceptedFinding {
    fn parse(text: &str) -> anyhow::Result<Self> {
        let (code, place) = match text.split_once('=') {
            Some((code, place)) => (code, Some(place.to_owned())),
            None => (text, None),
        };
        let known = codes::ALL.iter().find(|known| known.id == code);
        anyhow::ensure!(
            known.is_some_and(|code| code.id.starts_with("G7") && code.severity != Severity::Note),
            "`{code}` is no finding of conversions that has to be accepted"
        );
        Ok(Self {
            code: code.into(),
            place,
            is_used: Cell::new(false),
        })
    }

    fn is(&self, finding: &Diagnostic, sources: &Sources) -> bool {
        let place = finding.span.map(|span| {
            let (line, _) = sources.line_column(span);
            format!("{}:{line}", sources.of(span).name)
        });
        let is = finding.code.id == self.code && (self.place.is_none() || self.place == place);
        if is {
            self.is_used.set(true);
        }
        is
    }
}
