//! The file of counts, and whether what was counted is more than it says.

use std::{env, fs, path::Path};

use gamma_interpreter::Cost;

use crate::{change, decision, patterns, request};

/// How much more instructions are no failure: the same source compiled elsewhere may differ a little.
const TOLERANCE: f64 = 1.02;

const HEAD: &str = "\
# What is counted

Executed by the filter's module (before `wasm-opt`) in an interpreter, for a request from the creation
of its context to its end. Instructions are those of WebAssembly but for the ones that make no machine
code (locals, constants, blocks). *Answers* are host calls that return something in memory that the
module allocates, the dearest kind. `make test` fails if one of these numbers grows, instructions by
more than 2 %; `UPDATE=1 cargo test -p gamma-tests --test cost` writes them anew.

| what | instructions | host calls | answers | allocations | bytes |
|---|--:|--:|--:|--:|--:|
";

/// A row of the table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Row {
    what: String,
    /// As the columns of the table.
    counts: [Option<u64>; COLUMNS.len()],
}

const COLUMNS: [&str; 5] = [
    "instructions",
    "host calls",
    "answers",
    "allocations",
    "bytes",
];

impl Row {
    /// Of a request.
    pub(crate) fn new(what: &str, cost: &Cost, allocations: Option<u64>) -> Self {
        Self {
            what: what.into(),
            counts: [
                Some(cost.instructions),
                Some(cost.host_calls.len() as u64),
                Some(cost.returned.into()),
                allocations,
                None,
            ],
        }
    }

    /// Of what asks the host for nothing.
    pub(crate) fn instructions(what: &str, instructions: u64) -> Self {
        Self {
            what: what.into(),
            counts: [Some(instructions), None, None, None, None],
        }
    }

    pub(crate) fn bytes(what: &str, bytes: u64) -> Self {
        Self {
            what: what.into(),
            counts: [None, None, None, None, Some(bytes)],
        }
    }

    fn parse(line: &str) -> Option<Self> {
        let line = line.trim().strip_prefix('|')?.strip_suffix('|')?;
        let mut cells = line.split('|').map(str::trim);
        let what = cells.next()?.to_owned();
        let counts: Vec<Option<u64>> = cells.map(|cell| cell.parse().ok()).collect();
        let counts: [Option<u64>; COLUMNS.len()] = counts.try_into().ok()?;
        let is_row = counts.iter().any(Option::is_some);
        is_row.then_some(Self { what, counts })
    }

    fn line(&self) -> String {
        let cells = self.counts.iter().map(|count| match count {
            Some(count) => format!(" {count} |"),
            None => " |".into(),
        });
        format!("| {} |{}\n", self.what, cells.collect::<String>())
    }

    /// What is more than `allowed`.
    fn excess(&self, allowed: &Self) -> Vec<String> {
        let pairs = self.counts.iter().zip(&allowed.counts);
        COLUMNS
            .into_iter()
            .zip(pairs)
            .filter_map(|(column, (now, then))| {
                let (now, then) = (now.unwrap_or(0), then.unwrap_or(0));
                let tolerance = match column {
                    "instructions" => TOLERANCE,
                    _ => 1.0,
                };
                let more = now as f64 > then as f64 * tolerance;
                more.then(|| format!("{}: {now} {column} instead of {then}", self.what))
            })
            .collect()
    }
}

#[test]
fn nothing_costs_more_than_the_file_says() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/performance/counts.md");
    let counted: Vec<Row> = decision::rows()
        .into_iter()
        .chain(request::rows())
        .chain(patterns::rows())
        .chain(change::rows())
        .collect();
    if env::var_os("UPDATE").is_some() {
        let lines: String = counted.iter().map(Row::line).collect();
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, format!("{HEAD}{lines}")).unwrap();
        return;
    }
    let text = fs::read_to_string(&path).unwrap_or_default();
    let allowed: Vec<Row> = text.lines().filter_map(Row::parse).collect();
    let names = |rows: &[Row]| rows.iter().map(|row| row.what.clone()).collect::<Vec<_>>();
    assert_eq!(
        names(&allowed),
        names(&counted),
        "other cases than in {}: UPDATE=1 writes it anew",
        path.display()
    );
    let excess: Vec<String> = counted
        .iter()
        .zip(&allowed)
        .flat_map(|(now, then)| now.excess(then))
        .collect();
    assert!(
        excess.is_empty(),
        "dearer than {} allows; if that is worth it, UPDATE=1 writes it anew:\n{}",
        path.display(),
        excess.join("\n")
    );
}

#[test]
fn a_growth_is_said() {
    let then = Row::parse("| a plain forward | 1000 | 4 | 1 |  |  |").unwrap();
    let with = |instructions, calls| Row {
        counts: [Some(instructions), Some(calls), Some(1), None, None],
        ..then.clone()
    };
    assert_eq!(
        with(1_021, 5).excess(&then),
        [
            "a plain forward: 1021 instructions instead of 1000",
            "a plain forward: 5 host calls instead of 4"
        ]
    );
    assert!(with(1_020, 4).excess(&then).is_empty());
    assert_eq!(Row::parse(&then.line()), Some(then));
}
