//! Looks up a module wherever it is.

use crate::{
    digest::Digest,
    docker_config::DockerConfig,
    error::LookUpError,
    http::{AS_ISTIO, HttpClient},
    module::module,
    reference::ImageReference,
    registry::Repository,
    shape::Shape,
};

/// A module that Istio can download, as far as can be seen from here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FoundModule {
    /// In an image.
    Image {
        /// Of the image's manifest: what Istio compares.
        digest: Digest,
        /// Of the index that the image is part of, if it is.
        index: Option<Digest>,
        /// Whether the URL has a digest.
        is_pinned: bool,
        /// The URL's tag; `latest`, if it has neither a tag nor a digest.
        tag: Option<String>,
    },
    /// A file behind an `https://` or `http://` URL.
    File {
        /// Of the file.
        digest: Digest,
    },
}

/// Asks for what is at `url`, an `oci://`, `https://` or `http://` URL, and compares it with the digest that
/// is expected, if one is. Takes as many as five requests of at most 30 seconds each.
///
/// # Errors
///
/// There is nothing, it can't be read, Istio would not take it, or it has another digest.
pub fn look_up(
    url: &str,
    expected: Option<&Digest>,
    credentials: &DockerConfig,
) -> Result<FoundModule, LookUpError> {
    let http = HttpClient::new(AS_ISTIO);
    let same = |expected: &Digest, found: &Digest, index: Option<&Digest>| match expected == found {
        true => Ok(()),
        false => Err(LookUpError::Digest {
            url: url.into(),
            expected: expected.clone(),
            found: found.clone(),
            index: index.cloned(),
        }),
    };
    if url.starts_with("https://") || url.starts_with("http://") {
        let digest = module(&http, url)?;
        if let Some(expected) = expected {
            same(expected, &digest, None)?;
        }
        return Ok(FoundModule::File { digest });
    }
    let reference = ImageReference::parse(url)?;
    let (digest, index) = image(
        url,
        &mut Repository::new(&http, credentials, &reference),
        &reference,
    )?;
    for expected in reference.digest.iter().chain(expected) {
        same(expected, &digest, index.as_ref())?;
    }
    let unnamed = reference.digest.is_none() && reference.tag.is_none();
    Ok(FoundModule::Image {
        digest,
        index,
        is_pinned: reference.digest.is_some(),
        tag: match unnamed {
            true => Some("latest".into()),
            false => reference.tag,
        },
    })
}

/// The digest of the image that Istio would take, and that of the index around it.
pub(crate) fn image(
    url: &str,
    repository: &mut Repository<'_>,
    reference: &ImageReference,
) -> Result<(Digest, Option<Digest>), LookUpError> {
    let shape = |why| LookUpError::Shape {
        image: url.into(),
        why,
    };
    let first = repository.manifest(&reference.wanted())?;
    let child = match Shape::of(&first.media_type, &first.json) {
        Shape::Image => return Ok((first.digest, None)),
        Shape::Index(child) => child,
        Shape::NoPlatform(platforms) => {
            let image = url.into();
            return Err(LookUpError::Platform { image, platforms });
        }
        Shape::Other(why) => return Err(shape(why)),
    };
    // It becomes part of a URL.
    if Digest::parse(&child).is_none() || !child.starts_with("sha256:") {
        return Err(shape(
            "its image for linux/amd64 has no SHA-256 for a digest".into(),
        ));
    }
    let image = repository.manifest(&child)?;
    match Shape::of(&image.media_type, &image.json) {
        Shape::Image => Ok((image.digest, Some(first.digest))),
        Shape::Other(why) => Err(shape(why)),
        Shape::Index(_) | Shape::NoPlatform(_) => Err(shape("it is an index of indexes".into())),
    }
}
