//! Finds the cluster that is meant, as kubectl does: `--kubeconfig`, `$KUBECONFIG`, `~/.kube/config`, or
//! the cluster of the pod that the program runs in.

use std::{
    env,
    path::{Path, PathBuf},
    time::Duration,
};

use kube::{
    Config,
    config::{KubeConfigOptions, Kubeconfig, KubeconfigError},
};

use super::error::ClusterError;

/// How long a connection may take to be made.
const CONNECT: Duration = Duration::from_secs(10);
/// How long an answer may keep silent.
const ANSWER: Duration = Duration::from_secs(60);

/// Which cluster is meant.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Target {
    /// A kubeconfig file instead of `$KUBECONFIG` and `~/.kube/config`.
    pub kubeconfig: Option<PathBuf>,
    /// A context of the kubeconfig instead of its current one.
    pub context: Option<String>,
}

/// How to reach a cluster, and what it is called.
pub(crate) struct Address {
    pub(crate) config: Config,
    pub(crate) context: String,
}

/// What the cluster is called that a program in one of its pods is in.
const IN_CLUSTER: &str = "in-cluster";

impl Target {
    pub(crate) async fn address(&self) -> Result<Address, ClusterError> {
        let kubeconfig = self.read()?;
        let mut address = match kubeconfig {
            Some(kubeconfig) => self.of_kubeconfig(kubeconfig).await?,
            None => self.in_cluster()?,
        };
        address.config.connect_timeout = Some(CONNECT);
        address.config.read_timeout = Some(ANSWER);
        address.config.reset_reader_on_write = true;
        // Done in one place, for cut connections too.
        address.config.default_retry = false;
        Ok(address)
    }

    /// The kubeconfig, if there is any.
    fn read(&self) -> Result<Option<Kubeconfig>, ClusterError> {
        let paths: Vec<PathBuf> = match (&self.kubeconfig, env::var_os("KUBECONFIG")) {
            (Some(path), _) => return read_file(path).map(Some),
            // kubectl skips those that are not there.
            (None, Some(list)) if !list.is_empty() => env::split_paths(&list).collect(),
            (None, _) => home()
                .map(|home| home.join(".kube/config"))
                .into_iter()
                .collect(),
        };
        let mut merged: Option<Kubeconfig> = None;
        for path in paths.iter().filter(|path| path.exists()) {
            let next = read_file(path)?;
            merged = Some(match merged {
                Some(merged) => merged.merge(next).map_err(|error| unusable(path, &error))?,
                None => next,
            });
        }
        Ok(merged.filter(|config| !config.contexts.is_empty() || self.context.is_some()))
    }

    async fn of_kubeconfig(&self, kubeconfig: Kubeconfig) -> Result<Address, ClusterError> {
        let names: Vec<String> = kubeconfig.contexts.iter().map(|c| c.name.clone()).collect();
        let contexts = || match &*names {
            [] => "the kubeconfig has no contexts".to_owned(),
            names => format!("the kubeconfig has {}", names.join(", ")),
        };
        let current = kubeconfig.current_context.clone();
        let wanted = self.context.clone();
        let context = wanted.or(current.filter(|name| !name.is_empty()));
        let Some(context) = context else {
            return Err(ClusterError::new(
                "the kubeconfig has no current context",
                format!("name one with --kube=CONTEXT: {}", contexts()),
            ));
        };
        if !names.contains(&context) {
            return Err(ClusterError::new(
                format!("there is no context `{context}`"),
                contexts(),
            ));
        }
        let options = KubeConfigOptions {
            context: Some(context.clone()),
            ..KubeConfigOptions::default()
        };
        let config = Config::from_custom_kubeconfig(kubeconfig, &options).await;
        let config = config.map_err(|error| {
            ClusterError::new(
                format!("context `{context}` can't be used: {error}"),
                "`kubectl config view --minify` shows what it says",
            )
        })?;
        Ok(Address { config, context })
    }

    fn in_cluster(&self) -> Result<Address, ClusterError> {
        if let Some(context) = &self.context {
            return Err(ClusterError::new(
                format!("there is no context `{context}`, for there is no kubeconfig"),
                "set KUBECONFIG, or name the file with --kubeconfig",
            ));
        }
        let config = Config::incluster().map_err(|_| {
            ClusterError::new(
                "no cluster is known: there is no kubeconfig, and this is no pod of a cluster",
                "set KUBECONFIG, or name the file with --kubeconfig; -f reads manifests from files",
            )
        })?;
        Ok(Address {
            config,
            context: IN_CLUSTER.into(),
        })
    }
}

fn home() -> Option<PathBuf> {
    let home = env::var_os(if cfg!(windows) { "USERPROFILE" } else { "HOME" });
    home.filter(|home| !home.is_empty()).map(PathBuf::from)
}

fn read_file(path: &Path) -> Result<Kubeconfig, ClusterError> {
    Kubeconfig::read_from(path).map_err(|error| unusable(path, &error))
}

fn unusable(path: &Path, error: &KubeconfigError) -> ClusterError {
    let why = match error {
        KubeconfigError::ReadConfig(error, _) => error.to_string(),
        other => other.to_string(),
    };
    ClusterError::new(
        format!("the kubeconfig {} can't be read: {why}", path.display()),
        "KUBECONFIG or --kubeconfig names another",
    )
}
