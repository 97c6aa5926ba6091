//! A config that is read while another one is in use decides as it would if it were read alone.

use fastrand::Rng;
use gamma_compile::{Options, compile};
use gamma_manifest::diagnostic::Diagnostics;
use gamma_random::{NAMESPACES, once_in, variable};
use gamma_router::{KnownTables, Request, Router};
use gamma_testbed::manifests;
use serde_json::{Value, json};

/// Changes of a config that are read one after the other.
const CHANGES: u32 = 20;
/// Requests after each change.
const REQUESTS: u32 = 50;

/// `CHAINS` says how many chains of changes there are, `SEED` repeats a run.
#[test]
fn what_is_known_decides_as_what_is_read() {
    let (chains, seed): (u64, u64) = (variable("CHAINS", 40), variable("SEED", 1));
    for chain in 0..chains {
        let mut rng = Rng::with_seed(seed.rotate_left(32) ^ chain);
        let client = NAMESPACES[rng.usize(..NAMESPACES.len())];
        let mut known = KnownTables::default();
        // As long as its requests last, the router before is there.
        let mut before: Option<Router> = None;
        let mut objects = gamma_random::objects(&mut rng);
        for change in 0..CHANGES {
            let config = config(&objects);
            let after = read(&config, &mut known, client);
            let alone = read(&config, &mut KnownTables::default(), client);
            let names = |router: &Router| -> Vec<String> {
                router.rules().map(|rule| rule.full_name().into()).collect()
            };
            assert_eq!(names(&after), names(&alone), "SEED={seed}, chain {chain}");
            assert_eq!(after.features(), alone.features());
            assert_eq!(after.needs_time(), alone.needs_time());
            for _ in 0..REQUESTS {
                let request = gamma_random::request(&mut rng, &objects);
                let asked = Request {
                    method: request.method.as_bytes(),
                    scheme: request.scheme.as_bytes(),
                    authority: request.authority.as_bytes(),
                    path: request.path.as_bytes(),
                    destination: request.destination,
                    now: 0,
                    headers: &request.headers,
                };
                let draw = rng.u64(..);
                let decide = |router: &Router| {
                    let decision = router.decide(&asked, &mut Rng::with_seed(draw));
                    let carried = format!("{decision:?}");
                    let cluster = match decision.action {
                        gamma_router::Action::Forward { cluster, .. } => router.cluster(cluster),
                        _ => None,
                    };
                    (carried, cluster.map(str::to_owned))
                };
                assert_eq!(
                    decide(&after),
                    decide(&alone),
                    "SEED={seed}, chain {chain}, change {change}: {request:?}"
                );
            }
            before = Some(after).filter(|_| !once_in(&mut rng, 5)).or(before);
            for other in gamma_random::objects(&mut rng) {
                let is_same = |object: &&mut Value| identity(object) == identity(&other);
                if once_in(&mut rng, 4)
                    && let Some(object) = objects.iter_mut().find(is_same)
                {
                    *object = other;
                }
            }
        }
        drop(before);
    }
}

fn identity(object: &Value) -> [&Value; 3] {
    let metadata = &object["metadata"];
    [&object["kind"], &metadata["namespace"], &metadata["name"]]
}

fn config(objects: &[Value]) -> Vec<u8> {
    let text = json!({"apiVersion": "v1", "kind": "List", "items": objects}).to_string();
    let manifests = manifests::read(&text).unwrap();
    let config = compile(&manifests, &Options::default(), &mut Diagnostics::default());
    serde_json::to_vec(&config).unwrap()
}

fn read(config: &[u8], known: &mut KnownTables, client: &str) -> Router {
    Router::read(config, known, |_| client.into()).unwrap().0
}
