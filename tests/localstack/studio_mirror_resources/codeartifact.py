"""AWS::CodeArtifact::Domain, ::Repository and ::PackageGroup."""

import json

from botocore.exceptions import ClientError

from .provider import Provider, emulated, new_tags, policy_text, tags_of


def wired(tags):
    return [{"key": tag["Key"], "value": tag["Value"]} for tag in tags]


def retag(client, request, arn, model, before):
    """Makes a resource's tags those of the template and the stack."""
    now = tags_of(request, model)
    gone = [tag["Key"] for tag in before.get("Tags", []) if tag["Key"] not in now]
    if gone:
        client.untag_resource(resourceArn=arn, tagKeys=gone)
    if now:
        client.tag_resource(resourceArn=arn, tags=[{"key": key, "value": value} for key, value in now.items()])


def policy_of(ask, **named):
    """A resource's policy; nothing where it has none."""
    try:
        return json.loads(ask(**named)["policy"]["document"])
    except ClientError as error:
        if error.response["Error"]["Code"] == "ResourceNotFoundException":
            return None
        raise


class Domain(Provider):
    SCHEMA = {
        "primaryIdentifier": ["/properties/Arn"],
        "createOnlyProperties": ["/properties/DomainName", "/properties/EncryptionKey"],
        "readOnlyProperties": ["/properties/Owner", "/properties/Name", "/properties/EncryptionKey", "/properties/Arn"],
    }
    REQUIRED = ("DomainName",)
    PROPERTIES = ("DomainName", "EncryptionKey", "PermissionsPolicyDocument", "Tags")

    def make(self, request, model):
        client = emulated(request, "codeartifact")
        given = {"encryptionKey": model["EncryptionKey"]} if model.get("EncryptionKey") else {}
        domain = client.create_domain(domain=model["DomainName"], tags=wired(new_tags(request, model)), **given)["domain"]
        self.tell(model, domain)
        self.set_policy(client, model, {})

    def change(self, request, model, before):
        client = emulated(request, "codeartifact")
        domain = client.describe_domain(domain=model["DomainName"])["domain"]
        self.tell(model, domain)
        self.set_policy(client, model, before)
        retag(client, request, model["Arn"], model, before)

    def unmake(self, request, model):
        emulated(request, "codeartifact").delete_domain(domain=model["DomainName"])

    def actual(self, request, model):
        client, named = emulated(request, "codeartifact"), {"domain": model["DomainName"]}
        domain = client.describe_domain(**named)["domain"]
        return {
            "DomainName": domain["name"],
            "EncryptionKey": domain["encryptionKey"],
            "PermissionsPolicyDocument": policy_of(client.get_domain_permissions_policy, **named),
        }

    def tell(self, model, domain):
        model.update(
            Arn=domain["arn"], Name=domain["name"], Owner=domain["owner"], EncryptionKey=domain["encryptionKey"]
        )

    def set_policy(self, client, model, before):
        name = {"domain": model["DomainName"]}
        if model.get("PermissionsPolicyDocument"):
            document = policy_text(model["PermissionsPolicyDocument"])
            client.put_domain_permissions_policy(policyDocument=document, **name)
        elif before.get("PermissionsPolicyDocument"):
            client.delete_domain_permissions_policy(**name)


class Repository(Provider):
    SCHEMA = {
        "primaryIdentifier": ["/properties/Arn"],
        "createOnlyProperties": [
            "/properties/RepositoryName",
            "/properties/DomainName",
            "/properties/DomainOwner",
        ],
        "readOnlyProperties": ["/properties/Name", "/properties/DomainOwner", "/properties/Arn"],
    }
    REQUIRED = ("RepositoryName", "DomainName")
    PROPERTIES = (
        "RepositoryName",
        "DomainName",
        "DomainOwner",
        "Description",
        "ExternalConnections",
        "Upstreams",
        "PermissionsPolicyDocument",
        "Tags",
    )

    def make(self, request, model):
        client = emulated(request, "codeartifact")
        given = {"description": model["Description"]} if model.get("Description") else {}
        repository = client.create_repository(
            **self.named(model), upstreams=self.upstreams(model), tags=wired(new_tags(request, model)), **given
        )["repository"]
        self.tell(model, repository)
        for connection in model.get("ExternalConnections", []):
            client.associate_external_connection(**self.named(model), externalConnection=connection)
        self.set_policy(client, model, {})

    def change(self, request, model, before):
        client = emulated(request, "codeartifact")
        # Connections first: a repository without upstreams may get them in place of its connection.
        now, then = model.get("ExternalConnections", []), before.get("ExternalConnections", [])
        for connection in [name for name in then if name not in now]:
            client.disassociate_external_connection(**self.named(model), externalConnection=connection)
        repository = client.update_repository(
            **self.named(model), upstreams=self.upstreams(model), description=model.get("Description", "")
        )["repository"]
        for connection in [name for name in now if name not in then]:
            client.associate_external_connection(**self.named(model), externalConnection=connection)
        self.tell(model, repository)
        self.set_policy(client, model, before)
        retag(client, request, model["Arn"], model, before)

    def unmake(self, request, model):
        emulated(request, "codeartifact").delete_repository(**self.named(model))

    def named(self, model):
        named = {"domain": model["DomainName"], "repository": model["RepositoryName"]}
        if model.get("DomainOwner"):
            named["domainOwner"] = model["DomainOwner"]
        return named

    def actual(self, request, model):
        client = emulated(request, "codeartifact")
        repository = client.describe_repository(**self.named(model))["repository"]
        return {
            "RepositoryName": repository["name"],
            "DomainName": repository["domainName"],
            "Description": repository.get("description", ""),
            "ExternalConnections": [one["externalConnectionName"] for one in repository["externalConnections"]],
            "Upstreams": [one["repositoryName"] for one in repository["upstreams"]],
            "PermissionsPolicyDocument": policy_of(client.get_repository_permissions_policy, **self.named(model)),
        }

    def upstreams(self, model):
        return [{"repositoryName": name} for name in model.get("Upstreams", [])]

    def tell(self, model, repository):
        model.update(Arn=repository["arn"], Name=repository["name"], DomainOwner=repository["domainOwner"])

    def set_policy(self, client, model, before):
        if model.get("PermissionsPolicyDocument"):
            document = policy_text(model["PermissionsPolicyDocument"])
            client.put_repository_permissions_policy(**self.named(model), policyDocument=document)
        elif before.get("PermissionsPolicyDocument"):
            client.delete_repository_permissions_policy(**self.named(model))


class PackageGroup(Provider):
    SCHEMA = {
        "primaryIdentifier": ["/properties/Arn"],
        "createOnlyProperties": ["/properties/DomainName", "/properties/DomainOwner", "/properties/Pattern"],
        "readOnlyProperties": ["/properties/Arn"],
    }
    REQUIRED = ("Pattern", "DomainName")
    PROPERTIES = (
        "Pattern",
        "DomainName",
        "DomainOwner",
        "ContactInfo",
        "Description",
        "OriginConfiguration",
        "Tags",
    )
    RESTRICTIONS = {
        "Publish": "PUBLISH",
        "ExternalUpstream": "EXTERNAL_UPSTREAM",
        "InternalUpstream": "INTERNAL_UPSTREAM",
    }

    def make(self, request, model):
        client = emulated(request, "codeartifact")
        group = client.create_package_group(
            **self.named(model), packageGroup=model["Pattern"], tags=wired(new_tags(request, model)), **self.words(model)
        )["packageGroup"]
        model["Arn"] = group["arn"]
        self.set_origin(client, model, {})

    def change(self, request, model, before):
        client = emulated(request, "codeartifact")
        words = {"contactInfo": "", "description": "", **self.words(model)}
        group = client.update_package_group(**self.named(model), packageGroup=model["Pattern"], **words)
        model["Arn"] = group["packageGroup"]["arn"]
        self.set_origin(client, model, before)
        retag(client, request, model["Arn"], model, before)

    def unmake(self, request, model):
        emulated(request, "codeartifact").delete_package_group(**self.named(model), packageGroup=model["Pattern"])

    def named(self, model):
        named = {"domain": model["DomainName"]}
        if model.get("DomainOwner"):
            named["domainOwner"] = model["DomainOwner"]
        return named

    def actual(self, request, model):
        client, pattern = emulated(request, "codeartifact"), model["Pattern"]
        group = client.describe_package_group(**self.named(model), packageGroup=pattern)["packageGroup"]
        modes = group["originConfiguration"]["restrictions"]
        restrictions = {}
        for name, wire in self.RESTRICTIONS.items():
            restrictions[name] = {"RestrictionMode": modes[wire]["mode"]}
            if modes[wire]["mode"] == "ALLOW_SPECIFIC_REPOSITORIES":
                allowed = client.list_allowed_repositories_for_group(
                    **self.named(model), packageGroup=pattern, originRestrictionType=wire
                )
                restrictions[name]["Repositories"] = allowed["allowedRepositories"]
        return {
            "Pattern": group["pattern"],
            "ContactInfo": group.get("contactInfo", ""),
            "Description": group.get("description", ""),
            "OriginConfiguration": {"Restrictions": restrictions},
        }

    def words(self, model):
        words = {"contactInfo": model.get("ContactInfo"), "description": model.get("Description")}
        return {name: text for name, text in words.items() if text}

    def set_origin(self, client, model, before):
        def told(properties):
            restrictions = properties.get("OriginConfiguration", {}).get("Restrictions", {})
            return {wire: restrictions.get(name, {}) for name, wire in self.RESTRICTIONS.items()}

        now, then = told(model), told(before)
        if not any(now.values()) and not any(then.values()):
            return

        def repositories(restrictions):
            pairs = [(wire, name) for wire, one in restrictions.items() for name in one.get("Repositories", [])]
            return {(wire, name) for wire, name in pairs}

        def entries(pairs):
            return [{"originRestrictionType": wire, "repositoryName": name} for wire, name in sorted(pairs)]

        client.update_package_group_origin_configuration(
            **self.named(model),
            packageGroup=model["Pattern"],
            restrictions={wire: one.get("RestrictionMode", "INHERIT") for wire, one in now.items()},
            addAllowedRepositories=entries(repositories(now) - repositories(then)),
            removeAllowedRepositories=entries(repositories(then) - repositories(now)),
        )
