//! The diff of `--dry-run`: secrets are put where secrets stand, and none may come through.

use studio_mirror::commands::diff::masked_diff;

use super::parts;

const TOKEN: &str = "eyJ2ZXIiOjEsImlzdSI6MX0.abc-DEF_123";
const PASSWORD: &str = "hunter2'%40";

/// Two texts with `---` between them; every line of them comes back with a secret in it.
pub fn dry_run_mask(text: &str) {
    let [before, after] = parts(text);
    let planted: String = after.split('\n').flat_map(plant).collect();
    for (before, after) in [
        (before, planted.as_str()),
        (planted.as_str(), after),
        (before, after),
    ] {
        for before in [Some(before), None] {
            let diff = masked_diff("~/.npmrc", before, after);
            assert_eq!(diff.is_empty(), before.unwrap_or_default() == after);
            for secret in [&TOKEN[3..], "hunter2"] {
                if !text.contains(secret) {
                    assert!(!diff.contains(secret), "{secret} came through in {diff}");
                }
            }
        }
    }
}

/// Lines with a secret in every place that a package client knows, `line` around it.
fn plant(line: &str) -> [String; 22] {
    let line = line.trim_end_matches('\r');
    // No place in a URL: the authority is over, or the line.
    let name: String = line
        .chars()
        .filter(|c| !c.is_whitespace() && !"/\"\\".contains(*c))
        .collect();
    [
        format!("{line}{TOKEN}{line}\n"),
        format!("//registry.example/:_authToken={TOKEN}\n"),
        format!("//registry.example/{name}:_password = {line}{PASSWORD}{line}\n"),
        format!("_auth={line}{PASSWORD}\n"),
        format!("password:{line}{PASSWORD}\n"),
        format!("secret_key = \"{line}{PASSWORD}\"\n"),
        format!("{line}https://{name}:{PASSWORD}@registry.example/{line}\n"),
        format!("index-url = https://{PASSWORD}@{name}\n"),
        format!("<password>{line}{PASSWORD}</password>\n"),
        format!("<passphrase>\n{PASSWORD}\n</passphrase>\n"),
        format!("<add key=\"ClearTextPassword\" value=\"{PASSWORD}\" />{name}\n"),
        format!("[\"https://{name}\",'https://me:{PASSWORD}@registry.example{line}']\n"),
        format!("machine registry.example login me password {PASSWORD}{line}\n"),
        format!(
            "machine registry.example\nlogin {PASSWORD}\naccount {PASSWORD}\npassword\n{line}{PASSWORD}\n"
        ),
        format!("auth = \"{line}{PASSWORD}\"\n"),
        format!("BUNDLE_HTTP://REGISTRY__EXAMPLE/: \"me:{PASSWORD}\" {line}\n"),
        format!("http://registry.example/team: {PASSWORD}{line}\n"),
        format!("[registry]\npassword =\n  {line}{PASSWORD}\n"),
        format!("<add value=\"{PASSWORD}\" key=\"ClearTextPassword\" />{line}\n"),
        format!("<name>X-Api</name><value>{PASSWORD}</value>{line}\n"),
        // A key that nobody knows, and none at all.
        format!("corp-key = {PASSWORD}{line}\n"),
        format!("{PASSWORD}{line}\n"),
    ]
}
