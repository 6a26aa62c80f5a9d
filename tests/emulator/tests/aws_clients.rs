//! The emulator is believed by AWS's own clients: the CLI, boto3, their logins, and the installs after those.

mod support;

use serde_json::json;
use support::packages::{pack, put, wheel};
use support::{World, run};

const ENDPOINT: [&str; 6] = [
    "codeartifact",
    "get-repository-endpoint",
    "--domain",
    "corp",
    "--repository",
    "team",
];

fn endpoint(world: &World, more: &[&str]) -> String {
    let answer = world.aws_json(&[&ENDPOINT, more].concat());
    answer["repositoryEndpoint"].as_str().unwrap().to_owned()
}

#[test]
fn the_cli_gets_a_token_that_says_when_it_expires() {
    let world = World::new();
    let before = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap()
        .as_secs_f64();
    let answer = world.aws_json(&[
        "codeartifact",
        "get-authorization-token",
        "--domain",
        "corp",
        "--duration-seconds",
        "900",
    ]);
    let life = answer["expiration"].as_f64().unwrap() - before;
    assert!((899.0..930.0).contains(&life), "it lives {life} s");
    let token = answer["authorizationToken"].as_str().unwrap();
    assert!(token.starts_with("eyJ2ZX") && token.len() > 1000, "{token}");
    assert_eq!(world.emulator.count("GetAuthorizationToken"), 1);
}

#[test]
fn the_cli_gets_endpoints_of_every_format_and_type() {
    let world = World::new();
    let http = world.emulator.http_url();
    assert_eq!(
        endpoint(&world, &["--format", "npm"]),
        format!("{http}/npm/d/corp-111122223333/team/")
    );
    assert_eq!(
        endpoint(
            &world,
            &["--format", "pypi", "--endpoint-type", "dualstack"]
        ),
        format!(
            "{}/pypi/d/corp-111122223333/team/",
            http.replace("127.0.0.1", "localhost")
        )
    );
    for format in ["maven", "nuget", "generic", "ruby", "swift", "cargo"] {
        let keywords = json!({ "domain": "corp", "repository": "team", "format": format });
        let outcome = world.boto("codeartifact", "get_repository_endpoint", keywords, &[]);
        let told = outcome["answer"]["repositoryEndpoint"]
            .as_str()
            .unwrap_or_default()
            .to_owned();
        assert!(
            told.ends_with(&format!("/{format}/d/corp-111122223333/team/")),
            "{outcome}"
        );
    }
}

#[test]
fn the_cli_describes_the_domain_and_its_caller() {
    let mut world = World::new();
    let domain =
        world.aws_json(&["codeartifact", "describe-domain", "--domain", "corp"])["domain"].clone();
    assert_eq!(
        domain["arn"],
        "arn:aws:codeartifact:us-east-1:111122223333:domain/corp"
    );
    assert!(
        domain["s3BucketArn"]
            .as_str()
            .unwrap()
            .starts_with("arn:aws:s3:::assets-")
    );
    let identity = ["sts", "get-caller-identity"];
    assert_eq!(
        world.aws_json(&identity)["Arn"],
        "arn:aws:iam::111122223333:user/emulator"
    );
    for name in ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"] {
        world.unset(name);
    }
    let id = "0123456789abcdef".repeat(4);
    let credentials = format!(
        "{}/_sagemaker-instance-credentials/{id}",
        world.emulator.http_url()
    );
    world.set("AWS_CONTAINER_CREDENTIALS_FULL_URI", &credentials);
    let arn = "arn:aws:sts::111122223333:assumed-role/StudioExecutionRole/SageMaker";
    assert_eq!(world.aws_json(&identity)["Arn"], arn);
}

#[test]
fn after_the_clis_pip_login_pip_installs() {
    let world = World::new();
    put(&world.packages, wheel("tiny-wheel", "1.0"));
    login(&world, "pip");
    run(world
        .command("pip")
        .args(["install", "--no-deps", "--target", "site", "tiny_wheel"]));
    assert!(world.home.path().join("site/tiny_wheel.py").exists());
    assert_eq!(
        world.emulator.kept()["corp/team"]
            .iter()
            .collect::<Vec<_>>(),
        ["pypi:tiny-wheel@1.0"]
    );
}

#[test]
fn after_the_clis_npm_login_npm_installs_scoped_packages_too() {
    let world = World::new();
    put(&world.packages, pack("tiny-pack", "1.0.0"));
    put(&world.packages, pack("@acme/tiny", "2.0.0"));
    login(&world, "npm");
    run(world
        .command("npm")
        .args(["install", "tiny-pack", "@acme/tiny"]));
    for installed in ["tiny-pack", "@acme/tiny"] {
        assert!(
            world
                .home
                .path()
                .join("node_modules")
                .join(installed)
                .join("index.js")
                .exists(),
            "{installed}"
        );
    }
    assert_eq!(world.emulator.count("GetObject"), 2);
    // npm keeps its token from another host, as it must for S3.
    let to_s3 = world
        .emulator
        .requests()
        .into_iter()
        .filter(|request| request.service == "s3");
    assert!(to_s3.into_iter().all(|request| request.status == Some(200)));
}

#[test]
fn the_clis_twine_login_writes_the_endpoint() {
    let world = World::new();
    login(&world, "twine");
    let written = std::fs::read_to_string(world.home.path().join(".pypirc")).unwrap();
    assert!(
        written.contains(&format!(
            "{}/pypi/d/corp-111122223333/team/",
            world.emulator.http_url()
        )),
        "{written}"
    );
}

#[test]
fn over_https_everything_goes_as_over_http() {
    let mut world = World::with(|options| *options = options.clone().with_https());
    put(&world.packages, wheel("tiny-wheel", "1.0"));
    put(&world.packages, pack("tiny-pack", "1.0.0"));
    let ca = world.emulator.ca_pem().to_str().unwrap().to_owned();
    let https = world.emulator.https_url().unwrap();
    for (name, value) in [
        ("AWS_ENDPOINT_URL", &https),
        ("AWS_CA_BUNDLE", &ca),
        ("PIP_CERT", &ca),
        ("npm_config_cafile", &ca),
    ] {
        world.set(name, value);
    }
    login(&world, "pip");
    login(&world, "npm");
    run(world
        .command("pip")
        .args(["install", "--no-deps", "--target", "site", "tiny-wheel"]));
    run(world.command("npm").args(["install", "tiny-pack"]));
    assert!(world.home.path().join("site/tiny_wheel.py").exists());
    assert!(
        world
            .home
            .path()
            .join("node_modules/tiny-pack/index.js")
            .exists()
    );
}

#[test]
fn without_the_ca_https_is_not_believed() {
    let mut world = World::with(|options| *options = options.clone().with_https());
    let https = world.emulator.https_url().unwrap();
    world.set("AWS_ENDPOINT_URL", &https);
    let outcome = world.boto("sts", "get_caller_identity", json!({}), &[]);
    assert_eq!(outcome["failure"], "SSLError");
}

#[test]
fn the_python_keyring_backend_gets_tokens() {
    let mut world = World::new();
    // That backend knows AWS's host names only.
    world.set(
        "PYTHON_KEYRING_BACKEND",
        "keyrings.codeartifact.CodeArtifactBackend",
    );
    let url = "https://corp-111122223333.d.codeartifact.us-east-1.amazonaws.com/pypi/team/simple/";
    let told = run(world.command("keyring").args(["get", url, "aws"]));
    assert!(told.starts_with("eyJ2ZX"), "{told}");
}

fn login(world: &World, tool: &str) {
    let arguments = [
        "codeartifact",
        "login",
        "--tool",
        tool,
        "--domain",
        "corp",
        "--repository",
        "team",
    ];
    run(world.command("aws").args(arguments));
}
