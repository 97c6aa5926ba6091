//! The compressed form, with compressed data and an announced size that nobody's gzip has written. The size is
//! in the first four bytes of the input, so that the fuzzer gets past the first comparison with it.

#![no_main]

use base64::{Engine as _, engine::general_purpose::STANDARD};
use libfuzzer_sys::fuzz_target;

/// A gzip header without optional parts.
const HEADER: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 2, 255];

fuzz_target!(|input: &[u8]| {
    let Some((size, body)) = input.split_first_chunk::<4>() else {
        return;
    };
    // A checksum that holds has to be found too: both ends of the file are the fuzzer's then.
    for file in [
        [&HEADER, body, &[0; 4], size].concat(),
        [&[0x1f, 0x8b, 8], body, size].concat(),
    ] {
        let text = format!(r#"{{"gzip":"{}"}}"#, STANDARD.encode(file));
        let _ = gamma_config::parse(text.as_bytes());
    }
});
