//! Files that are edited: a document whose text did not change is not decoded again.
//!
//! What was read of a document has spans in it. They stay what they are while documents before it grow and shrink: spans
//! are made of addresses here, and each document has its own, with room for it to grow.

use std::sync::Arc;

use super::{DecodedPart, Reading, foreign, is_used, merge::Merge};
use crate::{
    Manifests,
    diagnostic::Diagnostics,
    source::{MovedPart, MovedParts, Source, Sources},
    yaml::{self, Dialect},
};

/// Files, and what was read of each of their documents.
#[derive(Debug, Default)]
pub struct EditedFiles {
    sources: Arc<Sources>,
    /// The one that everything was read with.
    default_namespace: String,
    /// By source, in their order. A file that is no manifest has none.
    files: Vec<Vec<KeptDocument>>,
    decoded: usize,
}

/// A document with the line that begins it.
#[derive(Debug)]
struct KeptDocument {
    place: MovedPart,
    /// How many addresses there are for it, that of its end among them.
    room: u32,
    /// `None` until it is decoded.
    read: Option<DecodedPart>,
}

impl KeptDocument {
    /// Gives up half of the addresses that it does not need.
    fn make_room(&mut self) {
        let needed = self.place.length + 1;
        self.room = needed + (self.room - needed) / 2;
    }
}

impl EditedFiles {
    /// The files, into which spans of the last [`decode`](Self::decode) point.
    #[must_use]
    pub fn shared_sources(&self) -> Arc<Sources> {
        Arc::clone(&self.sources)
    }

    /// How many documents the last [`decode`](Self::decode) has decoded. All others were known.
    #[must_use]
    pub fn documents_decoded(&self) -> usize {
        self.decoded
    }

    /// Decodes `sources`, which take the place of those that were there before.
    ///
    /// The result is that of [`decode`](super::decode) of the same sources, but for the numbers in the spans and the order of
    /// findings, which have yet to be sorted.
    pub fn decode(
        &mut self,
        mut sources: Sources,
        default_namespace: &str,
        diagnostics: &mut Diagnostics,
    ) -> Manifests {
        let foreign = foreign::files(&sources, is_used, diagnostics);
        let mut kept = std::mem::take(&mut self.files);
        if self.default_namespace != default_namespace {
            default_namespace.clone_into(&mut self.default_namespace);
            kept.clear();
        }
        let last = Arc::clone(&self.sources);
        let mut old = kept.into_iter().zip(last.iter());
        for (file, source) in sources.iter() {
            let before = old.next().filter(|(_, (_, old))| old.name == source.name);
            self.files.push(if foreign.contains(&file) {
                Vec::new()
            } else {
                let before = before.map(|(kept, (_, old))| (kept, old));
                documents(source, before)
            });
        }
        for (file, documents) in (0..).zip(&self.files) {
            let parts = documents.iter().map(|document| document.place);
            sources.move_parts(file, MovedParts::new(parts.collect()));
        }
        self.sources = Arc::new(sources);
        self.read();

        let mut merge = Merge::new(&self.sources);
        let documents = self.files.iter().flatten();
        for (manifests, found) in documents.filter_map(|document| document.read.as_ref()) {
            diagnostics.extend(found.clone());
            merge.add(manifests.clone(), diagnostics);
        }
        merge.finish()
    }

    /// Decodes the documents that were not decoded yet.
    fn read(&mut self) {
        let reading = Reading {
            sources: &self.sources,
            default_namespace: &self.default_namespace,
        };
        self.decoded = 0;
        for (file, documents) in (0..).zip(&mut self.files) {
            for document in documents
                .iter_mut()
                .filter(|document| document.read.is_none())
            {
                let text = text(document, self.sources.text(file));
                let address = document.place.address as usize;
                let parts = yaml::documents_at(file, address, text, Dialect::Kubectl);
                document.read = Some(reading.documents(&parts));
                self.decoded += 1;
            }
        }
    }
}

/// The text of a document. `of` is what the document's place is of: the version that it was last decoded or kept with.
fn text<'t>(document: &KeptDocument, of: &'t str) -> &'t str {
    let MovedPart { start, length, .. } = document.place;
    of.get(start as usize..(start + length) as usize)
        .unwrap_or_default()
}

/// The documents of `source`: those that are known of it from `before`, and new ones that nothing was read of yet.
fn documents(source: &Source, before: Option<(Vec<KeptDocument>, &Source)>) -> Vec<KeptDocument> {
    let texts: Vec<&str> = yaml::split_with_markers(&source.text).collect();
    let (mut known, old) = before.unzip();
    let mut known = known.take().unwrap_or_default();
    let old = old.map_or("", |old| &*old.text);
    let same = |(new, known): &(&&str, &KeptDocument)| **new == text(known, old);
    let first = texts.iter().zip(&known).take_while(same).count();
    let new = texts.iter().skip(first).rev();
    let last = new.zip(known.iter().skip(first).rev()).take_while(same);
    let last = known.len() - last.count();
    let behind = known.split_off(last);
    known.truncate(first);

    let end = |known: &[KeptDocument]| known.last().map_or(0, |of| of.place.address + of.room);
    let changed = &texts[first..texts.len() - behind.len()];
    let room_until = behind.first().map_or(u32::MAX, |of| of.place.address);
    let placed = with_room(changed, end(&known), room_until).or_else(|| {
        known.last_mut().map(KeptDocument::make_room);
        with_room(changed, end(&known), room_until)
    });
    let all = match placed {
        Some(new) => known.into_iter().chain(new).chain(behind).collect(),
        // What is behind has to move after all.
        None => match with_room(&texts[first..], end(&known), u32::MAX) {
            Some(new) => known.into_iter().chain(new).collect(),
            // Files of 4 GiB have no spans anywhere.
            None => with_room(&texts, 0, u32::MAX).unwrap_or_default(),
        },
    };
    in_their_places(all, &texts)
}

/// New documents, whose addresses are `from` or higher and lower than `to`. `None` if there are too few.
fn with_room(texts: &[&str], from: u32, to: u32) -> Option<Vec<KeptDocument>> {
    // Each has an address behind it, so that its end is not the beginning of another one.
    let lengths = texts.iter().map(|text| u32::try_from(text.len() + 1));
    let lengths: Vec<u32> = lengths.collect::<Result<_, _>>().ok()?;
    let needed = lengths
        .iter()
        .try_fold(0_u32, |sum, length| sum.checked_add(*length))?;
    let spare = to.checked_sub(from)?.checked_sub(needed)?;
    let spare = spare
        .checked_div(u32::try_from(lengths.len()).ok()?)
        .unwrap_or(0);
    let mut address = from;
    let documents = lengths.iter().map(|length| {
        let room = length + spare.min(length.saturating_add(MOST_ROOM));
        let place = MovedPart {
            address,
            start: 0,
            length: length - 1,
        };
        address += room;
        KeptDocument {
            place,
            room,
            read: None,
        }
    });
    Some(documents.collect())
}

/// Bytes by which a document may grow, besides its length.
const MOST_ROOM: u32 = 1024;

/// The documents, each where its text begins now.
fn in_their_places(mut documents: Vec<KeptDocument>, texts: &[&str]) -> Vec<KeptDocument> {
    let mut start = 0;
    for (document, text) in documents.iter_mut().zip(texts) {
        document.place.start = start;
        start += text.len() as u32;
    }
    documents
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decode;

    fn service(name: &str, port: u16) -> String {
        format!(
            "apiVersion: v1\nkind: Service\nmetadata: {{name: {name}, namespace: shop}}\n\
             spec: {{ports: [{{port: {port}}}]}}\n"
        )
    }

    fn files(texts: &[(&str, String)]) -> Sources {
        let mut sources = Sources::default();
        for (name, text) in texts {
            sources.add(*name, text.clone());
        }
        sources
    }

    /// Names and ports with the lines in which they stand, and findings with theirs.
    fn told(manifests: &Manifests, found: &Diagnostics, sources: &Sources) -> Vec<String> {
        let services = manifests.services.iter().map(|service| {
            let name = &service.metadata.name;
            let place = sources.line_column(name.span);
            format!("{}:{} {place:?}", name.value, service.ports[0].port)
        });
        let mut found = found.clone();
        found.sort();
        let found = found.iter().map(|found| {
            let span = found.span.unwrap();
            let (file, from) = (&sources.of(span).name, sources.line_column(span));
            let to = sources.end_line_column(span);
            format!("{} {file} {from:?} {to:?} {}", found.code.id, found.message)
        });
        services.chain(found.collect::<Vec<_>>()).collect()
    }

    /// How many documents were decoded, after comparing with what decoding all of them gives.
    fn decoded(edited: &mut EditedFiles, texts: &[(&str, String)]) -> usize {
        let (mut found, mut expected) = (Diagnostics::default(), Diagnostics::default());
        let sources = files(texts);
        let all = decode(&sources, "shop", &mut expected);
        let expected = told(&all, &expected, &sources);
        let manifests = edited.decode(sources, "shop", &mut found);
        assert_eq!(told(&manifests, &found, &edited.shared_sources()), expected);
        edited.documents_decoded()
    }

    #[test]
    fn only_what_is_edited_is_decoded() {
        let mut edited = EditedFiles::default();
        let mut many: Vec<String> = (0..9).map(|n| service(&format!("s{n}"), 80)).collect();
        let mut decode = |many: &[String]| {
            let files = [("a.yaml", many.join("---\n")), ("b.yaml", service("b", 1))];
            decoded(&mut edited, &files)
        };
        assert_eq!(decode(&many), 10);
        assert_eq!(decode(&many), 0);
        many[0].insert_str(0, "#\n");
        assert_eq!(decode(&many), 1);
        many[4] = service("other", 81);
        assert_eq!(decode(&many), 1);
        many[8].push_str("  color: blue\n");
        assert_eq!(decode(&many), 1);
        // The finding moves with its document.
        many[1].insert_str(0, "# one\n# two\n");
        assert_eq!(decode(&many), 1);
        // From the first change to the last.
        many[2].push_str("#\n");
        many[5].push_str("#\n");
        assert_eq!(decode(&many), 4);
    }

    #[test]
    fn documents_come_and_go_and_grow_beyond_their_room() {
        let mut edited = EditedFiles::default();
        let mut many: Vec<String> = (0..5).map(|n| service(&format!("s{n}"), 80)).collect();
        let mut decode = |many: &[String]| decoded(&mut edited, &[("a.yaml", many.join("---\n"))]);
        assert_eq!(decode(&many), 5);
        let gone = many.remove(2);
        assert_eq!(decode(&many), 0);
        many.insert(1, gone);
        assert_eq!(decode(&many), 1);
        many[0].insert_str(0, &"# grows\n".repeat(2_000));
        // What is behind it has to make room.
        assert_eq!(decode(&many), 5);
        many.clear();
        assert_eq!(decode(&many), 0);
    }

    #[test]
    fn another_name_or_namespace_is_another_file() {
        let mut edited = EditedFiles::default();
        assert_eq!(decoded(&mut edited, &[("a.yaml", service("a", 1))]), 1);
        assert_eq!(decoded(&mut edited, &[("b.yaml", service("a", 1))]), 1);
        let sources = files(&[("b.yaml", service("a", 1))]);
        edited.decode(sources, "elsewhere", &mut Diagnostics::default());
        assert_eq!(edited.documents_decoded(), 1);
    }

    #[test]
    fn templates_are_not_read_until_they_are_rendered() {
        let mut edited = EditedFiles::default();
        let template = service("{{ .Values.name }}", 80);
        assert_eq!(decoded(&mut edited, &[("a.yaml", template)]), 0);
        assert_eq!(decoded(&mut edited, &[("a.yaml", service("a", 80))]), 1);
    }
}
