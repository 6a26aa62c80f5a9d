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

/// Each tool that can hold its token in a file: that file, and the one with the address that it is for.
const FILES: [(&str, &str, &str); 15] = [
    ("npm", ".npmrc", ".npmrc"),
    ("pnpm", ".config/pnpm/auth.ini", ".config/pnpm/auth.ini"),
    ("yarn", ".yarnrc.yml", ".yarnrc.yml"),
    ("bun", ".bunfig.toml", ".bunfig.toml"),
    ("pip", ".config/pip/pip.conf", ".config/pip/pip.conf"),
    ("uv", ".config/uv/uv.toml", ".config/uv/uv.toml"),
    ("twine", ".pypirc", ".pypirc"),
    ("pdm", ".config/pdm/config.toml", ".config/pdm/config.toml"),
    (
        "poetry",
        ".config/pypoetry/auth.toml",
        ".config/pypoetry/config.toml",
    ),
    (
        "hatch",
        ".config/hatch/config.toml",
        ".config/hatch/config.toml",
    ),
    ("maven", ".m2/settings.xml", ".m2/settings.xml"),
    (
        "gradle",
        ".gradle/init.d/studio-mirror.properties",
        ".gradle/init.d/studio-mirror.gradle",
    ),
    ("gem", ".gemrc", ".gemrc"),
    (
        "dotnet",
        ".nuget/NuGet/NuGet.Config",
        ".nuget/NuGet/NuGet.Config",
    ),
    ("swift", ".netrc", ".netrc"),
];

#[test]
fn no_new_token_goes_to_another_host_in_any_tools_file() {
    let mirror = Mirror::without_packages();
    mirror.let_tokens_live(SHORT_LIFE);
    let authority = mirror.emulator.http_url();
    let authority = authority.trim_end_matches('/').replace("http://", "");
    let homes = FILES.map(|(tool, holder, names)| {
        let home = Home::new();
        home.write(
            ".bunfig.toml",
            "[install]\nregistry = \"https://npm.example\"\n",
        );
        let login = ["--tool", tool, "--auth", "token"];
        mirror.login(&home, &login).success();
        let token = token_somewhere_in(&home.read(holder));
        let text = home.read(names);
        let edited = text.replace(&authority, "127.0.0.2:9");
        // netrc knows no ports.
        let edited = edited.replace("machine 127.0.0.1 ", "machine 127.0.0.2 ");
        assert_ne!(edited, text, "{tool}");
        home.write(names, &edited);
        (home, holder, names, token)
    });
    for (home, holder, names, old) in homes {
        let edited = [holder, names].map(|file| home.read(file));
        mirror.wait_until_refused(&old);
        let finished = refresh(&home, &["--once"]).success();
        assert!(finished.stdout.contains("was edited"), "{finished}");
        assert_eq!([holder, names].map(|file| home.read(file)), edited);
    }
}

fn token_somewhere_in(text: &str) -> String {
    assert!(holds_token(text.as_bytes()), "{text}");
    let token = &text[text.find("eyJ2").expect("a token")..];
    let is_in_it = |c: &char| c.is_ascii_alphanumeric() || "._-".contains(*c);
    token.chars().take_while(is_in_it).collect()
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
