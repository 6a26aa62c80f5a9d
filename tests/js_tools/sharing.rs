//! npm, pnpm, yarn and bun share ~/.npmrc: each can come and go while the others stay, and the last one leaves it as it was.

use crate::support::home::{Finished, Home};
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

/// `login` with the tools and flags alone: the repository is told by them or by the configuration file.
fn login(mirror: &Mirror, home: &Home, flags: &str) -> Finished {
    let flags: Vec<&str> = flags.split(' ').filter(|flag| !flag.is_empty()).collect();
    mirror.login_by_file(home, &flags)
}

fn home_with_npm() -> Home {
    Home::new().first_on_path(clients::bin("npm-newest"))
}

#[track_caller]
fn npm_goes_to(mirror: &Mirror, home: &Home, repository: &str) {
    let mut npm = home.command("npm");
    let shown = home.run(npm.args(["config", "get", "registry"])).success();
    let expected = mirror.endpoint("npm", repository);
    assert_eq!(shown.stdout.trim(), expected);
}

fn states(home: &Home) -> String {
    let mut status = home.command(binary_under_test());
    home.run(status.arg("status")).stdout
}

#[test]
fn a_file_leads_to_one_repository_and_whom_it_led_first_stays() {
    let mirror = Mirror::start();
    for (first, second) in [("yarn", "npm"), ("npm", "yarn"), ("npm", "bun")] {
        let home = home_with_npm();
        let at_first = format!("--tool {first} --repository team");
        login(&mirror, &home, &at_first).success();
        let before = user_files(home.path());
        let then = format!("--tool {second} --repository web");
        for flags in [format!("{then} --dry-run"), then] {
            let refused = login(&mirror, &home, &flags).exit(1);
            for said in [
                format!(
                    "error: {second} is not configured: `~/.npmrc` is {first}'s too and has one place for packages: team, as \
                     {first} has it, or web\n"
                ),
                format!("`studio-mirror login --tool {second},{first} --repository web`"),
                format!("`studio-mirror logout --tool {first}` first"),
            ] {
                let stderr = refused.stderr.replace("\n  ", " ");
                assert!(stderr.contains(&said), "{said}\n{refused}");
            }
        }
        assert_eq!(user_files(home.path()), before);
        npm_goes_to(&mirror, &home, "team");
        // Each of the ways that the hint names.
        let both = format!("--tool {second},{first} --repository web");
        login(&mirror, &home, &both).success();
        npm_goes_to(&mirror, &home, "web");
        assert!(!states(&home).contains("no longer names"));
        login(&mirror, &home, &at_first).exit(1);
        npm_goes_to(&mirror, &home, "web");
        logout(&home, second);
        login(&mirror, &home, &at_first).success();
        npm_goes_to(&mirror, &home, "team");
    }
}

#[test]
fn of_tools_that_come_together_the_first_has_the_file_and_the_rest_is_told() {
    let mirror = Mirror::start();
    let home = home_with_npm();
    let file = ".config/studio-mirror/config.toml";
    home.write(
        file,
        "repository = \"team\"\n[tool.npm]\nrepository = \"web\"\n",
    );
    let refused = login(&mirror, &home, "--tool npm,yarn,bun,pip").exit(1);
    npm_goes_to(&mirror, &home, "web");
    for tool in ["yarn", "bun"] {
        let said = format!("{tool} is not configured: `~/.npmrc` is npm's too");
        assert!(refused.stderr.contains(&said), "{refused}");
    }
    assert!(!refused.stderr.contains("pip is not"), "{refused}");
    assert!(!home.join(".yarnrc.yml").exists());
    logout(&home, "npm");
    login(&mirror, &home, "").success();
    npm_goes_to(&mirror, &home, "team");
    // pnpm has its repository in a file of its own.
    let home = home_with_npm();
    login(&mirror, &home, "--tool pnpm --repository team").success();
    login(&mirror, &home, "--tool npm --repository web").success();
    npm_goes_to(&mirror, &home, "web");
    assert!(home.read(".npmrc").contains(":tokenHelper"));
    // A scope has one place, too.
    let home = home_with_npm();
    home.write(
        file,
        "[[repository]]\nname = \"team\"\n\
         [[repository]]\nname = \"web\"\nnamespace = \"acme\"\ntools = [\"npm\"]\n\
         [[repository]]\nname = \"team\"\nnamespace = \"acme\"\ntools = [\"yarn\"]\n",
    );
    let refused = login(&mirror, &home, "--tool npm,yarn").exit(1);
    assert!(
        refused
            .stderr
            .contains("has one place for @acme: web, as npm has it, or team"),
        "{refused}"
    );
    assert!(refused.stderr.contains("in config.toml"), "{refused}");
    npm_goes_to(&mirror, &home, "team");
}

/// As versions before this one left it: the file leads to the one, and both are said to be logged in.
#[test]
fn whom_the_file_does_not_lead_is_told_at_the_next_login_and_is_in_nobodys_way() {
    let mirror = Mirror::start();
    let state = ".local/state/studio-mirror/state.json";
    let elsewhere = Home::new();
    login(&mirror, &elsewhere, "--tool yarn --repository team").success();
    let of_yarn: serde_json::Value = serde_json::from_str(&elsewhere.read(state)).expect("JSON");
    let home = home_with_npm();
    login(&mirror, &home, "--tool npm,yarn --repository web").success();
    let mut document: serde_json::Value = serde_json::from_str(&home.read(state)).expect("JSON");
    document["tools"]["yarn"] = of_yarn["tools"]["yarn"].clone();
    home.write(state, document.to_string());
    let refused = login(&mirror, &home, "").exit(1);
    assert!(
        refused
            .stderr
            .contains("yarn is not configured: `~/.npmrc` is npm's too"),
        "{refused}"
    );
    npm_goes_to(&mirror, &home, "web");
    home.write(state, document.to_string());
    login(&mirror, &home, "--tool bun --repository web").success();
    npm_goes_to(&mirror, &home, "web");
}
