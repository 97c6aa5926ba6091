//! The place of a parse error: from an offset in the JSON text to a path such as
//! `services[0].ports[1].producer`.
//!
//! An error is rare: its place is looked up again rather than tracked while everything is read.

use crate::limits::MAX_SHOWN;

/// No value of a config is in more objects and lists. A text may be nothing but brackets, and its place would take
/// many times its memory.
const DEEPEST: usize = 24;

/// The path from the root to the value or key whose byte number `at` of `json` the parser stopped at, as
/// in `services[0].ports[1].producer`; `.` for the root.
pub(crate) fn locate(json: &[u8], at: usize) -> String {
    let mut path: Vec<Step> = Vec::new();
    // Brackets that are open below the deepest step.
    let mut below: usize = 0;
    // A closing bracket there belongs to what the error is about.
    let (before, after) = json.split_at_checked(at).unwrap_or((json, &[]));
    let mut bytes = before.iter().copied();
    while let Some(byte) = bytes.next() {
        match byte {
            b'{' | b'[' if path.len() == DEEPEST => below = below.saturating_add(1),
            b'}' | b']' if below > 0 => below = below.saturating_sub(1),
            b',' if below > 0 => {}
            b'{' => path.push(Step::Key(None)),
            b'[' => path.push(Step::Index(0)),
            b'}' | b']' => {
                path.pop();
            }
            b',' => match path.last_mut() {
                Some(Step::Key(key)) => *key = None,
                Some(Step::Index(index)) => *index = index.saturating_add(1),
                None => {}
            },
            b'"' => {
                let text = string(&mut bytes);
                if let Some(Step::Key(key @ None)) = path.last_mut()
                    && below == 0
                {
                    *key = Some(text);
                }
            }
            _ => {}
        }
    }
    // An empty list has no first element to be wrong.
    if before.trim_ascii_end().ends_with(b"[") && after.starts_with(b"]") {
        path.pop();
    }
    render(&path)
}

/// A step from a value to one inside it.
enum Step {
    /// Of an object; `None` between members.
    Key(Option<String>),
    Index(usize),
}

/// The beginning of the rest of a string, which goes up to its closing quote or the end.
fn string(bytes: &mut impl Iterator<Item = u8>) -> String {
    let mut text = Vec::new();
    while let Some(byte) = bytes.next() {
        match byte {
            b'"' => break,
            b'\\' => text.extend(bytes.next()),
            byte if text.len() < MAX_SHOWN => text.push(byte),
            _ => {}
        }
    }
    String::from_utf8_lossy(&text).into_owned()
}

fn render(path: &[Step]) -> String {
    let mut text = String::new();
    for step in path {
        match step {
            Step::Index(index) => text.push_str(&format!("[{index}]")),
            Step::Key(Some(key)) => {
                if !text.is_empty() {
                    text.push('.');
                }
                text.push_str(key);
            }
            Step::Key(None) => {}
        }
    }
    if text.is_empty() {
        text.push('.');
    }
    text
}
