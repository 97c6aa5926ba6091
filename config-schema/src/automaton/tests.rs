use super::*;

/// `a+b` and `a.`: pattern 0, pattern 1.
fn automaton() -> Automaton {
    let mut classes = [0; 256];
    classes[usize::from(b'a')] = 1;
    classes[usize::from(b'b')] = 2;
    let lists = vec![[].into(), [1].into(), [0, 1].into(), [0].into()];
    let states = [
        (0, vec![0, 0, 0]),
        (0, vec![0, 2, 0]),
        (0, vec![3, 4, 5]),
        (1, vec![0, 0, 0]),
        (1, vec![0, 6, 7]),
        (2, vec![0, 0, 0]),
        (0, vec![0, 6, 7]),
        (3, vec![0, 0, 0]),
    ];
    Automaton::new(&classes, lists, &states).unwrap()
}

#[test]
fn it_says_which_patterns_match_a_whole_text() {
    let table: [(&[u8], &[u32]); 9] = [
        (b"", &[]),
        (b"a", &[]),
        (b"ab", &[0, 1]),
        (b"aa", &[1]),
        (b"a\xff", &[1]),
        (b"aab", &[0]),
        (b"aaaab", &[0]),
        (b"abb", &[]),
        (b"b", &[]),
    ];
    for (text, expected) in table {
        assert_eq!(
            automaton().matches(text),
            expected,
            "{}",
            text.escape_ascii()
        );
    }
}

#[test]
fn what_is_written_is_read() {
    let automaton = automaton();
    assert_eq!(Automaton::read(&automaton.text()), Ok(automaton.clone()));
    assert_eq!((automaton.len(), automaton.patterns()), (8, 2));
}

/// `bytes` behind one class.
fn read(bytes: &[u8]) -> Result<Automaton, InvalidAutomaton> {
    Automaton::read(&STANDARD.encode([&[0, 255], bytes].concat()))
}

#[test]
fn numbers_out_of_range_are_refused() {
    // No lists, one state, that leads to itself.
    assert!(read(&[0, 1, 0, 1, 0]).is_ok());
    let table: [(&[u8], InvalidAutomaton); 9] = [
        (&[0, 1, 0, 2, 0], InvalidAutomaton::OutOfRange),
        (&[0, 1, 1, 1, 0], InvalidAutomaton::OutOfRange),
        (&[0, 1, 0, 1, 1], InvalidAutomaton::Length),
        (&[0, 1, 0, 1, 0, 0], InvalidAutomaton::Length),
        (&[0, 1, 0, 1], InvalidAutomaton::Length),
        (&[0, 0], InvalidAutomaton::Length),
        (&[9, 1, 0, 1, 0], InvalidAutomaton::Length),
        (
            &[0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
            InvalidAutomaton::Length,
        ),
        (&[], InvalidAutomaton::Length),
    ];
    for (bytes, expected) in table {
        assert_eq!(read(bytes), Err(expected), "{bytes:?}");
    }
    assert_eq!(Automaton::read("%"), Err(InvalidAutomaton::Base64));
    assert_eq!(
        Automaton::read(&STANDARD.encode([0, 255, 0, 255])),
        Err(InvalidAutomaton::Length)
    );
}

#[test]
fn more_steps_than_two_bytes_number_are_refused() {
    let states = |count: usize| -> Vec<u8> {
        let mut bytes = vec![0];
        write(&mut bytes, count);
        bytes.extend([0, 1, 0].repeat(count));
        bytes
    };
    assert_eq!(read(&states(MAX_STEPS - 1)).map(|a| a.len()), Ok(MAX_STEPS));
    assert_eq!(read(&states(MAX_STEPS)), Err(InvalidAutomaton::TooLarge));
}
