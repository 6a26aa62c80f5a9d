"""Drift detection, which LocalStack does not have: what the providers say is there, held against what the stack made."""

import json
import uuid
from datetime import datetime, timezone

from localstack.aws.api import CommonServiceException, handler
from localstack.services.cloudformation.resource_provider import ResourceProviderExecutor, convert_payload

# A stack in another state is not looked at.
SETTLED = ("CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE", "UPDATE_ROLLBACK_FAILED")

detections = {}


def find(provider, context, name):
    store = provider.get_cloudformation_store(context.account_id, context.region)
    stack = provider.find_stack_v2(store, name)
    if not stack:
        raise CommonServiceException("ValidationError", f"Stack [{name}] does not exist", 400, sender_fault=True)
    return stack


def detect(stack):
    """What became of each resource."""
    drifts = []
    for name, resource in stack.resolved_resources.items():
        kind, model = resource["Type"], resource.get("Properties") or {}
        drift = {
            "StackId": stack.stack_id,
            "LogicalResourceId": name,
            "PhysicalResourceId": resource.get("PhysicalResourceId"),
            "ResourceType": kind,
            "Timestamp": datetime.now(tz=timezone.utc),
        }
        found = ResourceProviderExecutor.try_load_resource_provider(kind)
        if not hasattr(found, "actual"):
            drifts.append({**drift, "StackResourceDriftStatus": "NOT_CHECKED"})
            continue
        actual = found.read(request(stack, name, kind, model)).resource_model
        expected = {key: model[key] for key in found.PROPERTIES if key in model}
        drift["ExpectedProperties"] = json.dumps(expected, default=str)
        if actual is None:
            drifts.append({**drift, "StackResourceDriftStatus": "DELETED"})
            continue
        # Only what the template says is looked at.
        differences = [
            difference(key, wanted, actual[key])
            for key, wanted in expected.items()
            if key in actual and plain(wanted) != plain(actual[key])
        ]
        drift["ActualProperties"] = json.dumps({**expected, **{k: actual[k] for k in expected if k in actual}}, default=str)
        drift["PropertyDifferences"] = differences
        drift["StackResourceDriftStatus"] = "MODIFIED" if differences else "IN_SYNC"
        drifts.append(drift)
    return drifts


def request(stack, name, kind, model):
    keys = {"accessKeyId": stack.account_id, "secretAccessKey": "test", "sessionToken": ""}
    data = {"logicalResourceId": name, "resourceProperties": model, "callerCredentials": keys}
    payload = {
        "awsAccountId": stack.account_id,
        "callbackContext": {},
        "resourceType": kind,
        "region": stack.region_name,
        "action": "Read",
        "requestData": data,
    }
    return convert_payload(stack.stack_name, stack.stack_id, payload)


def difference(key, wanted, actual):
    return {
        "PropertyPath": f"/{key}",
        "ExpectedValue": json.dumps(wanted, default=str),
        "ActualValue": json.dumps(actual, default=str),
        "DifferenceType": "REMOVE" if actual is None else "NOT_EQUAL",
    }


def plain(value):
    """A value without what makes no difference: the order of lists, how a number or a truth is spelt, descriptions of rules."""
    if isinstance(value, dict):
        return {key: plain(one) for key, one in value.items() if key != "Description"}
    if isinstance(value, list):
        return sorted((plain(one) for one in value), key=lambda one: json.dumps(one, sort_keys=True))
    if isinstance(value, bool):
        return str(value).lower()
    return value if value is None else str(value)


def install(provider):
    """The three operations, on LocalStack's provider."""

    @handler("DetectStackDrift", expand=False)
    def detect_stack_drift(self, context, request):
        stack = find(provider, context, request["StackName"])
        if stack.status not in SETTLED:
            message = f"Drift detection cannot be performed on stack [{stack.stack_id}] while in status: {stack.status}"
            raise CommonServiceException("ValidationError", message, 400, sender_fault=True)
        drifts = detect(stack)
        identity = str(uuid.uuid4())
        drifted = [one for one in drifts if one["StackResourceDriftStatus"] in ("MODIFIED", "DELETED")]
        detections[identity] = {
            "StackId": stack.stack_id,
            "StackDriftDetectionId": identity,
            "StackDriftStatus": "DRIFTED" if drifted else "IN_SYNC",
            "DetectionStatus": "DETECTION_COMPLETE",
            "DriftedStackResourceCount": len(drifted),
            "Timestamp": datetime.now(tz=timezone.utc),
        }
        stack.drifts = drifts
        return {"StackDriftDetectionId": identity}

    @handler("DescribeStackDriftDetectionStatus", expand=False)
    def describe_stack_drift_detection_status(self, context, request):
        known = detections.get(request["StackDriftDetectionId"])
        if not known:
            raise CommonServiceException("ValidationError", "There is no such drift detection", 400, sender_fault=True)
        return known

    @handler("DescribeStackResourceDrifts", expand=False)
    def describe_stack_resource_drifts(self, context, request):
        stack = find(provider, context, request["StackName"])
        wanted = request.get("StackResourceDriftStatusFilters")
        drifts = getattr(stack, "drifts", [])
        return {
            "StackResourceDrifts": [one for one in drifts if not wanted or one["StackResourceDriftStatus"] in wanted]
        }

    for operation in (detect_stack_drift, describe_stack_drift_detection_status, describe_stack_resource_drifts):
        setattr(provider.CloudformationProviderV2, operation.__name__, operation)
