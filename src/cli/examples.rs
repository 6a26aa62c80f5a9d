//! What stands below each command's `--help`: lines to copy, which tests/help.rs gives to a shell and to the parser.

/// `studio-mirror`
pub const PROGRAM: &str = "\
Examples:
  studio-mirror login --domain corp --repository team
  pip install six
  studio-mirror check                  # when something does not work
  studio-mirror login --help           # each command has examples of its own

Settings come from the first of: a flag, the environment, the last login,
~/.config/studio-mirror/config.toml, /etc/studio-mirror/config.toml, Studio's
own metadata. `studio-mirror status` says where each value came from.";

/// `login`
pub const LOGIN: &str = "\
Examples:
  studio-mirror login --domain corp --repository team
  studio-mirror login --dry-run         # the edits, none of them made
  studio-mirror login --tool pip,cargo  # cargo too, from now on
  studio-mirror login --tool npm --namespace acme     # packages of @acme alone
  studio-mirror login --system --domain corp --domain-owner 111122223333 \\
    --repository team --region us-east-1       # in an image, as root";

/// `logout`
pub const LOGOUT: &str = "\
Examples:
  studio-mirror logout                 # every file as login found it
  studio-mirror logout --tool npm";

/// `status`
pub const STATUS: &str = "\
Examples:
  studio-mirror status
  studio-mirror status --output json";

/// `exec`
pub const EXEC: &str = "\
Examples:
  studio-mirror exec npm ci
  studio-mirror exec --tool twine -- twine upload dist/*

npm, bun and pip put variables into what a project's files say, and so can send
these credentials wherever they say: for projects that you trust.";

/// `refresh`
pub const REFRESH: &str = "\
Examples:
  studio-mirror refresh --daemon       # in the background, until you log out
  studio-mirror refresh                # now, once
  studio-mirror refresh --stop";

/// `check`
pub const CHECK: &str = "\
Examples:
  studio-mirror check
  studio-mirror check --output markdown               # for a ticket
  studio-mirror check --explain network.api.dns
  studio-mirror check --output json > report.json     # in the space, …
  studio-mirror check --vpc --join report.json        # … for an administrator";

/// `bootstrap`
pub const BOOTSTRAP: &str = "\
Examples:
  studio-mirror bootstrap plan --studio-domain-id d-abcdefghij12
  studio-mirror bootstrap apply --studio-domain-id d-abcdefghij12
  studio-mirror bootstrap apply --help         # so has each of these commands";

/// `token`
pub const TOKEN: &str = "\
Examples:
  eval \"$(studio-mirror token --format env)\"   # CODEARTIFACT_AUTH_TOKEN
  curl -H \"$(studio-mirror token --format header)\" \\
    https://corp-111122223333.d.codeartifact.us-east-1.amazonaws.com/npm/team/ms";

/// `keyring`
pub const KEYRING: &str = "\
Examples:
  studio-mirror keyring get \\
    https://corp-111122223333.d.codeartifact.us-east-1.amazonaws.com/ aws";

/// `completions`
pub const COMPLETIONS: &str = "\
Examples:
  eval \"$(studio-mirror completions bash)\"     # in ~/.bashrc
  studio-mirror completions fish > ~/.config/fish/completions/studio-mirror.fish";

/// `bootstrap plan`
pub const PLAN: &str = "\
Exit: 0 nothing to do, 3 something to do, 4 something was changed by hand,
1 refused or failed, 2 wrong usage.
Without --domain and --repository: domain packages, repository team. What an
earlier `apply` was told is remembered and need not be typed again.

Examples:
  studio-mirror bootstrap plan --studio-domain-id d-abcdefghij12
  studio-mirror bootstrap plan --permissions   # the policy that you need for it";

/// `bootstrap apply`
pub const APPLY: &str = "\
Without --domain and --repository: domain packages, repository team. What an
earlier `apply` was told is remembered and need not be typed again.

Examples:
  studio-mirror bootstrap apply --studio-domain-id d-abcdefghij12
  studio-mirror bootstrap apply --yes --canary ann            # her spaces first
  studio-mirror bootstrap apply --internal 'acme-*' --public names.txt";

/// `bootstrap rollback`
pub const ROLLBACK: &str = "\
Examples:
  studio-mirror bootstrap rollback";

/// `bootstrap destroy`
pub const DESTROY: &str = "\
Examples:
  studio-mirror bootstrap destroy
  studio-mirror bootstrap destroy --delete-packages";

/// `bootstrap attach`
pub const ATTACH: &str = "\
To be typed in each account whose spaces use the packages (each of a StackSet),
with the flags of `export`.

Examples:
  studio-mirror bootstrap attach --studio-domain-id d-abcdefghij12 \\
    --domain corp --domain-owner 111122223333";

/// `bootstrap export`
pub const EXPORT: &str = "\
Nobody is asked, so no default comes from a Studio domain or its VPC. What is
not named of VPC, subnets, route tables and security groups is left open:
required parameters, or required variables.

Examples:
  studio-mirror bootstrap export --format cloudformation --out templates \\
    --domain corp --domain-owner 111122223333
  studio-mirror bootstrap export --format terraform --out modules \\
    --domain corp --domain-owner 111122223333 --vpc-id vpc-1a2b3c4d \\
    --subnet-ids subnet-1a2b3c4d,subnet-5e6f7a8b \\
    --route-table-ids rtb-1a2b3c4d --security-group-ids sg-1a2b3c4d \\
    --role-arn arn:aws:iam::111122223333:role/Studio";

/// `bootstrap publish`
pub const PUBLISH: &str = "\
Examples:
  studio-mirror bootstrap publish --domain corp --binary ./studio-mirror";

/// `bootstrap prove`
pub const PROVE: &str = "\
Exit: 0 everything holds, 1 something does not or is left open, 2 wrong usage.
In a space, login's settings say what is proved. A laptop has none: name the
domain, its owner, the repository and the region.

Examples:
  studio-mirror bootstrap prove --output json > proof.json
  studio-mirror bootstrap prove --outside --domain corp \\
    --domain-owner 111122223333 --repository team --region us-east-1 < token";
