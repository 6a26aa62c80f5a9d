"""AWS::SageMaker::StudioLifecycleConfig: every property makes a new one."""

from .provider import Provider, emulated, new_tags


class LifecycleConfig(Provider):
    SCHEMA = {
        "primaryIdentifier": ["/properties/StudioLifecycleConfigName"],
        "createOnlyProperties": [
            "/properties/StudioLifecycleConfigAppType",
            "/properties/StudioLifecycleConfigContent",
            "/properties/StudioLifecycleConfigName",
            "/properties/Tags",
        ],
        "readOnlyProperties": ["/properties/StudioLifecycleConfigArn"],
    }
    REQUIRED = ("StudioLifecycleConfigAppType", "StudioLifecycleConfigContent", "StudioLifecycleConfigName")
    PROPERTIES = (*REQUIRED, "Tags")

    def make(self, request, model):
        answer = emulated(request, "sagemaker").create_studio_lifecycle_config(
            StudioLifecycleConfigName=model["StudioLifecycleConfigName"],
            StudioLifecycleConfigContent=model["StudioLifecycleConfigContent"],
            StudioLifecycleConfigAppType=model["StudioLifecycleConfigAppType"],
            Tags=new_tags(request, model),
        )
        model["StudioLifecycleConfigArn"] = answer["StudioLifecycleConfigArn"]

    def change(self, request, model, before):
        # Nothing of it can be changed: CloudFormation gets here with the same properties only.
        model["StudioLifecycleConfigArn"] = before["StudioLifecycleConfigArn"]

    def unmake(self, request, model):
        emulated(request, "sagemaker").delete_studio_lifecycle_config(
            StudioLifecycleConfigName=model["StudioLifecycleConfigName"]
        )

    def actual(self, request, model):
        told = emulated(request, "sagemaker").describe_studio_lifecycle_config(
            StudioLifecycleConfigName=model["StudioLifecycleConfigName"]
        )
        return {name: told[name] for name in self.REQUIRED}
