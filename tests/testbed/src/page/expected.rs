//! The output that a page gives for a command, compared with what the command prints.

use std::process::Output;

use anyhow::{Result, bail, ensure};

use super::Command;

/// Holds a command that has `ended` against its page: its exit code, and what it printed if the page says what.
///
/// # Errors
///
/// It is otherwise; the message has both.
pub fn check(command: &Command<'_>, expected: Option<&str>, ended: &Output) -> Result<()> {
    let printed = String::from_utf8_lossy(&ended.stdout);
    if ended.status.code() != Some(command.exits) {
        bail!(
            "{}\n{}, and printed:\n{printed}",
            command.text,
            ended.status
        );
    }
    if let Some(expected) = expected {
        ensure!(
            fits(expected, &printed),
            "{}\n--- the page\n{expected}--- printed\n{printed}",
            command.text
        );
    }
    Ok(())
}

/// Whether `printed` is what the page says: line for line, but that a line `...` stands for any
/// lines, and `…` within a line for any text.
#[must_use]
pub fn fits(page: &str, printed: &str) -> bool {
    let page: Vec<&str> = page.lines().collect();
    let printed: Vec<&str> = printed.lines().collect();
    all(&page, &printed, &|line| line == "...", &line_fits)
}

fn line_fits(page: &str, printed: &str) -> bool {
    let page: Vec<char> = page.chars().collect();
    let printed: Vec<char> = printed.chars().collect();
    all(&page, &printed, &|c| c == '…', &|a, b| a == b)
}

/// Whether `items` follow `pattern`, in which a gap stands for any number of items.
fn all<T: Copy>(
    pattern: &[T],
    items: &[T],
    is_gap: &impl Fn(T) -> bool,
    fits: &impl Fn(T, T) -> bool,
) -> bool {
    let (mut p, mut i) = (0, 0);
    // Where to go on if what follows the last gap does not fit: the gap gets one item more.
    let mut retry = None;
    loop {
        match (pattern.get(p), items.get(i)) {
            (None, None) => return true,
            (Some(&gap), _) if is_gap(gap) => {
                p += 1;
                retry = Some((p, i));
            }
            (Some(&a), Some(&b)) if fits(a, b) => {
                p += 1;
                i += 1;
            }
            _ => match retry {
                Some((after_gap, start)) if start < items.len() => {
                    p = after_gap;
                    i = start + 1;
                    retry = Some((p, i));
                }
                _ => return false,
            },
        }
    }
}

#[test]
fn gaps_stand_for_anything() {
    for (page, printed, expected) in [
        ("a\nb\n", "a\nb\n", true),
        ("a\n", "a\nb\n", false),
        ("a\n...\n", "a\nb\nc\n", true),
        ("...\nc\n", "a\nc\nb\nc\n", true),
        ("...\nd\n", "a\nc\n", false),
        ("took … ms\n", "took 12 ms\n", true),
        ("took … ms\n", "took 12 s\n", false),
        ("", "", true),
        ("", "a\n", false),
    ] {
        assert_eq!(fits(page, printed), expected, "{page:?} {printed:?}");
    }
}
