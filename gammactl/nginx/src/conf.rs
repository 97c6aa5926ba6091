//! The whole of `nginx.conf`.

use gamma_manifest::MARK;

use crate::{
    http::http,
    plan::Plan,
    syntax::{block, comment, line, write},
};

/// `nginx.conf`, where `module` is the file with the filter and its config.
#[must_use]
pub fn conf(plan: &Plan<'_>, module: &str) -> String {
    let directory = &plan.options.directory;
    let namespace = plan.config.settings.client_namespace.as_deref();
    let about = format!(
        "{MARK} Try it, and run it:\n  nginx -t -c {directory}/nginx.conf\n  nginx -c {directory}/nginx.conf\n\
             It needs nginx with WasmX (ngx_wasm_module). The route config is in the module, and is for the\n\
             clients of namespace {}. `nginx -t` does not ask the module; gammactl has.",
        namespace.unwrap_or("default")
    );
    write(&[
        comment(&about),
        line(["worker_processes", "auto"]),
        block(["events"], vec![line(["worker_connections", "4096"])]),
        block(
            ["wasm"],
            vec![
                line(["module", "gamma", &format!("{directory}/{module}")]),
                comment(
                    "The filter keeps its names below 200 bytes; WasmX puts its own before them.",
                ),
                block(["metrics"], vec![line(["max_metric_name_length", "1024"])]),
            ],
        ),
        http(plan, plan.options),
    ])
}
