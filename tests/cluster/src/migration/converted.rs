//! What `gammactl convert` makes of the sources of scenarios.

use std::{fs, path::Path};

use anyhow::{Context as _, Result, ensure};
use serde::Deserialize;
use serde_json::Value;

use crate::{kubectl::output, objects::name, pair::gammactl};

/// A file that is converted.
#[derive(Debug)]
pub(super) struct SourceFile {
    pub(super) name: String,
    pub(super) text: String,
}

/// What was written, and what was said.
#[derive(Debug)]
pub(super) struct Converted {
    pub(super) services: Vec<Value>,
    pub(super) routes: Vec<Value>,
    pub(super) grants: Vec<Value>,
    texts: Vec<String>,
    findings: Vec<ConvertFinding>,
}

/// What is said of a source.
#[derive(Debug, Deserialize)]
struct ConvertFinding {
    code: String,
    severity: String,
    #[serde(default)]
    file: String,
    #[serde(default)]
    line: usize,
    message: String,
}

impl Converted {
    /// Runs `gammactl convert`, for the clients of this test.
    pub(super) fn of(sources: &[SourceFile]) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let (from, to) = (folder.path().join("from"), folder.path().join("to"));
        for source in sources {
            let path = from.join(&source.name);
            fs::create_dir_all(path.parent().context("a folder")?)?;
            fs::write(path, &source.text)?;
        }
        let mut command = gammactl();
        command.args([
            "convert",
            "--output",
            "json",
            "--client-labels",
            "app=client",
        ]);
        command.arg("-f").arg(&from).arg("-o").arg(&to);
        let ended = output(&mut command, None)?;
        let said = String::from_utf8_lossy(&ended.stderr);
        // Findings that are errors are what is looked at; a proof that fails is none of them.
        ensure!(said.contains("proven: "), "gammactl convert: {said}");
        let mut converted = Self {
            services: Vec::new(),
            routes: Vec::new(),
            grants: Vec::new(),
            texts: Vec::new(),
            findings: serde_json::from_slice(&ended.stdout)?,
        };
        for finding in &mut converted.findings {
            let path = Path::new(&finding.file);
            let path = path.strip_prefix(&from).unwrap_or(path);
            finding.file = path.display().to_string();
        }
        for part in ["01-services", "02-routes"] {
            let Ok(entries) = fs::read_dir(to.join(part)) else {
                continue;
            };
            let mut paths: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
            paths.sort();
            for path in paths {
                converted.read(&fs::read_to_string(path)?)?;
            }
        }
        Ok(converted)
    }

    fn read(&mut self, text: &str) -> Result<()> {
        for object in serde_saphyr::from_multiple::<Value>(text)? {
            match object["kind"].as_str() {
                Some("Service") => self.services.push(object),
                Some("HTTPRoute") => self.routes.push(object),
                _ => self.grants.push(object),
            }
        }
        self.texts.push(text.to_owned());
        Ok(())
    }

    /// Whether routes were made of a VirtualService. One of which none was made stays.
    pub(super) fn replaces(&self, virtual_service: &Value) -> bool {
        let from = format!(
            "# from VirtualService {}\n",
            name(virtual_service).join("/")
        );
        self.texts.iter().any(|text| text.contains(&from))
    }

    /// The errors that are said of a file.
    pub(super) fn errors(&self, file: &str) -> Vec<&str> {
        let of_file = self.findings.iter().filter(|finding| finding.file == file);
        let errors = of_file.filter(|finding| finding.severity == "error");
        errors.map(|finding| &*finding.code).collect()
    }

    /// Everything that is said of a file.
    pub(super) fn text_of(&self, file: &str) -> String {
        let of_file = self.findings.iter().filter(|finding| finding.file == file);
        let lines = of_file.map(|finding| {
            let ConvertFinding {
                code,
                file,
                line,
                message,
                ..
            } = finding;
            format!("{code} {file}:{line}: {message}\n")
        });
        lines.collect()
    }
}
