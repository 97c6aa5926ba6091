//! Whole plugin configurations that are damaged: they are refused, or they say what the good one says.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test that panics fails"
)]

use base64::{Engine as _, engine::general_purpose::STANDARD};
use gamma_config::{Config, compress, parse, read};

const CONFIG: &[u8] = include_bytes!("../../examples/handwritten.json");
/// Damaged configurations of each kind: a second of time.
const CASES: u64 = 3_000;

/// Numbers that look random and are the same in every run (SplitMix64).
struct Draw(u64);

impl Draw {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next() % u64::try_from(bound.max(1)).unwrap()).unwrap()
    }

    fn byte(&mut self) -> u8 {
        self.next().to_le_bytes()[0]
    }

    /// Changes, takes away, doubles or puts in some bytes.
    fn damage(&mut self, bytes: &mut Vec<u8>) {
        for _ in 0..=self.below(3) {
            let at = self.below(bytes.len());
            match self.below(5) {
                0 => bytes[at] = self.byte(),
                1 => bytes[at] ^= 1 << self.below(8),
                2 => bytes.truncate(at.max(1)),
                3 => bytes.extend_from_within(at..),
                _ => bytes.insert(at, self.byte()),
            }
        }
    }
}

fn envelope(gzip: &[u8]) -> Vec<u8> {
    format!(r#"{{"gzip":"{}"}}"#, STANDARD.encode(gzip)).into_bytes()
}

/// What the two readers, that of gammactl and that of the filter, make of a configuration.
fn outcome(configuration: &[u8]) -> Result<Config, String> {
    let parsed = parse(configuration).map_err(|error| error.to_string());
    let mut parts = 0;
    let read = read(configuration, &mut |_| parts += 1).map_err(|error| error.to_string());
    assert_eq!(
        parsed.is_ok(),
        read.is_ok(),
        "{}: {parsed:?} {read:?}",
        String::from_utf8_lossy(configuration)
    );
    parsed
}

#[test]
fn damaged_bytes_are_refused_or_change_nothing() {
    let config = parse(CONFIG).unwrap();
    let text = serde_json::to_vec(&compress(&config).unwrap()).unwrap();
    let envelope_of: serde_json::Value = serde_json::from_slice(&text).unwrap();
    let good = STANDARD
        .decode(envelope_of["gzip"].as_str().unwrap())
        .unwrap();
    let mut draw = Draw(1);
    let (mut refused, mut unchanged) = (0, 0);
    for case in 0..CASES {
        let configuration = if case % 2 == 0 {
            let mut bytes = good.clone();
            draw.damage(&mut bytes);
            envelope(&bytes)
        } else {
            let mut bytes = text.clone();
            draw.damage(&mut bytes);
            bytes
        };
        match outcome(&configuration) {
            // A byte of the header that says nothing, or white space in the envelope.
            Ok(same) if same == config => unchanged += 1,
            Ok(other) => assert_eq!(other, config, "case {case}"),
            Err(_) => refused += 1,
        }
    }
    // Not all of them are refused for the same reason, nor is the damage none.
    assert!(
        refused > CASES / 2 && unchanged > 0,
        "{refused} {unchanged}"
    );
}

/// A right header and a right length of what is no deflate stream.
#[test]
fn random_streams_are_refused() {
    let mut draw = Draw(2);
    for case in 0..CASES {
        let mut bytes = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];
        if case % 4 == 0 {
            bytes[3] = draw.byte();
        }
        for _ in 0..draw.below(200) {
            bytes.push(draw.byte());
        }
        let size = u32::try_from(draw.below(1 << 16)).unwrap();
        bytes.extend(size.to_le_bytes());
        assert!(outcome(&envelope(&bytes)).is_err(), "case {case}");
    }
}

/// The JSON inside is read as the plain form is, places included.
#[test]
fn damage_inside_is_said_with_its_place() {
    let text = String::from_utf8(CONFIG.to_vec()).unwrap();
    let wrong = text.replace("\"weight\"", "\"wait\"");
    assert_ne!(wrong, text);
    let plain = outcome(wrong.as_bytes()).unwrap_err();
    assert!(
        plain.contains("unknown field `wait`") && plain.contains("line"),
        "{plain}"
    );
    let stored = stored(wrong.as_bytes());
    assert_eq!(outcome(&envelope(&stored)).unwrap_err(), plain);
}

/// A gzip file that does not compress: one stored block (RFC 1951, 3.2.4).
fn stored(text: &[u8]) -> Vec<u8> {
    let length = u16::try_from(text.len()).unwrap();
    let mut bytes = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255, 1];
    bytes.extend(length.to_le_bytes());
    bytes.extend((!length).to_le_bytes());
    bytes.extend(text);
    let mut crc = u32::MAX;
    for &byte in text {
        crc ^= u32::from(byte);
        for _ in 0..8 {
            crc = (crc >> 1) ^ (0xedb8_8320 & (crc & 1).wrapping_neg());
        }
    }
    bytes.extend((!crc).to_le_bytes());
    bytes.extend(u32::from(length).to_le_bytes());
    bytes
}
