//! One call fails: what must hold afterwards.

use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};

use studio_mirror::state::State;

use crate::calls::{MORE_WRITES, Point, injected, is_sync_of_a_new_text, points};
use crate::ending::{ending, files_with_tokens, litter_everywhere, neither};
use crate::scene::Scene;
use crate::support::home::{Finished, Home};
use crate::support::leak_watch::{exposed_files, holds_token};
use crate::support::mirror::Mirror;
use crate::support::tree::{Entry, without_tokens};

const STATE: &str = ".local/state/studio-mirror";

/// All points of a scene.
pub struct Trials<'a> {
    mirror: &'a Mirror,
    scene: &'a Scene,
    pub points: Vec<Point>,
    /// strace's logs, outside of every home: they show what was written.
    logs: tempfile::TempDir,
    /// Points that really failed a call.
    met: AtomicUsize,
    /// Runs that failed for it.
    failed: AtomicUsize,
}

impl<'a> Trials<'a> {
    /// Finds them by a run under strace.
    pub fn of(mirror: &'a Mirror, scene: &'a Scene) -> Self {
        let logs = tempfile::tempdir().expect("a scratch folder");
        let log = logs.path().join("all");
        scene
            .run_traced(mirror, &scene.copy(), &log, &["-y".to_owned()])
            .success();
        Trials {
            mirror,
            scene,
            points: points(&log),
            logs,
            met: AtomicUsize::new(0),
            failed: AtomicUsize::new(0),
        }
    }

    /// Runs the command with that call failing, then without, then logs out.
    pub fn judge(&self, point: &Point) -> Result<(), String> {
        let home = self.scene.copy();
        let log: PathBuf = self.logs.path().join(point.to_string().replace(' ', "-"));
        let finished = self
            .scene
            .run_traced(self.mirror, &home, &log, &point.words());
        let injected = injected(&log);
        let Some(injected) = injected else {
            // Counted differently this time: nothing that can fail failed.
            return Ok(());
        };
        self.met.fetch_add(1, Ordering::Relaxed);
        self.failed
            .fetch_add(usize::from(!finished.status.success()), Ordering::Relaxed);
        let is_of_stderr = injected.contains("write(2<");
        let mut wrongs = self.after_the_fault(&finished, &home, is_of_stderr);
        if finished.status.success() && is_sync_of_a_new_text(&injected, home.path()) {
            wrongs.push("it takes a text for written that may not be on the disk".to_owned());
        }
        if wrongs.is_empty() {
            wrongs = self.after_the_next_run(&home, point);
        }
        if wrongs.is_empty() {
            return Ok(());
        }
        let said = without_tokens(&finished.to_string());
        let shown = without_tokens(&injected);
        Err(format!(
            "== {point}: {shown}\n{}\nthe run with the fault was:\n{said}",
            wrongs.join("\n")
        ))
    }

    fn after_the_fault(&self, finished: &Finished, home: &Home, is_of_stderr: bool) -> Vec<String> {
        let mut wrongs = Vec::new();
        let code = finished.status.code();
        if !matches!(code, Some(0 | 1)) {
            wrongs.push(format!("it ended with {}", finished.status));
        }
        if finished.stderr.contains("panicked") {
            wrongs.push("it panicked".to_owned());
        }
        if code == Some(1) && !finished.stderr.contains("error:") && !is_of_stderr {
            wrongs.push("it failed without a word".to_owned());
        }
        wrongs.extend(self.wrongs_of_output(finished));
        wrongs.extend(neither(
            &ending(home),
            &self.scene.before,
            &self.scene.after,
        ));
        wrongs.extend(exposed(home));
        if let Err(error) = State::read(&home.join(STATE)) {
            wrongs.push(format!("the state is damaged: {error:#}"));
        }
        wrongs
    }

    fn wrongs_of_output(&self, finished: &Finished) -> Option<String> {
        let Finished { stdout, stderr, .. } = finished;
        if holds_token(stderr.as_bytes()) {
            return Some("a token on stderr".to_owned());
        }
        if !self.scene.answers_with_a_token() {
            return holds_token(stdout.as_bytes()).then(|| "a token on stdout".to_owned());
        }
        let token = without_tokens(stdout);
        let whole = match finished.status.success() {
            true => token == "TOKEN\n",
            false => token.is_empty(),
        };
        (!whole).then(|| format!("it answered {token:?}"))
    }

    /// The same command again, then a logout.
    fn after_the_next_run(&self, home: &Home, point: &Point) -> Vec<String> {
        let next = self.scene.run(self.mirror, home);
        let mut wrongs = Vec::new();
        if !next.status.success() {
            wrongs.push(format!("the next run fails, too: {next}"));
        }
        wrongs.extend(self.wrongs_of_output(&next));
        let after = &self.scene.after;
        wrongs.extend(neither(&ending(home), after, after));
        wrongs.extend(exposed(home));
        let litter = litter_everywhere(home);
        if !litter.is_empty() {
            wrongs.push(format!("litter that nobody swept: {litter:?}"));
        }
        let out = home.studio_mirror(["logout"]);
        if !out.status.success() {
            wrongs.push(format!("then logout fails: {out}"));
        }
        let original = &self.scene.original;
        let mut given_back = ending(home);
        if point.is_a_look() {
            // A folder that a login could not look at counts as the user's own: it is better left than deleted.
            given_back.retain(|path, entry| {
                original.contains_key(path) || !matches!(entry, Entry::Folder { .. })
            });
        }
        let given_back = neither(&given_back, original, original);
        wrongs.extend(
            given_back
                .iter()
                .map(|wrong| format!("after logout: {wrong}")),
        );
        let tokens = files_with_tokens(home);
        if !tokens.is_empty() {
            wrongs.push(format!("tokens that outlive logout: {tokens:?}"));
        }
        wrongs
    }

    /// For people.
    pub fn count(&self) -> String {
        format!(
            "{} points, {} met, {} of these runs failed",
            self.points.len(),
            self.met.load(Ordering::Relaxed),
            self.failed.load(Ordering::Relaxed)
        )
    }

    /// Calls that are counted and then missed would make all of this idle. Runs differ a little in how they wait.
    pub fn assert_enough_met(&self) {
        let unmet = self.points.len() - self.met.load(Ordering::Relaxed);
        // Two errors for each of those.
        assert!(
            unmet <= 2 * MORE_WRITES + self.points.len() / 20,
            "the calls are badly counted: {}",
            self.count()
        );
    }
}

fn exposed(home: &Home) -> Vec<String> {
    let folders = home.folders();
    folders.iter().flat_map(|top| exposed_files(top)).collect()
}
