"""Keyring backend of studio-mirror.

Asks studio-mirror for CodeArtifact tokens; every other question, and all
storing and deleting, goes on to the backend that was there before.

Written by `studio-mirror login`, taken away by `studio-mirror logout`.
"""

import os
import subprocess
import sys

from keyring import backend, credentials, errors
from keyring.backends import chainer

BINARY = "@BINARY@"
RANK = "@RANK@"
PREVIOUS = "@PREVIOUS@"
PREVIOUS_PATH = "@PREVIOUS_PATH@"


class Backend(backend.KeyringBackend):
    """CodeArtifact's hosts by studio-mirror, all others by the previous backend."""

    # 0, where keyringrc.cfg names us, keeps keyring's chainer from calling us in a circle.
    priority = RANK

    def get_password(self, service, username):
        """The token for user `aws`, or what the previous backend says."""
        credential = _ask(service, username)
        if credential:
            return credential.password
        try:
            return self._previous().get_password(service, username)
        except errors.NoKeyringError:
            # There is no other: nobody knows a password, and no client is to take that for a failure.
            return None

    def get_credential(self, service, username):
        """As `get_password`, with the user name."""
        credential = _ask(service, username)
        if credential:
            return credential
        try:
            return self._previous().get_credential(service, username)
        except errors.NoKeyringError:
            return None

    def set_password(self, service, username, password):
        """Left to the previous backend."""
        return self._previous().set_password(service, username, password)

    def delete_password(self, service, username):
        """Left to the previous backend."""
        return self._previous().delete_password(service, username)

    def _previous(self):
        if PREVIOUS:
            from keyring import core

            if PREVIOUS_PATH:
                sys.path.insert(0, os.path.expanduser(PREVIOUS_PATH))
            try:
                return core.load_keyring(PREVIOUS)
            except Exception as error:  # a backend can fail in any way of its own
                sys.stderr.write("keyring backend %s: %s\n" % (PREVIOUS, error))
        # Ranked, we are part of the chain ourselves.
        ours = (Backend, chainer.ChainerBackend) if RANK else Backend
        others = [k for k in backend.get_all_keyring() if not isinstance(k, ours)]
        return max(others, key=lambda k: k.priority)


def _ask(service, username):
    if not str(service).startswith(("https://", "http://")):
        return None
    if username not in (None, "", "aws"):
        return None
    command = [BINARY, "keyring", "--mode=creds", "get", service, username or ""]
    try:
        answer = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            universal_newlines=True,
        )
    except (OSError, ValueError):
        return None
    lines = answer.stdout.splitlines()
    if answer.returncode != 0 or len(lines) != 2:
        return None
    return credentials.SimpleCredential(lines[0], lines[1])
