"""Reads filled templates as CloudFormation does, and says what they hold: read.py < [TEMPLATE, …] > [{…}, …]"""
import json
import sys

from cfnlint.decode.cfn_yaml import loads
from cloudformation import plain

if __name__ == "__main__":
    templates = [plain(loads(text)) for text in json.load(sys.stdin)]
    json.dump(templates, sys.stdout)
