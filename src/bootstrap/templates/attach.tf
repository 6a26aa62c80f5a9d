# In resource "aws_sagemaker_domain". Needs a newer AWS provider (6.x; 5.72 had no built_in_lifecycle_config_arn).
default_user_settings {
  jupyter_lab_app_settings {
    built_in_lifecycle_config_arn = "JUPYTERLAB_ARN"
  }
  code_editor_app_settings {
    built_in_lifecycle_config_arn = "CODEEDITOR_ARN"
  }
}
# Only where shared spaces are set up already: it needs an execution role.
default_space_settings {
  jupyter_lab_app_settings {
    built_in_lifecycle_config_arn = "JUPYTERLAB_ARN"
  }
}
