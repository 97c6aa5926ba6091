//! The state of the parser, and the steps that all of it is made of.

use regex_syntax::hir::{Capture, Hir};

use super::{byte_set::ByteSet, flags::Flags};
use crate::error::{PatternSyntax, UnusablePattern};

/// Groups within groups. RE2 has no limit of its own; what walks an expression needs stack for each.
const MOST_NESTED: usize = 200;

pub(super) struct PatternParser<'p> {
    pub(super) rest: &'p [u8],
    pub(super) flags: Flags,
    /// The whole expression, and the groups that are open within it.
    pub(super) open: Vec<OpenGroup>,
}

/// A group that is open.
pub(super) struct OpenGroup {
    /// Those that hold again behind it.
    pub(super) flags: Flags,
    /// Whether RE2 remembers what it matches. It makes no difference but to the size of a program.
    is_captured: bool,
    pub(super) alternatives: Vec<ExpressionPart>,
    /// The alternative at hand.
    pub(super) items: Vec<ExpressionPart>,
}

/// A part of an expression.
pub(super) struct ExpressionPart {
    pub(super) hir: Hir,
    /// How often its innermost part is repeated at most by counted repetitions.
    pub(super) repeated: u64,
}

impl ExpressionPart {
    pub(super) fn once(hir: Hir) -> Self {
        Self { hir, repeated: 1 }
    }
}

impl OpenGroup {
    /// It captures nothing.
    pub(super) fn new(flags: Flags) -> Self {
        Self {
            flags,
            is_captured: false,
            alternatives: Vec::new(),
            items: Vec::new(),
        }
    }

    /// Ends the alternative at hand.
    pub(super) fn end_alternative(&mut self) {
        let items = std::mem::take(&mut self.items);
        let item = joined(items, Hir::concat);
        self.alternatives.push(item);
    }

    pub(super) fn end(mut self) -> ExpressionPart {
        self.end_alternative();
        let mut whole = joined(self.alternatives, Hir::alternation);
        if self.is_captured {
            whole.hir = Hir::capture(Capture {
                index: 1,
                name: None,
                sub: Box::new(whole.hir),
            });
        }
        whole
    }
}

fn joined(items: Vec<ExpressionPart>, join: fn(Vec<Hir>) -> Hir) -> ExpressionPart {
    let repeated = items.iter().map(|item| item.repeated).max();
    ExpressionPart {
        hir: join(items.into_iter().map(|item| item.hir).collect()),
        repeated: repeated.unwrap_or(1),
    }
}

impl PatternParser<'_> {
    pub(super) fn literal(&mut self, byte: u8) {
        let mut set = ByteSet::default();
        set.add(byte, byte, self.flags);
        self.push(set.into_hir());
    }

    pub(super) fn push(&mut self, hir: Hir) {
        self.group().items.push(ExpressionPart::once(hir));
    }

    pub(super) fn group(&mut self) -> &mut OpenGroup {
        self.open.last_mut().expect("the whole expression is open")
    }

    /// `flags` hold within it, and those that hold now behind it.
    pub(super) fn open_group(
        &mut self,
        flags: Flags,
        is_captured: bool,
    ) -> Result<(), UnusablePattern> {
        if self.open.len() > MOST_NESTED {
            return Err(PatternSyntax::NestedTooDeeply.of(""));
        }
        self.open.push(OpenGroup {
            is_captured,
            ..OpenGroup::new(self.flags)
        });
        self.flags = flags;
        Ok(())
    }

    pub(super) fn close_group(&mut self) {
        if let Some(group) = self.open.pop() {
            self.flags = group.flags;
            let item = group.end();
            self.group().items.push(item);
        }
    }

    /// Goes past `text` if it is next.
    pub(super) fn take(&mut self, text: &[u8]) -> bool {
        let rest = self.rest.strip_prefix(text);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    /// What is wrong with what was read since `begin`.
    pub(super) fn error(&self, what: PatternSyntax, begin: &[u8]) -> UnusablePattern {
        let read = begin.len() - self.rest.len();
        what.of(&String::from_utf8_lossy(&begin[..read]))
    }
}
