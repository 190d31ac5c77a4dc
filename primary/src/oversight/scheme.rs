//! 评估指标 — the indicator sheet by which holders are evaluated in a year: indicators with weights that sum to 100, drafted
//! by one person and adopted by another (BJ-30, NJ-18, ZJK-33). No text gives indicators or weights: the office settles them here.

use diesel::prelude::*;
use platform::case::{Case, New, Sight};
use platform::event::{self, Record, sha256};
use platform::flow::{self, Choice, Deed, Heading, Noun, Opening, Step, Tell, begin, deed, step};
use platform::schema::scheme;
use platform::sheet::{self, Answers, NOTHING, REASON, Sheet};
use platform::{Caller, Fault, Id, Look, Refusal, Result, Role, Tx, diesel, words};
use serde::{Deserialize, Serialize};
use serde_json::json;

words! {
    pub enum State: "scheme-state" { Drafted = "drafted", Adopted = "adopted", Superseded = "superseded", Withdrawn = "withdrawn" }
}
words! {
    pub enum Act: "scheme-act" { Draft = "draft", Edit = "edit", Adopt = "adopt", Supersede = "supersede", Withdraw = "withdraw" }
}

use Role::{Bureau, Office};

const MAKERS: &[Role] = &[Bureau, Office];

pub const STEPS: &[Step<State, Act>] = &[
    begin(Act::Draft, MAKERS, State::Drafted, "BJ-30 NJ-18").tell(&[Tell::Role(Office)]),
    step(State::Drafted, Act::Adopt, &[Office], State::Adopted, "BJ-30 NJ-18").tell(&[Tell::Role(Bureau), Tell::Role(Role::DeveloperAdmin)]),
    step(State::Drafted, Act::Edit, MAKERS, State::Drafted, "BJ-30 NJ-18"),
    step(State::Drafted, Act::Withdraw, MAKERS, State::Withdrawn, "BJ-30 NJ-18"),
    step(State::Adopted, Act::Supersede, &[Office], State::Superseded, "BJ-30 NJ-18"),
];

const INDICATOR: Sheet =
    Sheet { name: "scheme-item", fields: &[sheet::line("name", 100), sheet::number("weight", 1, 100), sheet::text("about", 500).optional()] };
const EDIT: Sheet = Sheet { name: "scheme", fields: &[sheet::line("title", 120), sheet::text("basis", 2000), sheet::rows("items", &INDICATOR)] };
pub const SCHEME: Sheet = Sheet {
    name: "scheme",
    fields: &[sheet::number("year", 2020, 2099), sheet::line("title", 120), sheet::text("basis", 2000), sheet::rows("items", &INDICATOR)],
};

platform::case! {
    /// An indicator sheet for one year.
    pub struct Scheme in scheme {
        pub year: i32,
    }
}

/// One indicator.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Indicator {
    pub name: String,
    pub weight: i64,
    #[serde(default)]
    pub about: String,
}

impl Scheme {
    /// Its indicators in order.
    pub fn items(&self) -> Vec<Indicator> {
        self.answers().0.get("items").and_then(|v| serde_json::from_value(v.clone()).ok()).unwrap_or_default()
    }
}

impl Case for Scheme {
    /// Everybody who has work to do with it; a draft only those who oversee.
    fn sight(who: &Caller) -> Sight {
        if who.oversees() { Sight::everybody() } else { Sight::everybody().hiding(&["drafted", "withdrawn"]) }
    }
}

impl Noun for Scheme {
    type State = State;
    type Act = Act;
    const NAME: &'static str = "scheme";
    const TABLE: &'static str = "scheme";
    const PATH: &'static str = "evaluation-schemes";
    const STEPS: &'static [Step<State, Act>] = STEPS;
    const OPENING: Option<Opening<Self>> = Some(Opening { act: Act::Draft, sheet: &SCHEME, draft: false, run: draft });
    // Adopted, it is the measure until another replaces it.
    const RESTS: &'static [State] = &[State::Adopted];
    const DEEDS: &'static [Deed<Self>] = &[
        deed(Act::Adopt, &NOTHING, adopt).when(another_person),
        deed(Act::Edit, &EDIT, edit),
        deed(Act::Withdraw, &REASON, |tx, who, row, a| flow::take(tx, who, row, Act::Withdraw, Record::none().because(a.text("reason"))).map(drop)),
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
    fn filled(_: &mut Look, _: &Caller, row: &Self, act: Act) -> Result<Answers> {
        Ok(if act == Act::Edit { row.answers() } else { Answers::default() })
    }
    /// Last year's indicators are where a new sheet begins.
    fn filled_new(look: &mut Look, who: &Caller) -> Result<Answers> {
        if !who.is_any(MAKERS) {
            return Ok(Answers::default());
        }
        let last: Option<Scheme> = scheme::table
            .filter(scheme::state.eq(State::Adopted))
            .order((scheme::year.desc(), scheme::id.desc()))
            .select(Scheme::as_select())
            .first(look.db())
            .optional()?;
        Ok(last.map(|s| s.answers()).unwrap_or_default())
    }
}

/// Weights sum to 100, and there is something to weigh.
fn must_hold(a: &Answers) -> Result<()> {
    let items: Vec<Indicator> = a.0.get("items").and_then(|v| serde_json::from_value(v.clone()).ok()).unwrap_or_default();
    let sum: i64 = items.iter().map(|i| i.weight).sum();
    if items.is_empty() {
        return Err(Refusal::fault("items", "required"));
    }
    if sum != 100 {
        return Err(Refusal::Faulty(vec![Fault::at("items", "weights-sum").with("sum", sum)]));
    }
    Ok(())
}

fn draft(tx: &mut Tx, who: &Caller, a: Answers) -> Result<Id<Scheme>> {
    must_hold(&a)?;
    let year = a.0.get("year").and_then(serde_json::Value::as_i64).and_then(|y| i32::try_from(y).ok()).unwrap_or(0);
    let new = New::of(a.text("title")).owner(who.org).content(&a);
    Ok(Scheme::begin(tx, who, Act::Draft, new, Record::of(&a), year)?.id)
}

fn edit(tx: &mut Tx, who: &Caller, row: &Scheme, a: Answers) -> Result<()> {
    must_hold(&a)?;
    let mut content = row.answers();
    content.merge(a.clone());
    row.keep(tx, &content)?;
    diesel::update(scheme::table.find(row.id)).set(scheme::title.eq(a.text("title"))).execute(tx.db())?;
    flow::take(tx, who, row, Act::Edit, Record::of(a)).map(drop)
}

/// Whoever wrote it does not adopt it.
fn another_person(look: &mut Look, who: &Caller, row: &Scheme) -> Result<()> {
    let wrote = event::actors(look, Scheme::NAME, &row.id.to_string(), &["draft", "edit"])?;
    if wrote.contains(&who.person()?) { Err(Refusal::rule("same-person", "ZJK-28")) } else { Ok(()) }
}

/// Adopts it for its year; the one before is superseded. Evaluations keep the sheet they were opened with.
fn adopt(tx: &mut Tx, who: &Caller, row: &Scheme, _: Answers) -> Result<()> {
    must_hold(&row.answers())?;
    let before: Option<Scheme> = scheme::table
        .filter(scheme::year.eq(row.year).and(scheme::state.eq(State::Adopted)))
        .select(Scheme::as_select())
        .first(tx.db())
        .optional()?;
    if let Some(before) = before {
        flow::take(tx, who, &before, Act::Supersede, Record::of(json!({ "by": row.id })))?;
    }
    flow::take(tx, who, row, Act::Adopt, Record::of(json!({ "digest": sha256(&row.content) }))).map(drop)
}

/// Adopted sheets, newest year first, as offers of a form.
pub fn choices(look: &mut Look) -> Result<Vec<Choice>> {
    let rows: Vec<Scheme> = scheme::table
        .filter(scheme::state.eq(State::Adopted))
        .order((scheme::year.desc(), scheme::id.desc()))
        .limit(20)
        .select(Scheme::as_select())
        .load(look.db())?;
    Ok(rows.into_iter().map(|s| Choice::new(s.id, format!("{} · {}", s.year, s.title))).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn table_is_sound() {
        assert_eq!(flow::faults(&flow::table::<Scheme>(), &["superseded", "withdrawn"]), Vec::<String>::new());
    }
}
