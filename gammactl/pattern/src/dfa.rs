//! A deterministic automaton of one or more patterns.

use gamma_config::Automaton;

/// The state that nothing leads out of.
pub(crate) const DEAD: u32 = 0;
pub(crate) const START: u32 = 1;

/// The smallest automaton that says which of some patterns match a whole text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dfa {
    /// By byte value.
    pub(crate) classes: [u8; 256],
    pub(crate) width: usize,
    /// A row for each state, with the next state for each class. State 0 is dead, a text begins in state 1.
    pub(crate) next: Vec<u32>,
    /// By state, which list of patterns it has.
    pub(crate) matched: Vec<u32>,
    /// Numbers of patterns, in ascending order. The first list is empty.
    pub(crate) lists: Vec<Box<[u32]>>,
}

/// The place in a pattern to which a text has led. Nothing that follows can match once it [is dead](Self::is_dead).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DfaState(u32);

impl DfaState {
    /// Whether no text that begins like this matches.
    #[must_use]
    pub fn is_dead(self) -> bool {
        self.0 == DEAD
    }
}

impl Dfa {
    /// The state before the first byte of a text.
    #[must_use]
    pub fn start(&self) -> DfaState {
        DfaState(START)
    }

    /// The state behind one more byte.
    #[must_use]
    pub fn step(&self, DfaState(state): DfaState, byte: u8) -> DfaState {
        let class = usize::from(self.classes[usize::from(byte)]);
        DfaState(self.next[state as usize * self.width + class])
    }

    /// Whether a text that ends here matches.
    #[must_use]
    pub fn accepts(&self, DfaState(state): DfaState) -> bool {
        self.matched[state as usize] != 0
    }

    /// Whether `text` matches.
    #[must_use]
    pub fn matches(&self, text: &[u8]) -> bool {
        let state = text
            .iter()
            .fold(self.start(), |state, &b| self.step(state, b));
        self.accepts(state)
    }

    /// Bytes of the same class are the same to the pattern.
    #[must_use]
    pub fn class(&self, byte: u8) -> u8 {
        self.classes[usize::from(byte)]
    }

    /// How many states there are, the dead one included.
    #[must_use]
    pub fn len(&self) -> usize {
        self.matched.len()
    }

    /// Whether no text matches.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.matched.iter().all(|&list| list == 0)
    }

    /// The text that everything that matches begins with.
    #[must_use]
    pub fn literal_prefix(&self) -> Vec<u8> {
        let mut prefix = Vec::new();
        let mut state = self.start();
        // A circle of single steps matches nothing, and a smallest automaton has none.
        while !self.accepts(state) && prefix.len() < self.len() {
            let mut followed = (0..=u8::MAX).filter(|&byte| !self.step(state, byte).is_dead());
            let (Some(only), None) = (followed.next(), followed.next()) else {
                break;
            };
            prefix.push(only);
            state = self.step(state, only);
        }
        prefix
    }

    /// With that state and the first one in each other's place; if it is dead, nothing matches.
    pub(crate) fn starting_in(&self, DfaState(start): DfaState) -> Self {
        let exchanged = |state: u32| match state {
            START => start,
            state if state == start => START,
            state => state,
        };
        let mut dfa = self.clone();
        if start == DEAD {
            dfa.next[self.width..2 * self.width].fill(DEAD);
            dfa.matched[START as usize] = 0;
            return dfa;
        }
        for state in 1..self.len() as u32 {
            let (from, to) = (exchanged(state) as usize, state as usize);
            dfa.matched[to] = self.matched[from];
            for class in 0..self.width {
                dfa.next[to * self.width + class] = exchanged(self.next[from * self.width + class]);
            }
        }
        dfa
    }

    /// As the route config carries it. `None` if it is too large.
    #[must_use]
    pub fn automaton(&self) -> Option<Automaton> {
        let rows = self.next.chunks(self.width).zip(&self.matched);
        let states: Option<Vec<(u16, Vec<u32>)>> = rows
            .map(|(row, &list)| Some((u16::try_from(list).ok()?, row.to_vec())))
            .collect();
        Automaton::new(&self.classes, self.lists.clone(), &states?).ok()
    }
}
