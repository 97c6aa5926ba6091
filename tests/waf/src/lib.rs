//! The filter in `waf-wasm`: see `tests/waf.rs`.
