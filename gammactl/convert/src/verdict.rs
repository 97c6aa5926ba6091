//! Words what came of the proof of a conversion.

use std::fmt::Write as _;

use gamma_manifest::{diagnostic::Diagnostics, source::Sources};

use crate::{
    proof::{Proof, SaidDifference},
    report::UnreadField,
};

/// Differences that are written out; the rest is counted.
const DIFFERENCES: usize = 20;

/// Whether what was written decides as what it was made of, for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConversionVerdict {
    /// Whether the manifests may be used.
    pub holds: bool,
    /// Why, in lines that end with a line feed.
    pub text: String,
}

/// The verdict on what was made of `sources`, with that proof, where `open` findings are not accepted and fields are `unread`.
pub(crate) fn verdict(
    proof: &Result<Proof, String>,
    open: &Diagnostics,
    unread: &[UnreadField],
    sources: &Sources,
) -> ConversionVerdict {
    let mut verdict = match proof {
        Ok(proof) if proof.holds() => ConversionVerdict {
            holds: true,
            text: proven(proof, open, sources),
        },
        Ok(proof) => ConversionVerdict {
            holds: false,
            text: refuted(proof),
        },
        Err(error) => ConversionVerdict {
            holds: false,
            text: format!("error: what was written can't be compared with its source: {error}\n"),
        },
    };
    for field in unread {
        verdict.holds = false;
        let _ = writeln!(
            verdict.text,
            "error: `{}` of {} was overlooked: please report this\n --> {}",
            field.field, field.object, field.place
        );
    }
    verdict
}

fn proven(proof: &Proof, open: &Diagnostics, sources: &Sources) -> String {
    if proof.lists == 0 {
        return "nothing is written: no object of the input acts on one of its Services\n".into();
    }
    let classes = count(proof.classes, "class", "classes");
    let lists = count(proof.lists, "list", "lists");
    let requests = |said: &SaidDifference| said.change.requests.len();
    let differ: usize = proof.said.iter().map(requests).sum();
    if differ == 0 {
        return format!(
            "proven: {classes} of requests in {lists}, none of them is decided otherwise\n"
        );
    }
    let is_open = |said: &&SaidDifference| open.iter().any(|finding| *finding == said.finding);
    let open: usize = proof.said.iter().filter(is_open).map(requests).sum();
    let accepted = differ - open;
    let verb = if differ == 1 { "differs" } else { "differ" };
    let mut text = format!(
        "proven: {classes} of requests in {lists}; {differ} {verb} as said ({accepted} accepted)\n"
    );
    for said in proof.said.iter().take(DIFFERENCES) {
        let place = said.finding.span.map_or(String::new(), |span| {
            let (line, _) = sources.line_column(span);
            format!(" {}:{line}", sources.of(span).name)
        });
        let _ = writeln!(
            text,
            "  {}{place}: {}",
            said.finding.code.id,
            said.change.line()
        );
    }
    let more = proof.said.len().saturating_sub(DIFFERENCES);
    if more > 0 {
        let _ = writeln!(text, "  and {more} more");
    }
    text
}

fn refuted(proof: &Proof) -> String {
    let mut text = String::new();
    for diagnostic in &proof.invalid {
        let _ = writeln!(
            text,
            "error: what was written is no valid manifest: {}",
            diagnostic.message
        );
    }
    text.push_str(&proof.unsaid.text(false));
    text.push_str(if proof.invalid.is_empty() && !proof.unsaid.is_change() {
        "error: no difference was found, and not all was compared\n"
    } else {
        "error: what was written differs from its source: please report this\n"
    });
    text
}

fn count(number: usize, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}
