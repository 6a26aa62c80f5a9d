//! uv.toml: the provider and the index, beside other indexes.

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
