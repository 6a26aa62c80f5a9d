"""What CloudFormation does when an operation fails: LocalStack says that it rolled back, and leaves everything as it was."""

from localstack.aws.api.cloudformation import ChangeAction, ChangeSetType, ResourceStatus, StackStatus

MADE = (ResourceStatus.CREATE_COMPLETE, ResourceStatus.UPDATE_COMPLETE)


def roll_back(executor):
    """A failed operation is undone: what it made is deleted, what it changed is changed back, what it was to delete stays."""
    from localstack.services.cloudformation.v2.entities import Stack

    run, process, set_status = executor.execute, executor.process, Stack.set_stack_status

    def process_or_keep(self):
        try:
            return process(self)
        except Exception:
            if self._change_set.stack.status != StackStatus.DELETE_IN_PROGRESS:
                self._deferred_actions.clear()
            raise

    def execute(self):
        stack = self._change_set.stack
        result = run(self)
        if not result.failure_message or getattr(self, "undoes", False):
            return result
        kind = {StackStatus.ROLLBACK_IN_PROGRESS: "ROLLBACK", StackStatus.UPDATE_ROLLBACK_IN_PROGRESS: "UPDATE_ROLLBACK"}
        kind = kind.get(stack.status)
        if not kind:
            return result
        stack.status_reason = result.failure_message
        try:
            kept = undo(self, result)
        except Exception as error:
            set_status(stack, StackStatus(f"{kind}_FAILED"), str(error))
            return result
        result.resources.clear()
        result.resources.update(kept)
        set_status(stack, StackStatus(f"{kind}_COMPLETE"))
        return result

    def set_stack_status(self, status, reason=None):
        # A change set for a stack that was rolled back leaves it so until it is executed.
        if status == StackStatus.REVIEW_IN_PROGRESS and self.status == StackStatus.UPDATE_ROLLBACK_COMPLETE:
            return
        # The same of its cleaning up.
        if status == StackStatus.UPDATE_COMPLETE_CLEANUP_IN_PROGRESS and "ROLLBACK" in self.status:
            status = StackStatus.UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS
        # A stack has failed only when it is not rolled back, and is rolled back only when that is over.
        if status in (StackStatus.CREATE_FAILED, StackStatus.UPDATE_FAILED):
            return
        underway = {
            StackStatus.ROLLBACK_COMPLETE: StackStatus.ROLLBACK_IN_PROGRESS,
            StackStatus.UPDATE_ROLLBACK_COMPLETE: StackStatus.UPDATE_ROLLBACK_IN_PROGRESS,
        }
        set_status(self, underway.get(status, status), reason)

    Stack.set_stack_status = set_stack_status
    executor.process = process_or_keep
    executor.execute = execute


def undo(executor, result):
    """Leads a stack back to what it was before `executor` failed; the resources that it has then."""
    from localstack.services.cloudformation.v2.entities import ChangeSet, UpdateModelInputs

    change_set, stack = executor._change_set, executor._change_set.stack
    is_creation = change_set.change_set_type == ChangeSetType.CREATE
    old, new = {} if is_creation else stack.template or {}, change_set.template
    standing = {} if is_creation else dict(stack.resolved_resources)
    bodies = {name: old["Resources"][name] for name in standing if name in old.get("Resources", {})}
    for name, resource in result.resources.items():
        if resource.get("ResourceStatus") not in MADE:
            continue
        before = standing.get(name)
        if before and before.get("PhysicalResourceId") != resource.get("PhysicalResourceId"):
            discard(executor, name, resource, new["Resources"][name])
            continue
        standing[name], bodies[name] = resource, new["Resources"][name]
    now = {"Resources": {name: literal(bodies[name], standing[name]) for name in bodies}}
    then = None if is_creation else as_it_stood(old, stack.resolved_resources)
    before = {} if is_creation else stack.resolved_resources
    stack.resolved_resources = standing
    back = ChangeSet(stack, {"ChangeSetName": f"rollback_{stack.stack_name}"}, template_body="")
    back.compute_update_model(
        UpdateModelInputs(
            before_template=now,
            after_template=then,
            before_parameters=None,
            after_parameters=None if is_creation else given(stack.resolved_parameters),
        )
    )
    undoing = type(executor)(back)
    undoing.undoes = True
    outcome = undoing.execute()
    if outcome.failure_message:
        raise RuntimeError(outcome.failure_message)
    # The stack goes on as it was: what LocalStack notes down afterwards is what the change set says.
    if is_creation:
        change_set.processed_template = {**new, "Resources": {}}
        return {}
    change_set.template, change_set.processed_template = stack.template, stack.processed_template
    change_set.template_body, change_set.resolved_parameters = stack.template_body, stack.resolved_parameters
    for name in result.resources.keys() & before.keys():
        physical, kind = before[name].get("PhysicalResourceId"), before[name]["Type"]
        stack.set_resource_status(
            logical_resource_id=name,
            physical_resource_id=physical,
            resource_type=kind,
            status=ResourceStatus.UPDATE_COMPLETE,
        )
    return {name: outcome.resources.get(name, resource) for name, resource in before.items()}


def as_it_stood(template, resources):
    """A template without what its conditions left out."""

    def body(name):
        kept = {key: part for key, part in template["Resources"][name].items() if key != "Condition"}
        needed = kept.get("DependsOn", [])
        needed = [needed] if isinstance(needed, str) else needed
        return {**kept, "DependsOn": [name for name in needed if name in resources]}

    kept = {key: part for key, part in template.items() if key != "Outputs"}
    return {**kept, "Resources": {name: body(name) for name in template["Resources"] if name in resources}}


def literal(body, resource):
    """A resource's body with the values that it was made with: some stem from the old parameters, some from the new."""
    values = resource.get("Properties") or {}
    kept = {key: body[key] for key in ("Type", "DeletionPolicy", "UpdateReplacePolicy") if key in body}
    return {**kept, "Properties": {key: values[key] for key in body.get("Properties", {}) if key in values}}


def given(parameters):
    """Resolved parameters as a request gives them."""
    values = {name: one.get("given_value") or one.get("default_value") for name, one in parameters.items()}
    return {name: value for name, value in values.items() if value is not None}


def discard(executor, name, resource, body):
    """Deletes what was to replace a resource, unless its policy retains it even then."""
    from localstack.services.cloudformation.engine.v2.change_set_model_preproc import PreprocProperties

    if body.get("DeletionPolicy") != "Retain":
        executor._execute_resource_action(
            action=ChangeAction.Remove,
            logical_resource_id=name,
            resource_type=resource["Type"],
            before_properties=PreprocProperties(properties=resource["Properties"]),
            after_properties=None,
            part_of_replacement=True,
        )
