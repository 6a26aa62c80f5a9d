"""One run: what it makes, and what it finds."""

import datetime
import functools
import json
import pathlib
import re
import time

import cost
import rows
from cloud import Failed, wait
from machine import found, user_data

# Everything has this tag, and the run's name for its value.
TAG = "studio-mirror-smoke"
NAME = re.compile(r"smoke-\d{8}-\d{6}")
REPOSITORY = "team"
MACHINE_TYPE = "t3.micro"
IMAGE = "resolve:ssm:/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64"
TEMPLATE = pathlib.Path(__file__).with_name("scratch.yaml")


class Run:
    def __init__(self, cloud, name, account):
        self.cloud, self.name, self.account = cloud, name, account
        self.rows = []
        self.scratch = f"{name}-scratch"
        self.place = {}

    def say(self, text):
        print(f"{time.strftime('%H:%M:%S')}  {text}", flush=True)

    def add(self, *more):
        for row in more:
            self.rows.append(row)
            self.say(f"  {row.verdict:8} {row.id}: {row.detail}")

    def whole(self):
        """Every step, in the order in which one needs the other."""
        self.make_scratch()
        session = self.session()
        self.apply()
        self.apply_again()
        self.look_at_bucket()
        self.say("starting a machine in the VPC, which does what a space does; some minutes")
        self.add(*rows.of_machine(self.machine("whole"), self.cloud.region))
        self.bind_policy()
        self.say("starting another one behind an endpoint policy that is bound to the role")
        self.add(rows.of_bound_policy(self.machine("challenge").get("challenge", "")))
        self.outlive(session)

    def make_scratch(self):
        self.say(f"making the stack {self.scratch}: a VPC without a way out, and a role")
        zones = self.zones()
        self.cloud.ask(
            "cloudformation", "create-stack", "--stack-name", self.scratch, "--capabilities", "CAPABILITY_IAM",
            "--template-body", TEMPLATE.read_text(), "--tags", f"Key={TAG},Value={self.name}",
            "--parameters", *(f"ParameterKey=Zone{letter},ParameterValue={zone}" for letter, zone in zip("AB", zones)),
        )  # fmt: skip
        stack = wait(f"the stack {self.scratch}", 900, lambda: self.settled(self.scratch))
        if stack["StackStatus"] != "CREATE_COMPLETE":
            raise Failed(f"the stack {self.scratch} is {stack['StackStatus']}: {self.cloud.failures(self.scratch)}")
        self.place = {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}

    def settled(self, name):
        stack = self.cloud.stack(name)
        return stack if stack and not stack["StackStatus"].endswith("_IN_PROGRESS") else None

    def zones(self):
        """Two that have the machine's type and every endpoint's service: not each zone of a region has."""
        names = ("codeartifact.api", "codeartifact.repositories", "sagemaker.api")
        services = [f"com.amazonaws.{self.cloud.region}.{name}" for name in names]
        told = self.cloud.ask("ec2", "describe-vpc-endpoint-services", "--service-names", *services)["ServiceDetails"]
        offered = self.cloud.ask(
            "ec2", "describe-instance-type-offerings", "--location-type", "availability-zone",
            "--filters", f"Name=instance-type,Values={MACHINE_TYPE}",
        )["InstanceTypeOfferings"]  # fmt: skip
        common = {one["Location"] for one in offered}
        for service in told:
            common &= set(service["AvailabilityZones"])
        if len(common) < 2:
            raise Failed(f"no two zones of {self.cloud.region} have {MACHINE_TYPE} and the endpoints' services")
        return sorted(common)[:2]

    def flags(self):
        return (
            "--name", self.name, "--domain", self.name, "--domain-owner", self.account, "--repository", REPOSITORY,
            "--vpc-id", self.place["VpcId"], "--subnet-ids", self.place["SubnetIds"],
            "--security-group-ids", self.place["SecurityGroupId"], "--role-arn", self.place["RoleArn"],
            "--endpoints", ",".join(cost.ENDPOINTS), "--tags", f"{TAG}={self.name}", "--binary", self.cloud.binary,
        )  # fmt: skip

    def session(self):
        """Of a role that may do nothing, as short as sessions are."""

        def opened():
            try:
                return self.cloud.ask("sts", "assume-role", "--role-arn", self.place["VisitorArn"], "--role-session-name", self.name,
                    "--duration-seconds", "900")["Credentials"]  # fmt: skip
            except Failed as failure:
                # A new role is known everywhere after some seconds.
                if "AccessDenied" not in str(failure):
                    raise
                return None

        try:
            return wait("a session of the visitor", 90, opened)
        except Failed as failure:
            # One row stays open.
            self.say(f"  no session: {failure}")
            return None

    def outlive(self, session):
        if not session:
            return
        end = datetime.datetime.fromisoformat(session["Expiration"].replace("Z", "+00:00"))
        left = max(0, (end - datetime.datetime.now(datetime.timezone.utc)).total_seconds())
        self.say(f"waiting {left:.0f} seconds for a session's end")
        time.sleep(left)

        def said():
            refusal = self.cloud.refusal(session, "ec2", "describe-vpcs")
            return None if "UnauthorizedOperation" in refusal else refusal

        self.add(rows.of_expired(wait("the session's end", 300, said)))

    def apply(self):
        self.say("bootstrap apply: packages, endpoints, policies, the lifecycle script, the binary; some minutes")
        self.cloud.bootstrap("apply", "--yes", *self.flags())
        told = self.cloud.bootstrap("plan", *self.flags(), good=(0, 1, 3, 4))
        verdict = next((line for line in told.splitlines() if "No change" in line), None)
        self.add(rows.judged("no-change", verdict, verdict or told.strip()[-300:]))

    def apply_again(self):
        """With words that nothing but the stack's memory holds."""
        stack = f"{self.name}-consumer"
        before = self.cloud.resources(stack)
        self.cloud.bootstrap("apply", "--yes", *self.flags(), "--attach", "print")
        self.add(rows.of_memory(before, self.cloud.resources(stack)))

    def look_at_bucket(self):
        told = self.cloud.ask("codeartifact", "describe-domain", "--domain", self.name)
        policy = self.endpoint("s3")["PolicyDocument"]
        self.add(rows.of_bucket(told["domain"]["s3BucketArn"], self.cloud.region, json.loads(policy)))

    def endpoint(self, service):
        name = f"com.amazonaws.{self.cloud.region}.{service}"
        which = [f"Name=vpc-id,Values={self.place['VpcId']}", f"Name=service-name,Values={name}"]
        return self.cloud.ask("ec2", "describe-vpc-endpoints", "--filters", *which)["VpcEndpoints"][0]

    def bind_policy(self):
        allow = {"Effect": "Allow", "Principal": {"AWS": self.place["RoleArn"]}, "Action": "codeartifact:*", "Resource": "*"}
        policy = json.dumps({"Version": "2012-10-17", "Statement": [allow]})
        endpoint = self.endpoint("codeartifact.repositories")["VpcEndpointId"]
        self.cloud.ask("ec2", "modify-vpc-endpoint", "--vpc-endpoint-id", endpoint, "--policy-document", policy)

    def machine(self, part):
        """What a machine finds. It is a space as far as the network and the role are concerned."""
        told = user_data(
            {
                "run": f"{self.name}-{part}", "part": part, "region": self.cloud.region, "domain": self.name,
                "owner": self.account, "repository": REPOSITORY, "on_start": self.script,
            }  # fmt: skip
        )
        path = self.cloud.folder / f"{part}.user-data"
        path.write_bytes(told)
        kept = [f"ResourceType={kind},Tags=[{{Key={TAG},Value={self.name}}}]" for kind in ("instance", "volume")]
        made = self.cloud.ask(
            "ec2", "run-instances", "--image-id", IMAGE, "--instance-type", MACHINE_TYPE, "--user-data", f"fileb://{path}",
            "--subnet-id", self.place["SubnetIds"].split(",")[0], "--security-group-ids", self.place["SecurityGroupId"],
            "--iam-instance-profile", f"Name={self.place['ProfileName']}", "--metadata-options", "HttpTokens=required",
            "--credit-specification", "CpuCredits=standard", "--tag-specifications", *kept,
        )  # fmt: skip
        machine = made["Instances"][0]["InstanceId"]
        seen = wait(f"the results of {machine} on its console", 900, lambda: self.told_by(machine, part))
        for name, text in seen.items():
            (self.cloud.folder / f"{part}.{name}").write_text(text)
        return seen

    def told_by(self, machine, part):
        try:
            told = self.cloud.ask("ec2", "get-console-output", "--instance-id", machine, "--latest").get("Output") or ""
        except Failed as failure:
            # EC2 knows a new machine everywhere after some seconds.
            if "InvalidInstanceID" not in str(failure):
                raise
            return None
        (self.cloud.folder / f"{part}.console").write_text(told)
        return found(told, f"{self.name}-{part}")

    @functools.cached_property
    def script(self):
        """The very script that spaces would start with, in base64."""
        words = ("--name-contains", f"{self.name}-jupyterlab")
        names = self.cloud.ask("sagemaker", "list-studio-lifecycle-configs", *words)["StudioLifecycleConfigs"]
        named = ("--studio-lifecycle-config-name", names[0]["StudioLifecycleConfigName"])
        return self.cloud.ask("sagemaker", "describe-studio-lifecycle-config", *named)["StudioLifecycleConfigContent"]

    def tear_down(self):
        """Takes away whatever there is of it, however far it came."""
        self.say("tearing it down; some minutes")
        machines = self.cloud.machines(TAG, self.name)
        if machines:
            self.cloud.ask("ec2", "terminate-instances", "--instance-ids", *machines)
            wait("the machines' end", 600, lambda: not self.cloud.machines(TAG, self.name))
        stacks = self.cloud.stacks()
        if f"{self.name}-consumer" in stacks or f"{self.name}-packages" in stacks:
            self.cloud.bootstrap("destroy", "--yes", "--name", self.name, "--delete-packages")
        if self.name in self.cloud.domains():
            self.cloud.delete_domain(self.name)
        if self.scratch in stacks:
            self.cloud.ask("cloudformation", "delete-stack", "--stack-name", self.scratch)
            wait(f"the end of the stack {self.scratch}", 900, self.scratch_is_gone)
        return self.remains()

    def scratch_is_gone(self):
        stack = self.cloud.stack(self.scratch)
        if stack and stack["StackStatus"] == "DELETE_FAILED":
            raise Failed(f"the stack {self.scratch} is not deleted: {self.cloud.failures(self.scratch)}")
        return not stack

    def remains(self):
        stacks = [f"stack {name}" for name, stack in self.cloud.stacks().items() if stack["Tags"].get(TAG) == self.name]
        machines = [f"instance {name}" for name in self.cloud.machines(TAG, self.name)]
        domains = [f"CodeArtifact domain {name}" for name in self.cloud.domains() if name == self.name]
        return stacks + machines + domains
