"""What all types have in common: the resource's schema held against its properties, and CloudFormation's words for failures."""

import copy
import json
import os
import uuid

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError
from localstack.services.cloudformation.resource_provider import OperationStatus, ProgressEvent, ResourceProvider

# The error of a service, as CloudFormation's handlers class it.
HANDLER_CODES = {
    "ConflictException": "ResourceConflict",
    "ResourceInUse": "ResourceConflict",
    "ResourceNotFoundException": "NotFound",
    "ResourceNotFound": "NotFound",
    "ValidationException": "InvalidRequest",
    "AccessDeniedException": "AccessDenied",
    "ServiceQuotaExceededException": "ServiceLimitExceeded",
    "ThrottlingException": "Throttling",
}
POLICY_LIMIT = 5120


class Refused(Exception):
    """A property that CloudFormation does not take."""


def emulated(request, service):
    """A client of the emulator, as the stack's account."""
    return boto3.client(
        service,
        endpoint_url=os.environ["STUDIO_MIRROR_EMULATOR_URL"],
        region_name=request.region_name,
        aws_access_key_id=request.account_id,
        aws_secret_access_key="test",
        config=Config(retries={"total_max_attempts": 1}, user_agent_extra="cloudformation.amazonaws.com"),
    )


def document_text(document):
    """A policy's text. CloudFormation knows texts only: a number that a parameter gave is one."""

    def spelt(value):
        if isinstance(value, dict):
            return {key: spelt(one) for key, one in value.items()}
        if isinstance(value, list):
            return [spelt(one) for one in value]
        return str(value).lower() if isinstance(value, bool) else str(value)

    return document if isinstance(document, str) else json.dumps(spelt(document), separators=(",", ":"))


def policy_text(document):
    """A resource's policy, within CloudFormation's limit."""
    text = document_text(document)
    if len(text) > POLICY_LIMIT:
        raise Refused(f"#/PermissionsPolicyDocument: expected maxLength: {POLICY_LIMIT}, actual: {len(text)}")
    return text


def tags_of(request, model):
    """A resource's tags, by key: those of the stack, and over them those that the template gives it."""
    from localstack.services.cloudformation.v2.provider import find_stack_v2, get_cloudformation_store

    store = get_cloudformation_store(request.account_id, request.region_name)
    stack = find_stack_v2(store, request.stack_name)
    given = list(stack.tags or []) + list(model.get("Tags", []))
    return {tag["Key"]: tag["Value"] for tag in given}


def new_tags(request, model):
    """The tags that a new resource gets: CloudFormation's own beside them."""
    own = {
        "aws:cloudformation:logical-id": request.logical_resource_id,
        "aws:cloudformation:stack-id": request.stack_id,
        "aws:cloudformation:stack-name": request.stack_name,
    }
    return [{"Key": key, "Value": value} for key, value in {**own, **tags_of(request, model)}.items()]


class Provider(ResourceProvider):
    """A type: `make`, `change` and `unmake` do the work, `actual` tells what is there, as the template would have it;
    all may raise what boto3 raises.

    PROPERTIES are those that a template may give; READ_ONLY those that GetAtt gives.
    """

    REQUIRED = ()
    PROPERTIES = ()

    def create(self, request):
        return self._run(request, lambda model: self.make(request, model))

    def update(self, request):
        return self._run(request, lambda model: self.change(request, model, request.previous_state or {}))

    def delete(self, request):
        # What a stack deletes is told by the properties of what it made.
        model = request.previous_state or request.desired_state
        try:
            self.unmake(request, model)
        except ClientError as error:
            if HANDLER_CODES.get(error.response["Error"]["Code"]) != "NotFound":
                return failed(error, model)
        return ProgressEvent(OperationStatus.SUCCESS, resource_model={})

    def read(self, request):
        try:
            actual = self.actual(request, request.desired_state)
        except ClientError as error:
            if HANDLER_CODES.get(error.response["Error"]["Code"], "NotFound") != "NotFound":
                return failed(error, request.desired_state)
            actual = None
        return ProgressEvent(OperationStatus.SUCCESS, resource_model=actual)

    def _run(self, request, work):
        model = copy.deepcopy(dict(request.desired_state or {}))
        try:
            self._check(model)
            work(model)
        except (ClientError, Refused) as error:
            return failed(error, model)
        return ProgressEvent(OperationStatus.SUCCESS, resource_model=model)

    def _check(self, model):
        for name in model:
            if name not in self.PROPERTIES:
                raise Refused(f"#: extraneous key [{name}] is not permitted")
        for name in self.REQUIRED:
            if name not in model:
                raise Refused(f"#: required key [{name}] not found")


def failed(error, model):
    token = uuid.uuid4()
    if isinstance(error, ClientError):
        code = HANDLER_CODES.get(error.response["Error"]["Code"], "GeneralServiceException")
        if error.operation_name.startswith("Create") and code == "ResourceConflict":
            code = "AlreadyExists"
    else:
        code = "InvalidRequest"
    message = f'Resource handler returned message: "{error}" (RequestToken: {token}, HandlerErrorCode: {code})'
    return ProgressEvent(OperationStatus.FAILED, resource_model=model, message=message)
