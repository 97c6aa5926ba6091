//! Documents that are no objects of Kubernetes: known kinds of configuration, lists, texts.

use std::path::Path;

use super::{kustomize, recognised::Recognised};
use crate::{
    diagnostic::{Diagnostics, codes},
    source::Sources,
    yaml::{Content, Node},
};

/// How a document without `apiVersion` and `kind` is recognised: by a name of its file (`*` stands for
/// anything) or by members that all are there. What it is, and what to do.
struct Known {
    files: &'static [&'static str],
    members: &'static [&'static [&'static str]],
    what: &'static str,
    hint: &'static str,
}

const NOTHING: &str = "nothing to do, unless you expected it to route";
const HELM: &str = "render the chart: helm template CHART | gammactl check -f -";

const KNOWN: &[Known] = &[
    Known {
        files: &["Chart.*"],
        members: &[&["apiVersion", "name", "version"]],
        what: "the description of a Helm chart",
        hint: HELM,
    },
    Known {
        files: &[
            "values.*",
            "values-*",
            "values_*",
            "*-values.*",
            "*.values.*",
        ],
        members: &[],
        what: "a file of values for a Helm chart",
        hint: HELM,
    },
    Known {
        files: &["requirements.*"],
        members: &[&["dependencies"]],
        what: "the dependencies of a Helm chart",
        hint: HELM,
    },
    Known {
        files: &["helmfile.*"],
        members: &[&["releases", "repositories"], &["releases", "environments"]],
        what: "a file of Helmfile",
        hint: "render it: helmfile template | gammactl check -f -",
    },
    Known {
        files: &[],
        members: &[&["source", "targets"]],
        what: "a replacement of kustomize",
        hint: "render the kustomization: kubectl kustomize DIR | gammactl check -f -",
    },
    Known {
        files: &["docker-compose.*", "docker-compose-*", "compose.*"],
        members: &[
            &["services", "version"],
            &["services", "volumes"],
            &["services", "networks"],
        ],
        what: "a file of Docker Compose",
        hint: NOTHING,
    },
    Known {
        files: &[
            "skaffold.*",
            "package.json",
            "package-lock.json",
            "tsconfig.*",
            "renovate.json",
            "mkdocs.*",
        ],
        members: &[&["$schema"]],
        what: "the configuration of another tool",
        hint: NOTHING,
    },
    Known {
        files: &[],
        members: &[&["openapi", "info"], &["swagger", "info"]],
        what: "a description of an API (OpenAPI)",
        hint: "write an HTTPRoute for the paths that are to be routed",
    },
    Known {
        files: &[],
        members: &[
            &["static_resources"],
            &["dynamic_resources"],
            &["admin", "node"],
        ],
        what: "a bootstrap of Envoy",
        hint: "`gammactl envoy` writes one, and merges this into it with `--merge`",
    },
    Known {
        files: &[],
        members: &[&["jobs", "true"], &["jobs", "on"], &["runs", "inputs"]],
        what: "a workflow of GitHub Actions",
        hint: NOTHING,
    },
    Known {
        files: &[],
        members: &[&["requests", "manifests"]],
        what: "a test case of gammactl",
        hint: "run it: gammactl test FILE",
    },
];

/// Reports an object that is a patch in kustomize's own language.
pub(in crate::decode) fn no_whole_object(
    node: &Node,
    sources: &Sources,
    is_used: fn(&str) -> bool,
    diagnostics: &mut Diagnostics,
) -> bool {
    let directive = |node: &Node| node.get("$patch").is_some();
    let spec = node.get("spec");
    if !(directive(node) || spec.is_some_and(directive)) {
        return false;
    }
    let kind = node.get("kind").and_then(Node::as_str);
    let kinds: Vec<String> = kind.map(str::to_owned).into_iter().collect();
    let run = kustomize::run(&sources.of(node.span).name);
    kustomize::patch(node.span, &kinds, is_used, &run, diagnostics);
    true
}

/// Reports a document without `apiVersion` or `kind`, if it is known what it is.
pub(in crate::decode) fn no_object(
    node: &Node,
    sources: &Sources,
    diagnostics: &mut Diagnostics,
) -> bool {
    let source = sources.of(node.span);
    let has = |name: &str| node.get(name).is_some();
    let kind = node.get("kind").and_then(Node::as_str);
    let looks_like_object = kind.is_some() || has("metadata") && has("spec");
    let (what, hint) = if looks_like_object {
        return false;
    } else if kustomize::is_kustomization_by_members(node) {
        ("a kustomization", kustomize::run(&source.name))
    } else {
        let name = Path::new(&source.name)
            .file_name()
            .map(|name| name.to_string_lossy());
        let name = name.unwrap_or_default();
        let is_known = |known: &&Known| {
            known.files.iter().any(|pattern| is_like(&name, pattern))
                || known
                    .members
                    .iter()
                    .any(|names| names.iter().all(|name| has(name)))
        };
        let Some(known) = KNOWN.iter().find(is_known) else {
            return false;
        };
        (known.what, known.hint.to_owned())
    };
    Recognised {
        code: &codes::NO_MANIFEST,
        span: source.first_line_of(node.span),
        message: format!("this is {what}, not a manifest"),
        why: "it is not read",
        hint,
    }
    .report(diagnostics);
    true
}

/// Whether a name fits a pattern in which `*` stands for anything; behind the last `.` anything may
/// stand.
fn is_like(name: &str, pattern: &str) -> bool {
    let stem = pattern.strip_suffix('*').unwrap_or(pattern);
    match (stem.strip_prefix('*'), pattern.ends_with(['*', '.'])) {
        (Some(part), _) => name.contains(part),
        (None, true) => name.starts_with(stem),
        (None, false) => name == stem,
    }
}

/// Reports a list where an object must be, if it is known what it is.
pub(in crate::decode) fn no_list(
    node: &Node,
    sources: &Sources,
    is_used: fn(&str) -> bool,
    diagnostics: &mut Diagnostics,
) -> bool {
    let Content::Sequence(items) = &node.content else {
        return false;
    };
    let all = |names: &[&str]| {
        let has = |item: &Node| names.iter().all(|name| item.get(name).is_some());
        !items.is_empty() && items.iter().all(has)
    };
    if all(&["op", "path"]) {
        let run = kustomize::run(&sources.of(node.span).name);
        kustomize::patch(node.span, &[], is_used, &run, diagnostics);
        return true;
    }
    let hint = if all(&["apiVersion", "kind"]) {
        "write them one after the other, as `jq '.[]'` does, or as `items` of a `kind: List`"
    } else {
        return false;
    };
    Recognised {
        code: &codes::WRONG_TYPE,
        span: sources.of(node.span).first_line_of(node.span),
        message: "the document is a list, it must be an object".into(),
        why: "kubectl refuses it, and it is left out",
        hint: hint.into(),
    }
    .report(diagnostics);
    true
}

/// Reports a text where an object must be, if it is known what it is.
pub(in crate::decode) fn no_text(node: &Node, diagnostics: &mut Diagnostics) -> bool {
    let Some(text) = node.as_str() else {
        return false;
    };
    let is_table = text.starts_with("NAME ") || text.starts_with("NAMESPACE ");
    let (message, hint) = if is_table {
        (
            "this is a table that kubectl printed, not a manifest",
            "ask for the objects: kubectl get … -o yaml | gammactl check -f -",
        )
    } else if text.starts_with("No resources found") {
        (
            "kubectl found no objects",
            "ask for those of all namespaces with `-A`",
        )
    } else if text.starts_with("Error from server") || text.starts_with("error: ") {
        (
            "this is an error of kubectl, not a manifest",
            "look at what it says",
        )
    } else {
        return false;
    };
    Recognised {
        code: &codes::NOT_AN_OBJECT,
        span: node.span,
        message: message.into(),
        why: "there is nothing to read",
        hint: hint.into(),
    }
    .report(diagnostics);
    true
}
