//! Random documents, valid and damaged, in every style that YAML has: kubectl and Gamma read the same.

use std::env;

use fastrand::Rng;

use crate::{
    kubectl::{self, HEADER},
    read::{normal, read},
};

const SCALARS: &[&str] = &[
    "a",
    "b c",
    "80",
    "0120",
    "0x50",
    "1_000",
    "1.5",
    "100.0",
    "1.728e+06",
    "1e3",
    "y",
    "no",
    "On",
    "~",
    "null",
    "true",
    "''",
    "'a''b'",
    "\"a\\tb\"",
    "\"\\u00e9\\x41\"",
    "'80'",
    "\"y\"",
    "2026-01-01T00:00:00+02:00",
    "2026-01-01",
    "é",
    "日本",
    "a:b",
    "a#b",
    "-1",
    "-a",
    "?a",
    ":a",
    "http://a/b?c=d",
    "*.example.com",
    "<<",
    "=",
    "!!str 80",
    "!!int '80'",
    "!!float 1",
    "!!binary aGk=",
    "! 1",
    "!x 1",
    "!!null ''",
    "!!bool yes",
    "1:30",
    "0b11",
    "0o17",
    ".5",
    "5.",
    "+1",
    "1__0",
    "a, b",
    "{a",
    "a]",
    "'a\n  b'",
    "\"a\n\n   b\\\n  c\"",
    "a\n   b",
    "@a",
    "`a",
    "%a",
    "|a",
    ">a",
    "\"\\/\"",
    "'\u{85}'",
    "a\u{85}b",
    "a\u{2028}b",
    "a\u{a0}b",
    "\u{a0}",
    "\"a\\\n  \\ b\"",
    "12e03",
    "0.",
    "1e400",
    "18446744073709551615",
    "-9223372036854775809",
    "~a",
    "null.",
];
const KEYS: &[&str] = &[
    "a",
    "b",
    "c",
    "d e",
    "'f'",
    "\"g\"",
    "80",
    "0x11",
    "yes",
    "1.5",
    "!!str h",
    "é",
    "i:j",
    "?k",
    "-l",
    "m#n",
    "2026-01-02",
    "1e7",
];
const SPACES: &[&str] = &[" ", "  ", "\t", " \t", "\t "];
const DAMAGE: &[&str] = &[
    " ", "\t", "\n", "\r\n", "\r", ":", ": ", "- ", ",", "[", "]", "{", "}", "#", " #", "&", "*",
    "!", "|", ">", "'", "\"", "%", "@", "`", "?", "? ", "\\", "\u{85}", "\u{2028}", "\u{a0}",
    "\u{7}", "\u{feff}", "=", "~", "0", "<<: *a",
];

struct Writer<'r> {
    rng: &'r mut Rng,
    anchors: usize,
}

impl Writer<'_> {
    fn one<'t>(&mut self, of: &[&'t str]) -> &'t str {
        of[self.rng.usize(..of.len())]
    }

    fn once_in(&mut self, n: usize) -> bool {
        self.rng.usize(..n) == 0
    }

    fn space(&mut self) -> &'static str {
        if self.once_in(6) {
            self.one(SPACES)
        } else {
            " "
        }
    }

    fn comment(&mut self) -> &'static str {
        match self.rng.u8(..12) {
            0 => " # c: 'd",
            1 => "\t# c",
            2 => "\n\n",
            3 => "\n  # d\n",
            4 => " ",
            5 => "\r",
            _ => "",
        }
    }

    fn scalar(&mut self) -> String {
        if self.anchors > 0 && self.once_in(12) {
            return format!("*x{}", self.rng.usize(..self.anchors));
        }
        self.one(SCALARS).into()
    }

    fn anchor(&mut self) -> String {
        if !self.once_in(10) {
            return String::new();
        }
        let i = self.anchors.min(2);
        self.anchors = i + 1;
        format!("&x{i}{}", self.space())
    }

    /// What stands behind `key:` or `-`, up to the end of its last line.
    fn value(&mut self, indent: usize, depth: usize) -> String {
        let anchor = self.anchor();
        match self.rng.u8(..10) {
            0 | 1 if depth > 0 => {
                let inner = indent + self.rng.usize(..4);
                let block = self.mapping(inner, depth - 1);
                format!("{}{anchor}{}\n{block}", self.space(), self.comment())
            }
            2 | 3 if depth > 0 => {
                let inner = (indent + self.rng.usize(..4)).saturating_sub(1);
                let block = self.list(inner, depth - 1);
                format!("{}{anchor}{}\n{block}", self.space(), self.comment())
            }
            4 if depth > 0 => {
                let flow = self.flow(depth);
                format!("{}{anchor}{flow}{}\n", self.space(), self.comment())
            }
            5 => {
                let header =
                    self.one(&["|", ">", "|-", ">+", "|+", ">-", "|2", ">1-", "| # c", "|0"]);
                let inner = " ".repeat(indent + 1 + self.rng.usize(..2));
                let text = self.one(&[
                    "a\n", "a\n  b\n", "a\n\n\n", "\ta\n", "a\tb\n", "# a\n", "- a: b\n", "\n",
                ]);
                let text: String = text
                    .split_inclusive('\n')
                    .map(|line| format!("{inner}{line}"))
                    .collect();
                format!("{}{anchor}{header}\n{text}", self.space())
            }
            6 if self.once_in(3) => format!("{anchor}\n"),
            _ => format!(
                "{}{anchor}{}{}\n",
                self.space(),
                self.scalar(),
                self.comment()
            ),
        }
    }

    fn mapping(&mut self, indent: usize, depth: usize) -> String {
        let mut text = String::new();
        let first = self.rng.usize(..KEYS.len());
        for i in 0..self.rng.usize(1..4) {
            let margin = " ".repeat(indent);
            let key = KEYS[(first + i) % KEYS.len()];
            let before = if self.once_in(15) {
                self.one(SPACES)
            } else {
                ""
            };
            if self.once_in(15) {
                let inner = self.value(indent + 1, depth);
                text.push_str(&format!("{margin}?{}{key}\n{margin}:{inner}", self.space()));
            } else {
                let value = self.value(indent + 1, depth);
                text.push_str(&format!("{margin}{key}{before}:{value}"));
            }
        }
        text
    }

    fn list(&mut self, indent: usize, depth: usize) -> String {
        let mut text = String::new();
        for _ in 0..self.rng.usize(1..4) {
            let margin = " ".repeat(indent);
            if depth > 0 && self.once_in(2) {
                // A mapping begins on the line of its `-`.
                let block = self.mapping(indent + 2, depth - 1);
                text.push_str(&format!("{margin}- {}", block.trim_start_matches(' ')));
            } else {
                let value = self.value(indent + 1, depth);
                text.push_str(&format!("{margin}-{value}"));
            }
        }
        text
    }

    fn flow(&mut self, depth: usize) -> String {
        let anchor = self.anchor();
        let break_or_not = |writer: &mut Self| match writer.rng.u8(..8) {
            0 => "\n ",
            1 => " ",
            2 => "\t",
            3 => " # c\n  ",
            _ => "",
        };
        if depth == 0 {
            return format!("{anchor}{}", self.scalar());
        }
        let count = self.rng.usize(..4);
        let first = self.rng.usize(..KEYS.len());
        let is_list = self.once_in(2);
        let mut parts = Vec::new();
        for i in 0..count {
            let value = self.flow(depth - 1);
            let part = if is_list && !self.once_in(6) {
                value
            } else {
                let key = KEYS[(first + i) % KEYS.len()];
                let colon = self.one(&[": ", ":", ":\t", " : ", ": "]);
                if self.once_in(10) {
                    key.to_owned()
                } else {
                    format!("{key}{colon}{value}")
                }
            };
            parts.push(format!(
                "{}{part}{}",
                break_or_not(self),
                break_or_not(self)
            ));
        }
        let mut inner = parts.join(",");
        if self.once_in(8) {
            inner.push(',');
        }
        if is_list {
            format!("{anchor}[{inner}]")
        } else {
            format!("{anchor}{{{inner}}}")
        }
    }
}

fn document(rng: &mut Rng) -> String {
    let mut writer = Writer { rng, anchors: 0 };
    let mut text = writer.mapping(0, 3);
    for _ in 0..writer.rng.usize(..3).saturating_sub(1) {
        let places: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
        let at = places[writer.rng.usize(..places.len())];
        match writer.rng.u8(..3) {
            0 => drop(text.remove(at)),
            _ => text.insert_str(at, writer.one(DAMAGE)),
        }
        if text.is_empty() {
            break;
        }
    }
    if writer.once_in(10) {
        text = text.replace('\n', "\r\n");
    }
    text
}

/// `COUNT` documents (2000), from `SEED` on (1).
#[test]
fn random_documents_are_read_as_kubectl_reads_them() {
    let number =
        |name: &str, default: u64| env::var(name).map_or(default, |text| text.parse().unwrap());
    let mut rng = Rng::with_seed(number("SEED", 1));
    // What splits documents is in the table: kubectl refuses or ignores what comes behind.
    let splits = |text: &String| text.contains("--") || text.contains("...");
    let documents: Vec<String> = std::iter::repeat_with(|| document(&mut rng))
        .filter(|text| !splits(text))
        .take(number("COUNT", 2000) as usize)
        .collect();
    let files: Vec<String> = documents
        .iter()
        .map(|text| format!("{HEADER}{text}"))
        .collect();
    let theirs = kubectl::read(&files);
    let mut good = 0;
    let mut wrong = Vec::new();
    for (i, (file, theirs)) in files.iter().zip(&theirs).enumerate() {
        let ours = read(&file.replace("NAME", &kubectl::name(i)));
        let same = match &ours {
            Ok(ours) => ours.iter().map(normal).eq(theirs.iter().map(normal)),
            Err(message) => theirs.is_empty() || is_stricter(message),
        };
        good += usize::from(ours.is_ok());
        if !same && !is_laxer(&documents[i]) {
            wrong.push(format!(
                "{:?}\nkubectl: {theirs:?}\nours:    {ours:?}\n",
                documents[i]
            ));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {}:\n{}",
        wrong.len(),
        files.len(),
        wrong[..wrong.len().min(12)].join("\n")
    );
    assert!(good * 3 > files.len(), "{good} good ones are too few");
}

/// What kubectl drops without a word, or makes a part of a key that nobody sees.
fn is_stricter(message: &str) -> bool {
    message.contains("a second document begins here") || message.contains("byte order mark")
}

/// What kubectl refuses and nobody can misread.
fn is_laxer(text: &str) -> bool {
    text.contains("\\/")
}
