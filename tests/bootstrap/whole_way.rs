//! From an empty VPC to an installed package: a space starts with what was attached, with its role's rights and no others.

use crate::administrator::{Administrator, shipped};
use crate::support::clients;
use crate::support::cloud::{REGION, text};
use crate::support::home::Home;
use serde_json::json;

#[test]
fn a_space_fetches_the_binary_logs_in_and_installs() {
    let administrator = Administrator::new();
    administrator.apply(&[]).success();
    let script = administrator.script(&administrator.attached("JupyterLab"));

    let account = &administrator.account;
    let session = account.enforce("Execution", None);
    let filter = json!({"Filters": [{"Name": "service-name", "Values": ["com.amazonaws.eu-west-1.codeartifact.api"]}]});
    let told = account.call("ec2", "describe_vpc_endpoints", filter);
    let api = account.through(&text(&told["VpcEndpoints"][0]["VpcEndpointId"]));
    let mut space = Home::new().first_on_path(clients::bin("aws"));
    for (name, value) in session
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .chain([
            ("AWS_REGION", REGION),
            ("AWS_ENDPOINT_URL_CODEARTIFACT", &api),
        ])
    {
        space = space.env(name, value);
    }
    let on_start = space.write("on-start.sh", script);
    let started = space.run(space.command("bash").arg(on_start)).success();
    assert!(started.stdout.contains("logged in after"), "{started:?}");
    assert!(started.stdout.contains("fetched version"), "{started:?}");

    let python = space.venv_with_pip("venv", "pip-newest");
    space
        .run(
            space
                .command(&python)
                .args(["-m", "pip", "install", "mirror-greeting"]),
        )
        .success();
    space
        .run(
            space
                .command(&python)
                .args(["-c", "import mirror_greeting"]),
        )
        .success();
    space
        .run(space.command(shipped()).args(["refresh", "--stop"]))
        .success();
}
