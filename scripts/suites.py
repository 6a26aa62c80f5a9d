#!/usr/bin/env python3
"""Runs the test suites of this workspace, some beside each other: most of their tests wait for something (a token's end, a time limit,
a package client) rather than compute. What a suite says comes whole when it ends, and a table of how long each took at the end.

    scripts/suites.py [SUITE...]     all of them, or only those named
"""

import json
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor, as_completed

BESIDE_EACH_OTHER = 2
# They judge how long something takes, fill both cores with processes, or install with tokens that live seconds: nothing else runs meanwhile.
ALONE = ["fleet", "generated_answers", "system"]
# The longest first: none is left over at the end. The others give way to the first, whose tests share one LocalStack, a single thread of
# Python.
LONG = ["bootstrap", "maven_tools", "check_lab", "python_tools", "refresh", "dotnet_tool", "check_tools", "js_tools", "lifecycle", "clients"]


def suites():
    """Name to the arguments that have Cargo run it."""
    described = subprocess.run(
        ["cargo", "metadata", "--locked", "--no-deps", "--format-version", "1"],
        check=True, stdout=subprocess.PIPE,
    )
    found = {"unit tests": ["--lib", "--bins"], "examples in comments": ["--doc"]}
    for package in json.loads(described.stdout)["packages"]:
        for target in package["targets"]:
            if target["kind"] == ["test"]:
                found[target["name"]] = ["--test", target["name"]]
    return found


def run(name, arguments):
    begin = time.monotonic()
    # The whole workspace: another choice of packages, and so of features, would compile everything twice.
    command = ["cargo", "test", "--locked", "--workspace", *arguments]
    if name != LONG[0] and name not in ALONE:
        command = ["nice", "-n", "10", *command]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return name, done, time.monotonic() - begin


def show(name, done, seconds):
    print(f"\n--> {name} ({seconds:.0f} s)", flush=True)
    sys.stdout.buffer.write(done.stdout)
    sys.stdout.buffer.flush()


def main(named):
    known = suites()
    unknown = [name for name in named if name not in known]
    if unknown:
        sys.exit(f"suites: error: there is no suite {unknown[0]}; there are: {', '.join(sorted(known))}")
    wanted = named or sorted(known, key=lambda name: LONG.index(name) if name in LONG else len(LONG))
    outcomes = []
    with ThreadPoolExecutor(BESIDE_EACH_OTHER) as pool:
        begun = [pool.submit(run, name, known[name]) for name in wanted if name not in ALONE]
        for ended in as_completed(begun):
            outcomes.append(ended.result())
            show(*outcomes[-1])
    for name in wanted:
        if name in ALONE:
            outcomes.append(run(name, known[name]))
            show(*outcomes[-1])
    print("\nSeconds of each suite, the longest first:")
    for name, done, seconds in sorted(outcomes, key=lambda outcome: -outcome[2]):
        print(f"{seconds:7.0f} {name}{'' if done.returncode == 0 else '   FAILED'}")
    failed = [name for name, done, _ in outcomes if done.returncode != 0]
    if failed:
        sys.exit(f"suites: error: failed: {', '.join(failed)}")


if __name__ == "__main__":
    main(sys.argv[1:])
