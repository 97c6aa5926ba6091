//! What a real API server does not do on demand: tokens that expire, 429, 500, connections that are cut,
//! kinds that may not be listed. Against a server of a few lines that answers as it is told.

mod server;

use gamma_kube::{Cluster, ClusterError, ClusterSnapshot, Gap, wanted_kinds};
use gamma_manifest::{diagnostic::Diagnostics, source::Sources};
use server::{Answer, FakeServer};

const GROUPS: &str = r#"{"groups": [{"name": "gateway.networking.k8s.io",
    "versions": [{"version": "v1"}], "preferredVersion": {"version": "v1"}}]}"#;
const CORE: &str = r#"{"resources": [{"kind": "Service", "name": "services", "verbs": ["list"]},
    {"kind": "Service", "name": "services/status", "verbs": ["get"]}]}"#;
const GATEWAY: &str =
    r#"{"resources": [{"kind": "HTTPRoute", "name": "httproutes", "verbs": ["list"]}]}"#;
const ROUTES: &str = "/apis/gateway.networking.k8s.io/v1/httproutes";

fn page(names: &[&str], token: &str) -> Answer {
    let items: Vec<String> = names
        .iter()
        .map(|name| {
            format!(r#"{{"metadata": {{"namespace": "shop", "name": "{name}"}}, "spec": {{}}}}"#)
        })
        .collect();
    let items = items.join(",");
    Answer::ok(&format!(
        r#"{{"metadata": {{"continue": "{token}"}}, "items": [{items}]}}"#
    ))
}

/// Discovery, no Services, and what `answer` says to the rest.
fn read(
    answer: impl Fn(usize, &str) -> Answer + Send + 'static,
) -> (Result<ClusterSnapshot, ClusterError>, Vec<String>) {
    let server = FakeServer::start(move |number, path| match path {
        "/apis" => Answer::ok(GROUPS),
        "/api/v1" => Answer::ok(CORE),
        "/apis/gateway.networking.k8s.io/v1" => Answer::ok(GATEWAY),
        "/api/v1/services?limit=500" => page(&[], ""),
        other => answer(number, other),
    });
    let cluster = Cluster::connect(&server.target()).unwrap();
    let snapshot = cluster.read(&wanted_kinds([]), &[]);
    let asked = server.asked();
    let routes = asked.into_iter().filter(|path| path.starts_with(ROUTES));
    (snapshot, routes.collect())
}

fn names(snapshot: &ClusterSnapshot) -> Vec<&str> {
    snapshot.objects().map(|object| &*object.name).collect()
}

#[test]
fn pages_are_put_together() {
    let (snapshot, asked) = read(|_, path| {
        if path.contains("continue=a%2Fb%3D%3D") {
            page(&["c"], "")
        } else {
            page(&["a", "b"], "a/b==")
        }
    });
    assert_eq!(names(&snapshot.unwrap()), ["a", "b", "c"]);
    assert_eq!(asked.len(), 2, "{asked:?}");
}

#[test]
fn a_token_that_expired_starts_the_list_over() {
    let (snapshot, asked) = read(|_, path| {
        if path.contains("continue=") {
            Answer::status(410, "Expired", "the provided continue parameter is too old")
        } else if path.contains("limit=") {
            page(&["a"], "old")
        } else {
            page(&["a", "b"], "")
        }
    });
    // No object of the first page is there twice.
    assert_eq!(names(&snapshot.unwrap()), ["a", "b"]);
    assert_eq!(asked.last().unwrap(), ROUTES);
}

#[test]
fn an_overloaded_server_is_asked_again() {
    for status in [429, 500, 503] {
        let (snapshot, asked) = read(move |number, _| {
            if number < 2 {
                Answer::status(status, "Busy", "later")
            } else {
                page(&["a"], "")
            }
        });
        assert_eq!(names(&snapshot.unwrap()), ["a"], "{status}");
        assert_eq!(asked.len(), 3, "{status}");
    }
}

#[test]
fn a_server_that_stays_ill_is_given_up() {
    let (snapshot, asked) = read(|_, _| Answer::status(500, "InternalError", "etcd is gone"));
    let said = snapshot.unwrap_err().to_string();
    assert!(said.contains("answered 500: etcd is gone"), "{said}");
    assert!(said.contains("readyz"), "{said}");
    assert_eq!(asked.len(), 4);
}

#[test]
fn a_connection_that_is_cut_is_made_again() {
    let (snapshot, asked) = read(|number, _| match number {
        0 => Answer::cut(),
        _ => page(&["a"], ""),
    });
    assert_eq!(names(&snapshot.unwrap()), ["a"]);
    assert_eq!(asked.len(), 2);
}

#[test]
fn what_may_not_be_listed_is_said_with_the_rule_that_grants_it() {
    let (snapshot, _) = read(|_, _| Answer::status(403, "Forbidden", "httproutes is forbidden"));
    let snapshot = snapshot.unwrap();
    assert!(matches!(&*snapshot.gaps, [Gap::Forbidden { plural, .. }] if plural == "httproutes"));
    let mut diagnostics = Diagnostics::default();
    snapshot.report(&mut diagnostics);
    let found = diagnostics.iter().next().unwrap();
    assert_eq!(found.code.id, "G641");
    let hint = found.hint.as_deref().unwrap();
    let rule =
        r#"{apiGroups: ["gateway.networking.k8s.io"], resources: [httproutes], verbs: [list]}"#;
    assert!(hint.contains(rule), "{hint}");
}

#[test]
fn a_kind_that_went_away_in_between_is_no_mistake() {
    let (snapshot, _) = read(|_, _| Answer::status(404, "NotFound", "not found"));
    let snapshot = snapshot.unwrap();
    assert!(names(&snapshot).is_empty() && snapshot.gaps.is_empty());
}

#[test]
fn an_answer_that_is_no_json_is_said() {
    let (snapshot, _) = read(|_, _| Answer::ok("<html>Log in</html>"));
    let said = snapshot.unwrap_err().to_string();
    assert!(
        said.contains("is no JSON") && said.contains("proxy"),
        "{said}"
    );
}

#[test]
fn credentials_that_expired_are_said() {
    let (snapshot, _) = read(|_, _| Answer::status(401, "Unauthorized", "Unauthorized"));
    let said = snapshot.unwrap_err().to_string();
    assert!(said.contains("log in again"), "{said}");
}

#[test]
fn an_object_is_called_by_its_context_and_says_its_kind() {
    let (snapshot, _) = read(|_, _| {
        Answer::ok(
            r#"{"items": [{"metadata": {"namespace": "shop", "name": "cart", "managedFields": [{}], "annotations":
            {"kubectl.kubernetes.io/last-applied-configuration": "{}"}}, "spec": {"rules": []}, "status": {}}]}"#,
        )
    });
    let mut sources = Sources::default();
    snapshot.unwrap().add_to(&mut sources);
    let (_, source) = sources.iter().next().unwrap();
    assert_eq!(source.name, "kube:fake/HTTPRoute/shop/cart");
    assert_eq!(
        source.text,
        "apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata:\n  name: cart\n  namespace: shop\n\
         spec:\n  rules: []\n"
    );
}
