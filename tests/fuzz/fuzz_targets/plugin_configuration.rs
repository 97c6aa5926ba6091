//! Whatever a proxy hands to the filter as its plugin configuration, it is read or refused in few words; and what is
//! read is the same config in either form, and the same router a second time.

#![no_main]

use gamma_router::{KnownTables, Router};
use libfuzzer_sys::fuzz_target;

/// Bytes. What is refused is logged.
const LONGEST_REFUSAL: usize = 64_000;

fuzz_target!(|configuration: &[u8]| {
    let mut known = KnownTables::default();
    let mut read = || Router::read(configuration, &mut known, |_| "shop".to_owned());
    let first = read();
    match (&first, read()) {
        (Ok((first, settings)), Ok((again, settings_again))) => {
            assert_eq!(*settings, settings_again);
            assert_eq!(first.services(), again.services());
            let names = |router: &Router| -> Vec<String> {
                router
                    .rules()
                    .map(|rule| rule.full_name().to_owned())
                    .collect()
            };
            assert_eq!(
                names(first),
                names(&again),
                "tables that are known are others"
            );
        }
        (Err(first), Err(again)) => {
            assert_eq!(first.to_string(), again.to_string());
            assert!(first.to_string().len() < LONGEST_REFUSAL, "a long refusal");
        }
        (first, again) => panic!("{:?}, and then {:?}", first.is_ok(), again.is_ok()),
    }
    let parsed = gamma_config::parse(configuration);
    // What a router refuses besides, a config may have: a pattern, say.
    assert!(parsed.is_ok() || first.is_err(), "read, but not parsed");
    let Ok(config) = parsed else { return };
    let compressed = gamma_config::compress(&config).expect("a config is JSON");
    let compressed = format!(r#"{{"gzip":"{}"}}"#, compressed.gzip);
    let again = gamma_config::parse(compressed.as_bytes());
    assert_eq!(again.expect("what was written is read"), config);
});
