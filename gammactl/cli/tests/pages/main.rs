//! Every command line of the documentation is run, and what it prints is compared with the page.
//!
//! How a page says so is told in [`gamma_testbed::page`]; `UPDATE=1 cargo test` writes what is printed now.
//! The commands of [`ELSEWHERE`] are run where there is what they need, by `make cluster-test`, `make test-docker` and
//! `make release-check`.

mod sandbox;

use std::{
    fs,
    path::{Path, PathBuf},
};

use gamma_testbed::page::{self, Block};

use crate::sandbox::Sandbox;

/// Pages whose commands need a cluster, an engine, a release or a browser.
const ELSEWHERE: [&str; 7] = [
    "istio.md",
    "controller.md",
    "progressive-delivery.md",
    "docker.md",
    "install.md",
    "playground.md",
    "commands/playground.md",
];

#[test]
fn every_command_in_the_docs_does_what_the_page_says() {
    let mut wrong = Vec::new();
    let mut commands = 0;
    for page in pages() {
        let text = fs::read_to_string(&page).unwrap();
        let (updated, run) = run(&text, &page, &mut wrong);
        commands += run;
        if std::env::var_os("UPDATE").is_some() && updated != text {
            fs::write(&page, updated).unwrap();
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
    assert!(commands > 60, "only {commands} commands were found");
}

fn pages() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut pages = vec![root.join("README.md"), root.join("CONTRIBUTING.md")];
    let mut folders = vec![root.join("docs")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "md") {
                pages.push(path);
            }
        }
    }
    let docs = root.join("docs");
    pages.retain(|page| !ELSEWHERE.iter().any(|name| *page == docs.join(name)));
    pages.sort();
    pages
}

/// The page with the outputs that came, and how many commands were run.
fn run(text: &str, page: &Path, wrong: &mut Vec<String>) -> (String, usize) {
    let sandbox = Sandbox::new();
    let mut updated = String::new();
    let mut count = 0;
    for block in page::blocks(text) {
        match block {
            Block::Prose(lines) => updated.push_str(lines),
            Block::File { name, content, all } => {
                sandbox.write(name, content);
                updated.push_str(all);
            }
            Block::Script { lines, all } => {
                for command in page::split(lines) {
                    count += 1;
                    if let Err(why) = sandbox.run(&command, None) {
                        wrong.push(format!("{}: {}\n{why}", page.display(), command.text));
                    }
                }
                updated.push_str(all);
            }
            Block::Console { lines, open, close } => {
                updated.push_str(open);
                for (command, expected) in page::sessions(lines) {
                    count += 1;
                    let printed = sandbox.run(&command, Some(expected)).unwrap_or_else(|why| {
                        wrong.push(format!("{}: {}\n{why}", page.display(), command.text));
                        expected.into()
                    });
                    updated.push_str(command.written);
                    updated.push_str(if page::fits(expected, &printed) {
                        expected
                    } else {
                        &printed
                    });
                    if !page::fits(expected, &printed) && std::env::var_os("UPDATE").is_none() {
                        wrong.push(format!(
                            "{}: {}\n--- the page\n{expected}--- printed\n{printed}",
                            page.display(),
                            command.text
                        ));
                    }
                }
                updated.push_str(close);
            }
        }
    }
    (updated, count)
}
