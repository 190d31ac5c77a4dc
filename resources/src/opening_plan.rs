//! 年度开放计划 — each year every public institution says which data it will open; the bureau puts the plans together (XC-28, XC-30).

use crate::entry::{self, Entry, Open};
use diesel::prelude::*;
use platform::case::{self, Case, New, Sight};
use platform::event::Record;
use platform::flow::{self, Choice, Deed, Heading, Noun, Opening, Step, Tell, begin, deed, step};
use platform::schema::opening_plan;
use platform::sheet::{self, Answers, NOTHING, REASON, REMARK, Sheet};
use platform::{Caller, Id, Look, Refusal, Result, Role, Tx, diesel, words};

words! { pub enum State: "opening_plan-state" { Drafted = "drafted", Filed = "filed", Returned = "returned", Published = "published" } }
words! {
    pub enum Act: "opening_plan-act" {
        Draft = "draft", Edit = "edit", File = "file", Return = "return", Publish = "publish", Revise = "revise",
    }
}

use Role::{Bureau, Source};

pub const STEPS: &[Step<State, Act>] = &[
    begin(Act::Draft, &[Source], State::Drafted, "XC-28"),
    step(State::Drafted, Act::File, &[Source], State::Filed, "XC-28").tell(&[Tell::Role(Bureau)]),
    step(State::Drafted, Act::Edit, &[Source], State::Drafted, "XC-28"),
    step(State::Filed, Act::Publish, &[Bureau], State::Published, "XC-28").tell(&[Tell::Owner]),
    step(State::Filed, Act::Return, &[Bureau], State::Returned, "XC-28").tell(&[Tell::Owner]),
    step(State::Returned, Act::Edit, &[Source], State::Drafted, "XC-28"),
    step(State::Published, Act::Revise, &[Source], State::Drafted, "XC-28").tell(&[Tell::Role(Bureau)]),
];

/// One resource of the plan: how it is to be opened, and by when.
pub const LINE: Sheet = Sheet {
    name: "opening_plan-line",
    fields: &[sheet::pick("entry", "entries"), sheet::choice::<Open>("open"), sheet::date("by"), sheet::line("note", 300).optional()],
};
pub const PLAN: Sheet = Sheet {
    name: "opening_plan",
    fields: &[
        sheet::number("year", 2020, 2099),
        sheet::text("goal", 4000),
        sheet::rows("lines", &LINE),
        sheet::text("demands", 4000).optional(),
        sheet::text("measures", 4000).optional(),
    ],
};

platform::case! {
    /// An institution's plan for a year.
    pub struct OpeningPlan in opening_plan {
        pub year: i32,
    }
}

impl Case for OpeningPlan {
    /// Published, everybody's; before that, its institution's and theirs who oversee.
    fn sight(who: &Caller) -> Sight {
        if who.oversees() { Sight::overseen(who) } else { Sight::everybody().hiding(&["drafted", "filed", "returned"]).or("owner", who.org) }
    }
}

impl Noun for OpeningPlan {
    type State = State;
    type Act = Act;
    const NAME: &'static str = "opening_plan";
    const TABLE: &'static str = "opening_plan";
    const PATH: &'static str = "opening-plans";
    const STEPS: &'static [Step<State, Act>] = STEPS;
    const OPENING: Option<Opening<Self>> = Some(Opening { act: Act::Draft, sheet: &PLAN, draft: false, run: draft });
    const RESTS: &'static [State] = &[State::Published];
    const DEEDS: &'static [Deed<Self>] = &[
        deed(Act::Edit, &PLAN, edit).when(own),
        deed(Act::File, &NOTHING, |tx, who, row: &OpeningPlan, _| flow::take(tx, who, row, Act::File, Record::of(row.answers())).map(drop)).when(own),
        deed(Act::Publish, &REMARK, |tx, who, row: &OpeningPlan, a| {
            flow::take(tx, who, row, Act::Publish, Record::of(row.answers()).because(a.text("reason"))).map(drop)
        }),
        deed(Act::Return, &REASON, |tx, who, row, a| flow::take(tx, who, row, Act::Return, Record::none().because(a.text("reason"))).map(drop)),
        deed(Act::Revise, &REASON, |tx, who, row, a| flow::take(tx, who, row, Act::Revise, Record::none().because(a.text("reason"))).map(drop))
            .when(own),
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
            ("entries", Some(row)) if !row.owner.is_some_and(|o| who.acts_for(o)) => {
                Ok(entry::by_ids(look, &row.entries())?.into_iter().map(|e| Choice::new(e.id, e.title)).collect())
            }
            ("entries", _) => Ok(entry::offered(look, who, true)?.into_iter().map(|e| Choice::new(e.id, e.title)).collect()),
            _ => Ok(Vec::new()),
        }
    }
    fn filled(_: &mut Look, _: &Caller, row: &Self, act: Act) -> Result<Answers> {
        Ok(if act == Act::Edit { row.answers() } else { Answers::default() })
    }
}

impl OpeningPlan {
    /// Ids of the entries it lists.
    pub fn entries(&self) -> Vec<String> {
        self.lines().into_iter().map(|(entry, ..)| entry).collect()
    }
    /// Its lines: entry, how it is to be opened, by when, note.
    pub fn lines(&self) -> Vec<(String, String, String, String)> {
        let said = self.answers();
        let rows = said.0.get("lines").and_then(|v| v.as_array()).cloned().unwrap_or_default();
        let text = |row: &serde_json::Value, name: &str| row.get(name).and_then(|v| v.as_str()).unwrap_or_default().to_string();
        rows.iter().map(|r| (text(r, "entry"), text(r, "open"), text(r, "by"), text(r, "note"))).collect()
    }
}

fn own(_: &mut Look, who: &Caller, row: &OpeningPlan) -> Result<()> {
    if row.owner.is_some_and(|o| who.acts_for(o)) { Ok(()) } else { Err(Refusal::NotFound) }
}

fn year(a: &Answers) -> i32 {
    a.0.get("year").and_then(|v| v.as_i64()).and_then(|y| i32::try_from(y).ok()).unwrap_or_default()
}

/// Its title, as an official paper is named.
fn title(who: &Caller, year: i32) -> String {
    format!("{}{year}年度公共数据开放计划", who.org_name)
}

/// One plan per institution and year, over entries of its own that the law does not keep closed.
fn checked(tx: &mut Tx, who: &Caller, own: Option<Id<OpeningPlan>>, a: &Answers) -> Result<()> {
    let plan: Vec<Id<OpeningPlan>> = opening_plan::table
        .filter(opening_plan::owner.eq(who.org()?).and(opening_plan::year.eq(year(a))))
        .select(opening_plan::id)
        .limit(2)
        .load(tx.db())?;
    if plan.iter().any(|id| Some(*id) != own) {
        return Err(Refusal::Taken);
    }
    let lines = a.0.get("lines").and_then(|v| v.as_array()).cloned().unwrap_or_default();
    let ids: Vec<String> = lines.iter().filter_map(|l| l.get("entry").and_then(|v| v.as_str()).map(str::to_string)).collect();
    let entries = entry::must_be_published(tx, "lines", &ids)?;
    let of_ours = |e: &Entry| e.owner.is_some_and(|o| who.acts_for(o));
    if !entries.iter().all(of_ours) {
        return Err(Refusal::fault("lines", "not-a-choice"));
    }
    match entries.iter().find(|e| e.excluded.is_some() || e.personal) {
        Some(entry) => Err(Refusal::rule("not-to-open", "XC-27").with("title", &entry.title)),
        None => Ok(()),
    }
}

fn draft(tx: &mut Tx, who: &Caller, a: Answers) -> Result<Id<OpeningPlan>> {
    checked(tx, who, None, &a)?;
    let new = New::of(title(who, year(&a))).owner(who.org).content(&a);
    Ok(OpeningPlan::begin(tx, who, Act::Draft, new, Record::of(&a), year(&a))?.id)
}

fn edit(tx: &mut Tx, who: &Caller, row: &OpeningPlan, a: Answers) -> Result<()> {
    checked(tx, who, Some(row.id), &a)?;
    let named = OpeningPlan { title: title(who, year(&a)), ..row.clone() };
    diesel::update(opening_plan::table.find(row.id))
        .set((opening_plan::title.eq(&named.title), opening_plan::year.eq(year(&a)), opening_plan::content.eq(a.json())))
        .execute(tx.db())?;
    flow::take(tx, who, &named, Act::Edit, Record::of(&a)).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn table_is_sound() {
        assert_eq!(flow::faults(&flow::table::<OpeningPlan>(), &[]), Vec::<String>::new());
    }
}
