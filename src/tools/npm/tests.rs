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

/// The file says the scope; what a shim sets is taken letter by letter.
#[test]
fn a_shim_names_no_scope() {
    let login = Login::by("eyJ2ZXexample");
    let registry = Registry {
        namespace: Some("my_scope"),
        ..login.to(
            "codeartifact",
            "https://corp-111122223333.d.codeartifact.us-east-1.amazonaws.com/npm/my_team/",
        )
    };
    let names: Vec<String> = Npm
        .shim_environment(&[registry])
        .into_iter()
        .map(|(name, _)| name)
        .collect();
    let host = "//corp-111122223333.d.codeartifact.us-east-1.amazonaws.com";
    let token = format!("npm_config_{host}/npm/my_team/:_authToken");
    assert_eq!(names, [token.as_str(), "npm_config_globalconfig"]);
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
