//! Finds the place where a match is written, in the manifests or in the route config that it comes
//! from.

use gamma_compile::{Criterion, Provenance, RouteTableKey, TableOrigins};
use gamma_manifest::source::{Lines, Sources, Span};

use crate::explanation::SourcePlace;

/// Where a config comes from.
#[derive(Debug)]
pub(super) enum ConfigSource {
    /// A file that holds a route config.
    Config(String),
    /// Manifests that were compiled.
    Manifests {
        provenance: Provenance,
        files: Vec<File>,
    },
}

/// A file of manifests, in which places become line numbers.
#[derive(Debug)]
pub(super) struct File {
    name: String,
    lines: Lines,
}

/// The places of the matches of one route table.
#[derive(Debug, Clone, Copy)]
pub(super) struct TableSources<'a> {
    from: &'a ConfigSource,
    origins: Option<&'a TableOrigins>,
    place: &'a str,
}

impl ConfigSource {
    pub(super) fn manifests(sources: &Sources, provenance: Provenance) -> Self {
        let files = sources.iter().map(|(_, source)| File {
            name: source.name.clone(),
            lines: source.lines(),
        });
        Self::Manifests {
            files: files.collect(),
            provenance,
        }
    }

    /// The table `key`, which is at `place` in the config.
    pub(super) fn table<'a>(&'a self, key: &RouteTableKey, place: &'a str) -> TableSources<'a> {
        TableSources {
            from: self,
            origins: match self {
                Self::Config(_) => None,
                Self::Manifests { provenance, .. } => provenance.table(key),
            },
            place,
        }
    }
}

impl TableSources<'_> {
    /// Where the match at `position` in the order of precedence is written: match `m` of rule `r`
    /// in the config, or the rule itself if it has none.
    pub(super) fn source(&self, position: usize, r: u32, m: Option<u32>) -> Option<SourcePlace> {
        match self.from {
            ConfigSource::Config(file) => {
                let m = m.map(|m| format!(".matches[{m}]")).unwrap_or_default();
                Some(self.in_config(file, format!("{}.rules[{r}]{m}", self.place)))
            }
            ConfigSource::Manifests { files, .. } => {
                in_manifests(files, self.origins?.of_match(position)?)
            }
        }
    }

    /// Where the rule of that match is written.
    pub(super) fn rule_source(&self, position: usize, r: u32) -> Option<SourcePlace> {
        match self.from {
            ConfigSource::Config(file) => {
                Some(self.in_config(file, format!("{}.rules[{r}]", self.place)))
            }
            ConfigSource::Manifests { files, .. } => {
                in_manifests(files, self.origins?.of_rule(position)?)
            }
        }
    }

    fn in_config(&self, file: &str, place: String) -> SourcePlace {
        SourcePlace {
            file: file.into(),
            line: None,
            place: Some(place),
            span: None,
        }
    }

    /// The criterion by which the match at `first` is before the one at `second`.
    pub(super) fn criterion(&self, first: usize, second: usize) -> Criterion {
        self.origins
            .and_then(|origins| origins.criterion(first, second))
            .unwrap_or_else(Criterion::of_config)
    }

    pub(super) fn ignored(&self) -> &[String] {
        self.origins.map_or(&[], TableOrigins::ignored)
    }
}

fn in_manifests(files: &[File], span: Span) -> Option<SourcePlace> {
    let file = files.get(span.file as usize)?;
    Some(SourcePlace {
        file: file.name.clone(),
        line: Some(file.lines.first(span)),
        place: None,
        span: Some(span),
    })
}
