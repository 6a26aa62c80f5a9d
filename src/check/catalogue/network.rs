//! Hosts, hop by hop.

use std::time::Duration;

use crate::check::evidence::Role;
use crate::check::verdicts::{names, nameservers, network as verdicts, sts, tls};
use crate::check::{Check, Mender, Severity};

/// One hop. Inside a VPC it takes milliseconds; all hops of a run must fit into six seconds.
pub const HOP: Duration = Duration::from_millis(2_000);

/// The four hops of one host.
#[derive(Debug)]
pub struct HostChecks {
    /// Its name has an address.
    pub dns: Check,
    /// It accepts connections.
    pub tcp: Check,
    /// It proves its identity.
    pub tls: Check,
    /// It answers.
    pub http: Check,
}

/// The four checks in their order.
pub(super) fn of(host: &'static HostChecks) -> [&'static Check; 4] {
    [&host.dns, &host.tcp, &host.tls, &host.http]
}

macro_rules! interface_endpoint {
    ($service:literal) => {
        concat!(
            "The VPC needs an interface endpoint for ", $service, " with private DNS:\n",
            "$ aws ec2 create-vpc-endpoint --region {region} --vpc-endpoint-type Interface --vpc-id {vpc_id} --subnet-ids {subnet_ids} ",
            "--security-group-ids {endpoint_security_group} --service-name com.amazonaws.{region}.", $service, " --private-dns-enabled\n",
            "If it has one, its private DNS must be on, and for that both DNS attributes of the VPC:\n",
            "$ aws ec2 modify-vpc-endpoint --region {region} --vpc-endpoint-id {vpc_endpoint_id} --private-dns-enabled\n",
            "$ aws ec2 modify-vpc-attribute --region {region} --vpc-id {vpc_id} --enable-dns-support\n",
            "$ aws ec2 modify-vpc-attribute --region {region} --vpc-id {vpc_id} --enable-dns-hostnames"
        )
    };
}

pub(super) use interface_endpoint;

macro_rules! open_port {
    ($service:literal) => {
        concat!(
            "The security group of the endpoint for ", $service, " must let port 443 in from the space's:\n",
            "$ aws ec2 authorize-security-group-ingress --region {region} --group-id {endpoint_security_group} --protocol tcp --port 443 ",
            "--source-group {studio_security_group}\n",
            "The space's own group must let it out, and the subnets' network ACLs both ways (443 there, 1024-65535 back). ",
            "And the address must be that of this VPC's endpoint, not of an older one:\n",
            "$ aws ec2 describe-vpc-endpoints --region {region} --query 'VpcEndpoints[].[ServiceName,VpcId,State,NetworkInterfaceIds]'"
        )
    };
}

/// The mend where both names lead out of the VPC.
pub const BOTH_NAMES: &str = "Either the space asks a nameserver that does not know the VPC's private names. Compare with the VPC's own:\n\
    $ dig +short @169.254.169.253 {api_host} {repositories_host}\n\
    If that gives private addresses, the nameserver of the space must forward amazonaws.com and on.aws to it. Or the endpoints are missing:\n\
    $ for service in codeartifact.api codeartifact.repositories; do aws ec2 create-vpc-endpoint --region {region} \
    --vpc-endpoint-type Interface --vpc-id {vpc_id} --subnet-ids {subnet_ids} --security-group-ids {endpoint_security_group} \
    --service-name com.amazonaws.{region}.$service --private-dns-enabled; done\n\
    Or they are there, and their private DNS or the VPC's DNS attributes are off:\n\
    $ aws ec2 modify-vpc-attribute --region {region} --vpc-id {vpc_id} --enable-dns-support\n\
    $ aws ec2 modify-vpc-attribute --region {region} --vpc-id {vpc_id} --enable-dns-hostnames\n\
    $ aws ec2 modify-vpc-endpoint --region {region} --vpc-endpoint-id {vpc_endpoint_id} --private-dns-enabled";

/// The mend where packets to both endpoints are dropped.
pub const BOTH_PORTS: &str = "The security group of the endpoints for codeartifact.api and codeartifact.repositories (each may have its own) must let port \
    443 in from the space's:\n\
    $ aws ec2 describe-vpc-endpoints --region {region} --query 'VpcEndpoints[].[ServiceName,VpcId,State,Groups[].GroupId]'\n\
    $ aws ec2 authorize-security-group-ingress --region {region} --group-id {endpoint_security_group} --protocol tcp --port 443 \
    --source-group {studio_security_group}\n\
    The space's own group must let it out, the subnets' network ACLs both ways (443 there, 1024-65535 back), and a route must lead there:\n\
    $ aws ec2 describe-security-groups --region {region} --group-ids {studio_security_group} --query 'SecurityGroups[].IpPermissionsEgress'\n\
    $ aws ec2 describe-network-acls --region {region} --filters Name=vpc-id,Values={vpc_id}\n\
    $ aws ec2 describe-route-tables --region {region} --filters Name=vpc-id,Values={vpc_id}";

/// The mend where a CA is not trusted.
pub const TRUST: &str = "Let studio-mirror, pip, uv and npm trust the CA that signs here (PEM, from your platform team). \
    A bundle that a variable names counts alone, so it must hold those of today too:\n\
    $ cat {trusted_bundle} {ca_file} > {new_bundle}\n\
    $ export AWS_CA_BUNDLE={new_bundle} PIP_CERT={new_bundle} SSL_CERT_FILE={new_bundle} NODE_EXTRA_CA_CERTS={new_bundle}\n\
    Or, inside the VPC, keep TLS inspection away from .amazonaws.com and .on.aws.";

const S3_ROUTE: &str = "The subnets' route tables need the S3 gateway endpoint:\n\
    $ aws ec2 create-vpc-endpoint --region {region} --vpc-endpoint-type Gateway --vpc-id {vpc_id} --service-name com.amazonaws.{region}.s3 \
    --route-table-ids {route_table_ids}\n\
    The space's security group must let port 443 out to S3's prefix list.";

const S3_POLICY: &str = "The policy of the S3 endpoint must allow the bucket of CodeArtifact's assets:\n\
    { \"Effect\": \"Allow\", \"Principal\": \"*\", \"Action\": \"s3:GetObject\",\n\
    \x20 \"Resource\": \"arn:aws:s3:::{bucket}/*\" }";

macro_rules! host_checks {
    ($role:expr, $id:literal, $name:literal, $severity:expr, needs: $needs:expr, dns: $dns_fix:expr, tcp: $tcp_fix:expr, http: $http_fix:expr,
     what: $what:literal, dns_why: $dns_why:literal, http_why: $http_why:literal) => {
        HostChecks {
            dns: Check {
                id: concat!($id, ".dns"),
                title: concat!("the name of ", $name, " resolves"),
                needs: $needs,
                severity: $severity,
                limit: HOP,
                mender: Mender::PlatformTeam,
                explanation: concat!(
                    $what, " Its name is looked up as pip, uv and npm do: in /etc/hosts, then with the nameservers of /etc/resolv.conf, each of which ",
                    "is asked by itself. ", $dns_why
                ),
                fix: $dns_fix,
                judge: |evidence| names::resolves(evidence, $role),
            },
            tcp: Check {
                id: concat!($id, ".tcp"),
                title: concat!($name, " accepts connections"),
                needs: &[concat!($id, ".dns")],
                severity: $severity,
                limit: HOP,
                mender: Mender::PlatformTeam,
                explanation: concat!(
                    $what, " Every address of the name is connected to. Silence means that packets are dropped: a security group, a network ACL or a ",
                    "route is missing. A refusal means that the address is somebody else's. If some addresses answer and others do not, ",
                    "one subnet's rules differ, and clients hang now and then."
                ),
                fix: $tcp_fix,
                judge: |evidence| verdicts::accepts(evidence, $role),
            },
            tls: Check {
                id: concat!($id, ".tls"),
                title: concat!($name, " proves its identity"),
                needs: &[concat!($id, ".tcp"), "trust.roots"],
                severity: $severity,
                limit: HOP,
                mender: Mender::PlatformTeam,
                explanation: concat!(
                    $what, " Its certificate must come from a trusted authority, be for this name, and be valid today. An unknown issuer usually is a proxy ",
                    "or firewall of your organisation that opens TLS; its name tells which. A certificate for other names means that the ",
                    "name leads to the wrong place: an old /etc/hosts line, a private hosted zone, the other endpoint's address."
                ),
                fix: TRUST,
                judge: |evidence| tls::proves(evidence, $role),
            },
            http: Check {
                id: concat!($id, ".http"),
                title: concat!($name, " answers"),
                needs: &[concat!($id, ".tls")],
                severity: $severity,
                limit: HOP,
                mender: Mender::PlatformTeam,
                explanation: concat!(
                    $what, " A request without a token is sent; being refused is the right answer. ", $http_why
                ),
                fix: $http_fix,
                judge: |evidence| verdicts::answers(evidence, $role),
            },
        }
    };
}

/// The mend where a service fails.
pub const STATUS_PAGE: &str = "Try again in a minute; if it stays so, look whether AWS has an event in {region}:\n\
    console: https://health.aws.amazon.com/health/status";

/// The CodeArtifact API.
pub static API: HostChecks = host_checks!(
    Role::Api, "network.api", "the API endpoint", Severity::Failure,
    needs: &["settings.complete", "settings.region", "proxy.settings"],
    dns: interface_endpoint!("codeartifact.api"),
    tcp: open_port!("codeartifact.api"),
    http: STATUS_PAGE,
    what: "The API gives tokens; without it nothing can log in.",
    dns_why: "Inside the VPC it must be a private address, of the interface endpoint for codeartifact.api. A public one means that private DNS is off \
        or that the VPC asks a resolver of its own. No such name: a wrong region, or Route 53's DNS Firewall, which judges every CNAME on the way. \
        Without private DNS, STUDIO_MIRROR_API_ENDPOINT names the endpoint itself.",
    http_why: "5xx is the service's failure, or that of something in front of it."
);

/// The packages.
pub static REPOSITORIES: HostChecks = host_checks!(
    Role::Repositories, "network.repositories", "the repositories endpoint", Severity::Failure,
    needs: &["settings.complete", "settings.region", "proxy.settings"],
    dns: interface_endpoint!("codeartifact.repositories"),
    tcp: open_port!("codeartifact.repositories"),
    http: STATUS_PAGE,
    what: "Packages are read here, under another name and by another VPC endpoint than the API's. A VPC with the API's endpoint alone gives tokens, \
        and then pip times out.",
    dns_why: "Inside the VPC it must be a private address, of the interface endpoint for codeartifact.repositories. Without private DNS, \
        STUDIO_MIRROR_REPOSITORY_ENDPOINT names the endpoint itself.",
    http_why: "5xx is the service's failure, or that of something in front of it."
);

/// npm's tarballs.
pub static ASSETS: HostChecks = host_checks!(
    Role::Assets, "network.assets", "the asset bucket", Severity::Failure,
    needs: &["settings.complete", "settings.region", "proxy.settings"],
    dns: "S3's names are public ones and must resolve: look at the rules of Route 53's DNS Firewall and at forwarding resolvers for\n\
        $ dig +short {assets_host}",
    tcp: S3_ROUTE,
    http: S3_POLICY,
    what: "npm, cargo, Maven, NuGet and Ruby packages are handed out by a redirect to a bucket of CodeArtifact's in S3; pip and uv do not need it. \
        Metadata is fine without it, and then the tarball hangs.",
    dns_why: "S3's addresses are public even where a gateway endpoint leads to them.",
    http_why: "One small package (npm's is-number 7.0.0) is asked for as npm would, so CodeArtifact keeps it in the repository as after any install. \
        403 from S3 means that the policy of the S3 endpoint lacks the bucket."
);

/// The mend where some addresses of STS's endpoint answer.
pub const STS_PORT: &str = open_port!("sts");

/// STS: shown as one check, since nothing depends on it.
pub static STS: HostChecks = HostChecks {
    tcp: Check {
        id: "network.sts",
        title: "STS can be reached",
        needs: &[
            "settings.complete",
            "settings.region",
            "proxy.settings",
            "proxy.reach",
            "proxy.tunnel",
        ],
        severity: Severity::Warning,
        limit: HOP,
        mender: Mender::PlatformTeam,
        explanation: "STS says whose the credentials are, through a VPC endpoint of its own that many a VPC lacks. Nothing depends on it: tokens and \
            packages need no STS. `aws sts get-caller-identity` and assumed roles do.",
        fix: interface_endpoint!("sts"),
        judge: sts::reached,
    },
    ..host_checks!(
        Role::Sts, "network.sts", "STS", Severity::Warning, needs: &[], dns: "", tcp: "", http: "",
        what: "", dns_why: "", http_why: ""
    )
};

pub(super) const RESOLVERS: &[Check] = &[
    Check {
        id: "dns.resolver",
        title: "a nameserver answers",
        needs: &["settings.complete", "settings.region", "proxy.settings"],
        severity: Severity::Failure,
        limit: HOP,
        mender: Mender::PlatformTeam,
        explanation: "The nameservers of /etc/resolv.conf are asked for the endpoints' names. In a VPC the one at the network's address plus two, or \
            169.254.169.253, knows the private names of endpoints; it needs the VPC's enableDnsSupport. With a custom one in the DHCP options, \
            that one must forward amazonaws.com and on.aws to it.",
        fix: "Look at the VPC's DNS support and at its DHCP options:\n\
            $ aws ec2 describe-vpc-attribute --region {region} --vpc-id {vpc_id} --attribute enableDnsSupport\n\
            $ aws ec2 modify-vpc-attribute --region {region} --vpc-id {vpc_id} --enable-dns-support\n\
            $ aws ec2 describe-dhcp-options --region {region}",
        judge: nameservers::resolver,
    },
    Check {
        id: "dns.agreement",
        title: "the nameservers agree",
        needs: &["dns.resolver"],
        severity: Severity::Failure,
        limit: HOP,
        mender: Mender::PlatformTeam,
        explanation: "Programs ask different nameservers of a list: glibc the first that answers, musl all at once. If one knows the endpoints' private \
            addresses and another does not, the same install works in one program and fails in the next, or works until the first nameserver is \
            slow for a moment.",
        fix: "Give the VPC one kind of nameserver: Amazon's own, or custom ones that all forward to it.\n\
            $ aws ec2 create-dhcp-options --region {region} --dhcp-configurations Key=domain-name-servers,Values=AmazonProvidedDNS\n\
            $ aws ec2 associate-dhcp-options --region {region} --vpc-id {vpc_id} --dhcp-options-id {dhcp_options_id}",
        judge: nameservers::agree,
    },
];
