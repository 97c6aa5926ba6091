//! A stand-in for the filter's file, for commands that put a config into it and that nothing loads.

/// The smallest module that has a place for a config:
///
/// ```wat
/// (module
///   (memory (export "memory") 1)
///   (global (export "gamma_baked_config") i32 (i32.const 16))
///   (data (i32.const 0) "\00"))
/// ```
pub const WITH_PLACE: &[u8] = b"\0asm\x01\0\0\0\
    \x05\x03\x01\0\x01\
    \x06\x06\x01\x7f\0\x41\x10\x0b\
    \x07\x1f\x02\x06memory\x02\0\x12gamma_baked_config\x03\0\
    \x0b\x07\x01\0\x41\0\x0b\x01\0";
