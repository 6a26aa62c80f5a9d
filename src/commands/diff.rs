//! Edits shown as diffs, with every secret in them masked.

/// What stands in for a secret.
const MASK: &str = "***";

/// The unified diff that turns `before` into `after`, secrets masked; empty if they are alike.
pub fn masked_diff(name: &str, before: Option<&str>, after: &str) -> String {
    let old = before.unwrap_or_default();
    if old == after {
        return String::new();
    }
    let patch = diffy::create_patch(old, after).to_string();
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

fn mask_value(line: &str) -> String {
    const SECRET_KEYS: [&str; 5] = ["_auth", "password", "passwd", "token", "secret"];
    let lower = line.to_ascii_lowercase();
    let separator = line.find('=').or_else(|| line.find(": "));
    match separator {
        Some(at) if SECRET_KEYS.iter().any(|key| lower[..at].contains(key)) => {
            format!("{}{MASK}", &line[..=at])
        }
        _ => line.to_owned(),
    }
}

fn mask_url_passwords(line: &str) -> String {
    let mut masked = String::new();
    let mut rest = line;
    while let Some(start) = rest.find("://") {
        let (before, after) = rest.split_at(start + 3);
        masked.push_str(before);
        let end = after
            .find(|c: char| c == '/' || c.is_whitespace() || c == '"' || c == '\'')
            .unwrap_or(after.len());
        let (authority, tail) = after.split_at(end);
        match (authority.rsplit_once('@'), authority.split_once(':')) {
            (Some((user, host)), Some((name, _))) if user.contains(':') => {
                masked.push_str(&format!("{name}:{MASK}@{host}"));
            }
            _ => masked.push_str(authority),
        }
        rest = tail;
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
            .find(|c: char| !c.is_ascii_alphanumeric() && !"-_.+/=".contains(c))
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
            "--- f\n+++ f\n@@ -1,3 +1,3 @@\n a = 1\n-index-url = https://aws:***@h/x\n\
             -password:***\n+index-url = https://aws@h/x\n+//h/:_authToken=***\n"
        );
    }

    #[test]
    fn a_stray_token_is_masked_and_a_new_file_has_no_before() {
        let diff = masked_diff("f", None, "# eyJ2abc.def/ghi note\n");
        assert_eq!(diff, "--- /dev/null\n+++ f\n@@ -0,0 +1 @@\n+# *** note\n");
        assert_eq!(masked_diff("f", Some("x"), "x"), "");
    }
}
