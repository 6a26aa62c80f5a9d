//! A file as a login remembers it, and how its text is undone: text in, text out.

use std::path::Path;

use crate::edit::merge::take_out;
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

    /// `current` without us: the original to the byte if nobody edited the file since; else the
    /// original with the same edits made, by a three-way merge; where those edits are in our own
    /// lines, or beside lines of ours alone, what `unconfigure` leaves. `None`: there was no file and nothing was added.
    pub(super) fn undo(
        &self,
        current: &str,
        unconfigure: impl FnOnce(&str, &str) -> anyhow::Result<String>,
    ) -> anyhow::Result<Option<String>> {
        if self.wrote(current) {
            return Ok(self.original.map(str::to_owned));
        }
        if self.original == Some(current) {
            return Ok(Some(current.to_owned()));
        }
        let original = self.original.unwrap_or_default();
        let text = match diffy::merge(self.written, original, current) {
            Ok(merged) => merged,
            Err(_) => {
                let taken = take_out(original, self.written, current);
                match taken.complete {
                    true => taken.text,
                    false => unconfigure(&taken.text, original)?,
                }
            }
        };
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
        let text = EARLIER.undo(current, refuse).unwrap();
        assert_eq!(
            text.as_deref(),
            Some("# mine\na = 1\nb = 2\nc = 3\nd = 4\n")
        );
    }

    #[test]
    fn edits_of_our_own_lines_leave_it_to_the_tool() {
        let current = "# mine\na = 1\nb = theirs\nc = 3\n";
        let text = EARLIER
            .undo(current, |text, _| Ok(format!("asked: {text}")))
            .unwrap();
        assert_eq!(text, Some(format!("asked: {current}")));
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
