//! How backends answer is counted.

use super::*;

const GRPC: (&str, &[u8]) = ("content-type", b"application/grpc+proto");
const BEFORE: &str = "define route=.=HTTPRoute/n/r;.;rule=.=all;.;backend=.=c;.;";
const AFTER: &str = "gamma_responses_total";

fn config(settings: &str) -> String {
    format!(
        r#"{{
  "version": 1,
  "settings": {{"clientNamespace": "n", "ruleProperty": false, {settings}}},
  "services": [{{"namespace": "n", "name": "s", "ports": [{{"port": 80, "cluster": "own", "producer": {{"rules": [
    {{"route": "HTTPRoute/n/r", "name": "no", "matches": [{{"path": {{"value": "/no"}}}}],
      "backendRefs": [{{"invalid": "gone"}}]}},
    {{"route": "HTTPRoute/n/r", "name": "all", "backendRefs": [{{"cluster": "c"}}]}}]}}}}]}}]
}}"#
    )
}

/// The host calls of a response, whose trailers come if `trailers` says so, after which it is over.
fn respond(host: &Recorder, settings: &str, ends: bool, trailers: bool) -> Vec<String> {
    let shared = Shared::new(config(settings), host).unwrap();
    let (RequestProgress::Continue(decision) | RequestProgress::Answered(Some(decision))) =
        request::on_headers(host, &shared)
    else {
        panic!("no decision");
    };
    host.calls();
    let ResponseProgress::Continue(awaited) = response::on_headers(host, &shared, &decision, ends)
    else {
        panic!("the response does not go on");
    };
    match awaited {
        Some(awaited) if trailers => awaited.on_trailers(host, &shared, &decision),
        Some(awaited) => awaited.on_end(host, &shared, &decision),
        None => {}
    }
    host.calls()
}

fn answering(headers: &[(&'static str, &'static [u8])]) -> Recorder {
    Recorder {
        response: headers.into(),
        ..get("/")
    }
}

const ON: &str = r#""responseMetrics": true"#;

#[test]
fn responses_are_counted_by_their_status() {
    for (status, code) in [
        (&b"200"[..], "200"),
        (b"503", "503"),
        (b"099", "0"),
        (b"600", "0"),
        (b"2000", "0"),
        (b"20x", "0"),
        (b"", "0"),
    ] {
        let host = answering(&[("content-type", b"text/html"), (":status", status)]);
        let defined = format!("{BEFORE}code=.={code};.;{AFTER}");
        for ends in [true, false] {
            let calls = respond(&host, ON, ends, false);
            assert_eq!(calls, ["read Response", &defined, "count 7"]);
        }
    }
}

#[test]
fn a_grpc_response_is_counted_by_its_own_status_wherever_that_is() {
    let defined = |status| format!("{BEFORE}code=.=200;.;grpc_status=.={status};.;{AFTER}");
    for (said, status) in [
        (&b"0"[..], "0"),
        (b"16", "16"),
        (b"17", "2"),
        (b"-1", "2"),
        (b"007", "2"),
        (b"x", "2"),
    ] {
        let mut host = answering(&[(":status", b"200"), GRPC, ("grpc-status", said)]);
        let counted = ["read Response", &defined(status), "count 7"];
        assert_eq!(respond(&host, ON, true, false), counted);
        assert_eq!(respond(&host, ON, false, false), counted);
        host.response.pop();
        host.trailers.push(("grpc-status", said));
        let counted = [
            "read Response",
            "read ResponseTrailers",
            counted[1],
            counted[2],
        ];
        assert_eq!(respond(&host, ON, false, true), counted);
    }
    // It ends without one.
    let host = answering(&[(":status", b"200"), GRPC]);
    let counted = ["read Response", &defined("2"), "count 7"];
    assert_eq!(respond(&host, ON, true, false), counted);
    assert_eq!(respond(&host, ON, false, false), counted);
    let host = answering(&[
        (":status", b"200"),
        ("content-type", b"application/grpc-web"),
    ]);
    let web = format!("{BEFORE}code=.=200;.;{AFTER}");
    assert_eq!(
        respond(&host, ON, false, true),
        ["read Response", &web, "count 7"]
    );
}

#[test]
fn a_config_with_a_name_is_counted_when_it_is_taken() {
    let host = get("/");
    Shared::new(config(r#""revision": "a;b""#), &host).unwrap();
    let define = "define revision=.=a_b;.;gamma_revisions_total";
    assert_eq!(host.calls(), [define, "count 7"]);
}

#[test]
fn only_what_backends_answered_is_counted_and_only_on_demand() {
    let host = answering(&[(":status", b"200")]);
    assert!(respond(&host, r#""metrics": true"#, true, false).is_empty());
    // One without the other.
    let calls = respond(
        &host,
        r#""metrics": false, "responseMetrics": true"#,
        true,
        false,
    );
    assert_eq!(calls.len(), 3);
    // The filter's own answer.
    let host = Recorder {
        response: vec![(":status", b"500")],
        ..get("/no")
    };
    assert!(respond(&host, ON, true, false).is_empty());
}

#[test]
fn a_response_that_cant_be_read_goes_on() {
    let host = answering(&[(":status", b"200")]);
    let shared = Shared::new(config(ON), &host).unwrap();
    let RequestProgress::Continue(decision) = request::on_headers(&host, &shared) else {
        panic!("not forwarded");
    };
    host.calls();
    host.fail_at.set(Some(1));
    let progress = response::on_headers(&host, &shared, &decision, true);
    assert!(matches!(progress, ResponseProgress::Continue(None)));
    assert!(host.calls()[1].contains("code=.=0;"));
}
