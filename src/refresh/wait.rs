//! Sleeps until a moment by the wall clock, a change of a file, or a clock that was set. Nothing wakes it in between.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io;
use std::mem::MaybeUninit;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use rustix::event::{PollFd, PollFlags, poll};
use rustix::fs::inotify;
use rustix::io::Errno;
use rustix::time::{
    Itimerspec, TimerfdClockId, TimerfdFlags, TimerfdTimerFlags, Timespec, timerfd_create,
    timerfd_settime,
};

/// What woke it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Woken {
    /// The moment has come.
    Due,
    /// The file was changed, or a folder is gone or has come.
    Changed,
    /// The wall clock was set: what was planned by it must be planned anew.
    ClockSet,
}

/// That a folder goes.
const GOING: inotify::WatchFlags =
    inotify::WatchFlags::DELETE_SELF.union(inotify::WatchFlags::MOVE_SELF);
/// That files in it go.
const LEAVING: inotify::WatchFlags =
    inotify::WatchFlags::DELETE.union(inotify::WatchFlags::MOVED_FROM);
/// What becomes of the files in it. A first one comes by link(2), whole, and its successors by rename(2).
const COMING: inotify::WatchFlags = inotify::WatchFlags::CREATE
    .union(inotify::WatchFlags::MOVED_TO)
    .union(inotify::WatchFlags::CLOSE_WRITE)
    .union(inotify::WatchFlags::DELETE);

/// The two things to wait for.
pub struct Wait {
    timer: OwnedFd,
    folders: OwnedFd,
    /// The file whose changes count.
    file: OsString,
    /// The watches, each with the one name that counts in its folder.
    watches: BTreeMap<i32, OsString>,
}

impl Wait {
    /// One that will wake for changes of the file of that name.
    ///
    /// # Errors
    /// When the kernel has no more watches or timers for this user.
    pub fn new(file: &str) -> io::Result<Self> {
        // The wall clock, since tokens expire by it: it goes on while the machine sleeps.
        let timer = timerfd_create(
            TimerfdClockId::Realtime,
            TimerfdFlags::CLOEXEC | TimerfdFlags::NONBLOCK,
        )?;
        let folders =
            inotify::init(inotify::CreateFlags::CLOEXEC | inotify::CreateFlags::NONBLOCK)?;
        Ok(Self {
            timer,
            folders,
            file: file.into(),
            watches: BTreeMap::new(),
        })
    }

    /// Watches `folder` for its file, and `beside`, another file, for its end. Of folders that are not there, the first above them that is there
    /// is watched until they come: somebody may have deleted them, and a login makes them anew.
    ///
    /// # Errors
    /// When the kernel has no more watches for this user.
    pub fn watch(&mut self, folder: &Path, beside: &Path) -> io::Result<()> {
        let before = std::mem::take(&mut self.watches);
        if let (Some(folder), Some(name)) = (beside.parent(), beside.file_name())
            && let Ok(watch) = inotify::add_watch(&self.folders, folder, GOING | LEAVING)
        {
            self.watches.insert(watch, name.to_owned());
        }
        let mut awaited = self.file.as_os_str();
        let mut is_late = false;
        for there in folder.ancestors() {
            match inotify::add_watch(&self.folders, there, GOING | COMING) {
                Ok(watch) => {
                    self.watches.insert(watch, awaited.to_owned());
                    // What came before its folder was watched tells nobody.
                    is_late = awaited != self.file && there.join(awaited).exists();
                    break;
                }
                Err(Errno::NOENT | Errno::NOTDIR) => {}
                Err(error) if before.is_empty() => return Err(error.into()),
                // Closed for a while: what was watched before still is.
                Err(_) => {
                    self.watches = before;
                    return Ok(());
                }
            }
            awaited = there.file_name().unwrap_or_default();
        }
        let left = before
            .keys()
            .filter(|watch| !self.watches.contains_key(watch));
        for watch in left {
            // The kernel may have taken it away with its folder.
            let _ = inotify::remove_watch(&self.folders, *watch);
        }
        match is_late {
            true => self.watch(folder, beside),
            false => Ok(()),
        }
    }

    /// Waits until `moment`, in milliseconds since 1970, or without end; changes of other files are slept through.
    ///
    /// # Errors
    /// When the kernel refuses to wait.
    pub fn until(&self, moment: Option<u64>) -> io::Result<Woken> {
        self.set(moment)?;
        loop {
            let mut fds = [
                PollFd::new(&self.timer, PollFlags::IN),
                PollFd::new(&self.folders, PollFlags::IN),
            ];
            match poll(&mut fds, None) {
                Ok(_) => {}
                Err(Errno::INTR) => continue,
                Err(error) => return Err(error.into()),
            }
            let mut ticks = [0; 8];
            match rustix::io::read(&self.timer, &mut ticks) {
                Ok(_) => return Ok(Woken::Due),
                Err(Errno::CANCELED) => return Ok(Woken::ClockSet),
                Err(_) => {}
            }
            if self.was_changed() {
                return Ok(Woken::Changed);
            }
        }
    }

    fn set(&self, moment: Option<u64>) -> io::Result<()> {
        // 0 would turn the timer off: that is what waiting without end means.
        let moment = moment.map_or(0, |moment| moment.max(1));
        let value = Timespec {
            tv_sec: i64::try_from(moment / 1_000).unwrap_or(i64::MAX),
            tv_nsec: i64::try_from(moment % 1_000).unwrap_or(0) * 1_000_000,
        };
        let never = Timespec {
            tv_sec: 0,
            tv_nsec: 0,
        };
        timerfd_settime(
            &self.timer,
            TimerfdTimerFlags::ABSTIME | TimerfdTimerFlags::CANCEL_ON_SET,
            &Itimerspec {
                it_interval: never,
                it_value: value,
            },
        )?;
        Ok(())
    }

    /// Takes in what happened until now, and forgets it.
    pub fn forget_changes(&self) {
        self.was_changed();
    }

    /// Takes in what happened in the folders.
    fn was_changed(&self) -> bool {
        let mut buffer = [MaybeUninit::uninit(); 1024];
        let mut events = inotify::Reader::new(&self.folders, &mut buffer);
        let mut changed = false;
        while let Ok(event) = events.next() {
            let watched = self.watches.get(&event.wd());
            changed |= match (event.file_name(), watched) {
                (Some(file), Some(name)) => name.as_bytes() == file.to_bytes(),
                (Some(_), None) => false,
                // Without a name a folder itself is gone, or events were lost: better look.
                (None, watched) => watched.is_some() || event.wd() < 0,
            };
        }
        changed
    }
}
