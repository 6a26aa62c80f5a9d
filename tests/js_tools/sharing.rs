//! npm, pnpm, yarn and bun share ~/.npmrc: each can come and go while the others stay, and the last one leaves it as it was.

use crate::support::binary_under_test;
use crate::support::home::Home;
use crate::support::mirror::{Mirror, status_with_token};
use crate::support::tree::user_files;

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

#[test]
fn each_leaves_in_any_order_and_the_file_is_at_last_as_it_was() {
    let mirror = Mirror::start();
    for (round, text) in TEXTS.into_iter().enumerate() {
        for first in 0..TOOLS.len() {
            let home = Home::new();
            home.write(".npmrc", text);
            home.write(".yarnrc.yml", YARNRC);
            let before = user_files(home.path());
            let mut order = TOOLS;
            order.rotate_left(first);
            if round % 2 == 1 {
                order.reverse();
            }
            for tool in order {
                mirror.login(&home, &["--tool", tool]).success();
            }
            for (at, tool) in order.into_iter().enumerate() {
                logout(&home, tool);
                let left = &order[at + 1..];
                let npmrc = home.read(".npmrc");
                let asks = npmrc.contains(":tokenHelper");
                assert_eq!(asks, left.contains(&"pnpm"), "{left:?}\n{npmrc}");
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
}
