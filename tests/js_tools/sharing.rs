//! npm, pnpm, yarn and bun share ~/.npmrc: each can come and go while the others stay, and the last one leaves it as it was.

use crate::support::home::Home;
use crate::support::mirror::{Mirror, status_with_token};
use crate::support::tree::user_files;
use crate::support::{binary_under_test, clients};

const TEXTS: [&str; 4] = [
    "",
    "; mine\r\nfund=false\r\n@acme:registry=https://npm.example/\r\n",
    "registry=https://old.example/\n//old.example/:_auth=old",
    "save-exact = true\n\n# always\nalways-auth = true\n",
];
const YARNRC: &str = "# mine\nnodeLinker: node-modules\n";
const TOOLS: [&str; 4] = ["npm", "pnpm", "yarn", "bun"];

fn logout(home: &Home, tool: &str) {
    let mut logout = home.command(binary_under_test());
    home.run(logout.args(["logout", "--tool", tool])).success();
}

fn token(npmrc: &str) -> Option<&str> {
    let (_, rest) = npmrc.split_once(":_authToken")?;
    let value = rest.trim_start_matches([' ', '=']);
    value.lines().next()
}

/// What stands in the files that one tool alone reads.
const OWN: [(&str, &str); 4] = [
    (".yarnrc.yml", YARNRC),
    (".config/pnpm/rc", "# mine\nstore-dir=/somewhere\n"),
    (".config/pnpm/auth.ini", "//npm.example/:_authToken=mine"),
    (
        ".bunfig.toml",
        "[install]\r\nregistry = \"https://npm.example\" # mine\r\n",
    ),
];

fn orders() -> Vec<[&'static str; 4]> {
    let mut orders = Vec::new();
    for one in TOOLS {
        for two in TOOLS.into_iter().filter(|two| *two != one) {
            for three in TOOLS
                .into_iter()
                .filter(|three| ![one, two].contains(three))
            {
                let last = TOOLS
                    .into_iter()
                    .find(|four| ![one, two, three].contains(four));
                orders.push([one, two, three, last.expect("four tools")]);
            }
        }
    }
    orders
}

#[test]
fn each_leaves_in_any_order_and_the_files_are_at_last_as_they_were() {
    let mirror = Mirror::start();
    let orders = orders();
    assert_eq!(orders.len(), 24);
    for (round, order) in orders.iter().enumerate() {
        let text = TEXTS[round % TEXTS.len()];
        let home = Home::new();
        home.write(".npmrc", text);
        for (file, text) in OWN {
            home.write(file, text);
        }
        let before = user_files(home.path());
        // They come in another order than they go.
        for tool in orders[(round + 7) % orders.len()] {
            mirror.login(&home, &["--tool", tool]).success();
        }
        for (at, tool) in order.iter().enumerate() {
            logout(&home, tool);
            let left = &order[at + 1..];
            let npmrc = home.read(".npmrc");
            let asks = npmrc.contains(":tokenHelper");
            assert_eq!(asks, left.contains(&"pnpm"), "{left:?}\n{npmrc}");
            assert_eq!(npmrc.contains(&mirror.endpoint("npm", "team")), {
                // pnpm alone leaves npm's registry to npm.
                left.iter().any(|tool| *tool != "pnpm")
            });
            let holds = left.iter().any(|tool| *tool != "pnpm");
            match token(&npmrc) {
                Some(token) => {
                    assert!(holds, "{left:?}");
                    let url = mirror.endpoint("npm", "team") + "mirror-left";
                    assert_eq!(status_with_token(&url, token), 200);
                }
                None => assert!(!holds, "{left:?}\n{npmrc}"),
            }
        }
        assert_eq!(user_files(home.path()), before, "{order:?} {text:?}");
    }
}

#[test]
fn pnpm_alone_leaves_npm_where_it_was() {
    let mirror = Mirror::start();
    let home = Home::new().first_on_path(clients::bin("npm-newest"));
    home.write(".npmrc", "registry=https://npm.example/\n");
    let login = mirror.login(&home, &["--tool", "pnpm"]).success();
    assert!(
        login.stderr.contains("from line 1 of .npmrc"),
        "older pnpms go there, which is said: {login}"
    );
    let mut npm = home.command("npm");
    let shown = home.run(npm.args(["config", "get", "registry"])).success();
    assert_eq!(shown.stdout, "https://npm.example/\n");
    let both = mirror.login(&home, &["--tool", "npm,pnpm"]).success();
    assert!(!both.stderr.contains(".npmrc"), "{both}");
}

/// A registry of another tool's own file is not ours to look after: where it names none, it stays as it is.
#[test]
fn no_file_is_made_that_nothing_stands_in() {
    let mirror = Mirror::start();
    let home = Home::new();
    mirror.login(&home, &["--tool", "bun"]).success();
    assert!(!home.join(".bunfig.toml").exists());
    home.write(".bunfig.toml", "[install]\nexact = true\n");
    let again = mirror.login(&home, &["--tool", "bun"]).success();
    assert!(!again.stdout.contains("bunfig"), "{again}");
    let mut status = home.command(binary_under_test());
    let status = home.run(status.arg("status")).success();
    assert!(!status.stdout.contains("no longer names"), "{status}");
    home.write(
        ".bunfig.toml",
        "[install]\nexact = true\nregistry = \"https://npm.example\"\n",
    );
    let again = mirror.login(&home, &["--tool", "bun"]).success();
    assert!(again.stdout.contains("bunfig"), "{again}");
    logout(&home, "bun");
    assert_eq!(
        home.read(".bunfig.toml"),
        "[install]\nexact = true\nregistry = \"https://npm.example\"\n"
    );
    assert!(!home.join(".npmrc").exists());
}
