//! With the feature `playground`, lists the files of the page in `dist/playground`, so that they become a part of the
//! program: `make playground` writes them first.

use std::{
    env, fs, io,
    path::{Path, PathBuf},
};

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed=build.rs");
    let mut list = String::from("&[\n");
    if env::var_os("CARGO_FEATURE_PLAYGROUND").is_some() {
        let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../dist/playground");
        println!("cargo::rerun-if-changed={}", page.display());
        let page = page.canonicalize().map_err(|error| {
            let why = format!("dist/playground: {error}; `make playground` builds the page");
            io::Error::new(error.kind(), why)
        })?;
        let mut files = Vec::new();
        below(&page, &mut files)?;
        files.sort();
        for file in files {
            let name = file.strip_prefix(&page).map_err(io::Error::other)?;
            let name = name.to_string_lossy().replace('\\', "/");
            let path = file.to_string_lossy();
            list.push_str(&format!("    ({name:?}, include_bytes!({path:?})),\n"));
        }
    }
    list.push_str("]\n");
    let out = env::var_os("OUT_DIR")
        .map(PathBuf::from)
        .unwrap_or_default();
    fs::write(out.join("page.rs"), list)
}

fn below(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            below(&path, files)?;
        } else {
            files.push(path);
        }
    }
    Ok(())
}
