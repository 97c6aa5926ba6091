//! The directory that Envoy reads: the files of resources in it, and the bootstrap.

use std::{collections::BTreeMap, path::Path};

pub use gamma_manifest::source::DirectoryError;
use gamma_manifest::source::OutputDirectory;
use serde_json::Value;

use super::resources::{
    BOOTSTRAP, CLUSTERS, DiscoveryResponse, ENDPOINTS, FILTER, ROUTES, Resources,
};

/// A directory that no other gammactl writes to as long as this lives.
#[derive(Debug)]
pub struct Directory(OutputDirectory);

impl Directory {
    /// Makes the directory if need be, and takes hold of it.
    ///
    /// # Errors
    ///
    /// See [`DirectoryError`].
    pub fn open(path: &Path) -> Result<Self, DirectoryError> {
        OutputDirectory::open(path, &[ENDPOINTS, ROUTES], BOOTSTRAP).map(Self)
    }

    /// What the files say. A file that is missing or that can't be understood, as after an update
    /// of gammactl, counts as one that says nothing.
    ///
    /// # Errors
    ///
    /// A file or directory that can't be read.
    pub(crate) fn resources(&self) -> Result<Resources, DirectoryError> {
        let mut filter = self.responses(&[FILTER.into()])?;
        Ok(Resources {
            clusters: by(self.responses(&[CLUSTERS.into()])?, "name"),
            endpoints: by(self.responses(&self.0.files(ENDPOINTS)?)?, "cluster_name"),
            routes: by(self.responses(&self.0.files(ROUTES)?)?, "name"),
            filter: filter.pop(),
        })
    }

    fn responses(&self, files: &[String]) -> Result<Vec<Value>, DirectoryError> {
        let mut resources = Vec::new();
        for file in files {
            if let Some(bytes) = self.0.read(file)? {
                let text = String::from_utf8_lossy(&bytes);
                resources.extend(DiscoveryResponse::read(&text).unwrap_or_default());
            }
        }
        Ok(resources)
    }

    /// Replaces `file` in one step unless it has this text; says whether it had another. Who has it
    /// open goes on reading the old one.
    ///
    /// # Errors
    ///
    /// It can't be written.
    pub fn write(&self, file: &str, text: &str) -> Result<bool, DirectoryError> {
        self.0.write(file, text.as_bytes())
    }

    /// Replaces `file` in one step, even by the same text: Envoy then reads it again.
    ///
    /// # Errors
    ///
    /// It can't be written.
    pub(super) fn replace(&self, file: &str, text: &str) -> Result<(), DirectoryError> {
        self.0.replace(file, text.as_bytes())
    }

    /// Removes the files in `folder` that are not among `wanted`, those that were never finished
    /// included.
    ///
    /// # Errors
    ///
    /// One can't be removed.
    pub(super) fn keep_only(&self, folder: &str, wanted: &[String]) -> Result<(), DirectoryError> {
        self.0
            .keep_only(folder, |file| file.ends_with(".json"), wanted)
    }
}

fn by(resources: Vec<Value>, key: &str) -> BTreeMap<String, Value> {
    let named = resources.into_iter().filter_map(|resource| {
        let name = resource[key].as_str()?.to_owned();
        Some((name, resource))
    });
    named.collect()
}
