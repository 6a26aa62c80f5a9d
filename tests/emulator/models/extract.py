#!/usr/bin/env python3
"""Takes from botocore's service models what the emulator plays: its operations and every shape they reach, without
the documentation.

usage: extract.py            (any Python with the botocore of tests/clients.toml; writes beside itself)
"""

import json
import pathlib

import botocore.loaders

PLAYED = {
    # All of it: what the emulator does not play is then told apart from what AWS does not have.
    "codeartifact": None,
    "sagemaker": [
        "CreateStudioLifecycleConfig",
        "DeleteStudioLifecycleConfig",
        "DeleteUserProfile",
        "DescribeApp",
        "DescribeDomain",
        "DescribeSpace",
        "DescribeStudioLifecycleConfig",
        "DescribeUserProfile",
        "ListApps",
        "ListDomains",
        "ListSpaces",
        "ListStudioLifecycleConfigs",
        "ListTags",
        "ListUserProfiles",
        "UpdateDomain",
        "UpdateUserProfile",
    ],
}
KEPT = ("type", "required", "enum", "pattern", "min", "max", "payload", "exception", "streaming")


def reference(member):
    return {key: member[key] for key in ("shape", "location", "locationName") if key in member}


def trimmed(shape):
    kept = {key: shape[key] for key in KEPT if key in shape}
    if "members" in shape:
        kept["members"] = {name: reference(member) for name, member in shape["members"].items()}
    for part in ("member", "key", "value"):
        if part in shape:
            kept[part] = reference(shape[part])
    return kept


def reached(shapes, name, seen):
    if name in seen:
        return
    shape = trimmed(shapes[name])
    seen[name] = shape
    inner = list(shape.get("members", {}).values()) + [shape[part] for part in ("member", "key", "value") if part in shape]
    for member in inner:
        reached(shapes, member["shape"], seen)


def main():
    for service, names in PLAYED.items():
        model = botocore.loaders.Loader().load_service_model(service, "service-2")
        operations, shapes = {}, {}
        for name in names or sorted(model["operations"]):
            operation = model["operations"][name]
            kept = {"method": operation["http"]["method"], "path": operation["http"]["requestUri"]}
            for side in ("input", "output"):
                if side in operation:
                    kept[side] = operation[side]["shape"]
                    reached(model["shapes"], kept[side], shapes)
            operations[name] = kept
        text = json.dumps({"operations": operations, "shapes": dict(sorted(shapes.items()))}, separators=(",", ":"))
        # A line a shape or operation, so that a change can be read.
        text = text.replace('},"', '},\n"')
        (pathlib.Path(__file__).parent / f"{service}.json").write_text(text + "\n")


main()
