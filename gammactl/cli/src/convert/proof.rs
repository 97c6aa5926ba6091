//! What the proof of a conversion says.

use gamma_convert::{Conversion, Proof, SaidDifference};
use gamma_manifest::source::Sources;

/// Differences that are written out; the rest is counted.
const DIFFERENCES: usize = 20;

/// Says it, and whether what was written decides as what it was made of, but for what the findings say. Findings that are accepted
/// are no longer among those of `converted`.
pub(super) fn say(converted: &Conversion, sources: &Sources) -> bool {
    let proof = match &converted.proof {
        Ok(proof) => proof,
        Err(error) => {
            eprintln!("error: what was written can't be compared with its source: {error}");
            return false;
        }
    };
    if proof.holds() {
        if proof.lists == 0 {
            eprintln!("nothing is written: no object of the input acts on one of its Services");
        } else {
            say_proven(proof, converted, sources);
        }
        return true;
    }
    for diagnostic in &proof.invalid {
        eprintln!(
            "error: what was written is no valid manifest: {}",
            diagnostic.message
        );
    }
    eprint!("{}", proof.unsaid.text(false));
    if proof.invalid.is_empty() && !proof.unsaid.is_change() {
        eprintln!("error: no difference was found, and not all was compared");
    } else {
        eprintln!("error: what was written differs from its source: please report this");
    }
    false
}

fn say_proven(proof: &Proof, converted: &Conversion, sources: &Sources) {
    let classes = count(proof.classes, "class", "classes");
    let lists = count(proof.lists, "list", "lists");
    let requests = |said: &SaidDifference| said.change.requests.len();
    let differ: usize = proof.said.iter().map(requests).sum();
    if differ == 0 {
        eprintln!("proven: {classes} of requests in {lists}, none of them is decided otherwise");
        return;
    }
    let is_open = |said: &&SaidDifference| converted.diagnostics.iter().any(|d| *d == said.finding);
    let open: usize = proof.said.iter().filter(is_open).map(requests).sum();
    let accepted = differ - open;
    let verb = if differ == 1 { "differs" } else { "differ" };
    eprintln!(
        "proven: {classes} of requests in {lists}; {differ} {verb} as said ({accepted} accepted)"
    );
    for said in proof.said.iter().take(DIFFERENCES) {
        let place = said.finding.span.map_or(String::new(), |span| {
            let (line, _) = sources.line_column(span);
            format!(" {}:{line}", sources.of(span).name)
        });
        eprintln!("  {}{place}: {}", said.finding.code.id, said.change.line());
    }
    if let Some(more) = proof
        .said
        .len()
        .checked_sub(DIFFERENCES)
        .filter(|more| *more > 0)
    {
        eprintln!("  and {more} more");
    }
}

fn count(number: usize, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}
