//! The three tools' files before and after, letter by letter.

use studio_mirror::secret::Secret;
use studio_mirror::tools::{Auth, Found, Registry, npm, pip, uv};

const PYPI: &str = "https://corp-111122223333.d.codeartifact.us-east-1.amazonaws.com/pypi/team/";
const NPM: &str = "https://corp-111122223333.d.codeartifact.us-east-1.amazonaws.com/npm/team/";

fn helper(url: &str) -> Registry<'_> {
    Registry {
        url,
        auth: Auth::Helper,
        namespace: None,
    }
}

fn token<'a>(url: &'a str, token: &'a Secret) -> Registry<'a> {
    Registry {
        url,
        auth: Auth::Token(token),
        namespace: None,
    }
}

/// `HOST` in the expectations stands for the endpoint's host.
fn expand(text: &str) -> String {
    text.replace(
        "HOST",
        "corp-111122223333.d.codeartifact.us-east-1.amazonaws.com",
    )
}

mod pip_conf {
    use super::*;

    #[track_caller]
    fn becomes(before: &str, after: &str) {
        let before = expand(before);
        let done = pip::configure(&before, &helper(PYPI)).unwrap();
        assert_eq!(done.text, expand(after));
        assert_eq!(pip::inspect(&done.text, PYPI), Ok(Found::Helper));
    }

    #[test]
    fn an_empty_file_gets_the_section() {
        becomes(
            "",
            "[global]\nindex-url = https://aws@HOST/pypi/team/simple/\nkeyring-provider = subprocess\n",
        );
    }

    #[test]
    fn entries_go_to_the_end_of_the_section_in_the_files_style() {
        becomes(
            "[global]\r\ntimeout: 60\r\n\r\n# installing\r\n[install]\r\nno-deps: yes\r\n",
            "[global]\r\ntimeout: 60\r\nindex-url: https://aws@HOST/pypi/team/simple/\r\nkeyring-provider: subprocess\r\n\r\n\
             # installing\r\n[install]\r\nno-deps: yes\r\n",
        );
    }

    #[test]
    fn an_existing_index_is_replaced_in_place_with_its_continuation_lines() {
        becomes(
            "[global]\nindex_url=https://old/\n  # why\n    more\ntimeout=60",
            "[global]\nindex_url=https://aws@HOST/pypi/team/simple/\n  # why\ntimeout=60\nkeyring-provider=subprocess",
        );
    }

    #[test]
    fn a_stale_token_url_of_an_earlier_login_goes() {
        let before = "[global]\nextra-index-url =\n    https://aws:eyJ@other-1.d.codeartifact.eu-west-1.amazonaws.com/pypi/x/simple/\n    https://b/\n\
                      [install]\nindex-url = https://aws:eyJ@HOST/pypi/team/simple/\n";
        becomes(
            before,
            "[global]\nextra-index-url =\n    https://b/\nindex-url = https://aws@HOST/pypi/team/simple/\nkeyring-provider = subprocess\n[install]\n",
        );
    }

    #[test]
    fn unconfigure_gives_the_file_back() {
        for before in [
            "",
            "[global]\ntimeout=60",
            "[install]\nno-deps=1\n",
            "[global]\r\na: b\r\n\r\n[x]\r\n",
        ] {
            let done = pip::configure(before, &helper(PYPI)).unwrap();
            assert_eq!(pip::unconfigure(&done.text, PYPI).unwrap(), before);
        }
    }
}

mod npmrc {
    use super::*;

    #[test]
    fn an_empty_file_gets_registry_and_token() {
        let secret = Secret::new("eyJ2");
        let done = npm::configure("", &token(NPM, &secret)).unwrap();
        assert_eq!(
            done.text,
            expand("registry=https://HOST/npm/team/\n//HOST/npm/team/:_authToken=eyJ2\n")
        );
        assert_eq!(npm::inspect(&done.text, NPM), Ok(Found::Token(secret)));
        assert_eq!(npm::unconfigure(&done.text, NPM).unwrap(), "");
    }

    #[test]
    fn a_scope_leaves_the_registry_alone_and_sections_stay_behind() {
        let secret = Secret::new("eyJ2");
        let registry = Registry {
            namespace: Some("acme"),
            ..token(NPM, &secret)
        };
        let done = npm::configure("registry = https://r/ ; ours\n\n[x]\na=b\n", &registry).unwrap();
        assert_eq!(
            done.text,
            expand(
                "registry = https://r/ ; ours\n@acme:registry = https://HOST/npm/team/\n//HOST/npm/team/:_authToken = eyJ2\n\n[x]\na=b\n"
            )
        );
    }
}

mod uv_toml {
    use super::*;

    const OURS: &str = "[[index]]\nname = \"codeartifact\"\nurl = \"https://aws@HOST/pypi/team/simple/\"\ndefault = true\nauthenticate = \"always\"\n";

    #[track_caller]
    fn becomes(before: &str, after: &str) {
        let done = uv::configure(before, &helper(PYPI)).unwrap();
        assert_eq!(done.text, expand(after));
        assert_eq!(uv::inspect(&done.text, PYPI), Ok(Found::Helper));
        assert_eq!(
            uv::configure(&done.text, &helper(PYPI)).unwrap().text,
            done.text
        );
    }

    #[test]
    fn an_empty_file_gets_provider_and_index() {
        becomes("", &format!("keyring-provider = \"subprocess\"\n\n{OURS}"));
    }

    #[test]
    fn other_settings_and_comments_stay() {
        becomes(
            "native-tls = true # corp\r\n\r\n# pip\r\n[pip]\r\nstrict = true\r\n",
            &format!(
                "native-tls = true # corp\r\nkeyring-provider = \"subprocess\"\r\n\r\n# pip\r\n[pip]\r\nstrict = true\r\n\r\n{}",
                OURS.replace('\n', "\r\n")
            ),
        );
    }

    #[test]
    fn another_default_index_is_replaced() {
        becomes(
            "# mirror\n[[index]] # h\nurl = \"https://m/simple\" # fast\n# only one\ndefault = true\npublish-url = \"https://p\"\n",
            "keyring-provider = \"subprocess\"\n\n# mirror\n[[index]] # h\nurl = \"https://aws@HOST/pypi/team/simple/\"\n# only one\ndefault = true\n\
             name = \"codeartifact\"\nauthenticate = \"always\"\n",
        );
    }

    #[test]
    fn inline_indexes_stay_inline() {
        becomes(
            "index = [\n  { name = \"a\", url = \"https://a/\" }, # a\n]\n",
            "index = [\n  { name = \"a\", url = \"https://a/\" },\n  { name = \"codeartifact\", url = \"https://aws@HOST/pypi/team/simple/\", default = true, authenticate = \"always\" }, # a\n]\nkeyring-provider = \"subprocess\"\n",
        );
    }

    #[test]
    fn unconfigure_gives_the_file_back() {
        for before in [
            "",
            "native-tls = true",
            "[pip]\nstrict = true\n",
            "# c\n",
            "[[index]]\nurl = \"https://a/\"\n\n[pip]\n",
        ] {
            let done = uv::configure(before, &helper(PYPI)).unwrap();
            assert_eq!(uv::unconfigure(&done.text, PYPI).unwrap(), before);
        }
    }
}
