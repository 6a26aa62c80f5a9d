//! Sleeps until a moment by the wall clock, a change in a folder, or a clock that was set. Nothing wakes it in between.

use std::io;
use std::mem::MaybeUninit;
use std::os::fd::OwnedFd;
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
    /// The folder's file was changed.
    Changed,
    /// The wall clock was set: what was planned by it must be planned anew.
    ClockSet,
}

/// The two things to wait for.
pub struct Wait {
    timer: OwnedFd,
    folder: OwnedFd,
}

impl Wait {
    /// Watches `folder`, which must be there, for files that are renamed into it, written or deleted.
    ///
    /// # Errors
    /// When the kernel has no more watches or timers for this user.
    pub fn new(folder: &Path) -> io::Result<Self> {
        // The wall clock, since tokens expire by it: it goes on while the machine sleeps.
        let timer = timerfd_create(
            TimerfdClockId::Realtime,
            TimerfdFlags::CLOEXEC | TimerfdFlags::NONBLOCK,
        )?;
        let watch = inotify::init(inotify::CreateFlags::CLOEXEC | inotify::CreateFlags::NONBLOCK)?;
        // A first file comes by link(2), whole, and its successors by rename(2).
        let events = inotify::WatchFlags::CREATE
            | inotify::WatchFlags::MOVED_TO
            | inotify::WatchFlags::CLOSE_WRITE
            | inotify::WatchFlags::DELETE;
        inotify::add_watch(&watch, folder, events)?;
        Ok(Self {
            timer,
            folder: watch,
        })
    }

    /// Waits until `moment`, in milliseconds since 1970, or without end; changes of other files than `name` are slept through.
    ///
    /// # Errors
    /// When the kernel refuses to wait.
    pub fn until(&self, moment: Option<u64>, name: &str) -> io::Result<Woken> {
        self.set(moment)?;
        loop {
            let mut fds = [
                PollFd::new(&self.timer, PollFlags::IN),
                PollFd::new(&self.folder, PollFlags::IN),
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
            if self.was_changed(name) {
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

    /// Takes in what happened in the folder until now, and forgets it.
    pub fn forget_changes(&self) {
        self.was_changed("");
    }

    /// Takes in what happened in the folder.
    fn was_changed(&self, name: &str) -> bool {
        let mut buffer = [MaybeUninit::uninit(); 1024];
        let mut events = inotify::Reader::new(&self.folder, &mut buffer);
        let mut changed = false;
        while let Ok(event) = events.next() {
            // Without a name the folder itself is gone, or events were lost: better look.
            changed |= event
                .file_name()
                .is_none_or(|file| file.to_bytes() == name.as_bytes());
        }
        changed
    }
}
