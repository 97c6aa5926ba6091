//! Finds out which of the wanted kinds the cluster has, and under which version and path.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{
    error::ClusterError,
    kinds::{Importance, WantedKind},
    request::{ApiServer, NoAnswer},
};

/// A kind that the cluster has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ServedKind {
    pub(crate) group: String,
    pub(crate) version: String,
    pub(crate) kind: String,
    /// As in paths: `httproutes`.
    pub(crate) plural: String,
    pub(crate) importance: Importance,
}

impl ServedKind {
    /// `apiVersion`.
    pub(crate) fn api_version(&self) -> String {
        match &*self.group {
            "" => self.version.clone(),
            group => format!("{group}/{}", self.version),
        }
    }

    /// Of all its objects, in all namespaces.
    pub(crate) fn path(&self) -> String {
        format!(
            "{}/{}",
            version_path(&self.group, &self.version),
            self.plural
        )
    }
}

/// What a cluster has of what is wanted.
#[derive(Debug, Default)]
pub(crate) struct Discovered {
    pub(crate) served: Vec<ServedKind>,
    /// Kinds of which the cluster has other versions only: group, kind, its versions.
    pub(crate) other_versions: Vec<(String, String, Vec<String>)>,
}

fn version_path(group: &str, version: &str) -> String {
    match group {
        "" => format!("/api/{version}"),
        group => format!("/apis/{group}/{version}"),
    }
}

/// Which of the `wanted` kinds there are.
///
/// # Errors
///
/// The API server does not say.
pub(crate) async fn discover(
    server: &ApiServer,
    wanted: &[WantedKind],
) -> Result<Discovered, ClusterError> {
    let groups = groups(server).await?;
    let mut resources: BTreeMap<(String, String), Vec<Resource>> = BTreeMap::new();
    let mut discovered = Discovered::default();
    for wanted in wanted {
        let Some(versions) = groups.get(wanted.group) else {
            continue;
        };
        let mut found = false;
        for version in candidates(wanted, versions) {
            let key = (wanted.group.to_owned(), version.to_owned());
            if !resources.contains_key(&key) {
                let path = version_path(wanted.group, version);
                let list = match server.get(&path).await {
                    Ok(list) => list,
                    // It went away in between.
                    Err(NoAnswer::NotFound) => Value::Null,
                    Err(error) => return Err(server.fatal(error, &path)),
                };
                resources.insert(key.clone(), Resource::all(&list));
            }
            let of_version = resources.get(&key).into_iter().flatten();
            let of_kind = of_version.filter(|r| wanted.kind.is_none_or(|kind| kind == r.kind));
            for resource in of_kind {
                found = true;
                discovered.served.push(ServedKind {
                    group: wanted.group.into(),
                    version: version.into(),
                    kind: resource.kind.clone(),
                    plural: resource.plural.clone(),
                    importance: wanted.importance,
                });
            }
            if found {
                break;
            }
        }
        if let (false, Some(kind)) = (found, wanted.kind) {
            let others = other_versions(server, wanted, versions, kind, &mut resources).await?;
            if !others.is_empty() {
                let (group, kind) = (wanted.group.to_owned(), kind.to_owned());
                discovered.other_versions.push((group, kind, others));
            }
        }
    }
    Ok(discovered)
}

/// Versions of a kind that is there, but in none that can be read.
async fn other_versions(
    server: &ApiServer,
    wanted: &WantedKind,
    versions: &[String],
    kind: &str,
    resources: &mut BTreeMap<(String, String), Vec<Resource>>,
) -> Result<Vec<String>, ClusterError> {
    let mut others = Vec::new();
    // Of a kind that is only noticed, nobody needs to know.
    if wanted.importance == Importance::Noticed {
        return Ok(others);
    }
    for version in versions
        .iter()
        .filter(|v| !wanted.versions.contains(&v.as_str()))
    {
        let key = (wanted.group.to_owned(), version.clone());
        if !resources.contains_key(&key) {
            let path = version_path(wanted.group, version);
            let list = server.get(&path).await;
            let list = list.map_err(|error| server.fatal(error, &path))?;
            resources.insert(key.clone(), Resource::all(&list));
        }
        if resources
            .get(&key)
            .into_iter()
            .flatten()
            .any(|r| r.kind == kind)
        {
            others.push(version.clone());
        }
    }
    Ok(others)
}

/// The versions to look for, the best one first.
fn candidates<'v>(wanted: &'v WantedKind, served: &'v [String]) -> Vec<&'v str> {
    if wanted.versions.is_empty() {
        return served.iter().map(String::as_str).collect();
    }
    let all = wanted.versions.iter().copied();
    all.filter(|version| served.iter().any(|s| s == version))
        .collect()
}

/// The API groups with their versions, the preferred one first.
async fn groups(server: &ApiServer) -> Result<BTreeMap<String, Vec<String>>, ClusterError> {
    let path = "/apis";
    let list = server.get(path).await;
    let list = list.map_err(|error| server.fatal(error, path))?;
    let mut groups = BTreeMap::from([(String::new(), vec!["v1".to_owned()])]);
    for group in array(&list, "groups") {
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let preferred = group.pointer("/preferredVersion/version").and_then(text);
        let versions = array(group, "versions")
            .iter()
            .filter_map(|v| text(&v["version"]));
        let mut all: Vec<String> = preferred.into_iter().collect();
        for version in versions {
            if !all.contains(&version) {
                all.push(version);
            }
        }
        groups.insert(text(&group["name"]).unwrap_or_default(), all);
    }
    Ok(groups)
}

/// A kind of a version of a group, as discovery has it.
#[derive(Debug)]
struct Resource {
    kind: String,
    plural: String,
}

impl Resource {
    /// Those that can be listed; `httproutes/status` is no kind of its own.
    fn all(list: &Value) -> Vec<Self> {
        let one = |resource: &Value| {
            let (kind, plural) = (resource["kind"].as_str()?, resource["name"].as_str()?);
            let can_list = array(resource, "verbs").iter().any(|verb| verb == "list");
            (can_list && !plural.contains('/')).then(|| Self {
                kind: kind.into(),
                plural: plural.into(),
            })
        };
        array(list, "resources").iter().filter_map(one).collect()
    }
}

pub(crate) fn array<'v>(value: &'v Value, key: &str) -> &'v [Value] {
    value
        .get(key)
        .and_then(Value::as_array)
        .map_or(&[], Vec::as_slice)
}
