//! Image archives are what other programs take them for: `tar`, `gzip`, and skopeo where there is one.

use std::{fs, path::Path, process::Command};

use gamma_image::{Dockerfile, ImageError, build, read_archive, write_archive};
use gamma_registry::{Digest, OciImage};
use serde_json::{Value, json};

const MODULE: &[u8] = b"\0asm\x01\0\0\0";

/// The module in an image of its own.
fn image_of(module: &[u8]) -> OciImage {
    let context = tempfile::tempdir().unwrap();
    fs::write(context.path().join("filter.wasm"), module).unwrap();
    let dockerfile = Dockerfile::parse("FROM scratch\nCOPY filter.wasm plugin.wasm", &[]).unwrap();
    build(&dockerfile, context.path(), None).unwrap()
}

fn archive_of(image: &OciImage) -> Vec<u8> {
    write_archive(image, "gamma-filter:latest")
}

fn run(directory: &Path, command: &str) -> Vec<u8> {
    let mut shell = Command::new("sh");
    let output = shell
        .arg("-c")
        .arg(command)
        .current_dir(directory)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command}: {said}");
    output.stdout
}

#[test]
fn an_archive_has_the_module() {
    let directory = tempfile::tempdir().unwrap();
    let at = directory.path();
    let image = image_of(MODULE);
    fs::write(at.join("image.tar"), archive_of(&image)).unwrap();
    run(at, "tar -xf image.tar");
    let read = |path: &str| fs::read(at.join(path)).unwrap();
    let json = |path: &str| serde_json::from_slice::<Value>(&read(path)).unwrap();
    let blob = |descriptor: &Value| {
        let digest = Digest::parse(descriptor["digest"].as_str().unwrap()).unwrap();
        let path = format!("blobs/sha256/{}", digest.hex());
        let bytes = read(&path);
        assert_eq!(
            (Digest::of(&bytes), descriptor["size"].as_u64()),
            (digest, Some(bytes.len() as u64))
        );
        path
    };
    assert_eq!(json("oci-layout")["imageLayoutVersion"], "1.0.0");
    let index = json("index.json");
    assert_eq!(index["manifests"][0]["digest"], image.digest().to_string());
    let manifest = json(&blob(&index["manifests"][0]));
    let config = json(&blob(&manifest["config"]));
    let layer = blob(&manifest["layers"][0]);
    let files = run(at, &format!("gzip -dc {layer}"));
    assert_eq!(
        config["rootfs"]["diff_ids"][0],
        Digest::of(&files).to_string()
    );
    assert_eq!(run(at, &format!("tar -xzOf {layer} plugin.wasm")), MODULE);
    let listed = run(at, &format!("TZ=UTC tar -tvzf {layer} --numeric-owner"));
    let listed = String::from_utf8(listed).unwrap();
    assert!(
        listed.starts_with("-rw-r--r-- 0/0") && listed.contains("1970-01-01 00:00 plugin.wasm"),
        "{listed}"
    );
}

/// The digest is the module's alone: it may be published before the image is.
#[test]
fn the_same_module_has_the_same_digest() {
    let (first, again) = (image_of(MODULE), image_of(MODULE));
    assert_eq!(
        (first.digest(), archive_of(&first)),
        (again.digest(), archive_of(&again))
    );
    assert_ne!(image_of(b"\0asm").digest(), again.digest());
}

#[test]
fn an_archive_is_read_as_it_was_written() {
    let image = image_of(MODULE);
    let archive = archive_of(&image);
    let read = read_archive(&archive).unwrap();
    assert_eq!(
        (&read.manifest, &read.blobs),
        (&image.manifest, &image.blobs)
    );
    for blob in [&image.manifest, &image.blobs[0], &image.blobs[1]] {
        let mut places = archive.windows(blob.len());
        let at = places.position(|bytes| bytes == blob).unwrap();
        let mut damaged = archive.clone();
        damaged[at + 10] ^= 1;
        let error = read_archive(&damaged).unwrap_err().to_string();
        assert!(error.contains("not what its digest says"), "{error}");
    }
    let error = read_archive(b"").unwrap_err().to_string();
    assert!(error.contains("no tar"), "{error}");
}

/// What the base says stays, but for what the Dockerfile says.
#[test]
fn a_base_is_gone_on_with() {
    let context = tempfile::tempdir().unwrap();
    fs::write(context.path().join("a"), "a").unwrap();
    let base = image_of(MODULE);
    let mut config: Value = serde_json::from_slice(&base.blobs[0]).unwrap();
    config["config"] = json!({ "Env": ["A=B"], "User": "0", "Cmd": ["x"] });
    config["history"] = json!([{ "created_by": "x" }]);
    let mut manifest: Value = serde_json::from_slice(&base.manifest).unwrap();
    manifest["layers"][0]["mediaType"] = "application/vnd.docker.image.rootfs.diff.tar.gzip".into();
    let base = OciImage {
        manifest: manifest.to_string().into_bytes(),
        blobs: vec![config.to_string().into_bytes(), base.blobs[1].clone()],
    };
    let text = "FROM base\nCOPY a /b/\nUSER 1\nENTRYPOINT [\"y\"]";
    let dockerfile = Dockerfile::parse(text, &[]).unwrap();
    let image = build(&dockerfile, context.path(), Some(&base)).unwrap();
    let config: Value = serde_json::from_slice(&image.blobs[0]).unwrap();
    let expected = json!({ "Env": ["A=B"], "User": "1", "Entrypoint": ["y"] });
    assert_eq!(config["config"], expected);
    assert_eq!(config["history"].as_array().unwrap().len(), 2);
    assert_eq!(config["rootfs"]["diff_ids"].as_array().unwrap().len(), 2);
    let manifest: Value = serde_json::from_slice(&image.manifest).unwrap();
    let layers = manifest["layers"].as_array().unwrap();
    let types: Vec<_> = layers.iter().map(|layer| &layer["mediaType"]).collect();
    assert_eq!(types, ["application/vnd.oci.image.layer.v1.tar+gzip"; 2]);
    assert_eq!(image.blobs[1], base.blobs[1]);

    let error = build(&dockerfile, context.path(), None).unwrap_err();
    assert!(matches!(error, ImageError::OtherBase), "{error}");
    let absent = Dockerfile::parse("FROM scratch\nCOPY c d", &[]).unwrap();
    let error = build(&absent, context.path(), None).unwrap_err();
    assert!(error.to_string().contains("/c: No such file"), "{error}");
}

#[test]
fn skopeo_takes_an_archive() {
    if Command::new("skopeo").arg("--version").output().is_err() {
        eprintln!("no skopeo here: nothing was tested");
        return;
    }
    let directory = tempfile::tempdir().unwrap();
    let image = image_of(MODULE);
    fs::write(directory.path().join("image.tar"), archive_of(&image)).unwrap();
    let inspect = "skopeo --tmpdir \"$PWD\" inspect --format '{{.Digest}}' oci-archive:image.tar";
    let printed = run(directory.path(), inspect);
    assert_eq!(
        String::from_utf8(printed).unwrap().trim(),
        image.digest().to_string()
    );
}
