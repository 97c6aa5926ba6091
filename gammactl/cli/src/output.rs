//! Where results and findings go.

use std::{
    fs,
    io::{self, Write as _},
    path::Path,
};

use anyhow::Context as _;
use gamma_manifest::{
    diagnostic::{Diagnostics, Format, Severity, render},
    source::Sources,
};

/// Writes `text` to `path`, or to standard output. A file is replaced in one step: who reads it
/// sees the old one or the new one.
pub(super) fn write(text: &str, path: Option<&Path>) -> anyhow::Result<()> {
    let Some(path) = path else {
        return match io::stdout().write_all(text.as_bytes()) {
            // `| head` has read enough.
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            result => result.context("standard output"),
        };
    };
    let name = path.file_name().context("-o needs the name of a file")?;
    let temporary = path.with_file_name(format!(
        ".{}.{}",
        name.to_string_lossy(),
        std::process::id()
    ));
    fs::write(&temporary, text)
        .and_then(|()| fs::rename(&temporary, path))
        .inspect_err(|_| {
            let _ = fs::remove_file(&temporary);
        })
        .with_context(|| path.display().to_string())
}

/// Says what was found on standard error, with a last line that counts it.
pub(super) fn report(diagnostics: &Diagnostics, sources: &Sources) {
    let stderr = io::stderr();
    let format = match color(&stderr) {
        true => Format::TextColor,
        false => Format::Text,
    };
    let mut text = render(diagnostics, sources, format);
    text.push_str(&summary(diagnostics));
    // Nowhere left to say that standard error is closed.
    let _ = stderr.lock().write_all(text.as_bytes());
}

/// Whether text for `stream` has colours: on a terminal, unless NO_COLOR is set.
pub(super) fn color(stream: &impl io::IsTerminal) -> bool {
    let plain = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    stream.is_terminal() && !plain
}

fn summary(diagnostics: &Diagnostics) -> String {
    let parts: Vec<String> = [
        (Severity::Error, "error"),
        (Severity::Warning, "warning"),
        (Severity::Note, "note"),
    ]
    .into_iter()
    .map(|(severity, name)| (diagnostics.count(severity), name))
    .filter(|(count, _)| *count > 0)
    .map(|(count, name)| match count {
        1 => format!("1 {name}"),
        _ => format!("{count} {name}s"),
    })
    .collect();
    match parts.is_empty() {
        true => String::new(),
        false => format!("{}\n", parts.join(", ")),
    }
}
