//! Repositories of other domains and regions beside the main one.

use crate::Set;
use crate::set::{Seen, bare};
use studio_mirror_emulator::{Action, Emulator, Layer, Options, Setup};

const ELSEWHERE: &str = r#"
account = "222233334444"
region = "eu-west-1"
[[domain]]
name = "research"
[[repository]]
name = "models"
[[principal]]
user = "emulator"
access-key = "AKIAEMULATOREXAMPLE"
secret-key = "emulator-secret-key"
"#;

/// The main set-up, and another region's beside it in the settings.
fn two_regions() -> (Set, Emulator) {
    let set = Set::up();
    let setup = tempfile::NamedTempFile::new().expect("a file");
    std::fs::write(setup.path(), ELSEWHERE).expect("a setup");
    let away = Emulator::start(Options {
        setup: Setup::read(setup.path()).expect("a setup"),
        ..Options::default()
    });
    let away = away.expect("the emulator starts");
    let config = format!(
        "domain = \"corp\"\ndomain_owner = \"111122223333\"\nregion = \"us-east-1\"\napi_endpoint = \"{}\"\n\
         [[repository]]\nname = \"team\"\n\
         [[repository]]\nname = \"models\"\ndomain = \"research\"\ndomain_owner = \"222233334444\"\n\
         region = \"eu-west-1\"\napi_endpoint = \"{}\"\n",
        set.url(),
        away.http_url()
    );
    set.home.write(".config/studio-mirror/config.toml", config);
    let sts = set.url().to_owned();
    (set.env("AWS_ENDPOINT_URL_STS", sts), away)
}

fn report(set: &Set) -> Seen {
    Seen::of(bare(&set.home, &["check", "--output", "json"]))
}

#[test]
fn each_is_read_with_a_token_of_its_own() {
    let (set, away) = two_regions();
    let seen = report(&set).assert_healthy();
    assert_eq!(
        seen.check("repository.others")["detail"],
        "models of research in eu-west-1"
    );
    assert!(away.tokens_minted() > 0);
}

#[test]
fn what_is_wrong_with_one_of_them_is_told_in_its_own_words() {
    let deny = |operation: &str| studio_mirror_emulator::Fault {
        operation: Some(operation.to_owned()),
        path: None,
        anonymous: None,
        times: None,
        action: Action::Deny {
            layer: Layer::Identity,
        },
    };
    for (operation, words) in [
        ("GetAuthorizationToken", "domain/research"),
        ("PypiSimple", "repository/research/models"),
    ] {
        let (set, away) = two_regions();
        away.add_faults(vec![deny(operation)]).expect("a fault");
        let words = [
            "the repository models of domain research in eu-west-1: ",
            &format!("arn:aws:codeartifact:eu-west-1:222233334444:{words}"),
        ];
        report(&set).assert_root("repository.others", &words);
    }
    let (set, away) = two_regions();
    drop(away);
    report(&set).assert_root("repository.others", &["models of domain research"]);
}

#[test]
fn all_that_cannot_be_read_are_told() {
    let (set, _away) = two_regions();
    let file = ".config/studio-mirror/config.toml";
    let more = "[[repository]]\nname = \"other\"\ndomain = \"research\"\ndomain_owner = \"222233334444\"\n\
                region = \"eu-west-1\"\napi_endpoint = \"http://127.0.0.1:9\"\n\
                [[repository]]\nname = \"third\"\ndomain = \"lost\"\ndomain_owner = \"222233334444\"\n\
                region = \"eu-west-1\"\napi_endpoint = \"http://127.0.0.1:9\"\n";
    let config = set.home.read(file) + more;
    set.home.write(file, config);
    report(&set).assert_root(
        "repository.others",
        &[
            "the repository other of domain research in eu-west-1: ",
            "; the repository third of domain lost in eu-west-1: ",
            "For third of domain lost:\n",
        ],
    );
}
