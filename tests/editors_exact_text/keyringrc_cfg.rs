//! keyringrc.cfg: the backend that asks us, and the one it stands before.

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
    let undone = keyringrc::unconfigure(&done.text, "ours.Backend", "/home/u/lib", previous, None);
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
