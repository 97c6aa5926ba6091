//! Reads the objects of a kind of Istio's.

use gamma_manifest::{
    diagnostic::Diagnostics,
    yaml::{Field, ObjectReader},
};

use crate::{
    findings::Findings,
    object::{SourceMetadata, SourceObject},
};

/// The API group of VirtualServices and DestinationRules.
const GROUP: &str = "networking.istio.io";
/// Its versions, which have the same fields.
const VERSIONS: [&str; 3] = ["v1", "v1beta1", "v1alpha3"];

/// The objects of `kind` that its own API would take, in any version, as `read` makes them of their metadata and spec.
pub(super) fn read_kind<T>(
    kind: &str,
    objects: &[SourceObject],
    default_namespace: &str,
    diagnostics: &mut Diagnostics,
    read: impl Fn(SourceMetadata, ObjectReader<'_>, &mut Findings<'_>) -> Option<T>,
) -> Vec<T> {
    let mut all = Vec::new();
    for object in objects.iter().filter(|object| is_of(object, kind)) {
        let mut findings = Findings::new(diagnostics);
        let parts = parts(object, default_namespace, &mut findings);
        let read = parts.and_then(|(metadata, spec)| read(metadata, spec, &mut findings));
        let read = read.filter(|_| !findings.refused);
        // Nobody else reads objects of this kind.
        let _ = object.read.set(findings.finish(read.is_some()));
        all.extend(read);
    }
    all
}

fn is_of(object: &SourceObject, kind: &str) -> bool {
    let version = object
        .api_version
        .rsplit_once('/')
        .map(|(_, version)| version);
    object.kind == kind
        && object.group() == GROUP
        && version.is_some_and(|version| VERSIONS.contains(&version))
}

fn parts<'o>(
    object: &'o SourceObject,
    default_namespace: &str,
    findings: &mut Findings<'_>,
) -> Option<(SourceMetadata, ObjectReader<'o>)> {
    let mut object = ObjectReader::open(&Field::root(&object.node), findings)?;
    object.ignore(&["apiVersion", "kind", "status"]);
    let metadata = SourceMetadata::read(&mut object, default_namespace, findings)?;
    let spec = object.require("spec", findings)?;
    object.finish(findings);
    Some((metadata, ObjectReader::open(&spec, findings)?))
}
