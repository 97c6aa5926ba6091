//! Image archives are what other programs take them for: `tar`, `gzip`, and skopeo where there is one.

use std::{fs, path::Path, process::Command};

use gamma_registry::{Digest, ImageArchive};
use serde_json::Value;

const MODULE: &[u8] = b"\0asm\x01\0\0\0";

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
    let image = ImageArchive::of(MODULE);
    fs::write(at.join("image.tar"), &image.bytes).unwrap();
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
    assert_eq!(index["manifests"][0]["digest"], image.digest.to_string());
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
    let first = ImageArchive::of(MODULE);
    let again = ImageArchive::of(MODULE);
    assert_eq!(
        (first.digest, first.bytes),
        (again.digest.clone(), again.bytes)
    );
    assert_ne!(ImageArchive::of(b"\0asm").digest, again.digest);
}

#[test]
fn skopeo_takes_an_archive() {
    if Command::new("skopeo").arg("--version").output().is_err() {
        eprintln!("no skopeo here: nothing was tested");
        return;
    }
    let directory = tempfile::tempdir().unwrap();
    let image = ImageArchive::of(MODULE);
    fs::write(directory.path().join("image.tar"), &image.bytes).unwrap();
    let inspect = "skopeo --tmpdir \"$PWD\" inspect --format '{{.Digest}}' oci-archive:image.tar";
    let printed = run(directory.path(), inspect);
    assert_eq!(
        String::from_utf8(printed).unwrap().trim(),
        image.digest.to_string()
    );
}
