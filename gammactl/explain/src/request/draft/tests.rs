use super::*;

/// The request of `request` with a header for each of `headers`.
fn asked(request: &str, headers: &[&str]) -> Result<String, String> {
    let draft = RequestDraft {
        request: request.into(),
        headers: headers.iter().map(|text| text.parse().unwrap()).collect(),
        ..RequestDraft::default()
    };
    let request = draft.simulated(0).map_err(|error| error.to_string())?;
    let mut text = request.line.to_string();
    for header in &request.headers {
        text.push_str(&format!(" [{header}]"));
    }
    Ok(text)
}

#[test]
fn a_host_header_gives_what_the_target_leaves_out() {
    for (request, headers, expected) in [
        ("OPTIONS *", &["Host: cart"][..], "OPTIONS * at http://cart"),
        ("GET /api?x", &["host: cart:80"], "GET http://cart:80/api?x"),
        (
            "/api",
            &["Host: cart", "x: y"],
            "GET http://cart/api [x: y]",
        ),
        // Which Envoy does not take; so it says.
        ("GET *", &["Host: cart"], "GET * at http://cart"),
        // The header is what Envoy goes by, whatever curl connects to.
        ("GET http://cart/", &["Host: till"], "GET http://till/"),
    ] {
        assert_eq!(asked(request, headers).as_deref(), Ok(expected));
    }
    for (request, headers, why) in [
        ("OPTIONS *", &[][..], "needs a host"),
        ("GET /api", &["x: y"], "needs a host"),
        ("cart", &["Host: a/b"], "`a/b` is no host"),
        ("cart", &["Host: a@b"], "`a@b` is no host"),
        ("cart", &["Host;"], "is no host"),
        ("cart", &["Host:"], "is no host"),
    ] {
        let said = asked(request, headers).unwrap_err();
        assert!(said.contains(why), "{request}: {said}");
    }
}

#[test]
fn user_info_is_sent_in_a_header_and_not_in_the_host() {
    for (request, headers, expected) in [
        (
            "http://user:pw@cart/",
            &[][..],
            "GET http://cart/ [authorization: Basic dXNlcjpwdw==]",
        ),
        (
            "PUT us%20er:p@cart:80/a@b",
            &[],
            "PUT http://cart:80/a@b [authorization: Basic dXMgZXI6cA==]",
        ),
        (
            "http://user@cart/",
            &[],
            "GET http://cart/ [authorization: Basic dXNlcjo=]",
        ),
        (
            "http://user:pw@cart/",
            &["Authorization: mine"],
            "GET http://cart/ [Authorization: mine]",
        ),
        (
            "http://user:pw@cart/",
            &["Authorization:"],
            "GET http://cart/",
        ),
    ] {
        assert_eq!(asked(request, headers).as_deref(), Ok(expected));
    }
}

#[test]
fn empty_headers_are_written_as_in_curl() {
    let sent = asked("cart", &["X-A;", "X-B:", "X-C: ", "X-D: v;"]);
    assert_eq!(sent.as_deref(), Ok("GET http://cart/ [X-A: ] [X-D: v;]"));
    for header in ["X-A", "X A;", ";", ":", "@headers.txt", "X-A; b"] {
        assert!(header.parse::<HeaderOption>().is_err(), "{header}");
    }
}
