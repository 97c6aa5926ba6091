//! The module is looked up before Istio is told to download it: what is wrong becomes a finding, and the
//! digest that was found is written down.

use anyhow::{Context as _, bail};
use gamma_envoy::istio::{FailStrategy, Image, IstioOptions, PullPolicy};
use gamma_manifest::diagnostic::{Code, Diagnostic, Diagnostics, codes};
use gamma_registry::{Digest, DockerConfig, FoundModule, LookUpError, look_up};

/// What is said where nothing is looked up.
pub(super) fn not_looked_up(image: &Image) -> String {
    format!(
        "`{}` was not looked up: whether sidecars can get the module from there is not known",
        image.url
    )
}

/// Looks the module up and pins it, if it is what Istio takes: what is to be said then. What is wrong
/// with it is in `found`.
///
/// An image is pinned in its URL, not by `sha256`: a tag that is moved then changes nothing, whereas
/// sidecars refuse what has another `sha256`. A tag that is meant to move is left alone.
pub(super) fn check(options: &mut IstioOptions, found: &mut Diagnostics) -> anyhow::Result<String> {
    let url = options.image.url.clone();
    if url.starts_with("file://") {
        return Ok(format!(
            "`{url}` is a file in the sidecars, where nobody can look from here"
        ));
    }
    let expected = options.image.sha256.as_deref().and_then(Digest::parse);
    let credentials = DockerConfig::of_this_user().context(
        "no credentials can be read for the module's registry (--offline writes without asking it)",
    )?;
    let module = match look_up(&url, expected.as_ref(), &credentials) {
        Ok(module) => module,
        Err(error @ LookUpError::Reference { .. }) => bail!("--image: {error}"),
        Err(error) => {
            found.push(finding(&error, options));
            return Ok(not_looked_up(&options.image));
        }
    };
    Ok(match module {
        FoundModule::File { digest } => {
            options.image.sha256 = Some(digest.hex().to_owned());
            format!("`{url}` is a module, with the SHA-256 {}", digest.hex())
        }
        FoundModule::Image {
            digest,
            index,
            is_pinned,
            tag,
        } => {
            let of = match index {
                None => String::new(),
                Some(index) => format!(", for linux/amd64 in the index {index}"),
            };
            let moves = tag.as_deref() == Some("latest")
                || options.image_pull_policy == Some(PullPolicy::Always);
            let pinned = match (is_pinned || expected.is_some(), moves) {
                (true, _) => "",
                (false, true) => {
                    "; sidecars take what is there when they start (a tag that isn't `latest` would be pinned)"
                }
                (false, false) => {
                    options.image.url = format!("{url}@{digest}");
                    ", which is in the URL now"
                }
            };
            format!("`{url}` has the manifest {digest}{of}{pinned}")
        }
    })
}

fn finding(error: &LookUpError, options: &IstioOptions) -> Diagnostic {
    let (code, hint) = way_out(error, &options.image);
    let why = match options.fail_strategy {
        FailStrategy::Open => "sidecars that can't get the module route as if there were no filter",
        FailStrategy::Close | FailStrategy::Reload => {
            "sidecars that can't get the module answer all of their outbound requests 403"
        }
    };
    Diagnostic {
        code,
        message: error.to_string(),
        span: None,
        why: Some(why.into()),
        hint: Some(hint),
        fix: None,
        also: None,
    }
}

fn way_out(error: &LookUpError, image: &Image) -> (&'static Code, String) {
    let name = image.url.trim_start_matches("oci://");
    let tagged = name.split('@').next().unwrap_or_default();
    let registry = name.split('/').next().unwrap_or_default();
    let push = format!(
        "push one that `make image` has made: skopeo copy oci-archive:dist/gamma-filter.oci.tar docker://{tagged}"
    );
    match error {
        LookUpError::Denied { .. } if image.is_module() => (
            &codes::MODULE_DENIED,
            "serve it without a login: for http:// and https:// Istio has no credentials".into(),
        ),
        LookUpError::Denied {
            with_credentials, ..
        } => (
            &codes::MODULE_DENIED,
            match with_credentials {
                true => format!("log in as somebody who may: docker login {registry}"),
                false => format!(
                    "run `docker login {registry}`: no password for it is in ~/.docker/config.json, and \
                     credential helpers are not run; with --offline nobody asks"
                ),
            },
        ),
        LookUpError::Absent { .. } if image.is_module() => {
            (&codes::MODULE_ABSENT, "put the module there first".into())
        }
        LookUpError::Absent { .. } => (&codes::MODULE_ABSENT, push),
        LookUpError::Shape { .. } => (&codes::MODULE_SHAPE, push),
        LookUpError::Platform { .. } => (
            &codes::MODULE_PLATFORM,
            "build it with `docker buildx build --platform linux/amd64 --provenance=false --sbom=false`: \
             Istio takes that platform on every node"
                .into(),
        ),
        LookUpError::Digest {
            index: Some(index),
            expected,
            found,
            ..
        } if index == expected => (
            &codes::MODULE_DIGEST,
            format!("that is the digest of an index; Istio compares the one for linux/amd64 in it: pass {found}"),
        ),
        LookUpError::Digest { .. } if image.is_module() => (
            &codes::MODULE_DIGEST,
            "pass what `curl -sL URL | sha256sum` prints, if that is the module that you mean".into(),
        ),
        LookUpError::Digest { .. } => (
            &codes::MODULE_DIGEST,
            format!(
                "pass the digest of the manifest, if that is the image that you mean: \
                 skopeo inspect --format '{{{{.Digest}}}}' docker://{tagged}"
            ),
        ),
        LookUpError::NotWasm { .. } => (
            &codes::NOT_A_MODULE,
            "put the module itself there; `oci://` is for images".into(),
        ),
        _ => (
            &codes::MODULE_UNREACHABLE,
            "see that this machine reaches it, or write without looking, with --offline".into(),
        ),
    }
}
