"""Security groups with their rules, and VPC endpoints that can be changed: in LocalStack's own EC2."""

import json

from moto.ec2.models import ec2_backends

from .provider import Provider, Refused, document_text, new_tags, tags_of

# CloudFormation's names of a rule's other end, and where EC2 has it.
ENDS = {
    "CidrIp": ("IpRanges", "CidrIp"),
    "CidrIpv6": ("Ipv6Ranges", "CidrIpv6"),
    "SourceSecurityGroupId": ("UserIdGroupPairs", "GroupId"),
    "DestinationSecurityGroupId": ("UserIdGroupPairs", "GroupId"),
    "SourcePrefixListId": ("PrefixListIds", "PrefixListId"),
    "DestinationPrefixListId": ("PrefixListIds", "PrefixListId"),
}
EVERYTHING = {"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}


def permission(rule):
    """EC2's form of a rule."""
    wired = {"IpProtocol": str(rule["IpProtocol"])}
    for name in ("FromPort", "ToPort"):
        if name in rule:
            wired[name] = int(rule[name])
    for name, (kind, key) in ENDS.items():
        if rule.get(name):
            end = {key: rule[name]}
            if rule.get("Description"):
                end["Description"] = rule["Description"]
            wired[kind] = [end]
    return wired


def rules(permissions, way):
    """A group's rules as a template has them."""
    told = []
    for permission in permissions:
        common = {name: permission[name] for name in ("IpProtocol", "FromPort", "ToPort") if name in permission}
        for name, (kind, key) in ENDS.items():
            if name.startswith("Cidr") or name.startswith(way):
                told += [{**common, name: end[key]} for end in permission.get(kind, [])]
    return told


class Vpc(Provider):
    """LocalStack's own forgets the two DNS attributes, which private names need."""

    ATTRIBUTES = ("EnableDnsSupport", "EnableDnsHostnames")
    SCHEMA = {
        "primaryIdentifier": ["/properties/VpcId"],
        "createOnlyProperties": ["/properties/CidrBlock"],
        "readOnlyProperties": ["/properties/VpcId"],
    }
    REQUIRED = ("CidrBlock",)
    PROPERTIES = ("CidrBlock", *ATTRIBUTES, "Tags")

    def make(self, request, model):
        ec2 = request.aws_client_factory.ec2
        tags = [{"ResourceType": "vpc", "Tags": new_tags(request, model)}]
        model["VpcId"] = ec2.create_vpc(CidrBlock=model["CidrBlock"], TagSpecifications=tags)["Vpc"]["VpcId"]
        self.set_attributes(ec2, model)

    def change(self, request, model, before):
        ec2 = request.aws_client_factory.ec2
        model["VpcId"] = before["VpcId"]
        self.set_attributes(ec2, model)
        retag(ec2, request, model["VpcId"], model, before)

    def set_attributes(self, ec2, model):
        for name in self.ATTRIBUTES:
            if name in model:
                ec2.modify_vpc_attribute(VpcId=model["VpcId"], **{name: {"Value": truth(model[name])}})

    def unmake(self, request, model):
        request.aws_client_factory.ec2.delete_vpc(VpcId=model["VpcId"])

    def actual(self, request, model):
        ec2 = request.aws_client_factory.ec2
        told = {"CidrBlock": ec2.describe_vpcs(VpcIds=[model["VpcId"]])["Vpcs"][0]["CidrBlock"]}
        for name in self.ATTRIBUTES:
            attribute = name[0].lower() + name[1:]
            told[name] = ec2.describe_vpc_attribute(VpcId=model["VpcId"], Attribute=attribute)[name]["Value"]
        return told


class SecurityGroup(Provider):
    SCHEMA = {
        "primaryIdentifier": ["/properties/Id"],
        "createOnlyProperties": [
            "/properties/GroupDescription",
            "/properties/GroupName",
            "/properties/VpcId",
        ],
        "readOnlyProperties": ["/properties/Id", "/properties/GroupId"],
    }
    REQUIRED = ("GroupDescription",)
    PROPERTIES = ("GroupDescription", "GroupName", "VpcId", "SecurityGroupIngress", "SecurityGroupEgress", "Tags")

    def make(self, request, model):
        ec2 = request.aws_client_factory.ec2
        suffix = request.request_token[:12]
        name = model.get("GroupName") or f"{request.stack_name}-{request.logical_resource_id}-{suffix}"
        given = {"VpcId": model["VpcId"]} if model.get("VpcId") else {}
        tags = [{"ResourceType": "security-group", "Tags": new_tags(request, model)}]
        group = ec2.create_security_group(
            GroupName=name, Description=model["GroupDescription"], TagSpecifications=tags, **given
        )["GroupId"]
        model.update(Id=group, GroupId=group, GroupName=name)
        self.set_rules(ec2, model, {})

    def change(self, request, model, before):
        for name in ("Id", "GroupId", "GroupName"):
            model[name] = before[name]
        ec2 = request.aws_client_factory.ec2
        self.set_rules(ec2, model, before)
        retag(ec2, request, model["Id"], model, before)

    def unmake(self, request, model):
        ec2 = request.aws_client_factory.ec2
        # moto deletes groups that are in use; EC2 does not.
        used = ec2.describe_network_interfaces(Filters=[{"Name": "group-id", "Values": [model["Id"]]}])
        if used["NetworkInterfaces"]:
            raise Refused(f"resource {model['Id']} has a dependent object")
        ec2.delete_security_group(GroupId=model["Id"])

    def actual(self, request, model):
        ec2 = request.aws_client_factory.ec2
        group = ec2.describe_security_groups(GroupIds=[model["Id"]])["SecurityGroups"][0]
        return {
            "GroupDescription": group["Description"],
            "VpcId": group["VpcId"],
            "SecurityGroupIngress": rules(group["IpPermissions"], "Source"),
            "SecurityGroupEgress": rules(group["IpPermissionsEgress"], "Destination"),
        }

    def set_rules(self, ec2, model, before):
        ways = (
            ("SecurityGroupIngress", ec2.authorize_security_group_ingress, ec2.revoke_security_group_ingress),
            ("SecurityGroupEgress", ec2.authorize_security_group_egress, ec2.revoke_security_group_egress),
        )
        for name, authorize, revoke in ways:
            now = [permission(rule) for rule in model.get(name, [])]
            then = [permission(rule) for rule in before.get(name, [])]
            if name == "SecurityGroupEgress":
                # A group lets everything out until a rule of the template's stands in that one's place.
                now, then = now or [EVERYTHING], then or [EVERYTHING]
            for rule in [rule for rule in then if rule not in now]:
                revoke(GroupId=model["Id"], IpPermissions=[rule])
            for rule in [rule for rule in now if rule not in then]:
                authorize(GroupId=model["Id"], IpPermissions=[rule])


class Rule(Provider):
    """A rule of its own; every property but its description makes a new one."""

    ends = ()
    way = ""

    def make(self, request, model):
        ec2 = request.aws_client_factory.ec2
        authorize = getattr(ec2, f"authorize_security_group_{self.way}")
        rule = authorize(GroupId=model["GroupId"], IpPermissions=[permission(model)])["SecurityGroupRules"][0]
        model["Id"] = rule["SecurityGroupRuleId"]

    def change(self, request, model, before):
        self.unmake(request, before)
        self.make(request, model)

    def unmake(self, request, model):
        ec2 = request.aws_client_factory.ec2
        revoke = getattr(ec2, f"revoke_security_group_{self.way}")
        revoke(GroupId=model["GroupId"], SecurityGroupRuleIds=[model["Id"]])


    def actual(self, request, model):
        ec2 = request.aws_client_factory.ec2
        rule = ec2.describe_security_group_rules(SecurityGroupRuleIds=[model["Id"]])["SecurityGroupRules"]
        if not rule:
            return None
        told = {"IpProtocol": rule[0]["IpProtocol"], "GroupId": rule[0]["GroupId"]}
        for name in ("FromPort", "ToPort", "Description"):
            if rule[0].get(name) is not None:
                told[name] = rule[0][name]
        return told


class SecurityGroupIngress(Rule):
    way = "ingress"
    PROPERTIES = (
        "GroupId",
        "IpProtocol",
        "FromPort",
        "ToPort",
        "CidrIp",
        "CidrIpv6",
        "SourceSecurityGroupId",
        "SourcePrefixListId",
        "Description",
    )
    REQUIRED = ("GroupId", "IpProtocol")
    SCHEMA = {
        "primaryIdentifier": ["/properties/Id"],
        "createOnlyProperties": [f"/properties/{name}" for name in PROPERTIES if name != "Description"],
        "readOnlyProperties": ["/properties/Id"],
    }


class SecurityGroupEgress(Rule):
    way = "egress"
    PROPERTIES = tuple(name.replace("Source", "Destination") for name in SecurityGroupIngress.PROPERTIES)
    REQUIRED = ("GroupId", "IpProtocol")
    SCHEMA = {
        "primaryIdentifier": ["/properties/Id"],
        "createOnlyProperties": [f"/properties/{name}" for name in PROPERTIES if name != "Description"],
        "readOnlyProperties": ["/properties/Id"],
    }


class VpcEndpoint(Provider):
    SCHEMA = {
        "primaryIdentifier": ["/properties/Id"],
        "createOnlyProperties": [
            "/properties/ServiceName",
            "/properties/VpcEndpointType",
            "/properties/VpcId",
        ],
        "readOnlyProperties": [
            "/properties/NetworkInterfaceIds",
            "/properties/CreationTimestamp",
            "/properties/DnsEntries",
            "/properties/Id",
        ],
    }
    REQUIRED = ("VpcId",)
    PROPERTIES = (
        "ServiceName",
        "VpcEndpointType",
        "VpcId",
        "PolicyDocument",
        "PrivateDnsEnabled",
        "RouteTableIds",
        "SecurityGroupIds",
        "SubnetIds",
        "Tags",
    )

    def make(self, request, model):
        ec2 = request.aws_client_factory.ec2
        self.check_private_dns(ec2, model)
        names = ("ServiceName", "VpcEndpointType", "VpcId", "RouteTableIds", "SecurityGroupIds", "SubnetIds")
        given = {name: model[name] for name in names if model.get(name)}
        if model.get("PolicyDocument"):
            given["PolicyDocument"] = document_text(model["PolicyDocument"])
        private = truth(model.get("PrivateDnsEnabled", False))
        tags = [{"ResourceType": "vpc-endpoint", "Tags": new_tags(request, model)}]
        made = ec2.create_vpc_endpoint(**given, PrivateDnsEnabled=private, TagSpecifications=tags)["VpcEndpoint"]
        self.set_private_dns(request, made["VpcEndpointId"], private)
        self.tell(model, made)

    def change(self, request, model, before):
        ec2 = request.aws_client_factory.ec2
        if truth(model.get("PrivateDnsEnabled", False)) and not truth(before.get("PrivateDnsEnabled", False)):
            self.check_private_dns(ec2, model, before["Id"])
        change = {"VpcEndpointId": before["Id"]}
        for name, add, remove in (
            ("SubnetIds", "AddSubnetIds", "RemoveSubnetIds"),
            ("RouteTableIds", "AddRouteTableIds", "RemoveRouteTableIds"),
            ("SecurityGroupIds", "AddSecurityGroupIds", "RemoveSecurityGroupIds"),
        ):
            now, then = model.get(name, []), before.get(name, [])
            change[add] = [one for one in now if one not in then]
            change[remove] = [one for one in then if one not in now]
        if model.get("PolicyDocument") != before.get("PolicyDocument"):
            change["PolicyDocument"] = document_text(model.get("PolicyDocument", ANYTHING))
        ec2.modify_vpc_endpoint(**{name: value for name, value in change.items() if value})
        self.set_private_dns(request, before["Id"], truth(model.get("PrivateDnsEnabled", False)))
        retag(ec2, request, before["Id"], model, before)
        found = ec2.describe_vpc_endpoints(VpcEndpointIds=[before["Id"]])["VpcEndpoints"][0]
        self.tell(model, found)

    def unmake(self, request, model):
        ec2 = request.aws_client_factory.ec2
        ec2.delete_vpc_endpoints(VpcEndpointIds=[model["Id"]])
        # EC2 forgets them after a while; moto keeps them as deleted.
        ec2_backends[request.account_id][request.region_name].vpc_end_points.pop(model["Id"], None)

    def actual(self, request, model):
        ec2 = request.aws_client_factory.ec2
        found = ec2.describe_vpc_endpoints(VpcEndpointIds=[model["Id"]])["VpcEndpoints"]
        if not found or found[0]["State"] in ("deleted", "deleting"):
            return None
        endpoint = found[0]
        document = json.loads(endpoint["PolicyDocument"]) if endpoint.get("PolicyDocument") else dict(ANYTHING)
        wanted = model.get("PolicyDocument")
        if isinstance(wanted, dict) and "Version" in wanted:
            # moto forgets it.
            document.setdefault("Version", wanted["Version"])
        return {
            "ServiceName": endpoint["ServiceName"],
            "VpcId": endpoint["VpcId"],
            "PolicyDocument": document,
            "PrivateDnsEnabled": endpoint.get("PrivateDnsEnabled", False),
            "SubnetIds": endpoint.get("SubnetIds", []),
            "RouteTableIds": endpoint.get("RouteTableIds", []),
            "SecurityGroupIds": [group["GroupId"] for group in endpoint.get("Groups", [])],
        }

    def tell(self, model, endpoint):
        entries = [f"{entry['HostedZoneId']}:{entry['DnsName']}" for entry in endpoint.get("DnsEntries", [])]
        model.update(
            Id=endpoint["VpcEndpointId"],
            DnsEntries=entries,
            NetworkInterfaceIds=endpoint.get("NetworkInterfaceIds", []),
            CreationTimestamp=str(endpoint.get("CreationTimestamp", "")),
        )

    def check_private_dns(self, ec2, model, own=None):
        """What EC2 refuses and moto does not."""
        if not truth(model.get("PrivateDnsEnabled", False)):
            return
        vpc = model["VpcId"]
        for attribute in ("enableDnsSupport", "enableDnsHostnames"):
            told = ec2.describe_vpc_attribute(VpcId=vpc, Attribute=attribute)
            if not told[attribute[0].upper() + attribute[1:]]["Value"]:
                raise Refused(
                    "Enabling private DNS requires both enableDnsSupport and enableDnsHostnames VPC attributes set to true"
                    f" for {vpc}"
                )
        others = ec2.describe_vpc_endpoints(Filters=[{"Name": "vpc-id", "Values": [vpc]}])["VpcEndpoints"]
        for other in others:
            is_same = other["ServiceName"] == model["ServiceName"] and other["VpcEndpointId"] != own
            if is_same and other.get("PrivateDnsEnabled") and other["State"] not in ("deleted", "deleting"):
                raise Refused(
                    "private-dns-enabled cannot be set because there is already a conflicting DNS domain for"
                    f" {model['ServiceName']} in the VPC {vpc}"
                )

    def set_private_dns(self, request, endpoint, private):
        """moto has no way to change it."""
        backend = ec2_backends[request.account_id][request.region_name]
        backend.vpc_end_points[endpoint].private_dns_enabled = private


ANYTHING = {"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}]}


def truth(value):
    return str(value).lower() == "true"


def retag(ec2, request, resource, model, before):
    now = tags_of(request, model)
    gone = [{"Key": tag["Key"]} for tag in before.get("Tags", []) if tag["Key"] not in now]
    if gone:
        ec2.delete_tags(Resources=[resource], Tags=gone)
    if now:
        ec2.create_tags(Resources=[resource], Tags=[{"Key": key, "Value": value} for key, value in now.items()])
