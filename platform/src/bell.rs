//! The bell that the writer rings after each commit: readers of the event log wait for it instead of asking again and again.
//! It knows only this process's commits; what other nodes wrote, a reader finds when it looks for itself.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Condvar, Mutex, PoisonError};
use std::time::Duration;

/// The last event that this process committed, and whoever waits for the next.
#[derive(Default)]
pub struct Bell {
    seq: AtomicI64,
    guard: Mutex<()>,
    rung: Condvar,
}

impl Bell {
    /// Says that the log now ends with that event.
    pub(crate) fn ring(&self, seq: i64) {
        if self.seq.fetch_max(seq, Ordering::AcqRel) < seq {
            let _held = self.guard.lock().unwrap_or_else(PoisonError::into_inner);
            self.rung.notify_all();
        }
    }
    /// Number of the last event of this process; 0 before its first.
    pub fn last(&self) -> i64 {
        self.seq.load(Ordering::Acquire)
    }
    /// Waits until an event past that one is committed, or for so long at most.
    pub fn wait(&self, past: i64, most: Duration) {
        let held = self.guard.lock().unwrap_or_else(PoisonError::into_inner);
        let _ = self.rung.wait_timeout_while(held, most, |()| self.last() <= past);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    #[test]
    fn whoever_waits_is_woken_by_a_later_event_only() {
        let bell = Arc::new(Bell::default());
        bell.ring(3);
        bell.ring(2);
        assert_eq!(bell.last(), 3);
        let waiting = {
            let bell = bell.clone();
            std::thread::spawn(move || {
                bell.wait(3, Duration::from_secs(60));
                bell.last()
            })
        };
        bell.ring(4);
        assert_eq!(waiting.join().unwrap(), 4);
        // Already past: no wait at all.
        bell.wait(1, Duration::from_secs(60));
    }
}
