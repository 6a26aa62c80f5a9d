//! Takes an edit of ours out of a text that somebody else has edited since, line by line.

use diffy::{DiffOptions, Line};

/// A text with our edit taken out.
#[derive(Debug, PartialEq, Eq)]
pub struct TakenOut {
    /// The text.
    pub text: String,
    /// Whether all of the edit is out; else some of our lines are left where somebody edited them,
    /// or right beside lines that somebody added and that may belong to them.
    pub complete: bool,
}

/// Turns `current`, which somebody made of `written`, into what they would have made of `original`.
/// Unlike a usual three-way merge this copes with edits in neighbouring lines.
pub fn take_out(original: &str, written: &str, current: &str) -> TakenOut {
    let lines: Vec<&str> = written.split_inclusive('\n').collect();
    let theirs = hunks(written, current);
    let (ours, left): (Vec<Hunk>, Vec<Hunk>) = hunks(written, original)
        .into_iter()
        .partition(|ours| theirs.iter().all(|theirs| ours.goes_with(theirs)));
    let complete = left.is_empty();
    // Lines given back stand before lines added at the same place: they may continue what is above.
    let mut all: Vec<Hunk> = ours.into_iter().chain(theirs).collect();
    all.sort_by_key(|hunk| (hunk.from, hunk.to));
    let mut text = String::new();
    let mut at = 0;
    for hunk in all {
        text.extend(lines.get(at..hunk.from).unwrap_or_default().iter().copied());
        end_line(&mut text, &hunk.lines);
        text.push_str(&hunk.lines);
        at = hunk.to.max(at);
    }
    let rest: String = lines.get(at..).unwrap_or_default().concat();
    end_line(&mut text, &rest);
    text.push_str(&rest);
    TakenOut { text, complete }
}

/// `to`, with those of the lines that it lacks of `from` that `is_kept` names, where they stood.
pub fn keeping(from: &str, to: &str, mut is_kept: impl FnMut(&str) -> bool) -> String {
    let lines: Vec<&str> = from.split_inclusive('\n').collect();
    let mut text = String::new();
    let mut at = 0;
    for hunk in hunks(from, to) {
        text.extend(lines.get(at..hunk.from).unwrap_or_default().iter().copied());
        let gone = lines.get(hunk.from..hunk.to).unwrap_or_default();
        for line in gone.iter().filter(|line| is_kept(line)) {
            end_line(&mut text, line);
            text.push_str(line);
        }
        end_line(&mut text, &hunk.lines);
        text.push_str(&hunk.lines);
        at = hunk.to;
    }
    let rest: String = lines.get(at..).unwrap_or_default().concat();
    end_line(&mut text, &rest);
    text + &rest
}

/// A last line without its end is no last line any more once something follows.
fn end_line(text: &mut String, next: &str) {
    if !text.is_empty() && !text.ends_with('\n') && !next.is_empty() {
        text.push('\n');
    }
}

/// Lines `from..to` of the written text become `lines`.
#[derive(Debug)]
struct Hunk {
    from: usize,
    to: usize,
    lines: String,
}

impl Hunk {
    /// Whether both can be made: they share no line, and we do not merely delete beside lines that
    /// were added, which may be part of what we would delete (a key below our section header).
    fn goes_with(&self, theirs: &Hunk) -> bool {
        let apart = self.to <= theirs.from || theirs.to <= self.from;
        let touching = self.to == theirs.from || theirs.to == self.from;
        apart && !(touching && self.lines.is_empty() && !theirs.lines.is_empty())
    }
}

fn hunks(from: &str, to: &str) -> Vec<Hunk> {
    let patch = DiffOptions::new().set_context_len(0).create_patch(from, to);
    let hunk = |hunk: &diffy::Hunk<'_, str>| {
        let range = hunk.old_range();
        // As in unified diffs: of an empty range the line before it is named.
        let start = match range.len() {
            0 => range.start(),
            _ => range.start().saturating_sub(1),
        };
        let added = hunk.lines().iter().filter_map(|line| match line {
            Line::Insert(text) => Some(*text),
            Line::Context(_) | Line::Delete(_) => None,
        });
        Hunk {
            from: start,
            to: start + range.len(),
            lines: added.collect(),
        }
    };
    patch.hunks().iter().map(hunk).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn an_edit_in_a_neighbouring_line_is_kept_and_ours_taken_out() {
        let taken = take_out(
            "a = 1\nb = mine\n",
            "a = 1\nb = ours\n",
            "a = 2\nb = ours\n",
        );
        assert_eq!(taken.text, "a = 2\nb = mine\n");
        assert!(taken.complete);
    }

    #[test]
    fn lines_added_beside_lines_of_our_own_leave_those_to_the_tool() {
        let written = "x = ours\n[x]\n[ours]\nk = ours\n";
        let taken = take_out(
            "x = mine\n[x]\n",
            written,
            &format!("{written}l = theirs\n"),
        );
        assert_eq!(taken.text, "x = mine\n[x]\n[ours]\nk = ours\nl = theirs\n");
        assert!(!taken.complete);
    }

    #[test]
    fn a_line_of_ours_that_somebody_edited_stays_theirs() {
        let taken = take_out("a = 1\n", "a = ours\n", "a = theirs\n");
        assert_eq!(taken.text, "a = theirs\n");
        assert!(!taken.complete);
    }

    proptest! {
        #[test]
        fn without_edits_the_original_comes_back(original in "([ab]\n|c){0,6}", written in "([ab]\n|c){0,6}") {
            let taken = take_out(&original, &written, &written);
            prop_assert!(taken.complete);
            prop_assert_eq!(taken.text, original);
        }

        #[test]
        fn to_keep_all_or_nothing_is_either_text(from in "([ab]\n|c){0,6}", to in "([ab]\n|c){0,6}") {
            prop_assert_eq!(keeping(&from, &to, |_| false).replace('\n', ""), to.replace('\n', ""));
            let all = keeping(&from, &to, |_| true);
            prop_assert!(from.lines().all(|line| all.contains(line)), "{}", all);
        }

        #[test]
        fn without_ours_the_edits_stay(written in "([ab]\n|c){0,6}", current in "([ab]\n|c){0,6}") {
            prop_assert_eq!(take_out(&written, &written, &current).text, current);
        }
    }
}
