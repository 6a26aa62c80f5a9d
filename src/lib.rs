//! studio-mirror: pip, uv and npm in a SageMaker Studio space without internet, through AWS CodeArtifact.

pub mod edit;
pub mod secret;
pub mod tools;
