"""Whether a template and a module make the same: alike.py TEMPLATE_RESOURCES.json MODULE_RESOURCES.json

Both become sentences of the same words; what only one of them says is printed. What the two must do differently is here, with why.
"""
import json
import sys


def policy(document):
    """Order of members aside; `none` stands for an endpoint that a template does not make."""
    document = json.loads(document) if isinstance(document, str) else document
    for statement in document["Statement"] if document else []:
        ids = statement.get("Condition", {}).get("StringNotEquals", {}).get("aws:SourceVpce")
        if ids:
            statement["Condition"]["StringNotEquals"]["aws:SourceVpce"] = [one for one in ids if one != "none"]
    return document


def is_kept(resource):
    """Whatever happens to the stack; but what its very first creation leaves behind would be in the next one's way."""
    return (resource["DeletionPolicy"], resource["UpdateReplacePolicy"]) == ("RetainExceptOnCreate", "Retain")


def of_template(made):
    for name, resource in made["resources"].items():
        given = resource["Properties"]
        match resource["Type"].removeprefix("AWS::"):
            case "CodeArtifact::Domain":
                assert is_kept(resource)
                yield "domain", given["DomainName"], given.get("EncryptionKey"), policy(given.get("PermissionsPolicyDocument"))
            case "CodeArtifact::Repository":
                assert is_kept(resource)
                yield (
                    "repository", given["DomainName"], given["RepositoryName"], given["Description"],
                    given.get("ExternalConnections", []), given.get("Upstreams", []),
                    policy(given.get("PermissionsPolicyDocument")),
                )
            case "CodeArtifact::PackageGroup":
                modes = {key: value["RestrictionMode"] for key, value in given["OriginConfiguration"]["Restrictions"].items()}
                yield "package group", given["DomainName"], given["Pattern"], modes
            case "IAM::Role":
                policies = [(one["PolicyName"], policy(one["PolicyDocument"])) for one in given["Policies"]]
                yield (
                    "role", given["RoleName"], given["Description"], given.get("PermissionsBoundary"),
                    policy(given["AssumeRolePolicyDocument"]), policies,
                )
            case "EC2::SecurityGroup":
                # Without a rule AWS adds an open one, and CloudFormation leaves it; this one leads nowhere. Terraform takes it away.
                (egress,) = given["SecurityGroupEgress"]
                assert egress["CidrIp"] == "127.0.0.1/32"
                yield "security group", given["GroupDescription"], given["VpcId"]
            case "EC2::SecurityGroupIngress":
                yield (
                    "ingress", given["GroupId"], given["Description"], given["IpProtocol"], given["FromPort"], given["ToPort"],
                    given["SourceSecurityGroupId"],
                )
            case "EC2::VPCEndpoint":
                private = given.get("PrivateDnsEnabled")
                yield (
                    "endpoint", given["VpcEndpointType"], given["ServiceName"], given["VpcId"], given.get("SubnetIds"),
                    given.get("RouteTableIds"), given.get("SecurityGroupIds"), private and private == "true",
                    policy(given.get("PolicyDocument")),
                )
            case "IAM::ManagedPolicy":
                yield "policy", given["Description"], policy(given["PolicyDocument"]), sorted(given.get("Roles", []))
            case "SageMaker::StudioLifecycleConfig":
                assert is_kept(resource)
                yield "lifecycle", given["StudioLifecycleConfigAppType"], given["StudioLifecycleConfigName"], given["StudioLifecycleConfigContent"]
            case other:
                raise AssertionError(f"{name} is of a type that is not compared: {other}")


STAND_INS = {
    "<aws_security_group.endpoints.id>": "<EndpointSecurityGroup.GroupId>",
    "<aws_vpc_endpoint.interface.api.id>": "<ApiEndpoint>",
    "<aws_vpc_endpoint.interface.repositories.id>": "<RepositoriesEndpoint>",
    "<aws_iam_policy.space.arn>": "<SpacePolicy>",
    "<aws_iam_policy.guard_rails.arn>": "<GuardRails>",
    "<aws_iam_role.publisher.arn>": "<PublisherRole.Arn>",
}
MODES = {"publish": "Publish", "internal_upstream": "InternalUpstream", "external_upstream": "ExternalUpstream"}


def of_module(made):
    text = json.dumps(made["resources"]).replace("\\\\u003c", "<").replace("\\\\u003e", ">")
    for theirs, ours in STAND_INS.items():
        text = text.replace(theirs, ours)
    resources = json.loads(text)

    def all_of(kind, **wanted):
        of_kind = (one for one in resources.values() if one["type"] == kind)
        return [one for one in of_kind if all(one.get(key) == value for key, value in wanted.items())]

    def document(kind, **wanted):
        found = all_of(kind, **wanted)
        return policy(found[0]["policy_document"]) if found else None

    for one in all_of("aws_codeartifact_domain"):
        yield "domain", one["domain"], one.get("encryption_key"), document("aws_codeartifact_domain_permissions_policy")
    for one in all_of("aws_codeartifact_repository"):
        yield (
            "repository", one["domain"], one["repository"], one["description"],
            [connection["external_connection_name"] for connection in one.get("external_connections", [])],
            [upstream["repository_name"] for upstream in one.get("upstream", [])],
            document("aws_codeartifact_repository_permissions_policy", repository=one["repository"]),
        )
    for one in all_of("awscc_codeartifact_package_group"):
        restrictions = one["origin_configuration"]["restrictions"].items()
        yield "package group", one["domain_name"], one["pattern"], {MODES[key]: value["restriction_mode"] for key, value in restrictions}
    for one in all_of("aws_iam_role"):
        policies = [(inline["name"], policy(inline["policy"])) for inline in all_of("aws_iam_role_policy", role=one["name"])]
        yield (
            "role", one["name"], one["description"], one.get("permissions_boundary"), policy(one["assume_role_policy"]), policies,
        )
    for one in all_of("aws_security_group"):
        assert "egress" not in one and "ingress" not in one
        yield "security group", one["description"], one["vpc_id"]
    for one in all_of("aws_vpc_security_group_ingress_rule"):
        yield (
            "ingress", one["security_group_id"], one["description"], one["ip_protocol"], one["from_port"], one["to_port"],
            one["referenced_security_group_id"],
        )
    for one in all_of("aws_vpc_endpoint"):
        yield (
            "endpoint", one["vpc_endpoint_type"], one["service_name"], one["vpc_id"], one.get("subnet_ids"),
            one.get("route_table_ids"), one.get("security_group_ids"), one.get("private_dns_enabled"), policy(one.get("policy")),
        )
    for one in all_of("aws_iam_policy"):
        name = "SpacePolicy" if "space" in one["name_prefix"] else "GuardRails"
        attached = all_of("aws_iam_role_policy_attachment", policy_arn=f"<{name}>")
        yield "policy", one["description"], policy(one["policy"]), sorted(attachment["role"] for attachment in attached)
    for one in all_of("aws_sagemaker_studio_lifecycle_config"):
        yield (
            "lifecycle", one["studio_lifecycle_config_app_type"], one["studio_lifecycle_config_name"],
            one["studio_lifecycle_config_content"],
        )


def snake(name):
    return "".join(f"_{c.lower()}" if c.isupper() else c for c in name).lstrip("_")


# DescribeDomain's bucket is nothing that CloudFormation tells; the ARNs of lifecycle configurations, which nothing in the
# template refers to, are a matter of their names.
MODULE_ONLY = {"asset_bucket_arn", "jupyterlab_lifecycle_arn", "codeeditor_lifecycle_arn"}
# A list that Terraform can have and a template cannot: for the template's, each has a parameter or a fragment.
ENDPOINTS = {f"create_{name}_endpoint" for name in ("api", "repositories", "sts", "s3", "sagemaker_api", "sagemaker_runtime", "studio", "logs")}
RENAMED = {"space_security_group_id": "space_security_group_ids"}


def variables_differ(template, module):
    ours = {RENAMED.get(snake(name), snake(name)) for name in template["template"]["Parameters"]}
    theirs = set(module["variables"])
    if not {"create_policies", "publisher_role_name"} & ours:
        # Without policies and roles their parameters are gone as well.
        return
    if ENDPOINTS <= ours:
        ours = ours - ENDPOINTS | {"endpoints", "lifecycle_script", "name"}
    else:
        ours = ours | {"internal_patterns", "public_patterns"}
    yield from (f"variable of one alone: {name}" for name in ours ^ theirs - {"tags"} if name != "tags")


def outputs_differ(template, module):
    ours = {snake(name) for name in template["outputs"]}
    theirs = {name for name, value in module["outputs"].items() if value is not None}
    yield from (f"output of one alone: {name}" for name in ours ^ (theirs - MODULE_ONLY))


if __name__ == "__main__":
    template, module = (json.load(open(path)) for path in sys.argv[1:])
    # What `bootstrap` remembers; a module has its state for that.
    memory = [name for name, one in template["resources"].items() if one["Type"] == "AWS::CloudFormation::WaitConditionHandle"]
    assert [template["resources"].pop(name)["Properties"] for name in memory] == [{}]
    ours = {json.dumps(one, sort_keys=True) for one in of_template(template)}
    theirs = {json.dumps(one, sort_keys=True) for one in of_module(module)}
    assert len(ours) == len(template["resources"]), "two resources say the same"
    # A domain that the template names is `<Domain.Name>` where it makes it.
    for line in sorted(ours - theirs):
        print("template alone:", line)
    for line in sorted(theirs - ours):
        print("module alone:  ", line)
    for line in [*variables_differ(template, module), *outputs_differ(template, module)]:
        print(line)
