//! What the log tells of itself and of the rules, beside the acts of cases: the key it signs with, the policy in force, and
//! each day how long the private chain of events has become and where it ends.

use super::leaf::{self, Told, hex};
use crate::caller::{Caller, Role};
use crate::db::Tx;
use crate::event::{self, About, Record};
use crate::schema::leaf as leaves;
use crate::{Refusal, Result, diesel};
use diesel::prelude::*;
use sm3::{Digest, Sm3};

/// Kinds of these leaves.
pub const KEY: &str = "log.key";
pub const RULES: &str = "rules.adopted";
pub const DAY: &str = "log.day";

fn append(tx: &mut Tx, about: About, told: Told) -> Result<()> {
    event::append(tx, &Caller::calendar(), about, Record::none().told(told)).map(drop)
}

/// Under which the log's own words stand: records of processing are kept whole (ZJK-19, ZJK-28).
const ARTICLE: &str = "ZJK-19 ZJK-28";

/// Tells the key that signs from now on, when it is not the one that was told last.
pub fn key(tx: &mut Tx, vkey: &str) -> Result<bool> {
    if leaf::last(tx, KEY)?.is_some_and(|l| l.fields()["body"]["vkey"] == vkey) {
        return Ok(false);
    }
    let about = About {
        noun: "log",
        subject: "log".into(),
        title: vkey,
        owner: None,
        act: "key",
        from: None,
        to: "kept",
        role: Role::Calendar,
        article: ARTICLE,
    };
    append(tx, about, Told::of(KEY).with("vkey", vkey))?;
    Ok(true)
}

/// Tells which policy and which calendar of working days are in force, when they are not those that were told last.
pub fn rules(tx: &mut Tx) -> Result<bool> {
    let (profile, calendar) = (tx.profile(), tx.calendar());
    let (tag, digest) = (profile.version_tag(), format!("sha256:{}", profile.digest()));
    let calendar = format!("sha256:{}", calendar.digest());
    let same = leaf::last(tx, RULES)?.is_some_and(|l| {
        let body = &l.fields()["body"];
        body["profile"] == tag.as_str() && body["profile_digest"] == digest.as_str() && body["calendar_digest"] == calendar.as_str()
    });
    if same {
        return Ok(false);
    }
    let told = Told::of(RULES).with("profile", tag.as_str()).with("profile_digest", digest).with("calendar_digest", calendar);
    let about = About {
        noun: "log",
        subject: "log".into(),
        title: &tag,
        owner: None,
        act: "rules",
        from: None,
        to: "kept",
        role: Role::Calendar,
        article: ARTICLE,
    };
    append(tx, about, told)?;
    Ok(true)
}

/// Tells the length and the end of the chain of all events, private ones too, and the SM3 root of the leaves since the last
/// time: whoever holds a copy of the chain can show that it is the one of that day. Called once a day.
pub fn day(tx: &mut Tx) -> Result<()> {
    let from = leaf::last(tx, DAY)?.map_or(0, |l| l.idx);
    let (events, head) = (tx.head.seq, tx.head.hash.clone());
    let root = sm3_root(tx, from)?;
    let to = leaf::count(tx)?;
    let today = tx.today().to_string();
    let told = Told::of(DAY)
        .with("day", today.as_str())
        .with("events", events)
        .with("head", format!("sha256:{head}"))
        .with("leaves_from", from)
        .with("leaves_to", to)
        .with("leaves_sm3", format!("sm3:{root}"));
    let about = About {
        noun: "log",
        subject: "log".into(),
        title: &today,
        owner: None,
        act: "day",
        from: None,
        to: "kept",
        role: Role::Calendar,
        article: ARTICLE,
    };
    append(tx, about, told)
}

/// The root that RFC 6962 would give these leaves with SM3 in place of SHA-256 (GB/T 32905).
fn sm3_root(tx: &mut Tx, from: i64) -> Result<String> {
    let mut level: Vec<Vec<u8>> = Vec::new();
    let mut next = from;
    loop {
        let more: Vec<(i64, String)> =
            leaves::table.filter(leaves::idx.ge(next)).order(leaves::idx.asc()).limit(1000).select((leaves::idx, leaves::entry)).load(tx.db())?;
        let Some((last, _)) = more.last() else { break };
        next = last + 1;
        level.extend(more.iter().map(|(_, e)| Sm3::new().chain_update([0]).chain_update(e).finalize().to_vec()));
    }
    if level.is_empty() {
        return Ok(hex(&Sm3::digest([])));
    }
    // Pairing level by level, the odd one carried up, is the same tree.
    while level.len() > 1 {
        let paired = level.chunks(2).map(|pair| match pair {
            [l, r] => Sm3::new().chain_update([1]).chain_update(l).chain_update(r).finalize().to_vec(),
            odd => odd.concat(),
        });
        level = paired.collect();
    }
    level.first().map(|root| hex(root)).ok_or_else(|| Refusal::broken("no root"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sm3_is_that_of_the_standard() {
        assert_eq!(hex(&Sm3::digest(b"abc")), "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0");
    }
}
