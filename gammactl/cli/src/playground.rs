//! The command `gammactl playground` serves the page that decides as the proxy does, with the files of `-f` in it, and
//! keeps it in step with them.

mod events;
mod files;
mod page;
mod server;

use std::path::PathBuf;

use clap::Args;

use self::{events::FileChanges, files::ServedFiles, page::PageFiles, server::PageServer};
use super::input::namespace_or_none;

/// Show in a browser which requests go where, and what a change of routes changes
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  gammactl playground -f routes/
  gammactl playground -f routes/ -n shop --port 8123

The page is served to this machine only, and follows the files: save one, and it is there. What is typed into the
page is not written back.")]
pub(super) struct PlaygroundCommand {
    /// Manifests: a file or a directory
    #[arg(short, long, required = true, num_args = 1.., value_name = "PATH")]
    filename: Vec<String>,

    /// The clients' namespace; manifests that name no namespace are put there too, as kubectl does
    #[arg(short, long, value_parser = namespace_or_none)]
    namespace: Option<String>,

    /// The port to serve the page at; 0 is any that is free
    #[arg(long, value_name = "PORT", default_value_t = 0)]
    port: u16,

    /// The folder of the page, where it is not in this program
    #[arg(long, value_name = "DIR")]
    page: Option<PathBuf>,
}

pub(super) fn run(options: &PlaygroundCommand) -> anyhow::Result<bool> {
    anyhow::ensure!(
        !options.filename.iter().any(|path| path == "-"),
        "the page follows files, and standard input never changes: name files or directories"
    );
    let files = ServedFiles {
        paths: options.filename.clone(),
        namespace: options.namespace.clone(),
    };
    // What can't be read is said before anybody looks at the page.
    files.json()?;
    let page = PageFiles::open(options.page.as_deref())?;
    let changes = FileChanges::follow(&options.filename);
    PageServer::new(page, files, changes).run(options.port, |address| {
        println!("http://{address}/");
        eprintln!("the page follows the files; Ctrl-C ends it");
    })?;
    Ok(true)
}
