"""Reads files as pip does: a JSON string a line in, null (refused) or {section: {key: value}} a line out."""

import configparser
import io
import json
import sys


class PipParser(configparser.RawConfigParser):
    # pip 26's own rule (`_normalize_name`): older ones apply it to what was read.
    def optionxform(self, name):
        name = name.lower().replace("_", "-")
        return name[2:] if name.startswith("--") else name


for line in sys.stdin:
    parser = PipParser()
    # A file, not a string: only files have universal newlines.
    file = io.TextIOWrapper(io.BytesIO(json.loads(line).encode("utf-8")), encoding="utf-8")
    try:
        parser.read_file(file)
        answer = {section: dict(parser._sections[section]) for section in parser.sections()}
        answer["DEFAULT"] = dict(parser.defaults())
    except configparser.Error:
        answer = None
    print(json.dumps(answer))
