//! Whatever a proxy hands to the filter as its plugin configuration, it is read or refused; and what is
//! read is the same config in either form.

#![no_main]

use gamma_router::Router;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|configuration: &[u8]| {
    let read = Router::read(configuration, |_| "shop".to_owned());
    let parsed = gamma_config::parse(configuration);
    // What a router refuses besides, a config may have: an address that two Services claim, say.
    assert!(parsed.is_ok() || read.is_err(), "read, but not parsed");
    let Ok(config) = parsed else { return };
    let compressed = gamma_config::compress(&config).expect("a config is JSON");
    let compressed = format!(r#"{{"gzip":"{}"}}"#, compressed.gzip);
    let again = gamma_config::parse(compressed.as_bytes());
    assert_eq!(again.expect("what was written is read"), config);
});
