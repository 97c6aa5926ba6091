//! Templates of Helm and Jinja, which become manifests when they are rendered.

use std::path::Path;

use super::recognised::Recognised;
use crate::{
    diagnostic::{Diagnostics, Severity, codes},
    source::{Source, Span},
    yaml::{self, Content, Node},
};

/// What a template is, if this is one.
///
/// `{{` alone makes none: a ConfigMap may hold a template for somebody else. It is one if it can't be
/// read as YAML, or if an object that matters has placeholders in it.
pub(super) fn template(
    file: u32,
    source: &Source,
    is_used: fn(&str) -> bool,
) -> Option<Recognised> {
    let text = &source.text;
    let mark = Mark::find(text)?;
    let mut ignored = Diagnostics::default();
    let nodes = yaml::parse(file, text, yaml::Dialect::Kubectl, &mut ignored);
    let is_broken = ignored.any(Severity::Error);
    let filled = |node: &Node| {
        let kind = node.get("kind").and_then(Node::as_str).unwrap_or_default();
        let matters = is_used(kind) || Mark::find(kind).is_some();
        matters.then(|| placeholder(node)).flatten()
    };
    let span = if is_broken {
        let start = mark.at as u32;
        let end = start + mark.length as u32;
        Span { file, start, end }
    } else {
        nodes.iter().find_map(filled)?
    };
    let kinds: Vec<&str> = kinds(text).collect();
    let matters = |kind: &&str| is_used(kind) || kind.contains("{{");
    let (code, why) = if kinds.is_empty() || kinds.iter().any(matters) {
        (&codes::TEMPLATE, "nothing of this file is read")
    } else {
        (&codes::NO_MANIFEST, "objects of its kind are not used")
    };
    let (message, hint) = if mark.is_jinja {
        (
            "this is a template of Jinja, not a manifest",
            "render it first, and check what comes out".into(),
        )
    } else {
        let chart = chart(&source.name);
        let hint = format!("render it first: helm template {chart} | gammactl check -f -");
        ("this is a template of Helm, not a manifest", hint)
    };
    Some(Recognised {
        code,
        span,
        message: message.into(),
        why,
        hint,
    })
}

/// Bytes of a placeholder, and of what stands before it in its line. No one writes longer ones, and each of
/// many braces must not be a reason to look through the whole text.
const LONGEST: usize = 4096;

/// Where a placeholder is.
struct Mark {
    at: usize,
    length: usize,
    is_jinja: bool,
}

impl Mark {
    /// The first `{{ … }}` or `{% … %}` outside of comments.
    fn find(text: &str) -> Option<Self> {
        let jinja = Self::between(text, "{%", "%}", |_| true);
        let helm = Self::between(text, "{{", "}}", |inner| {
            let inner = inner.trim_start_matches(['-', ' ', '\t']);
            inner.starts_with(|c: char| c.is_alphabetic() || ".$\"`(/_".contains(c))
        });
        let is_jinja = jinja.is_some();
        let (at, length) = jinja.or(helm)?;
        Some(Self {
            at,
            length,
            is_jinja,
        })
    }

    fn between(
        text: &str,
        open: &str,
        close: &str,
        is_inner: impl Fn(&str) -> bool,
    ) -> Option<(usize, usize)> {
        text.match_indices(open).find_map(|(at, _)| {
            let before = &text[text.floor_char_boundary(at.saturating_sub(LONGEST))..at];
            let line = before.rfind('\n').map_or(0, |end| end + 1);
            let is_comment = before[line..].trim_start().starts_with('#');
            let inner = &text[at + open.len()..];
            let inner = &inner[..inner.floor_char_boundary(LONGEST)];
            let end = inner.find(close)?;
            let good = !is_comment && is_inner(&inner[..end]);
            good.then_some((at, open.len() + end + close.len()))
        })
    }
}

/// The first string of the object that has a placeholder. Annotations may be templates for others.
fn placeholder(node: &Node) -> Option<Span> {
    match &node.content {
        Content::Scalar(scalar) => Mark::find(&scalar.text).map(|_| node.span),
        Content::Sequence(items) => items.iter().find_map(placeholder),
        Content::Mapping(members) => members
            .iter()
            .filter(|member| member.key != "annotations")
            .find_map(|member| placeholder(&member.value)),
    }
}

/// What the objects in a template are, as far as it can be seen.
fn kinds(text: &str) -> impl Iterator<Item = &str> {
    let kinds = text.lines().filter_map(|line| line.strip_prefix("kind:"));
    kinds.map(|kind| kind.trim().trim_matches(['"', '\'']))
}

/// The folder of the chart that a template belongs to.
fn chart(name: &str) -> String {
    let folders = Path::new(name).ancestors();
    let templates =
        folders.filter(|folder| folder.file_name().is_some_and(|name| name == "templates"));
    let chart = templates.last().and_then(Path::parent);
    match chart.map(|chart| chart.display().to_string()) {
        Some(chart) if chart.is_empty() => ".".into(),
        Some(chart) => chart,
        None => "CHART".into(),
    }
}
