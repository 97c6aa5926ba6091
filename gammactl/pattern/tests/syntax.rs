//! What RE2's syntax means.

use gamma_pattern::{Dfa, PatternSyntax, UnusablePattern};

#[test]
fn patterns_match_in_full() {
    let table: [(&str, &[u8], bool); 56] = [
        ("", b"", true),
        ("", b"a", false),
        ("/a|/ab", b"/ab", true),
        ("a|", b"", true),
        ("/a/[0-9]+", b"/a/17", true),
        ("/a/[0-9]+", b"/a/17/", false),
        ("^/a$", b"/a", true),
        ("a$b", b"a$b", false),
        ("a{2,3}", b"aaa", true),
        ("a{2,3}", b"aaaa", false),
        ("a{2,}", b"aaaaa", true),
        ("a{2}?", b"aa", true),
        // Braces that are no repetition.
        ("/users/{id}", b"/users/{id}", true),
        ("a{,3}", b"a{,3}", true),
        ("a{ 1}", b"a{ 1}", true),
        ("a{01}", b"a{01}", true),
        ("a{", b"a{", true),
        ("[[]", b"[", true),
        ("[]a]", b"]", true),
        ("[a-]", b"-", true),
        ("[a&&b]", b"&", true),
        ("[+--]", b",", true),
        (r"[\]-a]", b"^", true),
        ("[[:alpha:]_]", b"x", true),
        ("[[:^alpha:]]", b"x", false),
        ("[^a]", b"\xff", true),
        (".", b"\n", false),
        ("(?s).", b"\n", true),
        // Bytes, not characters.
        (".", "é".as_bytes(), false),
        ("..", "é".as_bytes(), true),
        ("é+", "é\u{a9}".as_bytes(), false),
        ("é+", b"\xc3\xa9\xa9", true),
        (r"\x{e9}", b"\xe9", true),
        (r"\x2f\057", b"//", true),
        (r"\W", b"\xe9", true),
        (r"\d\D\s\S\w", b"1a ab", true),
        (r"\s", b"\x0b", false),
        (r"\pL\p{Lu}\PN\p{^Lu}", b"aBcd", true),
        (r"\pL", b"\xe9", true),
        (r"\p{Greek}", b"a", false),
        (r"\P{Greek}", b"a", true),
        (r"\Q.*\E+", b".**", true),
        (r"\Qa.b", b"a.b", true),
        (r"\<a\>", b"<a>", true),
        (r"a\bb", b"ab", false),
        (r"a\b-", b"a-", true),
        ("(?i)/Shop/x", b"/sHOP/X", true),
        // Beyond ASCII, letters have one case.
        ("(?i)\u{e9}", b"\xe3\xa9", false),
        (r"(?i)\xe9", b"\xc9", false),
        (r"(?i)\p{Lu}", b"a", true),
        (r"(?i)\p{Lu}", b"\xec", false),
        (r"(?i)[^\xe0-\xe2]", b"\xc0", true),
        ("(?i:a)b", b"AB", false),
        ("(a(?i)b|c)d", b"aBD", false),
        ("(?m)^a$\nb", b"a\nb", true),
        (r"(?P<a>x)(?<b>y)\z", b"xy", true),
    ];
    for (pattern, text, expected) in table {
        let dfa = Dfa::new(pattern).unwrap_or_else(|error| panic!("{pattern}: {error}"));
        let text_of = text.escape_ascii();
        assert_eq!(dfa.matches(text), expected, "`{pattern}` on `{text_of}`");
        let automaton = dfa.automaton().unwrap();
        let matched: &[u32] = if expected { &[0] } else { &[] };
        assert_eq!(
            automaton.matches(text),
            matched,
            "`{pattern}` on `{text_of}`"
        );
    }
}

#[test]
fn what_re2_refuses_is_refused() {
    let table = [
        ("a)(b", PatternSyntax::UnexpectedParenthesis),
        ("(a", PatternSyntax::MissingParenthesis),
        ("[a", PatternSyntax::MissingBracket),
        ("[]", PatternSyntax::MissingBracket),
        ("*a", PatternSyntax::NothingToRepeat),
        ("(|*)", PatternSyntax::NothingToRepeat),
        ("a**", PatternSyntax::RepeatedOperator),
        ("a+{2}", PatternSyntax::RepeatedOperator),
        ("a??+", PatternSyntax::RepeatedOperator),
        ("a{1001}", PatternSyntax::RepetitionSize),
        ("a{3,2}", PatternSyntax::RepetitionSize),
        ("(a{100}){100}", PatternSyntax::RepetitionSize),
        ("[a--]", PatternSyntax::Range),
        ("[[:nothing:]]", PatternSyntax::Range),
        (r"\p{Grek}", PatternSyntax::Range),
        (r"\pX", PatternSyntax::Range),
        (r"\p", PatternSyntax::Range),
        (r"(a)\1", PatternSyntax::Escape),
        (r"\u0041", PatternSyntax::Escape),
        (r"\Z", PatternSyntax::Escape),
        (r"\x{100}", PatternSyntax::Escape),
        (r"\é", PatternSyntax::Escape),
        (r"\777", PatternSyntax::Escape),
        (r"a\", PatternSyntax::TrailingBackslash),
        ("(?x)a", PatternSyntax::Group),
        ("(?u)a", PatternSyntax::Group),
        ("(?=a)", PatternSyntax::Group),
        ("(?<!a)", PatternSyntax::Group),
        ("(?i-)a", PatternSyntax::Group),
        ("(?", PatternSyntax::Group),
        ("(?P<>a)", PatternSyntax::GroupName),
        ("(?P<a-b>a)", PatternSyntax::GroupName),
        ("(?P<a", PatternSyntax::GroupName),
    ];
    for (pattern, expected) in table {
        match Dfa::new(pattern) {
            Err(UnusablePattern::Syntax { what, .. }) => assert_eq!(what, expected, "{pattern}"),
            other => panic!("{pattern}: {other:?}"),
        }
    }
    let nested = |depth| "(".repeat(depth) + &")".repeat(depth);
    assert!(Dfa::new(&nested(200)).is_ok());
    assert!(Dfa::new(&nested(201)).is_err());
}

#[test]
fn automata_are_as_small_as_can_be_and_no_larger_than_a_proxy_can_have_them() {
    let states = |pattern: &str| Dfa::new(pattern).map(|dfa| dfa.len());
    assert_eq!(states("a*a*a*a*a*a*"), Ok(2));
    assert_eq!(states("(a|aa)+b1"), Ok(5));
    assert_eq!(states(r"/(a|b)*a(a|b){12}"), Ok(8_194));
    assert_eq!(states("[^\\x00-\\xff]"), Ok(2));
    let dfa = Dfa::new("/a/.*").unwrap();
    assert_eq!(dfa.literal_prefix(), b"/a/");
    assert!(dfa.behind(b"/a").matches(b"/b") && dfa.behind(b"/b").is_empty());
    for pattern in ["(a|b)*a(a|b){20}", ".*a.{200}"] {
        assert_eq!(states(pattern), Err(UnusablePattern::TooLarge), "{pattern}");
    }
}

/// Whoever writes a route chooses how many states there are to be told apart.
#[test]
fn a_long_chain_of_states_is_no_long_work() {
    let before = std::time::Instant::now();
    assert!(Dfa::new(&"a{1000}".repeat(20)).is_ok());
    let long = Dfa::new(&"a{1000}".repeat(140));
    assert_eq!(long.map(|dfa| dfa.len()), Err(UnusablePattern::TooLarge));
    let elapsed = before.elapsed();
    assert!(elapsed.as_secs() < 20, "{elapsed:?}");
}
