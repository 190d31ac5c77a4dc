//! 授权期限 — a term that keeps the profile's cap; no later line re-checks it (ZJK-17).

use chrono::NaiveDate;
use platform::profile::Profile;
use platform::{Fault, Refusal, Result};

/// First and last day of a licence, both included, within the cap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Term {
    from: NaiveDate,
    to: NaiveDate,
}

impl Term {
    /// A term from `from` to `to`. Faults at `to_on`: it ends before it begins, or lasts longer than the profile allows.
    pub fn new(profile: &Profile, from: NaiveDate, to: NaiveDate) -> Result<Self> {
        let latest = profile.latest_end(from);
        if to < from {
            return Err(Refusal::fault("to_on", "ends-before-start"));
        }
        if to > latest {
            return Err(Refusal::Faulty(vec![Fault::at("to_on", "over-cap").with("latest", latest)]));
        }
        Ok(Self { from, to })
    }
    pub fn from(self) -> NaiveDate {
        self.from
    }
    pub fn to(self) -> NaiveDate {
        self.to
    }
    /// How many days it has.
    pub fn days(self) -> i64 {
        (self.to - self.from).num_days() + 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn three_years_and_not_a_day_more() {
        let profile = Profile::zhangjiakou();
        for (from, last) in [("2026-12-01", "2029-11-30"), ("2028-02-29", "2031-02-27"), ("2027-01-01", "2029-12-31")] {
            let term = Term::new(profile, day(from), day(last)).unwrap();
            assert_eq!((term.from(), term.to()), (day(from), day(last)));
            let over = Term::new(profile, day(from), day(last).succ_opt().unwrap()).unwrap_err();
            assert!(matches!(&over, Refusal::Faulty(f) if f[0].code == "over-cap" && f[0].args[0].1 == last), "{over:?}");
        }
    }

    #[test]
    fn a_term_has_at_least_a_day() {
        let profile = Profile::zhangjiakou();
        assert_eq!(Term::new(profile, day("2026-12-01"), day("2026-12-01")).unwrap().days(), 1);
        assert_eq!(Term::new(profile, day("2026-12-01"), day("2026-11-30")).unwrap_err(), Refusal::fault("to_on", "ends-before-start"));
    }
}
