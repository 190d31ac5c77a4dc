//! Signing in, the second step, and the password again: everywhere that somebody could guess. One answer for every way
//! of being wrong, in about the same time; the pauses grow.

use crate::account::brake::{self, ACCOUNT, ADDRESS, ASKING, Brake, COMPLAINTS, RECEIPTS, RESET, neighbourhood};
use crate::account::session::{self, SignedIn};
use crate::account::{link, password, totp};
use crate::caller::Caller;
use crate::clock::At;
use crate::db::Db;
use crate::diesel;
use crate::event::Record;
use crate::id::Id;
use crate::people::{Person, person as people};
use crate::refusal::{Refusal, Result};
use crate::schema::person;
use crate::sheet::{self, Sheet};
use diesel::prelude::*;

/// The form of the sign-in page. The password is read beside the sheet, because it is neither trimmed nor shown again.
pub const SIGN_IN: Sheet = Sheet { name: "sign-in", fields: &[sheet::line("email", 200), sheet::line("code", 20).optional()] };

/// Every so many failures in a row at one account leave a line in the log.
const TELL_EVERY: u32 = 10;

/// The one door of the server. Its methods wait for the database and for a turn at hashing: call them in a blocking task.
#[derive(Default)]
pub struct Door {
    brake: Brake,
}

/// What was typed, and from where.
#[derive(Clone, Default)]
pub struct Attempt {
    pub email: String,
    pub password: String,
    /// The one-time code, when it was typed already; a page may ask for it as a second step instead.
    pub code: String,
    pub agent: String,
    pub address: String,
}

fn wrong() -> Refusal {
    Refusal::rule("wrong-password", super::ARTICLE)
}

impl Door {
    /// A door that has seen nobody yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Signs in: the token of a new session. With one-time codes set up and none typed, the session still owes one.
    /// Refusals: `TooMany` with the seconds to wait, the rule `wrong-password` for everything that is wrong.
    pub fn attempt(&self, db: &Db, attempt: &Attempt) -> Result<String> {
        let email = attempt.email.trim().to_lowercase();
        let guess = self.guess(db, &email, &attempt.address)?;
        let known = db.look(|look| people::by_email(look, &email))?.filter(|p| p.disabled_at.is_none());
        let stored = match &known {
            Some(known) => db.look(|look| password::stored(look, known.id))?,
            None => None,
        };
        let right = password::verify(&attempt.password, stored.as_ref())?;
        let Some(known) = known.filter(|_| right) else { return self.failed(db, &email) };
        let failures = self.failures(db, &email)?;
        let Attempt { code, agent, address, .. } = attempt.clone();
        let opened = db.act(move |tx| {
            let passed = totp::is_set(tx, known.id)? && !code.trim().is_empty();
            if passed {
                totp::use_up(tx, known.id, &code)?;
            }
            let for_org = session::usual_org(tx, known.id)?;
            let token = session::open(tx, known.id, &agent, &address, passed, for_org)?;
            let who = Caller { person: Some(known.id), name: known.name.clone(), ..Caller::public() };
            let detail = serde_json::json!({ "second_factor": passed, "failures_before": failures });
            session::log(tx, &who, known.id, for_org, session::Act::Open, session::State::Open, Record::of(detail))?;
            Ok(token)
        });
        match opened {
            Ok(token) => {
                guess.was_right(self, db, Some(email))?;
                Ok(token)
            }
            Err(refusal) if refusal == wrong() => self.failed(db, &email),
            Err(refusal) => Err(refusal),
        }
    }

    /// The second step: a code for a session that owes one.
    pub fn pass(&self, db: &Db, me: &SignedIn, code: &str) -> Result<()> {
        let email = self.email_of(db, me.session.person)?;
        let guess = self.guess(db, &email, &me.session.address)?;
        let (me, code) = (me.clone(), code.to_string());
        match db.act(move |tx| session::pass(tx, &me, &code)) {
            Ok(()) => guess.was_right(self, db, None),
            Err(refusal) if refusal == wrong() => self.failed(db, &email),
            Err(refusal) => Err(refusal),
        }
    }

    /// The password again, before an act that asks for it; holds for five minutes.
    pub fn confirm(&self, db: &Db, me: &SignedIn, typed: &str) -> Result<()> {
        if me.factor == session::Factor::Owed {
            return Err(Refusal::SecondFactor);
        }
        let email = self.email_of(db, me.session.person)?;
        let guess = self.guess(db, &email, &me.session.address)?;
        if !password::check(db, me.session.person, typed)? {
            return self.failed(db, &email);
        }
        let id = me.session.id.clone();
        // As with every request of a session, nothing was decided yet, so nothing is logged: the act that follows is.
        db.act(move |tx| session::mark_confirmed(tx, &id))?;
        guess.was_right(self, db, None)
    }

    /// Asks for a letter with a link to a new password. The answer is the same whether the account exists or not.
    pub fn ask_reset(&self, db: &Db, email: &str, address: &str) -> Result<()> {
        self.ask(db, address)?;
        let (email, pair) = (email.to_string(), format!("{}|{}", email.trim().to_lowercase(), neighbourhood(address)));
        db.act(move |tx| {
            brake::charge(tx, RESET, &pair)?;
            link::reset(tx, &email)
        })
    }

    /// Charges something that costs us work or a letter — a sign-up, a reset — to the address it comes from.
    pub fn ask(&self, db: &Db, address: &str) -> Result<()> {
        self.brake.charge(ASKING, &neighbourhood(address), db.clock().now())
    }

    /// Charges a complaint to the address it comes from.
    pub fn complain(&self, neighbourhood: &str, now: At) -> Result<()> {
        self.brake.charge(COMPLAINTS, neighbourhood, now)
    }

    /// Charges the look-up of a receipt before it is made; a right one is taken back by [`Door::looked_up`].
    pub fn look_up(&self, neighbourhood: &str, now: At) -> Result<()> {
        self.brake.charge(RECEIPTS, neighbourhood, now)
    }

    /// The receipt was right.
    pub fn looked_up(&self, neighbourhood: &str) {
        self.brake.forgive(RECEIPTS, neighbourhood);
    }

    fn email_of(&self, db: &Db, of: Id<Person>) -> Result<String> {
        db.look(|look| Ok(person::table.find(of).select(person::email).first(look.db())?))
    }

    /// Charges a guess before it is made, so that many at once do not slip through.
    fn guess(&self, db: &Db, email: &str, address: &str) -> Result<Guess> {
        let address = neighbourhood(address);
        let pair = format!("{email}|{address}");
        self.brake.charge(ADDRESS, &address, db.clock().now())?;
        let (charged, of) = (pair.clone(), email.to_string());
        let charge = db.act(move |tx| {
            brake::charge(tx, ACCOUNT, &charged)?;
            // Counted over all addresses too: it pauses nobody, but the log tells of it.
            brake::charge(tx, FAILURES, &of)
        });
        match charge {
            Ok(()) => Ok(Guess { pair, address }),
            Err(refusal) => {
                self.brake.forgive(ADDRESS, &address);
                Err(refusal)
            }
        }
    }

    /// Failures in a row at an account before this attempt, from wherever.
    fn failures(&self, db: &Db, email: &str) -> Result<u32> {
        Ok(db.look(|look| brake::attempts(look, FAILURES, email))?.saturating_sub(1))
    }

    /// Answers a wrong guess; every tenth in a row is logged for the security administrator.
    fn failed<T>(&self, db: &Db, email: &str) -> Result<T> {
        let failures = db.look(|look| brake::attempts(look, FAILURES, email))?;
        if failures > 0 && failures.is_multiple_of(TELL_EVERY) {
            let email = email.to_string();
            db.act(move |tx| {
                let Some(known) = people::by_email(tx, &email)? else { return Ok(()) };
                let detail = serde_json::json!({ "failures": failures });
                session::log(tx, &Caller::public(), known.id, None, session::Act::Lock, session::State::Slowed, Record::of(detail))
            })?;
        }
        Err(wrong())
    }
}

/// Counts without ever pausing.
const FAILURES: super::brake::Pace = super::brake::Pace { name: "failures", free: u32::MAX, first_pause: 0, longest_pause: 0 };

struct Guess {
    pair: String,
    address: String,
}

impl Guess {
    /// Takes the charge back; whoever signed in altogether has no failures behind him either.
    fn was_right(self, door: &Door, db: &Db, signed_in: Option<String>) -> Result<()> {
        door.brake.forgive(ADDRESS, &self.address);
        db.act(move |tx| {
            brake::clear(tx, ACCOUNT, &self.pair)?;
            signed_in.map_or(Ok(()), |email| brake::clear(tx, FAILURES, &email))
        })
    }
}
