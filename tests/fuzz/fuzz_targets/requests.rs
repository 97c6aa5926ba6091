//! Whatever stands in a list of requests for `gammactl explain` (curl commands, calls of fetch, HAR files, JSON, lines),
//! it is parted into commands of its own lines; and a request that is read is the same one when it is written as JSON.

#![no_main]

use gamma_explain::{
    Explainer, admit,
    request::{HeaderLine, Simulated, commands, read_line},
};
use libfuzzer_sys::fuzz_target;
use serde_json::json;

const CONFIG: &str = include_str!("../../../examples/handwritten.json");

thread_local! {
    static EXPLAINER: Explainer = Explainer::of_config(
        gamma_config::parse(CONFIG.as_bytes()).expect("an example"),
        "config.json",
    );
}

fuzz_target!(|text: &[u8]| {
    let Ok(text) = str::from_utf8(text) else {
        return;
    };
    let lines = text.lines().count();
    let mut last = 0;
    for (number, command) in commands(text) {
        assert!(
            (1..=lines).contains(&number) && number >= last,
            "{number} after {last} of {lines}"
        );
        last = number;
        let Ok(Some(request)) = read_line(&command, 7) else {
            continue;
        };
        check_written(&request);
        check_explained(&request);
    }
});

fn check_written(request: &Simulated) {
    let line = request.line.to_string();
    // With --request-target curl sends anything.
    let is_sent = |c: char| c.is_ascii_graphic() && c != '#';
    if !request.line.path.starts_with('/') || !request.line.path.chars().all(is_sent) {
        return;
    }
    // JSON has the headers that a line can say.
    let headers: Vec<String> = request.headers.iter().map(ToString::to_string).collect();
    let can_be_said = |header: &HeaderLine| {
        header
            .to_string()
            .parse::<HeaderLine>()
            .is_ok_and(|again| again == *header)
    };
    if !request.headers.iter().all(can_be_said) {
        return;
    }
    let written = json!({
        "request": line,
        "headers": headers,
        "from": request.from,
        "destination": request.destination,
    });
    let again = read_line(&written.to_string(), request.now);
    let again = again.unwrap_or_else(|error| panic!("{written}: {error}"));
    assert_eq!(again.as_ref(), Some(request), "{written}");
}

/// What is explained is what the router decides.
fn check_explained(request: &Simulated) {
    EXPLAINER.with(|explainer| {
        let explanation = explainer.explain(request).expect("the config has a router");
        let Ok(admitted) = admit(request) else { return };
        let from = request
            .from
            .clone()
            .unwrap_or_else(|| explanation.request.from.clone());
        let router = explainer.router(&from).expect("as above");
        let decision = admitted
            .request
            .with(|asked| router.decide(asked, &mut fastrand::Rng::with_seed(1)));
        assert_eq!(explanation.winner.is_some(), decision.rule.is_some());
    });
}
