//! A space's report, as `check --output json` makes it, and what `check --vpc --join` makes of it.

use crate::cloud::{Cloud, Vpc, codeartifact};
use crate::support::binary_under_test;
use crate::support::home::{Finished, Home};
use serde_json::{Value, json};
use std::net::IpAddr;

/// A report of a space in a VPC.
pub struct SpaceReport {
    pub document: Value,
}

/// A host's checks, in their order.
const HOPS: [&str; 4] = ["dns", "tcp", "tls", "http"];

impl SpaceReport {
    /// Everything is fine in the space.
    pub fn healthy(vpc: &Vpc) -> SpaceReport {
        let text = crate::support::checkout().join("tests/check_vpc/space.json");
        let text = std::fs::read_to_string(text).expect("the recorded report");
        let mut document: Value = serde_json::from_str(&text).expect("JSON");
        let observed = &mut document["observed"];
        observed["studio_domain_id"] = vpc.ids["domain"].clone();
        observed["own_addresses"] = json!([vpc.id("address")]);
        for (index, host) in ["api", "repositories"].into_iter().enumerate() {
            observed["hosts"][host]["addresses"] = json!([vpc.endpoint_address(index)]);
        }
        SpaceReport { document }
    }

    /// With this check failed.
    pub fn failed(self, id: &str) -> SpaceReport {
        self.set(id, "failed", None)
    }

    /// With this check waiting for another.
    pub fn waiting(self, id: &str, root: &str) -> SpaceReport {
        self.set(id, "skipped", Some(root))
    }

    fn set(mut self, id: &str, status: &str, waits_for: Option<&str>) -> SpaceReport {
        let checks = self.document["checks"].as_array_mut().expect("a list");
        let check = checks.iter_mut().find(|check| check["id"] == id);
        let check = check.unwrap_or_else(|| panic!("no {id} in space.json"));
        check["status"] = json!(status);
        check["waits_for"] = json!(waits_for);
        let is_failed = status == "failed";
        check["fix"] = json!(is_failed.then_some("$ mend"));
        check["mender"] = json!(is_failed.then_some("platform-team"));
        self
    }

    /// With `host` (api, repositories, assets) failing at this hop, and what needs it waiting.
    pub fn stuck(mut self, host: &str, hop: &str) -> SpaceReport {
        let root = format!("network.{host}.{hop}");
        let at = HOPS.iter().position(|known| *known == hop).expect("a hop");
        self = self.failed(&root);
        for behind in &HOPS[at + 1..] {
            self = self.waiting(&format!("network.{host}.{behind}"), &root);
        }
        let after: &[&str] = match host {
            "api" => &[
                "token.mint",
                "repository.endpoint",
                "repository.read.pypi",
                "repository.read.npm",
            ],
            "repositories" => &[
                "auth.challenge",
                "repository.read.pypi",
                "repository.read.npm",
            ],
            _ => &[],
        };
        for id in after {
            self = self.waiting(id, &root);
        }
        self
    }

    /// With `host` leading to these addresses.
    pub fn led_to(mut self, host: &str, addresses: &[&str]) -> SpaceReport {
        let _: Vec<IpAddr> = addresses
            .iter()
            .map(|one| one.parse().expect("an address"))
            .collect();
        self.document["observed"]["hosts"][host]["addresses"] = json!(addresses);
        self
    }

    /// With another member of `observed`.
    pub fn observed(mut self, member: &str, value: Value) -> SpaceReport {
        self.document["observed"][member] = value;
        self
    }

    /// `check --vpc --join` of it, with moto as AWS.
    pub fn join(&self, cloud: &Cloud, flags: &[&str]) -> Seen {
        self.join_at(&cloud.url, &Home::new(), flags)
    }

    /// The same with AWS at `url`, in this home.
    pub fn join_at(&self, url: &str, home: &Home, flags: &[&str]) -> Seen {
        Seen::of(self.joined_at(url, home, &[&["--output", "json"], flags].concat()))
    }

    /// What it leaves, whatever the form.
    pub fn joined_at(&self, url: &str, home: &Home, flags: &[&str]) -> Finished {
        home.write("report.json", self.document.to_string());
        let mut check = home.command(binary_under_test());
        check
            .args(["check", "--vpc", "--join", "report.json"])
            .args(flags)
            .env("AWS_ENDPOINT_URL_CODEARTIFACT", codeartifact())
            .env("AWS_ENDPOINT_URL_EC2", url)
            .env("AWS_ENDPOINT_URL_SAGEMAKER", url);
        home.run(&mut check)
    }
}

/// A report, read.
pub struct Seen {
    pub finished: Finished,
    pub document: Value,
}

impl Seen {
    pub fn of(finished: Finished) -> Seen {
        let document = serde_json::from_str(&finished.stdout);
        let document = document.unwrap_or_else(|why| panic!("no JSON ({why}):\n{finished}"));
        Seen { finished, document }
    }

    /// The ids that came out as `status`.
    pub fn ids(&self, status: &str) -> Vec<&str> {
        let checks = self.document["checks"].as_array().expect("a list");
        let is = |check: &&Value| check["status"] == status;
        let ids = checks.iter().filter(is);
        ids.filter_map(|check| check["id"].as_str()).collect()
    }

    /// What was found of `id`.
    pub fn check(&self, id: &str) -> &Value {
        let checks = self.document["checks"].as_array().expect("a list");
        let found = checks.iter().find(|check| check["id"] == id);
        found.unwrap_or_else(|| panic!("no {id} in\n{}", self.finished))
    }

    /// Its detail, who mends it and its mend.
    pub fn words(&self, id: &str) -> String {
        let check = self.check(id);
        let part = |name: &str| check[name].as_str().unwrap_or_default();
        [part("detail"), part("mender"), part("fix")].join("\n")
    }

    /// Nothing failed, nothing is to be warned of.
    #[track_caller]
    pub fn assert_healthy(self) -> Seen {
        assert_eq!(self.ids("failed"), [""; 0], "{}", self.finished);
        assert_eq!(self.ids("warning"), [""; 0], "{}", self.finished);
        assert_eq!(self.finished.status.code(), Some(0), "{}", self.finished);
        self
    }

    /// `id` alone failed, and these words stand in it; no other finding.
    #[track_caller]
    pub fn assert_root(self, id: &str, words: &[&str]) -> Seen {
        assert_eq!(self.ids("failed"), [id], "{}", self.finished);
        assert_eq!(self.ids("warning"), [""; 0], "{}", self.finished);
        assert_eq!(self.finished.status.code(), Some(1), "{}", self.finished);
        self.assert_says(id, words)
    }

    /// `id` alone is a warning.
    #[track_caller]
    pub fn assert_warning(self, id: &str, words: &[&str]) -> Seen {
        assert_eq!(self.ids("failed"), [""; 0], "{}", self.finished);
        assert_eq!(self.ids("warning"), [id], "{}", self.finished);
        assert_eq!(self.finished.status.code(), Some(0), "{}", self.finished);
        self.assert_says(id, words)
    }

    #[track_caller]
    pub fn assert_says(self, id: &str, words: &[&str]) -> Seen {
        let all = self.words(id);
        for word in words {
            assert!(all.contains(word), "no {word:?} in\n{all}");
        }
        self
    }
}
