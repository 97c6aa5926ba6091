//! Proves that the written routes decide every request as the lists that they were made of.
//!
//! What was written is read again and compiled, as a proxy would get it. Beside it stands each list as its source has it
//! (`ordered`), before anything of it was encoded: in its order, with its negations and its prefixes of texts, with each
//! destination by itself. `gamma-diff` compares the two, for all requests. What differs has to have been said (`said`).

mod ordered;
mod said;

use gamma_compile::compilation;
use gamma_diff::{Diff, OrderedSide, Places, Side, diff_lists};
use gamma_manifest::{
    decode,
    diagnostic::{Diagnostic, Diagnostics, Severity},
    source::Sources,
};

pub use self::said::SaidDifference;
use self::{ordered::OrderedLists, said::AnnouncingFindings};
use crate::{
    options::ConversionOptions,
    written::{WrittenFile, WrittenObjects},
};

/// What came of the comparison.
#[derive(Debug)]
pub struct Proof {
    /// Classes of requests that were compared: pairs of an entry of a list and a match of a route that have requests in common.
    pub classes: usize,
    /// How many lists.
    pub lists: usize,
    /// Requests that are decided otherwise, as it was said.
    pub said: Vec<SaidDifference>,
    /// Requests that are decided otherwise, and what could not be compared. None, unless something is wrong with the conversion
    /// itself.
    pub unsaid: Diff,
    /// Errors in what was written. None, as before.
    pub invalid: Vec<Diagnostic>,
}

impl Proof {
    /// Whether everything was compared, and nothing differs that was not said.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.unsaid.is_empty() && self.invalid.is_empty()
    }
}

/// Compares `files`, which are those of `written`, with its lists. The Services of `input` are there on both sides.
///
/// # Errors
///
/// In words, if the routes can't be compared.
pub(crate) fn prove(
    input: &Sources,
    files: &[WrittenFile],
    written: &WrittenObjects,
    found: &Diagnostics,
    options: &ConversionOptions,
) -> Result<Proof, String> {
    let services = decode(input, &options.namespace, &mut Diagnostics::default()).services;
    let compile_options = gamma_compile::Options {
        cluster_domain: options.cluster_domain.clone(),
        ..gamma_compile::Options::default()
    };
    let compiled = |sources: &Sources| {
        let mut diagnostics = Diagnostics::default();
        let mut manifests = decode(sources, &options.namespace, &mut diagnostics);
        manifests.services.extend(services.iter().cloned());
        let config = compilation(&manifests, &compile_options, &mut diagnostics).config;
        diagnostics.retain(|d| d.code.severity == Severity::Error);
        (manifests, config, diagnostics)
    };
    let mut sources = Sources::default();
    for file in files {
        sources.add(&*file.path, &*file.text);
    }
    let (manifests, new, diagnostics) = compiled(&sources);
    let lists = OrderedLists {
        lists: &written.lists,
        input,
    };
    let mut old = {
        let mut rules = Sources::default();
        for file in files.iter().filter(|file| file.path.starts_with("01-")) {
            rules.add(&*file.path, &*file.text);
        }
        for (number, text) in lists.rules().enumerate() {
            rules.add(format!("list-{number}.yaml"), text);
        }
        compiled(&rules).1
    };
    lists.complete(&mut old)?;
    let entries = lists.entries()?;
    let differences = diff_lists(
        OrderedSide {
            config: &old,
            lists: &entries,
        },
        Side {
            config: &new,
            places: &Places::new(&manifests, &sources),
        },
    );
    let mut unsaid = differences.map_err(|error| error.to_string())?;
    Ok(Proof {
        classes: unsaid.classes,
        lists: written.lists.len(),
        said: AnnouncingFindings::new(written, found, input).take_from(&mut unsaid),
        unsaid,
        invalid: diagnostics.iter().cloned().collect(),
    })
}

#[cfg(test)]
mod planted;
