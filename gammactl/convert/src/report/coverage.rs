//! Whether every field of the source was carried over or is reported: what nobody read and nobody speaks of is a mistake of the
//! conversion.

use gamma_manifest::{
    diagnostic::{Diagnostic, Diagnostics, Severity},
    source::{Sources, Span},
    yaml::Node,
};

use crate::{
    leaves::{leaves, spec_field},
    object::SourceObject,
};

/// How much of the source was carried over, in scalars of the specs of its objects.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Coverage {
    /// All of them.
    pub fields: usize,
    /// Those that became a part of what was written.
    pub carried: usize,
    /// Those that nobody read and no finding is about: none, unless the conversion is wrong.
    pub unread: Vec<UnreadField>,
}

impl Coverage {
    /// Those that a finding is about.
    #[must_use]
    pub fn reported(&self) -> usize {
        self.fields - self.carried - self.unread.len()
    }
}

/// A field that was overlooked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnreadField {
    /// Kind, namespace and name of its object.
    pub object: String,
    /// Its path, as in `spec.http[0].name`.
    pub field: String,
    /// File and line.
    pub place: String,
}

/// Counts the fields of the objects that somebody read. A field is carried over if it was read, and neither a finding is about it
/// nor an error about something that it is a part of.
pub(crate) fn coverage(
    objects: &[SourceObject],
    found: &Diagnostics,
    sources: &Sources,
    default_namespace: &str,
) -> Coverage {
    let mut findings: Vec<(Span, &Diagnostic)> = found
        .iter()
        .filter(|finding| finding.code.severity < Severity::Note)
        .filter_map(|finding| Some((finding.span?, finding)))
        .collect();
    findings.sort_by_key(|(span, _)| (span.file, span.start));
    let mut coverage = Coverage::default();
    for object in objects {
        let (Some(read), Some(spec)) = (object.read.get(), object.node.get("spec")) else {
            continue;
        };
        let of_object = within(&findings, &object.node);
        for leaf in leaves(&spec_field(spec)) {
            coverage.fields += 1;
            let Some(read) = &read.0 else {
                continue;
            };
            let span = leaf.node.span;
            let is_read = read.contains(&span);
            let about = |(of, finding): &(Span, &Diagnostic)| {
                let is_part = of.file == span.file && of.start <= span.start && span.end <= of.end;
                *of == span || (is_part && (!is_read || finding.code.severity == Severity::Error))
            };
            // What an alias stands for is written elsewhere.
            let is_reported = of_object.iter().any(about)
                || (!has(object.node.span, span) && findings.iter().any(about));
            if is_reported {
                continue;
            }
            if is_read {
                coverage.carried += 1;
                continue;
            }
            let (line, _) = sources.line_column(span);
            coverage.unread.push(UnreadField {
                object: object.title(default_namespace),
                field: leaf.path,
                place: format!("{}:{line}", sources.of(span).name),
            });
        }
    }
    coverage
}

fn has(outer: Span, inner: Span) -> bool {
    outer.file == inner.file && outer.start <= inner.start && inner.end <= outer.end
}

/// The findings in an object, of those that are sorted by their places.
fn within<'f, 'd>(
    findings: &'f [(Span, &'d Diagnostic)],
    node: &Node,
) -> &'f [(Span, &'d Diagnostic)] {
    let Span { file, start, end } = node.span;
    let first = findings.partition_point(|(span, _)| (span.file, span.start) < (file, start));
    let after = findings.partition_point(|(span, _)| (span.file, span.start) < (file, end));
    &findings[first..after]
}

#[cfg(test)]
mod tests {
    use gamma_manifest::{diagnostic::codes, yaml::ObjectReader};

    use super::*;
    use crate::{findings::Findings, object::objects};

    #[test]
    fn a_field_that_nobody_reads_and_nothing_is_said_of_is_noticed() {
        let mut sources = Sources::default();
        let text = "apiVersion: v1\nkind: X\nmetadata: {name: x}\nspec: {a: 1, b: [{c: d}], e: {f: g}, h: i}\n";
        sources.add("x.yaml", text);
        let mut diagnostics = Diagnostics::default();
        let objects = objects(&sources, &mut diagnostics);
        let mut findings = Findings::new(&mut diagnostics);
        let field = spec_field(objects[0].node.get("spec").unwrap());
        let mut spec = ObjectReader::open(&field, &mut findings).unwrap();
        spec.integer("a", 0..=9, &mut findings);
        spec.take("b", &mut findings).unwrap();
        let said = spec.take("e", &mut findings).unwrap().node.span;
        findings.say(&codes::BEHAVIOUR_LOST, said, "lost", "why", "hint");
        let carried = spec.take("h", &mut findings).unwrap();
        findings.carried(&carried);
        objects[0].read.set(findings.finish(true)).unwrap();
        let coverage = coverage(&objects, &diagnostics, &sources, "default");
        let counts = (coverage.fields, coverage.carried, coverage.reported());
        assert_eq!(counts, (4, 2, 1));
        let unread = UnreadField {
            object: "X default/x".into(),
            field: "spec.b[0].c".into(),
            place: "x.yaml:4".into(),
        };
        assert_eq!(coverage.unread, [unread]);
    }

    /// What is said of a part of the way is not said of all that it is made of; an error is.
    #[test]
    fn an_error_about_a_whole_is_about_its_parts() {
        let mut sources = Sources::default();
        sources.add(
            "x.yaml",
            "apiVersion: v1\nkind: X\nmetadata: {name: x}\nspec: {a: {b: 1}}\n",
        );
        for (code, carried) in [(&codes::BEHAVIOUR_LOST, 1), (&codes::CLIENTS_TOLD_APART, 0)] {
            let mut diagnostics = Diagnostics::default();
            let objects = objects(&sources, &mut diagnostics);
            let mut findings = Findings::new(&mut diagnostics);
            let field = spec_field(objects[0].node.get("spec").unwrap());
            let mut spec = ObjectReader::open(&field, &mut findings).unwrap();
            let whole = spec.take("a", &mut findings).unwrap();
            let mut object = ObjectReader::open(&whole, &mut findings).unwrap();
            object.integer("b", 0..=9, &mut findings);
            findings.say(code, whole.node.span, "lost", "why", "hint");
            objects[0].read.set(findings.finish(true)).unwrap();
            let coverage = coverage(&objects, &diagnostics, &sources, "default");
            assert_eq!(
                (coverage.carried, coverage.reported()),
                (carried, 1 - carried)
            );
        }
    }
}
