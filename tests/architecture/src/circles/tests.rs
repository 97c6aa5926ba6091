use super::*;
use crate::tree::tests::tree;

/// Who leads to whom, and the files of each circle.
fn found(files: &[(&str, &str)]) -> (Vec<String>, Vec<Vec<String>>) {
    let tree = tree(files);
    let leads = Leads::of(&tree);
    let name = |path: &PathBuf| path.display().to_string();
    let pair = |&(from, to): &(usize, usize)| {
        format!("{} -> {}", name(&tree.files[from]), name(&tree.files[to]))
    };
    let circles = leads.circles();
    let circles = circles
        .iter()
        .map(|circle| circle.files.iter().map(|file| name(file)).collect());
    (leads.names.keys().map(pair).collect(), circles.collect())
}

fn circles(files: &[(&str, &str)]) -> Vec<Vec<String>> {
    found(files).1
}

#[test]
fn two_files_that_name_each_other() {
    let files = [
        ("lib.rs", "mod a; mod b; mod c;"),
        (
            "a.rs",
            "use crate::b::B; pub struct A(B); fn f() { crate::c::c() }",
        ),
        (
            "b.rs",
            "pub struct B; fn f() -> Option<super::a::A> { None }",
        ),
        ("c.rs", "pub fn c() {}"),
    ];
    let tree = tree(&files);
    let circles = Leads::of(&tree).circles();
    assert_eq!(circles.len(), 1);
    assert_eq!(
        circles[0].leads,
        "a.rs -> b.rs: B, b::B\nb.rs -> a.rs: a::A\n"
    );
}

#[test]
fn a_circle_of_three_through_re_exports() {
    let files = [
        ("lib.rs", "mod a; mod b; mod c; pub use a::A; pub use c::C;"),
        ("a.rs", "use crate::b::b; pub struct A; fn f() { b() }"),
        ("b.rs", "pub fn b() { crate::C::new() }"),
        ("c.rs", "use crate::A; pub struct C(A);"),
    ];
    assert_eq!(circles(&files), [["a.rs", "b.rs", "c.rs"]]);
}

#[test]
fn two_circles_are_two() {
    let files = [
        ("lib.rs", "mod a; mod b; mod c; mod d;"),
        ("a.rs", "pub fn a() { crate::b::b(); crate::c::c() }"),
        ("b.rs", "pub fn b() { crate::a::a() }"),
        ("c.rs", "pub fn c() { crate::d::d() }"),
        ("d.rs", "pub fn d() { crate::c::c() }"),
    ];
    assert_eq!(circles(&files), [["a.rs", "b.rs"], ["c.rs", "d.rs"]]);
}

#[test]
fn a_parent_may_declare_and_re_export() {
    let files = [
        (
            "lib.rs",
            "mod a; pub(crate) use a::A; use a::b; pub struct Root;",
        ),
        (
            "a.rs",
            "use super::{Root, b}; pub struct A(Root); pub fn b() {}",
        ),
    ];
    assert_eq!(found(&files), (vec!["a.rs -> lib.rs".to_owned()], vec![]));
}

#[test]
fn a_parent_that_uses_its_child_and_is_used_by_it() {
    for parent in [
        "mod a; pub use a::A; pub struct Root; fn f(_: A) {}",
        "mod a; pub struct Root; fn f() { a::A::new() }",
        "mod a; pub struct Root; fn f() { dbg!(a::A::new()) }",
        "mod a; use a::T; pub struct Root; fn f() { 1.method() }",
        "mod a; pub struct Root; #[derive(D)] struct S { #[serde(with = \"a::A\")] b: u8 }",
    ] {
        let child = "use super::Root; pub struct A(Root); pub trait T {}";
        let circles = circles(&[("lib.rs", parent), ("a.rs", child)]);
        assert_eq!(circles, [["a.rs", "lib.rs"]], "{parent}");
    }
}

#[test]
fn globs_macros_and_imports_in_functions_are_followed() {
    for child in [
        "use super::*; pub fn a() -> Root { loop {} }",
        "pub fn a() { use crate::Root; }",
        "pub fn a() { shout!() }",
        "use crate::Kind::*; pub fn a() {}",
        "pub fn a() { assert!(x, crate::Root) }",
    ] {
        let parent = "macro_rules! shout { () => {} } mod a; pub struct Root; pub enum Kind { K } fn f() { a::a() }";
        let circles = circles(&[("lib.rs", parent), ("a.rs", child)]);
        assert_eq!(circles, [["a.rs", "lib.rs"]], "{child}");
    }
}

#[test]
fn tests_comments_members_and_other_crates_tie_nothing() {
    let files = [
        ("lib.rs", "mod a; mod b;"),
        ("a.rs", "pub struct A; pub fn name() { crate::b::b() }"),
        (
            "b.rs",
            "/// As [`crate::a::A`].\npub fn b() { x.name(); log!(y.name, \"crate::a::A\"); other::a::A::new() }
             #[cfg(test)] mod t { use crate::a::A; } #[test] fn t() { crate::a::name() }",
        ),
    ];
    assert_eq!(found(&files), (vec!["a.rs -> b.rs".to_owned()], vec![]));
}
