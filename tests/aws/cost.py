"""What a run costs, by AWS's list prices of us-east-1 (November 2026; other regions ask up to half as much again)."""

# US dollars. https://aws.amazon.com/privatelink/pricing/, /ec2/pricing/on-demand/, /ebs/pricing/, /codeartifact/pricing/
ENDPOINT_HOUR = 0.01  # an interface endpoint in one zone; a begun hour counts whole
MACHINE_HOUR = 0.0104  # a t3.micro
DISK_HOUR = 8 * 0.08 / 730  # its 8 GB
USE = 0.01  # requests and storage of CodeArtifact, data through endpoints: less than that
DEARER = 1.5  # the dearest region

ENDPOINTS = ("api", "repositories", "sagemaker-api", "s3")
INTERFACES = 3  # s3 is a gateway, which costs nothing
ZONES = 2


def hour():
    """One hour of everything, at us-east-1's prices: a run takes a third of it."""
    return INTERFACES * ZONES * ENDPOINT_HOUR + MACHINE_HOUR + DISK_HOUR + USE


def day():
    """A day of everything, with both machines, in the dearest region: what a run costs that nobody cleans up."""
    return 24 * (INTERFACES * ZONES * ENDPOINT_HOUR + 2 * (MACHINE_HOUR + DISK_HOUR)) * DEARER + USE


def told():
    return f"""Cost: about {hour():.2f} USD, at most {hour() * DEARER:.2f}: {INTERFACES} interface endpoints in {ZONES} zones for a begun hour, two t3.micro
for minutes. What is left behind costs at most {day():.2f} a day."""
