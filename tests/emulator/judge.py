#!/usr/bin/env python3
"""Judges the requests of an emulator's log by botocore's service models.

usage: judge.py REQUEST_LOG

Reads the lines of JSON that `studio-mirror-emulator --request-log` wrote and holds every request for the APIs of
CodeArtifact, SageMaker and STS (and of CloudFormation, EC2 and IAM, where a test wrote down such) against AWS's own description of them: the operation is known by its method and path (or Action),
every parameter is one that the operation has, required ones are there, and values keep to the model's enumerations,
patterns and limits. Requests for packages and credentials are not API calls and are passed over.

Exit 0: all are sound, and there was at least one. Exit 1: the reasons are printed, one a line. Exit 2: wrong usage.
Needs botocore.
"""

import json
import re
import sys
from urllib.parse import parse_qsl, unquote, urlsplit

import botocore.session
from botocore.validate import ParamValidator


# Classes of characters that Java's patterns have and Python's lack, near enough.
CLASSES = {
    r"\p{L}": r"\w",
    r"\p{N}": r"\d",
    r"\p{M}": r"\u0300-\u036f",
    r"\p{P}": r"\x21-\x2f\x3a-\x40\x5b-\x60\x7b-\x7e",
    r"\p{S}": r"$+<->^`|~",
    r"\p{Z}": r"\s",
    r"\p{IsWhitespace}": r"\s",
    r"\p{C}": r"\x00-\x1f\x7f-\x9f",
    r"\P{C}": r"\x20-\x7e\xa0-\U0010ffff",
}


def in_python(pattern):
    """A pattern of the model as Python's re reads it."""
    parts = re.split(r"(\[|\]|\\[pP]\{\w+\}|\\.)", pattern)
    bracket = False
    for index, part in enumerate(parts):
        if part in "[]" and part:
            bracket = part == "["
        elif part in CLASSES:
            parts[index] = CLASSES[part] if bracket else f"[{CLASSES[part]}]"
    return "".join(parts)


def faults_of_value(shape, text, name):
    """What is wrong with the text of one parameter."""
    rules = shape.metadata
    if shape.type_name in ("integer", "long"):
        if not re.fullmatch(r"-?\d+", text):
            yield f"{name}: {text!r} is no {shape.type_name}"
            return
        size, what = int(text), "value"
    elif shape.type_name == "boolean":
        if text not in ("true", "false"):
            yield f"{name}: {text!r} is no boolean"
        return
    else:
        size, what = len(text), "length"
        if rules.get("enum") and text not in rules["enum"]:
            yield f"{name}: {text!r} is none of {', '.join(rules['enum'])}"
        try:
            if rules.get("pattern") and not re.fullmatch(in_python(rules["pattern"]), text):
                yield f"{name}: {text!r} does not match {rules['pattern']}"
        except re.error:
            yield f"{name}: the judge cannot read the pattern {rules['pattern']}"
    if "min" in rules and size < rules["min"]:
        yield f"{name}: {what} {size} is below {rules['min']}"
    if "max" in rules and size > rules["max"]:
        yield f"{name}: {what} {size} is above {rules['max']}"


def faults_of_pairs(pairs, members, required, operation):
    """What is wrong with parameters, given the shapes by their name on the wire."""
    seen = set()
    for name, text in pairs:
        if name in seen:
            yield f"{operation}: {name} is given twice"
        seen.add(name)
        if name not in members:
            yield f"{operation}: there is no parameter {name!r}"
            continue
        for fault in faults_of_value(members[name], text, name):
            yield f"{operation}: {fault}"
    for name in sorted(required - seen):
        yield f"{operation}: {name} is missing"


def pattern_of(path):
    """A regular expression for a request URI of the model, whose labels are in braces."""
    parts = re.split(r"\{[^}]+\}", path)
    return re.compile("([^/]+)".join(re.escape(part) for part in parts))


def faults_of_rest(model, request):
    """What is wrong with a call of a REST service whose members are in the query string."""
    url = urlsplit(request["uri"])
    for name in model.operation_names:
        operation = model.operation_model(name)
        if operation.http["method"] == request["method"] and pattern_of(operation.http["requestUri"]).fullmatch(url.path):
            break
    else:
        yield f"no operation of {model.service_name} is {request['method']} {unquote(url.path)}"
        return
    shape = operation.input_shape
    in_query = {
        member.serialization.get("name", key): (key, member)
        for key, member in (shape.members if shape else {}).items()
        if member.serialization.get("location") == "querystring"
    }
    required = {wire for wire, (key, _) in in_query.items() if key in shape.required_members}
    members = {wire: member for wire, (_, member) in in_query.items()}
    pairs = parse_qsl(url.query, keep_blank_values=True)
    yield from faults_of_pairs(pairs, members, required, name)
    headers = {key.lower(): value for key, value in request.get("headers", {}).items()}
    for key, member in (shape.members if shape else {}).items():
        wire = member.serialization.get("name", key).lower()
        if member.serialization.get("location") != "header":
            continue
        if wire in headers:
            yield from (f"{name}: {fault}" for fault in faults_of_value(member, headers[wire], wire))
        elif key in shape.required_members and "headers" in request:
            yield f"{name}: the header {wire} is missing"
    if shape and shape.serialization.get("payload"):
        return
    yield from faults_of_body(name, shape, request["body"].strip())


def faults_of_body(name, shape, body):
    """What is wrong with the body of a call of a REST service."""
    try:
        sent = json.loads(body) if body else {}
    except ValueError:
        yield f"{name}: the body is no JSON"
        return
    in_body = {
        key: member for key, member in (shape.members if shape else {}).items() if "location" not in member.serialization
    }
    for key in sent:
        if key not in in_body:
            yield f"{name}: the body has no member {key!r}"
    for key, member in in_body.items():
        if key in sent:
            report = ParamValidator().validate(sent[key], member)
            if report.has_errors():
                yield f"{name}: {key}: {report.generate_report()}"
            yield from (f"{name}: {fault}" for fault in faults_within(member, sent[key], key))
        elif key in shape.required_members:
            yield f"{name}: {key} is missing in the body"


def faults_within(shape, value, at):
    """What is wrong with the texts in a value: botocore's own validation knows no patterns and enumerations."""
    if isinstance(value, str):
        yield from faults_of_value(shape, value, at)
    elif isinstance(value, dict) and shape.type_name == "structure":
        for key, inner in value.items():
            if key in shape.members:
                yield from faults_within(shape.members[key], inner, f"{at}.{key}")
            else:
                yield f"{at}: there is no member {key!r}"
    elif isinstance(value, dict) and shape.type_name == "map":
        for key, inner in value.items():
            yield from faults_of_value(shape.key, key, at)
            yield from faults_within(shape.value, inner, f"{at}.{key}")
    elif isinstance(value, list) and shape.type_name == "list":
        for index, inner in enumerate(value):
            yield from faults_within(shape.member, inner, f"{at}[{index}]")


def faults_of_query(model, request):
    """What is wrong with a call of a query service, whose lists and structures are spelt out in the names of the form."""
    url = urlsplit(request["uri"])
    if url.path not in ("", "/"):
        yield f"the path is {url.path}, not /"
    yield from faults_of_form(model, request["body"] or url.query, query_name, query_items)


def faults_of_ec2(model, request):
    """The same for EC2, which has names of its own."""
    yield from faults_of_form(model, request["body"], ec2_name, lambda shape, path: path)


def faults_of_form(model, text, name_of, items):
    pairs = parse_qsl(text, keep_blank_values=True)
    form = dict(pairs)
    name = form.get("Action", "")
    if name not in model.operation_names:
        yield f"no operation of {model.service_name} is {name!r}"
        return
    if form.get("Version") != model.api_version:
        yield f"{name}: the version is {form.get('Version')!r}, not {model.api_version}"
    shape = model.operation_model(name).input_shape
    seen = set()
    for key, text in pairs:
        if key in ("Action", "Version"):
            continue
        if key in seen:
            yield f"{name}: {key} is given twice"
        seen.add(key)
        found = shape and shape_at(shape, key.split("."), name_of, items)
        if found is None:
            yield f"{name}: there is no parameter {key!r}"
            continue
        for fault in faults_of_value(found, text, key):
            yield f"{name}: {fault}"
    for key in shape.required_members if shape else ():
        wire = name_of(key, shape.members[key])
        if not any(given == wire or given.startswith(f"{wire}.") for given in seen):
            yield f"{name}: {wire} is missing"


def query_name(key, member):
    """The name of a member in the form of a query service."""
    return member.serialization.get("name", key)


def query_items(shape, path):
    """What is left of a path behind the word that a list's items have."""
    if shape.serialization.get("flattened"):
        return path
    word = shape.member.serialization.get("name", "member")
    return path[1:] if path[0] == word else ()


def ec2_name(key, member):
    """The name of a member in a form: as botocore's serializer has it."""
    if "queryName" in member.serialization:
        return member.serialization["queryName"]
    name = member.serialization.get("name", key)
    return name[0].upper() + name[1:]


def shape_at(shape, path, name_of, items):
    """The shape that a name of the form leads to, if it ends at a plain value."""
    if not path:
        return None if shape.type_name in ("structure", "list") else shape
    if shape.type_name == "structure":
        for key, member in shape.members.items():
            if name_of(key, member) == path[0]:
                return shape_at(member, path[1:], name_of, items)
    elif shape.type_name == "list":
        path = items(shape, path)
        if path and re.fullmatch(r"[1-9]\d*", path[0]):
            return shape_at(shape.member, path[1:], name_of, items)
    return None


def faults_of_json(model, request):
    """What is wrong with a call of a service that is asked in JSON."""
    prefix, _, name = request.get("target", "").partition(".")
    if prefix != model.metadata["targetPrefix"] or name not in model.operation_names:
        yield f"no operation of {model.service_name} is {request.get('target')!r}"
        return
    try:
        sent = json.loads(request["body"])
    except ValueError:
        yield f"{name}: the body is no JSON"
        return
    shape = model.operation_model(name).input_shape
    report = ParamValidator().validate(sent, shape)
    if report.has_errors():
        yield f"{name}: {report.generate_report()}"
    yield from (f"{name}: {fault}" for fault in faults_within(shape, sent, name))


def main(arguments):
    if len(arguments) != 1:
        print("usage: judge.py REQUEST_LOG", file=sys.stderr)
        return 2
    session = botocore.session.get_session()
    judges = {
        "codeartifact": (session.get_service_model("codeartifact"), faults_of_rest),
        "sts": (session.get_service_model("sts"), faults_of_query),
        "cloudformation": (session.get_service_model("cloudformation"), faults_of_query),
        "iam": (session.get_service_model("iam"), faults_of_query),
        "ec2": (session.get_service_model("ec2"), faults_of_ec2),
        "sagemaker": (session.get_service_model("sagemaker"), faults_of_json),
    }
    judged = 0
    reasons = []
    with open(arguments[0], encoding="utf-8") as log:
        for number, line in enumerate(log, 1):
            request = json.loads(line)
            if request["service"] == "unknown":
                reasons.append(f"line {number}: {request['method']} {request['uri']} is for no service")
            if request["service"] not in judges:
                continue
            judged += 1
            model, faults = judges[request["service"]]
            reasons += [f"line {number}: {fault}" for fault in faults(model, request)]
    if judged == 0:
        reasons.append("there is no API request in the log to judge")
    for reason in reasons:
        print(reason)
    if not reasons:
        print(f"{judged} API requests are as the service models say")
    return 1 if reasons else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
