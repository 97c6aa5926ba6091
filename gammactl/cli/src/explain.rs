//! The command `gammactl explain` says which rule a request gets, and why.

use std::{
    fs, io,
    io::Read as _,
    path::Path,
    time::{SystemTime, UNIX_EPOCH},
};

use anyhow::{Context as _, bail};
use clap::{Args, ValueEnum};
use gamma_explain::{
    Explainer, Explanation, access_log,
    access_log::Logged,
    render, render_all, render_brief,
    request::{ListError, RequestDraft, RequestOptions, Simulated, commands, read_line},
};

use super::{
    input::{CompiledInput, Input},
    kube::KUBE,
    output,
};

/// Say which rule a request gets, why, and what becomes of it
#[derive(Debug, Args)]
#[command(
    mut_arg("filename", |arg| arg.required_unless_present_any(["config"].into_iter().chain(KUBE))),
    after_help = "\
Examples:
  gammactl explain -f routes/ -n shop 'POST http://cart/api?x=1' -H 'x-user: me'
  gammactl explain -f routes/ http://cart.shop/ --from web --destination 10.0.0.1:80
  gammactl explain -c config.json http://cart/ --output json
  gammactl explain --kube 'curl http://cart/'           # what the cluster does with it
  gammactl explain --kube -f new/ http://cart/          # and if these files were applied
  gammactl explain -f routes/ --requests requests.txt --output brief
  kubectl logs my-pod -c proxy | gammactl explain -f routes/ --access-log -

A line of --requests is what curl takes (curl -X POST http://cart/ -H 'k: v'), `POST http://cart/`,
or JSON: {\"request\": \"POST http://cart/\", \"headers\": [\"k: v\"], \"from\": \"web\"}. What browsers copy
as cURL or fetch may have several lines; HAR files are read, too.
--access-log reads Envoy's default format, Istio's, that of `gammactl envoy`, and JSON lines."
)]
pub(super) struct ExplainCommand {
    /// The request: a URL, a method and a URL in one word, as in 'POST http://cart/', or a whole command of curl
    #[arg(value_name = "REQUEST")]
    requests_given: Vec<String>,

    #[command(flatten)]
    input: Input,

    /// A route config instead of manifests
    #[arg(
        short,
        long,
        value_name = "FILE",
        conflicts_with_all = ["filename"].into_iter().chain(KUBE)
    )]
    config: Option<String>,

    #[command(flatten)]
    request: RequestOptions,

    /// Read requests from a file, one a line; - for standard input
    #[arg(long, value_name = "FILE")]
    requests: Option<String>,

    /// Read requests from an access log of Envoy; - for standard input
    #[arg(long, value_name = "FILE")]
    access_log: Option<String>,

    /// List every match, also those after the one that wins
    #[arg(long)]
    all: bool,

    /// How to write the answers
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = ExplainFormat::Text)]
    output: ExplainFormat,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ExplainFormat {
    /// For people
    Text,
    /// One line for each request
    Brief,
    /// One object, or with --requests and --access-log one object a line
    Json,
}

pub(super) fn run(options: &ExplainCommand) -> anyhow::Result<bool> {
    let (mut input, mut given) = (options.input.clone(), options.requests_given.clone());
    given.splice(0..0, requests_among(&mut input.filename));
    if options.config.is_none() && input.filename.is_empty() && !input.kube.is_given() {
        bail!("-f needs the path of manifests");
    }
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    let now = now.map_or(0, |since| since.as_secs());

    let mut asked: Vec<(Simulated, Option<Logged>)> = Vec::new();
    for request in given {
        if request.starts_with("curl ") {
            let of_command = &options.request;
            if of_command.method.is_some()
                || !of_command.headers.is_empty()
                || !of_command.data.is_empty()
            {
                bail!("`{request}` says everything itself: put -X, -H and -d into it");
            }
            let request = read_line(&request, now)?;
            asked.extend(request.map(|request| (request, None)));
            continue;
        }
        let draft = RequestDraft::new(request, &options.request);
        asked.push((draft.simulated(now)?, None));
    }
    let mut good = true;
    if let Some(file) = &options.requests {
        good &= each_command(file, |line| {
            let request = read_line(line, now)?;
            asked.extend(request.map(|request| (request, None)));
            Ok(())
        })?;
    }
    if let Some(file) = &options.access_log {
        good &= each_logged(file, now, |logged| {
            asked.push((logged.request.clone(), Some(logged)));
        })?;
    }
    if asked.is_empty() && options.requests.is_none() && options.access_log.is_none() {
        bail!("which request? Name one, as in `gammactl explain -f routes/ 'GET http://cart/'`");
    }
    let many = options.requests.is_some() || options.access_log.is_some() || asked.len() > 1;

    let Some(explainer) = explainer(options, &input)? else {
        return Ok(false);
    };
    let format = Writer {
        format: options.output,
        all: options.all,
        many,
        color: output::color(&io::stdout()),
    };
    let mut first = true;
    for (mut request, logged) in asked {
        request.from = request.from.or_else(|| options.request.from.clone());
        request.destination = request.destination.or(options.request.destination);
        let mut explanation = explainer.explain(&request)?;
        if let Some(logged) = &logged {
            let notes = access_log::notes(&explanation, logged);
            explanation.notes.extend(notes);
        }
        output::write(&format.text(&explanation, first)?, None)?;
        first = false;
    }
    Ok(good)
}

/// How explanations are written.
struct Writer {
    format: ExplainFormat,
    all: bool,
    many: bool,
    color: bool,
}

impl Writer {
    fn text(&self, explanation: &Explanation, first: bool) -> anyhow::Result<String> {
        let mut text = match self.format {
            ExplainFormat::Text => {
                let gap = if first { "" } else { "\n" };
                let render = if self.all { render_all } else { render };
                return Ok(format!("{gap}{}", render(explanation, self.color)));
            }
            ExplainFormat::Brief => return Ok(render_brief(explanation, self.color)),
            ExplainFormat::Json if self.many => serde_json::to_string(explanation)?,
            ExplainFormat::Json => serde_json::to_string_pretty(explanation)?,
        };
        text.push('\n');
        Ok(text)
    }
}

/// `-f` takes every word behind it, so that `-f routes/ http://cart/` gives the request to it.
fn requests_among(paths: &mut Vec<String>) -> Vec<String> {
    let is_request = |path: &String| {
        let is_url = path.contains("://") || path.split_once(' ').is_some();
        is_url && !Path::new(path).exists()
    };
    let first = paths.iter().rposition(|path| !is_request(path));
    paths.split_off(first.map_or(0, |first| first + 1))
}

/// Reads what requests are explained by. `None` if the input has errors, which have been reported.
fn explainer(options: &ExplainCommand, input: &Input) -> anyhow::Result<Option<Explainer>> {
    let explainer = match &options.config {
        Some(file) => {
            let text = read_text(file)?;
            match gamma_config::parse(text.as_bytes()) {
                Ok(config) => Explainer::of_config(config, file),
                Err(error) => {
                    eprintln!("error: {file}: {error}");
                    return Ok(None);
                }
            }
        }
        None => {
            let mut compiled = CompiledInput::from(input)?;
            compiled.report();
            if !compiled.good(input) {
                return Ok(None);
            }
            let CompiledInput {
                sources,
                config,
                provenance,
                namespace,
                ..
            } = compiled;
            let explainer = Explainer::of_manifests(config, &sources, provenance);
            if input.kube.is_given() {
                // Like kubectl: the context says where its user is.
                explainer.with_client_namespace(&namespace)
            } else {
                explainer
            }
        }
    };
    Ok(Some(match &input.flags.namespace {
        Some(namespace) => explainer.with_client_namespace(namespace),
        None => explainer,
    }))
}

/// Reads the requests in `file`. Returns whether all could be read; errors are reported.
fn each_command(
    file: &str,
    mut read: impl FnMut(&str) -> Result<(), ListError>,
) -> anyhow::Result<bool> {
    let mut good = true;
    for (number, command) in commands(&read_text(file)?) {
        if let Err(error) = read(&command) {
            good = false;
            eprintln!("error: {file}:{number}: {error}");
        }
    }
    Ok(good)
}

/// Reads the access log in `file`. Returns whether it has any line of an access log: a proxy writes
/// other lines to the same stream.
fn each_logged(file: &str, now: u64, mut found: impl FnMut(Logged)) -> anyhow::Result<bool> {
    let (mut good, mut others, mut first) = (false, 0, String::new());
    for (number, line) in (1..).zip(read_text(file)?.lines()) {
        match access_log::read_line(line, now) {
            Ok(logged) => {
                good |= logged.is_some();
                logged.into_iter().for_each(&mut found);
            }
            Err(error) => {
                others += 1;
                if others == 1 {
                    first = format!("{number}: {error}");
                }
            }
        }
    }
    match (others, good) {
        (0, _) => return Ok(true),
        (_, false) => eprintln!("error: {file}: no line is of an access log; {first}"),
        (1, true) => eprintln!("note: {file}: one line is not of an access log; {first}"),
        _ => eprintln!("note: {file}: {others} lines are not of an access log; {first}"),
    }
    Ok(good)
}

fn read_text(file: &str) -> anyhow::Result<String> {
    let bytes = match file {
        "-" => {
            let mut bytes = Vec::new();
            io::stdin().read_to_end(&mut bytes).map(|_| bytes)
        }
        _ => fs::read(file),
    };
    // A log may have anything in it; what is not UTF-8 spoils its own line only.
    let bytes = bytes.with_context(|| file.to_owned())?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
