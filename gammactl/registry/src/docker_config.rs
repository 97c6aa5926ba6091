//! The credentials that `docker login` has left in `~/.docker/config.json`.

use std::{
    collections::BTreeMap,
    env, fs, io,
    path::{Path, PathBuf},
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::Deserialize;

/// User names and passwords by registry. Credential helpers are not run.
#[derive(Default)]
pub struct DockerConfig {
    auths: BTreeMap<String, Login>,
}

/// Why the file can't be used.
#[derive(Debug, thiserror::Error)]
#[error("{path}: {why}")]
pub struct DockerConfigError {
    path: String,
    why: String,
}

#[derive(Deserialize)]
struct DockerConfigFile {
    #[serde(default)]
    auths: BTreeMap<String, Login>,
}

/// Either `auth`, which is `user:password` in base64, or both apart.
#[derive(Deserialize)]
struct Login {
    auth: Option<String>,
    username: Option<String>,
    password: Option<String>,
}

impl DockerConfig {
    /// The file in `$DOCKER_CONFIG` or `~/.docker`; nothing, if there is none.
    ///
    /// # Errors
    ///
    /// The file can't be read, or is not what `docker login` writes.
    pub fn of_this_user() -> Result<Self, DockerConfigError> {
        let home = || Some(PathBuf::from(env::var_os("HOME")?).join(".docker"));
        let directory = env::var_os("DOCKER_CONFIG").map(PathBuf::from);
        match directory.or_else(home) {
            None => Ok(Self::default()),
            Some(directory) => Self::read(&directory.join("config.json")),
        }
    }

    /// The file at `path`; nothing, if there is none.
    ///
    /// # Errors
    ///
    /// The file can't be read, or is not what `docker login` writes.
    pub fn read(path: &Path) -> Result<Self, DockerConfigError> {
        let wrong = |why: String| DockerConfigError {
            path: path.display().to_string(),
            why,
        };
        let text = match fs::read_to_string(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Self::default()),
            text => text.map_err(|error| wrong(error.to_string()))?,
        };
        let file: DockerConfigFile =
            serde_json::from_str(&text).map_err(|error| wrong(error.to_string()))?;
        Ok(Self { auths: file.auths })
    }

    /// `user:password` in base64 for the registry at this host and port.
    pub(crate) fn basic(&self, registry: &str) -> Option<String> {
        let login = self.auths.iter().find(|(key, _)| {
            // `docker login` writes Docker Hub as https://index.docker.io/v1/.
            let key = key.split_once("://").map_or(&***key, |(_, rest)| rest);
            key.split('/').next() == Some(registry)
        });
        let (_, login) = login?;
        match (&login.auth, &login.username, &login.password) {
            (Some(auth), ..) if !auth.is_empty() => Some(auth.clone()),
            (_, Some(user), Some(password)) => Some(STANDARD.encode(format!("{user}:{password}"))),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logins_are_found_by_registry() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let text = r#"{
            "auths": {
                "https://index.docker.io/v1/": {"auth": "aHVi"},
                "r.example.com:5000": {"username": "me", "password": "secret"},
                "helper.example.com": {}
            },
            "credsStore": "desktop"
        }"#;
        fs::write(file.path(), text).unwrap();
        let config = DockerConfig::read(file.path()).unwrap();
        let basic = |registry| config.basic(registry);
        assert_eq!(basic("index.docker.io").as_deref(), Some("aHVi"));
        assert_eq!(
            basic("r.example.com:5000"),
            Some(STANDARD.encode("me:secret"))
        );
        assert_eq!(basic("r.example.com"), None);
        assert_eq!(basic("helper.example.com"), None);

        fs::write(file.path(), "{").unwrap();
        let error = DockerConfig::read(file.path()).err().unwrap().to_string();
        assert!(
            error.contains(&*file.path().to_string_lossy()) && error.contains("line 1"),
            "{error}"
        );
        let absent = DockerConfig::read(Path::new("/no/such/file")).unwrap();
        assert_eq!(absent.basic("index.docker.io"), None);
    }
}
