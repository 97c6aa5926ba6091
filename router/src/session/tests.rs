use super::*;

fn rule(session: &str, backends: &[&str]) -> Rule {
    let backends: Vec<_> = backends
        .iter()
        .map(|name| serde_json::json!({ "cluster": name }))
        .collect();
    let session: serde_json::Value = serde_json::from_str(session).unwrap();
    serde_json::from_value(serde_json::json!({
        "route": "r", "name": "0", "backendRefs": backends, "sessionPersistence": session,
    }))
    .unwrap()
}

fn session(rule: &Rule) -> Box<Session> {
    let id = crate::session_ids::SessionIds::default().next(rule);
    Session::new(rule.session_persistence.as_ref().unwrap(), rule, id).unwrap()
}

fn find(session: &Session, now: u64, headers: &[(&str, &str)]) -> Option<Pin> {
    session.find(&Request {
        method: b"GET",
        scheme: b"http",
        authority: b"cart",
        path: b"/",
        destination: None,
        now,
        headers,
    })
}

const COOKIE: &str = r#"{"name": "s"}"#;

#[test]
fn a_session_is_found_again() {
    for endpoint in ["10.1.2.3:80", "[fd00::1]:65535"] {
        let endpoint = Some(endpoint.parse().unwrap());
        let session = session(&rule(COOKIE, &["a", "b"]));
        let (name, cookie) = session.begin(1, endpoint, 7, false);
        assert_eq!(name, "set-cookie");
        let (pair, attributes) = cookie.split_once("; ").unwrap();
        assert_eq!(attributes, "Path=/; HttpOnly; SameSite=Strict");
        let line = format!("x=1;  {pair} ; y=2");
        let found = find(&session, 8, &[("cookie", "s=junk"), ("cookie", &line)]);
        assert_eq!(
            found,
            Some(Pin {
                backend: 1,
                endpoint
            })
        );
    }
}

#[test]
fn it_survives_changes_of_the_backends_but_not_their_end() {
    let (_, cookie) = session(&rule(COOKIE, &["a", "b"])).begin(1, None, 0, false);
    let pair = cookie.split(';').next().unwrap();
    let after = |backends: &[&str]| find(&session(&rule(COOKIE, backends)), 0, &[("cookie", pair)]);
    assert_eq!(after(&["c", "b", "a"]).map(|pin| pin.backend), Some(1));
    assert_eq!(after(&["b"]).map(|pin| pin.backend), Some(0));
    assert_eq!(after(&["a", "c"]), None);
}

#[test]
fn rules_do_not_share_sessions() {
    let one = rule(COOKIE, &["a"]);
    let other = Rule {
        name: "1".into(),
        ..one.clone()
    };
    let (_, cookie) = session(&one).begin(0, None, 0, false);
    let headers = [("cookie", cookie.split(';').next().unwrap())];
    assert!(find(&session(&one), 0, &headers).is_some());
    assert_eq!(find(&session(&other), 0, &headers), None);
}

#[test]
fn a_session_ends() {
    let config = r#"{"name": "s", "path": "/p", "permanent": true, "absoluteTimeout": "10s"}"#;
    let session = session(&rule(config, &["a"]));
    let (_, cookie) = session.begin(0, None, 100, true);
    assert!(cookie.ends_with("; Path=/p; HttpOnly; SameSite=Strict; Secure; Max-Age=10"));
    let headers = [("cookie", cookie.split(';').next().unwrap())];
    assert!(find(&session, 109, &headers).is_some());
    assert_eq!(find(&session, 110, &headers), None);
}

#[test]
fn headers_carry_sessions_too() {
    let session = session(&rule(r#"{"type": "Header", "name": "X-S"}"#, &["a"]));
    let (name, token) = session.begin(0, None, 0, false);
    assert_eq!(name, "x-s");
    assert!(find(&session, 0, &[("x-s", "?"), ("X-S", &token)]).is_some());
}

#[test]
fn junk_is_no_session() {
    let session = session(&rule(COOKIE, &["a"]));
    let (_, cookie) = session.begin(0, Some(([127, 0, 0, 1], 80).into()), 0, false);
    let good = cookie.split(';').next().unwrap().to_owned();
    assert!(find(&session, 0, &[("cookie", &good)]).is_some());
    for junk in [
        "s=",
        "s",
        "s=0",
        "s=zz",
        "ss=00",
        &good[..good.len() - 2],
        &format!("{good}00"),
    ] {
        assert_eq!(find(&session, 0, &[("cookie", junk)]), None, "{junk}");
    }
}
