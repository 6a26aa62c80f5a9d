//! Edits shown as diffs, with every secret in them masked.

/// What stands in for a secret.
const MASK: &str = "***";

/// What the names of secrets have in them.
const SECRET_KEYS: [&str; 6] = [
    "_auth",
    "password",
    "passwd",
    "passphrase",
    "token",
    "secret",
];

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
    let mut in_secret = false;
    let lines: String = hunks
        .split_inclusive('\n')
        .map(|line| mask_in_element(line, &mut in_secret))
        .collect();
    format!("--- {from}\n+++ {name}\n{lines}")
}

/// One line with its secrets masked, or as a whole where it is in an XML element that a line above began and that names one.
fn mask_in_element(line: &str, in_secret: &mut bool) -> String {
    let was_in = *in_secret && !line.starts_with("@@");
    let lower = line.to_ascii_lowercase();
    let begins = SECRET_KEYS.iter().any(|key| {
        let tag = lower.find(key).and_then(|at| lower[..at].rfind('<'));
        let tag = tag
            .map(|at| &lower[at..])
            .filter(|tag| !tag.starts_with("</"));
        let content = tag.and_then(|tag| tag.split_once('>'));
        content.is_some_and(|(_, content)| !content.contains("</"))
    });
    *in_secret = begins || was_in && !line.contains("</");
    match was_in {
        true => format!("{}{MASK}\n", &line[..line.len().min(1)]),
        false => mask_line(line),
    }
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
    let lower = line.to_ascii_lowercase();
    let key = SECRET_KEYS.iter().filter_map(|key| lower.find(key)).min();
    let separator = key.and_then(|key| Some(key + line[key..].find(['=', ':', '>'])?));
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
            ("<password>hunter2</password>", "<password>***"),
            (
                "<add key=\"ClearTextPassword\" value=\"hunter2\"/>",
                "<add key=\"ClearTextPassword\" value=***",
            ),
        ] {
            assert_eq!(mask_line(line), shown);
        }
    }

    #[test]
    fn a_password_on_lines_of_its_own_is_masked() {
        let before = "<id>x</id>\n<password>\n  hunter2\n</password>\n<url>https://h</url>\n";
        let diff = masked_diff("f", Some(before), "<id>x</id>\n<url>https://g</url>\n");
        assert_eq!(
            diff,
            "--- f\n+++ f\n@@ -2,4 +2 @@\n-<password>***\n-***\n-***\n-<url>https://h</url>\n+<url>https://g</url>\n"
        );
    }

    #[test]
    fn a_stray_token_is_masked_and_a_new_file_has_no_before() {
        let diff = masked_diff("f", None, "# eyJ2abc.def/ghi note\n");
        assert_eq!(diff, "--- /dev/null\n+++ f\n@@ -0,0 +1 @@\n+# *** note\n");
        assert_eq!(masked_diff("f", Some("x"), "x"), "");
    }
}
