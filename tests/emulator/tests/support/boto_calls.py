"""Makes boto3 calls, one after the other, and prints their outcomes as JSON.

usage: boto_calls.py < [[SERVICE, METHOD, KEYWORDS], ...]

KEYWORDS may hold "$headers", sent with the call. Parameters are not validated here: AWS has to do it.
"""

import json
import sys

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

config = Config(retries={"total_max_attempts": 1}, connect_timeout=5, read_timeout=10, parameter_validation=False)
clients = {}


def plain(value):
    return value.read().decode("latin-1") if hasattr(value, "read") else value.timestamp()


def outcome(service, method, keywords):
    client = clients.setdefault(service, boto3.client(service, config=config))
    headers = keywords.pop("$headers", {})

    def add(request, **_):
        for name, value in headers.items():
            request.headers[name] = value

    client.meta.events.register("before-send.*", add, unique_id="headers")
    try:
        answer = getattr(client, method)(**keywords)
        answer.pop("ResponseMetadata", None)
        return {"answer": answer}
    except ClientError as error:
        told = error.response
        return {
            "code": told["Error"]["Code"],
            "message": told["Error"]["Message"],
            "status": told["ResponseMetadata"]["HTTPStatusCode"],
        }
    except BotoCoreError as error:
        return {"failure": str(error)}
    finally:
        client.meta.events.unregister("before-send.*", unique_id="headers")


print(json.dumps([outcome(*call) for call in json.load(sys.stdin)], default=plain))
