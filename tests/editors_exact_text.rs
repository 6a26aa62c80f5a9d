//! The three tools' files before and after, letter by letter.

use std::sync::LazyLock;

use studio_mirror::credentials::CredentialSource;
use studio_mirror::secret::Secret;
use studio_mirror::token::TokenRequest;
use studio_mirror::tools::{Auth, Editor, Found, Installed, Registry, keyringrc, npm, pip, uv};

const PYPI: &str = "https://corp-111122223333.d.codeartifact.us-east-1.amazonaws.com/pypi/team/";
const NPM: &str = "https://corp-111122223333.d.codeartifact.us-east-1.amazonaws.com/npm/team/";

fn helper(url: &str) -> Registry<'_> {
    registry(url, Auth::Helper)
}

fn token<'a>(url: &'a str, token: &'a Secret) -> Registry<'a> {
    registry(url, Auth::Token(token))
}

/// A registry as a login of the domain `corp` would name it.
fn registry<'a>(url: &'a str, auth: Auth<'a>) -> Registry<'a> {
    static REQUEST: LazyLock<TokenRequest> = LazyLock::new(|| TokenRequest {
        domain: "corp".to_owned(),
        owner: Some("111122223333".to_owned()),
        region: "us-east-1".to_owned(),
        api_endpoint: None,
        duration_seconds: None,
        credentials: CredentialSource::Instance,
    });
    Registry {
        name: "codeartifact",
        url,
        auth,
        namespace: None,
        request: &REQUEST,
        installed: Installed {
            program: "/usr/local/bin/studio-mirror",
            helpers: "/home/me/.local/share/studio-mirror/bin",
        },
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
        let done = pip::PipConf.configure(&before, &[helper(PYPI)]).unwrap();
        assert_eq!(done.text, expand(after));
        assert_eq!(pip::PipConf.inspect(&done.text, PYPI), Ok(Found::Helper));
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
            let done = pip::PipConf.configure(before, &[helper(PYPI)]).unwrap();
            assert_eq!(
                pip::PipConf.unconfigure(&done.text, &[PYPI]).unwrap(),
                before
            );
        }
    }
}

mod pip_conf_warnings {
    use super::*;

    #[track_caller]
    fn warns(before: &str, words: &[&str]) {
        let done = pip::PipConf
            .configure(&expand(before), &[helper(PYPI)])
            .unwrap();
        assert_eq!(done.warnings.len(), 1, "{:?}", done.warnings);
        for word in words {
            assert!(
                done.warnings[0].contains(word),
                "{word} in {:?}",
                done.warnings
            );
        }
        assert!(!done.warnings[0].contains("s3cret"), "{:?}", done.warnings);
    }

    #[test]
    fn an_index_that_wins_over_global_is_named_without_its_password() {
        warns(
            "[install]\nindex-url = https://bob:s3cret@mirror.corp/simple\n",
            &["[install]", "line 2", "https://mirror.corp/simple"],
        );
    }

    #[test]
    fn an_extra_index_and_no_index_are_named() {
        warns(
            "[global]\nextra-index-url = https://u:s3cret@b/\n",
            &["extra-index-url", "[global]"],
        );
        warns("[download]\nno-index = true\n", &["no-index"]);
        warns(
            "[install]\nkeyring-provider = disabled\n",
            &["keyring-provider", "[install]"],
        );
    }

    #[test]
    fn what_has_no_effect_is_not_named() {
        for before in [
            "[install]\nindex-url =\n",
            "[freeze]\nindex-url = https://x/\n",
            "[global]\nno-index = off\n",
        ] {
            assert_eq!(
                pip::PipConf
                    .configure(before, &[helper(PYPI)])
                    .unwrap()
                    .warnings,
                Vec::<String>::new()
            );
        }
    }

    #[test]
    fn a_refusal_names_the_line_and_no_value() {
        let error = pip::PipConf.configure(
            "[global]\nindex-url = a\n\nindex_url = s3cret\n",
            &[helper(PYPI)],
        );
        let error = error.unwrap_err().to_string();
        assert_eq!(
            error,
            "line 4: the key `index-url` is there twice in [global], first in line 2"
        );
        let error = pip::PipConf
            .configure("\u{feff}[global]\n", &[helper(PYPI)])
            .unwrap_err();
        assert_eq!(error.line, 1);
        assert!(error.message.contains("BOM"));
    }
}

mod keyringrc_cfg {
    use super::*;

    #[test]
    fn the_previous_backend_is_told_and_given_back() {
        let before = "[backend]\n# mine\ndefault-keyring=keyring.backends.fail.Keyring\n";
        let done = keyringrc::configure(before, "ours.Backend", "/home/u/lib").unwrap();
        assert_eq!(
            done.text,
            "[backend]\n# mine\ndefault-keyring=ours.Backend\nkeyring-path=/home/u/lib\n"
        );
        assert_eq!(
            done.previous_backend.as_deref(),
            Some("keyring.backends.fail.Keyring")
        );
        assert_eq!(done.previous_path, None);
        let again = keyringrc::configure(&done.text, "ours.Backend", "/home/u/lib").unwrap();
        assert_eq!(
            (again.text.as_str(), again.previous_backend),
            (done.text.as_str(), None)
        );
        let previous = done.previous_backend.as_deref();
        let undone =
            keyringrc::unconfigure(&done.text, "ours.Backend", "/home/u/lib", previous, None);
        assert_eq!(undone.unwrap(), before);
    }

    #[test]
    fn a_file_of_ours_alone_becomes_empty_again() {
        let done = keyringrc::configure("", "ours.Backend", "/p").unwrap();
        assert_eq!(
            keyringrc::unconfigure(&done.text, "ours.Backend", "/p", None, None).unwrap(),
            ""
        );
    }

    #[test]
    fn what_the_person_set_since_then_stays() {
        let since = "[backend]\ndefault-keyring = theirs.Backend\n";
        assert_eq!(
            keyringrc::unconfigure(since, "ours.Backend", "/p", None, None).unwrap(),
            since
        );
    }
}

mod npmrc {
    use super::*;

    #[test]
    fn the_output_of_the_aws_cli_is_replaced_and_not_doubled() {
        let before = expand(
            "fund=false\nregistry=https://HOST/npm/team/\n//HOST/npm/team/:_authToken=old\n//HOST/npm/team/:always-auth=true\n//r/:_authToken=keep\n",
        );
        let secret = Secret::new("new");
        let done = npm::Npmrc
            .configure(&before, &[token(NPM, &secret)])
            .unwrap();
        assert_eq!(done.text, before.replace("=old", "=new"));
        assert_eq!(
            npm::Npmrc.unconfigure(&done.text, &[NPM]).unwrap(),
            "fund=false\n//r/:_authToken=keep\n"
        );
    }

    #[test]
    fn a_login_to_another_repository_takes_the_old_token_out_unless_a_scope_needs_it() {
        let secret = Secret::new("new");
        let old = "registry=https://HOST/npm/old/\n//HOST/npm/old/:_authToken=1\n";
        let done = npm::Npmrc
            .configure(&expand(old), &[token(NPM, &secret)])
            .unwrap();
        let ours = "registry=https://HOST/npm/team/\n//HOST/npm/team/:_authToken=new\n";
        assert_eq!(done.text, expand(ours));
        let scoped = format!("@a:registry=https://HOST/npm/old/\n{old}");
        let done = npm::Npmrc
            .configure(&expand(&scoped), &[token(NPM, &secret)])
            .unwrap();
        assert!(done.text.contains(&expand("//HOST/npm/old/:_authToken=1")));
        assert!(done.warnings[0].contains("@a"));
    }

    #[test]
    fn credentials_without_a_registry_are_named_because_npm_stops_at_them() {
        let secret = Secret::new("new");
        let done = npm::Npmrc
            .configure("_authToken = s3cret\n", &[token(NPM, &secret)])
            .unwrap();
        assert!(
            done.warnings[0].contains("`_authToken` in line 1"),
            "{:?}",
            done.warnings
        );
        assert!(!done.warnings[0].contains("s3cret"));
        assert!(done.text.starts_with("_authToken = s3cret\n"));
    }

    #[test]
    fn a_section_that_npm_would_read_in_place_of_the_registry_is_refused() {
        let secret = Secret::new("new");
        let error = npm::Npmrc
            .configure("a=b\n[registry.x]\nc=d\n", &[token(NPM, &secret)])
            .unwrap_err();
        assert_eq!(error.line, 2);
    }

    #[test]
    fn an_empty_file_gets_registry_and_token() {
        let secret = Secret::new("eyJ2");
        let done = npm::Npmrc.configure("", &[token(NPM, &secret)]).unwrap();
        assert_eq!(
            done.text,
            expand("registry=https://HOST/npm/team/\n//HOST/npm/team/:_authToken=eyJ2\n")
        );
        assert_eq!(
            npm::Npmrc.inspect(&done.text, NPM),
            Ok(Found::Token(secret))
        );
        assert_eq!(npm::Npmrc.unconfigure(&done.text, &[NPM]).unwrap(), "");
    }

    #[test]
    fn a_scope_leaves_the_registry_alone_and_sections_stay_behind() {
        let secret = Secret::new("eyJ2");
        let registry = Registry {
            namespace: Some("acme"),
            ..token(NPM, &secret)
        };
        let done = npm::Npmrc
            .configure("registry = https://r/ ; ours\n\n[x]\na=b\n", &[registry])
            .unwrap();
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

    const OURS: &str = "[[index]]\nname = \"codeartifact\"\nurl = \"https://aws@HOST/pypi/team/simple/\"\ndefault = true\nauthenticate = \"always\"\npublish-url = \"https://aws@HOST/pypi/team/\"\n";

    #[track_caller]
    fn becomes(before: &str, after: &str) {
        let done = uv::UvToml.configure(before, &[helper(PYPI)]).unwrap();
        assert_eq!(done.text, expand(after));
        assert_eq!(uv::UvToml.inspect(&done.text, PYPI), Ok(Found::Helper));
        assert_eq!(
            uv::UvToml
                .configure(&done.text, &[helper(PYPI)])
                .unwrap()
                .text,
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
            "keyring-provider = \"subprocess\"\n\n# mirror\n[[index]] # h\nurl = \"https://aws@HOST/pypi/team/simple/\"\n# only one\ndefault = true\npublish-url = \"https://aws@HOST/pypi/team/\"\n\
             name = \"codeartifact\"\nauthenticate = \"always\"\n",
        );
    }

    #[test]
    fn inline_indexes_stay_inline() {
        becomes(
            "index = [\n  { name = \"a\", url = \"https://a/\" }, # a\n]\n",
            "index = [\n  { name = \"a\", url = \"https://a/\" },\n  { name = \"codeartifact\", url = \"https://aws@HOST/pypi/team/simple/\", default = true, authenticate = \"always\", publish-url = \"https://aws@HOST/pypi/team/\" }, # a\n]\nkeyring-provider = \"subprocess\"\n",
        );
    }

    #[test]
    fn another_index_of_our_name_keeps_it() {
        let done = uv::UvToml
            .configure(
                "[[index]]\nname = \"codeartifact\"\nurl = \"https://z/\"\n",
                &[helper(PYPI)],
            )
            .unwrap();
        assert!(
            done.text.contains("name = \"codeartifact-2\""),
            "{}",
            done.text
        );
        assert!(
            done.warnings[0].contains("https://z/"),
            "{:?}",
            done.warnings
        );
    }

    #[test]
    fn the_token_way_takes_our_provider_out_and_leaves_a_persons_own() {
        let secret = Secret::new("eyJ2");
        let ours = uv::UvToml.configure("", &[helper(PYPI)]).unwrap().text;
        let done = uv::UvToml
            .configure(&ours, &[token(PYPI, &secret)])
            .unwrap();
        let (with_token, _) = OURS.split_once("publish-url").unwrap();
        assert_eq!(done.text, expand(with_token).replace("aws@", "aws:eyJ2@"));
        let theirs = uv::UvToml
            .configure("keyring-provider = \"disabled\"\n", &[token(PYPI, &secret)])
            .unwrap();
        assert!(theirs.text.starts_with("keyring-provider = \"disabled\"\n"));
    }

    #[test]
    fn an_index_that_is_no_list_of_tables_is_refused() {
        for text in [
            "\nindex = \"https://x/\"\n",
            "\n[index]\nurl = \"u\"\n",
            "\nindex = [1]\n",
            "\na = = 1\n",
        ] {
            assert_eq!(
                uv::UvToml
                    .configure(text, &[helper(PYPI)])
                    .unwrap_err()
                    .line,
                2,
                "{text:?}"
            );
        }
    }

    #[test]
    fn settings_that_win_over_ours_are_named() {
        for (text, word) in [
            (
                "[pip]\nkeyring-provider = \"disabled\"\n",
                "keyring-provider",
            ),
            (
                "[pip]\nextra-index-url = [\"https://u:s3cret@x/\"]\n",
                "extra-index-url",
            ),
            ("no-index = true\n", "no-index"),
            ("[[index]]\nurl = \"https://u:s3cret@x/\"\n", "https://x/"),
        ] {
            let warnings = uv::UvToml
                .configure(text, &[helper(PYPI)])
                .unwrap()
                .warnings;
            assert_eq!(warnings.len(), 1, "{warnings:?}");
            assert!(
                warnings[0].contains(word) && !warnings[0].contains("s3cret"),
                "{warnings:?}"
            );
        }
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
            let done = uv::UvToml.configure(before, &[helper(PYPI)]).unwrap();
            assert_eq!(uv::UvToml.unconfigure(&done.text, &[PYPI]).unwrap(), before);
        }
    }
}
