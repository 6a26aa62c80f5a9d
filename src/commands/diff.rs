//! Edits shown as diffs, with every secret in them masked.

/// What stands in for a secret.
const MASK: &str = "***";

/// The unified diff that turns `before` into `after`, secrets masked; empty if they are alike.
pub fn masked_diff(name: &str, before: Option<&str>, after: &str) -> String {
    let old = before.unwrap_or_default();
    if old == after {
        return String::new();
    }
    // No lines around the changes: they are none of our business, and who knows what they hold.
    let patch = diffy::DiffOptions::new()
        .set_context_len(0)
        .create_patch(old, after)
        .to_string();
    let hunks = patch.find("@@").map_or("", |start| &patch[start..]);
    let from = if before.is_some() { name } else { "/dev/null" };
    let lines: String = hunks.split_inclusive('\n').map(mask_line).collect();
    format!("--- {from}\n+++ {name}\n{lines}")
}

/// One line with its secrets masked: passwords in URLs, values of keys that name a secret, and
/// whatever looks like a token.
fn mask_line(line: &str) -> String {
    let (text, end) = match line.strip_suffix('\n') {
        Some(text) => (text, "\n"),
        None => (line, ""),
    };
    let masked = mask_tokens(&mask_url_passwords(&mask_value(text)));
    format!("{masked}{end}")
}

/// The rest of the line behind a key that names a secret, wherever in the line the key stands.
fn mask_value(line: &str) -> String {
    const SECRET_KEYS: [&str; 5] = ["_auth", "password", "passwd", "token", "secret"];
    let lower = line.to_ascii_lowercase();
    let key = SECRET_KEYS.iter().filter_map(|key| lower.find(key)).min();
    let separator = key.and_then(|key| Some(key + line[key..].find(['=', ':'])?));
    match separator {
        Some(at) => format!("{}{MASK}", &line[..=at]),
        None => line.to_owned(),
    }
}

/// Passwords, and user names other than CodeArtifact's: some indexes take a token as one.
fn mask_url_passwords(line: &str) -> String {
    let mut masked = String::new();
    let mut rest = line;
    while let Some(start) = rest.find("://") {
        let (before, after) = rest.split_at(start + 3);
        masked.push_str(before);
        let end = after
            .find(|c: char| c == '/' || c.is_whitespace() || c == '"')
            .unwrap_or(after.len());
        rest = after;
        if let Some((user, _)) = after[..end].rsplit_once('@') {
            masked.push_str(&match user.split_once(':') {
                None if user == "aws" => user.to_owned(),
                Some(("aws", _)) => format!("aws:{MASK}"),
                _ => MASK.to_owned(),
            });
            rest = &after[user.len()..];
        }
    }
    masked + rest
}

/// Tokens of CodeArtifact and other JWTs are base64 of `{"`.
fn mask_tokens(line: &str) -> String {
    let mut masked = String::new();
    let mut rest = line;
    while let Some(start) = rest.find("eyJ") {
        let (before, token) = rest.split_at(start);
        masked.push_str(before);
        masked.push_str(MASK);
        let end = token
            .find(|c: char| !c.is_ascii_alphanumeric() && !"-_.+/=%~".contains(c))
            .unwrap_or(token.len());
        rest = &token[end..];
    }
    masked + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_secret_is_masked_on_both_sides() {
        let before = "a = 1\nindex-url = https://aws:eyJ2OLD@h/x\npassword: hunter2\n";
        let after = "a = 1\nindex-url = https://aws@h/x\n//h/:_authToken=eyJ2NEW\n";
        assert_eq!(
            masked_diff("f", Some(before), after),
            "--- f\n+++ f\n@@ -2,2 +2,2 @@\n-index-url = https://aws:***@h/x\n\
             -password:***\n+index-url = https://aws@h/x\n+//h/:_authToken=***\n"
        );
    }

    #[test]
    fn no_spelling_of_a_password_comes_through() {
        for (line, shown) in [
            ("x = https://me:pa'ss@h/", "x = https://***@h/"),
            ("x = https://ghp_1@h/", "x = https://***@h/"),
            ("x = https://aws@h/", "x = https://aws@h/"),
            (
                "a = ['https://h','https://u:p@h']",
                "a = ['https://h','https://***@h']",
            ),
            ("password:hunter2", "password:***"),
            ("a = {password = \"hunter2\"}", "a = {password =***"),
        ] {
            assert_eq!(mask_line(line), shown);
        }
    }

    #[test]
    fn a_stray_token_is_masked_and_a_new_file_has_no_before() {
        let diff = masked_diff("f", None, "# eyJ2abc.def/ghi note\n");
        assert_eq!(diff, "--- /dev/null\n+++ f\n@@ -0,0 +1 @@\n+# *** note\n");
        assert_eq!(masked_diff("f", Some("x"), "x"), "");
    }
}
