"""Runs studio-mirror once in a real AWS account: see README.md beside this file. Started by scripts/aws-smoke."""

import argparse
import json
import os
import pathlib
import signal
import sys
import time

import cost
import rows
from cloud import Cloud, Failed
from run import MACHINE_TYPE, NAME, TAG, Run


def runs_left(cloud):
    """The names of runs of which something is there."""
    stacks = [stack["Tags"].get(TAG) for stack in cloud.stacks().values()]
    machines = [tags.get(TAG) for tags in cloud.machines(TAG).values()]
    names = {name for name in [*stacks, *machines, *cloud.domains()] if name}
    return sorted(name for name in names if NAME.fullmatch(name))


def take_away(run):
    """True if nothing is left. A signal does not stop it: what it leaves would cost money."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: run.say("still tearing down; kill -9 leaves it to: scripts/aws-smoke --clean-up"))
    try:
        left = run.tear_down()
    except Failed as failure:
        left = [str(failure)]
    for one in left:
        print(f"error: left behind: {one}", file=sys.stderr)
    if left:
        print(f"hint: scripts/aws-smoke --region {run.cloud.region} --clean-up {run.name}", file=sys.stderr)
    run.add(rows.judged("destroy", not left, "; ".join(left) or "no stack, machine, or domain"))
    return not left


def agreed(arguments, question):
    if arguments.yes:
        return True
    if not sys.stdin.isatty():
        sys.exit("error: nobody is there to ask\nhint: say --yes")
    return input(f"{question} Type yes: ").strip() == "yes"


def smoke(arguments, cloud, caller):
    name = time.strftime("smoke-%Y%m%d-%H%M%S")
    run = Run(cloud(name), name, caller["Account"])
    print(f"""This makes, in account {caller["Account"]}, region {arguments.region}, as {caller["Arn"]}:

  stack {name}-scratch
      a VPC without a way out, two subnets, a security group, a role
  stacks {name}-packages and {name}-consumer, by bootstrap
      a CodeArtifact domain with its repositories, {cost.INTERFACES} interface endpoints and one of S3, two policies on
      that role, two lifecycle configurations that nothing uses
  two {MACHINE_TYPE}, one after the other, for some minutes

Nothing that is there is touched, and no Studio domain is made. Everything has the tag
{TAG}={name}. It takes about 20 minutes{", and stays (--keep)" if arguments.keep else " and is taken away again"}.
{cost.told()}
""")
    if not agreed(arguments, "Go?"):
        return 1
    is_whole, is_gone = False, True
    try:
        run.whole()
        is_whole = True
    except Failed as failure:
        print(f"error: {failure}", file=sys.stderr)
    except KeyboardInterrupt:
        print("\nstopped", file=sys.stderr)
    finally:
        if arguments.keep:
            print(f"Kept. To take it away: scripts/aws-smoke --region {arguments.region} --clean-up {name}")
        else:
            is_gone = take_away(run)
    return conclude(run, is_whole and is_gone)


def conclude(run, is_whole):
    every = run.rows + rows.not_seen(run.rows)
    for title, ids in (("The way itself", rows.WAY), ("Of docs/unverified.md", rows.SETTLED)):
        print(f"\n{title}:")
        for row in every:
            if row.id in ids:
                print(f"  {row.verdict:8} {row.title}\n{'':11}{row.detail}")
    report = {"schema_version": 1, "run": run.name, "region": run.cloud.region}
    report["rows"] = [{"id": row.id, "verdict": row.verdict, "title": row.title, "detail": row.detail} for row in every]
    (run.cloud.folder / "report.json").write_text(json.dumps(report, indent=2) + "\n")
    print(f"\nAll that was found: {run.cloud.folder}")
    return 0 if is_whole and all(row.verdict != rows.DIFFERS for row in every) else 1


def clean_up(arguments, cloud, caller):
    names = [arguments.clean_up] if arguments.clean_up else runs_left(cloud("clean-up"))
    if not names:
        print(f"Nothing of any run is in account {caller['Account']}, region {arguments.region}.")
        return 0
    print(f"In account {caller['Account']}, region {arguments.region}, there is something of: {', '.join(names)}.")
    if not agreed(arguments, "Take all of it away?"):
        return 1
    return 0 if all([take_away(Run(cloud(name), name, caller["Account"])) for name in names]) else 1


def parsed():
    parser = argparse.ArgumentParser(prog="scripts/aws-smoke", description="Tries studio-mirror in a real AWS account: tests/aws/README.md")
    parser.add_argument("--region", default=os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION"))
    parser.add_argument("--yes", action="store_true", help="do not ask")
    parser.add_argument("--keep", action="store_true", help="do not take it away at the end")
    parser.add_argument("--clean-up", nargs="?", const="", metavar="RUN", help="take away what a killed run left [default: of all runs]")
    parser.add_argument("--out", default="target/aws-smoke", metavar="DIR", help="where what is found goes [default: target/aws-smoke]")
    parser.add_argument("--binary", required=True, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if not arguments.region:
        parser.error("name the region: --region, or AWS_REGION")
    if arguments.clean_up and not NAME.fullmatch(arguments.clean_up):
        parser.error(f"{arguments.clean_up} is no run's name")
    return arguments


def stop(*_):
    raise KeyboardInterrupt


def main():
    arguments = parsed()
    # A script's background job is born deaf to SIGINT; whoever sends it one means it. nohup's wish counts.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    if signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:
        signal.signal(signal.SIGHUP, stop)

    def cloud(name):
        return Cloud(arguments.region, arguments.binary, pathlib.Path(arguments.out) / name)

    try:
        caller = cloud("clean-up").ask("sts", "get-caller-identity")
        begin = smoke if arguments.clean_up is None else clean_up
        return begin(arguments, cloud, caller)
    except Failed as failure:
        print(f"error: {failure}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
