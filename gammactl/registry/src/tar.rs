//! Tar files (POSIX ustar) of plain files that belong to root and are from 1970; and the checksum of gzip.

const BLOCK: usize = 512;

/// Files with these names, of at most 100 bytes, one after the other.
pub(crate) fn tar(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut tar = Vec::new();
    for (name, content) in files {
        tar.extend(header(name, content.len()));
        tar.extend(*content);
        tar.resize(tar.len().next_multiple_of(BLOCK), 0);
    }
    // "terminated by two records of all zeros"
    tar.resize(tar.len() + 2 * BLOCK, 0);
    tar
}

/// Fields and their places are those of POSIX, `pax`, "ustar Interchange Format".
fn header(name: &str, size: usize) -> [u8; BLOCK] {
    let mut header = [0; BLOCK];
    let mut put =
        |at: usize, text: &str| header[at..at + text.len()].copy_from_slice(text.as_bytes());
    put(0, name);
    put(100, "0000644");
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

/// The polynomial of gzip, bit by bit: this is for one file of less than a megabyte.
pub(crate) fn crc32(bytes: &[u8]) -> u32 {
    let mut crc = u32::MAX;
    for byte in bytes {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = (crc >> 1) ^ (0xedb8_8320 * (crc & 1));
        }
    }
    !crc
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The check value of the algorithm's catalogue.
    #[test]
    fn the_checksum_is_that_of_gzip() {
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
        assert_eq!(crc32(b""), 0);
    }

    #[test]
    fn files_are_padded_to_blocks() {
        assert_eq!(tar(&[]).len(), 1024);
        assert_eq!(tar(&[("a", b"x"), ("b", b"")]).len(), 512 * 3 + 1024);
    }
}
