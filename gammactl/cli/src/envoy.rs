//! The command `gammactl envoy` writes the config of a whole Envoy: one file with everything, or a
//! directory that a running Envoy reads again.

pub(super) mod options;

use gamma_manifest::{write_json, write_yaml};

use self::options::{Built, EnvoyCommand};
use super::{live, output};

pub(super) fn run(options: &EnvoyCommand) -> anyhow::Result<bool> {
    if let Some(directory) = options.directory()? {
        return live::run(options, directory);
    }
    let Some(Built { bootstrap, .. }) = options.build()? else {
        return Ok(false);
    };
    let path = options.output.as_deref();
    let is_json = path.is_some_and(|path| path.extension().is_some_and(|ext| ext == "json"));
    let text = if is_json {
        write_json(&bootstrap)
    } else {
        let file = path.map_or("FILE".into(), |path| path.display().to_string());
        let comment = format!(
            "{} Run it:\n  envoy -c {file}\n\
             The route config is in the `configuration` of the filter `gamma`.",
            gamma_manifest::MARK
        );
        write_yaml(&bootstrap, &comment)
    };
    output::write(&text, path)?;
    Ok(true)
}
