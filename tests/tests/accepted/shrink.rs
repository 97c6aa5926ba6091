//! Makes a config that is refused small enough to read.

use gamma_compile::Options;

use crate::{batch::Batch, cases::Case};

/// Leaves out whatever the refusal does not need, and gives the rest with what is said about it.
pub(crate) fn shrink(cases: &[Case], options: &Options) -> String {
    let documents: Vec<String> = cases
        .iter()
        .flat_map(|case| case.documents.clone())
        .collect();
    let mut kept = documents;
    let mut part = kept.len().div_ceil(2);
    // Each round leaves out parts of half the size of those before.
    while part > 0 {
        let mut from = 0;
        while from < kept.len() {
            let mut fewer = kept.clone();
            fewer.drain(from..(from + part).min(kept.len()));
            if refused(&fewer, options).is_some() {
                kept = fewer;
            } else {
                from += part;
            }
        }
        part = if part == 1 { 0 } else { part.div_ceil(2) };
    }
    let says = refused(&kept, options).unwrap_or_default();
    format!("reduced to:\n{}\n{says}", kept.join("\n---\n"))
}

fn refused(documents: &[String], options: &Options) -> Option<String> {
    let case = Case {
        documents: documents.to_vec(),
        damaged: 0,
    };
    let refused = Batch::of(&[case], options).check().err()?;
    Some(format!("{refused:#}"))
}
