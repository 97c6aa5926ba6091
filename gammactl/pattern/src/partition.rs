//! Which states of an automaton can be told apart: Hopcroft's algorithm, which takes time in proportion to n log n for
//! n states. Whoever writes a route chooses how many there are.

use crate::dfa::Dfa;

/// By state the number of its block. States of a block can't be told apart by any text.
pub(crate) fn distinguished(dfa: &Dfa) -> Vec<u32> {
    let sources = StepSources::new(dfa);
    let mut partition = Partition::new(&dfa.matched);
    let mut waiting: Vec<usize> = (0..partition.blocks.len()).collect();
    let mut is_waiting = vec![true; waiting.len()];
    while let Some(splitter) = waiting.pop() {
        is_waiting[splitter] = false;
        let states = partition.states(splitter).to_vec();
        for class in 0..dfa.width {
            for &state in &states {
                for &source in sources.of(state, class) {
                    partition.mark(source);
                }
            }
            for (old, new) in partition.split_marked() {
                is_waiting.push(false);
                // What splits by both halves and by the whole is split by either half and the whole.
                let next = match is_waiting[old] || partition.len(new) <= partition.len(old) {
                    true => new,
                    false => old,
                };
                is_waiting[next] = true;
                waiting.push(next);
            }
        }
    }
    partition.block_of
}

/// By state and class, the states from which it is the next one.
struct StepSources {
    width: usize,
    /// Where each list ends, and so the next one begins.
    ends: Vec<u32>,
    states: Vec<u32>,
}

impl StepSources {
    fn new(dfa: &Dfa) -> Self {
        let width = dfa.width;
        let steps = || {
            let steps = dfa.next.iter().enumerate();
            steps.map(|(step, &next)| (next as usize * width + step % width, step / width))
        };
        let mut ends = vec![0; dfa.next.len()];
        steps().for_each(|(list, _)| ends[list] += 1);
        let mut sum = 0;
        for end in &mut ends {
            sum += std::mem::replace(end, sum);
        }
        let mut states = vec![0; dfa.next.len()];
        for (list, state) in steps() {
            states[ends[list] as usize] = state as u32;
            ends[list] += 1;
        }
        Self {
            width,
            ends,
            states,
        }
    }

    fn of(&self, state: u32, class: usize) -> &[u32] {
        let list = state as usize * self.width + class;
        let start = match list {
            0 => 0,
            list => self.ends[list - 1],
        };
        &self.states[start as usize..self.ends[list] as usize]
    }
}

/// States in blocks.
struct Partition {
    /// Block by block.
    states: Vec<u32>,
    /// By state, where it stands there.
    position: Vec<usize>,
    block_of: Vec<u32>,
    blocks: Vec<Block>,
    /// Blocks with marked states.
    touched: Vec<usize>,
}

/// Where the states of a block stand. The first ones are marked.
struct Block {
    start: usize,
    end: usize,
    marked: usize,
}

impl Partition {
    /// Of states by what is matched by a text that ends in them.
    fn new(matched: &[u32]) -> Self {
        let mut states: Vec<u32> = (0..matched.len() as u32).collect();
        states.sort_by_key(|&state| matched[state as usize]);
        let mut partition = Self {
            position: vec![0; states.len()],
            block_of: vec![0; states.len()],
            blocks: Vec::new(),
            touched: Vec::new(),
            states,
        };
        let mut start = 0;
        let alike = |one: &u32, other: &u32| matched[*one as usize] == matched[*other as usize];
        for block in partition.states.chunk_by(alike) {
            let end = start + block.len();
            for (at, &state) in (start..).zip(block) {
                partition.position[state as usize] = at;
                partition.block_of[state as usize] = partition.blocks.len() as u32;
            }
            partition.blocks.push(Block {
                start,
                end,
                marked: 0,
            });
            start = end;
        }
        partition
    }

    fn states(&self, block: usize) -> &[u32] {
        let Block { start, end, .. } = self.blocks[block];
        &self.states[start..end]
    }

    fn len(&self, block: usize) -> usize {
        self.blocks[block].end - self.blocks[block].start
    }

    fn mark(&mut self, state: u32) {
        let number = self.block_of[state as usize] as usize;
        let block = &mut self.blocks[number];
        let (at, to) = (self.position[state as usize], block.start + block.marked);
        if at < to {
            return;
        }
        if block.marked == 0 {
            self.touched.push(number);
        }
        block.marked += 1;
        self.states.swap(at, to);
        self.position[self.states[at] as usize] = at;
        self.position[self.states[to] as usize] = to;
    }

    /// Makes blocks of the marked states of blocks that have others too. Says which blocks were split, and the numbers
    /// of the new ones.
    fn split_marked(&mut self) -> Vec<(usize, usize)> {
        let mut split = Vec::new();
        for number in std::mem::take(&mut self.touched) {
            let block = &mut self.blocks[number];
            let (start, middle) = (block.start, block.start + block.marked);
            block.marked = 0;
            if middle == block.end {
                continue;
            }
            block.start = middle;
            let new = self.blocks.len();
            for &state in &self.states[start..middle] {
                self.block_of[state as usize] = new as u32;
            }
            self.blocks.push(Block {
                start,
                end: middle,
                marked: 0,
            });
            split.push((number, new));
        }
        split
    }
}
