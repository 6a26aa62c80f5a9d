//! gem and bundler: they install, and gem pushes, after one `login`, again once the token has expired, and again 13 hours on:
//! their files hold a token that the background process keeps fresh.
//!
//! The one RubyGems and the one bundler are Debian's; machines cannot fetch another. Tokens that live 12 seconds stand for
//! those of 12 hours, so an hour is a second.

mod support;

use std::path::Path;
use std::time::{Duration, Instant};

use support::home::{Finished, Home};
use support::leak_watch::{LeakWatch, holds_token};
use support::mirror::{Mirror, TEAM};
use support::tree::user_files;
use support::wire::{Stub, http};
use support::{binary_under_test, tell_skipped, wait_until};

const LIFE: i64 = 12;

/// Debian's gem and bundler; where there are none, the test says that it is skipped.
fn has_ruby(test: &str) -> bool {
    let there = ["gem", "bundle"].map(|name| Path::new("/usr/bin").join(name).is_file());
    let all = there.iter().all(|there| *there);
    if !all {
        tell_skipped(test, "gem or bundle is not installed (scripts/clients)");
    }
    all
}

fn home() -> Home {
    let home = Home::new();
    // Root's gems, and a copy of every one that was fetched, would lie outside of the home.
    let gems = home.join("gems");
    home.env("GEM_HOME", gems)
        .env("BUNDLE_SILENCE_ROOT_WARNING", "1")
}

fn run(home: &Home, program: &str, arguments: &[&str]) -> Finished {
    let project = home.join("project");
    std::fs::create_dir_all(&project).expect("a folder");
    home.run(home.command(program).args(arguments).current_dir(project))
}

fn studio_mirror(home: &Home, arguments: &[&str]) -> Finished {
    run(home, &binary_under_test().to_string_lossy(), arguments)
}

/// A project that builds the gem `mine` and needs `mirror-gem`, with nothing of an earlier one left.
fn project(home: &Home, version: &str) {
    for old in ["project", "gems", ".cache/gem", ".bundle/cache"] {
        let _ = std::fs::remove_dir_all(home.join(old));
    }
    home.write(
        "project/mine.gemspec",
        format!(
            "Gem::Specification.new do |s|\n  s.name = 'mine'\n  s.version = '{version}'\n  s.summary = 'mine'\n  \
             s.authors = ['me']\n  s.homepage = 'https://mine.example'\n  s.license = 'MIT'\n  s.files = ['mine.rb']\n  \
             s.require_path = '.'\nend\n"
        ),
    );
    home.write("project/mine.rb", "puts 'mine'\n");
    let gemfile = "source 'https://rubygems.org'\ngem 'mirror-gem'\n";
    home.write("project/Gemfile", gemfile);
    home.write("project/.bundle/config", "BUNDLE_PATH: vendor\n");
}

/// Where `gem push` pushes to.
fn host(mirror: &Mirror) -> String {
    let url = mirror.endpoint("ruby", TEAM);
    url.trim_end_matches('/').to_owned()
}

const INSTALL: [&str; 2] = ["install", "--no-document"];

fn install(home: &Home, gem: &[&str]) -> Finished {
    run(home, "gem", &[&INSTALL, gem].concat())
}

fn token(home: &Home, mirror: &Mirror) -> String {
    let url = mirror.endpoint("ruby", TEAM);
    let mut ask = home.command(binary_under_test());
    let answer = home.run_unheard(ask.args(["keyring", "get", &url, "aws"]));
    answer.success().stdout.trim().to_owned()
}

#[test]
fn gem_and_bundler_install_and_push_with_a_token_that_is_kept_fresh() {
    if !has_ruby("gem and bundler") {
        return;
    }
    let mirror = Mirror::start();
    mirror.let_tokens_live(LIFE);
    let home = home();
    let watch = LeakWatch::start(home.path());
    studio_mirror(&home, &["refresh", "--daemon"]).success();
    mirror.login(&home, &["--tool", "gem"]).success();
    let begun = Instant::now();
    let first = token(&home, &mirror);
    let mut last = first.clone();
    for version in ["1.0.0", "2.0.0", "3.0.0"] {
        match version {
            "1.0.0" => {}
            "2.0.0" => mirror.wait_until_refused(&first),
            _ => {
                let later = Duration::from_secs(14);
                wait_until("13 hours", Duration::from_secs(60), || {
                    begun.elapsed() > later
                });
                mirror.wait_until_refused(&last);
            }
        }
        last = token(&home, &mirror);
        project(&home, version);
        install(&home, &["mirror-gem"]).success();
        let used = run(&home, "ruby", &["-e", "require 'mirror_gem'"]).success();
        assert_eq!(used.stdout, "mirror-ore\nmirror-gem\n");
        run(&home, "bundle", &["install"]).success();
        let used = run(
            &home,
            "bundle",
            &["exec", "ruby", "-e", "require 'mirror_gem'"],
        );
        assert_eq!(used.success().stdout, "mirror-ore\nmirror-gem\n");
        // What others read is as if it had come from the public index.
        let lock = home.read("project/Gemfile.lock");
        assert!(lock.contains("remote: https://rubygems.org/"), "{lock}");
        run(&home, "gem", &["build", "mine.gemspec"]).success();
        let gem = format!("mine-{version}.gem");
        run(&home, "gem", &["push", &gem, "--host", &host(&mirror)]).success();
        install(&home, &["mine", "-v", version]).success();
        let used = run(&home, "ruby", &["-e", "require 'mine'"]).success();
        assert_eq!(used.stdout, "mine\n");
    }
    studio_mirror(&home, &["refresh", "--stop"]).success();
    home.assert_no_leak(&watch, &["project/Gemfile.lock"]);
}

const FILES: [(&str, &str); 4] = [
    (".gemrc", ""),
    (
        ".gemrc",
        "---\n:verbose: true\n:sources:\n  # ours\n  - https://rubygems.org/ # public\ngem: --no-document\n",
    ),
    (
        ".bundle/config",
        "---\r\nBUNDLE_JOBS: \"4\"\r\nBUNDLE_MIRROR__HTTPS://RUBYGEMS.ORG: \"https://old.example/\"\r\n",
    ),
    (".gem/credentials", ":rubygems_api_key: rubygems_x"),
];

#[test]
fn logout_gives_back_every_byte() {
    let mirror = Mirror::without_packages();
    for (file, text) in FILES
        .into_iter()
        .chain([(".config/gem/gemrc", "gem: --no-document\n")])
    {
        let home = home();
        home.write(file, text);
        let before = user_files(home.path());
        mirror.login(&home, &["--tool", "gem"]).success();
        let again = user_files(home.path());
        assert_ne!(again, before);
        mirror.login(&home, &["--tool", "gem"]).success();
        assert_eq!(user_files(home.path()), again);
        studio_mirror(&home, &["logout"]).success();
        let _ = std::fs::remove_dir(home.join("project"));
        assert_eq!(user_files(home.path()), before, "{file}: {text:?}");
    }
}

#[test]
fn the_files_are_those_that_gem_and_bundler_read() {
    if !has_ruby("the files of gem and bundler") {
        return;
    }
    let mirror = Mirror::without_packages();
    let url = mirror.endpoint("ruby", TEAM);
    for (files, extra) in [
        (&FILES[1..], ""),
        (&[(".config/gem/gemrc", "gem: --no-document\n")][..], "web"),
    ] {
        let home = home();
        for (file, text) in files {
            home.write(file, text);
            let mode = std::os::unix::fs::PermissionsExt::from_mode(0o600);
            std::fs::set_permissions(home.join(file), mode).expect("our own file");
        }
        let config = match extra {
            "" => String::new(),
            name => format!("[[repository]]\nname = \"{name}\"\n"),
        };
        home.write(".config/studio-mirror/config.toml", config);
        mirror.login(&home, &["--tool", "gem"]).success();
        let token = token(&home, &mirror);
        let with_login = |url: &str| url.replace("http://", &format!("http://aws:{token}@"));
        let script = "require 'bundler'; c = Gem.configuration; s = Bundler.settings; u = ARGV[0]; \
                      puts c.sources, c.api_keys[u.chomp('/')], s.mirror_for('https://rubygems.org'), s.credentials_for(Bundler::URI(u)), \
                      s.credentials_for(Bundler::URI(ARGV[1]))";
        let web = mirror.endpoint("ruby", "web");
        let mut ruby = home.command("ruby");
        let read = home
            .run_unheard(ruby.args(["-e", script, &url, &web]))
            .success();
        let login = format!("aws:{token}");
        let mut expected = vec![
            with_login(&url),
            format!("Bearer {token}"),
            url.clone(),
            login.clone(),
        ];
        match extra {
            "" => expected.push(String::new()),
            _ => {
                expected.insert(1, with_login(&web));
                expected.push(login);
            }
        }
        assert_eq!(
            read.stdout
                .trim_end()
                .lines()
                .collect::<Vec<_>>()
                .join("\n")
                .trim_end(),
            expected.join("\n").trim_end(),
            "{files:?}"
        );
    }
}

#[test]
fn other_places_for_packages_are_pointed_out() {
    let mirror = Mirror::without_packages();
    let home = home().env("GEMRC", "/nowhere/gemrc");
    let stale = format!(
        "{}\n",
        mirror
            .endpoint("ruby", "web")
            .replace("://", "://aws:eyJ0old@")
    );
    home.write(
        ".gemrc",
        format!(":sources:\n- https://rubygems.org\n- https://me:secret@gems.example/\n- {stale}"),
    );
    home.write(
        ".bundle/config",
        "BUNDLE_MIRROR__HTTPS://RUBYGEMS__ORG/: \"https://me:secret@old.example/\"\n\
         BUNDLE_MIRROR__HTTPS://RUBYGEMS__ORG/__FALLBACK_TIMEOUT: \"true\"\nBUNDLE_MIRROR__ALL: \"https://all.example\"\n",
    );
    let said = mirror.login(&home, &["--tool", "gem"]).success().stderr;
    for part in [
        "from https://gems.example/ beside CodeArtifact",
        "earlier login's source",
        "from https://old.example/",
        "`fallback_timeout`",
        "`BUNDLE_MIRROR__ALL`",
        "$GEMRC is set",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
    assert!(
        !said.contains("secret") && !said.contains("eyJ0old"),
        "{said}"
    );
    let gemrc = home.read(".gemrc");
    assert!(!gemrc.contains("rubygems.org") && !gemrc.contains("eyJ0old"));
    assert!(gemrc.contains("- https://me:secret@gems.example/"));
}

#[test]
fn what_ruby_would_read_otherwise_is_refused_and_left_alone() {
    let mirror = Mirror::without_packages();
    for text in [
        ":sources: [https://rubygems.org/]\n",
        ":sources:\n- https://rubygems.org/\n:sources:\n- https://a.example/\n",
        "- no mapping\n",
        "--- {}\n",
    ] {
        let home = home();
        home.write(".gemrc", text);
        let refused = mirror.login(&home, &["--tool", "gem"]).exit(1);
        assert!(
            refused.stderr.contains("`~/.gemrc` is left as it is"),
            "{refused}"
        );
        assert_eq!(home.read(".gemrc"), text);
    }
}

#[test]
fn exec_hands_bundler_a_token_that_goes_to_no_other_address() {
    if !has_ruby("bundler by exec") {
        return;
    }
    let mirror = Mirror::start();
    let home = home()
        .env("STUDIO_MIRROR_API_ENDPOINT", mirror.emulator.http_url())
        .env("STUDIO_MIRROR_DOMAIN", "corp")
        .env("STUDIO_MIRROR_DOMAIN_OWNER", "111122223333")
        .env("STUDIO_MIRROR_REPOSITORY", TEAM);
    let watch = LeakWatch::start(home.path());
    project(&home, "1.0.0");
    studio_mirror(&home, &["exec", "bundle", "install"]).success();
    assert!(home.join("project/Gemfile.lock").is_file());
    // A shell that drops variables with such names leaves the mirror, and no way around it.
    let _ = std::fs::remove_file(home.join("project/Gemfile.lock"));
    let _ = std::fs::remove_dir_all(home.join("project/vendor"));
    let dropped = studio_mirror(&home, &["exec", "dash", "-c", "bundle install"]).failure();
    let refused = "Authentication is required for 127.0.0.1";
    assert!(dropped.stderr.contains(refused), "{dropped}");
    // Another server on this very host, and a gem that names it as its own.
    let elsewhere = Stub::answering(|_| http("404 Not Found", &[], "{}"));
    let url = elsewhere.url();
    home.write(
        "project/Gemfile",
        format!("source '{url}/ruby/'\ngem 'mirror-ore'\n"),
    );
    studio_mirror(&home, &["exec", "bundle", "install"]).failure();
    let spec = home.read("project/mine.gemspec");
    let named = format!("  s.metadata = {{ 'default_gem_server' => '{url}' }}\nend\n");
    home.write("project/mine.gemspec", spec.replace("end\n", &named));
    run(&home, "gem", &["build", "mine.gemspec"]).success();
    mirror.login(&home, &["--tool", "gem"]).success();
    studio_mirror(&home, &["exec", "gem", "push", "mine-1.0.0.gem"]).failure();
    let heard = elsewhere.heard();
    assert!(!heard.is_empty(), "bundler went elsewhere");
    let with_token = heard.iter().find(|request| holds_token(request.as_bytes()));
    assert_eq!(with_token, None);
    // Without that, exec says where to push to, and the file of keys how.
    home.write("project/mine.gemspec", spec);
    run(&home, "gem", &["build", "mine.gemspec"]).success();
    studio_mirror(&home, &["exec", "gem", "push", "mine-1.0.0.gem"]).success();
    assert!(mirror.emulator.published()["corp/team"].contains("ruby:mine@1.0.0"));
    home.assert_no_leak(&watch, &[]);
}
