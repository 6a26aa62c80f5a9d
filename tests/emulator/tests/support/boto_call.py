"""Makes one boto3 call and prints its outcome as JSON.

usage: boto_call.py SERVICE METHOD KEYWORDS_JSON [--no-validation] [--unsigned]
"""

import json
import sys

import boto3
import botocore.exceptions
from botocore import UNSIGNED
from botocore.config import Config

service, method, keywords = sys.argv[1], sys.argv[2], json.loads(sys.argv[3])
config = Config(retries={"total_max_attempts": 1}, connect_timeout=5, read_timeout=3)
if "--no-validation" in sys.argv:
    config = config.merge(Config(parameter_validation=False))
if "--unsigned" in sys.argv:
    config = config.merge(Config(signature_version=UNSIGNED))
client = boto3.client(service, config=config)
try:
    answer = getattr(client, method)(**keywords)
    outcome = {"answer": answer}
except botocore.exceptions.ClientError as error:
    response = error.response
    outcome = {
        "code": response["Error"]["Code"],
        "message": response["Error"]["Message"],
        "status": response["ResponseMetadata"]["HTTPStatusCode"],
        "members": {key: value for key, value in response.items() if key not in ("Error", "ResponseMetadata")},
        "headers": response["ResponseMetadata"]["HTTPHeaders"],
    }
except botocore.exceptions.BotoCoreError as error:
    outcome = {"failure": type(error).__name__}
print(json.dumps(outcome, default=lambda value: value.timestamp()))
