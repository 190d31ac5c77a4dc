//! 应急演练 — each emergency plan is tried out once a year: planned, held, reviewed (ZJ-6.4). A licence whose plan was not
//! drilled in time shows as overdue.

use crate::licence::{self, Licence};
use crate::plan::{self, Plan};
use chrono::NaiveDate;
use diesel::prelude::*;
use platform::case::{Case, New, Sight};
use platform::event::Record;
use platform::flow::{self, Choice, Deed, Heading, Noun, Opening, Step, Tell, begin, deed, step};
use platform::people::Org;
use platform::schema::{drill, licence as licences};
use platform::sheet::{self, Answers, REASON, Sheet};
use platform::{Caller, Id, Look, Refusal, Result, Role, Tx, day, diesel, file, words};
use serde::Serialize;
use std::collections::HashMap;

words! {
    pub enum State: "drill-state" { Planned = "planned", Held = "held", Reviewed = "reviewed", Cancelled = "cancelled" }
}
words! {
    pub enum Act: "drill-act" { Plan = "plan", Hold = "hold", Review = "review", Return = "return", Cancel = "cancel" }
}
words! {
    pub enum Manner: "drill-manner" { Table = "table", Live = "live" }
}

use Role::{Bureau, DeveloperAdmin, DeveloperStaff, Legal, Office};

const HOLDERS: &[Role] = &[DeveloperAdmin, DeveloperStaff, Legal];

pub const STEPS: &[Step<State, Act>] = &[
    begin(Act::Plan, HOLDERS, State::Planned, "ZJ-6.4").tell(&[Tell::Role(Legal)]),
    step(State::Planned, Act::Hold, HOLDERS, State::Held, "ZJ-6.4").tell(&[Tell::Role(Office), Tell::Role(Bureau)]),
    step(State::Planned, Act::Cancel, HOLDERS, State::Cancelled, "ZJ-6.4").tell(&[Tell::Role(Legal)]),
    step(State::Held, Act::Review, &[Office, Bureau], State::Reviewed, "ZJ-6.4").tell(&[Tell::Owner]),
    step(State::Held, Act::Return, &[Office, Bureau], State::Planned, "ZJ-6.4").tell(&[Tell::Owner]).clock("correction"),
];

pub const PLAN: Sheet = Sheet {
    name: "drill",
    fields: &[
        sheet::pick("licence", "licence").optional(),
        sheet::line("title", 120),
        sheet::choice::<Manner>("manner"),
        sheet::text("scenario", 4000),
        sheet::line("taking_part", 500),
        sheet::date("planned_on"),
    ],
};
pub const HOLD: Sheet = Sheet {
    name: "drill-record",
    fields: &[
        sheet::date("held_on"),
        sheet::text("course", 6000),
        sheet::text("gaps", 4000),
        sheet::text("improvements", 4000),
        sheet::files("files").optional(),
    ],
};

platform::case! {
    /// A drill; of a licence's plan, or of the primary operator's own when no licence is named.
    pub struct Drill in drill {
        pub licence: Option<Id<Licence>>,
        pub plan: Option<Id<Plan>>,
        pub planned_on: platform::case::Day,
        pub held_on: Option<platform::case::Day>,
    }
}

impl Case for Drill {
    fn sight(who: &Caller) -> Sight {
        Sight::overseen(who)
    }
}

impl Noun for Drill {
    type State = State;
    type Act = Act;
    const NAME: &'static str = "drill";
    const TABLE: &'static str = "drill";
    const PATH: &'static str = "drills";
    const STEPS: &'static [Step<State, Act>] = STEPS;
    const OPENING: Option<Opening<Self>> = Some(Opening { act: Act::Plan, sheet: &PLAN, draft: false, run: plan_drill });
    const DEEDS: &'static [Deed<Self>] = &[
        deed(Act::Hold, &HOLD, hold).when(own),
        deed(Act::Review, &REASON, |tx, who, row, a| flow::take(tx, who, row, Act::Review, Record::none().because(a.text("reason"))).map(drop)),
        deed(Act::Return, &REASON, |tx, who, row, a| flow::take(tx, who, row, Act::Return, Record::none().because(a.text("reason"))).map(drop)),
        deed(Act::Cancel, &REASON, |tx, who, row, a| flow::take(tx, who, row, Act::Cancel, Record::none().because(a.text("reason"))).map(drop))
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
        platform::case::find(look, &Self::sight(who), id)
    }
    fn choices(look: &mut Look, who: &Caller, _: Option<&Self>, list: &str) -> Result<Vec<Choice>> {
        if list == "licence" { super::incident::live_licences(look, who) } else { Ok(Vec::new()) }
    }
}

fn own(_: &mut Look, who: &Caller, row: &Drill) -> Result<()> {
    let ours = row.owner.is_some_and(|o| who.acts_for(o));
    if ours { Ok(()) } else { Err(Refusal::WrongRole { by: &[DeveloperAdmin, DeveloperStaff], article: "ZJ-6.4" }) }
}

/// Plans a drill of the plan on file. A developer drills a licence's plan; the primary operator its own.
fn plan_drill(tx: &mut Tx, who: &Caller, a: Answers) -> Result<Id<Drill>> {
    let (of, on_file) = match a.given("licence") {
        Some(_) => {
            let id = a.text("licence").parse().map_err(|_| Refusal::fault("licence", "not-a-choice"))?;
            let licence = Licence::find(tx, who, id).map_err(|_| Refusal::fault("licence", "not-a-choice"))?;
            if !who.acts_for(licence.holder()?) {
                return Err(Refusal::fault("licence", "not-a-choice"));
            }
            let on_file = plan::on_file(tx, licence.id)?.ok_or_else(|| Refusal::rule("no-emergency-plan", "ZJ-6.4"))?;
            (Some(licence.id), Some(on_file.id))
        }
        None if who.is(Legal) => {
            super::operator_plan::on_file(tx, who.org()?)?.ok_or_else(|| Refusal::rule("no-emergency-plan", "ZJK-13(1)"))?;
            (None, None)
        }
        None => return Err(Refusal::fault("licence", "required")),
    };
    let on = a.text("planned_on").parse().map_err(|_| Refusal::fault("planned_on", "not-a-date"))?;
    let new = New::of(a.text("title")).series("drill").owner(who.org).content(&a);
    let row = Drill::begin(tx, who, Act::Plan, new, Record::of(&a), of, on_file, on, None)?;
    super::due(tx, row.id, None, Some(on))?;
    Ok(row.id)
}

/// Records how it went; the day is a stated fact and does not lie ahead.
fn hold(tx: &mut Tx, who: &Caller, row: &Drill, mut a: Answers) -> Result<()> {
    let on: NaiveDate = a.text("held_on").parse().map_err(|_| Refusal::fault("held_on", "not-a-date"))?;
    if on > tx.today() {
        return Err(Refusal::fault("held_on", "in-future"));
    }
    a.set("files", file::attach(tx, who, &a.list("files"), Drill::NAME, &row.id.to_string(), false)?);
    let mut content = row.answers();
    content.merge(a.clone());
    row.keep(tx, &content)?;
    diesel::update(drill::table.find(row.id)).set(drill::held_on.eq(Some(on))).execute(tx.db())?;
    flow::take(tx, who, row, Act::Hold, Record::of(a)).map(drop)
}

/// A licence and the day by which its plan is to be drilled next.
#[derive(Clone, Debug, Serialize)]
pub struct Owed {
    pub licence: Id<Licence>,
    pub serial: String,
    pub title: String,
    pub owner: Option<Id<Org>>,
    pub last: Option<NaiveDate>,
    pub due_on: NaiveDate,
    pub overdue: bool,
}

/// What is owed by the licences that run, most pressing first: in the caller's sight, at most 500 licences.
pub fn owed(look: &mut Look, who: &Caller) -> Result<Vec<Owed>> {
    let today = look.today();
    let mut q =
        licences::table.into_boxed::<platform::MultiBackend>().filter(licences::state.eq_any([licence::State::InForce, licence::State::Suspended]));
    if !who.oversees() {
        q = q.filter(licences::owner.eq(who.org()?));
    }
    let rows: Vec<Licence> = q.order((licences::from_on.asc(), licences::id.asc())).limit(500).select(Licence::as_select()).load(look.db())?;
    let ids: Vec<Id<Licence>> = rows.iter().map(|l| l.id).collect();
    let held: HashMap<Id<Licence>, Option<NaiveDate>> = drill::table
        .filter(drill::licence.eq_any(ids).and(drill::state.eq_any([State::Held, State::Reviewed])))
        .group_by(drill::licence)
        .select((drill::licence, diesel::dsl::max(drill::held_on)))
        .load::<(Option<Id<Licence>>, Option<NaiveDate>)>(look.db())?
        .into_iter()
        .filter_map(|(id, on)| id.map(|id| (id, on)))
        .collect();
    let (profile, calendar) = (look.profile(), look.calendar());
    let Some(rule) = profile.deadline("drill_yearly") else { return Ok(Vec::new()) };
    let mut owed = Vec::new();
    for l in rows {
        let last = held.get(&l.id).copied().flatten();
        let start = last.unwrap_or_else(|| l.in_force_at.map_or(l.from_on, |at| day::shanghai_date(at).max(l.from_on)));
        // A year is a year, whether or not the working days at its end are known.
        let plain = if rule.unit == day::Unit::Months { day::add_months(start, i32::try_from(rule.value).unwrap_or(12)) } else { start };
        let due_on = rule.due(start, &calendar, &[]).unwrap_or(plain);
        owed.push(Owed {
            licence: l.id,
            serial: l.serial.unwrap_or_default(),
            title: l.title,
            owner: l.owner,
            last,
            due_on,
            overdue: due_on < today,
        });
    }
    owed.sort_by_key(|o| o.due_on);
    Ok(owed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn table_is_sound() {
        assert_eq!(flow::faults(&flow::table::<Drill>(), &["reviewed", "cancelled"]), Vec::<String>::new());
    }
}
