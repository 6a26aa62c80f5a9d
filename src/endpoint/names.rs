//! The name rules of AWS, as in CodeArtifact's API reference.

/// Whether `owner` is an AWS account number: 12 digits.
pub fn is_account(owner: &str) -> bool {
    owner.len() == 12 && owner.bytes().all(|b| b.is_ascii_digit())
}

/// Whether `domain` may name a CodeArtifact domain: `[a-z][a-z0-9-]{0,48}[a-z0-9]`.
pub fn is_domain(domain: &str) -> bool {
    let bytes = domain.as_bytes();
    (2..=50).contains(&bytes.len())
        && bytes[0].is_ascii_lowercase()
        && bytes[bytes.len() - 1] != b'-'
        && bytes
            .iter()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || *b == b'-')
}

/// Whether `repository` may name a repository: `[A-Za-z0-9][A-Za-z0-9._-]{1,99}`.
pub fn is_repository(repository: &str) -> bool {
    let bytes = repository.as_bytes();
    (2..=100).contains(&bytes.len())
        && bytes[0].is_ascii_alphanumeric()
        && bytes
            .iter()
            .all(|b| b.is_ascii_alphanumeric() || b"._-".contains(b))
}

/// Whether `region` has the shape of a region's name (`us-east-1`). The list of regions grows;
/// this only keeps a typo, or a host name in disguise, out of URLs.
pub fn is_region(region: &str) -> bool {
    let parts: Vec<&str> = region.split('-').collect();
    parts.len() >= 3
        && region.len() <= 32
        && parts.iter().all(|part| {
            !part.is_empty()
                && part
                    .bytes()
                    .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
        })
        && parts[parts.len() - 1].bytes().all(|b| b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn name_rules_are_awss() {
        assert!(is_domain("corp") && is_domain("a1") && is_domain("my-corp"));
        assert!(
            !is_domain("Corp") && !is_domain("c") && !is_domain("corp-") && !is_domain("1corp")
        );
        assert!(
            is_repository("team")
                && is_repository("A.b_c-d")
                && !is_repository("-x")
                && !is_repository("x")
        );
        assert!(
            is_region("us-east-1")
                && is_region("ap-southeast-2")
                && !is_region("us-east")
                && !is_region("evil.com")
        );
        assert!(
            is_account("111122223333") && !is_account("11112222333") && !is_account("11112222333x")
        );
    }
}
