//! The VPC: its DNS, its subnets and their zones, the endpoints that are there.

use super::{Administrator, aws, by_hand, endpoint, in_the_way, items, looked, retold};
use crate::administrator::shipped;
use crate::situations::both_of;
use serde_json::json;

const API: &str = "com.amazonaws.eu-west-1.codeartifact.api";

#[test]
fn a_vpc_without_dns_attributes_is_refused_with_the_commands_that_set_them() {
    let administrator = Administrator::new();
    let vpc = &administrator.network.vpc;
    for attribute in ["EnableDnsHostnames", "EnableDnsSupport"] {
        let change = json!({"VpcId": vpc, attribute: {"Value": false}});
        administrator
            .account
            .call("ec2", "modify_vpc_attribute", change);
    }
    let refusals = in_the_way(&administrator, &[]);
    let line = |name: &str, flag: &str| {
        format!(
            "VPC {vpc}: {name} is off, and private DNS needs it: aws ec2 modify-vpc-attribute --vpc-id {vpc} {flag} '{{\"Value\":true}}'"
        )
    };
    assert_eq!(
        refusals,
        [
            line("enableDnsSupport", "--enable-dns-support"),
            line("enableDnsHostnames", "--enable-dns-hostnames")
        ]
    );
    for refusal in &refusals {
        aws(
            &administrator,
            &refusal[refusal.find("aws ").expect("a command")..],
        );
    }
    assert_eq!(looked(&administrator, &[]).0, 3);
}

#[test]
fn a_subnet_of_another_vpc_is_refused() {
    let administrator = Administrator::new();
    let other = administrator.account.network();
    let subnet = &other.subnets[0];
    assert_eq!(
        in_the_way(&administrator, &["--subnet-ids", subnet]),
        [format!(
            "subnet {subnet}: it is not in the VPC {}",
            administrator.network.vpc
        )]
    );
}

#[test]
fn a_vpc_that_is_not_there_is_named() {
    let administrator = Administrator::without_studio();
    let words = [
        "--vpc-id",
        "vpc-0123456789abcdef0",
        "--role-arn",
        &administrator.role,
        "--binary",
        shipped(),
    ];
    for told in both_of(&administrator, &words) {
        assert_eq!(
            told.exit(1).stderr,
            "error: there is no VPC vpc-0123456789abcdef0 in eu-west-1\nhint: look at --vpc-id, --region and --profile\n"
        );
    }
}

#[test]
fn a_vpc_that_another_account_shares_is_its_to_furnish() {
    let administrator = Administrator::new();
    let vpc = &administrator.network.vpc;
    let own = format!("<ownerId>{}</ownerId>", administrator.account.id);
    retold(
        &administrator,
        "ec2:DescribeVpcs",
        &[(&own, "<ownerId>999988887777</ownerId>")],
    );
    assert_eq!(
        in_the_way(&administrator, &[]),
        [format!(
            "VPC {vpc}: account 999988887777 shares it, and that account alone can make endpoints in it: when they are there, \
             choose --endpoints none"
        )]
    );
    // With a hub's endpoints the rest is made here.
    let (code, plan) = looked(&administrator, &["--endpoints", "none"]);
    assert_eq!(
        (code, &plan["items"][0]["verb"]),
        (3, &json!("keep")),
        "{plan:#}"
    );
}

#[test]
fn a_subnet_in_a_zone_without_the_service_uses_the_endpoint_of_another() {
    let administrator = Administrator::new();
    let [first, second] = &administrator.network.subnets[..] else {
        panic!("two subnets")
    };
    retold(
        &administrator,
        "ec2:DescribeVpcEndpointServices",
        &[("<item>eu-west-1b</item>", "")],
    );
    let (code, plan) = looked(&administrator, &[]);
    assert_eq!(code, 3, "{plan:#}");
    assert_eq!(
        items(&plan, "subnet"),
        [format!(
            "keep subnet {second}: {API} is not in its zone eu-west-1b: spaces there use the endpoint of another zone"
        )]
    );
    assert_eq!(
        in_the_way(&administrator, &["--subnet-ids", second]),
        [format!(
            "subnet {second}: {API} is not in its zone eu-west-1b, and no other subnet is named: name one in another zone with --subnet-ids"
        )]
    );
    administrator.apply(&[]).success();
    let told = administrator
        .account
        .call("ec2", "describe_vpc_endpoints", json!({}));
    let endpoints = told["VpcEndpoints"].as_array().expect("a list").iter();
    let interfaces = endpoints.filter(|one| one["VpcEndpointType"] == "Interface");
    for one in interfaces {
        assert_eq!(one["SubnetIds"], json!([first]), "{one:#}");
    }
    assert_eq!(looked(&administrator, &[]).0, 0);
}

#[test]
fn an_endpoint_that_is_there_is_used_and_its_people_told_whom_to_let_in() {
    let administrator = Administrator::new();
    let account = &administrator.account;
    let made = account.call(
        "ec2",
        "create_security_group",
        json!({"VpcId": administrator.network.vpc, "GroupName": "theirs", "Description": "lets nobody in"}),
    );
    let group = made["GroupId"].as_str().expect("an id");
    let id = endpoint(
        &administrator,
        "codeartifact.api",
        json!({"SecurityGroupIds": [group]}),
    );
    let (code, plan) = looked(&administrator, &[]);
    assert_eq!(code, 3, "{plan:#}");
    assert_eq!(
        items(&plan, API),
        [format!("reuse endpoint {API}: {id} is there")]
    );
    let spaces = &administrator.network.security_group;
    let [(what, command)] = &by_hand(&plan)[..] else {
        panic!("{plan:#}")
    };
    assert_eq!(
        *what,
        format!("The endpoint {id} does not let the spaces' group {spaces} in")
    );
    assert_eq!(
        *command,
        format!(
            "aws ec2 authorize-security-group-ingress --group-id {group} --protocol tcp --port 443 --source-group {spaces}"
        )
    );
    aws(&administrator, command);
    administrator.apply(&[]).success();
    assert_eq!(administrator.endpoints().len(), 3);
    let (code, plan) = looked(&administrator, &[]);
    assert_eq!((code, by_hand(&plan)), (0, vec![]), "{plan:#}");
}

#[test]
fn an_endpoint_without_private_names_is_in_nobodys_way() {
    let administrator = Administrator::new();
    let id = endpoint(
        &administrator,
        "codeartifact.api",
        json!({"PrivateDnsEnabled": false}),
    );
    let (code, plan) = looked(&administrator, &[]);
    assert_eq!((code, items(&plan, "endpoint")), (3, vec![]), "{plan:#}");
    administrator.apply(&[]).success();
    let own = [
        API,
        API,
        "com.amazonaws.eu-west-1.codeartifact.repositories",
        "com.amazonaws.eu-west-1.s3",
    ];
    assert_eq!(administrator.endpoints(), own);
    administrator.run(&["destroy", "--yes"]).success();
    let told = administrator
        .account
        .call("ec2", "describe_vpc_endpoints", json!({}));
    let left = told["VpcEndpoints"].as_array().expect("a list");
    assert_eq!((left.len(), &left[0]["VpcEndpointId"]), (1, &json!(id)));
}

#[test]
fn an_endpoint_that_does_not_work_is_refused() {
    let administrator = Administrator::new();
    let id = endpoint(&administrator, "codeartifact.repositories", json!({}));
    let service = "com.amazonaws.eu-west-1.codeartifact.repositories";
    for (answer, told) in [
        (
            "<state>failed</state><lastError><code>InsufficientFreeAddresses</code><message>no free address in the subnet</message></lastError>",
            "failed: no free address in the subnet",
        ),
        ("<state>pendingAcceptance</state>", "pendingAcceptance"),
    ] {
        retold(
            &administrator,
            "ec2:DescribeVpcEndpoints",
            &[("<state>available</state>", answer)],
        );
        assert_eq!(
            in_the_way(&administrator, &[]),
            [format!(
                "endpoint {service}: {id} is there and {told}; wait for it, or have it mended or deleted"
            )]
        );
    }
}

#[test]
fn an_s3_gateway_that_is_there_is_left_alone_and_what_it_lacks_is_printed() {
    let administrator = Administrator::new();
    let account = &administrator.account;
    let policy = json!({"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": "arn:aws:s3:::mine/*"}]});
    let gateway = json!({"VpcEndpointType": "Gateway", "SubnetIds": null, "SecurityGroupIds": null, "PrivateDnsEnabled": null,
        "PolicyDocument": policy.to_string()});
    let id = endpoint(&administrator, "s3", gateway);
    let main = json!({"Filters": [{"Name": "vpc-id", "Values": [administrator.network.vpc]}]});
    let main = account.call("ec2", "describe_route_tables", main);
    let main = main["RouteTables"][0]["RouteTableId"]
        .as_str()
        .expect("an id");
    let (code, plan) = looked(&administrator, &[]);
    assert_eq!(code, 3, "{plan:#}");
    let [(tables, add), (statement, text)] = &by_hand(&plan)[..] else {
        panic!("{plan:#}")
    };
    assert_eq!(
        *tables,
        format!("The spaces' route tables {main} have no route to S3")
    );
    assert_eq!(
        *add,
        format!("aws ec2 modify-vpc-endpoint --vpc-endpoint-id {id} --add-route-table-ids {main}")
    );
    assert_eq!(
        *statement,
        format!(
            "npm's packages come from S3, and the policy of {id} must let them through: add this statement to it"
        )
    );
    let mut policy = policy;
    let statement: serde_json::Value = serde_json::from_str(text).expect("a statement");
    policy["Statement"]
        .as_array_mut()
        .expect("a list")
        .push(statement);
    aws(&administrator, add);
    let change = json!({"VpcEndpointId": id, "PolicyDocument": policy.to_string()});
    account.call("ec2", "modify_vpc_endpoint", change);
    assert_eq!(by_hand(&looked(&administrator, &[]).1), []);
    administrator.apply(&[]).success();
    assert_eq!(administrator.endpoints().len(), 3);
    administrator.run(&["destroy", "--yes"]).success();
    assert_eq!(administrator.endpoints(), ["com.amazonaws.eu-west-1.s3"]);
}

#[test]
fn an_endpoint_that_goes_away_is_not_waited_for() {
    let administrator = Administrator::new();
    endpoint(&administrator, "codeartifact.api", json!({}));
    for state in ["deleting", "deleted", "rejected", "expired"] {
        retold(
            &administrator,
            "ec2:DescribeVpcEndpoints",
            &[(
                "<state>available</state>",
                &format!("<state>{state}</state>"),
            )],
        );
        let (code, plan) = looked(&administrator, &[]);
        assert_eq!((code, items(&plan, API)), (3, vec![]), "{plan:#}");
        let changes = plan["stacks"][1]["changes"].to_string();
        assert!(changes.contains("\"ApiEndpoint\""), "{changes}");
    }
}

#[test]
fn an_endpoint_has_one_subnet_a_zone() {
    let administrator = Administrator::new();
    let network = &administrator.network;
    let asked = json!({"VpcId": network.vpc, "CidrBlock": "10.20.9.0/24", "AvailabilityZone": "eu-west-1a"});
    let made = administrator.account.call("ec2", "create_subnet", asked);
    let third = made["Subnet"]["SubnetId"].as_str().expect("an id");
    let all = [&network.subnets[0], third, &network.subnets[1]].join(",");
    administrator.apply(&["--subnet-ids", &all]).success();
    let told = administrator
        .account
        .call("ec2", "describe_vpc_endpoints", json!({}));
    let endpoints = told["VpcEndpoints"].as_array().expect("a list").iter();
    for one in endpoints.filter(|one| one["VpcEndpointType"] == "Interface") {
        let mut subnets = one["SubnetIds"].clone();
        let mut expected = json!(network.subnets);
        for list in [&mut subnets, &mut expected] {
            list.as_array_mut()
                .expect("a list")
                .sort_by_key(|id| id.to_string());
        }
        assert_eq!(subnets, expected, "{one:#}");
    }
}
