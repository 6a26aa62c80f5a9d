"""What LocalStack's CloudFormation lacks for studio-mirror's templates.

CodeArtifact's and SageMaker's types are made in the emulator; those of EC2 and IAM replace LocalStack's own, which leave
out rules and updates. LocalStack finds all of them by the entry points in the folder beside this one.
"""
