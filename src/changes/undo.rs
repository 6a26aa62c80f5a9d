//! An edit of ours taken out of a text that somebody has edited since.
//!
//! A merge knows lines and not what they mean: to it, a line of ours that somebody moved is theirs. The editor of a tool
//! knows what is ours, and takes what the user had set up alike. Each corrects the other here.

use std::collections::BTreeMap;

use crate::edit::merge::{keeping, take_out};

/// `current`, which somebody made of `written`, as they would have made it of `original`: with nothing of ours, moved lines
/// and lines beside theirs included, and all that was theirs before. `stripped` is a text without whatever looks like ours.
///
/// # Errors
/// When `stripped` cannot read the text, and lines of ours may be in it.
pub(super) fn without_our_edit(
    original: &str,
    written: &str,
    current: &str,
    stripped: impl Fn(&str) -> anyhow::Result<String>,
) -> anyhow::Result<String> {
    let (text, is_whole) = match diffy::merge(written, original, current) {
        Ok(merged) => (merged, true),
        Err(_) => {
            let taken = take_out(original, written, current);
            (taken.text, taken.complete)
        }
    };
    let rest = match stripped(&text) {
        Ok(rest) => rest,
        // Somebody broke the file, and not at our lines: that is theirs to mend.
        Err(_) if is_whole && !holds_more_of(written, original, &text) => return Ok(text),
        Err(error) => return Err(error),
    };
    let taken = more_lines(&text, &rest);
    // What looks like ours and stood there before any login is the user's.
    if is_whole && more_of(taken.iter().copied(), original).is_empty() {
        return Ok(text);
    }
    if taken.is_empty() {
        return Ok(rest);
    }
    let (Ok(base), Ok(theirs)) = (stripped(written), stripped(current)) else {
        return Ok(rest);
    };
    let given_back = match diffy::merge(&base, original, &theirs) {
        Ok(merged) => Some(merged),
        Err(_) => {
            let lost = more_lines(original, &rest);
            let takes_theirs = taken.iter().any(|line| lost.contains(line));
            takes_theirs.then(|| match kept(&text, &rest, lost) {
                kept if more_lines(original, &kept).is_empty() => kept,
                _ => take_out(original, &base, &theirs).text,
            })
        }
    };
    // A setting that stands there twice may be no file any more.
    let is_file = |text: &String| stripped(text).is_ok();
    Ok(given_back.filter(is_file).unwrap_or(rest))
}

/// `rest` with those of the lines that it lacks of `text` that are among `lost`, each as often as there.
fn kept(text: &str, rest: &str, mut lost: Vec<&str>) -> String {
    keeping(text, rest, |line| {
        let at = lost.iter().position(|lost| *lost == line.trim());
        at.map(|at| lost.remove(at)).is_some()
    })
}

/// Whether `text`, made of `original`, has lines that only we put in.
fn holds_more_of(written: &str, original: &str, text: &str) -> bool {
    let ours = more_lines(written, original);
    let added = more_lines(text, original);
    added.iter().any(|line| ours.contains(line))
}

/// The lines that `text` has more often than `other`, wherever they stand and however they are set in.
fn more_lines<'a>(text: &'a str, other: &str) -> Vec<&'a str> {
    more_of(text.lines().map(str::trim), other)
}

fn more_of<'a>(lines: impl Iterator<Item = &'a str>, other: &str) -> Vec<&'a str> {
    let mut others: BTreeMap<&str, usize> = BTreeMap::new();
    for line in other.lines() {
        *others.entry(line.trim()).or_default() += 1;
    }
    let mut more = Vec::new();
    for line in lines.filter(|line| !line.is_empty()) {
        match others.get_mut(line) {
            Some(left) if *left > 0 => *left -= 1,
            _ => more.push(line),
        }
    }
    more
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The editor of a tool that knows a line of ours by its beginning.
    fn stripped(text: &str) -> anyhow::Result<String> {
        let lines = text.split_inclusive('\n');
        Ok(lines.filter(|line| !line.starts_with("url")).collect())
    }

    proptest! {
        /// Whatever is moved, deleted and added: what a login brought is gone, and what was not touched has stayed.
        #[test]
        fn no_edit_makes_ours_stay_or_theirs_go(
            original in "(a\n|b\n|c\n|url = mine\n){0,5}",
            at in 0_usize..6,
            order in proptest::collection::vec(any::<u8>(), 6),
            added in "(x\n|y\n){0,2}",
        ) {
            let mut lines: Vec<&str> = original.split_inclusive('\n').collect();
            lines.insert(at.min(lines.len()), "url token\n");
            let written = lines.concat();
            let mut moved: Vec<(u8, &str)> = order.into_iter().zip(lines).collect();
            moved.sort();
            let moved: String = moved.into_iter().map(|(_, line)| line).collect();
            for current in [format!("{written}{added}"), format!("{added}{written}"), moved + &added] {
                let left = without_our_edit(&original, &written, &current, stripped).unwrap();
                prop_assert!(!left.contains("token"), "{}", left);
                let theirs = original.clone() + &added;
                prop_assert_eq!(more_lines(&theirs, &left), Vec::<&str>::new(), "{}", left);
                prop_assert_eq!(more_lines(&left, &theirs), Vec::<&str>::new(), "{}", left);
            }
        }
    }
}
