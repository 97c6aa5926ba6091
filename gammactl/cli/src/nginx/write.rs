//! Makes the files and writes them: first what `nginx.conf` names, then `nginx.conf` in one step, and then what neither
//! this one nor the one before names goes.

use std::{io, io::Write as _};

use anyhow::bail;
use gamma_compile::{self as compile};
use gamma_manifest::source::OutputDirectory;
use gamma_nginx::Plan;

use super::options::{BakedFormat, NginxCommand};
use crate::{bake, input::CompiledInput};

const CONF: &str = "nginx.conf";
/// Above this, each worker has more of a compressed config than it takes to read it.
const LARGE: usize = 128 * 1024;

/// `false` if the input is wrong, which has been said; then nothing is written.
pub(super) fn write(options: &NginxCommand) -> anyhow::Result<bool> {
    let compile_options = options.compile_options()?;
    let nginx_options = options.nginx_options()?;
    let mut compiled = CompiledInput::with(&options.input, &compile_options)?;
    let client = options.client_namespace.as_ref();
    let client = client.unwrap_or(&compiled.namespace).clone();
    let config = compile::for_clients_in(&client, std::mem::take(&mut compiled.config));
    let plan = Plan::new(
        &compiled.manifests,
        config,
        &compile_options,
        &nginx_options,
        &mut compiled.diagnostics,
    );
    compiled.diagnostics.sort();
    compiled.report();
    if !compiled.good(&options.input) {
        return Ok(false);
    }
    if plan.needs_resolver() && nginx_options.resolver.is_none() {
        bail!(
            "some Services have no EndpointSlices in the input, and nginx finds their addresses only if it is told whom \
             to ask: --resolver, with the address of the cluster's DNS"
        );
    }
    let text = bake::text(&plan.config, options.config_format == BakedFormat::Gzip)?;
    let text = match options.config_format {
        BakedFormat::Auto if text.len() > LARGE => bake::text(&plan.config, true)?,
        _ => text,
    };
    let Some(module) = bake::bake(&options.wasm, &text)? else {
        return Ok(false);
    };
    let module_name = Plan::module_name(&module);
    let conf = gamma_nginx::conf(&plan, &module_name);
    let directory = OutputDirectory::open(&options.output, &[], CONF)?;
    let mut wanted = vec![module_name.clone()];
    directory.write(&module_name, &module)?;
    if let Some((file, pem)) = plan.certificates.as_ref().and_then(|c| c.pem.as_ref()) {
        directory.write(file, pem.as_bytes())?;
        wanted.push(file.clone());
    }
    // Until nginx is reloaded, it may start a worker with what it was loaded with.
    let before = directory.read(CONF)?.unwrap_or_default();
    let before = String::from_utf8_lossy(&before);
    let is_new = directory.write(CONF, conf.as_bytes())?;
    let is_stale = |file: &str| gamma_nginx::is_generated(file) && !before.contains(file);
    directory.keep_only("", is_stale, &wanted)?;
    let place = options.output.display();
    // Where standard output is closed, there is nowhere to say it.
    let _ = match is_new {
        true => writeln!(
            io::stdout(),
            "written to {place}: start nginx, or reload it: nginx -c {}/{CONF} -s reload",
            nginx_options.directory
        ),
        false => writeln!(io::stdout(), "{place} is up to date"),
    };
    Ok(true)
}
