//! Replaces a file in one step, so that a reader sees the old file or the new one and nothing between.

use std::{
    fs,
    fs::{File, Permissions},
    io,
    io::Write as _,
    path::Path,
};

use tempfile::Builder;

/// The end of the name of a file that is not complete yet.
pub const UNFINISHED: &str = ".new";

/// Replaces the file at `path` by one with `text`: the text is written to another file of the same
/// directory, which is then renamed. A directory that is watched by inotify, as Envoy does, sees a
/// move to `path`. Who has the old file open goes on reading it.
///
/// A new file has the mode that any new file of this process has; one that is replaced keeps its own.
/// A link is replaced, not followed. Nothing is flushed to the disk: after a crash of the machine the
/// file may be empty, and is to be written again.
///
/// # Errors
///
/// The directory can't be written to, or what is at `path` can't be replaced by a file. Nothing is left
/// behind.
pub fn replace_file(path: &Path, text: &str) -> io::Result<()> {
    replace_file_with(path, |file| file.write_all(text.as_bytes()))
}

/// [Replaces a file](replace_file) by what `write` writes, which need not be in memory as a whole.
///
/// # Errors
///
/// As [`replace_file`], and what `write` returns.
pub fn replace_file_with(
    path: &Path,
    write: impl FnOnce(&mut File) -> io::Result<()>,
) -> io::Result<()> {
    let directory = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    let mut prefix = std::ffi::OsString::from(".");
    prefix.push(path.file_name().unwrap_or_default());
    prefix.push(".");
    let mut builder = Builder::new();
    builder.prefix(&prefix).suffix(UNFINISHED);
    if let Some(permissions) = new_file() {
        builder.permissions(permissions);
    }
    let mut unfinished = builder.tempfile_in(directory)?;
    write(unfinished.as_file_mut())?;
    if let Ok(replaced) = fs::symlink_metadata(path)
        && replaced.is_file()
    {
        unfinished
            .as_file()
            .set_permissions(replaced.permissions())?;
    }
    unfinished.persist(path)?;
    Ok(())
}

/// The mode with which files are created, of which the system takes the umask; tempfile's own is for
/// secrets: Envoy may run as another user.
#[cfg(unix)]
fn new_file() -> Option<Permissions> {
    Some(std::os::unix::fs::PermissionsExt::from_mode(0o666))
}

#[cfg(not(unix))]
fn new_file() -> Option<Permissions> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(directory: &Path) -> Vec<String> {
        let entries = fs::read_dir(directory).unwrap();
        let mut names: Vec<String> = entries
            .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn a_file_is_replaced_and_nothing_is_left_behind() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("a.json");
        for text in ["one", "two"] {
            replace_file(&path, text).unwrap();
            assert_eq!(fs::read_to_string(&path).unwrap(), text);
        }
        assert_eq!(names(directory.path()), ["a.json"]);
        let taken = directory.path().join("taken");
        fs::create_dir(&taken).unwrap();
        replace_file(&taken, "three").unwrap_err();
        replace_file(&directory.path().join("no/a"), "three").unwrap_err();
        assert_eq!(names(directory.path()), ["a.json", "taken"]);
    }

    #[test]
    fn what_can_not_be_written_replaces_nothing() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("a.json");
        replace_file(&path, "one").unwrap();
        let half = |file: &mut File| {
            file.write_all(b"tw")?;
            Err(io::Error::other("no more"))
        };
        replace_file_with(&path, half).unwrap_err();
        assert_eq!(fs::read_to_string(&path).unwrap(), "one");
        assert_eq!(names(directory.path()), ["a.json"]);
    }

    #[test]
    #[cfg(unix)]
    fn modes_are_those_of_any_new_file_and_stay() {
        use std::os::unix::fs::PermissionsExt as _;
        let directory = tempfile::tempdir().unwrap();
        let mode = |name: &str| {
            let metadata = fs::metadata(directory.path().join(name)).unwrap();
            metadata.permissions().mode() & 0o777
        };
        fs::write(directory.path().join("written"), "").unwrap();
        replace_file(&directory.path().join("replaced"), "").unwrap();
        assert_eq!(mode("replaced"), mode("written"));
        let path = directory.path().join("replaced");
        fs::set_permissions(&path, Permissions::from_mode(0o640)).unwrap();
        replace_file(&path, "more").unwrap();
        assert_eq!(mode("replaced"), 0o640);
    }

    #[test]
    #[cfg(unix)]
    fn a_link_is_replaced_and_what_it_names_stays() {
        let directory = tempfile::tempdir().unwrap();
        let (target, link) = (directory.path().join("a"), directory.path().join("b"));
        fs::write(&target, "old").unwrap();
        std::os::unix::fs::symlink(&target, &link).unwrap();
        replace_file(&link, "new").unwrap();
        assert_eq!(fs::read_to_string(&target).unwrap(), "old");
        assert_eq!(fs::read_to_string(&link).unwrap(), "new");
    }
}
