//! A token that somebody's edit has put under another address is not renewed there: an old one ends by itself.

use studio_mirror_emulator::EndpointStyle;

use super::{STATE, refresh, token_in};
use crate::support::home::Home;
use crate::support::hostile::hostile;
use crate::support::leak_watch::holds_token;
use crate::support::mirror::Mirror;
use crate::support::wait_until;
use crate::support::wire::Api;

const SHORT_LIFE: i64 = 8;

/// Each tool that can hold its token in a file beside the address that it is for.
const FILES: [(&str, &str); 9] = [
    ("npm", ".npmrc"),
    ("pnpm", ".config/pnpm/auth.ini"),
    ("yarn", ".yarnrc.yml"),
    ("bun", ".bunfig.toml"),
    ("pip", ".config/pip/pip.conf"),
    ("uv", ".config/uv/uv.toml"),
    ("twine", ".pypirc"),
    ("pdm", ".config/pdm/config.toml"),
    ("hatch", ".config/hatch/config.toml"),
];

#[test]
fn no_new_token_goes_to_another_host_in_any_tools_file() {
    let mirror = Mirror::without_packages();
    mirror.let_tokens_live(SHORT_LIFE);
    let authority = mirror.emulator.http_url();
    let authority = authority.trim_end_matches('/').replace("http://", "");
    let homes = FILES.map(|(tool, file)| {
        let home = Home::new();
        home.write(
            ".bunfig.toml",
            "[install]\nregistry = \"https://npm.example\"\n",
        );
        let login = ["--tool", tool, "--auth", "token"];
        mirror.login(&home, &login).success();
        let text = home.read(file);
        assert!(holds_token(text.as_bytes()), "{text}");
        let edited = text.replace(&authority, "127.0.0.1:9");
        assert_ne!(edited, text);
        home.write(file, &edited);
        (home, file, edited)
    });
    for (home, file, edited) in homes {
        let old = edited.find("eyJ2").expect("a token");
        let old: String = edited[old..]
            .chars()
            .take_while(|c| c.is_ascii_alphanumeric() || "._-".contains(*c))
            .collect();
        mirror.wait_until_refused(&old);
        let finished = refresh(&home, &["--once"]).success();
        assert!(finished.stdout.contains("was edited"), "{finished}");
        assert_eq!(home.read(file), edited, "{file}");
    }
}

#[test]
fn no_new_token_goes_to_what_looks_like_our_host() {
    let api = Api::with(|options| {
        options.endpoint_style = EndpointStyle::Aws;
    });
    api.emulator.set_token_lifetime(Some(SHORT_LIFE));
    let home = Home::new();
    api.login(&home, &["--tool", "npm"]).success();
    let (text, state) = (home.read(".npmrc"), home.read(STATE));
    let old = token_in(&text);
    wait_until(
        "the token to expire",
        std::time::Duration::from_secs(60),
        || !api.accepts(&old),
    );
    let host = "corp-111122223333.d.codeartifact.us-east-1.amazonaws.com";
    let mut tried = 0;
    for url in hostile() {
        let authority = url.strip_prefix("https://").unwrap_or_default();
        let authority = authority.split("/pypi").next().unwrap_or_default();
        // What a URL parser, or the end of a line, leaves of these is our own host.
        let is_ours = authority.trim().trim_end_matches(['\t', ' ']) == host
            || authority.rsplit('@').next() == Some(host);
        if authority.is_empty() || is_ours {
            continue;
        }
        tried += 1;
        let edited = text.replace(&format!("//{host}/"), &format!("//{authority}/"));
        home.write(".npmrc", &edited);
        home.write(STATE, &state);
        refresh(&home, &["--once"]).success();
        assert_eq!(home.read(".npmrc"), edited, "{authority:?}");
    }
    assert!(tried > 40, "{tried}");
    // And it would have been renewed where it belongs.
    home.write(".npmrc", &text);
    home.write(STATE, &state);
    refresh(&home, &["--once"]).success();
    assert_ne!(token_in(&home.read(".npmrc")), old);
}
