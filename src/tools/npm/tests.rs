//! npm: what its environment can say.

use super::*;
use crate::tools::login_for_tests::Login;

#[test]
fn no_variable_is_made_for_a_scope_that_npm_would_take_for_another() {
    for (scope, can_be_named) in [
        ("acme", true),
        ("my-scope", true),
        ("a.b", true),
        ("my_scope", false),
        ("_acme", false),
        ("Acme", false),
    ] {
        assert_eq!(Npm.environment_takes_scope(scope), can_be_named, "{scope}");
    }
}

/// What no variable can say, the file of a shim does.
#[test]
fn a_shims_file_takes_every_scope() {
    let login = Login::by("eyJ2ZXexample");
    let registry = Registry {
        namespace: Some("my_scope"),
        ..login.to(
            "codeartifact",
            "https://corp-111122223333.d.codeartifact.us-east-1.amazonaws.com/npm/my_team/",
        )
    };
    let file = Npm.shim_file().unwrap();
    let text = file.editor.configure("", &[registry]).unwrap().text;
    let host = "//corp-111122223333.d.codeartifact.us-east-1.amazonaws.com";
    let expected = format!(
        "@my_scope:registry=https:{host}/npm/my_team/\n{host}/npm/my_team/:_authToken=eyJ2ZXexample\n"
    );
    assert_eq!(text, expected);
}

#[test]
fn the_variable_for_its_file_is_known_in_any_letters() {
    let places = Places::of_nobody();
    for name in [
        "NPM_CONFIG_USERCONFIG",
        "npm_config_userconfig",
        "Npm_Config_Userconfig",
    ] {
        let environment = BTreeMap::from([(name.to_owned(), "/srv/npmrc".to_owned())]);
        let files = Npm.files(&places, &environment, AuthMode::Token);
        assert_eq!(files[0].path, PathBuf::from("/srv/npmrc"), "{name}");
    }
}
