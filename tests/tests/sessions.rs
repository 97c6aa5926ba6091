//! Session persistence down to the endpoint, which fixtures can't see: three endpoints behind one
//! Service, told apart by the names that their echo backends have.

use std::collections::HashSet;

use gamma_compile as compile;
use gamma_testbed::{
    client::{Client, Request, Response},
    echo::{Echo, Identity},
    envoy::Options,
    manifests::{http_route, read, services},
    stage::{Stage, wasm},
};

const RULES: &str = "
    - name: cookie
      matches: [{path: {value: /cookie}}]
      sessionPersistence: {cookie: {name: s}}
      backendRefs: [{name: cart, port: 80}]
    - name: header
      matches: [{path: {value: /header}}]
      sessionPersistence: {type: Header, header: {name: X-Session}}
      backendRefs: [{name: cart, port: 80}]
    - backendRefs: [{name: cart, port: 80}]
";

fn stage(endpoints: &[Echo]) -> Stage {
    let slices = endpoints.iter().enumerate().map(|(i, echo)| {
        format!(
            "---\napiVersion: discovery.k8s.io/v1\nkind: EndpointSlice\n\
             metadata: {{name: cart-{i}, labels: {{kubernetes.io/service-name: cart}}}}\n\
             addressType: IPv4\nports: [{{port: {}}}]\nendpoints: [{{addresses: [127.0.0.1]}}]\n",
            echo.address().port()
        )
    });
    let routed = services(&["cart"]) + &http_route("cart", RULES);
    let manifests = read(&(routed + &slices.collect::<String>())).unwrap();
    let options = compile::Options::default();
    Stage::start(&manifests, &options, &wasm(), &Options::default()).unwrap()
}

fn endpoints(names: &[&str]) -> Vec<Echo> {
    let start = |name: &&str| Echo::start(Identity::new("default", *name, 80)).unwrap();
    names.iter().map(start).collect()
}

fn who(response: &Response) -> String {
    let echoed = response.echoed().unwrap();
    let kept = echoed
        .headers
        .iter()
        .find(|(name, _)| name.starts_with("x-gamma-"));
    assert_eq!(kept, None, "the backend need not know");
    echoed.backend
}

fn cookie(response: &Response) -> Option<String> {
    let line = response.header("set-cookie")?;
    Some(line.split(';').next()?.to_owned())
}

#[test]
fn a_session_stays_at_its_endpoint_while_that_is_there() {
    let mut echoes = endpoints(&["a", "b", "c"]);
    let stage = stage(&echoes);
    let mut client = Client::new(stage.address());
    let mut get = |path: &str, header: Option<(&str, &str)>| {
        let request = Request::get("cart", path);
        let request = header
            .into_iter()
            .fold(request, |r, (name, value)| r.header(name, value));
        client.send(&request).unwrap()
    };

    // Without sessions they take turns.
    let plain: HashSet<String> = (0..9).map(|_| who(&get("/", None))).collect();
    assert_eq!(plain.len(), 3);

    let first = get("/cookie", None);
    let (home, token) = (who(&first), cookie(&first).unwrap());
    for _ in 0..10 {
        let response = get("/cookie", Some(("cookie", &token)));
        assert_eq!((who(&response), cookie(&response)), (home.clone(), None));
    }
    let first = get("/header", None);
    let (other, session) = (who(&first), first.header("x-session").unwrap());
    for _ in 0..10 {
        let response = get("/header", Some(("x-session", &session)));
        assert_eq!(who(&response), other);
        assert_eq!(response.header("x-session"), None);
    }
    // One rule's session is none of the other's.
    let value = token.split_once('=').unwrap().1.to_owned();
    assert!(
        get("/header", Some(("x-session", &value)))
            .header("x-session")
            .is_some()
    );

    // Gone: what was bound to it is bound elsewhere.
    echoes.retain(|echo| echo.identity().service != home);
    let left = self::stage(&echoes);
    let response = Client::new(left.address())
        .send(&Request::get("cart", "/cookie").header("cookie", token.as_str()))
        .unwrap();
    assert_ne!(who(&response), home);
    assert_ne!(cookie(&response), Some(token));
}
