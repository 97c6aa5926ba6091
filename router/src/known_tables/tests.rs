use std::sync::Arc;

use super::KnownTables;
use crate::{compiled_table::CompiledTable, router::Router};

/// Services `s0`, `s1`…, each with one rule to the cluster of its own.
fn config(clusters: &[&str]) -> String {
    let services: Vec<String> = (0..)
        .zip(clusters)
        .map(|(number, cluster)| {
            format!(
                r#"{{"namespace":"n","name":"s{number}","ports":[{{"port":80,"cluster":"own","producer":
                    {{"rules":[{{"backendRefs":[{{"cluster":"{cluster}"}}]}}]}}}}]}}"#
            )
        })
        .collect();
    let services = services.join(",");
    format!(r#"{{"version":1,"services":[{services}]}}"#)
}

fn read(config: &str, known: &mut KnownTables, namespace: &str) -> Option<Router> {
    let read = Router::read(config.as_bytes(), known, |_| namespace.into());
    read.map(|(router, _)| router).ok()
}

fn tables(router: &Router) -> Vec<&Arc<CompiledTable>> {
    router.tables.iter().map(|(_, table)| table).collect()
}

#[test]
fn what_did_not_change_is_there_once() {
    let mut known = KnownTables::default();
    let before = read(&config(&["a", "b", "c"]), &mut known, "n").unwrap();
    let after = read(&config(&["x", "a", "b", "d", "c"]), &mut known, "n").unwrap();
    let (before, after) = (tables(&before), tables(&after));
    let same = |old: usize, new: usize| Arc::ptr_eq(before[old], after[new]);
    assert!(same(0, 1) && same(1, 2) && same(2, 4));
    assert!(!before.iter().any(|table| Arc::ptr_eq(table, after[0])));
    assert!(!before.iter().any(|table| Arc::ptr_eq(table, after[3])));
}

/// All of a table counts: `matchOrder` is no part of its rules.
#[test]
fn another_order_is_another_table() {
    let with = |order: &str| {
        format!(
            r#"{{"version":1,"services":[{{"namespace":"n","name":"s","ports":[{{"port":80,"cluster":"own","producer":
                {{"rules":[{{"name":"0"}},{{"name":"1"}}]{order}}}}}]}}]}}"#
        )
    };
    let mut known = KnownTables::default();
    let written = read(&with(""), &mut known, "n").unwrap();
    let reversed = read(&with(r#","matchOrder":[[1,0],[0,0]]"#), &mut known, "n").unwrap();
    assert!(!Arc::ptr_eq(tables(&written)[0], tables(&reversed)[0]));
}

#[test]
fn a_refused_config_teaches_nothing() {
    let mut known = KnownTables::default();
    // The problem is in the second Service: the first one's table has been compiled by then.
    let refused = config(&["a", ""]);
    assert!(read(&refused, &mut known, "n").is_none());
    assert_eq!(known.tables.len(), 0);
    assert!(
        read(&refused, &mut known, "n").is_none(),
        "it is not let through"
    );
}

#[test]
fn a_table_for_others_is_not_ours_later() {
    let consumers = r#"{"version":1,"services":[{"namespace":"n","name":"s","ports":[{"port":80,"cluster":"own",
        "consumers":{"theirs":{"rules":[{"backendRefs":[{"cluster":"a"}]}]}}}]}]}"#;
    let mut known = KnownTables::default();
    let others = read(consumers, &mut known, "n").unwrap();
    let theirs = read(consumers, &mut known, "theirs").unwrap();
    assert_eq!(others.rules().count(), 0);
    assert!(others.ports[0].table.is_none());
    assert_eq!(theirs.rules().count(), 1);
    assert!(theirs.ports[0].table.is_some());
    // And that it has been read is known, too.
    let again = read(consumers, &mut known, "n").unwrap();
    assert!(Arc::ptr_eq(tables(&others)[0], tables(&again)[0]));
}

#[test]
fn nothing_is_kept_that_no_router_has() {
    let mut known = KnownTables::default();
    let first = read(&config(&["a", "b"]), &mut known, "n").unwrap();
    let weak: Vec<_> = tables(&first).into_iter().map(Arc::downgrade).collect();
    let mut router = read(&config(&["a", "c"]), &mut known, "n").unwrap();
    drop(first);
    assert_eq!(weak[0].strong_count(), 1, "the router's");
    assert_eq!(weak[1].strong_count(), 0);
    for change in 0..1000 {
        let cluster = format!("c{change}");
        router = read(&config(&["a", &cluster]), &mut known, "n").unwrap();
        assert!(known.tables.len() <= 8, "{known:?}");
    }
    assert!(Arc::ptr_eq(tables(&router)[0], &weak[0].upgrade().unwrap()));
}

#[test]
fn keys_are_forgotten_once_most_of_their_tables_are_gone() {
    let mut known = KnownTables::default();
    let five = read(&config(&["a", "b", "c", "d", "e"]), &mut known, "n");
    drop(five);
    let two = read(&config(&["x", "y"]), &mut known, "n").unwrap();
    assert_eq!(format!("{known:?}"), "KnownTables(2)", "and no keys");
    let one = read(&config(&["x"]), &mut known, "n").unwrap();
    drop(two);
    // Half of them are there.
    let other = read(&config(&["x", "z"]), &mut known, "n").unwrap();
    assert_eq!(known.tables.len(), 3);
    drop((one, other));
}
