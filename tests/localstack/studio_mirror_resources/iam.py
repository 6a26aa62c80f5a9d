"""AWS::IAM::ManagedPolicy, whose document can change."""

import json

from .provider import Provider, document_text

# How many versions of a policy IAM keeps.
VERSIONS = 5


class ManagedPolicy(Provider):
    SCHEMA = {
        "primaryIdentifier": ["/properties/PolicyArn"],
        "createOnlyProperties": [
            "/properties/ManagedPolicyName",
            "/properties/Description",
            "/properties/Path",
        ],
        "readOnlyProperties": ["/properties/PolicyArn"],
    }
    REQUIRED = ("PolicyDocument",)
    PROPERTIES = ("ManagedPolicyName", "Description", "Path", "PolicyDocument", "Groups", "Roles", "Users")

    def make(self, request, model):
        iam = request.aws_client_factory.iam
        name = model.get("ManagedPolicyName")
        name = name or f"{request.stack_name}-{request.logical_resource_id}-{request.request_token[:12]}"
        given = {name: model[name] for name in ("Description", "Path") if model.get(name)}
        policy = iam.create_policy(PolicyName=name, PolicyDocument=document_text(model["PolicyDocument"]), **given)
        model["PolicyArn"] = policy["Policy"]["Arn"]
        self.attach(iam, model, {})

    def change(self, request, model, before):
        iam = request.aws_client_factory.iam
        arn = model["PolicyArn"] = before["PolicyArn"]
        if model["PolicyDocument"] != before.get("PolicyDocument"):
            versions = iam.list_policy_versions(PolicyArn=arn)["Versions"]
            old = [version["VersionId"] for version in versions if not version["IsDefaultVersion"]]
            if len(versions) == VERSIONS:
                iam.delete_policy_version(PolicyArn=arn, VersionId=min(old, key=lambda version: int(version[1:])))
            document = document_text(model["PolicyDocument"])
            iam.create_policy_version(PolicyArn=arn, PolicyDocument=document, SetAsDefault=True)
        self.attach(iam, model, before)

    def unmake(self, request, model):
        iam, arn = request.aws_client_factory.iam, model["PolicyArn"]
        self.attach(iam, {"PolicyArn": arn}, model)
        for version in iam.list_policy_versions(PolicyArn=arn)["Versions"]:
            if not version["IsDefaultVersion"]:
                iam.delete_policy_version(PolicyArn=arn, VersionId=version["VersionId"])
        iam.delete_policy(PolicyArn=arn)

    def actual(self, request, model):
        iam, arn = request.aws_client_factory.iam, model["PolicyArn"]
        version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
        document = iam.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]["Document"]
        attached = iam.list_entities_for_policy(PolicyArn=arn)
        return {
            "PolicyDocument": document if isinstance(document, dict) else json.loads(document),
            "Roles": [one["RoleName"] for one in attached["PolicyRoles"]],
            "Users": [one["UserName"] for one in attached["PolicyUsers"]],
            "Groups": [one["GroupName"] for one in attached["PolicyGroups"]],
        }

    def attach(self, iam, model, before):
        arn = model["PolicyArn"]
        for kind, one in (("Roles", "Role"), ("Users", "User"), ("Groups", "Group")):
            now, then = model.get(kind, []), before.get(kind, [])
            for name in [name for name in then if name not in now]:
                getattr(iam, f"detach_{one.lower()}_policy")(PolicyArn=arn, **{f"{one}Name": name})
            for name in [name for name in now if name not in then]:
                getattr(iam, f"attach_{one.lower()}_policy")(PolicyArn=arn, **{f"{one}Name": name})
