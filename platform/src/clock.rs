//! The one source of time. Everything that has a deadline asks it, so that tests can move it by hand.

use chrono::{Duration, NaiveDateTime, SubsecRound};
use std::sync::{Arc, Mutex, PoisonError};

/// An instant in UTC, cut to milliseconds, as both databases store it.
pub type At = NaiveDateTime;

/// The platform's clock: the machine's, or one that only moves when told.
#[derive(Clone)]
pub struct Clock(Arc<Mutex<Kind>>);

enum Kind {
    Machine { shift: Duration, last: At },
    Hand(At),
}

impl Clock {
    /// The machine's clock; never runs backwards within a process.
    pub fn machine() -> Self {
        Self(Arc::new(Mutex::new(Kind::Machine { shift: Duration::zero(), last: At::MIN })))
    }
    /// A clock that stands still until [`advance`](Self::advance)d.
    pub fn by_hand(at: At) -> Self {
        Self(Arc::new(Mutex::new(Kind::Hand(at.trunc_subsecs(3)))))
    }
    /// Now, in UTC.
    pub fn now(&self) -> At {
        let mut kind = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match &mut *kind {
            Kind::Hand(at) => *at,
            Kind::Machine { shift, last } => {
                // The one place that asks the machine.
                #[allow(clippy::disallowed_methods)]
                let now = (chrono::Utc::now().naive_utc() + *shift).trunc_subsecs(3).max(*last);
                *last = now;
                now
            }
        }
    }
    /// Moves the clock forward (by hand: from where it stands; machine: shifts it). Used by tests and by the demo city,
    /// whose cases are walked through their months in seconds.
    pub fn advance(&self, by: Duration) {
        let mut kind = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match &mut *kind {
            Kind::Hand(at) => *at += by,
            Kind::Machine { shift, .. } => *shift += by,
        }
    }
}

/// An instant as people in Asia/Shanghai read it: `2026-11-21 17:00`.
pub fn shanghai_text(at: At) -> String {
    (at + Duration::hours(8)).format("%Y-%m-%d %H:%M").to_string()
}
