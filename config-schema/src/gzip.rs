//! The gzip format (RFC 1952): one member, whole and alone, whose size is known before it is inflated.

use miniz_oxide::{
    deflate::compress_to_vec,
    inflate::{
        TINFLStatus,
        core::{
            DecompressorOxide, decompress,
            inflate_flags::TINFL_FLAG_USING_NON_WRAPPING_OUTPUT_BUF as WHOLE_OUTPUT,
        },
    },
};

/// The JSON of a config is at most so many bytes. The filter of each worker has it in memory while it reads
/// it; 100,000 rules take about 30 MiB.
pub const MAX_INFLATED: usize = 64 << 20;

/// "deflate" can't do better than 1032 to 1: <https://zlib.net/zlib_tech.html>.
const BEST_RATIO: usize = 1032;

/// Bytes of a gzip header without optional parts (RFC 1952, 2.3).
const HEADER: usize = 10;
/// CRC-32 and size of what was compressed.
const TRAILER: usize = 8;

/// Why the compressed form is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidCompression {
    /// Not the text that `base64 -w0` writes.
    #[error("not base64")]
    Base64,
    /// It does not begin as a gzip file does.
    #[error("base64 of something else than gzip")]
    NotGzip,
    /// It ends early, or there is more behind its end.
    #[error("the compressed data is cut off, or something follows it")]
    Length,
    /// It can't be inflated, or what comes out is not what went in.
    #[error("the compressed data is damaged")]
    Damaged,
    /// More than [`MAX_INFLATED`] bytes.
    #[error("more than 64 MiB of JSON")]
    TooLarge,
}

/// `bytes` as a gzip file without name and time: the same bytes give the same file.
pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
    /// gzip's own default. Of 10,000 routes more effort made no fewer bytes, and took three times as long for each change.
    const EFFORT: u8 = 6;
    // Deflate, no optional parts, no time, made by an unknown system.
    let mut file = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];
    file.extend(compress_to_vec(bytes, EFFORT));
    file.extend(crc32(bytes).to_le_bytes());
    // "modulo 2^32"
    file.extend((bytes.len() as u32).to_le_bytes());
    file
}

/// One member of a gzip file (RFC 1952), whole and alone.
pub(crate) fn gunzip(bytes: &[u8]) -> Result<Vec<u8>, InvalidCompression> {
    let (body, trailer) = bytes
        .split_last_chunk::<TRAILER>()
        .ok_or(InvalidCompression::NotGzip)?;
    let body = after_header(body)?;
    let [c0, c1, c2, c3, s0, s1, s2, s3] = *trailer;
    let size = u32::from_le_bytes([s0, s1, s2, s3]) as usize;
    if size > MAX_INFLATED {
        return Err(InvalidCompression::TooLarge);
    }
    if size > body.len().saturating_mul(BEST_RATIO) {
        return Err(InvalidCompression::Length);
    }
    let mut out = vec![0; size];
    let mut state = Box::<DecompressorOxide>::default();
    let (status, read, written) = decompress(&mut state, body, &mut out, 0, WHOLE_OUTPUT);
    match status {
        TINFLStatus::Done if (read, written) == (body.len(), size) => {}
        TINFLStatus::Done | TINFLStatus::HasMoreOutput | TINFLStatus::FailedCannotMakeProgress => {
            return Err(InvalidCompression::Length);
        }
        _ => return Err(InvalidCompression::Damaged),
    }
    if crc32(&out) != u32::from_le_bytes([c0, c1, c2, c3]) {
        return Err(InvalidCompression::Damaged);
    }
    Ok(out)
}

/// What follows the header; "gzip FILE" puts the file's name into it.
fn after_header(bytes: &[u8]) -> Result<&[u8], InvalidCompression> {
    const CRC: u8 = 1 << 1;
    const EXTRA: u8 = 1 << 2;
    const NAME: u8 = 1 << 3;
    const COMMENT: u8 = 1 << 4;
    let (header, mut rest) = bytes
        .split_first_chunk::<HEADER>()
        .ok_or(InvalidCompression::NotGzip)?;
    let [0x1f, 0x8b, 8, flags, ..] = *header else {
        return Err(InvalidCompression::NotGzip);
    };
    if flags & EXTRA != 0 {
        let (length, after) = rest
            .split_first_chunk::<2>()
            .ok_or(InvalidCompression::Length)?;
        let length = usize::from(u16::from_le_bytes(*length));
        rest = after.get(length..).ok_or(InvalidCompression::Length)?;
    }
    for text in [NAME, COMMENT] {
        if flags & text != 0 {
            let end = rest.iter().position(|&byte| byte == 0);
            let (_, after) = end
                .and_then(|end| rest.split_at_checked(end.saturating_add(1)))
                .ok_or(InvalidCompression::Length)?;
            rest = after;
        }
    }
    if flags & CRC != 0 {
        rest = rest.get(2..).ok_or(InvalidCompression::Length)?;
    }
    Ok(rest)
}

/// CRC-32 as gzip has it. Its table is made anew each time, since a kilobyte of it would be in every module.
fn crc32(bytes: &[u8]) -> u32 {
    let table: [u32; 256] = std::array::from_fn(|byte| {
        (0..8).fold(byte as u32, |value, _| match value & 1 {
            0 => value >> 1,
            _ => (value >> 1) ^ 0xedb8_8320,
        })
    });
    let entry = |value: u32| table.get((value & 255) as usize).copied().unwrap_or(0);
    let crc = bytes.iter().fold(u32::MAX, |crc, &byte| {
        (crc >> 8) ^ entry(crc ^ u32::from(byte))
    });
    !crc
}

#[cfg(test)]
mod tests;
