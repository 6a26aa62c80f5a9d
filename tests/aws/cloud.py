"""The account, by the AWS CLI and studio-mirror."""

import json
import os
import pathlib
import subprocess
import time


class Failed(Exception):
    """A command that did not do what it was asked to, with what it said."""


class Cloud:
    def __init__(self, region, binary, folder):
        self.region, self.binary, self.folder = region, binary, pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        # Only the flags say where the packages are: no settings of whoever runs this.
        environment = {name: value for name, value in os.environ.items() if not name.startswith("STUDIO_MIRROR_")}
        own = str(self.folder / "settings")
        environment |= {"AWS_PAGER": "", "AWS_REGION": region, "AWS_DEFAULT_REGION": region}
        environment |= {"XDG_CONFIG_HOME": own, "XDG_STATE_HOME": own, "XDG_CACHE_HOME": own}
        self.environment = environment

    def run(self, words, **more):
        """In a session of its own: Ctrl-C ends this program, which then looks after what the command was at."""
        environment = self.environment | more
        return subprocess.run(words, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, start_new_session=True)

    def ask(self, *words):
        """The AWS CLI's answer."""
        done = self.run(["aws", *words, "--output", "json"])
        if done.returncode:
            raise Failed(f"aws {' '.join(words[:2])}: {done.stderr.strip()}")
        return json.loads(done.stdout or "null")

    def refusal(self, session, *words):
        """What is said to the holder of these temporary credentials, if it is no answer."""
        keys = {"AWS_ACCESS_KEY_ID": "AccessKeyId", "AWS_SECRET_ACCESS_KEY": "SecretAccessKey", "AWS_SESSION_TOKEN": "SessionToken"}
        return self.run(["aws", *words], **{name: session[key] for name, key in keys.items()}).stderr.strip()

    def bootstrap(self, *words, good=(0,)):
        """What `studio-mirror bootstrap …` has as its result; all that it says is kept in the run's folder."""
        done = self.run([self.binary, "bootstrap", *words])
        with open(self.folder / "bootstrap.log", "a") as log:
            log.write(f"$ studio-mirror bootstrap {' '.join(words)}\n{done.stdout}{done.stderr}[exit {done.returncode}]\n")
        if done.returncode not in good:
            raise Failed(f"studio-mirror bootstrap {words[0]}: exit {done.returncode}\n{done.stdout}{done.stderr}".rstrip())
        return done.stdout

    def stacks(self):
        """Each stack that is there, with its tags."""
        told = self.ask("cloudformation", "describe-stacks")["Stacks"]
        there = [stack for stack in told if stack["StackStatus"] != "DELETE_COMPLETE"]
        return {stack["StackName"]: stack | {"Tags": tags(stack)} for stack in there}

    def stack(self, name):
        return self.stacks().get(name)

    def failures(self, stack):
        """What CloudFormation says went wrong in a stack."""
        told = self.ask("cloudformation", "describe-stack-events", "--stack-name", stack)["StackEvents"]
        failed = [one for one in told if one["ResourceStatus"].endswith("_FAILED")]
        return "; ".join(f"{one['LogicalResourceId']}: {one.get('ResourceStatusReason', '')}" for one in failed)

    def resources(self, stack):
        """What a stack is made of: logical id, physical id, time of the last change."""
        told = self.ask("cloudformation", "describe-stack-resources", "--stack-name", stack)["StackResources"]
        return [(one["LogicalResourceId"], one.get("PhysicalResourceId"), str(one.get("Timestamp"))) for one in told]

    def machines(self, key, value="*"):
        """The machines with this tag that are not gone: id to tags."""
        states = "Name=instance-state-name,Values=pending,running,shutting-down,stopping,stopped"
        told = self.ask("ec2", "describe-instances", "--filters", f"Name=tag:{key},Values={value}", states)
        return {one["InstanceId"]: tags(one) for group in told["Reservations"] for one in group["Instances"]}

    def domains(self):
        """The names of CodeArtifact's domains."""
        return [one["name"] for one in self.ask("codeartifact", "list-domains")["domains"]]

    def delete_domain(self, domain):
        """One that no stack has any more, with its repositories."""
        for one in self.ask("codeartifact", "list-repositories-in-domain", "--domain", domain)["repositories"]:
            self.ask("codeartifact", "delete-repository", "--domain", domain, "--repository", one["name"])
        self.ask("codeartifact", "delete-domain", "--domain", domain)


def tags(one):
    return {tag["Key"]: tag["Value"] for tag in one.get("Tags", [])}


def wait(what, seconds, look):
    """What `look` says once it says something."""
    end, pause = time.monotonic() + seconds, 1
    while True:
        seen = look()
        if seen:
            return seen
        if time.monotonic() > end:
            raise Failed(f"{what}: not after {seconds} seconds")
        time.sleep(pause)
        pause = min(pause * 2, 5)
