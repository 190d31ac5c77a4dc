//! One-time codes (RFC 6238): six digits, 30 seconds, SHA-1, as every authenticator knows them. A code counts once. The
//! secret is kept sealed by the [vault](crate::vault): the database alone makes no codes.

use crate::account::{SignedIn, recovery};
use crate::caller::Caller;
use crate::db::{Look, Tx};
use crate::diesel;
use crate::event::Record;
use crate::id::Id;
use crate::people::{Person, person as people};
use crate::refusal::{Refusal, Result};
use crate::schema::person;
use diesel::prelude::*;
use serde::Serialize;
use totp_rs::{Builder, Secret, Totp};

/// Who authenticators say the code is for.
const ISSUER: &str = "大境";

/// A secret that is not in force yet: shown, scanned, and sent back with the first code. It is kept nowhere until then.
#[derive(Clone, Serialize)]
pub struct Setup {
    /// Base32, for typing.
    pub secret: String,
    /// `otpauth://totp/…`, for the QR code.
    pub uri: String,
}

impl Setup {
    /// A new random secret of 160 bits for that account.
    pub fn new(email: &str) -> Result<Self> {
        Self::again(&Secret::generate().to_base32(), email)
    }
    /// The same page again, after a wrong code.
    pub fn again(secret: &str, email: &str) -> Result<Self> {
        let uri = build(secret, email).ok_or_else(malformed)?.to_url().map_err(|e| Refusal::broken(format!("{e:?}")))?;
        Ok(Self { secret: secret.to_string(), uri })
    }
}

fn malformed() -> Refusal {
    Refusal::fault("secret", "not-text")
}
fn wrong() -> Refusal {
    Refusal::rule("wrong-password", super::ARTICLE)
}

fn build(secret: &str, email: &str) -> Option<Totp> {
    let secret = Secret::try_from_base32(secret).ok().filter(|s| s.as_bytes().len() == 20)?;
    Builder::new().with_secret(secret).with_skew(1).with_issuer(Some(ISSUER)).with_account_name(email).build().ok()
}

/// The step in which the code holds now, one step early or late allowed.
fn step_of(secret: &str, code: &str, now: crate::At) -> Option<i64> {
    let code: String = code.chars().filter(|c| !c.is_whitespace()).collect();
    let seconds = u64::try_from(now.and_utc().timestamp()).ok()?;
    let step = build(secret, "")?.check(&code, seconds)?;
    i64::try_from(step).ok()
}

/// Whether the person has set up one-time codes.
pub fn is_set(look: &mut Look, of: Id<Person>) -> Result<bool> {
    Ok(person::table.find(of).select(person::totp.is_not_null()).first(look.db())?)
}

/// Sets it up: the secret comes back with its first code. Needs the password of just now; this session has then passed
/// the second factor, every other one still owes it.
pub fn confirm(tx: &mut Tx, me: &SignedIn, secret: &str, code: &str) -> Result<()> {
    me.must_be_confirmed(tx.now())?;
    if is_set(tx, me.session.person)? {
        return Err(Refusal::Taken);
    }
    build(secret, "").ok_or_else(malformed)?;
    let step = step_of(secret, code, tx.now()).ok_or_else(|| Refusal::fault("code", "wrong-code"))?;
    let sealed = tx.vault().seal(&about(me.session.person), secret)?;
    diesel::update(person::table.find(me.session.person)).set((person::totp.eq(Some(sealed)), person::totp_step.eq(step))).execute(tx.db())?;
    super::session::mark_passed(tx, &me.session.id)?;
    log(tx, &me.caller, me.session.person, people::Act::SetTotp)
}

/// What a sealed secret is: this person's and nobody else's.
fn about(of: Id<Person>) -> String {
    format!("totp:{of}")
}

/// Seals anew what was kept bare or under an older key, as far as its key is here; returns how many. Run at the start.
pub fn seal_anew(tx: &mut Tx) -> Result<usize> {
    let kept: Vec<(Id<Person>, Option<String>)> =
        person::table.filter(person::totp.is_not_null()).select((person::id, person::totp)).load(tx.db())?;
    let mut sealed = 0;
    for (of, secret) in kept {
        let Some(old) = secret.filter(|s| !tx.vault().is_current(s) && tx.vault().can_open(s)) else { continue };
        let secret = tx.vault().open(&about(of), &old)?;
        let anew = tx.vault().seal(&about(of), &secret)?;
        sealed += diesel::update(person::table.find(of)).set(person::totp.eq(Some(anew))).execute(tx.db())?;
    }
    Ok(sealed)
}

/// How many people's secrets are sealed under a key that is not here.
pub fn shut(look: &mut Look) -> Result<usize> {
    let kept: Vec<Option<String>> = person::table.filter(person::totp.is_not_null()).select(person::totp).load(look.db())?;
    Ok(kept.into_iter().flatten().filter(|s| !look.vault().can_open(s)).count())
}

/// Uses a code up: it must hold now and must not have been used; one of the recovery codes does as well. Wrong, used and
/// not set up are one answer.
pub fn use_up(tx: &mut Tx, of: Id<Person>, code: &str) -> Result<()> {
    if let Some(code) = recovery::read(code) {
        return recovery::use_up(tx, of, &code);
    }
    let (secret, last): (Option<String>, i64) = person::table.find(of).select((person::totp, person::totp_step)).first(tx.db())?;
    let secret = secret.map(|s| tx.vault().open(&about(of), &s)).transpose()?;
    let step = secret.and_then(|s| step_of(&s, code, tx.now())).filter(|step| *step > last).ok_or_else(wrong)?;
    diesel::update(person::table.find(of)).set(person::totp_step.eq(step)).execute(tx.db())?;
    Ok(())
}

/// Removes one's own, with a last code and the password of just now.
pub fn remove(tx: &mut Tx, me: &SignedIn, code: &str) -> Result<()> {
    me.must_be_confirmed(tx.now())?;
    use_up(tx, me.session.person, code)?;
    wipe(tx, &me.caller, me.session.person)
}

/// Takes it away: the person's own act, or the security administrator's when the device is lost.
pub(super) fn wipe(tx: &mut Tx, who: &Caller, of: Id<Person>) -> Result<()> {
    // The step stays: an old code must not come back with a new secret.
    diesel::update(person::table.find(of)).set(person::totp.eq(None::<String>)).execute(tx.db())?;
    recovery::drop_all(tx, of)?;
    super::session::unmark_passed(tx, of)?;
    log(tx, who, of, people::Act::RemoveTotp)
}

fn log(tx: &mut Tx, who: &Caller, of: Id<Person>, act: people::Act) -> Result<()> {
    let name = super::name_of(tx, of)?;
    people::log(tx, who, of, &name, None, act, people::State::Changed, Record::none())
}

/// The code of an instant: for the demo city's printed accounts and for tests.
pub fn code_at(secret: &str, now: crate::At) -> Option<String> {
    let seconds = u64::try_from(now.and_utc().timestamp()).ok()?;
    Some(build(secret, "")?.generate(seconds).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::DateTime;

    /// "12345678901234567890", the secret of RFC 6238's appendix B.
    const RFC: &str = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";

    fn at(seconds: i64) -> crate::At {
        DateTime::from_timestamp(seconds, 0).unwrap().naive_utc()
    }

    #[test]
    fn codes_are_those_of_the_rfc() {
        // Appendix B gives eight digits; six are their last ones.
        for (seconds, code) in [(59, "287082"), (1111111109, "081804"), (1111111111, "050471"), (1234567890, "005924"), (2000000000, "279037")] {
            assert_eq!(code_at(RFC, at(seconds)).as_deref(), Some(code));
            assert_eq!(step_of(RFC, code, at(seconds)), Some(seconds / 30));
        }
    }

    #[test]
    fn one_step_early_or_late_is_forgiven_two_are_not() {
        let code = code_at(RFC, at(600)).unwrap();
        for (seconds, holds) in [(569, false), (570, true), (599, true), (600, true), (659, true), (660, false)] {
            assert_eq!(step_of(RFC, &code, at(seconds)).is_some(), holds, "{seconds}");
        }
        assert_eq!(step_of(RFC, &format!(" {} {} ", &code[..3], &code[3..]), at(600)), Some(20));
        for bad in ["", "12345", "1234567", "abcdef", "２８７０８２"] {
            assert_eq!(step_of(RFC, bad, at(59)), None, "{bad}");
        }
    }

    #[test]
    fn a_setup_names_issuer_and_account() {
        let setup = Setup::new("li.na@example.cn").unwrap();
        assert!(setup.uri.starts_with("otpauth://totp/%E5%A4%A7%E5%A2%83:li.na%40example.cn?"), "{}", setup.uri);
        assert!(setup.uri.contains(&format!("secret={}", setup.secret)) && setup.uri.contains("issuer=%E5%A4%A7%E5%A2%83"));
        assert_eq!(Setup::again(&setup.secret, "li.na@example.cn").unwrap().uri, setup.uri);
        assert!(Setup::again("AAAA", "a@b.cn").is_err());
        assert_ne!(Setup::new("a@b.cn").unwrap().secret, setup.secret);
    }
}
