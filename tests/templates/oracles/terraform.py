"""What Terraform would make of a module, and whether the providers know its words. No provider runs: none can be had offline.

    terraform.py plan MODULE                       > RESOURCES.json
    terraform.py schema MODULE AWS AWSCC           every word against the providers' published bindings
    terraform.py block FILE RESOURCE AWS           the same for lines that belong into a resource of somebody else's

`plan` is Terraform's own: each resource is made a `terraform_data`, which is built in, with the same arguments as its input.
"""
import ast
import json
import re
import shutil
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path

import hcl2

META = {"count", "for_each", "lifecycle", "provider", "depends_on"}
WORLD = {
    "data.aws_caller_identity.current.account_id": '"111122223333"',
    "data.aws_partition.current.partition": '"aws"',
    "data.aws_region.current.id": '"eu-west-1"',
}
REFERENCE = re.compile(r"(?<!data\.)\b((?:aws|awscc)_\w+)\.(\w+)((?:\[[^\]]*\])?)\.(\w+)")


def bare(name):
    return name.strip('"')


def without_marks(node):
    """Without what the parser adds."""
    if isinstance(node, dict):
        return {bare(key): without_marks(value) for key, value in node.items() if not key.startswith("__")}
    if isinstance(node, list):
        return [without_marks(item) for item in node]
    return node


def as_json_syntax(node):
    """As Terraform's JSON has it: a string is a template, an expression is one in `${}`."""
    if isinstance(node, dict):
        return {key: as_json_syntax(value) for key, value in node.items()}
    if isinstance(node, list):
        return [as_json_syntax(item) for item in node]
    if isinstance(node, str) and node.startswith('"'):
        return node[1:-1]
    return node


def resources(text):
    for block in hcl2.loads(text).get("resource", []):
        for kind, named in without_marks(block).items():
            for name, body in named.items():
                yield kind, name, body


def plan(module):
    text = "\n".join(path.read_text() for path in sorted(module.glob("*.tf")) if path.name != "versions.tf")
    text = re.sub(r'(?m)^data "\w+" "\w+" \{\}\n', "", text)
    for reference, value in WORLD.items():
        text = text.replace(reference, value)
    referred = {(kind, name): set() for kind, name, _ in resources(text)}
    for kind, name, _, attribute in REFERENCE.findall(text):
        referred[kind, name].add(attribute)
    text = REFERENCE.sub(r"terraform_data.\1__\2\3.input.\4", text)
    stood_in = {}
    for kind, name, body in resources(text):
        stand_in = {key: value for key, value in body.items() if key in ("count", "for_each")}
        stand_in["input"] = {key: value for key, value in body.items() if key not in META}
        for attribute in referred[kind, name] - set(body):
            each = ".${each.key}" if "for_each" in body else ""
            stand_in["input"][attribute] = f'"<{kind}.{name}{each}.{attribute}>"'
        stood_in[f"{kind}__{name}"] = stand_in
    rest = re.sub(r'(?ms)^resource "\w+" "\w+" \{\n.*?^\}\n', "", text)
    with tempfile.TemporaryDirectory() as scratch:
        scratch = Path(scratch)
        for path in module.iterdir():
            if path.suffix != ".tf":
                shutil.copy(path, scratch)
        (scratch / "rest.tf").write_text(rest)
        (scratch / "resources.tf.json").write_text(
            json.dumps({"resource": {"terraform_data": as_json_syntax(stood_in)}} if stood_in else {})
        )
        run(scratch, "init", "-input=false")
        run(scratch, "plan", "-input=false", "-refresh=false", "-out=plan")
        planned = json.loads(run(scratch, "show", "-json", "plan"))
    made = {}
    for resource in planned["planned_values"]["root_module"].get("resources", []):
        kind, name = resource["name"].split("__", 1)
        address = f"{kind}.{name}" + (f".{resource['index']}" if "index" in resource else "")
        made[address] = {"type": kind} | resource["values"]["input"]
    outputs = planned["planned_values"].get("outputs", {}).items()
    variables = [bare(name) for block in hcl2.loads(text)["variable"] for name in block]
    return {"resources": made, "variables": variables, "outputs": {name: output.get("value") for name, output in outputs}}


def run(folder, *arguments):
    done = subprocess.run(["terraform", *arguments, "-no-color"] if arguments[0] != "show" else ["terraform", *arguments],
                          cwd=folder, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"terraform {' '.join(arguments)}:\n{done.stdout}{done.stderr}")
    return done.stdout


class Bindings:
    """The words of a provider, from the text of its bindings."""

    def __init__(self, client):
        (self.folder,) = (path.parent for path in Path(client).glob("lib/*/site-packages/*/_jsii"))

    @cache
    def classes(self, kind):
        module = self.folder / kind.split("_", 1)[1] / "__init__.py"
        if not module.is_file():
            sys.exit(f"no resource {kind}")
        tree = ast.parse(module.read_text())
        return {node.name: node for node in tree.body if isinstance(node, ast.ClassDef)}

    def arguments(self, kind, nested=None):
        """Argument → (needed, the class of a block)."""
        classes = self.classes(kind)
        name = nested or next(name for name in classes if f"{name}Config" in classes)
        init = next(node for node in classes[name].body if getattr(node, "name", "") == "__init__")
        documented = dict(re.findall(r":param (\w+):[^\n]*#(\w+) \w+#", ast.get_docstring(init) or ""))
        found = {}
        for argument, default in zip(init.args.kwonlyargs, init.args.kw_defaults):
            # Only arguments of Terraform's have a place in its documentation.
            if argument.arg in documented:
                annotation = ast.unparse(argument.annotation)
                block = [word for word in re.findall(r"\w+", annotation) if word in classes]
                found[documented[argument.arg]] = (default is None, block[0] if block else None)
        return found

    def attributes(self, kind):
        classes = self.classes(kind)
        main = classes[next(name for name in classes if f"{name}Config" in classes)]
        return {node.name for node in main.body if isinstance(node, ast.FunctionDef)}

    def faults(self, kind, body, where, nested=None, complete=True):
        known = self.arguments(kind, nested)
        for name, value in body.items():
            if nested is None and name in META:
                continue
            if name not in known:
                yield f"{where}: no argument {name}"
                continue
            block = known[name][1]
            for part in value if isinstance(value, list) else [value]:
                if block and isinstance(part, dict):
                    yield from self.faults(kind, part, f"{where}.{name}", block, complete)
        for name, (needed, _) in known.items():
            if complete and needed and name not in body:
                yield f"{where}: {name} is missing"


def schema(module, aws, awscc):
    providers = {"aws": Bindings(aws), "awscc": Bindings(awscc)}
    text = "\n".join(path.read_text() for path in sorted(module.glob("*.tf")))
    count = 0
    for kind, name, body in resources(text):
        yield from providers[kind.split("_")[0]].faults(kind, body, f"{kind}.{name}")
        count += 1
    for kind, name, _, attribute in REFERENCE.findall(text):
        if attribute not in providers[kind.split("_")[0]].attributes(kind):
            yield f"{kind}.{name}: no attribute {attribute}"
    for kind, attribute in re.findall(r"\bdata\.(\w+)\.\w+\.(\w+)", text):
        if attribute not in providers["aws"].attributes(f"aws_data_{kind}"):
            yield f"data.{kind}: no attribute {attribute}"
    if not count:
        yield "no resource was read"


def block(path, kind, aws):
    body = without_marks(hcl2.loads(path.read_text()))
    assert body, "nothing was read"
    return Bindings(aws).faults(kind, body, kind, complete=False)


if __name__ == "__main__":
    task, *arguments = sys.argv[1:]
    if task == "plan":
        json.dump(plan(Path(arguments[0])), sys.stdout)
    else:
        found = {"schema": schema, "block": block}[task](Path(arguments[0]), *arguments[1:])
        print("\n".join(found), end="")
