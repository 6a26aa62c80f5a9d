//! What is being waited for: one line on stderr that is written over, on a terminal alone.

use std::cell::RefCell;
use std::future::Future;
use std::io::{self, IsTerminal, Write};

/// The line.
#[derive(Debug)]
pub struct Progress {
    running: RefCell<Vec<&'static str>>,
    is_shown: bool,
}

impl Progress {
    /// Shown if stderr is a terminal, unless `is_quiet`.
    pub fn new(is_quiet: bool) -> Self {
        Self {
            running: RefCell::default(),
            is_shown: !is_quiet && io::stderr().is_terminal(),
        }
    }

    /// Does `work`, and says so meanwhile.
    pub async fn during<T>(&self, what: &'static str, work: impl Future<Output = T>) -> T {
        self.running.borrow_mut().push(what);
        self.show();
        let done = work.await;
        self.running.borrow_mut().retain(|running| *running != what);
        self.show();
        done
    }

    fn show(&self) {
        if !self.is_shown {
            return;
        }
        let running = self.running.borrow();
        let line = match running.as_slice() {
            [] => String::new(),
            running => format!("checking {} …", running.join(", ")),
        };
        // A line that breaks could not be written over.
        let line: String = line.chars().take(79).collect();
        let _ = write!(io::stderr().lock(), "\r\u{1b}[K{line}");
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.running.borrow_mut().clear();
        self.show();
    }
}
