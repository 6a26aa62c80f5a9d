"""Judges IAM policies by AWS's own list of actions.

    policies.py statements < {NAME: POLICY, …}    unknown actions and keys, resources that an action does not have, stars
    policies.py handlers TYPE… < [ACTION, …]      what CloudFormation's own schemas need for these types and the list lacks
"""
import fnmatch
import json
import sys

from policy_sentry.querying.actions import get_action_data


def listed(value):
    return value if isinstance(value, list) else [value]


def data(action):
    service, name = action.split(":")
    found = get_action_data(service, name)
    return found[service] if found else None


def kind(arn):
    *_, service, _, _, resource = arn.split(":", 5)
    if service == "s3":
        return "object" if "/" in resource else "bucket"
    return resource.split("/")[0]


def statements(policies):
    for of, policy in policies.items():
        for statement in policy["Statement"]:
            where = f"{of} {statement.get('Sid', '')}"
            if not statement.get("Sid", "x").isalnum():
                yield f"{where}: a Sid is letters and digits"
            resources = listed(statement["Resource"])
            of_resource_policy = "Principal" in statement
            for action in listed(statement["Action"]):
                if action.endswith(":*"):
                    yield f"{where}: {action} is every action"
                    continue
                rows = data(action)
                if not rows:
                    yield f"{where}: there is no action {action}"
                    continue
                formats = {row["resource_arn_format"] for row in rows}
                if resources == ["*"]:
                    if formats != {"*"} and not of_resource_policy:
                        yield f"{where}: {action} on a star"
                elif formats == {"*"}:
                    yield f"{where}: {action} names no resource, so this says nothing"
                elif not any(kind(one) == kind(known) or kind(one) == "*" for one in resources for known in formats - {"*"}):
                    yield f"{where}: {action} is not on {resources}"
                known = {key for row in rows for key in row["condition_keys"]}
                for keys in statement.get("Condition", {}).values():
                    for key in keys:
                        if not key.startswith("aws:") and key not in known:
                            yield f"{where}: {action} has no key {key}"


def handlers(types, actions):
    from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER

    for name in types:
        schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema("us-east-1", name).schema
        for handler, needs in schema["handlers"].items():
            for action in needs["permissions"] if handler != "list" else []:
                if not any(fnmatch.fnmatch(action, have) for have in actions):
                    yield f"{name} {handler}: {action}"


if __name__ == "__main__":
    task, *types = sys.argv[1:]
    given = json.load(sys.stdin)
    found = statements(given) if task == "statements" else handlers(types, given)
    print("\n".join(sorted(set(found))), end="")
