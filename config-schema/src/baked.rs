//! A config inside of the filter's own file, for hosts whose configuration has no room for it, or where a file is
//! easier to hand on than a long text.
//!
//! The file for other hosts than Envoy exports a global, [`BAKED_SLOT`]: the address of two numbers of four bytes, the
//! address and the length of a config in the module's memory. `gammactl` writes both and the config, as data of the
//! module. A plugin configuration that [asks for it](asks_for_baked) says nothing else; none at
//! all still lets every request pass where there is no config in the module.

/// The name of the exported global.
pub const BAKED_SLOT: &str = "gamma_baked_config";

/// Stands for the config in the module, where a host takes no empty configuration.
pub const BAKED_MARKER: &str = r#"{"baked": true}"#;

/// Whether a plugin configuration stands for the config in the module: it is empty, or `{"baked": true}` with any
/// white space.
#[must_use]
pub fn asks_for_baked(configuration: &[u8]) -> bool {
    let is_said = |byte: &&u8| !byte.is_ascii_whitespace();
    let mut said = configuration.iter().filter(is_said).peekable();
    said.peek().is_none() || said.eq(BAKED_MARKER.as_bytes().iter().filter(is_said))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_and_the_marker_stand_for_the_config_in_the_module() {
        for configuration in [
            "",
            " \n",
            BAKED_MARKER,
            "{\"baked\":true}",
            "{ \"baked\" :\ttrue }\n",
        ] {
            assert!(
                asks_for_baked(configuration.as_bytes()),
                "{configuration:?}"
            );
        }
        for configuration in [
            "{}",
            "{\"baked\": false}",
            "{\"baked\":true,}",
            "{\"version\": 1}",
            "{\"baked\":true}{",
        ] {
            assert!(
                !asks_for_baked(configuration.as_bytes()),
                "{configuration:?}"
            );
        }
    }
}
