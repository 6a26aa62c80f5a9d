//! The pure rooms of the house, built without the AWS SDK, so that an instrumented build takes a
//! minute instead of a quarter of an hour. They are the main crate's own files; `studio_mirror::…`
//! means them here as it does in the main crate's tests, which replay the seeds through the same properties.

// What is included is whole files: not all in them is used here.
#![allow(dead_code, unused_imports)]

extern crate self as studio_mirror;

/// How answers of AWS are read, the proxy variables and CA bundles.
#[path = "../../src/aws"]
pub mod aws {
    pub mod cloudformation {
        mod answers;
        pub use answers::*;
    }
    pub mod ec2 {
        mod answers;
        pub use answers::*;
    }
    mod registry {
        mod answers;
        pub use answers::*;
    }
    mod sagemaker {
        mod answers;
        pub use answers::*;
    }
    mod proxy;
    mod trust;
    mod xml;

    pub use proxy::Proxy;
    pub use registry::{DomainSeen, RepositorySeen, asset_sha256_in};
    pub use sagemaker::{LifecycleConfig, Refusal, StudioDomain};
    pub use trust::{Roots, RootsFrom, certificates_in};
    pub use xml::Element;
}

/// Of bootstrap what reads files and what the stacks remember.
#[path = "../../src/bootstrap"]
pub mod bootstrap {
    pub mod choices;
    pub mod memory;
    pub mod package_groups;
    pub mod program;
    pub mod public;
    pub mod script;
    pub mod slot;
    pub mod stacks;
    pub mod template {
        pub mod text;
    }
}

/// Of check what reads the machine's files, answers of the network, policies and rules.
#[path = "../../src/check"]
pub mod check {
    pub mod evidence {
        mod host;
        pub use host::*;
    }
    pub mod probes {
        pub mod certificate;
        pub mod dns {
            mod answer;
            mod files;
            pub use answer::read_answer;
            pub use files::{in_hosts_file, nameservers};
        }
        pub mod http {
            mod answer;
            pub use answer::{is_enough, read};
        }
        pub mod tools {
            pub mod said;
        }
    }
    pub mod vpc {
        pub mod acls;
        pub mod policy;
        pub mod rules;
    }
}

/// Of the commands only what shows a diff.
#[path = "../../src/commands"]
pub mod commands {
    pub mod diff;
}

/// Of the helper only how it understands a question.
#[path = "../../src/helper"]
pub mod helper {
    mod cargo_question;
    mod query;

    pub use cargo_question::Question;
    pub use query::{Mode, Query, Wanted, answers_for, login_at, login_for, parse};
}

/// Of the refresher what it does to a text, and the record that it leaves.
#[path = "../../src/refresh"]
pub mod refresh {
    mod record;
    mod renew;
    pub mod schedule;
    mod strays;

    pub use record::Record;
    pub use renew::renewed_text;
    pub use strays::strays;
}

#[path = "../../src/config_file.rs"]
pub mod config_file;
#[path = "../../src/credentials.rs"]
pub mod credentials;
#[path = "../../src/edit/mod.rs"]
pub mod edit;
#[path = "../../src/endpoint/mod.rs"]
pub mod endpoint;
#[path = "../../src/error.rs"]
pub mod error;
#[path = "../../src/files/mod.rs"]
pub mod files;
#[path = "../../src/places.rs"]
pub mod places;
#[path = "../../src/secret.rs"]
pub mod secret;
#[path = "../../src/settings/mod.rs"]
pub mod settings;
#[path = "../../src/state/mod.rs"]
pub mod state;
#[path = "../../src/studio.rs"]
pub mod studio;
#[path = "../../src/token/mod.rs"]
pub mod token;
#[path = "../../src/tools/mod.rs"]
pub mod tools;

pub mod coming_and_going;
pub mod inputs;
pub mod properties;
