"""Where LocalStack's CloudFormation is kinder than AWS's, made as strict. Done when it starts; each part says what AWS does."""

import functools

from localstack.aws.api import CommonServiceException
from localstack.aws.api.cloudformation import ChangeAction, ResourceStatus, StackStatus
from localstack.services.cloudformation.resource_provider import OperationStatus
from localstack.runtime import hooks
from localstack.utils.numbers import to_number

from . import drift, rollback

GONE = (ResourceStatus.DELETE_COMPLETE, ResourceStatus.DELETE_SKIPPED)


@hooks.on_infra_start()
def make_stricter():
    from localstack.services.cloudformation.engine.v2 import change_set_model_executor as engine
    from localstack.services.cloudformation.engine.v2 import change_set_model_preproc
    from localstack.services.cloudformation.engine.v2 import change_set_resource_support_checker as checker
    from localstack.services.cloudformation.v2 import provider

    know_our_types(checker)
    filter_endpoint_services()
    protect_stacks(provider)
    drift.install(provider)
    change_groups_of_endpoints()
    know_instance_profiles()
    end_interfaces_with_machines()
    executor = engine.ChangeSetModelExecutor
    keep_what_is_retained_but_on_create(executor)
    split_lists_that_were(change_set_model_preproc.ChangeSetModelPreproc)
    replace_by_values(change_set_model_preproc.ChangeSetModelPreproc)
    forget_what_was_removed(executor)
    fail_deletions(executor)
    rollback.roll_back(executor)


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


def change_groups_of_endpoints():
    """ModifyVpcEndpoint changes security groups too. LocalStack takes them and does nothing."""
    from localstack.services.ec2.provider import Ec2Provider, get_ec2_backend

    change = Ec2Provider.modify_vpc_endpoint

    @functools.wraps(change)
    def modify_vpc_endpoint(self, context, vpc_endpoint_id, **more):
        answer = change(self, context, vpc_endpoint_id, **more)
        endpoint = get_ec2_backend(context.account_id, context.region).vpc_end_points[vpc_endpoint_id]
        gone = more.get("remove_security_group_ids") or []
        groups = [group for group in endpoint.security_group_ids if group not in gone]
        new = [group for group in more.get("add_security_group_ids") or [] if group not in groups]
        endpoint.security_group_ids = groups + new
        return answer

    Ec2Provider.modify_vpc_endpoint = modify_vpc_endpoint


def know_instance_profiles():
    """A machine takes any instance profile of the account. EC2, which is moto's, asks moto's IAM, which LocalStack does not use."""
    import moto.ec2.models.iam_instance_profile as associations
    import moto.ec2.responses.instances as instances
    from localstack.aws.connect import connect_to
    from moto.iam.models import iam_backends

    found = instances.filter_iam_instance_profiles

    def filter_profiles(account_id, partition, iam_instance_profile_arn, iam_instance_profile_name):
        name = iam_instance_profile_name or iam_instance_profile_arn.rpartition("/")[2]
        backend = iam_backends[account_id][partition]
        if name not in {profile.name for profile in backend.get_instance_profiles()}:
            connect_to(aws_access_key_id=account_id, region_name="us-east-1").iam.get_instance_profile(InstanceProfileName=name)
            backend.create_instance_profile(name, "/", [])
        return found(account_id, partition, iam_instance_profile_arn, iam_instance_profile_name)

    instances.filter_iam_instance_profiles = associations.filter_iam_instance_profiles = filter_profiles


def end_interfaces_with_machines():
    """The interface that a machine gets when it is started ends with it. moto leaves it, and its security group in use."""
    from moto.ec2.models.instances import Instance

    terminate = Instance.terminate

    @functools.wraps(terminate)
    def with_interfaces(self):
        for interface in self.nics.values():
            interface.delete_on_termination = True
        return terminate(self)

    Instance.terminate = with_interfaces


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

    @functools.wraps(delete)
    def delete_stack(self, context, stack_name, *rest, **more):
        state = provider.get_cloudformation_store(context.account_id, context.region)
        stack = find_stack_v2(state, stack_name)
        if stack and stack.enable_termination_protection:
            message = f"Stack [{stack.stack_name}] cannot be deleted while TerminationProtection is enabled"
            raise CommonServiceException("ValidationError", message, 400, sender_fault=True)
        return delete(self, context, stack_name, *rest, **more)

    CloudformationProviderV2.delete_stack = delete_stack


def keep_what_is_retained_but_on_create(executor):
    """RetainExceptOnCreate is Retain, but for the operation that made the resource."""
    change = executor._execute_resource_change

    def execute(self, name, before, after):
        policy = getattr(before, "deletion_policy", None)
        if policy == "RetainExceptOnCreate" and not getattr(self, "undoes", False):
            before.deletion_policy = "Retain"
        return change(self, name, before, after)

    executor._execute_resource_change = execute


def split_lists_that_were(preproc):
    """A list's value before a change is a list too. LocalStack takes it for one text: what uses it seems changed, and a
    stack that joins it cannot be deleted.
    """
    visit = preproc.visit_node_parameter

    def visit_node_parameter(self, node_parameter):
        delta = visit(self, node_parameter)
        kind = self.visit(node_parameter.type_)
        kind = kind.before if isinstance(kind.before, str) else kind.after
        is_list = kind == "CommaDelimitedList" or str(kind).startswith("List<")
        if is_list and isinstance(delta.before, str):
            delta.before = [item.strip() for item in delta.before.split(",")]
        if kind == "Number" and isinstance(delta.before, str):
            delta.before = to_number(delta.before)
        return delta

    preproc.visit_node_parameter = visit_node_parameter


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


def forget_what_was_removed(executor):
    """What an update removed is no part of the stack any more, and is not deleted with it once more."""
    act = executor._execute_resource_action

    @functools.wraps(act)
    def execute(self, *, action, logical_resource_id, **more):
        event = act(self, action=action, logical_resource_id=logical_resource_id, **more)
        is_deletion = self._change_set.stack.status == StackStatus.DELETE_IN_PROGRESS
        if action == ChangeAction.Remove and event.status == OperationStatus.SUCCESS and not is_deletion:
            if not more.get("part_of_replacement"):
                self.resources.pop(logical_resource_id, None)
        return event

    executor._execute_resource_action = execute


def fail_deletions(executor):
    """A stack one of whose resources could not be deleted is DELETE_FAILED, and keeps that resource."""
    run = executor.execute

    def execute(self):
        stack = self._change_set.stack
        is_deletion = stack.status == StackStatus.DELETE_IN_PROGRESS
        events, standing = len(stack.events), set(stack.resolved_resources)
        result = run(self)
        if is_deletion:
            # The newest come first.
            new = stack.events[: len(stack.events) - events]
            over = {event["LogicalResourceId"] for event in new if event["ResourceStatus"] in GONE}
            left = sorted(standing - over)
            if left:
                names = ", ".join(left)
                raise RuntimeError(f"The following resource(s) failed to delete: [{names}]. {result.failure_message or ''}")
        return result

    executor.execute = execute
