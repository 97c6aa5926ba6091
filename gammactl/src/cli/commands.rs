//! What the commands do. Each returns whether the input was good.

use gamma_config::Config;

use super::{
    options::{Check, Compile, Envoy, Format, Input},
    output,
};
use crate::{
    compile,
    diagnostic::{self, Diagnostic, Diagnostics, Severity, codes},
    envoy::{self, EnvoyOptions},
    manifest::{self, Manifests},
    source::{self, Sources},
};

/// Manifests, what was made of them and what is to be said about them.
struct Compiled {
    sources: Sources,
    manifests: Manifests,
    config: Config,
    diagnostics: Diagnostics,
}

impl Compiled {
    fn from(input: &Input) -> anyhow::Result<Self> {
        let sources = source::load(&input.filename)?;
        let mut diagnostics = Diagnostics::default();
        let manifests = manifest::decode(&sources, input.default_namespace(), &mut diagnostics);
        if manifests.routes.is_empty() && manifests.services.is_empty() && diagnostics.is_empty() {
            diagnostics.push(Diagnostic {
                code: &codes::NOTHING_FOUND,
                message: "the input has no manifests".into(),
                span: None,
                why: None,
                hint: Some("name files with HTTPRoutes, GRPCRoutes and Services".into()),
            });
        }
        let config = compile::compile(&manifests, &input.compile_options(), &mut diagnostics);
        diagnostics.sort();
        Ok(Self {
            sources,
            manifests,
            config,
            diagnostics,
        })
    }

    /// Whether the result may be used. An object that is left out would be missing from it.
    fn good(&self, input: &Input) -> bool {
        let refused = self.diagnostics.any(Severity::Error);
        let strictly = input.strict && self.diagnostics.any(Severity::Warning);
        !refused && !strictly
    }

    /// Says what was found, but for notes: they are what `check` is for.
    fn report(&mut self) {
        self.diagnostics
            .retain(|d| d.code.severity < Severity::Note);
        output::report(&self.diagnostics, &self.sources);
    }
}

pub(super) fn compile(options: &Compile) -> anyhow::Result<bool> {
    let mut compiled = Compiled::from(&options.input)?;
    compiled.report();
    if !compiled.good(&options.input) {
        return Ok(false);
    }
    let mut text = serde_json::to_string_pretty(&compiled.config)?;
    text.push('\n');
    output::write(&text, options.output.as_deref())?;
    Ok(true)
}

pub(super) fn check(options: &Check) -> anyhow::Result<bool> {
    let compiled = Compiled::from(&options.input)?;
    match options.output {
        Format::Text => output::report(&compiled.diagnostics, &compiled.sources),
        Format::Json => {
            let format = diagnostic::Format::Json;
            let text = diagnostic::render(&compiled.diagnostics, &compiled.sources, format);
            output::write(&text, None)?;
        }
    }
    Ok(compiled.good(&options.input))
}

pub(super) fn envoy(options: &Envoy) -> anyhow::Result<bool> {
    let mut compiled = Compiled::from(&options.input)?;
    compiled.report();
    if !compiled.good(&options.input) {
        return Ok(false);
    }
    let bootstrap = envoy::bootstrap(
        &compiled.manifests,
        &compiled.config,
        &options.input.compile_options(),
        &EnvoyOptions {
            listen: options.listen.clone(),
            admin: options.admin,
            wasm: options.wasm.clone(),
            mirror_host_suffix: options.mirror_host_suffix,
        },
    );
    let path = options.output.as_deref();
    let is_json = path.is_some_and(|path| path.extension().is_some_and(|ext| ext == "json"));
    let text = if is_json {
        envoy::write_json(&bootstrap)
    } else {
        let file = path.map_or("FILE".into(), |path| path.display().to_string());
        let comment = format!(
            "Written by gammactl. Run it:\n  envoy -c {file}\n\
             The route config is in the `configuration` of the filter `gamma`."
        );
        envoy::write_yaml(&bootstrap, &comment)
    };
    output::write(&text, path)?;
    Ok(true)
}
