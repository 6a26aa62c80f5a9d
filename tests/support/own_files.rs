//! Files that a person had before us.

/// By their paths below the home. The first line end that each tool's editor meets differs, and each has something that is
/// replaced.
pub const FILES: [(&str, &str); 4] = [
    (
        ".config/pip/pip.conf",
        "# mine\n[global]\ntimeout = 60\nindex-url = https://pypi.example/simple\n[install]\nno-compile = yes\n",
    ),
    (
        ".config/uv/uv.toml",
        "# mine\r\nkeyring-provider = \"disabled\"\r\nnative-tls = true\r\n",
    ),
    (
        ".npmrc",
        "; mine\nregistry=https://npm.example/\nfund=false",
    ),
    (
        ".config/python_keyring/keyringrc.cfg",
        "# mine\n[backend]\ndefault-keyring = keyring.backends.null.Keyring\n",
    ),
];
