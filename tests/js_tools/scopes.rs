//! `[[repository]]` with a namespace: every client takes that scope from there and the rest from the main one.

use super::Workplace;
use crate::support::home::Home;

const CONFIG: &str = "[[repository]]\nname = \"web\"\nnamespace = \"acme\"\n\
                      [[repository]]\nname = \"lonely\"\ntools = [\"npm\", \"pnpm\", \"yarn\", \"bun\"]\n";

fn takes_a_scope_from_its_repository(client: &str, tool: &str) {
    let gated = client == "yarn-newest";
    let home = match gated {
        true => Home::new().env("YARN_NPM_MINIMAL_AGE_GATE", "0"),
        false => Home::new(),
    };
    home.write(".config/studio-mirror/config.toml", CONFIG);
    let place = Workplace::in_home(home, client, tool);
    place.anew("mine", "1.0.0");
    let mut yarnrc = "nodeLinker: node-modules\n".to_owned();
    if gated {
        // A scope has an age gate of its own there, whatever the one for everything says.
        yarnrc += "npmPreapprovedPackages: [\"@acme/*\"]\n";
    }
    place.home.write("project/.yarnrc.yml", yarnrc);
    let packages = ["add", "@acme/mirror-scoped", "mirror-left"];
    place.run(tool, &packages).success();
    assert!(place.has("@acme/mirror-scoped") && place.has("mirror-left"));
    let requests = place.mirror.emulator.requests();
    let of_packages = requests
        .iter()
        .filter(|request| ["NpmPackument", "NpmTarball"].contains(&request.operation.as_str()));
    let mut asked = [0; 2];
    for request in of_packages {
        let of_scope = request.uri.contains("mirror-scoped");
        let repository = if of_scope { "/web/" } else { "/team/" };
        assert!(request.uri.contains(repository), "{}", request.uri);
        assert_eq!(request.status.map(|status| status < 400), Some(true));
        asked[usize::from(of_scope)] += 1;
    }
    assert!(asked.iter().all(|count| *count > 0), "{asked:?}");
    // What has no scope has no place beside the main one, which login says once.
    let transcript = place.home.transcript();
    let said = transcript.matches("codeartifact-lonely is left out");
    let said = said.count();
    assert!((1..=2).contains(&said), "{transcript}");
    place.assert_no_leak(&[]);
}

#[test]
fn npm_takes_a_scope_from_its_repository() {
    takes_a_scope_from_its_repository("npm-newest", "npm");
}

#[test]
fn pnpm_9_takes_a_scope_from_its_repository() {
    takes_a_scope_from_its_repository("pnpm-9", "pnpm");
}

#[test]
fn the_newest_pnpm_takes_a_scope_from_its_repository() {
    takes_a_scope_from_its_repository("pnpm-newest", "pnpm");
}

#[test]
fn yarn_1_takes_a_scope_from_its_repository() {
    takes_a_scope_from_its_repository("yarn-1", "yarn");
}

#[test]
fn yarn_3_takes_a_scope_from_its_repository() {
    takes_a_scope_from_its_repository("yarn-3", "yarn");
}

#[test]
fn the_newest_yarn_takes_a_scope_from_its_repository() {
    takes_a_scope_from_its_repository("yarn-newest", "yarn");
}

#[test]
fn bun_takes_a_scope_from_its_repository() {
    takes_a_scope_from_its_repository("bun-newest", "bun");
}
