//! 一级主体应急预案 — the primary operator's own emergency plan for the whole of authorised operation, beside the one that each
//! licence has (ZJK-13(1)); the zone operator's where a zone's rules ask for one (BJ-26).

use platform::case::{Ask, Case, New, Sight};
use platform::event::Record;
use platform::flow::{self, Deed, Heading, Noun, Opening, Step, Tell, begin, step};
use platform::paging::Page;
use platform::people::org;
use platform::sheet::{self, Answers, Sheet};
use platform::{Caller, Id, Look, Result, Role, Tx, file, words};

words! { pub enum State: "operator_plan-state" { Filed = "filed", Replaced = "replaced" } }
words! { pub enum Act: "operator_plan-act" { File = "file", Replace = "replace" } }

use Role::{Legal, Office};

pub const STEPS: &[Step<State, Act>] = &[
    begin(Act::File, &[Legal], State::Filed, "ZJK-13(1)").tell(&[Tell::Role(Office)]),
    step(State::Filed, Act::Replace, &[Legal], State::Replaced, "ZJK-13(1)"),
];

pub const SHEET: Sheet = Sheet {
    name: "operator-plan",
    fields: &[
        sheet::line("lead", 50),
        sheet::line("phone", 30),
        sheet::text("organisation", 5000),
        sheet::text("risks", 5000),
        sheet::text("levels", 5000),
        sheet::text("measures", 10_000),
        sheet::text("reporting", 5000),
        sheet::files("files").optional(),
    ],
};

platform::case! {
    /// An emergency plan of the primary operator itself.
    pub struct OperatorPlan in operator_plan {}
}

impl Case for OperatorPlan {
    fn sight(who: &Caller) -> Sight {
        Sight::overseen(who)
    }
}

impl Noun for OperatorPlan {
    type State = State;
    type Act = Act;
    const NAME: &'static str = "operator_plan";
    const TABLE: &'static str = "operator_plan";
    const PATH: &'static str = "operator-plans";
    const STEPS: &'static [Step<State, Act>] = STEPS;
    const OPENING: Option<Opening<Self>> = Some(Opening { act: Act::File, sheet: &SHEET, draft: false, run: file_plan });
    const RESTS: &'static [State] = &[State::Filed];
    const DEEDS: &'static [Deed<Self>] = &[];

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
    /// A new plan begins with the one before it.
    fn filled_new(look: &mut Look, who: &Caller) -> Result<Answers> {
        let Some(own) = who.org else { return Ok(Answers::default()) };
        Ok(on_file(look, own)?.map(|p| p.answers()).unwrap_or_default())
    }
}

/// Files a plan; the one before it is replaced and kept.
fn file_plan(tx: &mut Tx, who: &Caller, mut a: Answers) -> Result<Id<OperatorPlan>> {
    let own = who.org()?;
    let id: Id<OperatorPlan> = tx.id();
    a.set("files", file::attach(tx, who, &a.list("files"), OperatorPlan::NAME, &id.to_string(), false)?);
    if let Some(before) = on_file(tx, own)? {
        flow::take(tx, who, &before, Act::Replace, Record::none())?;
    }
    let new = New::of(org::name(tx, own)?).id(id).owner(own).content(&a);
    Ok(OperatorPlan::begin(tx, who, Act::File, new, Record::of(&a))?.id)
}

/// The plan on file for an organisation, whoever asks.
pub fn on_file(look: &mut Look, of: Id<platform::people::Org>) -> Result<Option<OperatorPlan>> {
    let ask = Ask { state: Some(State::Filed), owner: Some(of), ..Ask::default() };
    Ok(platform::case::list(look, &Sight::everybody(), &ask, Page::first(1))?.rows.into_iter().next())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn table_is_sound() {
        assert_eq!(flow::faults(&flow::table::<OperatorPlan>(), &["replaced"]), Vec::<String>::new());
    }
}
