//! Words what came of the proof of a conversion.

use std::fmt::Write as _;

use crate::proof::Proof;

/// Whether what was written decides as what it was made of, for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConversionVerdict {
    /// Whether the manifests may be used.
    pub holds: bool,
    /// Why, in lines that end with a line feed.
    pub text: String,
}

/// The verdict on a conversion with that proof, of whose findings `accepted` were agreed to.
pub(crate) fn verdict(proof: &Result<Proof, String>, accepted: usize) -> ConversionVerdict {
    match proof {
        Ok(proof) if proof.holds() => ConversionVerdict {
            holds: true,
            text: proven(proof, accepted) + "\n",
        },
        Ok(proof) => ConversionVerdict {
            holds: false,
            text: refuted(proof),
        },
        Err(error) => ConversionVerdict {
            holds: false,
            text: format!("error: what was written can't be compared with its source: {error}\n"),
        },
    }
}

fn proven(proof: &Proof, accepted: usize) -> String {
    let Proof { matches, lists, .. } = proof;
    let lists = match lists {
        0 => {
            return "nothing is written: no VirtualService of the input acts on one of its Services"
                .into();
        }
        1 => "1 list do in its order".to_owned(),
        lists => format!("{lists} lists do in their order"),
    };
    let accepted = match accepted {
        0 => String::new(),
        1 => "; 1 finding is accepted".into(),
        more => format!("; {more} findings are accepted"),
    };
    format!("proven: the routes decide every request as the {matches} matches of {lists}{accepted}")
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
    text.push_str(&proof.differences.text(false));
    text.push_str(
        if proof.invalid.is_empty() && !proof.differences.is_change() {
            "error: no difference was found, and not all was compared\n"
        } else {
            "error: what was written differs from its source: please report this\n"
        },
    );
    text
}
