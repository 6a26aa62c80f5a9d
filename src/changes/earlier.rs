//! A file as a login remembers it, and how its text is undone: text in, text out.

use std::path::Path;

use super::undo::without_our_edit;
use crate::secret::Secret;
use crate::state::{ChangeKind, State};

/// What is remembered of an edited file.
pub(super) struct Earlier<'a> {
    /// Before any login of ours.
    pub(super) original: Option<&'a str>,
    pub(super) mode: Option<u32>,
    written: &'a str,
    replaced: Option<&'a str>,
}

/// What `state` knows of the file at `path`.
pub(super) fn earlier<'a>(state: &'a State, path: &Path) -> Option<Earlier<'a>> {
    match &state.changes.get(path)?.kind {
        ChangeKind::Text {
            original,
            original_mode,
            written,
            replaced,
            ..
        } => Some(Earlier {
            original: original.as_ref().map(Secret::expose),
            mode: *original_mode,
            written: written.expose(),
            replaced: replaced.as_ref().map(Secret::expose),
        }),
        ChangeKind::Link { .. } => None,
    }
}

impl Earlier<'_> {
    /// Whether `current` is what the last login wrote, or what one that was killed before it wrote left there.
    pub(super) fn wrote(&self, current: &str) -> bool {
        current == self.written || Some(current) == self.replaced
    }

    /// `current` without us: the original to the byte if nobody edited the file since; else the original with the same
    /// edits made. `unconfigure` takes whatever looks like ours out of a text. `None`: there was no file and nothing was
    /// added.
    pub(super) fn undo(
        &self,
        current: &str,
        unconfigure: impl Fn(&str, &str) -> anyhow::Result<String>,
    ) -> anyhow::Result<Option<String>> {
        if self.wrote(current) {
            return Ok(self.original.map(str::to_owned));
        }
        if self.original == Some(current) {
            return Ok(Some(current.to_owned()));
        }
        let original = self.original.unwrap_or_default();
        let stripped = |text: &str| unconfigure(text, original);
        let text = without_our_edit(original, self.written, current, stripped)?;
        let nothing_added = self.original.is_none() && text.trim().is_empty();
        Ok((!nothing_added).then_some(text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refuse(_: &str, _: &str) -> anyhow::Result<String> {
        anyhow::bail!("not to be asked")
    }

    /// The editor of a tool whose endpoint is `ours`.
    fn without_ours(text: &str, _: &str) -> anyhow::Result<String> {
        let lines = text.split_inclusive('\n');
        Ok(lines.filter(|line| !line.contains("ours")).collect())
    }

    const EARLIER: Earlier = Earlier {
        original: Some("# mine\na = 1\nb = 2\nc = 3\n"),
        mode: None,
        written: "# mine\na = 1\nb = ours\nc = 3\n",
        replaced: Some("# mine\na = 1\nb = older\nc = 3\n"),
    };

    #[test]
    fn an_untouched_file_is_given_back_to_the_byte() {
        let text = EARLIER.undo(EARLIER.written, refuse).unwrap();
        assert_eq!(text.as_deref(), EARLIER.original);
    }

    #[test]
    fn what_a_killed_login_left_in_place_is_given_back_to_the_byte() {
        let text = EARLIER.undo(EARLIER.replaced.unwrap(), refuse).unwrap();
        assert_eq!(text.as_deref(), EARLIER.original);
    }

    #[test]
    fn edits_made_since_are_kept() {
        let current = "# mine\na = 1\nb = ours\nc = 3\nd = 4\n";
        // Whether or not the tool can read what they made of it.
        for unconfigure in [refuse, without_ours] {
            let text = EARLIER.undo(current, unconfigure).unwrap();
            let expected = "# mine\na = 1\nb = 2\nc = 3\nd = 4\n";
            assert_eq!(text.as_deref(), Some(expected));
        }
    }

    #[test]
    fn a_line_of_ours_that_somebody_edited_stays_theirs() {
        let current = "# mine\na = 1\nb = theirs\nc = 3\n";
        let text = EARLIER.undo(current, without_ours).unwrap();
        assert_eq!(text.as_deref(), Some(current));
    }

    #[test]
    fn lines_of_ours_that_somebody_moved_go_and_what_they_replaced_comes_back() {
        // The last is how `yarn config set` sorts a file: to a merge we are gone from below and came in above.
        for (current, expected) in [
            (
                "b = ours\n# mine\na = 1\nc = 3\n",
                "# mine\na = 1\nb = 2\nc = 3\n",
            ),
            (
                "b = ours\n# mine\na = 1\nc = 3\nd = 4\n",
                "# mine\na = 1\nb = 2\nc = 3\nd = 4\n",
            ),
        ] {
            let text = EARLIER.undo(current, without_ours).unwrap();
            assert_eq!(text.as_deref(), Some(expected));
        }
        let sorted = Earlier {
            original: Some("d = 1\n\ne = 2\n\nf = 3\n"),
            written: "d = 1\n\ne = 2\n\nf = 3\nb = ours\nc = ours\n",
            ..EARLIER
        };
        let current = "a = 0\nb = ours\nc = ours\nd = 1\n\ne = 2\n\nf = 3\n";
        let text = sorted.undo(current, without_ours).unwrap();
        let expected = "a = 0\nd = 1\n\ne = 2\n\nf = 3\n";
        assert_eq!(text.as_deref(), Some(expected));
    }

    /// A file that the user had set up by hand, for the same repository.
    #[test]
    fn what_looks_like_ours_and_was_there_before_is_theirs() {
        let earlier = Earlier {
            original: Some("url = ours\nfund = no\n"),
            written: "url = ours\ntoken = ours\nfund = no\n",
            replaced: None,
            ..EARLIER
        };
        for (current, expected) in [
            (
                "url = ours\ntoken = ours\nfund = no\naudit = no\n",
                "url = ours\nfund = no\naudit = no\n",
            ),
            (
                "url = ours\ntoken = ours\naudit = no\nfund = no\n",
                "url = ours\naudit = no\nfund = no\n",
            ),
            (
                "token = ours\nurl = ours\nfund = no\n",
                "url = ours\nfund = no\n",
            ),
            ("fund = no\n", "fund = no\n"),
        ] {
            let text = earlier.undo(current, without_ours).unwrap();
            assert_eq!(text.as_deref(), Some(expected), "{current}");
        }
    }

    #[test]
    fn a_file_of_our_own_making_goes_away() {
        let ours = Earlier {
            original: None,
            mode: None,
            written: "x\n",
            replaced: None,
        };
        assert_eq!(ours.undo("x\n", refuse).unwrap(), None);
        // Lines next to ours: the merge cannot tell, the tool can.
        let without_x = |text: &str, _: &str| Ok(text.replace("x\n", ""));
        assert_eq!(
            ours.undo("x\ny\n", without_x).unwrap(),
            Some("y\n".to_owned())
        );
    }
}
