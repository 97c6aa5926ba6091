//! A route config in less space: `{"gzip": "…"}` has the config's JSON, compressed and in base64.
//!
//! Kubernetes stores 1.5 MiB an object at most, and Istio sends a plugin configuration to every sidecar
//! whenever it changes; the JSON of many routes is 20 times smaller when compressed. What is in there is
//! bounded before any memory is taken for it: by the size that the trailer announces, and by what so few
//! bytes can hold.

use std::borrow::Cow;

use base64::{Engine as _, engine::general_purpose::STANDARD};
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

use crate::{config::Config, describe::describe_object, error::Error, json, read::refused};

/// The JSON of a config is at most so many bytes. The filter of each worker has it in memory while it reads
/// it; 100,000 rules take about 30 MiB.
pub const MAX_INFLATED: usize = 64 << 20;

/// "deflate" can't do better than 1032 to 1: <https://zlib.net/zlib_tech.html>.
const BEST_RATIO: usize = 1032;

/// Bytes of a gzip header without optional parts (RFC 1952, 2.3).
const HEADER: usize = 10;
/// CRC-32 and size of what was compressed.
const TRAILER: usize = 8;

describe_object! {
    /// CompressedConfig: a config in less space.
    pub struct CompressedConfig {
        /// The JSON of the config, as `gzip -9 | base64 -w0` writes it.
        required "gzip" => gzip: String,
    }
}

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

/// `config` in the compressed form. The same config gives the same bytes.
///
/// # Errors
///
/// Those of `serde_json`, which a config does not meet.
pub fn compress(config: &Config) -> Result<CompressedConfig, serde_json::Error> {
    let json = serde_json::to_vec(config)?;
    // Deflate, no name, no time, made by an unknown system.
    let mut gzip = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 2, 255];
    gzip.extend(compress_to_vec(&json, 9));
    gzip.extend(crc32(&json).to_le_bytes());
    // "modulo 2^32"
    gzip.extend((json.len() as u32).to_le_bytes());
    let gzip = STANDARD.encode(gzip);
    Ok(CompressedConfig { gzip })
}

/// The JSON of a config, whichever form it has.
pub(crate) fn plain(configuration: &[u8]) -> Result<Cow<'_, [u8]>, Error> {
    if !is_compressed(configuration) {
        return Ok(Cow::Borrowed(configuration));
    }
    let CompressedConfig { gzip } = json::parse(configuration)
        .map_err(|error| refused(configuration, 0, configuration, &error))?;
    let bytes = STANDARD
        .decode(gzip.as_bytes())
        .map_err(|_| InvalidCompression::Base64)?;
    Ok(Cow::Owned(gunzip(&bytes)?))
}

/// Whether the first member of the object is `gzip`. Where it is another one, `gzip` is an unknown field.
fn is_compressed(configuration: &[u8]) -> bool {
    let inside = configuration.trim_ascii_start().strip_prefix(b"{");
    inside.is_some_and(|inside| inside.trim_ascii_start().starts_with(br#""gzip""#))
}

/// One member of a gzip file (RFC 1952), whole and alone.
fn gunzip(bytes: &[u8]) -> Result<Vec<u8>, InvalidCompression> {
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

/// CRC-32 as gzip has it. A table of 16 entries, since one for whole bytes is a hundredth of the module.
fn crc32(bytes: &[u8]) -> u32 {
    #[expect(
        clippy::indexing_slicing,
        reason = "in a constant, an index out of bounds does not compile"
    )]
    const TABLE: [u32; 16] = {
        let mut table = [0_u32; 16];
        let mut nibble = 0;
        while nibble < 16 {
            let mut value = nibble;
            let mut bit = 0;
            while bit < 4 {
                value = match value & 1 {
                    0 => value >> 1,
                    _ => (value >> 1) ^ 0xedb8_8320,
                };
                bit += 1;
            }
            table[nibble as usize] = value;
            nibble += 1;
        }
        table
    };
    let entry = |value: u32| TABLE.get((value & 15) as usize).copied().unwrap_or(0);
    let mut crc = u32::MAX;
    for &byte in bytes {
        crc ^= u32::from(byte);
        crc = (crc >> 4) ^ entry(crc);
        crc = (crc >> 4) ^ entry(crc);
    }
    !crc
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{parse, read};

    fn envelope(gzip: &[u8]) -> Vec<u8> {
        format!(r#"{{"gzip": "{}"}}"#, STANDARD.encode(gzip)).into_bytes()
    }

    fn of(json: &[u8]) -> Vec<u8> {
        let mut gzip = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3];
        gzip.extend(compress_to_vec(json, 6));
        gzip.extend(crc32(json).to_le_bytes());
        gzip.extend(u32::try_from(json.len()).unwrap().to_le_bytes());
        gzip
    }

    fn config() -> Config {
        parse(
            br#"{"version":1,"services":[{"namespace":"n","name":"s","ports":[
                {"port":80,"cluster":"c","producer":{"rules":[{"backendRefs":[{"cluster":"b"}]}]}}]}]}"#,
        )
        .unwrap()
    }

    #[test]
    fn both_forms_say_the_same() {
        let config = config();
        let compressed = serde_json::to_string(&compress(&config).unwrap()).unwrap();
        assert!(compressed.starts_with(r#"{"gzip":"H4sI"#));
        assert_eq!(parse(compressed.as_bytes()).unwrap(), config);
        let mut parts = 0;
        read(compressed.as_bytes(), &mut |_| parts += 1).unwrap();
        assert!(parts > 1);
    }

    /// What `printf '{"version":1}' | gzip -9` and `gzip --name FILE` write.
    #[test]
    fn what_gzip_writes_is_read() {
        for text in [
            "H4sIAAAAAAACA6tWKkstKs7Mz1OyMqwFADOaMHENAAAA",
            "H4sICH7CC2sCA2EuanNvbgCrVipLLSrOzM9TsjKsBQAzmjBxDQAAAA==",
        ] {
            let parsed = parse(format!("\n{{ \"gzip\" : \"{text}\"}}\n").as_bytes());
            assert_eq!(parsed.unwrap(), Config::default(), "{text}");
        }
    }

    #[test]
    fn crc_is_that_of_gzip() {
        // The check value of CRC-32/ISO-HDLC.
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
        assert_eq!(crc32(b""), 0);
    }

    #[test]
    fn what_is_wrong_is_said() {
        let good = of(br#"{"version":1}"#);
        let with = |change: &dyn Fn(&mut Vec<u8>)| {
            let mut bytes = good.clone();
            change(&mut bytes);
            envelope(&bytes)
        };
        let last = good.len() - 1;
        let table = [
            (br#"{"gzip": "H4sI*"}"#.to_vec(), "not base64"),
            (br#"{"gzip": ""}"#.to_vec(), "something else than gzip"),
            (
                envelope(b"{\"version\": 1, \"services\": []}"),
                "something else than gzip",
            ),
            (with(&|b| b.truncate(last - 3)), "damaged|cut off|64 MiB"),
            (with(&|b| b.extend([0; 9])), "cut off, or something follows"),
            (with(&|b| b[last - 4] ^= 1), "damaged"),
            (with(&|b| b[last - 3] += 1), "cut off, or something follows"),
            (with(&|b| b[last] = 255), "more than 64 MiB"),
            (with(&|b| b[12] ^= 255), "damaged|cut off"),
            (br#"{"gzip": 1}"#.to_vec(), "expected a string"),
            (
                br#"{"gzip": "", "version": 1}"#.to_vec(),
                "unknown field `version`",
            ),
            (
                br#"{"version": 1, "gzip": ""}"#.to_vec(),
                "unknown field `gzip`",
            ),
            (envelope(&of(&envelope(&good))), "unknown field `gzip`"),
            (
                envelope(&of(br#"{"version":1,"x":1}"#)),
                "unknown field `x`",
            ),
            (
                envelope(&of(b"{\"version\":1,\n \"settings\":{\"y\":1}}")),
                "at line 2",
            ),
        ];
        for (text, expected) in table {
            let said = parse(&text).unwrap_err().to_string();
            let fits = expected.split('|').any(|part| said.contains(part));
            assert!(fits, "{}: {said}", String::from_utf8_lossy(&text));
        }
    }

    /// Little that claims to be a lot takes no memory.
    #[test]
    fn bombs_are_refused() {
        let zeros = of(&vec![b' '; 1 << 20]);
        assert!(zeros.len() < 2000);
        assert_eq!(gunzip(&zeros).unwrap().len(), 1 << 20);
        let mut more = zeros.clone();
        let at = more.len() - 1;
        more[at] = 3;
        assert_eq!(gunzip(&more), Err(InvalidCompression::Length));
        let mut less = zeros;
        less[at - 1] = 0;
        assert_eq!(gunzip(&less), Err(InvalidCompression::Length));
    }

    /// No damage makes it panic, and none goes unseen.
    #[test]
    fn damaged_bytes_are_refused() {
        let json = serde_json::to_vec(&config()).unwrap();
        let good = of(&json);
        for at in 0..good.len() {
            for flip in [1, 16, 128, 255] {
                let mut bytes = good.clone();
                bytes[at] ^= flip;
                if let Ok(inflated) = gunzip(&bytes) {
                    assert_eq!(inflated, json, "byte {at}");
                }
                let _ = gunzip(&bytes[..at]);
                let _ = gunzip(&bytes[at..]);
            }
        }
    }
}
