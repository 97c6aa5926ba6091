//! Finds out what a file is that is no manifest: a template, a kustomization, values, a patch, a page of
//! the web. Each gets one sentence that says so, and what to run instead.
//!
//! What is plainly no manifest is a note. A template or a patch that would have been an object which
//! matters here is more: something is missing then that somebody relies on.

mod documents;
mod kustomize;
mod pages;
mod recognised;
mod template;
mod variables;

use std::collections::HashSet;

pub(super) use documents::{no_list, no_object, no_text, no_whole_object};

use recognised::Recognised;

use crate::{
    diagnostic::{Diagnostics, codes},
    source::{Sources, Span},
};

/// Reports the files that are no manifests as a whole. Gives their numbers: they are not to be read.
/// `is_used` says whether objects of a kind matter.
pub(super) fn files(
    sources: &Sources,
    is_used: fn(&str) -> bool,
    diagnostics: &mut Diagnostics,
) -> HashSet<u32> {
    let mut foreign = HashSet::new();
    // What is in a cluster is an object, whatever its texts look like.
    for (file, source) in sources.iter().filter(|(_, source)| !source.is_live) {
        let found = if let Some(error) = &source.not_text {
            let place = |at: usize| at as u32;
            Some(Recognised {
                code: &codes::NOT_UTF8,
                span: Span {
                    file,
                    start: place(error.place.start),
                    end: place(error.place.end),
                },
                message: error.message.clone(),
                why: "nothing of this file can be read",
                hint: error.hint.clone(),
            })
        } else {
            pages::page(file, source)
                .or_else(|| pages::conflict(file, source))
                .or_else(|| template::template(file, source, is_used))
                .or_else(|| variables::unfilled(file, source, is_used))
        };
        if let Some(found) = found {
            found.report(diagnostics);
            foreign.insert(file);
        }
    }
    kustomize::kustomizations(sources, is_used, &mut foreign, diagnostics);
    foreign
}
