//! 数据观察员 — every public institution names one; he gathers what those who use its data think of its collection, sharing and
//! opening (XC-8).

use diesel::prelude::*;
use platform::case::{self, Case, New, Sight};
use platform::event::Record;
use platform::flow::{self, Choice, Deed, Heading, Noun, Opening, Step, Tell, begin, deed, step};
use platform::people::{Org, Person, person};
use platform::schema::observer;
use platform::sheet::{self, Answers, REASON, Sheet};
use platform::{Caller, Id, Look, Refusal, Result, Role, Tx, diesel, words};

words! { pub enum State: "observer-state" { Named = "named", Replaced = "replaced", Relieved = "relieved" } }
words! { pub enum Act: "observer-act" { Name = "name", Replace = "replace", Relieve = "relieve" } }

use Role::{Bureau, Source};

pub const STEPS: &[Step<State, Act>] = &[
    begin(Act::Name, &[Source], State::Named, "XC-8").tell(&[Tell::Owner, Tell::Role(Bureau)]),
    step(State::Named, Act::Replace, &[Source], State::Replaced, "XC-8"),
    step(State::Named, Act::Relieve, &[Source], State::Relieved, "XC-8").tell(&[Tell::Owner, Tell::Role(Bureau)]),
];

/// Who it is and how he is reached; phone and address are shown to everybody.
pub const OBSERVER: Sheet = Sheet {
    name: "observer",
    fields: &[sheet::pick("person", "people"), sheet::line("duty", 100).optional(), sheet::line("phone", 50), sheet::line("email", 200).optional()],
};

platform::case! {
    /// A data observer; his name is the title.
    pub struct Observer in observer {
        pub person: Id<Person>,
    }
}

impl Case for Observer {
    /// Who the observers are is for everybody to know, past ones too.
    fn sight(_: &Caller) -> Sight {
        Sight::everybody()
    }
}

impl Noun for Observer {
    type State = State;
    type Act = Act;
    const NAME: &'static str = "observer";
    const TABLE: &'static str = "observer";
    const PATH: &'static str = "observers";
    const STEPS: &'static [Step<State, Act>] = STEPS;
    const OPENING: Option<Opening<Self>> = Some(Opening { act: Act::Name, sheet: &OBSERVER, draft: false, run: name });
    const RESTS: &'static [State] = &[State::Named];
    const DEEDS: &'static [Deed<Self>] =
        &[deed(Act::Relieve, &REASON, |tx, who, row, a| flow::take(tx, who, row, Act::Relieve, Record::none().because(a.text("reason"))).map(drop))
            .when(|_, who, row| if row.owner.is_some_and(|o| who.acts_for(o)) { Ok(()) } else { Err(Refusal::NotFound) })];

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
        match (list, row.and_then(|r| r.owner).or(who.org)) {
            ("people", Some(unit)) => people(look, unit),
            _ => Ok(Vec::new()),
        }
    }
}

fn people(look: &mut Look, unit: Id<Org>) -> Result<Vec<Choice>> {
    Ok(person::of_org(look, unit)?.into_iter().map(|(p, _)| Choice::new(p.id, p.name)).collect())
}

/// Names somebody of one's own unit; whoever was named before is replaced.
fn name(tx: &mut Tx, who: &Caller, a: Answers) -> Result<Id<Observer>> {
    let unit = who.org()?;
    let Some(of) = people(tx, unit)?.into_iter().find(|c| c.value == a.text("person")) else {
        return Err(Refusal::fault("person", "not-a-choice"));
    };
    let of_person: Id<Person> = of.value.parse()?;
    if let Some(before) = now(tx, unit)? {
        flow::take(tx, who, &before, Act::Replace, Record::none())?;
    }
    let new = New::of(of.label(false)).owner(unit).content(&a);
    Ok(Observer::begin(tx, who, Act::Name, new, Record::of(&a), of_person)?.id)
}

/// A unit's observer, if it has named one.
pub fn now(look: &mut Look, unit: Id<Org>) -> Result<Option<Observer>> {
    Ok(observer::table
        .filter(observer::owner.eq(unit).and(observer::state.eq(State::Named)))
        .select(Observer::as_select())
        .first(look.db())
        .optional()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn table_is_sound() {
        assert_eq!(flow::faults(&flow::table::<Observer>(), &["replaced", "relieved"]), Vec::<String>::new());
    }
}
