//! A mend for people: its words, its commands, its policies.

use crate::columns::{broken, wrapped};

/// A part of a mend.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Block<'a> {
    /// Words.
    Prose(&'a str),
    /// A line for a shell.
    Command(&'a str),
    /// A line of a policy.
    Policy(&'a str),
}

impl<'a> Block<'a> {
    /// The parts of `fix`, line by line.
    pub fn of(fix: &'a str) -> impl Iterator<Item = Block<'a>> {
        let mut in_policy = false;
        fix.lines().map(move |line| {
            in_policy = line.starts_with("{ \"") || (in_policy && line.starts_with("  "));
            match line.strip_prefix("$ ") {
                Some(command) => Block::Command(command),
                None if in_policy => Block::Policy(line),
                None => Block::Prose(line),
            }
        })
    }

    /// `fix` as markdown, its commands and policies fenced.
    pub fn markdown(fix: &'a str) -> String {
        let mut text = String::new();
        let mut fence = None;
        for block in Self::of(fix) {
            let (language, line) = match block {
                Block::Prose(line) => (None, line),
                Block::Command(line) => (Some("sh"), line),
                Block::Policy(line) => (Some("json"), line),
            };
            if fence != language {
                text += if fence.is_some() { "```\n\n" } else { "" };
                text += &language.map_or(String::new(), |language| format!("\n```{language}\n"));
                fence = language;
            }
            text += line;
            text.push('\n');
        }
        text + if fence.is_some() { "```\n" } else { "" }
    }
}

/// `fix` as text, each line behind `indent`.
pub fn blocks(fix: &str, indent: &str) -> String {
    let deeper = format!("{indent}    ");
    Block::of(fix)
        .map(|block| match block {
            Block::Prose(line) => wrapped(line, indent),
            Block::Command(line) => broken(line, &format!("{indent}  "), &deeper, " \\"),
            Block::Policy(line) => {
                let own = &line[..line.len() - line.trim_start().len()];
                let first = format!("{indent}  {own}");
                broken(line, &first, &first, "")
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_lines_are_broken_and_commands_stay_commands() {
        let long = "word ".repeat(30);
        for line in wrapped(&long, "  ")
            .lines()
            .chain(blocks(&format!("$ {long}"), "  ").lines())
        {
            assert!(line.chars().count() <= 80, "{line}");
        }
        let command = blocks("$ aws a", "  ");
        assert_eq!(command, "    aws a\n");
        assert!(blocks(&format!("$ {long}"), "").contains(" \\\n"));
    }

    #[test]
    fn a_policy_is_told_from_prose() {
        let fix = "Do:\n{ \"a\": 1,\n  \"b\": 2 }\nThen:\n$ x";
        let parts: Vec<_> = Block::of(fix).collect();
        assert_eq!(
            parts,
            [
                Block::Prose("Do:"),
                Block::Policy("{ \"a\": 1,"),
                Block::Policy("  \"b\": 2 }"),
                Block::Prose("Then:"),
                Block::Command("x"),
            ]
        );
        assert_eq!(
            Block::markdown(fix),
            "Do:\n\n```json\n{ \"a\": 1,\n  \"b\": 2 }\n```\n\nThen:\n\n```sh\nx\n```\n"
        );
    }
}
