//! 数据质量问题 — whoever uses the data, or is described by it, says what is wrong; it is traced back level by level to where the
//! data comes from, mended or explained, and closed by whoever raised it (BJ-24, NJ-20, ZJ-5.1, XC-25, XC-32).

use crate::entry::{self, Entry};
use diesel::prelude::*;
use platform::case::{self, Case, New, Sight};
use platform::event::Record;
use platform::flow::{self, Choice, Deed, Heading, Noun, Opening, Step, Tell, begin, deed, step};
use platform::people::{Org, org};
use platform::schema::quality;
use platform::sheet::{self, Answers, REASON, REMARK, Sheet};
use platform::{Caller, Id, Look, OrgKind, Refusal, Result, Role, Tx, diesel, words};
use serde_json::{Value, json};

words! {
    pub enum State: "quality-state" {
        Filed = "filed", Traced = "traced", Fixed = "fixed", Explained = "explained", Closed = "closed", Withdrawn = "withdrawn",
    }
}
words! {
    pub enum Act: "quality-act" {
        File = "file", Trace = "trace", Extend = "extend", Fix = "fix", Explain = "explain", Confirm = "confirm", Reopen = "reopen",
        Close = "close", Withdraw = "withdraw",
    }
}
words! {
    /// What is wrong: the qualities of BJ-24 and NJ-20, and that it should not be open at all (XC-32).
    pub enum Flaw: "quality-flaw" {
        Accuracy = "accuracy", Completeness = "completeness", Consistency = "consistency", Timeliness = "timeliness",
        Standard = "standard", Access = "access", Relevance = "relevance", Unlawful = "unlawful",
    }
}

use Role::{Bureau, Public, Registered, Source};
use Tell::{Owner, Party};

/// The column that names whose answer it is now.
const UNIT: Tell = Party("unit");

pub const STEPS: &[Step<State, Act>] = &[
    begin(Act::File, &[Registered, Public], State::Filed, "BJ-24 NJ-20 XC-32").tell(&[UNIT, Tell::Role(Bureau)]).clock("quality_answer"),
    step(State::Filed, Act::Fix, &[Source], State::Fixed, "BJ-24 XC-25").tell(&[Owner, Tell::Role(Bureau)]),
    step(State::Filed, Act::Explain, &[Source], State::Explained, "BJ-24 XC-25").tell(&[Owner, Tell::Role(Bureau)]),
    step(State::Filed, Act::Trace, &[Source], State::Traced, "BJ-24 NJ-20").tell(&[Owner, UNIT]).keeps(),
    step(State::Filed, Act::Extend, &[Bureau], State::Filed, "XC-25").tell(&[Owner, UNIT]),
    step(State::Filed, Act::Withdraw, &[Registered], State::Withdrawn, "XC-32").tell(&[UNIT]),
    step(State::Traced, Act::Fix, &[Source], State::Fixed, "BJ-24 XC-25").tell(&[Owner, Party("source"), Tell::Role(Bureau)]),
    step(State::Traced, Act::Explain, &[Source], State::Explained, "BJ-24 XC-25").tell(&[Owner, Party("source"), Tell::Role(Bureau)]),
    step(State::Traced, Act::Trace, &[Source], State::Traced, "BJ-24 NJ-20").tell(&[Owner, UNIT]).keeps(),
    step(State::Traced, Act::Extend, &[Bureau], State::Traced, "XC-25").tell(&[Owner, UNIT]),
    step(State::Fixed, Act::Confirm, &[Registered], State::Closed, "XC-25").tell(&[UNIT]),
    step(State::Fixed, Act::Reopen, &[Registered], State::Filed, "XC-25").tell(&[UNIT, Tell::Role(Bureau)]).clock("quality_answer"),
    step(State::Fixed, Act::Close, &[Bureau], State::Closed, "XC-25").tell(&[Owner, UNIT]),
    step(State::Explained, Act::Confirm, &[Registered], State::Closed, "XC-25").tell(&[UNIT]),
    step(State::Explained, Act::Reopen, &[Registered], State::Filed, "XC-25").tell(&[UNIT, Tell::Role(Bureau)]).clock("quality_answer"),
    step(State::Explained, Act::Close, &[Bureau], State::Closed, "XC-25").tell(&[Owner, UNIT]),
];

const COMMON: [sheet::Field; 5] = [
    sheet::choice::<Flaw>("flaw"),
    sheet::text("problem", 4000),
    sheet::text("evidence", 4000).optional(),
    sheet::line("wanted", 500).optional(),
    sheet::line("contact", 200).optional(),
];
/// What is wrong with which data, and how one knows.
pub const QUALITY: Sheet = Sheet {
    name: "quality",
    fields: &[
        sheet::pick("entry", "entries"),
        COMMON[0],
        sheet::line("item", 200).optional(),
        COMMON[1],
        COMMON[2],
        COMMON[3],
        COMMON[4],
        sheet::files("files").optional(),
    ],
};
/// The same from the page of an entry, by anybody: no files, and how to reach whoever asks.
pub const OBJECTION: Sheet = Sheet {
    name: "quality",
    fields: &[
        COMMON[0],
        sheet::line("item", 200).optional(),
        COMMON[1],
        COMMON[2],
        COMMON[3],
        sheet::line("name", 100).optional(),
        sheet::line("contact", 200).optional(),
    ],
};
const TRACE: Sheet = Sheet {
    name: "quality-trace",
    fields: &[sheet::text("finding", 2000), sheet::line("system", 200).optional(), sheet::pick("to", "units").optional()],
};
const FIX: Sheet =
    Sheet { name: "quality-fix", fields: &[sheet::text("cause", 2000), sheet::text("done", 2000), sheet::line("version", 100).optional()] };
const EXPLAIN: Sheet = Sheet { name: "quality-explain", fields: &[sheet::text("reason", 4000)] };
const EXTEND: Sheet = Sheet { name: "quality-extend", fields: &[sheet::number("days", 1, 60), sheet::text("reason", 2000)] };

platform::case! {
    /// A quality issue; `owner` is the organisation of whoever raised it, if any.
    pub struct Quality in quality {
        pub entry: Id<Entry>,
        /// The unit whose entry it is.
        pub source: Id<Org>,
        /// The unit whose answer it is now, one level further back each time it is traced.
        pub unit: Id<Org>,
        pub kind: Flaw,
    }
}

impl Quality {
    /// Whether this caller raised it.
    pub fn is_of(&self, who: &Caller) -> bool {
        let person = self.created_by.is_some() && self.created_by == who.person;
        person || self.owner.is_some_and(|o| who.acts_for(o))
    }
    /// Where it was looked for so far: unit, system and what was found there.
    pub fn trail(&self) -> Vec<Value> {
        self.answers().0.get("trail").and_then(Value::as_array).cloned().unwrap_or_default()
    }
}

impl Case for Quality {
    /// Seen by whoever raised it, by the units it went through, and by those who oversee.
    fn sight(who: &Caller) -> Sight {
        Sight::overseen(who).or("created_by", who.person).or("source", who.org).or("unit", who.org)
    }
}

impl Noun for Quality {
    type State = State;
    type Act = Act;
    const NAME: &'static str = "quality";
    const TABLE: &'static str = "quality";
    const PATH: &'static str = "quality-issues";
    const STEPS: &'static [Step<State, Act>] = STEPS;
    const OPENING: Option<Opening<Self>> = Some(Opening { act: Act::File, sheet: &QUALITY, draft: false, run: file });
    const PARTIES: &'static [(State, &'static str)] = &[(State::Filed, "unit"), (State::Traced, "unit")];
    const DEEDS: &'static [Deed<Self>] = &[
        deed(Act::Fix, &FIX, |tx, who, row, a| answer(tx, who, row, Act::Fix, a)).when(answering),
        deed(Act::Explain, &EXPLAIN, |tx, who, row, a| answer(tx, who, row, Act::Explain, a)).when(answering),
        deed(Act::Trace, &TRACE, trace).when(answering),
        deed(Act::Extend, &EXTEND, extend),
        deed(Act::Confirm, &REMARK, |tx, who, row, a| said(tx, who, row, Act::Confirm, &a)).when(raised),
        deed(Act::Reopen, &REASON, reopen).when(raised),
        deed(Act::Close, &REASON, |tx, who, row, a| said(tx, who, row, Act::Close, &a)),
        deed(Act::Withdraw, &REMARK, |tx, who, row, a| said(tx, who, row, Act::Withdraw, &a)).when(raised),
    ];

    fn id(&self) -> Id<Self> {
        self.id
    }
    fn state(&self) -> State {
        self.state
    }
    fn heading(&self) -> Heading {
        self.head()
    }
    fn find(look: &mut Look, who: &Caller, id: Id<Self>) -> Result<Self> {
        case::find(look, &Self::sight(who), id)
    }
    fn choices(look: &mut Look, who: &Caller, row: Option<&Self>, list: &str) -> Result<Vec<Choice>> {
        match (list, row) {
            ("entries", Some(row)) => Ok(entry::by_ids(look, &[row.entry.to_string()])?.into_iter().map(|e| Choice::new(e.id, e.title)).collect()),
            ("entries", None) => entry::published_choices(look),
            ("units", _) => {
                let own = who.org.map(|o| o.to_string());
                Ok(org::choices(look, OrgKind::Source)?.into_iter().filter(|c| Some(&c.value) != own.as_ref()).collect())
            }
            _ => Ok(Vec::new()),
        }
    }
}

fn answering(_: &mut Look, who: &Caller, row: &Quality) -> Result<()> {
    if who.acts_for(row.unit) { Ok(()) } else { Err(Refusal::rule("other-side", "XC-25")) }
}

fn raised(_: &mut Look, who: &Caller, row: &Quality) -> Result<()> {
    if row.is_of(who) { Ok(()) } else { Err(Refusal::rule("other-side", "XC-25")) }
}

fn file(tx: &mut Tx, who: &Caller, mut a: Answers) -> Result<Id<Quality>> {
    let entry = entry::must_be_published(tx, "entry", &[a.text("entry").to_string()])?.remove(0);
    let id: Id<Quality> = tx.id();
    let files = platform::file::attach(tx, who, &a.list("files"), Quality::NAME, &id.to_string(), false)?;
    a.set("files", files);
    Ok(raise(tx, who, &entry, id, &a)?.id)
}

/// An issue about a published entry, by anybody; a visitor gets its number and the address of its receipt.
pub fn object(tx: &mut Tx, who: &Caller, of: Id<Entry>, typed: &Answers) -> Result<Quality> {
    let entry = Entry::find(tx, who, of)?;
    if entry.state != entry::State::Published {
        return Err(Refusal::NotFound);
    }
    let a = OBJECTION.settle(typed)?;
    let id = tx.id();
    raise(tx, who, &entry, id, &a)
}

fn raise(tx: &mut Tx, who: &Caller, entry: &Entry, id: Id<Quality>, a: &Answers) -> Result<Quality> {
    let unit = entry.owner.ok_or(Refusal::NotFound)?;
    let flaw = <Flaw as platform::Word>::of(a.text("flaw")).ok_or_else(|| Refusal::fault("flaw", "not-a-choice"))?;
    let new = New::of(entry.title.clone()).id(id).series("quality").owner(who.org).content(a);
    Quality::begin(tx, who, Act::File, new, Record::of(a), entry.id, unit, unit, flaw)
}

/// Goes one level back: to a system of one's own, or to the unit from which the data came. The day of the answer stays.
fn trace(tx: &mut Tx, who: &Caller, row: &Quality, a: Answers) -> Result<()> {
    let to: Option<Id<Org>> = a.given("to").and_then(Value::as_str).map(str::parse).transpose().map_err(|_| Refusal::fault("to", "not-a-choice"))?;
    if to.is_none() && a.given("system").is_none() {
        return Err(Refusal::fault("system", "required"));
    }
    if let Some(to) = to
        && (who.acts_for(to) || !org::row(tx, to).is_ok_and(|o| o.kind == OrgKind::Source))
    {
        return Err(Refusal::fault("to", "not-a-choice"));
    }
    let mut content = row.answers();
    let mut trail = row.trail();
    trail.push(json!({"unit": who.org_name, "system": a.text("system"), "finding": a.text("finding"), "on": tx.today()}));
    content.set("trail", trail);
    row.keep(tx, &content)?;
    let unit = to.unwrap_or(row.unit);
    diesel::update(quality::table.find(row.id)).set(quality::unit.eq(unit)).execute(tx.db())?;
    flow::take(tx, who, row, Act::Trace, Record::of(&a).because(a.text("finding"))).map(drop)
}

/// More working days, where the matter is complicated and the bureau agrees (XC-25).
fn extend(tx: &mut Tx, who: &Caller, row: &Quality, a: Answers) -> Result<()> {
    let days = a.0.get("days").and_then(Value::as_u64).and_then(|d| u32::try_from(d).ok()).unwrap_or(1);
    platform::deadline::extend(tx, who, row, Act::Extend, days, a.text("reason")).map(drop)
}

fn answer(tx: &mut Tx, who: &Caller, row: &Quality, act: Act, a: Answers) -> Result<()> {
    let mut content = row.answers();
    content.set("answer", Value::Object(a.0.clone()));
    row.keep(tx, &content)?;
    let reason = if act == Act::Fix { a.text("done") } else { a.text("reason") };
    flow::take(tx, who, row, act, Record::of(&a).because(reason)).map(drop)
}

/// Begins anew with the unit whose entry it is.
fn reopen(tx: &mut Tx, who: &Caller, row: &Quality, a: Answers) -> Result<()> {
    diesel::update(quality::table.find(row.id)).set(quality::unit.eq(row.source)).execute(tx.db())?;
    said(tx, who, row, Act::Reopen, &a)
}

fn said(tx: &mut Tx, who: &Caller, row: &Quality, act: Act, a: &Answers) -> Result<()> {
    flow::take(tx, who, row, act, Record::none().because(a.text("reason"))).map(drop)
}

/// How many issues of an entry are not closed yet.
pub fn open_of(look: &mut Look, of: Id<Entry>) -> Result<i64> {
    Ok(quality::table.filter(quality::entry.eq(of).and(quality::state.ne_all([State::Closed, State::Withdrawn]))).count().get_result(look.db())?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn table_is_sound() {
        assert_eq!(flow::faults(&flow::table::<Quality>(), &["closed", "withdrawn"]), Vec::<String>::new());
    }
}
