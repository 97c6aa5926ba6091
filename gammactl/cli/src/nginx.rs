//! The command `gammactl nginx` writes a directory with the configuration of an nginx with WasmX around the filter.

mod options;
mod write;

use std::{ops::ControlFlow, path::PathBuf};

pub(super) use self::options::NginxCommand;
use super::{live, watch::watch};

pub(super) fn run(options: &NginxCommand) -> anyhow::Result<bool> {
    live::outside_of_input(&options.output, &options.input.filename)?;
    if !options.watch {
        return write::write(options);
    }
    let mut paths = live::paths_to_watch(&options.input, &[])?;
    paths.push(PathBuf::from(&options.wasm));
    watch(&paths, |_| {
        match write::write(options) {
            Ok(true) => {}
            Ok(false) => live::complain("the input has errors: everything stays as it was"),
            Err(error) => live::complain(&format!("{error:#}: everything stays as it was")),
        }
        ControlFlow::Continue(())
    });
    Ok(true)
}
