//! The files of the page: in this program, or in a folder.

use std::{
    borrow::Cow,
    fs,
    path::{Component, Path, PathBuf},
};

use anyhow::ensure;

/// Each file by its path, if the page was there when this program was built with the feature `playground`.
const EMBEDDED: &[(&str, &[u8])] = include!(concat!(env!("OUT_DIR"), "/page.rs"));

/// Where the page is.
#[derive(Debug)]
pub(super) enum PageFiles {
    Embedded,
    Folder(PathBuf),
}

impl PageFiles {
    /// The page in `folder`, or the one in this program.
    pub(super) fn open(folder: Option<&Path>) -> anyhow::Result<Self> {
        let Some(folder) = folder else {
            ensure!(
                !EMBEDDED.is_empty(),
                "the page is not in this program: `make playground` builds it in dist/playground, which --page names"
            );
            return Ok(Self::Embedded);
        };
        ensure!(
            folder.join("index.html").is_file(),
            "{} has no index.html: `make playground` builds the page in dist/playground",
            folder.display()
        );
        Ok(Self::Folder(folder.to_owned()))
    }

    /// The file at the path of a URL, and its type. `None` if there is none.
    pub(super) fn file(&self, path: &str) -> Option<(Cow<'static, [u8]>, &'static str)> {
        let name = match path.strip_prefix('/')? {
            "" => "index.html",
            name => name,
        };
        // Nothing outside of the folder, however it is spelt.
        let mut parts = Path::new(name).components();
        if name.contains(['\\', '%', '\0']) || !parts.all(|p| matches!(p, Component::Normal(_))) {
            return None;
        }
        let bytes = match self {
            Self::Embedded => {
                let mut files = EMBEDDED.iter();
                let (_, bytes) = files.find(|(known, _)| *known == name)?;
                Cow::Borrowed(*bytes)
            }
            Self::Folder(folder) => Cow::Owned(fs::read(folder.join(name)).ok()?),
        };
        let bytes = if name == "index.html" {
            Cow::Owned(served(&bytes))
        } else {
            bytes
        };
        Some((bytes, media_type(name)))
    }
}

/// By this the page knows that there are files to ask for, and changes to follow.
const SERVED: &str = "<meta name=\"gamma-serve\">";

fn served(page: &[u8]) -> Vec<u8> {
    let page = String::from_utf8_lossy(page);
    page.replacen("</head>", &format!("{SERVED}</head>"), 1)
        .into_bytes()
}

fn media_type(name: &str) -> &'static str {
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
    match extension {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "json" | "map" => "application/json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "wasm" => "application/wasm",
        "woff2" => "font/woff2",
        "txt" | "md" | "yaml" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_outside_of_the_folder_is_served() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("secret"), "x").unwrap();
        let page = folder.path().join("page");
        fs::create_dir(&page).unwrap();
        assert!(PageFiles::open(Some(&page)).is_err());
        fs::write(page.join("index.html"), "<html><head></head></html>").unwrap();
        let page = PageFiles::open(Some(&page)).unwrap();
        let (index, kind) = page.file("/").unwrap();
        assert_eq!(kind, "text/html; charset=utf-8");
        assert_eq!(
            String::from_utf8_lossy(&index),
            format!("<html><head>{SERVED}</head></html>")
        );
        for path in [
            "/../secret",
            "/./../secret",
            "//etc/passwd",
            "/%2e%2e/secret",
            "/..\\secret",
            "secret",
            "/none",
        ] {
            assert!(page.file(path).is_none(), "{path}");
        }
    }
}
