//! Registries and servers that refuse, lie, or have something else: a server in this process answers
//! what each case says.

mod server;

use gamma_registry::{Digest, DockerConfig, FoundModule, LookUpError, look_up};
use serde_json::{Value, json};

use crate::server::{Answer, Server};

const OCI_MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const OCI_INDEX: &str = "application/vnd.oci.image.index.v1+json";
const LAYER: &str = "application/vnd.oci.image.layer.v1.tar+gzip";

fn image() -> Value {
    json!({ "schemaVersion": 2, "layers": [{ "mediaType": LAYER }] })
}

fn digest(manifest: &Value) -> Digest {
    Digest::of(manifest.to_string().as_bytes())
}

fn looked_up(
    server: &Server,
    name: &str,
    expected: Option<&Digest>,
) -> Result<FoundModule, LookUpError> {
    let url = format!("oci://{}/{name}", server.address);
    look_up(&url, expected, &DockerConfig::default())
}

#[test]
fn what_is_not_there_or_breaks_is_said() {
    let server = Server::start(|request| match &*request.path {
        "/v2/broken/manifests/1" => Answer::new(500, "", ""),
        "/v2/secret/manifests/1" => Answer::new(403, "", r#"{"errors":[{"message":"not you"}]}"#),
        "/v2/page/manifests/1" => Answer::new(200, "text/html", "<html>"),
        "/v2/json/manifests/1" => Answer::new(200, "text/html", "{}"),
        _ => Answer::new(404, "", ""),
    });
    let error = |name| looked_up(&server, name, None).unwrap_err();
    assert!(matches!(error("absent:1"), LookUpError::Absent { .. }));
    let denied = error("secret:1");
    assert!(
        matches!(&denied, LookUpError::Denied { with_credentials: false, why, .. } if why.contains("not you")),
        "{denied}"
    );
    let broken = error("broken:1");
    assert!(
        matches!(&broken, LookUpError::Unreachable { why, .. } if why == "HTTP status 500"),
        "{broken}"
    );
    assert!(matches!(error("page:1"), LookUpError::Unreachable { .. }));
    assert!(matches!(error("json:1"), LookUpError::Shape { .. }));

    let address = server.address.clone();
    drop(server);
    let gone = look_up(
        &format!("oci://{address}/x"),
        None,
        &DockerConfig::default(),
    );
    assert!(matches!(gone, Err(LookUpError::Unreachable { .. })));
}

#[test]
fn digests_are_compared_with_the_manifest() {
    let manifest = image();
    let right = digest(&manifest);
    let wrong = Digest::of(b"");
    let server = Server::start(move |_| Answer::new(200, OCI_MANIFEST, &manifest.to_string()));
    let found = looked_up(&server, "gamma:1", Some(&right)).unwrap();
    assert_eq!(
        found,
        FoundModule::Image {
            digest: right.clone(),
            index: None,
            is_pinned: false,
            tag: Some("1".into()),
        }
    );
    let pinned = looked_up(&server, &format!("gamma@{right}"), None).unwrap();
    assert!(matches!(
        pinned,
        FoundModule::Image {
            is_pinned: true,
            tag: None,
            ..
        }
    ));
    // The URL is one, the option another; then a registry that sends something else.
    for (name, expected) in [
        ("gamma:1".to_owned(), Some(&wrong)),
        (format!("gamma@{right}"), Some(&wrong)),
        (format!("gamma@{wrong}"), None),
    ] {
        let error = looked_up(&server, &name, expected).unwrap_err();
        assert!(
            matches!(&error, LookUpError::Digest { found, .. } if *found == right),
            "{name}: {error}"
        );
    }
}

/// What BuildKit pushes: an index with the image and its provenance.
#[test]
fn an_index_has_the_digest_of_its_image() {
    let manifest = image();
    let child = digest(&manifest);
    let platform = |os, architecture| json!({ "os": os, "architecture": architecture });
    let index = json!({ "manifests": [
        { "digest": Digest::of(b"x").to_string(), "platform": platform("unknown", "unknown") },
        { "digest": child.to_string(), "platform": platform("linux", "amd64") },
    ]});
    let arm = json!({ "manifests": [
        { "digest": child.to_string(), "platform": platform("linux", "arm64") },
    ]});
    let of_index = digest(&index);
    let path_of_child = format!("/v2/gamma/manifests/{child}");
    let server = Server::start(move |request| match &request.path {
        path if *path == path_of_child => Answer::new(200, OCI_MANIFEST, &manifest.to_string()),
        path if path.ends_with("/arm") => Answer::new(200, OCI_INDEX, &arm.to_string()),
        _ => Answer::new(200, OCI_INDEX, &index.to_string()),
    });
    for expected in [None, Some(&child)] {
        let found = looked_up(&server, "gamma:1", expected).unwrap();
        let FoundModule::Image { digest, index, .. } = found else {
            panic!("{found:?}");
        };
        assert_eq!((digest, index), (child.clone(), Some(of_index.clone())));
    }
    // The index's digest is the one that `docker push` prints, and never matches.
    for (name, expected) in [
        ("gamma:1".to_owned(), Some(&of_index)),
        (format!("gamma@{of_index}"), None),
    ] {
        let error = looked_up(&server, &name, expected).unwrap_err();
        assert!(
            matches!(&error, LookUpError::Digest { found, index: Some(index), .. }
                if *found == child && *index == of_index),
            "{name}: {error}"
        );
    }
    let error = looked_up(&server, "gamma:arm", None).unwrap_err();
    assert!(
        matches!(&error, LookUpError::Platform { platforms, .. } if platforms == "linux/arm64"),
        "{error}"
    );
}

/// `docker login` of `me:secret` at this registry.
fn login(server: &Server) -> DockerConfig {
    let file = tempfile::NamedTempFile::new().unwrap();
    let auths = json!({ "auths": { &server.address: { "username": "me", "password": "secret" } } });
    std::fs::write(file.path(), auths.to_string()).unwrap();
    DockerConfig::read(file.path()).unwrap()
}

/// `me:secret` in base64.
const BASIC: &str = "Basic bWU6c2VjcmV0";

#[test]
fn a_token_is_asked_for_with_the_credentials() {
    let server = Server::start(|request| {
        let authorization = request.header("authorization");
        if request.path.starts_with("/token?") {
            let right = request.path == "/token?service=the%20registry&scope=repository:gamma:pull";
            return match (right, authorization) {
                (true, Some(BASIC)) => Answer::new(200, "", r#"{"access_token": "for-me"}"#),
                (true, None) => Answer::new(200, "", r#"{"token": "for-anybody"}"#),
                _ => Answer::new(400, "", ""),
            };
        }
        if authorization == Some("Bearer for-me") {
            return Answer::new(200, OCI_MANIFEST, &image().to_string());
        }
        let realm = format!("http://{}/token", request.header("host").unwrap());
        Answer::new(401, "", "").with(
            "WWW-Authenticate",
            &format!(
                "Bearer realm=\"{realm}\",service=\"the registry\",scope=\"repository:gamma:pull\""
            ),
        )
    });
    let url = format!("oci://{}/gamma:1", server.address);
    look_up(&url, None, &login(&server)).unwrap();
    let error = look_up(&url, None, &DockerConfig::default()).unwrap_err();
    assert!(
        matches!(
            error,
            LookUpError::Denied {
                with_credentials: false,
                ..
            }
        ),
        "{error}"
    );
}

#[test]
fn basic_credentials_are_sent_only_when_asked_for() {
    let server = Server::start(|request| match request.header("authorization") {
        Some(BASIC) if request.path.starts_with("/v2/mine/") => {
            Answer::new(200, OCI_MANIFEST, &image().to_string())
        }
        // Not asked for: a fault, if they were sent.
        Some(_) => Answer::new(403, "", ""),
        None => Answer::new(401, "", "").with("WWW-Authenticate", "Basic realm=\"r\""),
    });
    let url = |name| format!("oci://{}/{name}:1", server.address);
    look_up(&url("mine"), None, &login(&server)).unwrap();
    let error = look_up(&url("other"), None, &login(&server)).unwrap_err();
    assert!(
        matches!(
            error,
            LookUpError::Denied {
                with_credentials: true,
                ..
            }
        ),
        "{error}"
    );
}

#[test]
fn behind_http_is_the_module_itself() {
    const MODULE: &str = "\0asm\x01\0\0\0";
    let server = Server::start(|request| match &*request.path {
        "/gamma.wasm" => Answer::new(200, "application/wasm", MODULE),
        "/moved.wasm" => Answer::new(302, "", "").with("Location", "/gamma.wasm"),
        "/page" => Answer::new(200, "text/html; charset=utf-8", "<html>"),
        _ => Answer::new(404, "", ""),
    });
    let get = |path: &str, expected: Option<&Digest>| {
        let url = format!("http://{}{path}", server.address);
        look_up(&url, expected, &DockerConfig::default())
    };
    let digest = Digest::of(MODULE.as_bytes());
    for path in ["/gamma.wasm", "/moved.wasm"] {
        let found = get(path, Some(&digest)).unwrap();
        let digest = digest.clone();
        assert_eq!(found, FoundModule::File { digest });
    }
    let error = get("/page", None).unwrap_err();
    assert!(
        matches!(&error, LookUpError::NotWasm { why, .. } if why == "6 bytes of `text/html`"),
        "{error}"
    );
    let error = get("/gamma.wasm", Some(&Digest::of(b""))).unwrap_err();
    assert!(matches!(error, LookUpError::Digest { .. }), "{error}");
    let error = get("/absent.wasm", None).unwrap_err();
    assert!(matches!(error, LookUpError::Absent { .. }), "{error}");
}
