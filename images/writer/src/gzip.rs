//! Gzip without a name or a time.

use miniz_oxide::deflate::compress_to_vec;

/// Deflate, no name, no time, made by an unknown system.
pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut gzip = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 2, 255];
    gzip.extend(compress_to_vec(bytes, 9));
    gzip.extend(crc32(bytes).to_le_bytes());
    // "modulo 2^32"
    gzip.extend((bytes.len() as u32).to_le_bytes());
    gzip
}

/// The polynomial of gzip, a byte at a time.
fn crc32(bytes: &[u8]) -> u32 {
    let table: [u32; 256] = std::array::from_fn(|byte| {
        (0..8).fold(byte as u32, |crc, _| (crc >> 1) ^ (0xedb8_8320 * (crc & 1)))
    });
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        (crc >> 8) ^ table[usize::from(crc as u8 ^ byte)]
    })
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
}
