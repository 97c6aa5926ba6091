//! The command lines of a block, with what the page says about each.

/// A command as a page has it.
#[derive(Debug)]
pub struct Command<'p> {
    /// What bash gets.
    pub text: String,
    /// The lines of the page, prompt included.
    pub written: &'p str,
    /// Its exit code.
    pub exits: i32,
    /// Whether it runs until it is interrupted.
    pub stays: bool,
}

impl<'p> Command<'p> {
    fn new(written: &'p str) -> Self {
        let text = written.strip_prefix("$ ").unwrap_or(written);
        let exits = text.trim_end().rsplit_once("# exits ");
        Self {
            exits: exits.map_or(0, |(_, code)| code.parse().unwrap()),
            stays: text.trim_end().ends_with("# until Ctrl-C"),
            text: text.into(),
            written,
        }
    }
}

/// The commands of a script: a line each, or several that end with `\`.
pub fn split(lines: &str) -> impl Iterator<Item = Command<'_>> {
    let mut rest = lines;
    std::iter::from_fn(move || {
        while !rest.is_empty() {
            let (line, after) = first_command(rest);
            rest = after;
            if !(line.trim().is_empty() || line.starts_with('#')) {
                return Some(Command::new(line));
            }
        }
        None
    })
}

/// The commands of a console and what each prints.
///
/// # Panics
///
/// It does not begin with a command.
#[must_use]
pub fn sessions(lines: &str) -> Vec<(Command<'_>, &str)> {
    assert!(lines.starts_with("$ "), "no command: {lines}");
    let mut sessions = Vec::new();
    let mut rest = lines;
    while !rest.is_empty() {
        let (command, after) = first_command(rest);
        let end = if after.starts_with("$ ") {
            0
        } else {
            after.find("\n$ ").map_or(after.len(), |end| end + 1)
        };
        let (printed, after) = after.split_at(end);
        sessions.push((Command::new(command), printed));
        rest = after;
    }
    sessions
}

fn first_command(lines: &str) -> (&str, &str) {
    let mut end = 0;
    for line in lines.split_inclusive('\n') {
        end += line.len();
        if !line.trim_end().ends_with('\\') {
            break;
        }
    }
    lines.split_at(end)
}
