"""What CloudFormation would make of templates: their resources with every function and condition worked out.

    cloudformation.py < [{"body": …, "parameters": {…}}, …] > [{"resources": …, "outputs": …, "template": …}, …]

A reference to another resource becomes `<LogicalId>` or `<LogicalId.Attribute>`; to its name, the name.
"""
import base64
import json
import sys

from cfnlint.decode.cfn_yaml import loads

NOTHING = object()


def plain(node):
    """Without the reader's own types."""
    if isinstance(node, dict):
        return {str(key): plain(value) for key, value in node.items()}
    if isinstance(node, list):
        return [plain(item) for item in node]
    return str(node) if isinstance(node, str) else node


class Stack:
    def __init__(self, template, given):
        self.template = template
        # Resources that something refers to.
        self.referred = set()
        unknown = set(given) - set(template["Parameters"])
        assert not unknown, f"no such parameters: {unknown}"
        self.values = {
            "AWS::Partition": "aws",
            "AWS::Region": "eu-west-1",
            "AWS::AccountId": "111122223333",
            "AWS::NoValue": NOTHING,
        }
        for name, parameter in template["Parameters"].items():
            value = str(given.get(name, parameter.get("Default")))
            is_list = parameter["Type"] == "CommaDelimitedList"
            self.values[name] = value.split(",") if is_list else value

    def condition(self, node):
        if isinstance(node, str):
            return self.condition(self.template["Conditions"][node])
        ((name, argument),) = node.items()
        if name == "Condition":
            return self.condition(argument)
        if name == "Fn::Equals":
            return self.value(argument[0]) == self.value(argument[1])
        parts = [self.condition(part) for part in argument]
        return {"Fn::Not": lambda: not parts[0], "Fn::And": lambda: all(parts), "Fn::Or": lambda: any(parts)}[name]()

    def value(self, node):
        if isinstance(node, list):
            return [value for value in map(self.value, node) if value is not NOTHING]
        if not isinstance(node, dict):
            return node
        if len(node) == 1:
            ((name, argument),) = node.items()
            if name == "Ref":
                if argument not in self.values:
                    self.referred.add(argument)
                return self.values.get(argument, f"<{argument}>")
            if name.startswith("Fn::"):
                return getattr(self, name[4:])(argument)
        members = {key: self.value(value) for key, value in node.items()}
        return {key: value for key, value in members.items() if value is not NOTHING}

    def GetAtt(self, argument):
        name, attribute = argument if isinstance(argument, list) else argument.split(".")
        self.referred.add(name)
        if attribute == "Name":
            properties = self.template["Resources"][name].get("Properties", {})
            return self.value(properties.get("RepositoryName", properties["DomainName"]))
        return f"<{name}.{attribute}>"

    def If(self, argument):
        return self.value(argument[1 if self.condition(argument[0]) else 2])

    def Sub(self, text):
        for name, value in self.values.items():
            if isinstance(value, str):
                text = text.replace("${" + name + "}", value)
        assert "${" not in text, text
        return text

    def Join(self, argument):
        return argument[0].join(self.value(argument[1]))

    def Split(self, argument):
        return self.value(argument[1]).split(argument[0])

    def Base64(self, argument):
        return base64.b64encode(self.value(argument).encode()).decode()

    def FindInMap(self, argument):
        found = self.template["Mappings"]
        for key in argument:
            found = found[key]
        return found

    def resources(self):
        made = {}
        for name, resource in self.template["Resources"].items():
            if "Condition" not in resource or self.condition(resource["Condition"]):
                rest = {key: value for key, value in resource.items() if key not in ("Properties", "Condition")}
                made[name] = rest | {"Properties": self.value(resource.get("Properties", {}))}
        return made

    def outputs(self):
        outputs = self.template["Outputs"].items()
        return {
            name: self.value(output["Value"])
            for name, output in outputs
            if "Condition" not in output or self.condition(output["Condition"])
        }


def made(body, parameters):
    stack = Stack(plain(loads(body)), parameters)
    return {"resources": stack.resources(), "outputs": stack.outputs(), "template": stack.template}


if __name__ == "__main__":
    json.dump([made(**template) for template in json.load(sys.stdin)], sys.stdout)
