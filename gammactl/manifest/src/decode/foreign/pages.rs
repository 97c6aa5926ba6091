//! Pages that were saved instead of a file: HTML, XML and Markdown.

use super::recognised::Recognised;
use crate::{diagnostic::codes, source::Source};

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
