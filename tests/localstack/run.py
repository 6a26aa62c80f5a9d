"""Runs LocalStack until standard input ends: whoever started it is gone then, however that came."""

import os
import sys
import threading


def watch():
    while sys.stdin.buffer.read(1024):
        pass
    os._exit(0)


threading.Thread(target=watch, daemon=True).start()

from localstack.runtime.main import main  # noqa: E402: the watch comes first

main()
