//! Files that somebody edits while they are logged in: `logout` leaves nothing of ours and takes nothing of theirs,
//! what stood there before and looks like ours included.

mod support;

use support::home::Home;
use support::mirror::Mirror;

const PIP_CONF: &str = ".config/pip/pip.conf";
const UV_TOML: &str = ".config/uv/uv.toml";
const NPMRC: &str = ".npmrc";
const YARNRC: &str = ".yarnrc.yml";
const NUGET: &str = ".nuget/NuGet/NuGet.Config";
const SETTINGS_XML: &str = ".m2/settings.xml";

/// What stands at `path` after a login of `tool`, an edit and a logout. URL stands for its endpoint in `before`.
fn left(tool: &str, path: &str, before: &str, edit: impl Fn(&str) -> String) -> String {
    let mirror = Mirror::without_packages();
    let home = Home::new();
    let format = match tool {
        "npm" | "yarn" => "npm",
        "dotnet" => "nuget",
        "maven" => "maven",
        _ => "pypi",
    };
    let url = mirror.endpoint(format, "team");
    home.write(path, before.replace("URL/", &url));
    mirror.login(&home, &["--tool", tool]).success();
    let written = home.read(path);
    assert_ne!(written, before, "{tool} is logged in");
    let edited = edit(&written);
    assert_ne!(edited, written, "{tool}: the edit has no place");
    home.write(path, edited);
    home.studio_mirror(["logout"]).success();
    let left = home.read(path);
    assert!(!left.contains("eyJ"), "{tool}: {left}");
    left.replace(&url, "URL/")
}

#[test]
fn what_a_person_changed_in_between_is_kept() {
    let mirror = Mirror::without_packages();
    let home = Home::new();
    home.write(
        PIP_CONF,
        "# mine\n[global]\ntimeout = 60\nindex-url = https://pypi.corp/simple\n",
    );
    home.write(NPMRC, "registry=https://npm.corp/\n");
    mirror.login(&home, &[]).success();
    let pip = home.read(PIP_CONF).replace("timeout = 60", "timeout = 90")
        + "[install]\nno-compile = yes\n";
    home.write(PIP_CONF, pip);
    let npm = "; new\n".to_owned() + &home.read(NPMRC);
    home.write(NPMRC, npm);
    let uv = home.read(UV_TOML) + "\n[pip]\nno-build = true\n";
    home.write(UV_TOML, uv);
    home.studio_mirror(["logout"]).success();
    // The user's own index-url comes back although the line above it was edited.
    assert_eq!(
        home.read(PIP_CONF),
        "# mine\n[global]\ntimeout = 90\nindex-url = https://pypi.corp/simple\n[install]\nno-compile = yes\n"
    );
    assert_eq!(home.read(NPMRC), "; new\nregistry=https://npm.corp/\n");
    let uv = home.read(UV_TOML);
    assert!(
        uv.contains("[pip]\nno-build = true\n") && !uv.contains("codeartifact"),
        "{uv}"
    );
}

#[test]
fn a_file_deleted_in_between_stays_deleted() {
    let mirror = Mirror::without_packages();
    let home = Home::new();
    home.write(NPMRC, "fund=false\n");
    mirror.login(&home, &[]).success();
    std::fs::remove_file(home.join(NPMRC)).expect("the file");
    home.studio_mirror(["logout"]).success();
    assert!(!home.join(NPMRC).exists());
}

/// As `yarn config set` does: every key at its place in the alphabet.
fn sorted(text: &str) -> String {
    let mut keys: Vec<String> = Vec::new();
    for line in text.lines().filter(|line| !line.is_empty()) {
        match keys.last_mut() {
            Some(key) if line.starts_with(' ') => *key += &format!("{line}\n"),
            _ => keys.push(format!("{line}\n")),
        }
    }
    keys.sort();
    keys.join("\n")
}

#[test]
fn what_a_client_moved_goes_and_what_it_set_stays() {
    let yarnrc = "nodeLinker: node-modules\n\npreferInteractive: true\n\ntelemetryInterval: 9\n";
    let after = left("yarn", YARNRC, yarnrc, |text| {
        sorted(&format!("{text}enableTelemetry: false\n"))
    });
    let expected = format!("enableTelemetry: false\n\n{yarnrc}");
    assert_eq!(sorted(&after), sorted(&expected), "{after}");

    let first = |text: &str| {
        let (ours, theirs): (Vec<&str>, Vec<&str>) = text
            .split_inclusive('\n')
            .partition(|line| line.contains("//"));
        ours.concat() + &theirs.concat()
    };
    let after = left("npm", NPMRC, "fund=false\naudit=false\n", first);
    assert_eq!(after, "fund=false\naudit=false\n");
    // What ours had replaced comes back.
    let before = "fund=false\nregistry=https://npm.corp/\naudit=false\n";
    let after = left("npm", NPMRC, before, first);
    assert!(after.contains("registry=https://npm.corp/\n"), "{after}");
}

#[test]
fn a_login_after_such_an_edit_starts_without_ours() {
    let mirror = Mirror::without_packages();
    let home = Home::new();
    home.write(NPMRC, "fund=false\naudit=false\n");
    mirror.login(&home, &["--tool", "npm"]).success();
    let text = home.read(NPMRC);
    let ours: String = text
        .split_inclusive('\n')
        .filter(|line| line.contains("//"))
        .collect();
    home.write(NPMRC, ours + "fund=false\naudit=false\n");
    mirror.login(&home, &["--tool", "npm"]).success();
    home.studio_mirror(["logout"]).success();
    assert_eq!(home.read(NPMRC), "fund=false\naudit=false\n");
}

/// The user's own settings for the same repository, of before the login.
#[test]
fn what_looks_like_ours_and_was_there_before_stays() {
    let behind = |more: &'static str| move |text: &str| format!("{text}{more}");
    let npmrc = "registry=URL/\nfund=false\n";
    let after = left("npm", NPMRC, npmrc, behind("audit=false\n"));
    assert_eq!(after, format!("{npmrc}audit=false\n"));

    let uv = "[[index]]\nname = \"corp\"\nurl = \"URL/simple/\"\ndefault = true\n";
    let after = left("uv", UV_TOML, uv, |text| {
        format!("native-tls = true\n{text}")
    });
    assert_eq!(after, format!("native-tls = true\n{uv}"));

    let pdm = "[pypi]\nurl = \"URL/simple/\"\n";
    let after = left(
        "pdm",
        ".config/pdm/config.toml",
        pdm,
        behind("[python]\nuse_venv = true\n"),
    );
    assert_eq!(after, format!("{pdm}[python]\nuse_venv = true\n"));

    let poetry = "[repositories.corp]\nurl = \"URL/\"\n";
    let after = left(
        "poetry",
        ".config/pypoetry/config.toml",
        poetry,
        behind("[virtualenvs]\ncreate = false\n"),
    );
    assert_eq!(after, format!("{poetry}[virtualenvs]\ncreate = false\n"));

    let hatch = "[publish.index.repos.corp]\nurl = \"URL/\"\n";
    let after = left(
        "hatch",
        ".config/hatch/config.toml",
        hatch,
        behind("[template]\nname = \"me\"\n"),
    );
    assert_eq!(after, format!("{hatch}[template]\nname = \"me\"\n"));

    let yarnrc = "npmRegistryServer: \"URL/\"\n";
    let after = left("yarn", YARNRC, yarnrc, behind("enableTelemetry: false\n"));
    assert_eq!(after, format!("{yarnrc}enableTelemetry: false\n"));
}

/// As AWS documents it, with the token in a variable.
#[test]
fn a_server_of_mavens_that_was_there_before_stays() {
    let before = "<settings>\n  <servers>\n    <server>\n      <id>codeartifact</id>\n      <username>aws</username>\n      \
                  <password>${env.CODEARTIFACT_AUTH_TOKEN}</password>\n    </server>\n  </servers>\n</settings>\n";
    let own = "    <activeProfile>own</activeProfile>\n";
    let after = left("maven", SETTINGS_XML, before, |text| {
        text.replace("  </activeProfiles>", &format!("{own}  </activeProfiles>"))
    });
    let profiles = format!("  <activeProfiles>\n{own}  </activeProfiles>\n");
    let expected = before.replace("</settings>", &format!("{profiles}</settings>"));
    assert_eq!(after, expected);
}

/// Else nuget.org would be asked again for what the user had taken from it.
#[test]
fn a_source_of_nuget_that_the_user_had_switched_off_stays_off() {
    let before = "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<configuration>\n  <packageSources>\n    \
                  <add key=\"nuget.org\" value=\"https://api.nuget.org/v3/index.json\" protocolVersion=\"3\" />\n  \
                  </packageSources>\n  <disabledPackageSources>\n    <add key=\"nuget.org\" value=\"true\" />\n  \
                  </disabledPackageSources>\n</configuration>\n";
    let own = "    <add key=\"own\" value=\"https://own.example/v3/index.json\" />\n";
    let add =
        |text: &str| text.replace("  </packageSources>", &format!("{own}  </packageSources>"));
    assert_eq!(left("dotnet", NUGET, before, add), add(before));
    // NuGet.exe puts the section that it knows best first.
    let after = left("dotnet", NUGET, before, |text| {
        let (from, to) = (
            text.find("  <config>").unwrap(),
            text.find("</config>\n").unwrap() + 10,
        );
        let section = &text[from..to];
        let rest = text.replace(section, "");
        rest.replace("<configuration>\n", &format!("<configuration>\n{section}"))
    });
    assert_eq!(after, before);
}
