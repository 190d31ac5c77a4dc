//! 意见建议 — what users of a unit's data think of its collection, gathering, sharing and opening: taken down by its data observer
//! or written by themselves, and answered (XC-8).

use crate::observer;
use platform::case::{self, Case, New, Sight};
use platform::event::Record;
use platform::flow::{self, Choice, Deed, Heading, Noun, Opening, Step, Tell, begin, deed, step};
use platform::people::{Org, org};
use platform::sheet::{self, Answers, Sheet};
use platform::{Caller, Id, Look, OrgKind, Refusal, Result, Role, Tx, Word, diesel, words};
use serde_json::Value;

words! { pub enum State: "opinion-state" { Recorded = "recorded", Answered = "answered" } }
words! { pub enum Act: "opinion-act" { Record = "record", Answer = "answer" } }
words! {
    /// What an opinion is about (XC-8).
    pub enum Topic: "opinion-topic" { Collection = "collection", Gathering = "gathering", Sharing = "sharing", Opening = "opening" }
}

use Role::{Registered, Source};
use Tell::{Owner, Party};

pub const STEPS: &[Step<State, Act>] = &[
    begin(Act::Record, &[Registered], State::Recorded, "XC-8").tell(&[Party("unit")]).clock("observer_answer"),
    step(State::Recorded, Act::Answer, &[Source], State::Answered, "XC-8").tell(&[Owner]),
];

pub const OPINION: Sheet = Sheet {
    name: "opinion",
    fields: &[
        sheet::pick("unit", "units"),
        sheet::choice::<Topic>("topic"),
        sheet::line("subject", 200),
        sheet::text("opinion", 4000),
        // Whose opinion it is, when the observer takes it down for somebody.
        sheet::line("voice", 200).optional(),
    ],
};
const ANSWER: Sheet = Sheet { name: "opinion-answer", fields: &[sheet::text("reason", 4000), sheet::text("measure", 2000).optional()] };

platform::case! {
    /// An opinion; `owner` is the organisation of whoever wrote it down.
    pub struct Opinion in opinion {
        /// The unit whose data it is about.
        pub unit: Id<Org>,
        pub topic: Topic,
    }
}

impl Case for Opinion {
    fn sight(who: &Caller) -> Sight {
        Sight::overseen(who).or("created_by", who.person).or("unit", who.org)
    }
}

impl Noun for Opinion {
    type State = State;
    type Act = Act;
    const NAME: &'static str = "opinion";
    const TABLE: &'static str = "opinion";
    const PATH: &'static str = "opinions";
    const STEPS: &'static [Step<State, Act>] = STEPS;
    const OPENING: Option<Opening<Self>> = Some(Opening { act: Act::Record, sheet: &OPINION, draft: false, run: record });
    const PARTIES: &'static [(State, &'static str)] = &[(State::Recorded, "unit")];
    const DEEDS: &'static [Deed<Self>] = &[deed(Act::Answer, &ANSWER, answer).when(answering)];

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
    fn choices(look: &mut Look, _: &Caller, _: Option<&Self>, list: &str) -> Result<Vec<Choice>> {
        if list == "units" { org::choices(look, OrgKind::Source) } else { Ok(Vec::new()) }
    }
}

fn answering(_: &mut Look, who: &Caller, row: &Opinion) -> Result<()> {
    if who.acts_for(row.unit) { Ok(()) } else { Err(Refusal::rule("other-side", "XC-8")) }
}

fn record(tx: &mut Tx, who: &Caller, a: Answers) -> Result<Id<Opinion>> {
    let unit: Id<Org> = a.text("unit").parse().map_err(|_| Refusal::fault("unit", "not-a-choice"))?;
    if !org::row(tx, unit).is_ok_and(|o| o.kind == OrgKind::Source) {
        return Err(Refusal::fault("unit", "not-a-choice"));
    }
    let topic = Topic::of(a.text("topic")).ok_or_else(|| Refusal::fault("topic", "not-a-choice"))?;
    let new = New::of(a.text("subject")).owner(who.org).content(&a);
    Ok(Opinion::begin(tx, who, Act::Record, new, Record::of(&a), unit, topic)?.id)
}

/// Answered in the name of the unit, which must have named an observer to do so.
fn answer(tx: &mut Tx, who: &Caller, row: &Opinion, a: Answers) -> Result<()> {
    if observer::now(tx, row.unit)?.is_none() {
        return Err(Refusal::rule("no-observer", "XC-8"));
    }
    let mut content = row.answers();
    content.set("answer", Value::Object(a.0.clone()));
    row.keep(tx, &content)?;
    flow::take(tx, who, row, Act::Answer, Record::of(&a).because(a.text("reason"))).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn table_is_sound() {
        assert_eq!(flow::faults(&flow::table::<Opinion>(), &["answered"]), Vec::<String>::new());
    }
}
