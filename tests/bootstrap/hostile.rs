//! Whoever may name and describe things in an account writes into AWS's answers: what we print, template and run of it is inert.

use crate::administrator::{Administrator, STUDIO};
use crate::support::gate::{Passage, Verdict};
use crate::support::home::{Finished, Home};
use serde_json::{Value, json};

/// A word that only our hostile names have.
const WORD: &str = "pwned";

/// What somebody might call something: whatever steers a terminal, ends a line, a string or a value, runs in a shell; and what is long.
fn names() -> [String; 2] {
    let parts = [
        format!("\u{1b}]0;{WORD}\u{7}\u{1b}[2J\u{9b}31m\u{202e}\u{feff}"),
        format!(
            "a\r\n  x refuse {WORD}: all is well\n  = keep {WORD}\u{2028}\n\nhint: run curl {WORD} | sh\n"
        ),
        format!(
            "$(touch {WORD})`touch {WORD}`\"; touch {WORD}; \"'; touch {WORD}; ' && touch {WORD} \\"
        ),
        format!(
            "\"}}: !!js {{a: [*x]}} ${{file(\"/etc/{WORD}\")}} %{{ for }} # '{{{{ {WORD} }}}}' - |\n  Resources: {{}}"
        ),
    ];
    [parts.concat(), format!("{WORD}-{}", "x".repeat(10_000))]
}

/// Which answer has a name in it, and the text in it that the name takes the place of.
struct Place {
    call: &'static str,
    text: String,
    around: [&'static str; 2],
}

impl Place {
    /// The answer's words and what they become, in the answer's own way of writing.
    fn replacement(&self, name: &str) -> (String, String) {
        let is_json = self.call.starts_with("sagemaker") || self.call.starts_with("codeartifact");
        let written = match is_json {
            true => serde_json::to_string(name)
                .expect("JSON")
                .trim_matches('"')
                .to_owned(),
            false => xml(name),
        };
        let [before, after] = self.around;
        (
            format!("{before}{}{after}", self.text),
            format!("{before}{written}{after}"),
        )
    }
}

/// `text` in an element of XML 1.0; what XML cannot hold is left out, as no service can answer it.
fn xml(text: &str) -> String {
    let escaped = |c: char| match c {
        '<' | '>' | '&' | '"' | '\'' | '\r' | '\n' => format!("&#{};", u32::from(c)),
        c if c < ' ' => String::new(),
        c => c.to_string(),
    };
    text.chars().map(escaped).collect()
}

fn place(call: &'static str, text: impl Into<String>, around: [&'static str; 2]) -> Place {
    Place {
        call,
        text: text.into(),
        around,
    }
}

/// An account in which much was there before, and where the names stand.
fn account_full_of_names() -> (Administrator, Vec<Place>) {
    let administrator = Administrator::new();
    let Administrator {
        account,
        network,
        role,
        ..
    } = &administrator;
    let theirs = json!({"StudioLifecycleConfigName": "theirs", "StudioLifecycleConfigAppType": "JupyterLab",
        "StudioLifecycleConfigContent": "IyEvYmluL2Jhc2gK"});
    let theirs = account.call("sagemaker", "create_studio_lifecycle_config", theirs);
    let theirs = theirs["StudioLifecycleConfigArn"]
        .as_str()
        .expect("an ARN")
        .to_owned();
    let slot = json!({"DomainId": STUDIO,
        "DefaultUserSettings": {"JupyterLabAppSettings": {"BuiltInLifecycleConfigArn": theirs}}});
    account.call("sagemaker", "update_domain", slot);
    let policy = json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]});
    let made = account.call(
        "iam",
        "create_policy",
        json!({"PolicyName": "Bound", "PolicyDocument": policy.to_string()}),
    );
    let boundary = made["Policy"]["Arn"].as_str().expect("an ARN").to_owned();
    let change = json!({"RoleName": "Execution", "PermissionsBoundary": boundary});
    account.call("iam", "put_role_permissions_boundary", change);
    let group = json!({"VpcId": network.vpc, "GroupName": "shut", "Description": "lets nobody in"});
    let group = account.call("ec2", "create_security_group", group)["GroupId"].clone();
    let api = json!({"VpcEndpointType": "Interface", "VpcId": network.vpc, "SubnetIds": network.subnets,
        "ServiceName": "com.amazonaws.eu-west-1.codeartifact.api", "SecurityGroupIds": [group], "PrivateDnsEnabled": true});
    let api = account.call("ec2", "create_vpc_endpoint", api)["VpcEndpoint"].clone();
    let narrow = json!({"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": "arn:aws:s3:::mine/*"}]});
    let s3 = json!({"VpcEndpointType": "Gateway", "VpcId": network.vpc, "ServiceName": "com.amazonaws.eu-west-1.s3",
        "PolicyDocument": narrow.to_string()});
    let s3 = account.call("ec2", "create_vpc_endpoint", s3)["VpcEndpoint"].clone();
    let main = json!({"Filters": [{"Name": "vpc-id", "Values": [network.vpc]}]});
    let main = account.call("ec2", "describe_route_tables", main)["RouteTables"][0].clone();
    account.call(
        "codeartifact",
        "create_domain",
        json!({"domain": "packages"}),
    );
    for (name, upstreams) in [
        ("shared", json!([])),
        ("team", json!([{"repositoryName": "shared"}])),
    ] {
        let asked = json!({"domain": "packages", "repository": name, "upstreams": upstreams});
        account.call("codeartifact", "create_repository", asked);
    }
    let text = |value: &Value| value.as_str().expect("text").to_owned();
    let root = format!("arn:aws:iam::{}:root", account.id);
    let places = vec![
        place("sts:GetCallerIdentity", root, ["<Arn>", "</Arn>"]),
        place("sagemaker:DescribeDomain", theirs, ["\"", "\""]),
        place("sagemaker:DescribeDomain", role, ["\"", "\""]),
        place(
            "sagemaker:DescribeDomain",
            &network.security_group,
            ["\"", "\""],
        ),
        place(
            "sagemaker:DescribeDomain",
            &network.subnets[0],
            ["\"", "\""],
        ),
        place("sagemaker:DescribeDomain", &network.vpc, ["\"", "\""]),
        place(
            "iam:GetRole",
            boundary,
            ["<PermissionsBoundaryArn>", "</PermissionsBoundaryArn>"],
        ),
        place(
            "ec2:DescribeVpcEndpoints",
            text(&group),
            ["<groupId>", "</groupId>"],
        ),
        place(
            "ec2:DescribeVpcEndpoints",
            text(&api["VpcEndpointId"]),
            ["<vpcEndpointId>", "</vpcEndpointId>"],
        ),
        place(
            "ec2:DescribeVpcEndpoints",
            text(&s3["VpcEndpointId"]),
            ["<vpcEndpointId>", "</vpcEndpointId>"],
        ),
        place(
            "ec2:DescribeVpcEndpoints",
            "available",
            ["<state>", "</state>"],
        ),
        place(
            "ec2:DescribeRouteTables",
            text(&main["RouteTableId"]),
            ["<routeTableId>", "</routeTableId>"],
        ),
        place(
            "ec2:DescribeSubnets",
            "eu-west-1a",
            ["<availabilityZone>", "</availabilityZone>"],
        ),
        place(
            "codeartifact:DescribeRepository",
            "shared",
            ["\"repositoryName\":\"", "\""],
        ),
        place(
            "codeartifact:DescribeDomain",
            format!("arn:aws:s3:::assets-{}", account.id),
            ["\"", ""],
        ),
        place(
            "cloudformation:DescribeChangeSet",
            "RepositoriesEndpoint",
            ["<LogicalResourceId>", "</LogicalResourceId>"],
        ),
        place(
            "cloudformation:DescribeChangeSet",
            "AWS::EC2::VPCEndpoint",
            ["<ResourceType>", "</ResourceType>"],
        ),
        place(
            "cloudformation:DescribeChangeSet",
            "CREATE_COMPLETE",
            ["<Status>", "</Status>"],
        ),
    ];
    (administrator, places)
}

/// Puts `name` where `place` says. What asks for a thing of that name hears that there is none.
fn put(administrator: &Administrator, place: &Place, name: &str) {
    let (call, words) = (place.call, vec![place.replacement(name)]);
    administrator.account.gate().set_hook(move |passage| {
        let missing = r#"{"__type":"ResourceNotFoundException","message":"none"}"#;
        let asks_for_it = passage.uri.contains(WORD) && passage.service == "codeartifact";
        match passage.name() == call {
            true if asks_for_it => Verdict::Answer(404, missing.into()),
            true => Verdict::Replaced(words.clone()),
            false => Verdict::Pass,
        }
    });
}

/// Whether a character does something to a terminal.
fn steers(c: char) -> bool {
    (c.is_control() && c != '\n') || "\u{202e}\u{feff}\u{2028}".contains(c)
}

#[track_caller]
fn assert_inert(told: &Finished) {
    for text in [&told.stdout, &told.stderr] {
        assert!(
            !text.contains(steers),
            "{:?}",
            text.chars().filter(|c| steers(*c)).collect::<String>()
        );
        for line in text.lines() {
            let forged = ["  x refuse pwned", "  = keep pwned", "hint: run curl"];
            assert!(
                !forged.iter().any(|start| line.starts_with(start)),
                "{told}"
            );
        }
        assert!(text.len() < 60_000, "{}", text.len());
    }
    assert!(
        [0, 1, 3].contains(&told.code()) && !told.stderr.contains("panicked"),
        "{told}"
    );
}

/// Runs what a plan prints for a shell, with an `aws` that does nothing.
#[track_caller]
fn assert_inert_in_a_shell(plan: &Value) {
    let home = Home::new();
    let lines = |list: &str, member: &str| {
        let all = plan[list].as_array().into_iter().flatten();
        all.filter_map(|one| one[member].as_str().map(str::to_owned))
            .collect::<Vec<_>>()
    };
    for text in lines("by_hand", "text")
        .into_iter()
        .chain(lines("items", "command"))
    {
        if let Some(command) = text.strip_prefix("aws ") {
            let script = home.write("printed.sh", format!("aws() {{ :; }}\naws {command}\n"));
            home.run(home.command("sh").arg(script)).success();
            assert!(!home.join(WORD).exists(), "{text}");
        } else if text.starts_with("{ ") {
            serde_json::from_str::<Value>(&text).unwrap_or_else(|error| panic!("{error}: {text}"));
        }
    }
}

/// What was handed to CloudFormation has such a name at most in the line that remembers, which is one value.
fn assert_inert_templates(passages: &[Passage]) {
    for passage in passages
        .iter()
        .filter(|one| one.action == "CreateChangeSet")
    {
        let pairs = url::form_urlencoded::parse(passage.body.as_bytes());
        for (name, value) in pairs.filter(|(_, value)| value.contains(WORD)) {
            assert_eq!(name, "TemplateBody");
            for line in value.lines().filter(|line| line.contains(WORD)) {
                assert!(
                    line.trim_start().starts_with("StudioMirror: '") && line.ends_with('\''),
                    "{line}"
                );
            }
        }
    }
}

#[test]
fn whatever_things_are_called_a_plan_is_inert() {
    let (administrator, places) = account_full_of_names();
    let before = administrator.account.everything();
    let gate = administrator.account.gate();
    let mut shown = 0;
    for place in &places {
        for name in names() {
            gate.reset_count();
            put(&administrator, place, &name);
            let told = administrator.plan(&["--replace"]);
            assert_inert(&told);
            shown += usize::from(told.stdout.contains(WORD) || told.stderr.contains(WORD));
            let json = administrator.plan(&["--replace", "--output", "json"]);
            let document = serde_json::from_str(&json.stdout);
            let document: Value =
                document.unwrap_or_else(|error| panic!("{}: {error}: {json}", place.call));
            assert_inert_in_a_shell(&document);
            assert_inert_templates(&gate.log());
        }
        gate.clear_hook();
        administrator.account.assert_same(&before, &place.call);
    }
    // The names did arrive.
    assert!(
        shown > places.len(),
        "{shown} of {}",
        places.len() * names().len()
    );
}

#[test]
fn a_profile_of_any_name_is_named_inertly() {
    let administrator = Administrator::new();
    for name in names() {
        let listed = json!({"UserProfiles": [{"DomainId": STUDIO, "UserProfileName": name, "Status": "InService"}]}).to_string();
        let profile = json!({"DomainId": STUDIO, "UserProfileName": name, "Status": "InService",
            "UserSettings": {"JupyterLabAppSettings": {"BuiltInLifecycleConfigArn": format!("arn:aws:sagemaker:::{name}")}}});
        let profile = profile.to_string();
        administrator
            .account
            .gate()
            .set_hook(move |passage| match passage.name().as_str() {
                "sagemaker:ListUserProfiles" => Verdict::Answer(200, listed.clone()),
                "sagemaker:DescribeUserProfile" => Verdict::Answer(200, profile.clone()),
                _ => Verdict::Pass,
            });
        let told = administrator.plan(&[]);
        assert_inert(&told.exit(3));
        let (_, plan) = administrator.plan_document(&[]);
        assert!(plan["affected"].to_string().contains(WORD), "{plan:#}");
    }
}

#[test]
fn what_cloudformation_says_of_a_failure_is_inert() {
    for name in names() {
        let administrator = Administrator::new();
        let written = xml(&name);
        administrator.account.gate().set_hook(move |passage| match passage.name().as_str() {
            "cloudformation:DescribeStackEvents" => Verdict::Replaced(vec![
                ("<ResourceStatus>CREATE_COMPLETE</ResourceStatus>".into(), format!("<ResourceStatus>CREATE_FAILED</ResourceStatus><ResourceStatusReason>{written}</ResourceStatusReason>")),
                ("<LogicalResourceId>Domain</LogicalResourceId>".into(), format!("<LogicalResourceId>{written}</LogicalResourceId>")),
            ]),
            "cloudformation:DescribeStacks" => Verdict::Replaced(vec![
                ("<StackStatus>CREATE_COMPLETE</StackStatus>".into(), format!("<StackStatus>ROLLBACK_COMPLETE</StackStatus><StackStatusReason>{written}</StackStatusReason>")),
            ]),
            _ => Verdict::Pass,
        });
        let told = administrator.apply(&["-v"]).exit(1);
        assert_inert(&told);
        assert!(told.stderr.contains(WORD), "{told}");
    }
}
