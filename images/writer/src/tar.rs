//! Tar files (POSIX ustar) of plain files that belong to root and are from 1970.

const BLOCK: usize = 512;

/// A plain file in a tar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TarEntry {
    /// At most 100 bytes.
    pub(crate) name: String,
    /// Or else it is for everybody to read alone.
    pub(crate) is_program: bool,
    pub(crate) content: Vec<u8>,
}

impl TarEntry {
    /// A file that nobody runs.
    pub(crate) fn plain(name: impl Into<String>, content: impl Into<Vec<u8>>) -> Self {
        Self {
            name: name.into(),
            is_program: false,
            content: content.into(),
        }
    }
}

/// These files, one after the other.
pub(crate) fn tar(entries: &[TarEntry]) -> Vec<u8> {
    let mut tar = Vec::new();
    for entry in entries {
        tar.extend(header(entry));
        tar.extend(&entry.content);
        tar.resize(tar.len().next_multiple_of(BLOCK), 0);
    }
    // "terminated by two records of all zeros"
    tar.resize(tar.len() + 2 * BLOCK, 0);
    tar
}

/// The files of a tar that [`tar`] has made; `None` if it has not.
pub(crate) fn untar(tar: &[u8]) -> Option<Vec<TarEntry>> {
    let mut entries = Vec::new();
    let mut rest = tar;
    loop {
        let (header, after) = rest.split_at_checked(BLOCK)?;
        if header.iter().all(|byte| *byte == 0) {
            return Some(entries);
        }
        let text = |at: usize, length: usize| {
            let field = header
                .get(at..at + length)?
                .split(|byte| *byte == 0)
                .next()?;
            std::str::from_utf8(field).ok()
        };
        if text(257, 5)? != "ustar" || text(156, 1)? != "0" {
            return None;
        }
        let size = usize::from_str_radix(text(124, 12)?, 8).ok()?;
        entries.push(TarEntry {
            name: text(0, 100)?.into(),
            is_program: text(100, 8)? == PROGRAM,
            content: after.get(..size)?.into(),
        });
        rest = after.get(size.next_multiple_of(BLOCK)..)?;
    }
}

const PROGRAM: &str = "0000755";
const PLAIN: &str = "0000644";

/// Fields and their places are those of POSIX, `pax`, "ustar Interchange Format".
fn header(entry: &TarEntry) -> [u8; BLOCK] {
    let mode = if entry.is_program { PROGRAM } else { PLAIN };
    let size = entry.content.len();
    let mut header = [0; BLOCK];
    let mut put =
        |at: usize, text: &str| header[at..at + text.len()].copy_from_slice(text.as_bytes());
    put(0, &entry.name);
    put(100, mode);
    // User, group.
    put(108, "0000000");
    put(116, "0000000");
    put(124, &format!("{size:011o}"));
    // Time.
    put(136, "00000000000");
    // The checksum is computed as if it were spaces.
    put(148, "        ");
    // A plain file.
    put(156, "0");
    put(257, "ustar\x0000");
    let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
    let sum = format!("{sum:06o}\0 ");
    header[148..156].copy_from_slice(sum.as_bytes());
    header
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_padded_to_blocks() {
        assert_eq!(tar(&[]).len(), 1024);
        let entries = [TarEntry::plain("a", *b"x"), TarEntry::plain("b", *b"")];
        assert_eq!(tar(&entries).len(), 512 * 3 + 1024);
    }

    #[test]
    fn what_was_written_is_read() {
        let mut program = TarEntry::plain("bin/p", vec![7; 513]);
        program.is_program = true;
        let entries = vec![TarEntry::plain("a", *b""), program];
        let written = tar(&entries);
        assert_eq!(untar(&written), Some(entries));
        for length in [0, 511, 512, 513, 1024, 1500] {
            assert_eq!(untar(&written[..length]), None, "{length}");
        }
        assert_eq!(untar(&[1; 1024]), None);
    }
}
