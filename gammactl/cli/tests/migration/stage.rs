//! A case is converted in a folder of its own, as a user would do it, and its requests are asked about.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use tempfile::TempDir;

use crate::folder::MigrationCase;

const REPORTS: [&str; 2] = ["convert.report.json", "report.md"];

/// The `gammactl` that was built for these tests.
pub(crate) fn gammactl() -> Command {
    Command::new(env!("CARGO_BIN_EXE_gammactl"))
}

/// A copy of a case, with the Services of its group beside it.
pub(crate) struct Stage<'c> {
    case: &'c MigrationCase,
    directory: TempDir,
}

/// What of the case does not hold.
pub(crate) fn holds(case: &MigrationCase) -> Result<(), String> {
    let stage = Stage::new(case);
    let findings = stage.convert("routes")?;
    let routes = stage.written("routes");
    for text in case.not_written() {
        if routes.iter().any(|(_, written)| written.contains(&text)) {
            return Err(format!("`{text}` is written"));
        }
    }
    stage.tools_are_told()?;
    stage.convert_accepting(&findings)?;
    if routes != stage.written("again") {
        return Err("another conversion writes other files".into());
    }
    let output = stage.run(&["test", "requests.cases.yaml"]);
    if output.status.success() {
        return Ok(());
    }
    Err(format!("{}{}", text(&output.stdout), text(&output.stderr)))
}

impl<'c> Stage<'c> {
    pub(crate) fn new(case: &'c MigrationCase) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let group = case.path.parent().unwrap();
        copy_files(group, directory.path());
        copy_files(&case.path, &directory.path().join(&case.name));
        Self { case, directory }
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.directory.path().join(&self.case.name)
    }

    fn run(&self, arguments: &[&str]) -> Output {
        let mut command = gammactl();
        command.args(arguments).current_dir(self.path());
        command.output().unwrap()
    }

    fn arguments(&self, directory: &str) -> Vec<String> {
        let mut arguments = vec!["convert".to_owned(), "-f".to_owned()];
        for folder in ["..", "."] {
            let files = manifests(&self.path().join(folder));
            arguments.extend(files.iter().map(|file| match folder {
                "." => file.clone(),
                folder => format!("{folder}/{file}"),
            }));
        }
        arguments.extend(["-o".to_owned(), directory.to_owned()]);
        arguments.extend(self.case.options());
        arguments
    }

    /// Converts, and returns the findings that have to be accepted. The exit code says whether there is an error among them.
    pub(crate) fn convert(&self, directory: &str) -> Result<Vec<String>, String> {
        let mut arguments = self.arguments(directory);
        arguments.extend(["--output".to_owned(), "github".to_owned()]);
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let output = self.run(&arguments);
        let commands = text(&output.stdout);
        let findings: Vec<Finding> = commands.lines().filter_map(Finding::parse).collect();
        let expected = self.case.findings();
        let said: BTreeSet<String> = findings.iter().map(Finding::to_accept).collect();
        if said != expected {
            let missing: Vec<_> = expected.difference(&said).collect();
            let new: Vec<_> = said.difference(&expected).collect();
            return Err(format!(
                "not said: {missing:?}, not expected: {new:?}\n{commands}"
            ));
        }
        let fails = findings.iter().any(|finding| finding.severity == "error");
        if output.status.code() != Some(i32::from(fails)) {
            return Err(format!("{:?}\n{}", output.status, text(&output.stderr)));
        }
        // Several findings can be at one place.
        let serious = findings
            .iter()
            .filter(|finding| finding.severity != "notice");
        let serious: BTreeSet<String> = serious.map(Finding::to_accept).collect();
        Ok(serious.into_iter().collect())
    }

    /// What tools read has every finding of the case, with its file.
    fn tools_are_told(&self) -> Result<(), String> {
        let expected = self.case.findings();
        for format in ["json", "sarif"] {
            let mut arguments = self.arguments("routes");
            arguments.extend(["--output".to_owned(), format.to_owned()]);
            let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
            let printed = text(&self.run(&arguments).stdout);
            for finding in &expected {
                let (code, place) = finding.split_once('=').unwrap_or((finding, ""));
                let (file, _) = place.split_once(':').unwrap_or_default();
                if !printed.contains(&format!("\"{code}\"")) || !printed.contains(file) {
                    return Err(format!("{finding} is not in {format}\n{printed}"));
                }
            }
        }
        Ok(())
    }

    /// The same with all of that accepted, which has to succeed, and to be proven where something is written.
    fn convert_accepting(&self, findings: &[String]) -> Result<(), String> {
        fs::write(self.path().join("accepted"), findings.join("\n")).unwrap();
        let mut arguments = self.arguments("again");
        arguments.extend(["--accepted".to_owned(), "accepted".to_owned()]);
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let output = self.run(&arguments);
        let said = text(&output.stderr);
        let is_proven = ["proven", "nothing is written"]
            .iter()
            .any(|word| said.contains(word));
        if output.status.success() && is_proven && !said.contains("need not be accepted") {
            return Ok(());
        }
        Err(format!(
            "{:?} although all is accepted\n{said}",
            output.status
        ))
    }

    /// The files below `directory`, in alphabetical order.
    fn written(&self, directory: &str) -> Vec<(PathBuf, String)> {
        let directory = self.path().join(directory);
        let mut files = Vec::new();
        let mut folders = vec![directory.clone()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(&folder).into_iter().flatten() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                    continue;
                }
                let name = path.strip_prefix(&directory).unwrap().to_owned();
                // A report says what is accepted.
                if !REPORTS.contains(&name.to_str().unwrap()) {
                    files.push((name, fs::read_to_string(&path).unwrap()));
                }
            }
        }
        files.sort();
        files
    }
}

/// A finding as a workflow command says it.
#[derive(Debug)]
struct Finding {
    severity: String,
    code: String,
    /// File and line.
    place: Option<String>,
}

impl Finding {
    fn parse(line: &str) -> Option<Self> {
        let (severity, rest) = line.strip_prefix("::")?.split_once(' ')?;
        let (properties, _) = rest.split_once("::")?;
        let property = |name: &str| {
            let all = properties.split(',');
            let value = all.filter_map(|property| property.split_once('='));
            value
                .into_iter()
                .find(|(key, _)| *key == name)
                .map(|(_, value)| value.to_owned())
        };
        Some(Self {
            severity: severity.into(),
            code: property("title")?,
            place: property("file")
                .zip(property("line"))
                .map(|(file, line)| format!("{file}:{line}")),
        })
    }

    /// As `--accept` takes it.
    fn to_accept(&self) -> String {
        match &self.place {
            Some(place) => format!("{}={place}", self.code),
            None => self.code.clone(),
        }
    }
}

/// The names of the files that are converted.
fn manifests(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap());
    let names = entries.map(|entry| entry.file_name().into_string().unwrap());
    let is_input = |name: &String| {
        let is_other = name == "twin.yaml" || name.ends_with(".cases.yaml");
        name.ends_with(".yaml") && !is_other
    };
    let mut names: Vec<String> = names.filter(is_input).collect();
    names.sort();
    names
}

fn copy_files(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            fs::copy(&path, to.join(path.file_name().unwrap())).unwrap();
        }
    }
}

pub(crate) fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
