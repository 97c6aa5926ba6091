//! The output of the commands: results to a file or standard output, findings to standard error.

use std::{fs, io, io::Write as _, path::Path};

use anstream::{AutoStream, ColorChoice, stream::RawStream};
use anyhow::Context as _;
use gamma_manifest::{
    diagnostic::{Diagnostics, Format, Severity, render},
    source::{Sources, replace_file_with},
};
use serde::Serialize;

/// Bytes that are written at once.
const BUFFER: usize = 1 << 16;

/// Writes `text` to `path`, or to standard output. A file is replaced in one step: who reads it
/// sees the old one or the new one.
pub(super) fn write(text: &str, path: Option<&Path>) -> anyhow::Result<()> {
    write_with(path, |file| file.write_all(text.as_bytes()))
}

/// Writes a route config as JSON with a line for each member. The text is never in memory as a whole, which
/// for many routes is as large as the manifests.
pub(super) fn write_json(config: &impl Serialize, path: Option<&Path>) -> anyhow::Result<()> {
    write_with(path, |mut file| {
        serde_json::to_writer_pretty(&mut file, config)?;
        file.write_all(b"\n")
    })
}

/// Writes bytes to `path`, as [`write`] does.
pub(super) fn write_bytes(bytes: &[u8], path: &Path) -> anyhow::Result<()> {
    write_with(Some(path), |file| file.write_all(bytes))
}

fn write_with(
    path: Option<&Path>,
    write: impl FnOnce(&mut dyn io::Write) -> io::Result<()>,
) -> anyhow::Result<()> {
    let buffered = |file: &mut dyn io::Write| {
        let mut buffered = io::BufWriter::with_capacity(BUFFER, file);
        write(&mut buffered)?;
        buffered.flush()
    };
    let Some(path) = path else {
        return match buffered(&mut io::stdout().lock()) {
            // `| head` has read enough.
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            result => result.context("standard output"),
        };
    };
    path.file_name().context("-o needs the name of a file")?;
    // A device or a pipe, such as /dev/stdout, is written to: a file in its place would be no use.
    let is_stream = fs::metadata(path).is_ok_and(|found| !found.is_file() && !found.is_dir());
    let written = if is_stream {
        fs::File::create(path).and_then(|mut file| buffered(&mut file))
    } else {
        replace_file_with(path, |file| buffered(file))
    };
    written.with_context(|| path.display().to_string())
}

/// Says what was found on standard error, with a last line that counts it.
pub(super) fn report(diagnostics: &Diagnostics, sources: &Sources) {
    let stderr = io::stderr();
    let format = if color(&stderr) {
        Format::TextColor
    } else {
        Format::Text
    };
    let mut text = render(diagnostics, sources, format);
    text.push_str(&summary(diagnostics));
    // Where standard error is closed, there is nowhere to report it.
    let _ = stderr.lock().write_all(text.as_bytes());
}

/// Says something that is no finding about the input on standard error.
pub(super) fn note(text: &str) {
    // Where standard error is closed, there is nowhere to say it.
    let _ = writeln!(io::stderr(), "note: {text}");
}

/// Whether text for `stream` has colours: on a terminal, unless NO_COLOR or one of its like says
/// otherwise.
pub(super) fn color(stream: &impl RawStream) -> bool {
    AutoStream::choice(stream) != ColorChoice::Never
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
    if parts.is_empty() {
        String::new()
    } else {
        format!("{}\n", parts.join(", "))
    }
}
