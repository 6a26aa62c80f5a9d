//! The trusted roots, and the bundle that a CA is added to.

use crate::check::fill::Words;

/// The trusted roots.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RootsSeen {
    /// Who chose them.
    pub from: String,
    /// How many there are.
    pub count: usize,
}

impl RootsSeen {
    /// The bundle in use, as a shell reads it, and a file for another: none may be written while it is read.
    pub fn words(&self, words: Words) -> Words {
        let variables = ["AWS_CA_BUNDLE", "SSL_CERT_FILE"];
        let variable = variables
            .into_iter()
            .find(|name| self.from.starts_with(&format!("${name}")));
        let trusted = variable.map_or(SYSTEMS_BUNDLE.to_owned(), |name| format!("\"${name}\""));
        let new = match self.from.contains("/ca-bundle.pem") {
            true => "~/ca-bundle-2.pem",
            false => "~/ca-bundle.pem",
        };
        words
            .with("trusted_bundle", Some(trusted))
            .with("new_bundle", Some(new))
    }
}

/// Where Debian, and with it Studio's images, keeps the system's store.
const SYSTEMS_BUNDLE: &str = "/etc/ssl/certs/ca-certificates.crt";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::Evidence;

    #[test]
    fn a_ca_is_added_to_the_bundle_in_use() {
        for (from, command) in [
            (
                "the system's store",
                "cat /etc/ssl/certs/ca-certificates.crt <ca-file> > ~/ca-bundle.pem",
            ),
            (
                "$AWS_CA_BUNDLE (/etc/corp.pem)",
                "cat \"$AWS_CA_BUNDLE\" <ca-file> > ~/ca-bundle.pem",
            ),
            (
                "$AWS_CA_BUNDLE (/home/me/ca-bundle.pem)",
                "cat \"$AWS_CA_BUNDLE\" <ca-file> > ~/ca-bundle-2.pem",
            ),
            (
                "$SSL_CERT_FILE / $SSL_CERT_DIR",
                "cat \"$SSL_CERT_FILE\" <ca-file> > ~/ca-bundle.pem",
            ),
        ] {
            let evidence = Evidence {
                roots: Some(Ok(RootsSeen {
                    from: from.into(),
                    count: 1,
                })),
                ..Evidence::default()
            };
            let fix = evidence.words().fill(crate::check::catalogue::TRUST);
            assert!(fix.contains(&format!("$ {command}\n")), "{fix}");
        }
    }
}
