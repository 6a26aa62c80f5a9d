"""Makes the AWS calls that a test asks for: a line of JSON in, a line of JSON out.

In: {"account", "region", "service", "method", "keywords", "endpoint"}. Out: {"answer"} or {"error", "message"}.
"""

import base64
import json
import sys

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError, ParamValidationError

clients = {}


def plain(value):
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    return value.read().decode("latin-1") if hasattr(value, "read") else str(value)


for line in sys.stdin:
    call = json.loads(line)
    key = (call["account"], call["region"], call["service"], call["endpoint"])
    if key not in clients:
        clients[key] = boto3.client(
            call["service"],
            endpoint_url=call["endpoint"],
            region_name=call["region"],
            aws_access_key_id=call["account"],
            aws_secret_access_key="test",
            config=Config(retries={"total_max_attempts": 1}),
        )
    try:
        answer = getattr(clients[key], call["method"])(**call["keywords"])
        answer.pop("ResponseMetadata", None)
        told = {"answer": answer}
    except ClientError as error:
        told = {"error": error.response["Error"]["Code"], "message": error.response["Error"]["Message"]}
    except ParamValidationError as error:
        told = {"error": "ParamValidation", "message": str(error)}
    print(json.dumps(told, default=plain), flush=True)
