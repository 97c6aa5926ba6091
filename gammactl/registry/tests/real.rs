//! Images in a registry of Docker's, which is run where `docker-registry` is on the PATH (Debian's
//! package of that name); elsewhere the test says that it did nothing.

use std::{
    fs,
    net::TcpListener,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use gamma_registry::{
    Digest, DockerConfig, FoundModule, LookUpError, OciImage, look_up, pull, push,
};
use serde_json::{Value, json};
use tempfile::TempDir;

const OCI_MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const OCI_INDEX: &str = "application/vnd.oci.image.index.v1+json";
const OCI_LAYER: &str = "application/vnd.oci.image.layer.v1.tar+gzip";
const WASM_LAYER: &str = "application/vnd.module.wasm.content.layer.v1+wasm";

struct DockerRegistry {
    process: Child,
    address: String,
    _storage: TempDir,
}

impl DockerRegistry {
    /// `None` if there is no such program.
    fn start() -> Option<Self> {
        let storage = tempfile::tempdir().unwrap();
        let port = TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        let address = format!("127.0.0.1:{port}");
        let config = storage.path().join("config.yml");
        let text = format!(
            "version: 0.1\nlog: {{level: error}}\nstorage: {{filesystem: {{rootdirectory: {}}}}}\n\
             http: {{addr: '{address}'}}\n",
            storage.path().display()
        );
        fs::write(&config, text).unwrap();
        let process = Command::new("docker-registry")
            .arg("serve")
            .arg(&config)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .ok()?;
        let registry = Self {
            process,
            address,
            _storage: storage,
        };
        let start = Instant::now();
        while ureq::get(registry.url("/v2/")).call().is_err() {
            assert!(start.elapsed() < Duration::from_secs(20), "no registry");
            thread::sleep(Duration::from_millis(20));
        }
        Some(registry)
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    fn push_blob(&self, repository: &str, bytes: &[u8]) -> Digest {
        let digest = Digest::of(bytes);
        let uploads = self.url(&format!("/v2/{repository}/blobs/uploads/"));
        let upload = ureq::post(uploads).send_empty().unwrap();
        let location = upload.headers()["location"].to_str().unwrap().to_owned();
        let separator = if location.contains('?') { '&' } else { '?' };
        ureq::put(format!("{location}{separator}digest={digest}"))
            .send(bytes)
            .unwrap();
        digest
    }

    fn push(&self, repository: &str, tag: &str, media_type: &str, manifest: &Value) -> Digest {
        let text = manifest.to_string();
        ureq::put(self.url(&format!("/v2/{repository}/manifests/{tag}")))
            .header("Content-Type", media_type)
            .send(&text)
            .unwrap();
        Digest::of(text.as_bytes())
    }

    /// An image with layers of these types; what is in them does not matter here.
    fn push_image(&self, repository: &str, tag: &str, layers: &[&str]) -> Digest {
        let blob = |media_type: &str| {
            let digest = self
                .push_blob(repository, media_type.as_bytes())
                .to_string();
            json!({ "mediaType": media_type, "digest": digest, "size": media_type.len() })
        };
        let layers: Vec<Value> = layers.iter().map(|layer| blob(layer)).collect();
        let manifest = json!({
            "schemaVersion": 2,
            "mediaType": OCI_MANIFEST,
            "config": blob("application/vnd.oci.image.config.v1+json"),
            "layers": layers,
        });
        self.push(repository, tag, OCI_MANIFEST, &manifest)
    }
}

impl Drop for DockerRegistry {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[test]
fn images_are_found_in_a_registry_of_dockers() {
    let Some(registry) = DockerRegistry::start() else {
        eprintln!("no docker-registry here: nothing was tested");
        return;
    };
    let find = |name: &str| {
        let url = format!("oci://{}/{name}", registry.address);
        look_up(&url, None, &DockerConfig::default())
    };
    let found = |name: &str| match find(name) {
        Ok(FoundModule::Image { digest, index, .. }) => (digest, index),
        other => panic!("{name}: {other:?}"),
    };
    let compat = registry.push_image("a/gamma", "compat", &[OCI_LAYER]);
    let artifact = registry.push_image("a/gamma", "artifact", &["application/x", WASM_LAYER]);
    registry.push_image("a/gamma", "raw", &["application/wasm"]);
    let child = json!({
        "mediaType": OCI_MANIFEST,
        "digest": compat.to_string(),
        "size": 1,
        "platform": { "os": "linux", "architecture": "amd64" },
    });
    let index = json!({ "schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": [child] });
    let index = registry.push("a/gamma", "index", OCI_INDEX, &index);

    assert_eq!(found("a/gamma:compat"), (compat.clone(), None));
    assert_eq!(found(&format!("a/gamma@{compat}")), (compat.clone(), None));
    assert_eq!(found("a/gamma:artifact"), (artifact, None));
    assert_eq!(found("a/gamma:index"), (compat, Some(index.clone())));
    let error = find("a/gamma:raw").unwrap_err();
    assert!(matches!(error, LookUpError::Shape { .. }), "{error}");
    let error = find(&format!("a/gamma@{index}")).unwrap_err();
    assert!(matches!(error, LookUpError::Digest { .. }), "{error}");
    for absent in ["a/gamma:absent", "a/other:compat"] {
        let error = find(absent).unwrap_err();
        assert!(
            matches!(error, LookUpError::Absent { .. }),
            "{absent} {error}"
        );
    }
}

#[test]
fn images_are_pushed_and_pulled() {
    let Some(registry) = DockerRegistry::start() else {
        eprintln!("no docker-registry here: nothing was tested");
        return;
    };
    let blobs = vec![b"{}".to_vec(), b"one".to_vec(), b"two".to_vec()];
    let described = |blob: &Vec<u8>, media_type: &str| json!({ "mediaType": media_type, "digest": Digest::of(blob).to_string(), "size": blob.len() });
    let manifest = json!({
        "schemaVersion": 2,
        "mediaType": OCI_MANIFEST,
        "config": described(&blobs[0], "application/vnd.oci.image.config.v1+json"),
        "layers": [described(&blobs[1], OCI_LAYER), described(&blobs[2], OCI_LAYER)],
    });
    let image = OciImage {
        manifest: manifest.to_string().into_bytes(),
        blobs,
    };
    let credentials = DockerConfig::default();
    let name = format!("oci://{}/b/gamma", registry.address);
    // Once more, when all of it is there.
    for tag in ["1", "2", "1"] {
        push(&format!("{name}:{tag}"), &image, &credentials).unwrap();
    }
    for end in [":1", ":2", &format!("@{}", image.digest())] {
        let pulled = pull(&format!("{name}{end}"), &credentials).unwrap();
        assert_eq!(
            (pulled.digest(), pulled.blobs),
            (image.digest(), image.blobs.clone()),
            "{end}"
        );
    }
    let error = push(&format!("{name}@{}", image.digest()), &image, &credentials).unwrap_err();
    assert!(matches!(error, LookUpError::Reference { .. }), "{error}");
    let error = pull(&format!("{name}:3"), &credentials).err();
    assert!(
        matches!(error, Some(LookUpError::Absent { .. })),
        "{error:?}"
    );
}
