//! `check --vpc`: what a VPC needs for its spaces, as AWS tells it to an administrator.

use std::time::Duration;

use super::network::interface_endpoint;
use crate::check::evidence::Role;
use crate::check::verdicts::vpc as verdicts;
use crate::check::{Check, Mender, Severity};

/// CodeArtifact's endpoint service in this role.
pub fn interface_service(region: &str, role: Role) -> String {
    let name = match role {
        Role::Repositories => "repositories",
        _ => "api",
    };
    format!("com.amazonaws.{region}.codeartifact.{name}")
}

/// S3's endpoint service.
pub fn s3_service(region: &str) -> String {
    format!("com.amazonaws.{region}.s3")
}

/// How long the questions to AWS may take together, beside the probes.
pub const ASKING: Duration = Duration::from_millis(5_200);
/// The same where nothing else is waited for.
pub const ASKING_ALONE: Duration = Duration::from_secs(30);

const POLICY: &str = "Whoever runs `check --vpc` needs this, and no more; it only reads:\n\
    { \"Version\": \"2012-10-17\", \"Statement\": [\n\
    \x20 { \"Effect\": \"Allow\", \"Resource\": \"*\", \"Action\": [\n\
    \x20   \"ec2:DescribeVpcs\", \"ec2:DescribeVpcAttribute\",\n\
    \x20   \"ec2:DescribeVpcEndpoints\", \"ec2:DescribeVpcEndpointServices\",\n\
    \x20   \"ec2:DescribeSubnets\", \"ec2:DescribeRouteTables\",\n\
    \x20   \"ec2:DescribeSecurityGroups\", \"ec2:DescribeNetworkInterfaces\",\n\
    \x20   \"ec2:DescribeNetworkAcls\", \"codeartifact:DescribeDomain\",\n\
    \x20   \"sagemaker:DescribeDomain\" ] } ] }\n\
    A space's role may seldom ask. Then take its report to an administrator's machine:\n\
    $ studio-mirror check --output json > report.json\n\
    $ studio-mirror check --vpc --join report.json";

const PLACE: &str = "Name the Studio domain, or the VPC with what the space has there:\n\
    $ studio-mirror check --vpc --studio-domain-id {studio_domain_id}\n\
    $ studio-mirror check --vpc --vpc-id {vpc_id} --subnet-ids {subnet_ids} --security-group-ids {studio_security_group}";

const fn check(
    id: &'static str,
    title: &'static str,
    needs: &'static [&'static str],
    texts: [&'static str; 2],
    judge: fn(&crate::check::Evidence) -> Option<crate::check::Verdict>,
) -> Check {
    let [explanation, fix] = texts;
    Check {
        id,
        title,
        needs,
        severity: Severity::Failure,
        limit: ASKING,
        mender: Mender::PlatformTeam,
        explanation,
        fix,
        judge,
    }
}

macro_rules! endpoint_checks {
    ($role:expr, $id:literal, $name:literal, $service:literal, $what:literal, $action:literal) => {
        [
            check(
                concat!("vpc.", $id, ".endpoint"),
                concat!("the VPC has ", $name),
                &["vpc.found"],
                [
                    concat!(
                        "--vpc: ", $what, " An interface endpoint for ", $service, " must be in the space's VPC and be available. Where there is \
                         none and the space gets there all the same (a shared endpoint in another VPC, a proxy), that is right, too."
                    ),
                    interface_endpoint!($service),
                ],
                |evidence| verdicts::exists(evidence, $role),
            ),
            check(
                concat!("vpc.", $id, ".names"),
                concat!("names lead to ", $name),
                &[concat!("vpc.", $id, ".endpoint"), "vpc.dns"],
                [
                    "--vpc: with private DNS the service's own names lead to the endpoint for everybody in the VPC who asks the VPC's resolver. What the \
                     space was led to is compared with the endpoint's addresses: if they differ, its nameserver is another one, or a private hosted \
                     zone has the name. Without private DNS, the space must be told the endpoint's own name.",
                    "$ aws ec2 modify-vpc-endpoint --region {region} --vpc-endpoint-id {vpc_endpoint_id} --private-dns-enabled",
                ],
                |evidence| verdicts::private_names(evidence, $role),
            ),
            check(
                concat!("vpc.", $id, ".subnets"),
                concat!($name, " is in the spaces' zones"),
                &[concat!("vpc.", $id, ".endpoint")],
                [
                    "--vpc: an endpoint has an address in each of its subnets. Spaces in another zone reach it across zones, which costs money and \
                     fails with the endpoint's zones. A zone that the service is not in is left out. Without any subnet it has no address at all.",
                    "$ aws ec2 modify-vpc-endpoint --region {region} --vpc-endpoint-id {vpc_endpoint_id} --add-subnet-ids {subnet_ids}",
                ],
                |evidence| verdicts::in_zones(evidence, $role),
            ),
            check(
                concat!("vpc.", $id, ".ingress"),
                concat!($name, " lets the spaces in"),
                &[concat!("vpc.", $id, ".endpoint")],
                [
                    "--vpc: the endpoint's security groups must let TCP port 443 in from the spaces' groups or addresses. Otherwise packets vanish: tools \
                     hang until they time out. What depends on a prefix list cannot be told from here.",
                    "$ aws ec2 authorize-security-group-ingress --region {region} --group-id {endpoint_security_group} --protocol tcp --port 443 \
                     --source-group {studio_security_group}",
                ],
                |evidence| verdicts::lets_in(evidence, $role),
            ),
            check(
                concat!("vpc.", $id, ".policy"),
                concat!($name, "'s policy allows our calls"),
                &[concat!("vpc.", $id, ".endpoint")],
                [
                    concat!(
                        "--vpc: the endpoint's policy must allow ", $action, " beside the role's own policies. It is read as AWS reads it, as far as the \
                         document alone tells; what depends on other conditions is called unclear. Keep its Principal \"*\" and narrow it by \
                         resource: everybody in the VPC shares this endpoint, and pip's first request has no identity at all."
                    ),
                    "$ aws ec2 modify-vpc-endpoint --region {region} --vpc-endpoint-id {vpc_endpoint_id} --policy-document file://policy.json",
                ],
                |evidence| verdicts::allows(evidence, $role),
            ),
        ]
    };
}

pub(super) static ACCESS: &[Check] = &[
    Check {
        mender: Mender::IdentityTeam,
        ..check(
            "vpc.access",
            "AWS says what the VPC has",
            &[],
            [
                "--vpc: with an administrator's credentials, EC2 is asked what the space's VPC has, and SageMaker where the Studio domain is. These calls \
                 change nothing. What is refused is named; the rest is judged all the same.",
                POLICY,
            ],
            verdicts::access,
        )
    },
    Check {
        mender: Mender::You,
        ..check(
            "vpc.found",
            "the space's VPC is known",
            &[],
            [
                "--vpc: which VPC, subnets and security groups are the space's: as the flags say, as the network interface with the space's own address \
                 says, as the Studio domain says. On another machine than the space, --join brings the space's report, which tells its address and \
                 its Studio domain.",
                PLACE,
            ],
            verdicts::found,
        )
    },
    check(
        "vpc.dns",
        "the VPC's DNS attributes are on",
        &["vpc.found"],
        [
            "--vpc: private names need both of a VPC's attributes: enableDnsSupport gives it a resolver, enableDnsHostnames lets endpoints have private \
             names. A VPC that was not made in the console has the second one off.",
            "$ aws ec2 modify-vpc-attribute --region {region} --vpc-id {vpc_id} --enable-dns-support\n\
             $ aws ec2 modify-vpc-attribute --region {region} --vpc-id {vpc_id} --enable-dns-hostnames",
        ],
        verdicts::attributes,
    ),
];

/// Beside what EC2 tells.
pub(super) static DOMAIN: &[Check] = &[check(
    "vpc.domain",
    "the CodeArtifact domain is there",
    &[],
    [
        "--vpc: CodeArtifact is asked for the domain that the space's settings name: whether its owner has it in this region, or has deleted it. Without \
         permission to ask, this is skipped. A key of your own that encrypts it must be enabled; its ARN is shown.",
        "$ aws codeartifact describe-domain --region {region} --domain {domain} --domain-owner {account}",
    ],
    verdicts::alive,
)];

pub(super) static API: [Check; 5] = endpoint_checks!(
    Role::Api,
    "api",
    "the API endpoint",
    "codeartifact.api",
    "tokens come through it.",
    "codeartifact:GetAuthorizationToken, codeartifact:GetRepositoryEndpoint and sts:GetServiceBearerToken"
);

pub(super) static REPOSITORIES: [Check; 5] = endpoint_checks!(
    Role::Repositories,
    "repositories",
    "the repositories endpoint",
    "codeartifact.repositories",
    "packages come through it, and a VPC with the API's endpoint alone gives tokens and no packages.",
    "codeartifact:ReadFromRepository"
);

pub(super) static REST: &[Check] = &[
    Check {
        severity: Severity::Warning,
        ..check(
            "vpc.conflict",
            "no endpoint conflicts with another",
            &["vpc.found"],
            [
                "--vpc: of two endpoints for one service only one can have private DNS. AWS refuses to turn on the second one's: \"private-dns-enabled \
                 cannot be set because there is already a conflicting DNS domain\". Reuse the one that is there.",
                "$ aws ec2 delete-vpc-endpoints --region {region} --vpc-endpoint-ids {vpc_endpoint_id}",
            ],
            verdicts::one_each,
        )
    },
    check(
        "vpc.egress",
        "the spaces' security groups let them out",
        &["vpc.found"],
        [
            "--vpc: the spaces' own security groups must let TCP port 443 out to the endpoints' groups or addresses, and for npm's tarballs to S3's prefix \
             list. A new group lets everything out; strict set-ups take that rule away.",
            "$ aws ec2 authorize-security-group-egress --region {region} --group-id {studio_security_group} --protocol tcp --port 443 \
             --source-group {endpoint_security_group}",
        ],
        verdicts::lets_out,
    ),
    check(
        "vpc.acls",
        "network ACLs let spaces and endpoints talk",
        &["vpc.found"],
        [
            "--vpc: what crosses the border of a subnet must pass its network ACL, and an ACL knows no connections: the spaces' subnets must let port \
             443 out and the answers in, the endpoints' subnets port 443 in and the answers out. Answers go to the port that the connection came \
             from, one of 32768 to 60999 on Linux. Of the rules the first that fits decides. Otherwise packets vanish, as if a security group had \
             dropped them. A subnet's own traffic passes none. Without permission to ask for them this is skipped.",
            "$ aws ec2 create-network-acl-entry --region {region} --network-acl-id {network_acl_id} --ingress --rule-number {rule_number} \
             --protocol tcp --port-range From=443,To=443 --cidr-block {subnet_cidr} --rule-action allow",
        ],
        verdicts::pass,
    ),
    check(
        "vpc.s3.gateway",
        "the spaces' subnets have a way to S3",
        &["vpc.found"],
        [
            "--vpc: npm, cargo, Maven, NuGet and Ruby packages are handed out by a redirect to S3; pip and uv do not need it. A gateway endpoint must be in the \
             route table of every subnet that spaces start in; it costs nothing. An interface endpoint with private DNS serves as well.",
            "$ aws ec2 create-vpc-endpoint --region {region} --vpc-endpoint-type Gateway --vpc-id {vpc_id} --service-name com.amazonaws.{region}.s3 \
             --route-table-ids {route_table_ids}",
        ],
        verdicts::gateway,
    ),
    check(
        "vpc.s3.policy",
        "the policy of the S3 endpoint allows the asset bucket",
        &["vpc.s3.gateway"],
        [
            "--vpc: many S3 endpoints allow some buckets only. CodeArtifact's assets are in a bucket of AWS's own, and the requests are signed by \
             CodeArtifact: a statement for your account or your organisation alone does not let them through.",
            "{ \"Effect\": \"Allow\", \"Principal\": \"*\", \"Action\": \"s3:GetObject\",\n\
             \x20 \"Resource\": \"arn:aws:s3:::{bucket}/*\" }\n\
             $ aws ec2 modify-vpc-endpoint --region {region} --vpc-endpoint-id {vpc_endpoint_id} --policy-document file://policy.json",
        ],
        verdicts::allows_assets,
    ),
];
