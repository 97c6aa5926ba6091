//! Writes an image with nothing but a module, and prints the digest of its manifest:
//! `cargo run -p gamma-registry --example image -- dist/gamma-filter.wasm dist/gamma-filter.oci.tar`

use std::{env, error::Error, fs};

use gamma_registry::ImageArchive;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [module, archive] = &*arguments else {
        return Err("usage: image MODULE.wasm ARCHIVE.oci.tar".into());
    };
    let bytes = fs::read(module).map_err(|error| format!("{module}: {error}"))?;
    if !bytes.starts_with(b"\0asm") {
        return Err(format!("{module}: this is no WebAssembly module").into());
    }
    let image = ImageArchive::of(&bytes);
    fs::write(archive, &image.bytes).map_err(|error| format!("{archive}: {error}"))?;
    println!(
        "{archive}: {} bytes, manifest {}",
        image.bytes.len(),
        image.digest
    );
    Ok(())
}
