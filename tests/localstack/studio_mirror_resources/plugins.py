"""The entry points: which class makes which type. LocalStack asks for the class only when a template has the type."""

import importlib

from localstack.services.cloudformation.resource_provider import CloudFormationResourceProviderPlugin


def plugin(type_name, module, provider):
    def load(self):
        self.factory = getattr(importlib.import_module(f".{module}", __package__), provider)

    members = {"name": type_name, "factory": None, "load": load}
    return type(f"{provider}Plugin", (CloudFormationResourceProviderPlugin,), members)


DomainPlugin = plugin("AWS::CodeArtifact::Domain", "codeartifact", "Domain")
RepositoryPlugin = plugin("AWS::CodeArtifact::Repository", "codeartifact", "Repository")
PackageGroupPlugin = plugin("AWS::CodeArtifact::PackageGroup", "codeartifact", "PackageGroup")
LifecycleConfigPlugin = plugin("AWS::SageMaker::StudioLifecycleConfig", "sagemaker", "LifecycleConfig")
VpcPlugin = plugin("AWS::EC2::VPC", "ec2", "Vpc")
SecurityGroupPlugin = plugin("AWS::EC2::SecurityGroup", "ec2", "SecurityGroup")
SecurityGroupIngressPlugin = plugin("AWS::EC2::SecurityGroupIngress", "ec2", "SecurityGroupIngress")
SecurityGroupEgressPlugin = plugin("AWS::EC2::SecurityGroupEgress", "ec2", "SecurityGroupEgress")
VpcEndpointPlugin = plugin("AWS::EC2::VPCEndpoint", "ec2", "VpcEndpoint")
ManagedPolicyPlugin = plugin("AWS::IAM::ManagedPolicy", "iam", "ManagedPolicy")
