//! pip.conf: the index and the keyring, beside what stands there.

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
