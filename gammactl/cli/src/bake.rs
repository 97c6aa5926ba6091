//! Puts a route config into the filter's own file.

use std::{fs, path::Path};

use anyhow::Context as _;
use gamma_bake::BakeError;
use gamma_config::Config;
use gamma_manifest::{
    diagnostic::{Code, Diagnostic, Diagnostics, codes},
    source::Sources,
};
use gamma_router::{KnownTables, Router};

use super::output;

/// The file `module` with the config in `text` in it. `None` if it can't be, which has been said.
///
/// The filter has been asked before: what it would refuse is refused here, where no proxy waits for it.
pub(super) fn bake(module: &Path, text: &[u8]) -> anyhow::Result<Option<Vec<u8>>> {
    Router::read(text, &mut KnownTables::default(), |settings| {
        settings.client_namespace.clone().unwrap_or_default()
    })
    .map_err(|error| anyhow::anyhow!("the filter would refuse this config: {error}"))?;
    let bytes = fs::read(module).with_context(|| module.display().to_string())?;
    match gamma_bake::bake(&bytes, text) {
        Ok(baked) => Ok(Some(baked)),
        Err(error) => {
            let mut diagnostics = Diagnostics::default();
            diagnostics.push(finding(module, &error));
            output::report(&diagnostics, &Sources::default());
            Ok(None)
        }
    }
}

/// The config as it is baked: without white space, or compressed where that saves the workers memory.
pub(super) fn text(config: &Config, compressed: bool) -> anyhow::Result<Vec<u8>> {
    Ok(match compressed {
        true => serde_json::to_vec(&gamma_config::compress(config)?)?,
        false => serde_json::to_vec(config)?,
    })
}

fn finding(module: &Path, error: &BakeError) -> Diagnostic {
    let (code, hint): (&'static Code, _) = match error {
        BakeError::NotAModule(_) => (
            &codes::NOT_A_MODULE,
            "name gamma-filter-compat.wasm, as `make build` writes it to dist/",
        ),
        BakeError::TooLarge(_) => (
            &codes::NO_PLACE_FOR_CONFIG,
            "compress it with --config-format gzip, or compile for the clients of one namespace",
        ),
        _ => (
            &codes::NO_PLACE_FOR_CONFIG,
            "name gamma-filter-compat.wasm of this version; gamma-filter.wasm is for Envoy, which takes a config of any size",
        ),
    };
    Diagnostic {
        code,
        message: format!("a config can't be put into {}: {error}", module.display()),
        span: None,
        why: None,
        hint: Some(hint.into()),
        fix: None,
        also: None,
    }
}
