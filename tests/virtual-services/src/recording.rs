//! What a real Istio answered: `recorded.json`, which `make record-istio` writes.

use std::{collections::BTreeMap, fmt::Write as _, fs, path::PathBuf};

use anyhow::{Context as _, Result};
use gamma_testbed::repository;
use serde::{Deserialize, Serialize};

use crate::scenario::Scenario;

/// The file.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Recording {
    /// The version of Istio.
    pub istio: String,
    /// By the names of scenarios.
    pub scenarios: BTreeMap<String, Recorded>,
}

/// Answers to the requests of a scenario.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recorded {
    /// Its fingerprint.
    pub of: String,
    /// One for each request.
    pub answers: Vec<String>,
}

fn path() -> PathBuf {
    repository::path("tests/virtual-services/recorded.json")
}

impl Recording {
    /// Reads it.
    ///
    /// # Errors
    ///
    /// There is none.
    pub fn load() -> Result<Self> {
        let text = fs::read_to_string(path()).context("make record-istio writes recorded.json")?;
        Ok(serde_json::from_str(&text)?)
    }

    /// Istio's answers to the requests of `scenario`.
    ///
    /// # Errors
    ///
    /// They are not recorded, or those of an earlier version of it are.
    pub fn of(&self, scenario: &Scenario) -> Result<&[String]> {
        let found = self.scenarios.get(&scenario.name);
        let found = found.filter(|recorded| recorded.of == scenario.fingerprint());
        let found = found.with_context(|| {
            format!(
                "{}: not as it was asked of Istio: make record-istio asks again",
                scenario.name
            )
        })?;
        Ok(&found.answers)
    }

    /// Writes it: a list a line, and for the others an answer a line.
    ///
    /// # Errors
    ///
    /// The file can't be written.
    pub fn write(&self) -> Result<()> {
        let mut text = format!("{{\n\"istio\": {},\n", serde_json::to_string(&self.istio)?);
        text += "\"scenarios\": {\n";
        for (number, (name, recorded)) in self.scenarios.iter().enumerate() {
            let between = if name.starts_with("lists::") {
                " "
            } else {
                "\n  "
            };
            let answers: Result<Vec<String>, _> =
                recorded.answers.iter().map(serde_json::to_string).collect();
            let answers = answers?.join(&format!(",{between}"));
            let comma = if number + 1 == self.scenarios.len() {
                ""
            } else {
                ","
            };
            writeln!(
                text,
                "{}: {{\"of\": \"{}\", \"answers\": [{}{answers}]}}{comma}",
                serde_json::to_string(name)?,
                recorded.of,
                between.trim_start_matches(' '),
            )?;
        }
        text += "}\n}\n";
        fs::write(path(), text)?;
        Ok(())
    }
}
