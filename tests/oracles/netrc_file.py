"""Reads files as Python's netrc does: a JSON string a line in, null (refused) or {machine: [login, password]} a line out."""

import json
import netrc
import sys
import tempfile

for line in sys.stdin:
    with tempfile.NamedTemporaryFile() as file:
        file.write(json.loads(line).encode("utf-8"))
        file.flush()
        try:
            hosts = netrc.netrc(file.name).hosts
            answer = {name: [login, password] for name, (login, _, password) in hosts.items()}
        except netrc.NetrcParseError:
            answer = None
    print(json.dumps(answer))
