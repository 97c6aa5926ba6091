//! The fenced blocks of a Markdown page.

/// A part of a page. All parts together are the page.
#[derive(Debug)]
pub enum Block<'p> {
    /// Everything that is only read.
    Prose(&'p str),
    /// A file to be written.
    File {
        /// Where, from the page's working directory.
        name: &'p str,
        /// What is in it.
        content: &'p str,
        /// The block, fences included.
        all: &'p str,
    },
    /// Commands that only have to succeed.
    Script {
        /// The commands.
        lines: &'p str,
        /// The block, fences included.
        all: &'p str,
    },
    /// Commands and what they print.
    Console {
        /// The commands and what they print.
        lines: &'p str,
        /// The opening fence.
        open: &'p str,
        /// The closing fence.
        close: &'p str,
    },
}

/// Splits a page at its fences.
///
/// # Panics
///
/// A block is not closed.
#[must_use]
pub fn blocks(page: &str) -> Vec<Block<'_>> {
    let mut blocks = Vec::new();
    let mut rest = page;
    while let Some((prose, fenced)) = at_fence(rest) {
        blocks.push(Block::Prose(prose));
        let (open, body) = fenced.split_at(fenced.find('\n').map_or(fenced.len(), |end| end + 1));
        let Some(end) = closing_fence(body) else {
            panic!("a block is not closed: {open}");
        };
        let (lines, after) = body.split_at(end);
        let (close, after) = after.split_at(after.find('\n').map_or(after.len(), |end| end + 1));
        let all = &fenced[..fenced.len() - after.len()];
        let mut words = open.trim_start_matches('`').split_whitespace();
        blocks.push(match (words.next(), words.next()) {
            (Some("console"), None) => Block::Console { lines, open, close },
            (Some("sh"), None) => Block::Script { lines, all },
            (Some(_), Some(name)) => Block::File {
                name,
                content: lines,
                all,
            },
            _ => Block::Prose(all),
        });
        rest = after;
    }
    blocks.push(Block::Prose(rest));
    blocks
}

fn at_fence(text: &str) -> Option<(&str, &str)> {
    let start = if text.starts_with("```") {
        0
    } else {
        text.find("\n```")? + 1
    };
    Some(text.split_at(start))
}

fn closing_fence(body: &str) -> Option<usize> {
    if body.starts_with("```") {
        Some(0)
    } else {
        body.find("\n```").map(|end| end + 1)
    }
}
