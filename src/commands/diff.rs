//! Edits shown as diffs, with every secret in them masked.

mod address;
mod mask;
mod secret;
mod words;

use diffy::Line;

use mask::Masker;

/// The unified diff that turns `before` into `after`, secrets masked; empty if they are alike.
pub fn masked_diff(name: &str, before: Option<&str>, after: &str) -> String {
    let old = before.unwrap_or_default();
    if old == after {
        return String::new();
    }
    // No lines around the changes: they are none of our business, and who knows what they hold.
    let patch = diffy::DiffOptions::new()
        .set_context_len(0)
        .create_patch(old, after);
    let from = if before.is_some() { name } else { "/dev/null" };
    let mut diff = format!("--- {from}\n+++ {name}\n");
    let (removed, added) = (masked_lines(old), masked_lines(after));
    for hunk in patch.hunks() {
        let (old, new) = (hunk.old_range(), hunk.new_range());
        diff += &format!("@@ -{old} +{new} @@\n");
        let shown = |lines: &[String], at: usize| lines.get(at).cloned().unwrap_or_default();
        // Counted from 1.
        let (mut old, mut new) = (old.start().max(1) - 1, new.start().max(1) - 1);
        for line in hunk.lines() {
            let (sign, masked) = match line {
                Line::Delete(_) => ('-', shown(&removed, old)),
                Line::Insert(_) => ('+', shown(&added, new)),
                Line::Context(_) => (' ', shown(&added, new)),
            };
            old += usize::from(!matches!(line, Line::Insert(_)));
            new += usize::from(!matches!(line, Line::Delete(_)));
            diff.push(sign);
            diff += &masked;
            if !masked.ends_with('\n') {
                diff += "\n\\ No newline at end of file\n";
            }
        }
    }
    diff
}

/// The whole text's lines: what one of them holds, another above it may tell.
fn masked_lines(text: &str) -> Vec<String> {
    let mut masker = Masker::default();
    text.split_inclusive('\n')
        .map(|line| masker.line(line))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_secret_is_masked_on_both_sides() {
        let before = "a = 1\nindex-url = https://aws:eyJ2OLD@h/x\npassword: hunter2\n";
        let after = "a = 1\nindex-url = https://aws@h/x\n//h.x/:_authToken=eyJ2NEW\n";
        assert_eq!(
            masked_diff("f", Some(before), after),
            "--- f\n+++ f\n@@ -2,2 +2,2 @@\n-index-url = https://aws:***@h/x\n\
             -password: ***\n+index-url = https://aws@h/x\n+//h.x/:_authToken=***\n"
        );
    }

    #[test]
    fn a_secret_is_masked_though_the_line_that_names_it_stays() {
        let before = "[corp]\npassword =\n  name=hunter2\n[end]\n";
        let diff = masked_diff("f", Some(before), "[corp]\npassword =\n[end]\n");
        assert_eq!(diff, "--- f\n+++ f\n@@ -3 +2,0 @@\n-***\n");
    }

    #[test]
    fn a_password_on_lines_of_its_own_is_masked() {
        let before = "<id>x</id>\n<password>\n  hunter2\n</password>\n<url>https://h</url>\n";
        let diff = masked_diff("f", Some(before), "<id>x</id>\n<url>https://g</url>\n");
        assert_eq!(
            diff,
            "--- f\n+++ f\n@@ -2,4 +2 @@\n-<password>\n-***\n-***\n-<url>https://h</url>\n+<url>https://g</url>\n"
        );
    }

    #[test]
    fn a_stray_token_is_masked_and_a_new_file_has_no_before() {
        let diff = masked_diff("f", None, "# eyJ2abc.def/ghi note\n");
        assert_eq!(diff, "--- /dev/null\n+++ f\n@@ -0,0 +1 @@\n+# ***\n");
        assert_eq!(masked_diff("f", Some("x"), "x"), "");
    }

    #[test]
    fn a_last_line_without_an_end_is_told() {
        assert_eq!(
            masked_diff("f", Some("url=https://h"), "url=https://h\n"),
            "--- f\n+++ f\n@@ -1 +1 @@\n-url=https://h\n\\ No newline at end of file\n+url=https://h\n"
        );
    }
}
