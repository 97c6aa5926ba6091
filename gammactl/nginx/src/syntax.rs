//! nginx's language: directives, some of which have a block of directives, and comments.

/// A line of a configuration, or a block.
#[derive(Debug, Clone)]
pub(crate) enum Item {
    /// `# text`, a line for each of its lines.
    Comment(String),
    /// `name arguments;`
    Line(Vec<String>),
    /// `name arguments { … }`
    Block(Vec<String>, Vec<Item>),
}

/// `words` are as they are read by nginx: what has to be quoted is quoted when it is written.
pub(crate) fn line<const N: usize>(words: [&str; N]) -> Item {
    Item::Line(words.map(Into::into).into())
}

pub(crate) fn block<const N: usize>(words: [&str; N], items: Vec<Item>) -> Item {
    Item::Block(words.map(Into::into).into(), items)
}

pub(crate) fn comment(text: &str) -> Item {
    Item::Comment(text.into())
}

/// A source of a `map`, which is no pattern and none of its special words, whatever it looks like.
pub(crate) fn literally(source: &str) -> String {
    const SPECIAL: [&str; 4] = ["default", "hostnames", "include", "volatile"];
    let is_special = source.starts_with(['~', '\\']) || SPECIAL.contains(&source);
    format!("{}{source}", if is_special { "\\" } else { "" })
}

pub(crate) fn write(items: &[Item]) -> String {
    let mut text = String::new();
    write_at(items, 0, &mut text);
    text
}

fn write_at(items: &[Item], depth: usize, text: &mut String) {
    let indent = "    ".repeat(depth);
    for item in items {
        match item {
            Item::Comment(comment) => {
                for line in comment.lines() {
                    text.push_str(&format!("{indent}# {line}\n"));
                }
            }
            Item::Line(words) => text.push_str(&format!("{indent}{};\n", quoted(words))),
            Item::Block(words, items) => {
                text.push_str(&format!("{indent}{} {{\n", quoted(words)));
                write_at(items, depth + 1, text);
                text.push_str(&format!("{indent}}}\n"));
            }
        }
    }
}

fn quoted(words: &[String]) -> String {
    let words: Vec<String> = words.iter().map(|word| quote(word)).collect();
    words.join(" ")
}

/// A word as nginx reads it back. A `$` stays one: that is what variables are made of.
fn quote(word: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "_-./:$=@*^~!+,[]()".contains(c);
    if !word.is_empty() && word.chars().all(is_plain) {
        return word.into();
    }
    format!("\"{}\"", word.replace('\\', "\\\\").replace('"', "\\\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_quoted_where_nginx_would_read_something_else() {
        for (word, written) in [
            ("", "\"\""),
            ("shop/cart/80", "shop/cart/80"),
            ("$a$b", "$a$b"),
            ("$a $b", "\"$a $b\""),
            ("a;b", "\"a;b\""),
            ("a{b}", "\"a{b}\""),
            ("a|b", "\"a|b\""),
            ("#", "\"#\""),
            ("say \"x\"", "\"say \\\"x\\\"\""),
            ("\\~x", "\"\\\\~x\""),
        ] {
            assert_eq!(quote(word), written);
        }
        for (source, written) in [
            ("a", "a"),
            ("default", "\\default"),
            ("~a", "\\~a"),
            ("\\", "\\\\"),
        ] {
            assert_eq!(literally(source), written);
        }
    }

    #[test]
    fn blocks_are_indented() {
        let conf = [
            comment("Two\nlines"),
            block(
                ["http"],
                vec![line(["listen", "80"]), block(["map", "a", "b"], vec![])],
            ),
        ];
        let expected = "# Two\n# lines\nhttp {\n    listen 80;\n    map a b {\n    }\n}\n";
        assert_eq!(write(&conf), expected);
    }
}
