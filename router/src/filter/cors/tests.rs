use super::*;

fn cors(config: &str) -> Cors {
    Cors::new(&serde_json::from_str(config).unwrap())
}

/// `name: value` lines, in order.
fn answer(cors: &Cors, headers: &[(&str, &str)]) -> (Option<Vec<String>>, Vec<String>) {
    let request = Request {
        method: b"OPTIONS",
        scheme: b"http",
        authority: b"cart",
        path: b"/",
        destination: None,
        now: 0,
        headers,
    };
    let lines = |headers: Vec<ResponseHeader>| {
        headers
            .iter()
            .map(|h| format!("{}: {}", h.name, String::from_utf8_lossy(&h.value)))
            .collect()
    };
    (
        cors.preflight(&request).map(lines),
        lines(cors.actual(&request)),
    )
}

#[test]
fn origins_are_compared_by_scheme_host_and_port() {
    let table = [
        ("*", "https://foobar.com:12345", true),
        ("*", "null", true),
        ("https://a.com", "https://a.com", true),
        ("https://a.com", "https://A.com:443", true),
        ("https://a.com", "http://a.com", false),
        ("https://a.com", "https://a.com:8443", false),
        ("https://a.com", "https://a.com:443", true),
        ("https://a.com", "https://a.com:+443", false),
        ("http://a.com:8080", "http://a.com:8080", true),
        ("http://a.com:8080", "http://a.com", false),
        ("http://a.com", "http://a.com:80", true),
        ("http://a.com", "http://a.com:443", false),
        ("https://*.bar.com", "https://xpto.www.bar.com", true),
        ("https://*.bar.com", "https://bar.com", false),
        ("https://*.bar.com", "https://xbar.com", false),
        ("https://*", "https://anything", true),
        ("https://*", "https://anything:444", false),
        ("https://a.com", "null", false),
        ("https://a.com", "https://a.com.evil.org", false),
        ("https://a.com", "https://evil.org/https://a.com", false),
        ("https://a.com", "\u{ff}://", false),
    ];
    for (allowed, origin, expected) in table {
        let allows = Origin::new(allowed).allows(origin.as_bytes());
        assert_eq!(allows, expected, "{allowed} {origin}");
    }
}

#[test]
fn a_preflight_is_answered_with_what_is_configured() {
    let cors = cors(
        r#"{"allowOrigins": ["https://a.com"], "allowMethods": ["GET", "PUT"],
            "allowHeaders": ["x-1", "x-2"], "exposeHeaders": ["x-3"], "maxAge": 3600}"#,
    );
    let asked = ("access-control-request-method", "PUT");
    let (preflight, _) = answer(&cors, &[("origin", "https://a.com"), asked]);
    assert_eq!(
        preflight.unwrap(),
        [
            "vary: origin",
            "access-control-allow-origin: https://a.com",
            "access-control-expose-headers: x-3",
            "access-control-allow-methods: GET,PUT",
            "access-control-allow-headers: x-1,x-2",
            "access-control-max-age: 3600",
        ]
    );
    let (preflight, _) = answer(&cors, &[("origin", "https://b.com"), asked]);
    assert_eq!(preflight.unwrap(), ["vary: origin"]);
    let (preflight, actual) = answer(&cors, &[("origin", "https://a.com")]);
    assert_eq!(preflight, None, "OPTIONS alone is a request like any other");
    assert_eq!(actual.len(), 3);
}

#[test]
fn credentials_forbid_wildcards() {
    let config = r#"{"allowOrigins": ["*"], "allowMethods": ["*"], "allowHeaders": ["*"],
                     "exposeHeaders": ["*"], "allowCredentials": CREDENTIALS}"#;
    let request = [
        ("origin", "http://a"),
        ("access-control-request-method", "PATCH"),
        ("access-control-request-headers", "x-a, x-b"),
    ];
    let with = cors(&config.replace("CREDENTIALS", "true"));
    let (preflight, _) = answer(&with, &request);
    assert_eq!(
        preflight.unwrap(),
        [
            "vary: origin",
            "access-control-allow-origin: http://a",
            "access-control-allow-credentials: true",
            "access-control-allow-methods: PATCH",
            "access-control-allow-headers: x-a, x-b",
            "access-control-max-age: 5",
        ]
    );
    let (preflight, _) = answer(&with, &request[..2]);
    assert!(
        !preflight
            .unwrap()
            .iter()
            .any(|h| h.contains("allow-headers"))
    );

    let without = cors(&config.replace("CREDENTIALS", "false"));
    let (preflight, actual) = answer(&without, &request);
    assert_eq!(
        preflight.unwrap(),
        [
            "access-control-allow-origin: *",
            "access-control-expose-headers: *",
            "access-control-allow-methods: *",
            "access-control-allow-headers: *",
            "access-control-max-age: 5",
        ]
    );
    assert_eq!(actual.len(), 2);
}
