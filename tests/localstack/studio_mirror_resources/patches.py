"""Where LocalStack's CloudFormation is kinder than AWS's, made as strict. Done when it starts; each part says what AWS does."""

from localstack.aws.api import CommonServiceException
from localstack.aws.api.cloudformation import ChangeSetType, ResourceStatus, StackStatus
from localstack.runtime import hooks


@hooks.on_infra_start()
def make_stricter():
    from localstack.services.cloudformation.engine.v2 import change_set_model_executor as engine
    from localstack.services.cloudformation.engine.v2 import change_set_model_preproc
    from localstack.services.cloudformation.engine.v2 import change_set_resource_support_checker as checker
    from localstack.services.cloudformation.v2 import provider

    know_our_types(checker)
    filter_endpoint_services()
    protect_stacks(provider)
    executor = engine.ChangeSetModelExecutor
    keep_what_is_retained_but_on_create(executor)
    replace_by_values(change_set_model_preproc.ChangeSetModelPreproc)
    split_lists_of_before(change_set_model_preproc.ChangeSetModelPreproc)
    fail_deletions(executor)
    roll_back_creation(executor)


def know_our_types(checker):
    """What has a provider is supported. LocalStack would ask its makers' site for a list, which no test may do."""
    from localstack.services.cloudformation.resource_provider import ResourceProviderExecutor
    from localstack.utils.catalog import catalog_loader
    from localstack.utils.catalog.common import (
        CloudFormationResourcesSupportAtRuntime,
        CloudFormationResourcesSupportInLatest,
    )

    class Catalog:
        def get_cloudformation_resource_status(self, resource_name, service_name, is_pro_resource=False):
            if ResourceProviderExecutor.try_load_resource_provider(resource_name):
                return CloudFormationResourcesSupportAtRuntime.AVAILABLE
            return CloudFormationResourcesSupportInLatest.NOT_SUPPORTED

    def no_list(loader):
        raise catalog_loader.AwsCatalogLoaderException("no list is fetched")

    checker.get_aws_catalog = Catalog
    catalog_loader.RemoteCatalogLoader.get_remote_catalog = no_list


def split_lists_of_before(preprocessor):
    """A parameter that is a list is one before a change, too: LocalStack fails at Fn::Join there, and the stack never ends."""
    visit = preprocessor.visit_node_parameter

    def visit_node_parameter(self, node):
        delta = visit(self, node)
        if isinstance(delta.before, str) and isinstance(delta.after, list):
            delta.before = [item.strip() for item in delta.before.split(",")]
        return delta

    preprocessor.visit_node_parameter = visit_node_parameter


def filter_endpoint_services():
    """Filters have Values in LocalStack and Value in moto, which then fails."""
    from moto.ec2.models.vpcs import VPCBackend as backend

    filtered = backend._filter_endpoint_services

    def filter_services(service_names_filters, filters, services):
        both = [{**one, "Value": one.get("Values", one.get("Value"))} for one in filters or []]
        return filtered(service_names_filters, both, services)

    backend._filter_endpoint_services = staticmethod(filter_services)


def protect_stacks(provider):
    """A stack under termination protection is not deleted."""
    from localstack.services.cloudformation.v2.provider import CloudformationProviderV2, find_stack_v2

    delete = CloudformationProviderV2.delete_stack

    def delete_stack(self, context, stack_name, *rest, **more):
        state = provider.get_cloudformation_store(context.account_id, context.region)
        stack = find_stack_v2(state, stack_name)
        if stack and stack.enable_termination_protection:
            message = f"Stack [{stack.stack_name}] cannot be deleted while TerminationProtection is enabled"
            raise CommonServiceException("ValidationError", message, 400, sender_fault=True)
        return delete(self, context, stack_name, *rest, **more)

    for name in ("operation", "expand_parameters", "pass_context"):
        if hasattr(delete, name):
            setattr(delete_stack, name, getattr(delete, name))
    CloudformationProviderV2.delete_stack = delete_stack


def keep_what_is_retained_but_on_create(executor):
    """RetainExceptOnCreate is Retain, but for the operation that made the resource."""
    change = executor._execute_resource_change

    def execute(self, name, before, after):
        policy = getattr(before, "deletion_policy", None)
        if policy == "RetainExceptOnCreate" and not getattr(self, "undoes_creation", False):
            before.deletion_policy = "Retain"
        return change(self, name, before, after)

    executor._execute_resource_change = execute


def replace_by_values(preproc):
    """A create-only property with another value makes another resource, whatever the template spells it with.

    LocalStack looks at the spelling, and takes `Fn::Sub` with a changed parameter for unchanged.
    """
    from localstack.services.cloudformation.resource_provider import ResourceProviderExecutor

    visit = preproc.visit_node_resource

    def value(resource, name):
        properties = getattr(resource.properties, "properties", None) or {}
        return properties.get(name)

    def visit_node_resource(self, node_resource):
        delta = visit(self, node_resource)
        before, after = delta.before, delta.after
        kind = getattr(after, "resource_type", None)
        if kind and kind == getattr(before, "resource_type", None):
            resource_provider = ResourceProviderExecutor.try_load_resource_provider(kind)
            names = resource_provider.SCHEMA.get("createOnlyProperties", []) if resource_provider else []
            names = [name.removeprefix("/properties/") for name in names]
            after.requires_replacement = any(value(before, name) != value(after, name) for name in names)
        return delta

    preproc.visit_node_resource = visit_node_resource


def fail_deletions(executor):
    """A stack one of whose resources could not be deleted is DELETE_FAILED, and keeps that resource."""
    run = executor.execute

    def execute(self):
        stack = self._change_set.stack
        is_deletion = stack.status == StackStatus.DELETE_IN_PROGRESS
        events = len(stack.events)
        result = run(self)
        if is_deletion:
            # The newest come first.
            new = stack.events[: len(stack.events) - events]
            failed = [event["LogicalResourceId"] for event in new if event["ResourceStatus"] == ResourceStatus.DELETE_FAILED]
            failed = [name for name in failed if name != stack.stack_name]
            if failed:
                names = ", ".join(failed)
                raise RuntimeError(f"The following resource(s) failed to delete: [{names}].")
        return result

    executor.execute = execute


def roll_back_creation(executor):
    """What a failed creation has made is deleted again."""
    from localstack.services.cloudformation.v2.entities import ChangeSet, UpdateModelInputs

    run = executor.execute

    def execute(self):
        result = run(self)
        change_set, stack = self._change_set, self._change_set.stack
        is_creation = change_set.change_set_type == ChangeSetType.CREATE and stack.status == StackStatus.ROLLBACK_COMPLETE
        if not result.failure_message or not is_creation:
            return result
        stack.set_stack_status(StackStatus.ROLLBACK_IN_PROGRESS, result.failure_message)
        stack.resolved_resources = {
            name: resource
            for name, resource in result.resources.items()
            if resource.get("ResourceStatus") == ResourceStatus.CREATE_COMPLETE
        }
        template = dict(change_set.processed_template)
        template["Resources"] = {
            name: body for name, body in template["Resources"].items() if name in stack.resolved_resources
        }
        template.pop("Outputs", None)
        undo = ChangeSet(stack, {"ChangeSetName": f"rollback_{stack.stack_name}"}, template_body="")
        undo.compute_update_model(
            UpdateModelInputs(
                before_template=template,
                after_template=None,
                before_parameters=change_set.resolved_parameters,
                after_parameters=None,
            )
        )
        undoing = type(self)(undo)
        undoing.undoes_creation = True
        run(undoing)
        stack.set_stack_status(StackStatus.ROLLBACK_COMPLETE)
        result.resources.clear()
        return result

    executor.execute = execute
