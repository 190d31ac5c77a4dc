//! 密封 — what nobody but the bidder may see before the opening (招标投标法 22, 36). There is no other way in: no field, no
//! reference, no printing, until the clock has reached the hour.

use platform::people::Org;
use platform::{At, Caller, Id, Refusal, Result};

/// A value under seal, its owner, and the hour of the opening.
pub struct Sealed<T> {
    value: T,
    owner: Option<Id<Org>>,
    until: At,
}

impl<T> Sealed<T> {
    pub(super) fn new(value: T, owner: Option<Id<Org>>, until: At) -> Self {
        Self { value, owner, until }
    }
    /// For the owner's own people, at any time.
    pub fn own(self, who: &Caller) -> Result<T, Self> {
        if who.org.is_some() && who.org == self.owner { Ok(self.value) } else { Err(self) }
    }
    /// For anybody who may know, from the hour of the opening on.
    pub fn open(self, now: At) -> Result<T> {
        if now < self.until { Err(Refusal::Sealed { until: self.until }) } else { Ok(self.value) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_comes_out_before_the_hour_but_to_its_owner() {
        let at = |t: &str| At::parse_from_str(t, "%Y-%m-%dT%H:%M:%S").unwrap();
        let until = at("2026-12-20T01:00:00");
        let owner: Id<Org> = "00000000-0000-7000-8000-000000000001".parse().unwrap();
        let sealed = || Sealed::new("price", Some(owner), until);
        assert_eq!(sealed().open(at("2026-12-20T00:59:59")), Err(Refusal::Sealed { until }));
        assert_eq!(sealed().open(until), Ok("price"));
        let own = Caller { org: Some(owner), ..Caller::public() };
        assert_eq!(sealed().own(&own).ok(), Some("price"));
        let rival = Caller { org: "00000000-0000-7000-8000-000000000002".parse().ok(), ..Caller::public() };
        assert!(sealed().own(&rival).is_err());
        assert!(Sealed::new("draft", None, until).own(&Caller::public()).is_err());
    }
}
