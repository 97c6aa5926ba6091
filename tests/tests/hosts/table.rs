//! The table of `docs/hosts.md`: what the runs of the fixtures say of each host.

use std::{env, fmt::Write as _, fs};

use gamma_interpreter::profile::OTHERS;
use gamma_testbed::{
    fixture::{self, Fixture},
    repository,
};

use crate::limits;

const BEGIN: &str = "<!-- Written by `make hosts`, never by hand. -->\n";
const END: &str = "<!-- End of what is written. -->\n";

#[test]
fn the_table_of_hosts_says_what_was_run() {
    let path = repository::path("docs/hosts.md");
    let page = fs::read_to_string(&path).unwrap();
    let (before, rest) = page.split_once(BEGIN).unwrap();
    let (written, after) = rest.split_once(END).unwrap();
    let table = table();
    if env::var_os("UPDATE").is_some() {
        let page = [before, BEGIN, &table, END, after].concat();
        fs::write(&path, page).unwrap();
        return;
    }
    assert_eq!(written, table, "`make hosts` writes it");
}

fn table() -> String {
    let profiles = OTHERS.map(|profile| profile.name);
    let mut table = format!("\n| fixture | envoy | {} |\n", profiles.join(" | "));
    table.push_str(&"|---".repeat(2 + profiles.len()));
    table.push_str("|\n");
    for fixture in Fixture::load_all(&fixture::root()).unwrap() {
        let cell = |host| limits::find(host, &fixture.name).unwrap_or("works");
        let cells = profiles.map(cell).join(" | ");
        let name = fixture.name.replace("::", "/");
        // That the real Envoy passes every fixture is what `tests/tests/fixtures.rs` is for.
        writeln!(table, "| {name} | works | {cells} |").expect("memory");
    }
    table.push('\n');
    table
}
