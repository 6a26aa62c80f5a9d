"""The emulator and a person's environment on it, for the scripts that measure."""

import json
import os
import subprocess


def start_emulator(emulator, scratch, style, *options):
    """The process, and its addresses by name ("http", "https", "ca")."""
    command = [emulator, "--endpoint-style", style, "--state-dir", os.path.join(scratch, style), *options]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    return process, json.loads(process.stdout.readline())


def environment(home, path, url):
    return {
        "HOME": home,
        "PATH": ":".join([*path, "/usr/bin", "/bin"]),
        "LANG": "C.UTF-8",
        "AWS_ACCESS_KEY_ID": "AKIAEMULATOREXAMPLE",
        "AWS_SECRET_ACCESS_KEY": "emulator-secret-key",
        "AWS_REGION": "us-east-1",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ENDPOINT_URL": url,
        "AWS_EC2_METADATA_DISABLED": "true",
        "STUDIO_MIRROR_API_ENDPOINT": url,
    }


INDEX = "https://corp-111122223333.d.codeartifact.us-east-1.amazonaws.com/pypi/team/simple/"
"""What pip asks the helper about, after a login at an emulator of style "aws"."""
