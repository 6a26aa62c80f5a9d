//! twine: only publishes.

use super::{Workplace, logout_gives_back};

fn publishes(client: &str) {
    let place = Workplace::new(client, "twine");
    place.three_times(|place, version| {
        let wheel = place.build_wheel("mine", version);
        let upload = [
            "upload",
            "--non-interactive",
            "--disable-progress-bar",
            "-r",
            "codeartifact",
            &wheel,
        ];
        place.run("twine", &upload).success();
        assert!(place.has("mine", version));
    });
    // A version is never replaced.
    let wheel = place.build_wheel("mine", "1.0");
    let upload = ["upload", "--non-interactive", "-r", "codeartifact", &wheel];
    place.run("twine", &upload).failure();
    place.assert_no_leak(&[".pypirc"]);
}

#[test]
fn twine_5_publishes_with_a_fresh_token_every_time() {
    publishes("twine-5");
}

#[test]
fn the_newest_twine_publishes_with_a_fresh_token_every_time() {
    publishes("twine-newest");
}

#[test]
fn logout_gives_back_every_byte() {
    logout_gives_back(
        "twine-newest",
        "twine",
        ".pypirc",
        &[
            "",
            "# mine\n[pypi]\nusername = __token__\npassword = pypi-abc\n",
            "[distutils]\nindex-servers =\n    pypi\n    internal\n\n[internal]\nrepository: https://internal.example/\n",
            "[distutils]\r\nindex-servers = pypi\r\n",
            "[distutils]\nindex-servers = pypi codeartifact\n[codeartifact]\nrepository = https://old.example/\nusername = me\npassword = mine\n",
        ],
    );
}
