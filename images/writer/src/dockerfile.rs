//! The part of Dockerfiles that needs no engine: what to copy, and how to run it.

use serde_json::{Map, Value, json};

/// What a Dockerfile asks for: a base, files on it, and settings for whoever runs it.
///
/// Of the instructions there are `ARG` (before `FROM`), `FROM`, `COPY`, `USER`, `EXPOSE`, `HEALTHCHECK`, `ENTRYPOINT`
/// and `CMD`, the last three in the form of JSON. There is one stage, and nothing is run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dockerfile {
    /// The image to begin with; `None` for `scratch`.
    pub base: Option<String>,
    /// Files of the context, and where each goes, without a slash in front.
    pub files: Vec<(String, String)>,
    /// Members of an image's `config` that take the place of the base's.
    pub settings: Map<String, Value>,
}

/// Why a Dockerfile can't be obeyed without an engine.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {why}")]
pub struct DockerfileError {
    /// Counted from 1.
    pub line: usize,
    /// What is wrong there.
    pub why: String,
}

impl Dockerfile {
    /// Reads `text`; `arguments` are values for its `ARG`s, as those of `docker build --build-arg`.
    ///
    /// # Errors
    ///
    /// It has an instruction that needs an engine, or one that is wrong.
    pub fn parse(text: &str, arguments: &[(String, String)]) -> Result<Self, DockerfileError> {
        let mut reader = Reader {
            arguments,
            defaults: Vec::new(),
            from: None,
            files: Vec::new(),
            settings: Map::new(),
        };
        let mut last = 0;
        for (line, instruction) in instructions(text) {
            let wrong = |why| DockerfileError { line, why };
            reader.obey(&instruction).map_err(wrong)?;
            last = line;
        }
        let wrong = |why: String| DockerfileError { line: last, why };
        let unknown = arguments
            .iter()
            .find(|(name, _)| !reader.defaults.iter().any(|(declared, _)| declared == name));
        if let Some((name, _)) = unknown {
            return Err(wrong(format!("there is no `ARG {name}`")));
        }
        let from = reader
            .from
            .ok_or_else(|| wrong("there is no `FROM`".into()))?;
        Ok(Self {
            base: (from != "scratch").then_some(from),
            files: reader.files,
            settings: reader.settings,
        })
    }
}

/// Each instruction on one line, with the number of its first.
fn instructions(text: &str) -> Vec<(usize, String)> {
    let mut all = Vec::new();
    let mut open: Option<(usize, String)> = None;
    for (index, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let (start, mut so_far) = open.take().unwrap_or((index + 1, String::new()));
        match line.strip_suffix('\\') {
            Some(part) => {
                so_far.push_str(part);
                open = Some((start, so_far));
            }
            None => {
                so_far.push_str(line);
                all.push((start, so_far));
            }
        }
    }
    all.extend(open);
    all
}

struct Reader<'a> {
    arguments: &'a [(String, String)],
    defaults: Vec<(String, String)>,
    from: Option<String>,
    files: Vec<(String, String)>,
    settings: Map<String, Value>,
}

impl Reader<'_> {
    fn obey(&mut self, instruction: &str) -> Result<(), String> {
        let (name, rest) = instruction.split_once(' ').unwrap_or((instruction, ""));
        let rest = rest.trim();
        match (name, &self.from) {
            ("ARG", None) => {
                let (name, default) = rest.split_once('=').ok_or("`ARG` needs a default")?;
                self.defaults.push((name.into(), default.into()));
            }
            ("FROM", None) => self.from = Some(self.with_arguments(rest)?),
            ("FROM", Some(_)) => return Err("a second stage needs an engine".into()),
            (_, None) => return Err(format!("`{name}` stands before `FROM`")),
            ("COPY", _) => self.copy(rest)?,
            ("USER", _) => self.set("User", rest.into()),
            ("EXPOSE", _) => self.expose(rest)?,
            ("HEALTHCHECK", _) => self.health_check(rest)?,
            ("ENTRYPOINT", _) => {
                self.set("Entrypoint", command(rest)?);
                // As an engine does: the base's arguments are for the base's program.
                self.settings.entry("Cmd").or_insert(Value::Null);
            }
            ("CMD", _) => self.set("Cmd", command(rest)?),
            _ => return Err(format!("`{name}` needs an engine")),
        }
        Ok(())
    }

    fn set(&mut self, name: &str, value: Value) {
        self.settings.insert(name.into(), value);
    }

    fn with_arguments(&self, text: &str) -> Result<String, String> {
        let mut value = text.to_owned();
        for (name, default) in &self.defaults {
            let given = self.arguments.iter().rev().find(|(given, _)| given == name);
            let given = given.map_or(default, |(_, value)| value);
            value = value.replace(&format!("${{{name}}}"), given);
        }
        match value.contains(['$', ' ']) {
            true => Err(format!("`{value}` names no image")),
            false => Ok(value),
        }
    }

    fn copy(&mut self, rest: &str) -> Result<(), String> {
        let words: Vec<&str> = rest.split_whitespace().collect();
        let Some((target, sources @ [_, ..])) = words.split_last() else {
            return Err("`COPY` needs a file and where it goes".into());
        };
        if let Some(option) = words.iter().find(|word| word.starts_with('-')) {
            return Err(format!("`{option}` needs an engine"));
        }
        if sources.len() > 1 && !target.ends_with('/') {
            return Err(format!("several files need a folder: `{target}/`"));
        }
        for source in sources {
            let base_name = source.rsplit('/').next().unwrap_or(source);
            let path = match target.ends_with('/') {
                true => format!("{target}{base_name}"),
                false => (*target).to_owned(),
            };
            let path = path.trim_start_matches('/');
            self.files.push(((*source).into(), path.into()));
        }
        Ok(())
    }

    fn expose(&mut self, rest: &str) -> Result<(), String> {
        let port: u16 = rest.parse().map_err(|_| format!("`{rest}` is no port"))?;
        self.set("ExposedPorts", json!({ format!("{port}/tcp"): {} }));
        Ok(())
    }

    fn health_check(&mut self, rest: &str) -> Result<(), String> {
        let (options, test) = rest
            .split_once("CMD ")
            .ok_or("`HEALTHCHECK` needs a `CMD`")?;
        let mut words = vec![Value::from("CMD")];
        words.extend(command(test)?.as_array().into_iter().flatten().cloned());
        let mut check = Map::new();
        check.insert("Test".into(), words.into());
        for option in options.split_whitespace() {
            let known = option.split_once('=').and_then(|(name, value)| {
                let name = match name {
                    "--interval" => "Interval",
                    "--timeout" => "Timeout",
                    "--start-period" => "StartPeriod",
                    _ => return None,
                };
                let seconds: u64 = value.strip_suffix('s')?.parse().ok()?;
                Some((name, seconds * 1_000_000_000))
            });
            let (name, nanoseconds) = known.ok_or(format!("`{option}` is not understood"))?;
            check.insert(name.into(), nanoseconds.into());
        }
        self.set("Healthcheck", check.into());
        Ok(())
    }
}

/// A list of words. The other form is run by a shell, which these images don't have.
fn command(text: &str) -> Result<Value, String> {
    let words: Vec<String> = serde_json::from_str(text)
        .map_err(|_| format!("`{text}` is no list of words in double quotes"))?;
    Ok(words.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_instruction_is_obeyed() {
        let text = "# An image\nARG BASE=a:1\nFROM ${BASE}\nCOPY x/a.wasm /etc/b.wasm\n\
                    COPY x/c \\\n  d /bin/\nUSER 1:2\nEXPOSE 80\n\
                    HEALTHCHECK --interval=5s CMD [\"h\"]\nENTRYPOINT [\"e\", \"f\"]\n";
        let file = Dockerfile::parse(text, &[]).unwrap();
        assert_eq!(file.base.as_deref(), Some("a:1"));
        let pairs = [("x/a.wasm", "etc/b.wasm"), ("x/c", "bin/c"), ("d", "bin/d")];
        assert_eq!(file.files, pairs.map(|(a, b)| (a.to_owned(), b.to_owned())));
        let expected = json!({
            "User": "1:2",
            "ExposedPorts": { "80/tcp": {} },
            "Healthcheck": { "Test": ["CMD", "h"], "Interval": 5_000_000_000_u64 },
            "Entrypoint": ["e", "f"],
            "Cmd": null,
        });
        assert_eq!(Value::from(file.settings), expected);

        let other = [("BASE".to_owned(), "b:2".to_owned())];
        let file = Dockerfile::parse(text, &other).unwrap();
        assert_eq!(file.base.as_deref(), Some("b:2"));
        let file = Dockerfile::parse("FROM scratch\nCMD [\"a\"]", &[]).unwrap();
        assert_eq!(file.base, None);
    }

    #[test]
    fn what_needs_an_engine_is_refused_with_its_line() {
        for (text, line, why) in [
            ("FROM a\nRUN ls", 2, "`RUN` needs an engine"),
            ("FROM a\nFROM b", 2, "a second stage"),
            ("FROM a AS b", 1, "names no image"),
            ("FROM ${X}", 1, "names no image"),
            ("# x\n\nCOPY a b", 3, "stands before `FROM`"),
            ("FROM a\nCOPY --chown=1 a b", 2, "`--chown=1`"),
            ("FROM a\nCOPY a \\\n b \\\n c", 2, "need a folder"),
            ("FROM a\nENTRYPOINT ls", 2, "no list of words"),
            ("FROM a\nEXPOSE x", 2, "no port"),
            (
                "FROM a\nHEALTHCHECK --retries=3 CMD [\"a\"]",
                2,
                "`--retries=3`",
            ),
            ("", 0, "no `FROM`"),
        ] {
            let error = Dockerfile::parse(text, &[]).unwrap_err();
            assert!(
                error.line == line && error.why.contains(why),
                "{text}: {error}"
            );
        }
        let given = [("BASE".to_owned(), "a".to_owned())];
        let error = Dockerfile::parse("FROM scratch", &given).unwrap_err();
        assert!(error.why.contains("no `ARG BASE`"), "{error}");
    }
}
