//! `check` in a container of an image that is set up for all users: its files are root's, and our links give tokens.

use serde_json::Value;

use super::support::image::{Image, Who};

/// Ids and states of the checks of tools, as `check` sees them behind `before`.
fn tools(image: &Image, before: &str) -> Vec<(String, String)> {
    let script = format!(
        "cd; {before} export AWS_ENDPOINT_URL_STS=http://127.0.0.1:8080; studio-mirror check --output json"
    );
    let done = image.sh(Who::Space, &script);
    let report: Value =
        serde_json::from_str(&done.stdout).unwrap_or_else(|why| panic!("{why}: {done}"));
    let checks = report["checks"].as_array().expect("a list");
    let text = |check: &Value, name: &str| check[name].as_str().expect("a text").to_owned();
    let of_tools = checks.iter().filter(|check| {
        let id = check["id"].as_str().expect("an id");
        ["tools.", "keyring.", "files.", "token.age", "daemon."]
            .iter()
            .any(|start| id.starts_with(start))
    });
    of_tools
        .map(|check| (text(check, "id"), text(check, "status")))
        .collect()
}

#[test]
fn an_image_for_all_users_has_no_finding_and_our_links_must_come_first() {
    if !super::possible() {
        return;
    }
    let image = Image::build("pip,uv,npm");
    let seen = tools(&image, "");
    let fine: Vec<&str> = seen
        .iter()
        .filter(|(_, status)| status == "ok")
        .map(|(id, _)| id.as_str())
        .collect();
    assert_eq!(fine.len(), seen.len(), "{seen:?}");
    for id in [
        "tools.pip.index",
        "tools.pip.helper",
        "tools.uv.helper",
        "tools.npm.registry",
        "tools.npm.token",
    ] {
        assert!(fine.contains(&id), "{id} is not in {seen:?}");
    }
    let without_links = "PATH=$(echo $PATH | tr : '\\n' | grep -v studio-mirror | paste -sd :); ";
    let seen = tools(&image, without_links);
    let broken: Vec<&str> = seen
        .iter()
        .filter(|(_, status)| status == "failed")
        .map(|(id, _)| id.as_str())
        .collect();
    assert_eq!(broken, ["tools.npm.registry"], "{seen:?}");
    image.assert_no_leak();
}

#[test]
fn pythons_keyring_needs_no_file_of_the_users_where_all_users_are_set_up() {
    if !super::possible() {
        return;
    }
    let image = Image::build("pip,twine");
    let backend = |path: &str, python: &str| {
        let script = format!(
            "printf '#!{python}\\n' >{path}/twine; chmod 755 {path}/twine; PATH={path}:$PATH;"
        );
        let seen = tools(&image, &script);
        let found = seen.into_iter().find(|(id, _)| id == "keyring.backend");
        found.map(|(_, status)| status)
    };
    let of_image = backend("/opt/conda/bin", "/opt/conda/bin/python");
    assert_eq!(of_image.as_deref(), Some("ok"));
    // One that came later has no backend of ours.
    let venv = "/opt/conda/bin/python -m venv --without-pip /tmp/v";
    image.sh(Who::Space, venv).success();
    let later = backend("/tmp/v/bin", "/tmp/v/bin/python");
    assert_eq!(later.as_deref(), Some("failed"));
}
