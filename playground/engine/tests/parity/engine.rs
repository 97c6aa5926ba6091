//! The engine in Node, asked line by line.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    path::PathBuf,
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
};

use serde_json::{Value, json};

use crate::{
    case::{Answers, Case},
    fixtures,
};

/// A Node with the engine in it.
pub(crate) struct Engine {
    child: Child,
    questions: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Engine {
    /// Starts Node with the engine of `$GAMMA_ENGINE`, else the one that `make playground-engine` builds.
    pub(crate) fn start() -> Self {
        let built = || fixtures::path("playground/web/src/engine");
        let engine = std::env::var_os("GAMMA_ENGINE").map_or_else(built, PathBuf::from);
        assert!(
            engine.join("gamma_playground.js").is_file(),
            "no engine: run `make playground-engine`"
        );
        let mut child = Command::new("node")
            .arg(fixtures::path("playground/engine/tests/parity/engine.mjs"))
            .arg(engine)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("node");
        Self {
            questions: child.stdin.take().unwrap(),
            answers: BufReader::new(child.stdout.take().unwrap()),
            child,
        }
    }

    /// What the engine prints for `case`.
    pub(crate) fn answers(&mut self, case: &Case) -> Answers {
        self.ask(json!({
            "files": files(&case.files),
            "old": files(&case.old),
            "options": options(case),
            "requests": case.requests,
            "cases": case.test.as_ref().map(|test| files(std::slice::from_ref(test))),
        }))
    }

    /// What it makes of VirtualServices.
    pub(crate) fn conversion(&mut self, case: &Case) -> Answers {
        self.ask(json!({"convert": files(&case.files)}))
    }

    fn ask(&mut self, question: Value) -> Answers {
        writeln!(self.questions, "{question}").unwrap();
        let mut line = String::new();
        self.answers.read_line(&mut line).unwrap();
        let answered: Value = serde_json::from_str(&line).expect("an answer of the engine");
        let answers = answered.as_object().expect("an object").iter();
        let text = |value: &Value| value.as_str().expect("text").to_owned();
        Answers(
            answers
                .map(|(what, said)| (what.clone(), text(said)))
                .collect(),
        )
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        // It ends by itself when nobody asks any more; this fails if it has.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn files(files: &[(String, String)]) -> Value {
    let named = files
        .iter()
        .map(|(name, text)| json!({"name": name, "text": text}));
    named.collect()
}

fn options(case: &Case) -> Value {
    match &case.namespace {
        Some(namespace) => json!({"namespace": namespace}),
        None => json!({}),
    }
}
