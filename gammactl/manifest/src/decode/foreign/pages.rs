//! Pages that were saved instead of a file: HTML, XML and Markdown; and files with a conflict of git.

use super::recognised::Recognised;
use crate::{
    diagnostic::codes,
    source::{Source, Span},
};

/// What a page is, if this is one.
pub(super) fn page(file: u32, source: &Source) -> Option<Recognised> {
    let text = source.text.trim_start_matches('\u{feff}').trim_start();
    let begins = |with: &str| {
        let start = text.get(..with.len());
        start.is_some_and(|start| start.eq_ignore_ascii_case(with))
    };
    let (message, hint) = if begins("<!doctype html") || begins("<html") {
        (
            "this is an HTML page, not a manifest",
            "download the file itself: its address shows a page about it, or an error",
        )
    } else if begins("<?xml") {
        ("this is XML, not a manifest", "name files with manifests")
    } else if is_markdown(text) {
        (
            "this is Markdown with YAML in it, not a manifest",
            "copy what is between the fences into a file of its own",
        )
    } else {
        return None;
    };
    Some(Recognised {
        code: &codes::NOT_AN_OBJECT,
        span: source.first_line(file),
        message: message.into(),
        why: "nothing of this file can be read",
        hint: hint.into(),
    })
}

/// Whether there is a fence of YAML or JSON at the start of a line, which no manifest has.
fn is_markdown(text: &str) -> bool {
    text.starts_with("```")
        || ["```yaml", "```yml", "```json", "~~~yaml"]
            .iter()
            .any(|fence| text.contains(&format!("\n{fence}")))
}

/// A conflict that git left in a file, whose two sides together are no YAML.
pub(super) fn conflict(file: u32, source: &Source) -> Option<Recognised> {
    let text = &source.text;
    let line = |mark: &str| {
        let begins = |at: usize| at == 0 || text[..at].ends_with('\n');
        text.match_indices(mark)
            .map(|(at, _)| at)
            .find(|at| begins(*at))
    };
    let (start, end) = (line("<<<<<<< ")?, line(">>>>>>> ")?);
    if start > end || line("=======").is_none() {
        return None;
    }
    let length = text[start..].lines().next().unwrap_or_default().len();
    Some(Recognised {
        code: &codes::YAML_SYNTAX,
        span: Span {
            file,
            start: start as u32,
            end: (start + length) as u32,
        },
        message: "a merge conflict is not resolved".into(),
        why: "nothing of this file can be read",
        hint: "keep what is right of the two sides, and remove the lines with `<<<<<<<`, `=======` and `>>>>>>>`"
            .into(),
    })
}
