//! Parts a list of requests into its commands, some of which go on over several lines.

use super::{fetch, har, other_program, words};

/// No command that anybody copies has more lines.
const MOST_LINES: usize = 1_000;

/// The commands of a list, each with the number of its first line. A curl command may go on over several
/// lines, as browsers copy it: by a backslash or, for Windows, a caret at the end, or within quotes; and so
/// may a call of `fetch`. A command whose end is missing is its first line, so that the others are read all
/// the same. A HAR file is a list of its requests.
#[must_use]
pub fn commands(text: &str) -> Vec<(usize, String)> {
    if let Some(requests) = har::requests(text) {
        return requests.into_iter().map(|request| (1, request)).collect();
    }
    let lines: Vec<&str> = text.lines().map(prompted).collect();
    let mut commands = Vec::new();
    let mut at = 0;
    while let Some(first) = lines.get(at) {
        let (command, taken) = if is_curl(first) {
            joined(&lines[at..], words::is_complete)
        } else if fetch::is_call(first) {
            joined(&lines[at..], fetch::is_complete)
        } else if other_program::is_powershell(first) {
            // Its lines are no requests either.
            let rest = lines[at..].iter();
            let block = rest.take_while(|line| !line.trim().is_empty() && !is_curl(line));
            ((*first).to_owned(), block.count())
        } else {
            ((*first).to_owned(), 1)
        };
        commands.push((at + 1, command));
        at += taken.max(1);
    }
    commands
}

/// A line without the prompt of a shell, which people copy with a command.
fn prompted(line: &str) -> &str {
    let command = line.trim_start().strip_prefix("$ ");
    command.filter(|command| is_curl(command)).unwrap_or(line)
}

/// As many lines as make a command that `is_complete`, and how many these are; the first one, if none do.
fn joined(lines: &[&str], is_complete: impl Fn(&str) -> bool) -> (String, usize) {
    let (first, more) = lines.split_first().unwrap_or((&"", &[]));
    let mut command = (*first).to_owned();
    let mut taken = 1;
    for line in more.iter().take(MOST_LINES) {
        if is_complete(&command) || is_curl(line) {
            break;
        }
        command.push('\n');
        command.push_str(line);
        taken += 1;
    }
    if is_complete(&command) {
        (command, taken)
    } else {
        ((*first).to_owned(), 1)
    }
}

fn is_curl(line: &str) -> bool {
    let first = line.split_whitespace().next();
    first.is_some_and(|word| words::is_program(word, "curl"))
}

#[cfg(test)]
mod tests;
