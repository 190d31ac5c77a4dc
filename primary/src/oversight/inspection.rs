//! 监督检查 — planned, held, answered by whom it concerns, and decided: nothing found, rectification, or concealment recorded
//! (ZJK-30, ZJK-33, ZJK-34, BJ-29). Concealment is a mark that follows the organisation into its next bids.

use crate::licence::Licence;
use crate::rectification;
use diesel::prelude::*;
use platform::case::{Case, New, Sight};
use platform::event::Record;
use platform::flow::{self, Choice, Deed, Heading, Noun, Opening, Step, Tell, begin, deed, step};
use platform::people::{Org, interest, org};
use platform::schema::inspection;
use platform::sheet::{self, Answers, REASON, Sheet};
use platform::{Caller, Id, Look, OrgKind, Refusal, Result, Role, Tx, diesel, file, mail, words};
use serde_json::json;

words! {
    pub enum State: "inspection-state" {
        Planned = "planned", Held = "held", Answered = "answered", Cleared = "cleared", Ordered = "ordered", Concealed = "concealed",
        Cancelled = "cancelled",
    }
}
words! {
    pub enum Act: "inspection-act" {
        Plan = "plan", Hold = "hold", Answer = "answer", Clear = "clear", Order = "order", Conceal = "conceal", Cancel = "cancel",
    }
}
words! {
    /// How grave a finding is.
    pub enum Gravity: "finding-gravity" { Minor = "minor", Major = "major", Grave = "grave" }
}

use Role::{Bureau, DeveloperAdmin, DeveloperStaff, Legal, Office};

/// The authorities, and the primary operator for its internal-control audit of developers (ZJK-28).
const INSPECTORS: &[Role] = &[Office, Bureau, Legal];
/// Rectification is ordered by the office (ZJK-34), or by the primary operator after its own audit.
const ORDERERS: &[Role] = &[Office, Legal];
const INSPECTED: &[Role] = &[DeveloperAdmin, DeveloperStaff, Legal];

pub const STEPS: &[Step<State, Act>] = &[
    begin(Act::Plan, INSPECTORS, State::Planned, "ZJK-30 ZJK-28 BJ-29"),
    step(State::Planned, Act::Hold, INSPECTORS, State::Held, "ZJK-30 BJ-29").tell(&[Tell::Owner]).clock("inspection_answer"),
    step(State::Planned, Act::Cancel, INSPECTORS, State::Cancelled, "ZJK-30"),
    step(State::Held, Act::Answer, INSPECTED, State::Answered, "ZJK-33 ZJK-34").tell(&[Tell::Role(Office), Tell::Role(Legal)]),
    step(State::Held, Act::Clear, INSPECTORS, State::Cleared, "ZJK-34 BJ-29").tell(&[Tell::Owner]),
    step(State::Held, Act::Order, ORDERERS, State::Ordered, "ZJK-34").tell(&[Tell::Owner, Tell::Role(Legal)]),
    step(State::Answered, Act::Clear, INSPECTORS, State::Cleared, "ZJK-34 BJ-29").tell(&[Tell::Owner]),
    step(State::Answered, Act::Order, ORDERERS, State::Ordered, "ZJK-34").tell(&[Tell::Owner, Tell::Role(Legal)]),
    step(State::Answered, Act::Conceal, &[Office, Bureau], State::Concealed, "ZJK-33").tell(&[Tell::Owner, Tell::Role(Legal)]),
    step(State::Ordered, Act::Conceal, &[Office, Bureau], State::Concealed, "ZJK-33").tell(&[Tell::Owner, Tell::Role(Legal)]),
];

pub const PLAN: Sheet = Sheet {
    name: "inspection",
    fields: &[
        sheet::pick("holder", "holder"),
        sheet::pick("licence", "licence").optional(),
        sheet::text("scope", 4000),
        sheet::line("team", 200),
        sheet::date("planned_on"),
        sheet::tick("announced"),
    ],
};
const FINDING: Sheet =
    Sheet { name: "finding", fields: &[sheet::line("article", 40), sheet::text("finding", 2000), sheet::choice::<Gravity>("gravity")] };
pub const HOLD: Sheet = Sheet {
    name: "inspection-record",
    fields: &[
        sheet::date("held_on"),
        sheet::line("present", 200),
        sheet::text("record", 6000),
        sheet::rows("findings", &FINDING).optional(),
        sheet::files("files").optional(),
    ],
};
const ANSWER: Sheet = Sheet { name: "inspection-answer", fields: &[sheet::text("answer", 6000), sheet::files("answer_files").optional()] };
const ORDER: Sheet = Sheet { name: "inspection-order", fields: &[sheet::text("reason", 4000), sheet::date("due_on").optional()] };
const CONCEAL: Sheet = Sheet { name: "inspection-conceal", fields: &[sheet::text("reason", 4000), sheet::line("proof", 500)] };

platform::case! {
    /// An inspection; `owner` is who is inspected.
    pub struct Inspection in inspection {
        pub licence: Option<Id<Licence>>,
        pub planned_on: platform::case::Day,
        /// Whether who is inspected is told beforehand.
        pub announced: bool,
    }
}

impl Inspection {
    /// How many findings it has.
    pub fn findings(&self) -> usize {
        self.answers().0.get("findings").and_then(serde_json::Value::as_array).map_or(0, Vec::len)
    }
    fn inspected(&self) -> Result<Id<Org>> {
        self.owner.ok_or_else(|| Refusal::broken("an inspection of nobody"))
    }
}

impl Case for Inspection {
    fn sight(who: &Caller) -> Sight {
        Sight::overseen(who)
    }
}

impl Noun for Inspection {
    type State = State;
    type Act = Act;
    const NAME: &'static str = "inspection";
    const TABLE: &'static str = "inspection";
    const PATH: &'static str = "inspections";
    const STEPS: &'static [Step<State, Act>] = STEPS;
    const OPENING: Option<Opening<Self>> = Some(Opening { act: Act::Plan, sheet: &PLAN, draft: false, run: plan });
    // The rectification that was ordered has a life of its own.
    const RESTS: &'static [State] = &[State::Ordered];
    const DEEDS: &'static [Deed<Self>] = &[
        deed(Act::Hold, &HOLD, hold).when(inspects),
        deed(Act::Answer, &ANSWER, answer).when(is_inspected),
        deed(Act::Clear, &REASON, |tx, who, row, a| conclude(tx, who, row, Act::Clear, a)).when(may_clear),
        deed(Act::Order, &ORDER, order).when(may_order),
        deed(Act::Conceal, &CONCEAL, |tx, who, row, a| conclude(tx, who, row, Act::Conceal, a)).when(inspects).careful(),
        deed(Act::Cancel, &REASON, |tx, who, row, a| flow::take(tx, who, row, Act::Cancel, Record::none().because(a.text("reason"))).map(drop))
            .when(inspects),
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
    /// Who is inspected unannounced learns of it when it was held.
    fn find(look: &mut Look, who: &Caller, id: Id<Self>) -> Result<Self> {
        let row = platform::case::find(look, &Self::sight(who), id)?;
        if is_hidden(who, &row) { Err(Refusal::NotFound) } else { Ok(row) }
    }
    fn choices(look: &mut Look, who: &Caller, _: Option<&Self>, list: &str) -> Result<Vec<Choice>> {
        match list {
            "licence" => super::incident::live_licences(look, who),
            "holder" => {
                let mut all = org::choices(look, OrgKind::Developer)?;
                if !who.is(Legal) {
                    all.extend(org::choices(look, OrgKind::Primary)?);
                }
                Ok(all)
            }
            _ => Ok(Vec::new()),
        }
    }
}

fn is_hidden(who: &Caller, row: &Inspection) -> bool {
    let own = row.owner.is_some_and(|o| who.acts_for(o));
    own && !row.announced && matches!(row.state, State::Planned | State::Cancelled)
}

/// Plans an inspection; nobody inspects his own organisation.
fn plan(tx: &mut Tx, who: &Caller, a: Answers) -> Result<Id<Inspection>> {
    let holder: Id<Org> = a.text("holder").parse().map_err(|_| Refusal::fault("holder", "not-a-choice"))?;
    if !Inspection::choices(tx, who, None, "holder")?.iter().any(|c| c.value == a.text("holder")) {
        return Err(Refusal::fault("holder", "not-a-choice"));
    }
    interest::must_be_free(tx, who, holder)?;
    let licence = match a.given("licence") {
        None => None,
        Some(_) => {
            let id = a.text("licence").parse().map_err(|_| Refusal::fault("licence", "not-a-choice"))?;
            let of = crate::licence::row(tx, id).map_err(|_| Refusal::fault("licence", "not-a-choice"))?;
            if of.owner != Some(holder) {
                return Err(Refusal::fault("licence", "not-of-holder"));
            }
            Some(of.id)
        }
    };
    let on = a.text("planned_on").parse().map_err(|_| Refusal::fault("planned_on", "not-a-date"))?;
    let (name, announced) = (org::name(tx, holder)?, a.ticked("announced"));
    let new = New::of(format!("{name} {on}")).series("inspection").owner(holder).content(&a);
    let row = Inspection::begin(tx, who, Act::Plan, new, Record::of(&a), licence, on, announced)?;
    super::due(tx, row.id, None, Some(on))?;
    if announced {
        let seq = super::last_event(tx)?;
        mail::tell_org(tx, holder, who, seq)?;
    }
    Ok(row.id)
}

/// Whoever acts for the inspecting side; the primary operator only where it planned the inspection itself.
fn inspects(look: &mut Look, who: &Caller, row: &Inspection) -> Result<()> {
    let holder = row.inspected()?;
    if who.acts_for(holder) {
        return Err(Refusal::NotFound);
    }
    if who.is_any(&[Office, Bureau]) {
        return interest::must_be_free(look, who, holder);
    }
    let planned = platform::event::actors(look, Inspection::NAME, &row.id.to_string(), &["plan"])?;
    let planner = planned.first().copied().ok_or_else(|| Refusal::broken("an inspection that nobody planned"))?;
    let ours = platform::people::person::orgs_of(look, planner)?.iter().any(|(o, _)| who.acts_for(o.id));
    if ours { interest::must_be_free(look, who, holder) } else { Err(Refusal::WrongRole { by: &[Office, Bureau], article: "ZJK-30" }) }
}

fn is_inspected(_: &mut Look, who: &Caller, row: &Inspection) -> Result<()> {
    if row.owner.is_some_and(|o| who.acts_for(o)) { Ok(()) } else { Err(Refusal::NotFound) }
}

/// Records the visit with what was found; without findings there is nothing to answer, and no clock.
fn hold(tx: &mut Tx, who: &Caller, row: &Inspection, mut a: Answers) -> Result<()> {
    let on: platform::case::Day = a.text("held_on").parse().map_err(|_| Refusal::fault("held_on", "not-a-date"))?;
    if on > tx.today() {
        return Err(Refusal::fault("held_on", "in-future"));
    }
    a.set("files", file::attach(tx, who, &a.list("files"), Inspection::NAME, &row.id.to_string(), false)?);
    let mut content = row.answers();
    content.merge(a.clone());
    row.keep(tx, &content)?;
    flow::take(tx, who, row, Act::Hold, Record::of(&a))?;
    if a.given("findings").is_none() {
        super::due(tx, row.id, None, None)?;
    }
    Ok(())
}

fn answer(tx: &mut Tx, who: &Caller, row: &Inspection, mut a: Answers) -> Result<()> {
    a.set("answer_files", file::attach(tx, who, &a.list("answer_files"), Inspection::NAME, &row.id.to_string(), false)?);
    let mut content = row.answers();
    content.merge(a.clone());
    row.keep(tx, &content)?;
    flow::take(tx, who, row, Act::Answer, Record::of(&a).because(a.text("answer"))).map(drop)
}

/// Findings are decided after the answer, or after the day for it has passed.
fn answered_or_late(look: &mut Look, row: &Inspection) -> Result<()> {
    let late = row.due_on.is_some_and(|d| d < look.today());
    if row.state == State::Held && row.findings() > 0 && !late {
        return Err(Refusal::rule("answer-first", "ZJK-33"));
    }
    Ok(())
}

fn may_clear(look: &mut Look, who: &Caller, row: &Inspection) -> Result<()> {
    inspects(look, who, row)?;
    answered_or_late(look, row)
}

fn may_order(look: &mut Look, who: &Caller, row: &Inspection) -> Result<()> {
    inspects(look, who, row)?;
    if row.findings() == 0 {
        return Err(Refusal::rule("no-finding", "ZJK-34"));
    }
    answered_or_late(look, row)
}

/// Orders what was found to be put right. On a licence this is a case of its own, which closes access until it is verified.
fn order(tx: &mut Tx, who: &Caller, row: &Inspection, a: Answers) -> Result<()> {
    let mut content = row.answers();
    if let Some(licence) = row.licence {
        let rows = content.0.get("findings").and_then(serde_json::Value::as_array).cloned().unwrap_or_default();
        let text = |r: &serde_json::Value, name: &str| r.get(name).and_then(serde_json::Value::as_str).unwrap_or_default().to_string();
        let found: Vec<String> = rows.iter().map(|r| format!("{} {}", text(r, "article"), text(r, "finding"))).collect();
        let said = json!({ "licence": licence, "finding": found.join("\n"), "measures": a.text("reason"), "due_on": a.text("due_on") });
        let made = rectification::order(tx, who, Answers::of(said))?;
        content.set("rectification", made.id.to_string());
        row.keep(tx, &content)?;
    }
    let row = Inspection::row(tx, row.id)?;
    conclude(tx, who, &row, Act::Order, a)
}

fn conclude(tx: &mut Tx, who: &Caller, row: &Inspection, act: Act, a: Answers) -> Result<()> {
    let mut content = row.answers();
    content.set("outcome", a.text("reason"));
    if a.given("proof").is_some() {
        content.set("proof", a.text("proof"));
    }
    row.keep(tx, &content)?;
    flow::take(tx, who, row, act, Record::of(&a).because(a.text("reason"))).map(drop)
}

/// Inspections of the caller's own organisation that it is not to know of yet.
pub fn hidden_from(look: &mut Look, who: &Caller) -> Result<Vec<Id<Inspection>>> {
    let Some(own) = who.org else { return Ok(Vec::new()) };
    Ok(inspection::table
        .filter(inspection::owner.eq(own).and(inspection::announced.eq(false)))
        .filter(inspection::state.eq_any([State::Planned, State::Cancelled]))
        .limit(500)
        .select(inspection::id)
        .load(look.db())?)
}

/// Inspections in which an organisation was found to have concealed something, newest first, at most 50.
pub fn concealed_by(look: &mut Look, org: Id<Org>) -> Result<Vec<Inspection>> {
    Ok(inspection::table
        .filter(inspection::owner.eq(org).and(inspection::state.eq(State::Concealed)))
        .order((inspection::updated_at.desc(), inspection::id.desc()))
        .limit(50)
        .select(Inspection::as_select())
        .load(look.db())?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn table_is_sound() {
        assert_eq!(flow::faults(&flow::table::<Inspection>(), &["cleared", "concealed", "cancelled"]), Vec::<String>::new());
    }
}
