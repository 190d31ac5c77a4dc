//! Accounts: how a person becomes a [`Caller`] — passwords, one-time codes, sessions, access tokens, one-time links, and
//! what the three administrators do about them.
//!
//! Hashing a password takes tens of milliseconds and 19 MiB, so it never happens inside an act: [`password::hash`] and
//! [`password::verify`] are run in a blocking task, and the act only stores the result. The three places where somebody
//! may guess — sign-in, the second step, the confirmation — go through one [`sign_in::Door`], which slows guessing down.

pub mod admin;
pub mod brake;
pub mod link;
pub mod password;
pub mod recovery;
pub mod session;
pub mod sign_in;
pub mod sign_up;
pub mod staff;
pub mod token;
pub mod totp;

use crate::caller::Caller;
use crate::db::Tx;
use crate::event::{self, About, Record};
use crate::id::Id;
use crate::people::{Org, Person};
use crate::schema::person;
use crate::words::Word;
use crate::{Result, diesel};
use base64::Engine;
use diesel::prelude::*;

pub use session::SignedIn;
pub use sign_in::Door;

/// The article under which accounts are kept: real names, roles and recorded actions.
pub(crate) const ARTICLE: &str = "ZJ-5.4(1)";

/// 256 random bits as 43 characters that fit into an address. What it opens is stored under its [`digest`] only.
pub(crate) fn secret() -> String {
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>())
}

/// The form in which a secret of 256 random bits is stored. No salt: there is nothing to guess.
pub(crate) fn digest(secret: &str) -> String {
    event::sha256(secret)
}

/// One line of the log about a session, a token or a link.
pub(crate) fn log<A: Word, S: Word>(tx: &mut Tx, who: &Caller, noun: &'static str, about: Named, act: A, to: S, record: Record) -> Result<()> {
    let about = About {
        noun,
        subject: about.subject,
        title: &about.title,
        owner: about.owner,
        act: act.as_str(),
        from: None,
        to: to.as_str(),
        role: who.foremost(),
        article: ARTICLE,
    };
    event::append(tx, who, about, record).map(drop)
}

/// What such a line is about. The title is the name of a person or organisation, never an e-mail address: the log is
/// kept for ever.
pub(crate) struct Named {
    pub subject: String,
    pub title: String,
    pub owner: Option<Id<Org>>,
}

/// A person's name, for titles.
pub(crate) fn name_of(tx: &mut Tx, of: Id<Person>) -> Result<String> {
    Ok(person::table.find(of).select(person::name).first(tx.db())?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_long_different_and_fit_an_address() {
        let (a, b) = (secret(), secret());
        assert_eq!(a.len(), 43);
        assert_ne!(a, b);
        assert!(a.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_'));
        assert_eq!(digest("a").len(), 64);
    }
}
