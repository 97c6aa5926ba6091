//! No step of an update takes from a request what the request still needs.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use serde_json::{Value, json};
use tempfile::TempDir;

use super::*;

/// A bootstrap as it begins.
const TEXT: &str = "# Written by gammactl.\n";

/// `clusters` with an endpoint each, and a route table and filter that are about them.
fn resources(clusters: &[&str]) -> Resources {
    let of = |value: fn(&str) -> Value| {
        let named = clusters.iter().map(|name| ((*name).into(), value(name)));
        named.collect::<BTreeMap<String, Value>>()
    };
    let routes = json!({
        "name": "gamma",
        "virtual_hosts": [{ "name": "gamma", "routes": [
            { "name": format!("gamma_backoff_{}s", clusters.len()), "route": {} },
            { "name": "gamma", "route": {} },
        ] }],
    });
    Resources {
        clusters: of(|name| json!({ "name": name, "type": "EDS" })),
        endpoints: of(|name| {
            let endpoint = json!({ "lb_endpoints": [{ "of": name }] });
            json!({ "cluster_name": name, "endpoints": [endpoint] })
        }),
        routes: BTreeMap::from([("gamma".into(), routes)]),
        filter: Some(json!({ "name": "gamma", "of": clusters })),
    }
}

fn open(directory: &TempDir) -> LiveDirectory {
    let pace = Pace {
        pause: Duration::ZERO,
        drain: Duration::ZERO,
    };
    LiveDirectory::open(directory.path(), None, pace).unwrap()
}

/// The files and what they say, but for the lock.
fn files(directory: &Path) -> BTreeSet<(PathBuf, String)> {
    let mut files = BTreeSet::new();
    for folder in ["", "eds", "rds"] {
        for entry in fs::read_dir(directory.join(folder)).unwrap() {
            let path = entry.unwrap().path();
            if path.is_file() && !path.ends_with(".lock") {
                let name = path.strip_prefix(directory).unwrap().to_owned();
                files.insert((name, fs::read_to_string(&path).unwrap()));
            }
        }
    }
    files
}

/// Does all that is left to do, as if it was time for it.
fn settle(live: &mut LiveDirectory) -> Result<Option<Update>, DeliveryError> {
    let mut last = None;
    while let Some(at) = live.next_step() {
        last = live.step(at)?.or(last);
    }
    Ok(last)
}

/// No file can be written to `path`, or removed from it, even by root.
fn block(path: &Path) {
    if path.exists() {
        fs::rename(path, path.with_added_extension("before")).unwrap();
    }
    fs::create_dir_all(path.join("in the way")).unwrap();
}

fn unblock(path: &Path) {
    fs::remove_dir_all(path).unwrap();
    let before = path.with_added_extension("before");
    if before.exists() {
        fs::rename(before, path).unwrap();
    }
}

#[test]
fn a_write_that_fails_is_tried_again_wherever_it_is() {
    let expected = tempfile::tempdir().unwrap();
    open(&expected)
        .update("new", resources(&["a", "c"]))
        .unwrap();
    for file in [
        "envoy.yaml",
        "eds/a.json",
        "eds/c.json",
        "cds.json",
        "rds/gamma.json",
        "ecds.json",
    ] {
        let directory = tempfile::tempdir().unwrap();
        let mut live = open(&directory);
        live.update(TEXT, resources(&["b"])).unwrap();
        let blocked = directory.path().join(file);
        block(&blocked);
        let error = live.update("new", resources(&["a", "c"])).unwrap_err();
        assert!(
            matches!(error, DeliveryError::Directory(_)),
            "{file}: {error}"
        );
        assert!(error.to_string().contains(file), "{error}");
        // Still so, and later than before.
        let first = live.next_step().unwrap();
        assert!(
            live.step(Instant::now()).unwrap().is_none(),
            "{file}: too early"
        );
        live.step(first).unwrap_err();
        assert!(live.next_step() > Some(first), "{file}");
        assert!(
            live.leaving.is_empty(),
            "{file}: `b` is needed until the update is complete"
        );
        unblock(&blocked);
        let update = settle(&mut live).unwrap().expect("the update");
        assert_eq!(
            update.changes.to_string(),
            "clusters +2 -1, endpoints +2 -1",
            "{file}"
        );
        assert!(update.restart, "{file}");
        assert_eq!(files(directory.path()), files(expected.path()), "{file}");
        assert_eq!(live.files.written, resources(&["a", "c"]), "{file}");
    }
}

#[test]
fn a_removal_that_fails_is_tried_again() {
    let expected = tempfile::tempdir().unwrap();
    open(&expected).update(TEXT, resources(&["a"])).unwrap();
    for file in ["cds.json", "eds/b.json", "rds/gamma.json"] {
        let directory = tempfile::tempdir().unwrap();
        let mut live = open(&directory);
        live.update(TEXT, resources(&["a", "b"])).unwrap();
        let update = live.update(TEXT, resources(&["a"])).unwrap();
        assert_eq!(update.leaving, 1, "{file}");
        let blocked = directory.path().join(file);
        block(&blocked);
        let error = settle(&mut live).unwrap_err();
        assert!(
            matches!(error, DeliveryError::Directory(_)),
            "{file}: {error}"
        );
        let again = live.next_step().unwrap();
        assert!(
            again > Instant::now(),
            "{file}: it is not tried without a pause"
        );
        settle(&mut live).unwrap_err();
        unblock(&blocked);
        assert!(settle(&mut live).unwrap().is_none(), "{file}");
        assert_eq!(files(directory.path()), files(expected.path()), "{file}");
        assert_eq!(live.files.written, resources(&["a"]), "{file}");
    }
}

#[test]
fn a_new_update_goes_before_one_that_could_not_be_written() {
    let directory = tempfile::tempdir().unwrap();
    let mut live = open(&directory);
    live.update(TEXT, resources(&["a"])).unwrap();
    let blocked = directory.path().join("ecds.json");
    block(&blocked);
    live.update(TEXT, resources(&["b"])).unwrap_err();
    unblock(&blocked);
    let update = live.update(TEXT, resources(&["c"])).unwrap();
    assert_eq!(
        update.changes.to_string(),
        "clusters +1 -1, endpoints +1 -1"
    );
    // `b` has been written, and goes as well.
    assert_eq!(update.leaving, 2);
    assert!(settle(&mut live).unwrap().is_none());
    assert_eq!(live.files.written, resources(&["c"]));
}

#[test]
fn waits_between_tries_grow_and_end_with_a_success() {
    let directory = tempfile::tempdir().unwrap();
    let mut live = open(&directory);
    let blocked = directory.path().join("cds.json");
    block(&blocked);
    live.update(TEXT, resources(&["a"])).unwrap_err();
    let mut waits = vec![live.wait];
    for _ in 0..7 {
        live.step(live.next_step().unwrap()).unwrap_err();
        waits.push(live.wait);
    }
    let seconds: Vec<u64> = waits.iter().map(Duration::as_secs).collect();
    assert_eq!(seconds, [2, 4, 8, 16, 32, 60, 60, 60]);
    unblock(&blocked);
    settle(&mut live).unwrap();
    assert_eq!(live.wait, FIRST_RETRY);
}

#[test]
fn what_envoy_does_not_take_waits_for_the_next_try_like_what_can_not_be_written() {
    let what = "clusters";
    for failed in [
        DeliveryError::Slow { what },
        DeliveryError::Refused { what, hint: "" },
    ] {
        let directory = tempfile::tempdir().unwrap();
        let mut live = open(&directory);
        live.update(TEXT, resources(&["a", "b"])).unwrap();
        // A cluster that is to go, and whose removal has just failed.
        let past = Instant::now();
        live.leaving.insert("b".into(), past);
        live.note(Some(&failed));
        assert!(live.next_step().unwrap() > past + FIRST_RETRY / 2);
    }
}

#[test]
fn where_nobody_can_be_asked_a_change_of_everything_waits_twice() {
    let directory = tempfile::tempdir().unwrap();
    let pace = Pace {
        pause: Duration::from_secs(2),
        drain: Duration::ZERO,
    };
    let mut live = LiveDirectory::open(directory.path(), None, pace).unwrap();
    // Nobody can have read what was not there.
    assert!(live.update(TEXT, resources(&["a"])).unwrap().took < pace.pause);
    let took = live.update(TEXT, resources(&["a", "b", "c"])).unwrap().took;
    assert!(took >= 2 * pace.pause, "{took:?}");
    assert!(took < 3 * pace.pause, "{took:?}");
    let mut weights = resources(&["a", "b", "c"]);
    weights.filter = Some(json!({ "name": "gamma", "of": "other weights" }));
    let took = live.update(TEXT, weights).unwrap().took;
    assert!(took >= pace.pause && took < 2 * pace.pause, "{took:?}");
}
