//! Slows guessing down: counts attempts in memory and asks for a growing pause. Kept per account *and* address, so that
//! nobody can lock somebody else out, and per address, so that one machine cannot try many accounts.

use crate::clock::At;
use crate::refusal::{Refusal, Result};
use chrono::Duration;
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

/// How many attempts are free, and how long the pauses grow after them: doubled each time, up to a limit.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// Part of the key: each purpose counts for itself.
    pub name: &'static str,
    pub free: u32,
    pub first_pause: i64,
    pub longest_pause: i64,
}

/// Attempts at one account from one address: five free, then 30 s, 1 min, 2 min … 1 h.
pub const ACCOUNT: Pace = Pace { name: "account", free: 5, first_pause: 30, longest_pause: 3600 };
/// Attempts from one address at any account: a whole office may sit behind it.
pub const ADDRESS: Pace = Pace { name: "address", free: 50, first_pause: 30, longest_pause: 900 };
/// Letters and sign-ups asked for from one address.
pub const ASKING: Pace = Pace { name: "asking", free: 10, first_pause: 60, longest_pause: 3600 };
/// Complaints from one address: a household or a street may sit behind it.
pub const COMPLAINTS: Pace = Pace { name: "complaints", free: 10, first_pause: 60, longest_pause: 3600 };
/// Wrong receipts from one address.
pub const RECEIPTS: Pace = Pace { name: "receipts", free: 10, first_pause: 30, longest_pause: 3600 };

/// Forgotten after so many hours without an attempt.
const FORGET: i64 = 24;
/// Most counts kept; beyond it the calm ones go first.
const MOST: usize = 100_000;

struct Count {
    attempts: u32,
    last: At,
    until: At,
}

/// The counts. One per server; lost at a restart, which costs a guesser more than it gives.
#[derive(Default)]
pub struct Brake {
    counts: Mutex<HashMap<String, Count>>,
}

impl Brake {
    /// Charges an attempt before it is made, so that many at once do not slip through; refuses with the seconds to wait.
    pub fn charge(&self, pace: Pace, key: &str, now: At) -> Result<()> {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        if counts.len() >= MOST {
            counts.retain(|_, c| c.last + Duration::hours(FORGET) > now);
            if counts.len() >= MOST {
                counts.retain(|_, c| c.until > now);
            }
        }
        let count = counts.entry(at(pace, key)).or_insert(Count { attempts: 0, last: now, until: now });
        if count.last + Duration::hours(FORGET) <= now {
            count.attempts = 0;
        }
        if count.until > now {
            return Err(Refusal::TooMany { seconds: u64::try_from((count.until - now).num_seconds()).unwrap_or(0).max(1) });
        }
        count.attempts = count.attempts.saturating_add(1);
        count.last = now;
        if count.attempts >= pace.free {
            let doublings = (count.attempts - pace.free).min(20);
            count.until = now + Duration::seconds((pace.first_pause << doublings).min(pace.longest_pause));
        }
        Ok(())
    }

    /// The attempt was right: the count starts anew.
    pub fn clear(&self, pace: Pace, key: &str) {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner).remove(&at(pace, key));
    }

    /// The attempt was right: it is not counted, those before it still are.
    pub fn forgive(&self, pace: Pace, key: &str) {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = counts.get_mut(&at(pace, key)) {
            count.attempts = count.attempts.saturating_sub(1);
            if count.attempts < pace.free {
                count.until = count.last;
            }
        }
    }

    /// Attempts counted so far.
    pub fn attempts(&self, pace: Pace, key: &str) -> u32 {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner).get(&at(pace, key)).map_or(0, |c| c.attempts)
    }
}

/// Keys are hashed, so that a dump of the memory names nobody.
fn at(pace: Pace, key: &str) -> String {
    crate::event::sha256(format!("{}|{key}", pace.name))
}

/// An address as it is counted: whoever has one IPv6 address has its whole /64.
pub fn neighbourhood(address: &str) -> String {
    match address.parse::<IpAddr>() {
        Ok(IpAddr::V6(ip)) if ip.to_ipv4_mapped().is_none() => {
            let [a, b, c, d, ..] = ip.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
        Ok(ip) => ip.to_canonical().to_string(),
        Err(_) => address.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::NaiveDate;

    fn noon() -> At {
        NaiveDate::from_ymd_opt(2026, 3, 2).unwrap().and_hms_opt(4, 0, 0).unwrap()
    }
    fn seconds(result: Result<()>) -> u64 {
        match result {
            Err(Refusal::TooMany { seconds }) => seconds,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn pauses_grow_and_are_capped() {
        let brake = Brake::default();
        let mut now = noon();
        for _ in 0..5 {
            brake.charge(ACCOUNT, "a", now).unwrap();
        }
        let mut pauses = Vec::new();
        for _ in 0..9 {
            let wait = seconds(brake.charge(ACCOUNT, "a", now));
            pauses.push(wait);
            now += Duration::seconds(wait as i64 - 1);
            assert_eq!(seconds(brake.charge(ACCOUNT, "a", now)), 1);
            now += Duration::seconds(1);
            brake.charge(ACCOUNT, "a", now).unwrap();
        }
        assert_eq!(pauses, [30, 60, 120, 240, 480, 960, 1920, 3600, 3600]);
        brake.charge(ACCOUNT, "b", now).unwrap();
    }

    #[test]
    fn a_day_of_calm_or_success_clears_it() {
        let brake = Brake::default();
        for _ in 0..5 {
            brake.charge(ACCOUNT, "a", noon()).unwrap();
        }
        assert!(brake.charge(ACCOUNT, "a", noon()).is_err());
        brake.charge(ACCOUNT, "a", noon() + Duration::hours(24)).unwrap();
        assert_eq!(brake.attempts(ACCOUNT, "a"), 1);
        brake.clear(ACCOUNT, "a");
        assert_eq!(brake.attempts(ACCOUNT, "a"), 0);
    }

    #[test]
    fn success_takes_back_its_own_charge_only() {
        let brake = Brake::default();
        for _ in 0..200 {
            brake.charge(ADDRESS, "10.0.0.1", noon()).unwrap();
            brake.forgive(ADDRESS, "10.0.0.1");
        }
        for _ in 0..49 {
            brake.charge(ADDRESS, "10.0.0.1", noon()).unwrap();
        }
        brake.charge(ADDRESS, "10.0.0.1", noon()).unwrap();
        brake.forgive(ADDRESS, "10.0.0.1");
        brake.charge(ADDRESS, "10.0.0.1", noon()).unwrap();
        assert!(brake.charge(ADDRESS, "10.0.0.1", noon()).is_err());
    }

    #[test]
    fn neighbours_of_an_ipv6_network_are_one() {
        assert_eq!(neighbourhood("2001:db8:1:2:3::4"), neighbourhood("2001:db8:1:2:ffff::1"));
        assert_ne!(neighbourhood("2001:db8:1:3::4"), neighbourhood("2001:db8:1:2::4"));
        assert_eq!(neighbourhood("::ffff:10.0.0.1"), neighbourhood("10.0.0.1"));
    }
}
