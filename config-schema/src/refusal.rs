//! What a JSON parser says of a text, with its place in the whole config.

use crate::{error::Error, locate::locate};

/// An error in `text`, which begins at `start` of `json`.
pub(crate) fn refused(json: &[u8], start: usize, text: &[u8], error: &serde_json::Error) -> Error {
    let lines_before = error.line().saturating_sub(1);
    let lines = text.split_inclusive(|&b| b == b'\n').take(lines_before);
    let in_text: usize = lines.map(<[u8]>::len).sum();
    let end = start.saturating_add(in_text).saturating_add(error.column());
    let before = json.get(..end).unwrap_or(json);
    let line_start = before
        .iter()
        .rposition(|&b| b == b'\n')
        .map_or(0, |at| at.saturating_add(1));
    let line = before
        .iter()
        .filter(|&&b| b == b'\n')
        .count()
        .saturating_add(1);
    let column = before.len().saturating_sub(line_start);
    let said = error.to_string();
    // It would name the line within the text.
    let own = format!(" at line {} column {}", error.line(), error.column());
    Error::Parse {
        place: locate(json, line_start.saturating_add(column.saturating_sub(1))),
        message: said.strip_suffix(&own).unwrap_or(&said).into(),
        line,
        column,
    }
}
