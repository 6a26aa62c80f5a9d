//! The words of package clients' files that say nothing secret.

/// What a known word says about the one behind it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Known {
    /// Nothing: that may be anything.
    Word,
    /// As a key: that it is a name.
    Name,
    /// As a key, in XML alone: elsewhere the same word means a secret.
    NameInXml,
    /// The same with nothing but a blank between them.
    NameFollows,
}

/// Keys whose values are names, paths of programs or versions.
const NAMES: &str = "activeprofile credential-provider default default-keyring encoding id index-servers keyring-path \
    keyring-provider layout loginapipath mirrorof name protocolversion registry replace-with source tokenhelper version";

/// Keys whose values may be anything, and values that say nothing.
const WORDS: &str = "?xml _auth _authtoken _password account activeprofiles add allowinsecureconnections \
    altdeploymentrepository always always-auth api-key auth authenticate authentication aws backend basic bearer blocked \
    bundle cache cacert central cert certfile cleartextpassword clear codeartifact config configuration crates-io \
    defaultpushsource disabled disabledpackagesources distutils enabled explicit extra-index-url false file find-links \
    format global http-basic httpproxy httpsproxy https-proxy http.proxy import index index-url install keyring legacy login \
    mirror mirrors never noproxy npmalwaysauth npmauthident npmauthtoken npmregistries npmregistryserver \
    npmscopes packagesource packagesourcecredentials packagesourcemapping packagesources passphrase password passwd \
    pluginrepositories pluginrepository plugins profile profiles properties proxies proxy publish publish-url pypi \
    registries releases repos repositories repository secret server servers settings sources snapshots strict-ssl subprocess \
    supportsavailability testpypi token trusted-host true type url user username utf-8 value verify verify_ssl";

/// Parts of the names of secrets.
const SECRET: [&str; 14] = [
    "auth",
    "passw",
    "passphrase",
    "passcode",
    "pwd",
    "token",
    "secret",
    "credential",
    "apikey",
    "api_key",
    "api-key",
    "accesskey",
    "access_key",
    "private",
];

/// Words with such a part that name nothing secret.
const NOT_SECRET: &str = "always-auth authenticate authentication credential-provider npmalwaysauth \
    packagesourcecredentials tokenhelper";

fn is_among(words: &str, word: &str) -> bool {
    words
        .split_ascii_whitespace()
        .any(|one| one.eq_ignore_ascii_case(word))
}

/// What the word is, if it is one of these.
pub fn known(word: &str) -> Option<Known> {
    match word {
        "machine" => Some(Known::NameFollows),
        "key" => Some(Known::NameInXml),
        _ if is_among(NAMES, word) => Some(Known::Name),
        _ => is_among(WORDS, word).then_some(Known::Word),
    }
}

/// Whether a key of this name has a secret for its value.
pub fn names_secret(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    SECRET.iter().any(|part| lower.contains(part)) && !is_among(NOT_SECRET, name)
}

/// Whether it has a part as only machines make them: some services take a key in their addresses' paths.
/// Names of ours end in one.
pub fn looks_random(word: &str) -> bool {
    let parts = word.split(|c: char| !c.is_ascii_alphanumeric());
    let is_random = |part: &str| {
        part.len() >= 16
            && part.contains(|c: char| c.is_ascii_digit())
            && part.contains(|c: char| c.is_ascii_alphabetic())
    };
    !word.contains("codeartifact-") && parts.into_iter().any(is_random)
}
