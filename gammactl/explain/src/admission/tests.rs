use super::*;
use crate::request::RequestLine;

fn request(line: &str, headers: &[&str]) -> Simulated {
    let (method, target) = line.split_once(' ').unwrap();
    let (authority, path) =
        target.split_at(target.find(['/', '*', '?', '#']).unwrap_or(target.len()));
    Simulated {
        headers: headers.iter().map(|line| line.parse().unwrap()).collect(),
        ..Simulated::new(RequestLine {
            method: method.into(),
            scheme: "http".into(),
            authority: authority.into(),
            path: path.into(),
        })
    }
}

/// The path that the filter gets, and the client's headers; or the status and details of a refusal.
fn admitted(line: &str, headers: &[&str]) -> String {
    match admit(&request(line, headers)) {
        Ok(AdmittedRequest { request, added, .. }) => {
            let sent = request.headers.len() - added.len();
            let sent: Vec<String> = request.headers[..sent]
                .iter()
                .map(ToString::to_string)
                .collect();
            format!("{} {}", request.line.path, sent.join(" | "))
        }
        Err(refusal) => format!("{} {}", refusal.status, refusal.details),
    }
}

#[test]
fn envoy_answers_some_requests_itself() {
    let many: Vec<String> = (0..100).map(|n| format!("x-{n}: 1")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    let long = format!("x-a: {}", "b".repeat(61_404));
    for (line, headers, expected) in [
        ("OPTIONS cart*", &[][..], "404 absolute_path_rejected"),
        ("GET cart*", &[], "400 http1.invalid_url"),
        ("GET cart", &[], "400 http1.codec_error"),
        ("GET cart?x", &[], "400 http1.codec_error"),
        ("GET cart/é", &[], "400 http1.codec_error"),
        ("GET cart/a#b", &[], "400 path_normalization_failed"),
        ("GET cart/%00", &[], "400 path_normalization_failed"),
        ("GET cart/?%00", &[], "/?%00 "),
        ("get cart/", &[], "400 http1.codec_error"),
        ("M-SEARCH cart/", &[], "400 http1.codec_error"),
        ("QUERY cart/", &[], "400 query_missing_content_type"),
        ("QUERY cart/", &["content-type: a"], "/ content-type: a"),
        ("GET c|t/", &[], "400 http.invalid_authority"),
        ("GET c@t:x/", &[], "/ "),
        ("GET cart/", &["x@: 1"], "400 http1.codec_error"),
        ("GET cart/", &["x: \u{1}"], "400 http1.invalid_characters"),
        ("GET cart/", &["x: \u{ff}"], "/ x: \u{ff}"),
        ("GET cart/", &many, "431 http1.too_many_headers"),
        ("GET cart/", &[&long], "431 http1.headers_too_large"),
        ("GET cart/", &["content-length: a"], "400 http1.codec_error"),
        (
            "GET cart/",
            &["transfer-encoding: gzip"],
            "501 http1.invalid_transfer_encoding",
        ),
        (
            "GET cart/",
            &["transfer-encoding: chunked", "content-length: 1"],
            "400 http1.content_length_and_chunked_not_allowed",
        ),
        (
            "GET cart/",
            &["connection: x-forwarded-for"],
            "400 http1.connection_header_rejected",
        ),
        (
            "GET cart/",
            &["connection: host"],
            "400 missing_host_header",
        ),
        (
            "GET cart/",
            &["connection: upgrade", "upgrade: foo"],
            "403 upgrade_failed",
        ),
    ] {
        assert_eq!(admitted(line, headers), expected, "{line} {headers:?}");
    }
    // A gRPC call comes by HTTP/2.
    assert_eq!(
        admitted("BREW cart/a/./b", &["content-type: application/grpc"]),
        "/a/b content-type: application/grpc"
    );
}

#[test]
fn envoy_changes_the_others() {
    for (line, headers, expected) in [
        ("GET cart/a/./b?c/./d", &["x: y"][..], "/a/b?c/./d x: y"),
        ("GET cart/", &["x-envoy-retry-on: 5xx", "x: y"], "/ x: y"),
        ("GET cart/", &["connection: close, X-A", "x-a: 1"], "/ "),
        (
            "GET cart/",
            &["Connection: Upgrade", "upgrade: WebSocket"],
            "/ Connection: Upgrade | upgrade: WebSocket",
        ),
        ("GET cart/", &["upgrade: websocket"], "/ "),
        ("GET cart/", &["te: gzip, trailers"], "/ te: trailers"),
        ("GET cart/", &["te: gzip"], "/ "),
        ("GET cart/", &["expect: 100-Continue"], "/ "),
        ("GET cart/", &["expect: more"], "/ expect: more"),
        ("GET cart/", &["transfer-encoding: Chunked"], "/ "),
        ("GET cart/", &["x-forwarded-client-cert: a"], "/ "),
    ] {
        assert_eq!(admitted(line, headers), expected, "{line} {headers:?}");
    }
}

#[test]
fn the_scheme_is_what_a_proxy_before_has_seen() {
    for (headers, scheme, added) in [
        (&[][..], "http", 2),
        (&["x-forwarded-proto: HTTPS"], "https", 1),
        (&["x-forwarded-proto: wss", "x-request-id: a"], "http", 0),
    ] {
        let admitted = admit(&request("GET cart/", headers)).unwrap();
        assert_eq!(admitted.request.line.scheme, scheme, "{headers:?}");
        assert_eq!(admitted.added.len(), added, "{headers:?}");
    }
}
