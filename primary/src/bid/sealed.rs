//! 密封 — what nobody but the bidder may see before the opening (招标投标法 22, 36). There is no other way in: no field, no
//! reference, no printing, until the clock has reached the hour. What the database holds until then is sealed too, under a
//! key of the announcement that is kept sealed by the [vault](platform::vault): reading the table shows nothing.

use super::Bid;
use crate::announcement::Announcement;
use diesel::prelude::*;
use platform::people::Org;
use platform::schema::bid_key;
use platform::vault::{self, DataKey};
use platform::{At, Caller, Id, Look, Refusal, Result, Tx, diesel};

/// Something that is sealed in the database.
pub trait Letter: Sized {
    /// In clear.
    fn unsealed(self, look: &mut Look) -> Result<Self>;
}

/// A value under seal, its owner, and the hour of the opening. It is unsealed only on the way out.
pub struct Sealed<T> {
    value: T,
    owner: Option<Id<Org>>,
    until: At,
}

impl<T: Letter> Sealed<T> {
    pub(super) fn new(value: T, owner: Option<Id<Org>>, until: At) -> Self {
        Self { value, owner, until }
    }
    fn is_of(&self, who: &Caller) -> bool {
        who.org.is_some() && who.org == self.owner
    }
    fn is_due(&self, now: At) -> bool {
        now >= self.until
    }
    /// For the owner's own people, at any time; the seal comes back to anybody else.
    pub fn own(self, look: &mut Look, who: &Caller) -> Result<Result<T, Self>> {
        if self.is_of(who) { self.value.unsealed(look).map(Ok) } else { Ok(Err(self)) }
    }
    /// For anybody who may know, from the hour of the opening on.
    pub fn open(self, look: &mut Look) -> Result<T> {
        if self.is_due(look.now()) { self.value.unsealed(look) } else { Err(Refusal::Sealed { until: self.until }) }
    }
}

impl Letter for Bid {
    fn unsealed(self, look: &mut Look) -> Result<Self> {
        let content = unseal(look, self.announcement, self.id, &self.content)?;
        Ok(Self { content, ..self })
    }
}

fn about_key(of: Id<Announcement>) -> String {
    format!("bids:{of}")
}
fn about(id: Id<Bid>) -> String {
    format!("bid:{id}")
}

/// The key of an announcement's bids, if one was made.
fn key(look: &mut Look, of: Id<Announcement>) -> Result<Option<DataKey>> {
    let kept: Option<String> = bid_key::table.find(of).select(bid_key::kept).first(look.db()).optional()?;
    kept.map(|kept| look.vault().open_data_key(&about_key(of), &kept)).transpose()
}

/// Whether the announcement's bids can be opened at all: the rule `key-missing` when their key is sealed under one that is
/// not here.
pub(crate) fn must_have_key(look: &mut Look, of: Id<Announcement>) -> Result<()> {
    key(look, of).map(drop)
}

/// A bid's content as the table holds it until the opening. The first bid makes the announcement's key.
pub(super) fn seal(tx: &mut Tx, of: Id<Announcement>, id: Id<Bid>, content: &str) -> Result<String> {
    let key = match key(tx, of)? {
        Some(key) => key,
        None => {
            let (key, kept) = tx.vault().data_key(&about_key(of))?;
            let made = tx.now();
            diesel::insert_into(bid_key::table)
                .values((bid_key::announcement.eq(of), bid_key::kept.eq(kept), bid_key::made_at.eq(made)))
                .execute(tx.db())?;
            key
        }
    };
    key.seal(&about(id), content)
}

/// A content in clear; what was opened, or kept before there were keys, is so already.
pub(super) fn unseal(look: &mut Look, of: Id<Announcement>, id: Id<Bid>, content: &str) -> Result<String> {
    if !vault::is_sealed(content) {
        return Ok(content.to_string());
    }
    let key = key(look, of)?.ok_or_else(|| Refusal::broken(format!("announcement {of} has sealed bids and no key")))?;
    key.open(&about(id), content)
}

/// Seals announcements' keys anew under the key that seals now, as far as theirs is here; returns how many. Run at the start.
pub fn seal_anew(tx: &mut Tx) -> Result<usize> {
    let kept: Vec<(Id<Announcement>, String)> = bid_key::table.select((bid_key::announcement, bid_key::kept)).load(tx.db())?;
    let mut sealed = 0;
    for (of, old) in kept {
        if tx.vault().is_current(&old) || !tx.vault().can_open(&old) {
            continue;
        }
        let key = tx.vault().open_data_key(&about_key(of), &old)?;
        let anew = tx.vault().seal_data_key(&about_key(of), &key)?;
        sealed += diesel::update(bid_key::table.find(of)).set(bid_key::kept.eq(anew)).execute(tx.db())?;
    }
    Ok(sealed)
}

/// How many announcements' keys are sealed under one that is not here: their bids cannot be read.
pub fn shut(look: &mut Look) -> Result<usize> {
    let kept: Vec<String> = bid_key::table.select(bid_key::kept).load(look.db())?;
    Ok(kept.iter().filter(|k| !look.vault().can_open(k)).count())
}

#[cfg(test)]
mod tests {
    use super::*;

    impl Letter for &str {
        fn unsealed(self, _: &mut Look) -> Result<Self> {
            Ok(self)
        }
    }

    #[test]
    fn nothing_comes_out_before_the_hour_but_to_its_owner() {
        let at = |t: &str| At::parse_from_str(t, "%Y-%m-%dT%H:%M:%S").unwrap();
        let until = at("2026-12-20T01:00:00");
        let owner: Id<Org> = "00000000-0000-7000-8000-000000000001".parse().unwrap();
        let sealed = Sealed::new("price", Some(owner), until);
        assert!(!sealed.is_due(at("2026-12-20T00:59:59")) && sealed.is_due(until));
        let own = Caller { org: Some(owner), ..Caller::public() };
        let rival = Caller { org: "00000000-0000-7000-8000-000000000002".parse().ok(), ..Caller::public() };
        assert!(sealed.is_of(&own) && !sealed.is_of(&rival));
        assert!(!Sealed::new("draft", None, until).is_of(&Caller::public()));
    }
}
