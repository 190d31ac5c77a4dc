//! The event log: append-only, one chain of hashes, the backbone that timelines, letters, search and audit read.

use crate::caller::{Caller, Role};
use crate::clock::At;
use crate::db::{Conn, Look, Tx};
use crate::id::Id;
use crate::log::{Told, leaf};
use crate::people::{Org, Person};
use crate::schema::event;
use crate::{Refusal, Result, diesel};
use diesel::prelude::*;
use serde::Serialize;
use sha2::{Digest, Sha256};

/// One line of the log.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, Serialize)]
#[diesel(table_name = event)]
pub struct Event {
    pub seq: i64,
    pub at: At,
    pub noun: String,
    pub subject: String,
    pub title: String,
    pub act: String,
    pub from_state: Option<String>,
    pub to_state: String,
    pub actor: Option<Id<Person>>,
    pub actor_name: String,
    pub role: Role,
    pub org: Option<Id<Org>>,
    pub org_name: String,
    /// The organisation whose case it is.
    pub owner: Option<Id<Org>>,
    pub reason: Option<String>,
    /// What was decided or submitted, as canonical JSON.
    pub detail: String,
    /// SHA-256 of `detail`, hexadecimal.
    pub digest: String,
    pub article: String,
    pub profile: String,
    /// Until then only the owner's own people may know of it.
    pub sealed_until: Option<At>,
    pub prev: String,
    pub hash: String,
}

/// The end of the chain.
#[derive(Clone, Debug)]
pub struct Head {
    pub seq: i64,
    pub hash: String,
    pub at: At,
}

impl Head {
    pub(crate) fn last(conn: &mut Conn) -> Result<Self> {
        let last: Option<(i64, String, At)> =
            event::table.select((event::seq, event::hash, event::at)).order(event::seq.desc()).first(conn).optional()?;
        Ok(match last {
            Some((seq, hash, at)) => Self { seq, hash, at },
            None => Self { seq: 0, hash: "0".repeat(64), at: At::MIN },
        })
    }
}

/// What an act leaves behind besides its state.
#[derive(Clone, Debug, Default)]
pub struct Record {
    pub reason: Option<String>,
    pub detail: serde_json::Value,
    pub sealed_until: Option<At>,
    /// What the public log says of it, if anything.
    pub(crate) told: Option<Told>,
}

impl Record {
    /// A record with nothing to add.
    pub fn none() -> Self {
        Self::default()
    }
    /// A record of what was submitted or decided.
    pub fn of(detail: impl Serialize) -> Self {
        Self { detail: serde_json::to_value(detail).unwrap_or_default(), ..Self::default() }
    }
    /// Adds the reason given.
    pub fn because(mut self, reason: impl Into<String>) -> Self {
        self.reason = Some(reason.into()).filter(|r: &String| !r.is_empty());
        self
    }
    /// The public log says that of it.
    pub fn told(mut self, told: Told) -> Self {
        self.told = Some(told);
        self
    }
    /// Nobody but the owner's people may know of it before that instant.
    pub fn sealed_until(mut self, at: At) -> Self {
        self.sealed_until = Some(at);
        self
    }
}

/// What an event is about.
pub struct About<'a> {
    pub noun: &'static str,
    pub subject: String,
    pub title: &'a str,
    pub owner: Option<Id<Org>>,
    pub act: &'static str,
    pub from: Option<&'static str>,
    pub to: &'static str,
    pub role: Role,
    pub article: &'static str,
}

/// SHA-256 of a text, hexadecimal.
pub fn sha256(text: impl AsRef<[u8]>) -> String {
    Sha256::digest(text.as_ref()).iter().map(|b| format!("{b:02x}")).collect()
}

impl Event {
    /// The hash that binds this line to all before it.
    fn chain(&self) -> String {
        let line = serde_json::json!([
            self.prev,
            self.seq,
            self.at.format("%Y-%m-%dT%H:%M:%S%.3f").to_string(),
            self.noun,
            self.subject,
            self.title,
            self.act,
            self.from_state,
            self.to_state,
            self.actor,
            self.actor_name,
            self.role,
            self.org,
            self.org_name,
            self.owner,
            self.reason,
            self.digest,
            self.article,
            self.profile,
            self.sealed_until.map(|t| t.format("%Y-%m-%dT%H:%M:%S%.3f").to_string())
        ]);
        sha256(line.to_string())
    }
}

/// Appends one event in the act's transaction. `flow` calls it; people and settings, which have no step table of their
/// own, call it too.
pub fn append(tx: &mut Tx, who: &Caller, about: About, record: Record) -> Result<i64> {
    let detail = if record.detail.is_null() { "{}".to_string() } else { record.detail.to_string() };
    let mut line = Event {
        seq: tx.head.seq + 1,
        at: tx.now(),
        noun: about.noun.into(),
        subject: about.subject,
        title: about.title.into(),
        act: about.act.into(),
        from_state: about.from.map(str::to_string),
        to_state: about.to.into(),
        actor: who.person,
        actor_name: who.name.clone(),
        role: about.role,
        org: who.org,
        org_name: who.org_name.clone(),
        owner: about.owner,
        reason: record.reason,
        digest: sha256(&detail),
        detail,
        article: about.article.into(),
        profile: tx.profile().version_tag(),
        sealed_until: record.sealed_until,
        prev: tx.head.hash.clone(),
        hash: String::new(),
    };
    line.hash = line.chain();
    diesel::insert_into(event::table).values(&line).execute(tx.db())?;
    if let Some(told) = record.told {
        leaf::append(tx, &line, told)?;
    }
    tx.head = Head { seq: line.seq, hash: line.hash, at: line.at };
    tx.events += 1;
    Ok(line.seq)
}

/// The history of one subject, oldest first, at most 500 lines, less what is still sealed to this caller.
pub fn history(look: &mut Look, who: &Caller, noun: &str, subject: &str) -> Result<Vec<Event>> {
    let now = look.now();
    let mut lines: Vec<Event> = event::table
        .filter(event::noun.eq(noun).and(event::subject.eq(subject)))
        .order(event::seq.desc())
        .limit(500)
        .select(Event::as_select())
        .load(look.db())?;
    lines.reverse();
    lines.retain(|e| e.sealed_until.is_none_or(|t| t <= now) || (e.owner.is_some() && e.owner == who.org));
    Ok(lines)
}

/// What was decided each time that an act was done to one of these cases, in their order; whoever asks: for verbs.
pub fn details(look: &mut Look, noun: &str, subjects: &[String], act: &str) -> Result<Vec<serde_json::Value>> {
    let texts: Vec<String> = event::table
        .filter(event::noun.eq(noun).and(event::subject.eq_any(subjects)).and(event::act.eq(act)))
        .order(event::seq.asc())
        .limit(10_000)
        .select(event::detail)
        .load(look.db())?;
    texts.iter().map(|text| Ok(serde_json::from_str(text)?)).collect()
}

/// What readers of the log need of an event: which case, and whose.
#[derive(Clone, Debug, PartialEq, Eq, Queryable)]
pub struct Heard {
    pub seq: i64,
    pub noun: String,
    pub subject: String,
    pub owner: Option<Id<Org>>,
}

/// Number of the last event; 0 while there is none.
pub fn last(look: &mut Look) -> Result<i64> {
    Ok(Head::last(look.db())?.seq)
}

/// The hash of an event; none when there is no such event. A reader that kept it knows whether it still reads the same log.
pub fn hash_of(look: &mut Look, seq: i64) -> Result<Option<String>> {
    Ok(event::table.filter(event::seq.eq(seq)).select(event::hash).first(look.db()).optional()?)
}

/// The events past one, oldest first, at most so many.
pub fn since(look: &mut Look, seq: i64, most: i64) -> Result<Vec<Heard>> {
    Ok(event::table
        .filter(event::seq.gt(seq))
        .order(event::seq.asc())
        .limit(most)
        .select((event::seq, event::noun, event::subject, event::owner))
        .load(look.db())?)
}

/// The persons who took an act on a subject; for rules that want two distinct people.
pub fn actors(look: &mut Look, noun: &str, subject: &str, acts: &[&str]) -> Result<Vec<Id<Person>>> {
    let found: Vec<Option<Id<Person>>> = event::table
        .filter(event::noun.eq(noun).and(event::subject.eq(subject)).and(event::act.eq_any(acts.to_vec())))
        .select(event::actor)
        .limit(500)
        .load(look.db())?;
    Ok(found.into_iter().flatten().collect())
}

/// What the audit search asks for. Empty fields ask for everything.
#[derive(Clone, Debug, Default)]
pub struct Search {
    pub noun: String,
    pub act: String,
    pub words: String,
    pub subject: String,
    /// The words are looked for in what was decided, too: for those who may read it.
    pub details: bool,
}

/// A page of the log, newest first, and the count of all that match; a number finds the line of that number, too. Sealed lines are left
/// out whoever asks.
pub fn search(look: &mut Look, ask: &Search, page: crate::paging::Page) -> Result<crate::paging::Paged<Event>> {
    let now = look.now();
    let filter = || {
        let mut q = event::table.into_boxed::<crate::db::MultiBackend>().filter(event::sealed_until.is_null().or(event::sealed_until.le(now)));
        if !ask.noun.is_empty() {
            q = q.filter(event::noun.eq(ask.noun.clone()));
        }
        if !ask.act.is_empty() {
            q = q.filter(event::act.eq(ask.act.clone()));
        }
        if !ask.subject.is_empty() {
            q = q.filter(event::subject.eq(ask.subject.clone()));
        }
        if !ask.words.is_empty() {
            let like = crate::paging::like(&ask.words);
            let named = event::title
                .like(like.clone())
                .escape('\\')
                .or(event::actor_name.like(like.clone()).escape('\\'))
                .or(event::org_name.like(like.clone()).escape('\\'))
                .or(event::reason.is_not_null().and(event::reason.assume_not_null().like(like.clone()).escape('\\')));
            q = if ask.details { q.filter(named.or(event::detail.like(like).escape('\\'))) } else { q.filter(named) };
            if let Ok(seq) = ask.words.trim().parse::<i64>() {
                q = q.or_filter(event::seq.eq(seq).and(event::sealed_until.is_null().or(event::sealed_until.le(now))));
            }
        }
        q
    };
    let total: i64 = filter().count().get_result(look.db())?;
    let rows = filter().order(event::seq.desc()).limit(page.limit()).offset(page.offset()).select(Event::as_select()).load(look.db())?;
    Ok(page.of(rows, total))
}

/// The line of a number, sealed or not: for whoever was found to be allowed to read it.
pub fn one(look: &mut Look, seq: i64) -> Result<Event> {
    Ok(event::table.find(seq).select(Event::as_select()).first(look.db())?)
}

/// How many lines are under seal now: bids before they are opened.
pub fn count_sealed(look: &mut Look) -> Result<i64> {
    let now = look.now();
    Ok(event::table.filter(event::sealed_until.gt(now)).count().get_result(look.db())?)
}

/// What a check of the chain found.
#[derive(Debug, Clone, Serialize)]
pub struct Verified {
    pub events: i64,
    /// Hash of the last event, or of nothing.
    pub head: String,
    /// First event that does not hold, with what is wrong.
    pub broken: Option<(i64, String)>,
}

/// Recomputes the whole chain, 1,000 lines at a time.
pub fn verify(look: &mut Look) -> Result<Verified> {
    let mut prev = "0".repeat(64);
    let mut seq = 0;
    loop {
        let lines: Vec<Event> =
            event::table.filter(event::seq.gt(seq)).order(event::seq.asc()).limit(1000).select(Event::as_select()).load(look.db())?;
        if lines.is_empty() {
            return Ok(Verified { events: seq, head: prev, broken: None });
        }
        for line in lines {
            let fault = if line.seq != seq + 1 {
                Some("a line is missing before it")
            } else if line.prev != prev {
                Some("it does not follow the line before it")
            } else if sha256(&line.detail) != line.digest {
                Some("its detail was changed")
            } else if line.chain() != line.hash {
                Some("it was changed")
            } else {
                None
            };
            if let Some(what) = fault {
                return Ok(Verified { events: seq, head: prev, broken: Some((line.seq, what.into())) });
            }
            seq = line.seq;
            prev = line.hash;
        }
    }
}

impl Tx<'_> {
    /// Refuses a write that left no event; acts that only touch sessions, drafts of forms and the outbox are exempt and
    /// do not call it.
    pub fn must_have_event(&self) -> Result<()> {
        if self.events == 0 { Err(Refusal::broken("a write without an event")) } else { Ok(()) }
    }
}
