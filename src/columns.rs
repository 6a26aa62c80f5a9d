//! Lines of at most 80 columns that can still be copied: a command goes on behind a backslash.

/// What a terminal is sure to have.
pub const WIDTH: usize = 80;

/// `text` broken at blanks, each line behind `indent`. What stands between backticks is there to be copied, and stays whole.
pub fn wrapped(text: &str, indent: &str) -> String {
    broken(text, indent, indent, "")
}

/// `text` broken at blanks, with other indents for the first line and the rest, and `joint` at the end of all lines but the last. With a
/// joint it is a command, whose quoted words stay whole: within quotes the joint would be a part of them.
pub fn broken(text: &str, first: &str, rest: &str, joint: &str) -> String {
    let mut lines = String::new();
    for paragraph in text.lines() {
        let mut line = if lines.is_empty() { first } else { rest }.to_owned();
        let mut is_empty = true;
        let words = match joint.is_empty() {
            true => words(paragraph),
            false => shell_words(paragraph),
        };
        for word in words {
            let columns = line.chars().count() + 1 + word.chars().count() + joint.chars().count();
            if !is_empty && columns > WIDTH {
                lines += &format!("{line}{joint}\n");
                line = rest.to_owned();
                is_empty = true;
            }
            if !is_empty {
                line.push(' ');
            }
            line += word;
            is_empty = false;
        }
        lines += line.trim_end();
        lines.push('\n');
    }
    lines
}

/// `text` from `column` on, beside `head`, or below it if that reaches further.
pub fn beside(head: &str, column: usize, text: &str) -> String {
    let rest = " ".repeat(column);
    match head.chars().count() > column {
        true => format!("{}\n{}", head.trim_end(), broken(text, &rest, &rest, "")),
        false => broken(text, &format!("{head:<column$}"), &rest, ""),
    }
}

/// A message as it stands in a terminal: each of its lines broken, and going on two columns further in.
pub fn message(text: &str) -> String {
    text.lines()
        .map(|line| {
            let indent = &line[..line.len() - line.trim_start().len()];
            broken(line, indent, &format!("{indent}  "), "")
        })
        .collect()
}

fn words(paragraph: &str) -> Vec<&str> {
    let is_paired = paragraph.matches('`').count().is_multiple_of(2);
    let mut is_quoted = false;
    paragraph
        .split(move |c| {
            is_quoted ^= c == '`' && is_paired;
            c == ' ' && !is_quoted
        })
        .filter(|word| !word.is_empty())
        .collect()
}

/// The words as a shell takes them: a blank in quotes, or behind a backslash, belongs to its word.
fn shell_words(command: &str) -> Vec<&str> {
    let (mut quote, mut is_escaped) = (None, false);
    command
        .split(move |c| {
            let was_escaped = std::mem::take(&mut is_escaped);
            match (c, quote) {
                _ if was_escaped => {}
                ('\\', None | Some('"')) => is_escaped = true,
                ('\'' | '"', None) => quote = Some(c),
                (_, Some(open)) if c == open => quote = None,
                _ => {}
            }
            c == ' ' && quote.is_none() && !was_escaped
        })
        .filter(|word| !word.is_empty())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paragraphs_stay_apart() {
        assert_eq!(wrapped("", ""), "");
        assert_eq!(wrapped("a\n\nb", "  "), "  a\n\n  b\n");
    }

    #[test]
    fn a_command_between_backticks_is_not_broken() {
        let before = "word ".repeat(14);
        assert_eq!(
            wrapped(&format!("{before}`login --tool pip`, then"), ""),
            format!("{}\n`login --tool pip`, then\n", before.trim_end())
        );
        let lonely = wrapped(&format!("a ` {}", "word ".repeat(30)), "");
        assert!(
            lonely.lines().all(|line| line.chars().count() <= 80),
            "{lonely}"
        );
    }

    #[test]
    fn a_quoted_word_of_a_command_is_not_broken() {
        let path = "word ".repeat(20);
        for quoted in [
            format!("'{path}'"),
            format!("\"it's {path}\""),
            format!("'it'\\''s {path}'"),
            path.trim_end().replace(' ', "\\ "),
        ] {
            let broken = broken(&format!("sed -i '1d' {quoted}"), "", "    ", " \\");
            assert_eq!(broken, format!("sed -i '1d' \\\n    {quoted}\n"));
        }
    }

    #[test]
    fn a_column_is_kept_below_a_longer_head() {
        assert_eq!(beside("ab", 4, "x y"), "ab  x y\n");
        assert_eq!(beside("abcde ", 4, "x y"), "abcde\n    x y\n");
    }

    #[test]
    fn a_message_goes_on_further_in() {
        let long = "word ".repeat(16);
        let long = long.trim_end();
        assert_eq!(
            message(&format!("error: {long}\n  caused by: {long}\nhint: x")),
            "error: word word word word word word word word word word word word word word\n  word word\n  \
             caused by: word word word word word word word word word word word word word\n    word word word\nhint: x\n"
        );
    }
}
