//! 归档 — the file of a licence that has run its whole life: kept for its class's years, handed over to the archive with a
//! receipt, and never thrown away before (ZJK-32).

use crate::licence::Licence;
use chrono::NaiveDate;
use diesel::prelude::*;
use platform::case::{self, Case, New, Sight};
use platform::event::Record;
use platform::flow::{self, Deed, Heading, Noun, Opening, Step, Tell, begin, deed, step};
use platform::profile::Profile;
use platform::schema::archive;
use platform::sheet::{self, Answers, Sheet};
use platform::{Caller, Fault, Id, Look, Refusal, Result, Role, Tx, Word, day, deadline, diesel, file, words};
use serde_json::json;

words! { pub enum State: "archive-state" { Kept = "kept", HandedOver = "handed_over" } }
words! { pub enum Act: "archive-act" { Keep = "keep", Classify = "classify", HandOver = "hand_over" } }
words! {
    /// Classes of keeping that archives use for documents.
    pub enum Class: "archive-class" { Years10 = "years10", Years30 = "years30", Permanent = "permanent" }
}

impl Class {
    /// For how many years; none for ever.
    pub const fn years(self) -> Option<i32> {
        match self {
            Class::Years10 => Some(10),
            Class::Years30 => Some(30),
            Class::Permanent => None,
        }
    }
    /// The shortest class that keeps for so many years.
    fn covering(years: Option<u32>) -> Self {
        match years {
            Some(0..=10) => Class::Years10,
            Some(11..=30) => Class::Years30,
            _ => Class::Permanent,
        }
    }
    /// The last day of keeping of what was closed on that day, never before the policy's own term for records.
    fn until(self, profile: &Profile, closed: NaiveDate) -> Option<NaiveDate> {
        let least = profile.record_retention.after(closed);
        self.years().map(|n| day::add_years(closed, n).max(least))
    }
}

use Role::{Calendar, Legal};

/// Kinds of record, as the policy names them, that the file of a licence holds.
const PARTS: [&str; 5] = ["agreement", "filing", "rectification", "termination", "destruction"];

pub const STEPS: &[Step<State, Act>] = &[
    begin(Act::Keep, &[Calendar], State::Kept, "ZJK-32").tell(&[Tell::Role(Legal)]).clock("archive_handover"),
    step(State::Kept, Act::HandOver, &[Legal], State::HandedOver, "ZJK-32").tell(&[Tell::Owner]),
    step(State::Kept, Act::Classify, &[Legal], State::Kept, "ZJK-32"),
];

const CLASSIFY: Sheet = Sheet { name: "archive-class", fields: &[sheet::choice::<Class>("class"), sheet::text("reason", 2000)] };
/// To whom it went, under which of their numbers, with their receipt.
const HAND_OVER: Sheet = Sheet {
    name: "archive",
    fields: &[sheet::line("receiver", 100), sheet::line("receipt", 100), sheet::file("files"), sheet::text("remark", 2000).optional()],
};

platform::case! {
    /// The archived file of a licence; `owner` is the holder.
    pub struct Archive in archive {
        pub licence: Id<Licence>,
        pub class: Class,
        /// None is for ever.
        pub keep_until: Option<NaiveDate>,
    }
}

impl Case for Archive {
    /// Seen by the holder's people and by those who oversee.
    fn sight(who: &Caller) -> Sight {
        Sight::overseen(who)
    }
}

impl Noun for Archive {
    type State = State;
    type Act = Act;
    const NAME: &'static str = "archive";
    const TABLE: &'static str = "archive";
    const PATH: &'static str = "archives";
    const STEPS: &'static [Step<State, Act>] = STEPS;
    /// Certified destruction makes it; nobody else does.
    const OPENING: Option<Opening<Self>> = None;
    const DEEDS: &'static [Deed<Self>] = &[deed(Act::HandOver, &HAND_OVER, hand_over), deed(Act::Classify, &CLASSIFY, classify)];

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
    fn filled(_: &mut Look, _: &Caller, row: &Self, act: Act) -> Result<Answers> {
        Ok(if act == Act::Classify { Answers::of(json!({ "class": row.class })) } else { Answers::default() })
    }
}

/// Takes a licence's file into keeping, once; certified destruction calls it.
pub(crate) fn keep(tx: &mut Tx, of: &Licence) -> Result<()> {
    let profile = deadline::pinned(tx, of.id)?;
    // What is kept longest keeps the file; a kind that the policy does not name asks for nothing.
    let kept = PARTS.iter().filter_map(|part| profile.archive(part)).map(|keep| keep.years);
    let class = kept.map(Class::covering).max_by_key(|class| class.years().unwrap_or(i32::MAX)).unwrap_or(Class::Years10);
    let until = class.until(&profile, tx.today());
    let said = Answers::of(json!({ "licence": of.serial }));
    let new = New::of(of.title.clone()).owner(of.owner).content(&said);
    let record = Record::of(json!({ "licence": of.serial, "class": class, "keep_until": until }));
    Archive::begin(tx, &Caller::calendar(), Act::Keep, new, record, of.id, class, until).map(drop)
}

/// Puts it into another class; what is kept longer is never kept shorter.
fn classify(tx: &mut Tx, who: &Caller, row: &Archive, a: Answers) -> Result<()> {
    let Some(class) = Class::of(a.text("class")) else { return Err(Refusal::fault("class", "not-a-choice")) };
    let until = class.until(&*deadline::pinned(tx, row.licence)?, day::shanghai_date(row.created_at));
    let shorter = match (row.keep_until, until) {
        (None, Some(_)) => true,
        (Some(old), Some(new)) => new < old,
        _ => false,
    };
    if shorter {
        return Err(Refusal::Faulty(vec![Fault::at("class", "kept-shorter")]));
    }
    diesel::update(archive::table.find(row.id)).set((archive::class.eq(class), archive::keep_until.eq(until))).execute(tx.db())?;
    flow::take(tx, who, row, Act::Classify, Record::of(json!({ "class": class, "keep_until": until })).because(a.text("reason"))).map(drop)
}

fn hand_over(tx: &mut Tx, who: &Caller, row: &Archive, mut a: Answers) -> Result<()> {
    let files = file::attach(tx, who, &a.list("files"), Archive::NAME, &row.id.to_string(), false)?;
    a.set("files", files);
    let mut content = row.answers();
    content.merge(a.clone());
    row.keep(tx, &content)?;
    flow::take(tx, who, row, Act::HandOver, Record::of(&a)).map(drop)
}

/// A licence's archived file, if it has come so far; the caller has checked that the licence may be seen.
pub fn of_licence(look: &mut Look, licence: Id<Licence>) -> Result<Option<Archive>> {
    Ok(case::all_of(look, "licence", licence, &[])?.into_iter().next())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn table_is_sound() {
        assert_eq!(flow::faults(&flow::table::<Archive>(), &["handed_over"]), Vec::<String>::new());
    }
}
