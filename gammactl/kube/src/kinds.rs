//! The kinds of objects that are read from a cluster: those that the decoder of manifests knows, and
//! others that a finding may be about.

use gamma_manifest::known_kinds;

/// What it means for the picture of a cluster that a kind is not in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Importance {
    /// Requests would be said to go where they don't.
    Decisive,
    /// Endpoints, certificates or findings are missing.
    Used,
    /// The decoder does not know it; findings may be about it.
    Noticed,
}

/// A kind that is to be read if the cluster has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WantedKind {
    /// API group; empty for the core group.
    pub group: &'static str,
    /// Kind; `None` for all of the group.
    pub kind: Option<&'static str>,
    /// Versions that can be read, the best one first; empty for the one that the cluster prefers.
    pub versions: &'static [&'static str],
    /// What it means if it is missing.
    pub importance: Importance,
}

/// Without these nobody knows where a request goes.
const DECISIVE: [&str; 3] = ["HTTPRoute", "GRPCRoute", "Service"];

/// What the decoder knows, and `noticed` groups with their kinds (none for all of them). ConfigMaps are
/// read one by one, where a policy names them.
pub fn wanted_kinds<'n>(
    noticed: impl IntoIterator<Item = (&'static str, &'static [&'static str])> + 'n,
) -> Vec<WantedKind> {
    let known = known_kinds().filter(|known| known.kind != "ConfigMap");
    let known = known.map(|known| WantedKind {
        group: known.group,
        kind: Some(known.kind),
        versions: known.versions,
        importance: if DECISIVE.contains(&known.kind) {
            Importance::Decisive
        } else {
            Importance::Used
        },
    });
    let mut wanted: Vec<WantedKind> = known.collect();
    for (group, kinds) in noticed {
        let noticed = |kind| WantedKind {
            group,
            kind,
            versions: &[],
            importance: Importance::Noticed,
        };
        if kinds.is_empty() {
            wanted.push(noticed(None));
        }
        wanted.extend(kinds.iter().map(|kind| noticed(Some(*kind))));
    }
    wanted
}
