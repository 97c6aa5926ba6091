//! How large RE2's program of a pattern is: Envoy refuses what is larger than it allows, 100 instructions if nobody
//! says otherwise.
//!
//! RE2 counts an instruction for each range of bytes, two for each group that is captured, and some for choices. What its
//! optimiser leaves of the last is not followed, so that the sum may be somewhat less than RE2's, and never more.
//! `tests/tests/re2` compares both.

use std::ops::Range;

use regex_syntax::hir::{
    Capture, Class, ClassBytes, ClassBytesRange, Hir, HirKind, Look, Repetition,
};

use crate::syntax;

/// Instructions that Envoy allows a program, unless its runtime says otherwise (`re2.max_program_size.error_level`).
pub const ENVOY_PROGRAM_SIZE: usize = 100;
/// Of the instructions that every program has: to fail, to match, and to search for where a match begins.
const ALWAYS: usize = 4;
/// Fewer of them where a pattern says itself where it begins.
const ALWAYS_ANCHORED: usize = 2;

/// Instructions that RE2's program of `pattern` has at least; `None` if RE2 refuses the pattern.
///
/// ```
/// use gamma_pattern::program_size;
///
/// assert_eq!(program_size("/users/[^/]+/orders"), Some(21));
/// assert_eq!(program_size("[a-z]{100}"), Some(104));
/// assert_eq!(program_size("("), None);
/// ```
#[must_use]
pub fn program_size(pattern: &str) -> Option<usize> {
    let hir = syntax::parse(pattern).ok()?;
    // What matches nothing is one instruction, to fail.
    let Some(size) = instructions(&hir) else {
        return Some(1);
    };
    let begins = |hir: &Hir| hir.properties().look_set_prefix().contains(Look::Start);
    let always = |is_anchored| if is_anchored { ALWAYS_ANCHORED } else { ALWAYS };
    let whole = size.saturating_add(always(begins(&hir)));
    if !begins(&hir) {
        return Some(whole);
    }
    let pieces = pieces(&hir);
    let prefix = fixed_prefix(&pieces);
    let behind = pieces.get(prefix.end).is_some_and(begins);
    let without = (size - prefix.len()).saturating_add(always(behind));
    Some(whole.min(without))
}

/// Which pieces are the text, in any case or not, behind the anchor at the beginning: RE2 compares it without a program.
fn fixed_prefix(pieces: &[Hir]) -> Range<usize> {
    let is_look = |piece: &&Hir| matches!(piece.kind(), HirKind::Look(_));
    let begin = pieces.iter().take_while(is_look).count();
    let is_letter = |piece: &&Hir| {
        class_of(piece).is_some_and(|class| match class.ranges() {
            [one] => one.len() == 1,
            [one, other] => one.len() == 1 && other.len() == 1 && of_class(&class) == Some(1),
            _ => false,
        })
    };
    let len = pieces[begin..].iter().take_while(is_letter).count();
    begin..begin + len
}

/// Those of a part; `None` if nothing matches it.
fn instructions(hir: &Hir) -> Option<usize> {
    match hir.kind() {
        HirKind::Empty => Some(0),
        HirKind::Literal(literal) => Some(literal.0.len()),
        HirKind::Class(Class::Bytes(class)) => of_class(class),
        HirKind::Class(Class::Unicode(_)) => Some(1),
        // The first and the last ones are left out.
        HirKind::Look(Look::Start | Look::End) => Some(0),
        HirKind::Look(_) => Some(1),
        HirKind::Repetition(repetition) => of_repetition(repetition),
        HirKind::Capture(Capture { sub, .. }) => Some(instructions(sub)?.saturating_add(2)),
        HirKind::Concat(_) => of_sequence(&pieces(hir)),
        HirKind::Alternation(alternatives) => {
            of_alternatives(&alternatives.iter().map(pieces).collect::<Vec<_>>())
        }
    }
}

fn sum(parts: impl IntoIterator<Item = Option<usize>>) -> Option<usize> {
    parts
        .into_iter()
        .try_fold(0_usize, |sum, part| Some(sum.saturating_add(part?)))
}

/// Those of what follows each other. Where a set is repeated and then comes again, that is one repetition.
fn of_sequence(pieces: &[Hir]) -> Option<usize> {
    let mut size = Some(0);
    let mut pieces = pieces.iter().peekable();
    while let Some(piece) = pieces.next() {
        let HirKind::Repetition(repetition) = piece.kind() else {
            size = sum([size, instructions(piece)]);
            continue;
        };
        let mut repetition = repetition.clone();
        while class_of(&repetition.sub).is_some()
            && let Some((min, max)) = pieces.peek().and_then(|next| times(next, &repetition.sub))
        {
            repetition.min = repetition.min.saturating_add(min);
            repetition.max = repetition
                .max
                .zip(max)
                .map(|(one, more)| one.saturating_add(more));
            pieces.next();
        }
        size = sum([size, of_repetition(&repetition)]);
    }
    size
}

/// How often, and at most how often, `piece` is `what`, if it is nothing else.
fn times(piece: &Hir, what: &Hir) -> Option<(u32, Option<u32>)> {
    match piece.kind() {
        HirKind::Repetition(again) if *again.sub == *what => Some((again.min, again.max)),
        _ => (piece == what).then_some((1, Some(1))),
    }
}

/// Ranges, but for those that are the same in capitals: an instruction may say that case does not matter.
fn of_class(class: &ClassBytes) -> Option<usize> {
    let has = |byte: u8| {
        let mut ranges = class.iter();
        ranges.any(|range| (range.start()..=range.end()).contains(&byte))
    };
    let any_case = (b'a'..=b'z').all(|letter| has(letter) == has(letter.to_ascii_uppercase()));
    let is_capital = |range: &&ClassBytesRange| {
        any_case && range.start().is_ascii_uppercase() && range.end().is_ascii_uppercase()
    };
    let count = class.iter().filter(|range| !is_capital(range)).count();
    (count > 0).then_some(count)
}

fn of_repetition(Repetition { min, max, sub, .. }: &Repetition) -> Option<usize> {
    let size = match instructions(sub) {
        Some(size) => size,
        None if *min == 0 => return Some(0),
        None => return None,
    };
    // Nothing is not repeated.
    if sub.properties().maximum_len() == Some(0) {
        return Some(if *min == 0 { 0 } else { size });
    }
    let min = *min as usize;
    // Where nothing will do, there is a way past it already: `(?:a*)+` is `a*`.
    let is_passed = may_be_nothing(sub);
    let choice = usize::from(!is_passed && !matches!(sub.kind(), HirKind::Repetition(_)));
    let size = match max {
        None if min == 0 => size,
        None => size.saturating_mul(min).saturating_add(choice),
        Some(max) => {
            let optional = (*max as usize).saturating_sub(min);
            let of_optional = size.saturating_add(choice).saturating_mul(optional);
            size.saturating_mul(min).saturating_add(of_optional)
        }
    };
    Some(size)
}

/// Whether the empty text is matched, or it is not known because of a set without bytes.
fn may_be_nothing(hir: &Hir) -> bool {
    matches!(hir.properties().minimum_len(), Some(0) | None)
}

/// What follows each other in an alternative, literals byte by byte.
fn pieces(alternative: &Hir) -> Vec<Hir> {
    match alternative.kind() {
        HirKind::Empty => Vec::new(),
        HirKind::Literal(literal) => literal.0.iter().map(|&byte| Hir::literal([byte])).collect(),
        HirKind::Concat(parts) => parts.iter().flat_map(pieces).collect(),
        _ => vec![alternative.clone()],
    }
}

/// What neighbours begin with is there once, and neighbours of one byte are one set.
fn of_alternatives(alternatives: &[Vec<Hir>]) -> Option<usize> {
    let groups = alternatives.chunk_by(|one, other| match (one.first(), other.first()) {
        (Some(one), Some(other)) => one == other,
        (one, other) => one.is_none() && other.is_none(),
    });
    let mut size = None;
    let mut bytes = ClassBytes::empty();
    for group in groups {
        let of_group = match group {
            [one] => match one.as_slice() {
                [piece] if let Some(class) = class_of(piece) => {
                    bytes.union(&class);
                    continue;
                }
                // Several that may match nothing have one way past them.
                pieces => of_sequence(pieces).map(|size| {
                    let passed = pieces.iter().all(may_be_nothing);
                    size.saturating_sub(usize::from(passed))
                }),
            },
            [first, ..] => {
                let common = common_prefix(group);
                let rest: Vec<_> = group.iter().map(|one| one[common..].to_vec()).collect();
                let prefix = of_sequence(&first[..common]);
                let rest = if common == 0 {
                    Some(0)
                } else {
                    of_alternatives(&rest)
                };
                sum([prefix, rest])
            }
            [] => continue,
        };
        size = added(added(size, of_class(&bytes)), of_group);
        bytes = ClassBytes::empty();
    }
    added(size, of_class(&bytes))
}

/// Either alternative may be one that nothing matches.
fn added(one: Option<usize>, other: Option<usize>) -> Option<usize> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.saturating_add(other)),
        (one, other) => one.or(other),
    }
}

/// How many pieces all alternatives begin with.
fn common_prefix(alternatives: &[Vec<Hir>]) -> usize {
    let [first, others @ ..] = alternatives else {
        return 0;
    };
    let is_common = |at: &usize| others.iter().all(|other| other.get(*at) == first.get(*at));
    (0..first.len()).take_while(is_common).count()
}

fn class_of(piece: &Hir) -> Option<ClassBytes> {
    match piece.kind() {
        HirKind::Class(Class::Bytes(class)) => Some(class.clone()),
        HirKind::Literal(literal) if let [byte] = *literal.0 => {
            Some(ClassBytes::new([ClassBytesRange::new(byte, byte)]))
        }
        _ => None,
    }
}
