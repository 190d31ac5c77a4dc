//! 恢复码 — ten codes on paper for the day on which the authenticator is lost. Each counts once, in place of a one-time
//! code; they are shown once and kept as digests, and the person gets a letter whenever one is used.

use crate::account::SignedIn;
use crate::caller::Caller;
use crate::db::{Look, Tx};
use crate::event::{Record, sha256};
use crate::id::Id;
use crate::people::{Person, person as people};
use crate::refusal::{Refusal, Result};
use crate::schema::recovery_code;
use crate::{diesel, mail};
use diesel::prelude::*;

/// Codes that are made at once.
pub const COUNT: usize = 10;
/// Letters and digits that are not mistaken for each other.
const SIGNS: &[u8; 32] = b"23456789abcdefghjkmnpqrstuvwxyz0";
/// Signs of a code: 75 bits.
const LENGTH: usize = 15;

/// A code as it is shown: three groups of five.
fn fresh() -> String {
    let signs: Vec<char> = rand::random::<[u8; LENGTH]>().iter().map(|b| char::from(SIGNS[usize::from(b % 32)])).collect();
    signs.chunks(5).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join("-")
}

/// A recovery code as typed, without blanks and dashes; `None` when it is none, such as a code of six digits.
pub fn read(typed: &str) -> Option<String> {
    let code: String = typed.chars().filter(|c| !c.is_whitespace() && *c != '-').map(|c| c.to_ascii_lowercase()).collect();
    // The letter o is read as the digit it looks like.
    let code = code.replace('o', "0");
    (code.len() == LENGTH && code.bytes().all(|b| SIGNS.contains(&b))).then_some(code)
}

/// As kept: bound to the person, so that equal codes of two people would not look alike.
fn digest(of: Id<Person>, code: &str) -> String {
    sha256(format!("recovery:{of}:{code}"))
}

/// Makes ten new codes; those made before no longer count. Needs the password of just now and one-time codes set up. The
/// codes come back this once.
pub fn make(tx: &mut Tx, me: &SignedIn) -> Result<Vec<String>> {
    me.must_be_confirmed(tx.now())?;
    let of = me.session.person;
    if !super::totp::is_set(tx, of)? {
        return Err(Refusal::SecondFactor);
    }
    drop_all(tx, of)?;
    let now = tx.now();
    let mut codes = Vec::new();
    while codes.len() < COUNT {
        let code = fresh();
        let hash = digest(of, &read(&code).ok_or_else(|| Refusal::broken("a recovery code that cannot be read"))?);
        let id: Id<Person> = tx.id();
        diesel::insert_into(recovery_code::table)
            .values((
                recovery_code::id.eq(id.to_string()),
                recovery_code::person.eq(of),
                recovery_code::hash.eq(hash),
                recovery_code::created_at.eq(now),
                recovery_code::used_at.eq(None::<crate::At>),
            ))
            .execute(tx.db())?;
        codes.push(code);
    }
    let name = super::name_of(tx, of)?;
    people::log(tx, &me.caller, of, &name, None, people::Act::MakeRecovery, people::State::Changed, Record::none())?;
    Ok(codes)
}

/// How many codes are left.
pub fn left(look: &mut Look, of: Id<Person>) -> Result<i64> {
    Ok(recovery_code::table.filter(recovery_code::person.eq(of).and(recovery_code::used_at.is_null())).count().get_result(look.db())?)
}

/// Uses a code up, leaves an event, and tells the person by letter. Wrong and used are one answer.
pub(super) fn use_up(tx: &mut Tx, of: Id<Person>, code: &str) -> Result<()> {
    let now = tx.now();
    let mine =
        recovery_code::table.filter(recovery_code::person.eq(of).and(recovery_code::hash.eq(digest(of, code))).and(recovery_code::used_at.is_null()));
    if diesel::update(mine).set(recovery_code::used_at.eq(Some(now))).execute(tx.db())? == 0 {
        return Err(Refusal::rule("wrong-password", super::ARTICLE));
    }
    let (name, left) = (super::name_of(tx, of)?, left(tx, of)?);
    let who = Caller { person: Some(of), name: name.clone(), ..Caller::public() };
    let record = Record::of(serde_json::json!({ "left": left }));
    let seq = people::noted(tx, &who, of, &name, None, people::Act::UseRecovery, people::State::Changed, record)?;
    // Told like somebody else's act: whoever found the paper is not to go unseen.
    mail::tell_person(tx, of, &Caller::public(), seq)
}

/// Codes go with the authenticator that they stand in for.
pub(super) fn drop_all(tx: &mut Tx, of: Id<Person>) -> Result<()> {
    diesel::delete(recovery_code::table.filter(recovery_code::person.eq(of))).execute(tx.db())?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_read_as_people_type_them_and_are_no_one_time_codes() {
        let code = fresh();
        let plain = code.replace('-', "");
        assert_eq!((code.len(), plain.len()), (17, 15));
        assert_eq!(read(&code).as_deref(), Some(plain.as_str()));
        assert_eq!(read(&format!(" {} ", code.to_uppercase().replace('-', " "))).as_deref(), Some(plain.as_str()));
        assert_eq!(read("abcde-fghjk-mnpqO").as_deref(), Some("abcdefghjkmnpq0"));
        for other in ["123456", "", "abcde-fghjk-mnpq!", "abcde-fghjk-mnpq"] {
            assert_eq!(read(other), None, "{other}");
        }
        assert_ne!(fresh(), fresh());
    }
}
