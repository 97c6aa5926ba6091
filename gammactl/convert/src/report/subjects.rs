//! For which Services an object of the source is.

use std::collections::{BTreeMap, BTreeSet};

use gamma_manifest::source::Span;

use crate::{object::SourceObject, route::List};

/// The Services of each object, by the number of the object.
#[derive(Debug, Default)]
pub(crate) struct Subjects(BTreeMap<usize, BTreeSet<String>>);

impl Subjects {
    /// Those that have rules of the object.
    pub(crate) fn new(objects: &[SourceObject], lists: &[List]) -> Self {
        let mut subjects = Self::default();
        for list in lists {
            let (namespace, name) = &list.service;
            for origin in &list.source.origins {
                subjects.add(objects, origin.span, &format!("{namespace}/{name}"));
            }
        }
        subjects
    }

    /// The object that `span` is in is for `service`, a full name.
    pub(crate) fn add(&mut self, objects: &[SourceObject], span: Span, service: &str) {
        if let Some(object) = object_at(objects, span) {
            self.0.entry(object).or_default().insert(service.into());
        }
    }

    pub(super) fn of(&self, object: usize) -> Vec<String> {
        let services = self.0.get(&object).into_iter().flatten();
        services.cloned().collect()
    }
}

/// The number of the object that has `span`. Objects are in the order of their places.
pub(super) fn object_at(objects: &[SourceObject], span: Span) -> Option<usize> {
    let key = |span: Span| (span.file, span.start);
    let after = objects.partition_point(|object| key(object.node.span) <= key(span));
    let object = after.checked_sub(1)?;
    let whole = objects[object].node.span;
    (whole.file == span.file && span.end <= whole.end).then_some(object)
}
