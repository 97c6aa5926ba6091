//! Reads the objects of a kind, in the versions of its API that are known.

use gamma_manifest::{
    diagnostic::{Diagnostics, codes},
    yaml::{Field, ObjectReader},
};

use crate::{
    findings::Findings,
    object::{SourceMetadata, SourceObject},
};

/// A kind of objects.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SourceKind {
    pub(crate) group: &'static str,
    pub(crate) versions: &'static [&'static str],
    pub(crate) kind: &'static str,
}

/// An object of which only the metadata is read.
#[derive(Debug)]
pub(crate) struct OpenObject<'o> {
    pub(crate) version: &'o str,
    pub(crate) metadata: SourceMetadata,
    /// The object itself.
    pub(crate) object: ObjectReader<'o>,
}

impl<'o> OpenObject<'o> {
    /// Its `spec`, besides which there is nothing.
    pub(crate) fn spec(self, findings: &mut Findings<'_>) -> Option<ObjectReader<'o>> {
        let mut object = self.object;
        let spec = object.require("spec", findings)?;
        object.finish(findings);
        ObjectReader::open(&spec, findings)
    }
}

/// The objects of `kind` that its own API would take, as `read` makes them.
pub(crate) fn read_kind<T>(
    kind: &SourceKind,
    objects: &[SourceObject],
    default_namespace: &str,
    diagnostics: &mut Diagnostics,
    read: impl Fn(OpenObject<'_>, &mut Findings<'_>) -> Option<T>,
) -> Vec<T> {
    let mut all = Vec::new();
    for object in objects {
        if object.kind != kind.kind || object.group() != kind.group {
            continue;
        }
        let mut findings = Findings::new(diagnostics);
        let opened = open(kind, object, default_namespace, &mut findings);
        let read = opened.and_then(|opened| read(opened, &mut findings));
        let read = read.filter(|_| !findings.refused);
        // Nobody else reads objects of this kind.
        let _ = object.read.set(findings.finish(read.is_some()));
        all.extend(read);
    }
    all
}

fn open<'o>(
    kind: &SourceKind,
    of: &'o SourceObject,
    default_namespace: &str,
    findings: &mut Findings<'_>,
) -> Option<OpenObject<'o>> {
    let mut object = ObjectReader::open(&Field::root(&of.node), findings)?;
    let version = object.require("apiVersion", findings)?.node;
    let (_, name) = of.api_version.rsplit_once('/').unwrap_or_default();
    if !kind.versions.contains(&name) {
        let known = kind.versions.join(", ");
        findings.unknown_version(
            version.span,
            format!("`{}` has no known version of {}", of.api_version, kind.kind),
            format!("write it in one of {known}"),
        );
        return None;
    }
    object.ignore(&["kind", "status"]);
    let metadata = SourceMetadata::read(&mut object, default_namespace, findings)?;
    Some(OpenObject {
        version: name,
        metadata,
        object,
    })
}

impl Findings<'_> {
    fn unknown_version(
        &mut self,
        span: gamma_manifest::source::Span,
        message: String,
        hint: String,
    ) {
        self.refused = true;
        self.say(
            &codes::UNKNOWN_FIELD_OF_SOURCE,
            span,
            message,
            "what it does is not known here, so the object is left out",
            hint,
        );
    }
}

/// API groups of older meshes.
const GROUPS: [&str; 5] = [
    "networking.istio.io",
    "split.smi-spec.io",
    "specs.smi-spec.io",
    "access.smi-spec.io",
    "linkerd.io",
];

/// Whether an object is of the API of an older mesh.
pub(crate) fn is_source(object: &SourceObject) -> bool {
    GROUPS.contains(&object.group())
}
