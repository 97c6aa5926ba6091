//! The options of `gammactl nginx`.

use std::{net::SocketAddr, path, path::PathBuf};

use anyhow::{Context as _, ensure};
use clap::{Args, ValueEnum};
use gamma_compile::{self as compile};
use gamma_config::{Duration, HostKind};
use gamma_nginx::NginxOptions;

use crate::input::{Input, namespace_or_none};

/// Write an nginx.conf around the filter, for nginx with WasmX (ngx_wasm_module)
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  gammactl nginx -f routes/ -n shop --listen 0.0.0.0:8080 --wasm dist/gamma-filter-compat.wasm \\
                 --resolver 10.96.0.10 -o /etc/nginx/gamma
  nginx -t -c /etc/nginx/gamma/nginx.conf && nginx -c /etc/nginx/gamma/nginx.conf

The route config is put into the module, since a parameter of nginx.conf has 4 kB. Endpoints come from the
EndpointSlices in the input; a Service without any is asked for by name, of --resolver.")]
pub(crate) struct NginxCommand {
    #[command(flatten)]
    pub(super) input: Input,

    /// Whose requests they are [default: that of -n, else `default`]
    #[arg(long, value_name = "NAMESPACE", value_parser = namespace)]
    pub(super) client_namespace: Option<String>,

    /// Where to accept requests
    #[arg(long, required = true, num_args = 1.., value_name = "ADDR:PORT", value_parser = fixed_port)]
    listen: Vec<SocketAddr>,

    /// gamma-filter-compat.wasm, of which the module with the config is made
    #[arg(long, value_name = "FILE")]
    pub(super) wasm: PathBuf,

    /// How the module holds the route config
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = BakedFormat::Auto)]
    pub(super) config_format: BakedFormat,

    /// Whom nginx asks for the names of Services without EndpointSlices
    #[arg(long, value_name = "ADDR", value_parser = resolver)]
    resolver: Option<String>,

    /// Where requests go that are for no known Service [default: they are answered 404]
    #[arg(long, value_name = "HOST:PORT", value_parser = host_and_port)]
    others: Option<String>,

    /// How long a backend may be silent; nginx has one limit for all rules
    #[arg(long, value_name = "DURATION", default_value = "60s")]
    timeout: Duration,

    /// File with the certificates that nginx's machine trusts, as nginx will see it, for BackendTLSPolicies with
    /// `wellKnownCACertificates: System` [default: where this machine has them]
    #[arg(long, value_name = "FILE")]
    system_certificates: Option<String>,

    /// Files that the block `http` includes: servers, maps and logs of your own; repeatable
    #[arg(long, value_name = "FILE")]
    include: Vec<String>,

    /// The directory to write to
    #[arg(short, long, value_name = "DIR")]
    pub(super) output: PathBuf,

    /// Path of the directory, as nginx will see it [default: that of --output]
    #[arg(long, value_name = "PATH")]
    dir_as: Option<String>,

    /// Go on: whenever the input changes, write again, and say what to reload
    #[arg(long)]
    pub(super) watch: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum BakedFormat {
    /// Compressed from 128 KiB on
    Auto,
    /// As JSON
    Plain,
    /// In a twentieth of the space
    Gzip,
}

impl NginxCommand {
    pub(super) fn compile_options(&self) -> anyhow::Result<compile::Options> {
        let options = self.input.compile_options();
        ensure!(
            matches!(options.host, None | Some(HostKind::Nginx)),
            "--host is nginx here: leave it out"
        );
        Ok(compile::Options {
            host: Some(HostKind::Nginx),
            host_is_generated: true,
            tls_to_backends: compile::TlsToBackends::default(),
            ..options
        })
    }

    pub(super) fn nginx_options(&self) -> anyhow::Result<NginxOptions> {
        let directory = match &self.dir_as {
            Some(path) => path.clone(),
            None => {
                // nginx takes what is relative from where it was built to.
                let path = path::absolute(&self.output)?;
                let path = path.to_str();
                path.context("-o: nginx.conf can only have paths in UTF-8")?
                    .into()
            }
        };
        Ok(NginxOptions {
            listen: self.listen.clone(),
            directory: directory.trim_end_matches('/').into(),
            resolver: self.resolver.clone(),
            others: self.others.clone(),
            timeout: self.timeout,
            system_certificates: match &self.system_certificates {
                Some(path) => path.clone(),
                None => gamma_envoy::system_certificates().into(),
            },
            include: self.include.clone(),
        })
    }
}

/// nginx has to be told the port; and it has to reach itself.
fn fixed_port(text: &str) -> Result<SocketAddr, String> {
    let address: SocketAddr = text.parse().map_err(|error| format!("{error}"))?;
    match address.port() {
        0 => Err("nginx listens on a fixed port".into()),
        _ => Ok(address),
    }
}

fn namespace(text: &str) -> Result<String, String> {
    match namespace_or_none(text)? {
        namespace if namespace.is_empty() => Err("nginx does not say which: name one".into()),
        namespace => Ok(namespace),
    }
}

/// An address or a name, and a port if there is one: nothing that would end the directive.
fn resolver(text: &str) -> Result<String, String> {
    let is_of_address = |c: char| c.is_ascii_alphanumeric() || ".-:[]".contains(c);
    if text.is_empty() || !text.chars().all(is_of_address) {
        return Err("an address, as in 10.96.0.10, [fd00::a]:53 or dns.example.com".into());
    }
    // An IPv6 address stands in brackets in nginx.
    match text.parse::<std::net::Ipv6Addr>() {
        Ok(ip) => Ok(format!("[{ip}]")),
        Err(_) => Ok(text.into()),
    }
}

fn host_and_port(text: &str) -> Result<String, String> {
    let is_port = |port: &str| port.parse::<u16>().is_ok_and(|port| port > 0);
    match text.rsplit_once(':') {
        Some((host, port)) if is_port(port) && resolver(host).is_ok() => Ok(text.into()),
        _ => Err("a host and a port, as in 127.0.0.1:8081".into()),
    }
}
