//! What people came for.

use std::time::Duration;

use super::support::image::{Image, Who};
use super::support::wait_until;

const EVERYBODY: [Who; 3] = [Who::Space, Who::TrainingJob, Who::Stranger];

/// Seconds that a token lives: 12 hours.
const LIFE: i64 = 12;

/// Every client that the image has, and that a person would bring, installs a package into a place of its own.
fn install(image: &Image, who: Who, round: usize) {
    let there = "there=$(mktemp -d); cd $there";
    let options = "--disable-pip-version-check --no-input --no-cache-dir --quiet";
    let scripts = [
        // conda's pip, which looks past the keyring beside it; one of a venv; a login shell, which activates conda first.
        format!("pip install {options} --target x mirror-greeting"),
        format!(
            "/opt/conda/bin/python -m venv v && v/bin/pip install {options} mirror-built && v/bin/python -c 'import mirror_built'"
        ),
        format!("bash -lc 'PATH=/opt/conda/bin:$PATH; pip install {options} --target x mirror-farewell'"),
        // uv runs the first keyring on PATH: ours, or conda's, which reaches us by its backend, and does not start without a home.
        "uv venv --quiet u --python /opt/conda/bin/python --cache-dir c && uv pip install --quiet --cache-dir c --python u/bin/python mirror-greeting"
            .to_owned(),
        "PATH=/opt/conda/bin:/usr/bin:/bin; export HOME=${HOME-$there}; uv venv --quiet u --python /opt/conda/bin/python --cache-dir c && uv pip install --quiet --cache-dir c --python u/bin/python mirror-greeting"
            .to_owned(),
        // Nor does Node.
        "export HOME=${HOME-$there}; npm install --silent --cache $there/c --prefix $there mirror-left && test -d node_modules/mirror-right".to_owned(),
    ];
    // A further token is the same to all who reach the helper by one way: then one of each will do.
    let one_of_each = [0, 3, 5];
    let wanted = |at: &usize| round == 0 || one_of_each.contains(at);
    for (_, script) in scripts.iter().enumerate().filter(|(at, _)| wanted(at)) {
        let done = image.sh(who, &format!("{there}; {script}"));
        assert_eq!(done.status.code(), Some(0), "{who:?}: {script}\n{done}");
    }
}

#[test]
fn every_container_installs_at_once_and_after_its_token_has_expired() {
    if !super::possible() {
        return;
    }
    let image = Image::build("pip,uv,npm");
    image.admin("token-lifetime", &format!("{{\"seconds\":{LIFE}}}"));
    let url = "http://127.0.0.1:8080/pypi/d/corp-111122223333/team/";
    for round in 0..2 {
        for who in EVERYBODY {
            let ask = format!("studio-mirror keyring get {url} aws");
            let before = image.sh_unheard(who, &ask).success().stdout;
            install(&image, who, round);
            // By nobody's doing but time's.
            wait_until("another token", Duration::from_secs(60), || {
                image.sh_unheard(who, &ask).success().stdout != before
            });
        }
    }
    image.assert_no_leak();
}

#[test]
fn python_reaches_the_helper_by_its_keyring_and_by_its_url() {
    if !super::possible() {
        return;
    }
    let image = Image::build("pip,uv,twine");
    let url = "http://127.0.0.1:8080/pypi/d/corp-111122223333/team/";
    for who in EVERYBODY {
        // keyring itself does not start without a home.
        let ask = format!(
            "cd /tmp; export HOME=${{HOME-/tmp}}; /opt/conda/bin/python -c 'import keyring; found = keyring.get_credential(\"{url}\", None); \
             assert found.username == \"aws\" and len(found.password) > 100; \
             assert keyring.get_credential(\"https://elsewhere.example/\", \"aws\") is None; \
             assert keyring.get_password(\"a mail account\", \"ada\") is None'"
        );
        let done = image.sh(who, &ask);
        assert_eq!(done.status.code(), Some(0), "{who:?}\n{done}");
    }
    image.assert_no_leak();
}
