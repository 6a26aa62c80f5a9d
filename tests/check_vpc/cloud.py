"""AWS's other APIs on loopback, with VPCs to break.

Starts moto and prints its address; then answers lines of JSON with lines of JSON, until they end:

    {"make": {...}}                     a VPC-only Studio set-up, healthy but for what the members say; its ids
    {"call": [SERVICE, METHOD, {...}]}  one call of boto3; its answer
"""

import json
import sys

import boto3
from moto.ec2.models.vpcs import VPCBackend
from moto.server import ThreadedMotoServer

REGION = "us-east-1"
# Where CodeArtifact has endpoints here: not in zone c.
OFFERED = [REGION + "a", REGION + "b"]
ROLE = "arn:aws:iam::123456789012:role/studio"


def know_codeartifact():
    """CodeArtifact is in some zones only; and moto's filter by name looks for a member that it does not have."""
    own_services = VPCBackend._collect_default_endpoint_services
    own_filter = VPCBackend._filter_endpoint_services

    def services(account, region):
        listed = own_services(account, region)
        for service in listed:
            if ".codeartifact." in service["ServiceName"]:
                service["AvailabilityZones"] = OFFERED
        return listed

    def filtered(names, filters, all_services):
        return own_filter(names, [{**one, "Value": one.get("Values", [])} for one in filters], all_services)

    VPCBackend._collect_default_endpoint_services = staticmethod(services)
    VPCBackend._filter_endpoint_services = staticmethod(filtered)


def client(service):
    return boto3.client(
        service, region_name=REGION, endpoint_url=URL, aws_access_key_id="test", aws_secret_access_key="test"
    )


def make(
    number,
    services=("codeartifact.api", "codeartifact.repositories"),
    private_dns=True,
    zones=("a", "b"),
    space_zones=("a", "b"),
    gateway=True,
    mode="VpcOnly",
    hostnames=True,
    policies={},
):
    """One Studio set-up, in a network of its own: 10.NUMBER.0.0/16."""
    ec2 = client("ec2")
    net = f"10.{number}"
    vpc = ec2.create_vpc(CidrBlock=f"{net}.0.0/16")["Vpc"]["VpcId"]
    ec2.modify_vpc_attribute(VpcId=vpc, EnableDnsHostnames={"Value": hostnames})
    subnets = {
        zone: ec2.create_subnet(VpcId=vpc, CidrBlock=f"{net}.{place}.0/24", AvailabilityZone=REGION + zone)["Subnet"]["SubnetId"]
        for place, zone in enumerate("abc", 1)
    }
    group = {
        name: ec2.create_security_group(GroupName=f"{name}-{number}", Description=name, VpcId=vpc)["GroupId"]
        for name in ("studio", "endpoints")
    }
    https = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "UserIdGroupPairs": [{"GroupId": group["studio"]}]}
    ec2.authorize_security_group_ingress(GroupId=group["endpoints"], IpPermissions=[https])
    made = []
    for service in services:
        policy = {"PolicyDocument": json.dumps(policies[service])} if service in policies else {}
        endpoint = ec2.create_vpc_endpoint(
            VpcId=vpc,
            VpcEndpointType="Interface",
            ServiceName=f"com.amazonaws.{REGION}.{service}",
            SubnetIds=[subnets[zone] for zone in zones],
            SecurityGroupIds=[group["endpoints"]],
            PrivateDnsEnabled=private_dns,
            **policy,
        )["VpcEndpoint"]
        made.append(endpoint)
    main = ec2.describe_route_tables(Filters=[{"Name": "vpc-id", "Values": [vpc]}])["RouteTables"][0]["RouteTableId"]
    s3 = None
    if gateway:
        policy = {"PolicyDocument": json.dumps(policies["s3"])} if "s3" in policies else {}
        s3 = ec2.create_vpc_endpoint(
            VpcId=vpc, VpcEndpointType="Gateway", ServiceName=f"com.amazonaws.{REGION}.s3", RouteTableIds=[main], **policy
        )["VpcEndpoint"]["VpcEndpointId"]
    ec2.create_network_interface(SubnetId=subnets["a"], Groups=[group["studio"]], PrivateIpAddress=f"{net}.1.7")
    domain = client("sagemaker").create_domain(
        DomainName=f"studio-{number}",
        AuthMode="IAM",
        VpcId=vpc,
        SubnetIds=[subnets[zone] for zone in space_zones],
        AppNetworkAccessType=mode,
        DefaultUserSettings={"ExecutionRole": ROLE, "SecurityGroups": [group["studio"]]},
    )
    of_interface = {
        one["NetworkInterfaceId"]: one["PrivateIpAddress"]
        for one in ec2.describe_network_interfaces(Filters=[{"Name": "vpc-id", "Values": [vpc]}])["NetworkInterfaces"]
    }
    return {
        "vpc": vpc,
        "subnets": subnets,
        "studio": group["studio"],
        "endpoints": group["endpoints"],
        "made": [endpoint["VpcEndpointId"] for endpoint in made],
        "gateway": s3,
        "main": main,
        "address": f"{net}.1.7",
        "endpoint_addresses": [of_interface[endpoint["NetworkInterfaceIds"][0]] for endpoint in made],
        "domain": domain["DomainArn"].rsplit("/", 1)[1],
        "role": ROLE,
    }


def call(service, method, keywords):
    return getattr(client(service), method)(**keywords)


if __name__ == "__main__":
    know_codeartifact()
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    URL = "http://%s:%d" % server.get_host_and_port()
    print(json.dumps(URL), flush=True)
    for line in sys.stdin:
        wanted = json.loads(line)
        answer = make(**wanted["make"]) if "make" in wanted else call(*wanted["call"])
        print(json.dumps(answer, default=str), flush=True)
