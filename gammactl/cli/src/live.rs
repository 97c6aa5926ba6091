//! The command `gammactl envoy -o DIR` keeps a directory that a running Envoy reads: it writes
//! once, or with `--watch` until Ctrl-C.

use std::{
    fs, io,
    io::Write as _,
    ops::ControlFlow,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    thread,
    time::Instant,
};

use gamma_envoy::{
    xds,
    xds::{DeliveryError, EnvoyContact, LiveDirectory, Update},
};
use gamma_manifest::write_yaml;

use super::{envoy::options::EnvoyCommand, input::Input};
use crate::{farewell::leave_on_signals, watch::watch};

pub(super) fn run(options: &EnvoyCommand, directory: &Path) -> anyhow::Result<bool> {
    outside_of_input(directory, &options.input.filename)?;
    if options.watch {
        return keep_up(options, directory);
    }
    // The input is read first: no directory is made for input that has errors.
    let Some(next) = next(options, directory)? else {
        return Ok(false);
    };
    let mut live = options.live(directory)?;
    match live.update(&next.bootstrap, next.split.resources) {
        Ok(update) => say(&update, directory),
        Err(DeliveryError::Directory(error)) => return Err(error.into()),
        Err(error) => {
            complain(&format!("error: {error}"));
            return Ok(false);
        }
    }
    while let Some(at) = live.next_step() {
        thread::sleep(at.saturating_duration_since(Instant::now()));
        live.step(Instant::now())?;
    }
    Ok(true)
}

/// Refuses a directory whose files would be read as manifests.
pub(super) fn outside_of_input(directory: &Path, filenames: &[String]) -> anyhow::Result<()> {
    for input in filenames {
        if inside(directory, Path::new(input)) {
            anyhow::bail!(
                "{} is inside {input}, whose files are all read as manifests: name another directory",
                directory.display()
            );
        }
    }
    Ok(())
}

/// Whether `directory`, which need not exist, is `input` or below it.
fn inside(directory: &Path, input: &Path) -> bool {
    let real = |path: &Path| fs::canonicalize(path).or_else(|_| std::path::absolute(path));
    match (real(directory), real(input)) {
        (Ok(directory), Ok(input)) => input.is_dir() && directory.starts_with(input),
        _ => false,
    }
}

/// The files that the input asks for.
struct Next {
    bootstrap: String,
    split: xds::SplitBootstrap,
}

/// Reads the input. `None` if the input has errors, which have been reported.
fn next(options: &EnvoyCommand, directory: &Path) -> anyhow::Result<Option<Next>> {
    let Some(built) = options.build()? else {
        return Ok(None);
    };
    let module = fs::read(&options.wasm);
    if let Err(error) = &module
        && !options.elsewhere()
    {
        complain(&format!(
            "warning: {} can't be read: {error}; Envoy serves nothing before it can",
            options.wasm
        ));
    }
    let seen_as = options.seen_as(directory);
    let taken_apart = xds::split(
        built.bootstrap,
        &built.generated,
        &seen_as,
        module.ok().as_deref(),
    );
    let split = match taken_apart {
        Ok(split) => split,
        Err(error) => {
            complain(&format!("error: with these fragments, {error}"));
            return Ok(None);
        }
    };
    let comment = format!(
        "{} Run it:\n  envoy -c {}/{}\n\
         Clusters, endpoints, routes and the filter are in the files beside it. Envoy reads them \
         again\nwhen they are replaced, as gammactl does; this file it reads only once.",
        gamma_manifest::MARK,
        seen_as.trim_end_matches('/'),
        xds::BOOTSTRAP,
    );
    Ok(Some(Next {
        bootstrap: write_yaml(&split.bootstrap, &comment),
        split,
    }))
}

fn keep_up(options: &EnvoyCommand, directory: &Path) -> anyhow::Result<bool> {
    let mut paths = paths_to_watch(&options.input, &options.merge)?;
    paths.push(PathBuf::from(&options.wasm));
    let live = Arc::new(Mutex::new(options.live(directory)?));
    leave_on_signals(&live)?;
    watch(&paths, |_| {
        let next = match next(options, directory) {
            Ok(Some(next)) => next,
            Ok(None) => {
                complain("the input has errors: everything stays as it was");
                return ControlFlow::Continue(());
            }
            Err(error) => {
                complain(&format!("{error:#}: everything stays as it was"));
                return ControlFlow::Continue(());
            }
        };
        let mut locked = live.lock().unwrap_or_else(PoisonError::into_inner);
        match locked.update(&next.bootstrap, next.split.resources) {
            Ok(update) => say(&update, directory),
            Err(error) => complain(&format!("error: {error}")),
        }
        if let Some(at) = locked.next_step() {
            go_on_at(at, &live, directory);
        }
        ControlFlow::Continue(())
    });
    Ok(true)
}

/// The files of the input and `more`, if they can change.
pub(super) fn paths_to_watch(input: &Input, more: &[String]) -> anyhow::Result<Vec<PathBuf>> {
    anyhow::ensure!(
        !input.kube.is_given(),
        "--watch is for files: a cluster is read once, so run the command again when its objects change"
    );
    let read = input.filename.iter().chain(more);
    let paths: Vec<PathBuf> = read.map(PathBuf::from).collect();
    if paths.iter().any(|path| path == Path::new("-")) {
        anyhow::bail!("--watch needs files or directories: standard input never changes");
    }
    Ok(paths)
}

/// Does what is left to do at `at`, and after that.
fn go_on_at(at: Instant, live: &Arc<Mutex<LiveDirectory>>, directory: &Path) {
    let live = Arc::clone(live);
    let directory = directory.to_owned();
    thread::spawn(move || {
        let mut next = Some(at);
        while let Some(at) = next {
            thread::sleep(at.saturating_duration_since(Instant::now()));
            let mut live = live.lock().unwrap_or_else(PoisonError::into_inner);
            match live.step(Instant::now()) {
                Ok(Some(update)) => say(&update, &directory),
                Ok(None) => {}
                Err(error) => complain(&format!("error: {error}")),
            }
            next = live.next_step();
        }
    });
}

/// One line on standard output.
fn say(update: &Update, directory: &Path) {
    let Update { changes, envoy, .. } = update;
    let directory_name = directory.display();
    let line = match (envoy, changes.is_empty()) {
        (EnvoyContact::Connected, false) => {
            format!("{changes}: Envoy took it in {} ms", update.took.as_millis())
        }
        (EnvoyContact::Connected, true) => format!("{changes}: Envoy has it"),
        (EnvoyContact::Unreachable(at), true) => format!("{changes}; no Envoy answers at {at}"),
        (EnvoyContact::Unreachable(at), false) => {
            format!("{changes}: written to {directory_name}; no Envoy answers at {at}")
        }
        (_, true) => changes.to_string(),
        (_, false) => format!("{changes}: written to {directory_name}"),
    };
    // Where standard output is closed, the update goes on without its report.
    let _ = writeln!(io::stdout(), "{line}");
    if update.envoy == EnvoyContact::OtherBootstrap {
        complain(&format!(
            "warning: the Envoy at the admin address was not started with {}/{}",
            directory.display(),
            xds::BOOTSTRAP
        ));
    }
    if update.restart && !matches!(update.envoy, EnvoyContact::Unreachable(_)) {
        complain(&format!(
            "warning: {} has changed, which Envoy reads only when it starts: restart it",
            xds::BOOTSTRAP
        ));
    }
    if update.ignored {
        complain("warning: Envoy ignores a field that it does not know: its log has the name");
    }
    if update.cold {
        complain("warning: some clusters have no endpoints yet: DNS is slow or fails");
    }
}

pub(super) fn complain(line: &str) {
    let _ = writeln!(io::stderr(), "{line}");
}
