//! nginx's language, read by nginx's rules (`ngx_conf_read_token`) and written again.

use anyhow::{Result, bail, ensure};

/// A directive, with its block if it has one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Directive {
    pub(crate) words: Vec<String>,
    pub(crate) block: Option<Vec<Directive>>,
}

impl Directive {
    pub(crate) fn name(&self) -> &str {
        &self.words[0]
    }

    pub(crate) fn arguments(&self) -> &[String] {
        &self.words[1..]
    }

    pub(crate) fn block(&self) -> &[Directive] {
        self.block.as_deref().unwrap_or_default()
    }
}

/// The directives of that name.
pub(crate) fn all<'d>(
    directives: &'d [Directive],
    name: &'d str,
) -> impl Iterator<Item = &'d Directive> + Clone {
    directives.iter().filter(move |d| d.name() == name)
}

/// The arguments of the only directive of that name.
pub(crate) fn only<'d>(directives: &'d [Directive], name: &'d str) -> Option<&'d [String]> {
    let mut found = all(directives, name);
    let first = found.next()?;
    assert!(found.next().is_none(), "{name} twice");
    Some(first.arguments())
}

pub(crate) fn read(text: &str) -> Result<Vec<Directive>> {
    let mut rest = text;
    let directives = directives(&mut rest, false)?;
    ensure!(rest.is_empty(), "a }} too many before {rest:.40}");
    Ok(directives)
}

fn directives(rest: &mut &str, inside: bool) -> Result<Vec<Directive>> {
    let mut directives = Vec::new();
    let mut words = Vec::new();
    loop {
        *rest = rest.trim_start();
        let Some(first) = rest.chars().next() else {
            ensure!(!inside && words.is_empty(), "it ends in the middle");
            return Ok(directives);
        };
        match first {
            '#' => *rest = rest.split_once('\n').map_or("", |(_, rest)| rest),
            ';' | '{' => {
                ensure!(!words.is_empty(), "no name before {rest:.40}");
                *rest = &rest[1..];
                let block = match first {
                    '{' => Some(self::directives(rest, true)?),
                    _ => None,
                };
                let words = std::mem::take(&mut words);
                directives.push(Directive { words, block });
            }
            '}' => {
                ensure!(inside && words.is_empty(), "an odd }} before {rest:.40}");
                *rest = &rest[1..];
                return Ok(directives);
            }
            _ => words.push(word(rest)?),
        }
    }
}

/// "nginx reads at most about 4 kB of a parameter."
const LONGEST: usize = 4_000;

fn word(rest: &mut &str) -> Result<String> {
    let quote = rest.chars().next().filter(|c| "\"'".contains(*c));
    let mut word = String::new();
    let mut chars = rest
        .char_indices()
        .skip(usize::from(quote.is_some()))
        .peekable();
    while let Some((at, c)) = chars.next() {
        match (c, quote) {
            ('\\', _) => match chars.next() {
                Some((_, next @ ('"' | '\'' | '\\'))) => word.push(next),
                Some((_, 't')) => word.push('\t'),
                Some((_, 'r')) => word.push('\r'),
                Some((_, 'n')) => word.push('\n'),
                Some((_, next)) => word.extend(['\\', next]),
                None => bail!("it ends with a backslash"),
            },
            (c, Some(quote)) if c == quote => {
                *rest = &rest[at + 1..];
                let ends = rest.starts_with(|c: char| c.is_whitespace() || ";{)".contains(c));
                ensure!(ends, "something behind a quote: {rest:.40}");
                ensure!(word.len() < LONGEST, "too long parameter");
                return Ok(word);
            }
            (c, None) if c.is_whitespace() || c == ';' || c == '{' => {
                *rest = &rest[at..];
                ensure!(word.len() < LONGEST, "too long parameter");
                return Ok(word);
            }
            // `${name}` is not written.
            (c, _) => word.push(c),
        }
    }
    bail!("it ends in the middle of a word")
}

pub(crate) fn write(directives: &[Directive]) -> String {
    let mut text = String::new();
    for Directive { words, block } in directives {
        for word in words {
            let word = word.replace('\\', "\\\\").replace('"', "\\\"");
            let is_condition = words[0] == "if" || word.starts_with(['(', '=', '!']);
            match is_condition {
                true => text.push_str(&format!("{word} ")),
                false => text.push_str(&format!("\"{word}\" ")),
            }
        }
        match block {
            Some(block) => text.push_str(&format!("{{\n{}}}\n", write(block))),
            None => text.push_str(";\n"),
        }
    }
    text
}

#[test]
fn directives_are_read_as_nginx_does() {
    let text = "# a { comment\nhttp {\n map \"$a $b\" $c { \"\" 'it''s'; }\n}\n";
    assert!(read(text).is_err(), "no space behind a quote");
    let text = "# a { comment\nhttp {\n map \"$a $b\" $c { \"\" \"\\\\~x\\\"\"; }\n listen 80; }\n";
    let read_back = read(text).unwrap();
    let words = |words: &[&str]| words.iter().map(|w| (*w).to_owned()).collect::<Vec<_>>();
    let http = &read_back[0];
    assert_eq!(http.block()[0].words, words(&["map", "$a $b", "$c"]));
    assert_eq!(http.block()[0].block()[0].words, words(&["", "\\~x\""]));
    assert_eq!(only(http.block(), "listen"), Some(&*words(&["80"])));
    assert_eq!(read(&write(&read_back)).unwrap(), read_back);
    for bad in ["http {", "}", "a", "\"a", "a\\", ";"] {
        assert!(read(bad).is_err(), "{bad}");
    }
    let long = format!("a {};", "x".repeat(4_000));
    assert!(read(&long).is_err());
}
