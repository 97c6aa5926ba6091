//! Kustomizations, and the patches that they name.

use std::{
    collections::{HashMap, HashSet},
    path::{Component, Path, PathBuf},
};

use super::recognised::Recognised;
use crate::{
    diagnostic::{Code, Diagnostics, codes},
    source::{Source, Sources, Span},
    yaml::{self, Content, Node},
};

const GROUP: &str = "kustomize.config.k8s.io/";
/// Members that nothing but a kustomization has at its top.
const MEMBERS: &[&str] = &[
    "resources",
    "bases",
    "components",
    "patches",
    "patchesStrategicMerge",
    "patchesJson6902",
    "configMapGenerator",
    "secretGenerator",
    "generatorOptions",
    "namePrefix",
    "nameSuffix",
    "commonLabels",
    "commonAnnotations",
    "replacements",
    "helmCharts",
];

/// Reports kustomizations and the patches that they name, whose numbers are added to `foreign`.
pub(super) fn kustomizations(
    sources: &Sources,
    is_used: fn(&str) -> bool,
    foreign: &mut HashSet<u32>,
    diagnostics: &mut Diagnostics,
) {
    let mut patches = HashMap::new();
    for (file, source) in sources.iter() {
        if foreign.contains(&file) || !may_be_kustomization(source) {
            continue;
        }
        let nodes = yaml::parse(
            file,
            &source.text,
            yaml::Dialect::Kubectl,
            &mut Diagnostics::default(),
        );
        let [root] = &nodes[..] else {
            continue;
        };
        if !is_kustomization(source, root) {
            continue;
        }
        foreign.insert(file);
        let run = run(&source.name);
        Recognised {
            code: &codes::NO_MANIFEST,
            span: source.first_line(file),
            message: "this is a kustomization, not a manifest".into(),
            why: "files are read as they are written, without what it makes of them",
            hint: run.clone(),
        }
        .report(diagnostics);
        for patch in root_patches(root) {
            match patch.file {
                Some(path) => {
                    let directory = Path::new(&source.name).parent().unwrap_or(Path::new(""));
                    patches.insert(normal(&directory.join(path)), (patch.target, run.clone()));
                }
                None => inline(&patch, is_used, &run, diagnostics),
            }
        }
    }
    for (file, source) in sources.iter() {
        if foreign.contains(&file) {
            continue;
        }
        if let Some((target, run)) = patches.get(&normal(Path::new(&source.name))) {
            foreign.insert(file);
            let kinds = match target {
                Some(kind) => vec![kind.clone()],
                None => kinds(file, &source.text),
            };
            patch(source.first_line(file), &kinds, is_used, run, diagnostics);
        }
    }
}

/// What to run on the folder of the file `name`.
pub(super) fn run(name: &str) -> String {
    let folder = Path::new(name)
        .parent()
        .map(|folder| folder.display().to_string());
    let folder = match folder.as_deref() {
        _ if name == "-" => "DIR",
        Some("") | None => ".",
        Some(folder) => folder,
    };
    format!("render it first: kubectl kustomize {folder} | gammactl check -f -")
}

fn may_be_kustomization(source: &Source) -> bool {
    has_its_name(source) || {
        let mut lines = source.text.lines().take(200);
        lines.any(|line| {
            line.contains(GROUP)
                || MEMBERS.iter().any(|name| {
                    let rest = line.strip_prefix(name);
                    rest.is_some_and(|rest| rest.starts_with(':'))
                })
        })
    }
}

fn has_its_name(source: &Source) -> bool {
    let name = Path::new(&source.name).file_stem();
    name.is_some_and(|name| name.eq_ignore_ascii_case("kustomization"))
}

fn is_kustomization(source: &Source, root: &Node) -> bool {
    let string = |name: &str| root.get(name).and_then(Node::as_str);
    if string("apiVersion").is_some_and(|version| version.starts_with(GROUP)) {
        return true;
    }
    string("kind").is_none() && (has_its_name(source) || is_kustomization_by_members(root))
}

/// Whether what has no `kind` looks like a kustomization.
pub(super) fn is_kustomization_by_members(root: &Node) -> bool {
    MEMBERS.iter().any(|name| root.get(name).is_some())
        && root.get("metadata").or(root.get("spec")).is_none()
        && root.get("services").is_none()
}

/// A patch that a kustomization names, or has in it.
struct Patch<'n> {
    file: Option<&'n str>,
    text: Option<&'n str>,
    span: Span,
    /// The kind of what it changes, where the kustomization says it.
    target: Option<String>,
}

fn root_patches(root: &Node) -> Vec<Patch<'_>> {
    let lists = ["patches", "patchesStrategicMerge", "patchesJson6902"];
    let lists = lists
        .iter()
        .filter_map(|name| match &root.get(name)?.content {
            Content::Sequence(items) => Some(items),
            _ => None,
        });
    lists.flatten().map(root_patch).collect()
}

fn root_patch(node: &Node) -> Patch<'_> {
    let string = |node: &'_ Node| -> Option<String> { node.as_str().map(str::to_owned) };
    let target = node
        .get("target")
        .and_then(|target| string(target.get("kind")?));
    let (file, text) = match node.as_str() {
        Some(text) if text.contains('\n') || text.contains(": ") => (None, Some(text)),
        Some(path) => (Some(path), None),
        None => (
            node.get("path").and_then(Node::as_str),
            node.get("patch").and_then(Node::as_str),
        ),
    };
    Patch {
        file,
        text,
        span: node.span,
        target,
    }
}

/// A patch that stands in the kustomization. Only those that matter are worth a word.
fn inline(patch: &Patch<'_>, is_used: fn(&str) -> bool, run: &str, diagnostics: &mut Diagnostics) {
    let kinds = match &patch.target {
        Some(kind) => vec![kind.clone()],
        None => kinds(patch.span.file, patch.text.unwrap_or_default()),
    };
    if kinds.iter().any(|kind| is_used(kind)) {
        self::patch(patch.span, &kinds, is_used, run, diagnostics);
    }
}

/// The kinds of the objects in a text.
fn kinds(file: u32, text: &str) -> Vec<String> {
    let nodes = yaml::parse(
        file,
        text,
        yaml::Dialect::Kubectl,
        &mut Diagnostics::default(),
    );
    let kinds = nodes.iter().filter_map(|node| node.get("kind")?.as_str());
    kinds.map(str::to_owned).collect()
}

/// Says that a patch is not applied. One of unknown kinds may be about anything.
pub(super) fn patch(
    span: Span,
    kinds: &[String],
    is_used: fn(&str) -> bool,
    run: &str,
    diagnostics: &mut Diagnostics,
) {
    let of = match kinds {
        [kind, ..] => format!(" of kind `{kind}`"),
        [] => String::new(),
    };
    let matters = kinds.is_empty() || kinds.iter().any(|kind| is_used(kind));
    let code: &'static Code = if matters {
        &codes::PATCH
    } else {
        &codes::NO_MANIFEST
    };
    Recognised {
        code,
        span,
        message: format!("this is a patch of objects{of}, not an object"),
        why: "what it changes is read without the change",
        hint: run.into(),
    }
    .report(diagnostics);
}

/// A path without `.` and `..`.
fn normal(path: &Path) -> PathBuf {
    let mut normal = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir if normal.file_name().is_some() => {
                normal.pop();
            }
            other => normal.push(other),
        }
    }
    normal
}
