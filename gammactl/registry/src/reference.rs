//! References to images: `registry.example.com:5000/gamma-filter:0.1.0@sha256:…`.

use crate::{digest::Digest, error::LookUpError};

/// What an `oci://` URL names. As everywhere, Docker Hub is meant where no registry is named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ImageReference {
    /// Host and port of the registry.
    pub(crate) registry: String,
    pub(crate) repository: String,
    pub(crate) tag: Option<String>,
    pub(crate) digest: Option<Digest>,
}

const DOCKER_HUB: &str = "index.docker.io";

impl ImageReference {
    pub(crate) fn parse(url: &str) -> Result<Self, LookUpError> {
        let wrong = |why| LookUpError::Reference {
            url: url.into(),
            why,
        };
        let text = url.strip_prefix("oci://").unwrap_or(url);
        let (name, digest) = match text.split_once('@') {
            None => (text, None),
            Some((name, digest)) => {
                let digest = digest.strip_prefix("sha256:").and_then(Digest::parse);
                let digest = digest.ok_or_else(|| {
                    wrong("behind `@` stands `sha256:` with 64 hexadecimal digits, in lower case")
                })?;
                (name, Some(digest))
            }
        };
        let path_start = name.rfind('/').map_or(0, |slash| slash + 1);
        let tag_at = name[path_start..].find(':').map(|at| path_start + at);
        let (name, tag) = match tag_at {
            None => (name, None),
            Some(at) => (&name[..at], Some(&name[at + 1..])),
        };
        if tag.is_some_and(|tag| !is_tag(tag)) {
            return Err(wrong(
                "a tag has letters, digits, `_`, `.` and `-`, 128 at most",
            ));
        }
        let (registry, repository) = match name.split_once('/') {
            Some((host, rest)) if host.contains(['.', ':']) || host == "localhost" => (host, rest),
            _ => (DOCKER_HUB, name),
        };
        let is_hub = ["docker.io", DOCKER_HUB].contains(&registry);
        let repository = match repository.contains('/') {
            false if is_hub => format!("library/{repository}"),
            _ => repository.to_owned(),
        };
        if !repository.split('/').all(is_path_part) {
            return Err(wrong(
                "the parts of its path have lower-case letters, digits, `.`, `_` and `-`",
            ));
        }
        Ok(Self {
            registry: if is_hub { DOCKER_HUB } else { registry }.into(),
            repository,
            tag: tag.map(str::to_owned),
            digest,
        })
    }

    /// What the registry is asked for: Istio too goes by the digest where there are both.
    pub(crate) fn wanted(&self) -> String {
        match (&self.digest, &self.tag) {
            (Some(digest), _) => digest.to_string(),
            (None, Some(tag)) => tag.clone(),
            (None, None) => "latest".into(),
        }
    }
}

fn is_tag(text: &str) -> bool {
    let mut bytes = text.bytes();
    let first = bytes.next();
    first.is_some_and(|b| b.is_ascii_alphanumeric() || b == b'_')
        && bytes.all(|b| b.is_ascii_alphanumeric() || b"_.-".contains(&b))
        && text.len() <= 128
}

fn is_path_part(text: &str) -> bool {
    let is_inside = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    let ends = [text.bytes().next(), text.bytes().next_back()];
    ends.iter().all(|end| end.is_some_and(is_inside))
        && text.bytes().all(|b| is_inside(b) || b"._-".contains(&b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_told_apart() {
        let digest = "ab".repeat(32);
        let with_digest = format!("oci://r.example.com:5000/a/b:1@sha256:{digest}");
        // Text, registry, repository, what is asked for.
        let table = [
            (
                "oci://r.example.com/gamma:0.1.0",
                "r.example.com",
                "gamma",
                "0.1.0",
            ),
            (
                "r.example.com:5000/a/b",
                "r.example.com:5000",
                "a/b",
                "latest",
            ),
            ("oci://localhost/gamma", "localhost", "gamma", "latest"),
            ("oci://gamma:1", DOCKER_HUB, "library/gamma", "1"),
            ("oci://docker.io/me/gamma", DOCKER_HUB, "me/gamma", "latest"),
            ("oci://me/gamma", DOCKER_HUB, "me/gamma", "latest"),
            (
                &with_digest,
                "r.example.com:5000",
                "a/b",
                &format!("sha256:{digest}"),
            ),
        ];
        for (text, registry, repository, wanted) in table {
            let parsed = ImageReference::parse(text).unwrap();
            let parts = (&*parsed.registry, &*parsed.repository, &*parsed.wanted());
            assert_eq!(parts, (registry, repository, wanted), "{text}");
        }
    }

    #[test]
    fn what_names_no_image_is_refused() {
        for text in [
            "oci://r.example.com/Gamma",
            "oci://r.example.com/",
            "oci://r.example.com//gamma",
            "oci://r.example.com/gamma:",
            "oci://r.example.com/gamma:a b",
            "oci://r.example.com/gamma@sha256:ab",
            "oci://r.example.com/gamma@md5:0123",
            "oci://r.example.com/gamma?x=1",
        ] {
            let error = ImageReference::parse(text).unwrap_err();
            assert!(matches!(error, LookUpError::Reference { .. }), "{text}");
        }
    }
}
