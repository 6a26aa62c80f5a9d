//! What a login of pip warns of in pip.conf.

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
