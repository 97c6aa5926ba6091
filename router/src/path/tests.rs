use super::*;

/// `=` Exact, `^` PathPrefix, in order of precedence.
fn index(paths: &[&'static str]) -> PathTree {
    let mut builder = PathTreeBuilder::default();
    let mut lists: [Vec<Vec<Position>>; 2] = Default::default();
    for (position, path) in (0..).zip(paths) {
        let (kind, path) = path.split_at(1);
        let (list, id) = match kind {
            "=" => (0, builder.exact(path).unwrap()),
            _ => (1, builder.prefix(path).unwrap()),
        };
        lists[list].resize_with(lists[list].len().max(id as usize + 1), Vec::new);
        lists[list][id as usize].push(position);
    }
    let [exact, prefixes] = lists.map(|lists| {
        let lists = lists.into_iter();
        lists.map(|positions| Candidates::new(&positions, &[]))
    });
    builder.build(exact, prefixes)
}

fn first(
    index: &PathTree,
    path: &str,
    limit: Position,
    holds: impl Fn(Position) -> bool,
) -> Option<Position> {
    index.first(path.as_bytes(), limit, |candidates, limit| {
        let mut lowest = None;
        candidates.each(b"", &mut |position| {
            if position < limit && holds(position) {
                lowest = lowest.or(Some(position));
            }
        });
        lowest
    })
}

#[test]
fn prefixes_match_by_element() {
    let table = [
        ("^/abc", "/abc", true),
        ("^/abc", "/abc/", true),
        ("^/abc", "/abc/def", true),
        ("^/abc", "/abcd", false),
        ("^/abc", "/Abc", false),
        ("^/abc", "/ab", false),
        ("^/abc", "/abc//", true),
        ("^/abc", "//abc", false),
        ("^/abc/", "/abc", true),
        ("^/abc/", "/abc/def", true),
        ("^/abc/", "/abcd", false),
        ("^/", "/", true),
        ("^/", "/abc", true),
        ("^/", "//", true),
        ("^/", "*", false),
        ("^/", "", false),
        ("=/abc", "/abc", true),
        ("=/abc", "/abc/", false),
        ("=/abc/", "/abc", false),
        ("=/", "/", true),
        ("=/", "/a", false),
        ("^/{x}", "/{x}/y", true),
        ("^/{x}", "/a/y", false),
        ("=/a/{*rest}", "/a/{*rest}", true),
        ("=/a/{*rest}", "/a/b", false),
        ("^/a//b", "/a//b/c", true),
        ("^/a//b", "/a/b", false),
        ("=/a", "/a//", false),
        ("=/a//", "/a//", true),
        ("=/a//", "/a", false),
        ("=/a/b", "/a/b/c/d/e", false),
        ("^/a/b", "/a/b/c/d/e", true),
        ("^/a/b", "/a/b\u{e9}", false),
        ("^/a/b", "/a/b/\u{e9}", true),
        ("^/a", "/a?b", true),
        ("=/a", "/a?b/c", true),
        ("=/a", "/a/?b", false),
        ("^/a/b", "/a?/b", false),
        ("^/a?b", "/a?b", false),
    ];
    for (stored, path, expected) in table {
        let found = first(&index(&[stored]), path, Position::MAX, |_| true);
        assert_eq!(found.is_some(), expected, "{stored} on {path}");
    }
}

#[test]
fn the_order_given_decides_whatever_the_paths() {
    let spec_order = ["=/a/b", "^/a/b", "^/a", "^/"];
    let table = [
        ("/a/b", 0),
        ("/a/b/", 1),
        ("/a/b/c", 1),
        ("/a/x", 2),
        ("/x", 3),
    ];
    for (path, expected) in table {
        let found = first(&index(&spec_order), path, Position::MAX, |_| true);
        assert_eq!(found, Some(expected), "{path}");
    }
    // A hand-written config may put the shorter prefix first.
    assert_eq!(
        first(&index(&["^/", "^/a", "=/a"]), "/a", Position::MAX, |_| true),
        Some(0)
    );
}

#[test]
fn a_match_that_does_not_hold_falls_back_to_shorter_prefixes() {
    let index = index(&["=/a/b", "^/a/b", "^/a/b", "^/a", "^/"]);
    for expected in 0..5 {
        let found = first(&index, "/a/b", Position::MAX, |position| {
            position >= expected
        });
        assert_eq!(found, Some(expected));
    }
    assert_eq!(first(&index, "/a/b", Position::MAX, |_| false), None);
    assert_eq!(first(&index, "/a/b", 2, |position| position >= 2), None);
}

#[test]
fn neighbours_do_not_hide_a_prefix() {
    let index = index(&["=/foo/bar", "^/foo/bar/baz", "^/foo"]);
    for path in [
        "/foo/ba",
        "/foo/barx",
        "/foo/bar/ba",
        "/foo/bar/bazz",
        "/foo/bar/",
    ] {
        assert_eq!(
            first(&index, path, Position::MAX, |_| true),
            Some(2),
            "{path}"
        );
    }
}

#[test]
fn any_number_of_slashes_may_be_stored() {
    let index = index(&["^/a/b/c/d", "=/a/b/c", "^/a/b", "=/a/b/c/d/e/f", "^/"]);
    let table = [
        ("/a/b/c/d/e/f", 0),
        ("/a/b/c/d", 0),
        ("/a/b/c", 1),
        ("/a/b/c/", 2),
        ("/a/b/c/x", 2),
        ("/a/b", 2),
        ("/a/b/c/x/e/f", 2),
        ("/a", 4),
        ("/a/x/c/d/e/f", 4),
    ];
    for (path, expected) in table {
        let found = first(&index, path, Position::MAX, |_| true);
        assert_eq!(found, Some(expected), "{path}");
    }
    let found = first(&index, "/a/b/c/d/e/f", Position::MAX, |position| {
        position > 2
    });
    assert_eq!(found, Some(3));
}
