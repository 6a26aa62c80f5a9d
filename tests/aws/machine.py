"""The machine in the scratch VPC: what it is told, and what it says on its console."""

import base64
import gzip
import hashlib
import io
import pathlib
import re
import shlex
import tarfile

LINE = re.compile(r"studio-mirror-smoke (\S+) (\d+)/(\d+) (\S+) ([0-9a-f]{8})\b")
# EC2 takes no more.
LONGEST_USER_DATA = 16_384


def user_data(settings):
    """The script that it runs when it starts, as cloud-init takes it: compressed."""
    told = "".join(f"{name}={shlex.quote(value)}\n" for name, value in settings.items())
    inside = pathlib.Path(__file__).with_name("inside.sh").read_text()
    packed = gzip.compress(f"#!/bin/bash\n{told}{inside}".encode())
    if len(packed) > LONGEST_USER_DATA:
        raise ValueError(f"user data of {len(packed)} bytes; EC2 takes {LONGEST_USER_DATA}")
    return packed


def found(console, run):
    """What it found, name by name; None while not all of it is there."""
    parts, count = {}, None
    for name, at, of, text, sum in LINE.findall(console):
        if name == run and hashlib.sha256(f"{text}\n".encode()).hexdigest().startswith(sum):
            parts[int(at)] = text
            count = int(of)
    if not count or len(parts) < count:
        return None
    packed = base64.b64decode("".join(parts[at] for at in sorted(parts)))
    with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
        files = [member for member in archive if member.isfile()]
        return {pathlib.PurePath(member.name).name: archive.extractfile(member).read().decode(errors="replace") for member in files}
