"""Every combination of what a template can be told to make: combinations.py TEMPLATE SIZES < CHOICES.json

CHOICES has, for each parameter, the values to try, and `*` what all have. Whatever is made must refer to what is made, too, and to
nothing else; no policy may be empty or too long. Prints how many combinations there were.
"""
import itertools
import json
import sys

from cfnlint.decode.cfn_yaml import load
from cloudformation import Stack, plain

LIMITS = {"AWS::CodeArtifact::Domain": 5120, "AWS::CodeArtifact::Repository": 5120, "AWS::IAM::ManagedPolicy": 6144}


def judge(stack, given):
    made = stack.resources()
    stack.outputs()
    missing = stack.referred - set(made)
    assert not missing, f"{given}: {missing} is referred to, but not made"
    for name, resource in made.items():
        properties = resource.get("Properties", {})
        for key in ("PermissionsPolicyDocument", "PolicyDocument"):
            if key in properties:
                document = properties[key]
                assert document["Statement"], f"{given}: the policy of {name} says nothing"
                limit = LIMITS.get(resource["Type"])
                length = len(json.dumps(document, separators=(",", ":")))
                assert limit is None or length <= limit, f"{given}: the policy of {name} has {length} characters"
        assert "" not in properties.values(), f"{given}: {name} has an empty property"


if __name__ == "__main__":
    template = plain(load(sys.argv[1]))
    choices = json.load(sys.stdin)
    names, values = zip(*choices["each"].items())
    count = 0
    for chosen in itertools.product(*values):
        given = choices["all"] | dict(zip(names, chosen))
        judge(Stack(template, given), given)
        count += 1
    print(count)
