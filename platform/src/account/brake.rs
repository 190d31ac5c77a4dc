//! Slows guessing down: counts attempts and asks for a growing pause. Kept per account *and* address, so that nobody can
//! lock somebody else out, and per address, so that one machine cannot try many accounts.
//!
//! What protects an account is counted in the database: all nodes share it, and a restart does not clear it. What protects
//! the server from one address is counted in the memory of each node.

use crate::clock::At;
use crate::db::{Look, Tx};
use crate::diesel;
use crate::refusal::{Refusal, Result};
use crate::schema::brake;
use chrono::Duration;
use diesel::prelude::*;
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
/// New passwords asked for from one address for one account.
pub const RESET: Pace = Pace { name: "reset", free: 10, first_pause: 60, longest_pause: 3600 };
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

#[derive(Clone, Copy)]
struct Count {
    attempts: u32,
    last: At,
    until: At,
}

impl Count {
    fn none(now: At) -> Self {
        Self { attempts: 0, last: now, until: now }
    }
    /// With one attempt more; refuses while a pause lasts.
    fn charged(mut self, pace: Pace, now: At) -> Result<Self> {
        if self.last + Duration::hours(FORGET) <= now {
            self.attempts = 0;
        }
        if self.until > now {
            return Err(Refusal::TooMany { seconds: u64::try_from((self.until - now).num_seconds()).unwrap_or(0).max(1) });
        }
        self.attempts = self.attempts.saturating_add(1);
        self.last = now;
        if self.attempts >= pace.free {
            let doublings = (self.attempts - pace.free).min(20);
            self.until = now + Duration::seconds((pace.first_pause << doublings).min(pace.longest_pause));
        }
        Ok(self)
    }
}

fn kept(look: &mut Look, key: &str) -> Result<Option<Count>> {
    let found: Option<(i64, At, At)> =
        brake::table.find(key).select((brake::attempts, brake::last_at, brake::until_at)).first(look.db()).optional()?;
    Ok(found.map(|(attempts, last, until)| Count { attempts: u32::try_from(attempts).unwrap_or(u32::MAX), last, until }))
}

/// Charges an attempt in the database before it is made; refuses with the seconds to wait.
pub fn charge(tx: &mut Tx, pace: Pace, key: &str) -> Result<()> {
    let (key, now) = (at(pace, key), tx.now());
    let before = kept(tx, &key)?;
    let count = before.unwrap_or(Count::none(now)).charged(pace, now)?;
    let values = (brake::attempts.eq(i64::from(count.attempts)), brake::last_at.eq(count.last), brake::until_at.eq(count.until));
    match before {
        Some(_) => diesel::update(brake::table.find(&key)).set(values).execute(tx.db())?,
        None => diesel::insert_into(brake::table).values((brake::key.eq(&key), values.0, values.1, values.2)).execute(tx.db())?,
    };
    Ok(())
}

/// The attempt was right: its count in the database starts anew.
pub fn clear(tx: &mut Tx, pace: Pace, key: &str) -> Result<()> {
    diesel::delete(brake::table.find(at(pace, key))).execute(tx.db())?;
    Ok(())
}

/// Attempts counted in the database so far.
pub fn attempts(look: &mut Look, pace: Pace, key: &str) -> Result<u32> {
    Ok(kept(look, &at(pace, key))?.map_or(0, |c| c.attempts))
}

/// Forgets counts in the database that have been calm for a day; for the daily job.
pub fn forget_old(tx: &mut Tx) -> Result<usize> {
    let (before, now) = (tx.now() - Duration::hours(FORGET), tx.now());
    Ok(diesel::delete(brake::table.filter(brake::last_at.le(before).and(brake::until_at.le(now)))).execute(tx.db())?)
}

/// The counts of one server; lost at a restart, which costs whoever floods it more than it gives.
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
        let count = counts.entry(at(pace, key)).or_insert(Count::none(now));
        *count = count.charged(pace, now)?;
        Ok(())
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
}

/// Keys are hashed, so that neither a dump of the memory nor the table names anybody.
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
    fn a_day_of_calm_clears_it() {
        let brake = Brake::default();
        for _ in 0..5 {
            brake.charge(ACCOUNT, "a", noon()).unwrap();
        }
        assert!(brake.charge(ACCOUNT, "a", noon()).is_err());
        for _ in 0..5 {
            brake.charge(ACCOUNT, "a", noon() + Duration::hours(24)).unwrap();
        }
        assert!(brake.charge(ACCOUNT, "a", noon() + Duration::hours(24)).is_err());
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
