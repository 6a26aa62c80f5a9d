//! SageMaker's refusals: each rule is broken by boto3, which has to see AWS's own error.

mod support;

use serde_json::{Value, json};
use studio_mirror_emulator::Setup;
use support::{World, expect};

const SM: &str = "sagemaker";
const ACCOUNT: &str = "222233334444";
const ROLE: &str = "arn:aws:iam::222233334444:role/Studio";

fn world() -> World {
    let mut world = World::with(|options| options.setup = Setup::empty("us-east-1"));
    world.set("AWS_ACCESS_KEY_ID", ACCOUNT);
    world.set("AWS_SECRET_ACCESS_KEY", "test");
    let domain = json!({
        "DomainId": "d-one", "DomainName": "one", "AuthMode": "IAM", "AppNetworkAccessType": "VpcOnly",
        "VpcId": "vpc-1", "SubnetIds": ["subnet-1"],
        "DefaultUserSettings": {"ExecutionRole": ROLE, "SecurityGroups": ["sg-1"], "JupyterLabAppSettings": {"CodeRepositories": []}},
    });
    put(&world, "domain", domain);
    for name in ["ann", "bob", "eve"] {
        put(
            &world,
            "user-profile",
            json!({"DomainId": "d-one", "UserProfileName": name, "UserSettings": {}}),
        );
    }
    world
}

fn put(world: &World, kind: &str, value: Value) {
    let record = json!({"kind": kind, "account": ACCOUNT, "region": "us-east-1", "value": value});
    world.emulator.put_studio(record).unwrap();
}

fn config(name: &str, app_type: &str, content: &str) -> Value {
    json!({
        "StudioLifecycleConfigName": name, "StudioLifecycleConfigAppType": app_type, "StudioLifecycleConfigContent": content,
    })
}

fn arn(name: &str) -> String {
    format!("arn:aws:sagemaker:us-east-1:{ACCOUNT}:studio-lifecycle-config/{name}")
}

/// An update of the domain's slot for JupyterLab.
fn attach(to: &str) -> Value {
    json!({"DomainId": "d-one", "DefaultUserSettings": {"JupyterLabAppSettings": {"BuiltInLifecycleConfigArn": to}}})
}

#[test]
fn lifecycle_configurations_are_made_once_and_stay_as_they_are() {
    let wrong = "400 ValidationException";
    let outcomes = expect(
        &world(),
        &[
            (
                SM,
                "create_studio_lifecycle_config",
                config("-a", "JupyterLab", "ZQ=="),
                wrong,
            ),
            (
                SM,
                "create_studio_lifecycle_config",
                config(&"a".repeat(64), "JupyterLab", "ZQ=="),
                wrong,
            ),
            (
                SM,
                "create_studio_lifecycle_config",
                config("a", "Jupyter", "ZQ=="),
                wrong,
            ),
            (
                SM,
                "create_studio_lifecycle_config",
                config("a", "JupyterLab", &"A".repeat(16385)),
                wrong,
            ),
            (
                SM,
                "create_studio_lifecycle_config",
                config("a", "JupyterLab", &"A".repeat(16384)),
                "ok",
            ),
            (
                SM,
                "create_studio_lifecycle_config",
                config("a", "CodeEditor", "ZQ=="),
                "400 ResourceInUse",
            ),
            (
                SM,
                "create_studio_lifecycle_config",
                config("b", "CodeEditor", "ZQ=="),
                "ok",
            ),
            (
                SM,
                "list_studio_lifecycle_configs",
                json!({"AppTypeEquals": "CodeEditor"}),
                "ok",
            ),
            (
                SM,
                "delete_studio_lifecycle_config",
                json!({"StudioLifecycleConfigName": "a"}),
                "ok",
            ),
            (
                SM,
                "delete_studio_lifecycle_config",
                json!({"StudioLifecycleConfigName": "a"}),
                "400 ResourceNotFound",
            ),
            (
                SM,
                "describe_studio_lifecycle_config",
                json!({"StudioLifecycleConfigName": "b"}),
                "ok",
            ),
        ],
    );
    assert_eq!(
        outcomes[7]["answer"]["StudioLifecycleConfigs"][0]["StudioLifecycleConfigName"],
        "b"
    );
    assert_eq!(
        outcomes[10]["answer"]["StudioLifecycleConfigContent"],
        "ZQ=="
    );
}

#[test]
fn a_lifecycle_configuration_that_is_named_is_not_deleted() {
    let world = world();
    let delete = |name: &str| json!({"StudioLifecycleConfigName": name});
    let of_profile = json!({"DomainId": "d-one", "UserProfileName": "ann", "UserSettings": {
        "CodeEditorAppSettings": {"BuiltInLifecycleConfigArn": arn("editor")},
    }});
    let app = json!({
        "DomainId": "d-one", "UserProfileName": "bob", "AppType": "JupyterLab", "AppName": "default",
        "BuiltInLifecycleConfigArn": arn("running"),
    });
    put(&world, "app", app.clone());
    let in_use = "400 ResourceInUse";
    expect(
        &world,
        &[
            (
                SM,
                "create_studio_lifecycle_config",
                config("lab", "JupyterLab", "ZQ=="),
                "ok",
            ),
            (
                SM,
                "create_studio_lifecycle_config",
                config("editor", "CodeEditor", "ZQ=="),
                "ok",
            ),
            (
                SM,
                "create_studio_lifecycle_config",
                config("running", "JupyterLab", "ZQ=="),
                "ok",
            ),
            (SM, "update_domain", attach(&arn("lab")), "ok"),
            (SM, "update_user_profile", of_profile, "ok"),
            (SM, "delete_studio_lifecycle_config", delete("lab"), in_use),
            (
                SM,
                "delete_studio_lifecycle_config",
                delete("editor"),
                in_use,
            ),
            (
                SM,
                "delete_studio_lifecycle_config",
                delete("running"),
                in_use,
            ),
            (SM, "update_domain", attach("None"), "ok"),
            (SM, "delete_studio_lifecycle_config", delete("lab"), "ok"),
        ],
    );
    let mut over = app;
    over["Status"] = json!("Deleted");
    put(&world, "app", over);
    expect(
        &world,
        &[(
            SM,
            "delete_studio_lifecycle_config",
            delete("running"),
            "ok",
        )],
    );
}

#[test]
fn an_update_carries_the_leaf_and_nothing_that_vpc_only_refuses() {
    let world = world();
    let update = |more: Value| {
        let mut keywords = attach(&arn("lab"));
        keywords
            .as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        keywords
    };
    let space = |more: Value| json!({"DomainId": "d-one", "DefaultSpaceSettings": more});
    let wrong = "400 ValidationException";
    let outcomes = expect(
        &world,
        &[
            (
                SM,
                "create_studio_lifecycle_config",
                config("lab", "JupyterLab", "ZQ=="),
                "ok",
            ),
            (
                SM,
                "create_studio_lifecycle_config",
                config("editor", "CodeEditor", "ZQ=="),
                "ok",
            ),
            (SM, "update_domain", attach(&arn("gone")), wrong),
            (SM, "update_domain", attach(&arn("editor")), wrong),
            (SM, "update_domain", attach("lab"), wrong),
            (
                SM,
                "update_domain",
                update(json!({"AppNetworkAccessType": "VpcOnly"})),
                wrong,
            ),
            (
                SM,
                "update_domain",
                update(json!({"AppSecurityGroupManagement": "Customer"})),
                wrong,
            ),
            (
                SM,
                "update_domain",
                space(json!({"SecurityGroups": ["sg-1"]})),
                wrong,
            ),
            (
                SM,
                "update_domain",
                json!({"DomainId": "d-two"}),
                "400 ResourceNotFound",
            ),
            (SM, "update_domain", attach(&arn("lab")), "ok"),
            (SM, "describe_domain", json!({"DomainId": "d-one"}), "ok"),
            (
                SM,
                "list_user_profiles",
                json!({"DomainIdEquals": "d-one", "MaxResults": 2}),
                "ok",
            ),
            (
                SM,
                "describe_user_profile",
                json!({"DomainId": "d-one", "UserProfileName": "nobody"}),
                "400 ResourceNotFound",
            ),
        ],
    );
    let settings = &outcomes[10]["answer"]["DefaultUserSettings"];
    assert_eq!(settings["ExecutionRole"], ROLE, "its neighbours stay");
    let lab = &settings["JupyterLabAppSettings"];
    assert_eq!(
        (&lab["BuiltInLifecycleConfigArn"], &lab["CodeRepositories"]),
        (&json!(arn("lab")), &json!([]))
    );
    let page = &outcomes[11]["answer"];
    assert_eq!(page["UserProfiles"].as_array().unwrap().len(), 2);
    assert!(page["NextToken"].is_string());
}
