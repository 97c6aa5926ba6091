//! Nothing of a generated configuration could be missing or other without a test that sees it.

use super::{
    Conf,
    manifests::{EVERYTHING, generated},
    probes::{conf, outcomes},
    tree::{self, Directive},
};

/// Each row of a map, each header, each server and each location is taken away, and each value changed: the probes see it.
#[test]
fn nothing_could_be_missing_unseen() {
    let text = generated(EVERYTHING).conf;
    let whole = outcomes(&conf());
    let main = tree::read(&text).unwrap();
    let mut places = Vec::new();
    find(&main, &mut Vec::new(), &mut places);
    assert!(places.len() > 150, "{}", places.len());
    let mut unseen = Vec::new();
    for place in &places {
        for mutation in [Mutation::Removed, Mutation::Changed] {
            let mut mutated = main.clone();
            let Some(what) = mutate(&mut mutated, place, mutation) else {
                continue;
            };
            let is_seen = match Conf::read(&tree::write(&mutated)) {
                Ok(conf) => {
                    outcomes(&conf) != whole
                        || !conf.keeps("x-a")
                        || conf.keeps("x_a")
                        || conf.keeps("x.a")
                }
                Err(_) => true,
            };
            if !is_seen && !ALIKE.contains(&(mutation, &*what)) {
                unseen.push(format!("{mutation:?}: {what}"));
            }
        }
    }
    assert!(unseen.is_empty(), "\n{}", unseen.join("\n"));
}

/// What means the same in nginx.
const ALIKE: [(Mutation, &str); 1] = [
    // Whatever is neither empty nor `0` is true.
    (
        Mutation::Changed,
        "http: map $content_type $gamma_is_grpc: ~*^application/grpc([;+]|$) 1",
    ),
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mutation {
    Removed,
    Changed,
}

/// The places of all directives about where requests go and which headers they have.
fn find(directives: &[Directive], path: &mut Vec<usize>, places: &mut Vec<Vec<usize>>) {
    for (index, directive) in directives.iter().enumerate() {
        path.push(index);
        let name = directive.name();
        let is_seen = [
            "proxy_pass",
            "grpc_pass",
            "mirror",
            "proxy_set_header",
            "grpc_set_header",
            "proxy_wasm",
            "error_page",
            "if",
            "internal",
        ]
        .contains(&name)
            || (path.len() > 1 && name == "server" && directive.block.is_none());
        match name {
            "http" | "server" | "location" | "upstream" => find(directive.block(), path, places),
            "map" => {
                places.push(path.clone());
                let rows = directive.block().len();
                places.extend((0..rows).map(|row| [&**path, &[row]].concat()));
            }
            _ => {}
        }
        if is_seen {
            places.push(path.clone());
        }
        path.pop();
    }
}

/// Changes what is at `place`, and says what that was; `None` where nothing can be changed.
fn mutate(directives: &mut Vec<Directive>, place: &[usize], mutation: Mutation) -> Option<String> {
    let (index, rest) = place.split_first()?;
    if !rest.is_empty() {
        let directive = &mut directives[*index];
        let within = directive.words.join(" ");
        let inner = directive.block.as_mut()?;
        return mutate(inner, rest, mutation).map(|what| format!("{within}: {what}"));
    }
    let what = directives[*index].words.join(" ");
    match mutation {
        Mutation::Removed => drop(directives.remove(*index)),
        Mutation::Changed if directives[*index].block.is_some() => return None,
        Mutation::Changed => {
            let value = directives[*index].words.get_mut(1..)?.last_mut()?;
            value.push('x');
        }
    }
    Some(what)
}
