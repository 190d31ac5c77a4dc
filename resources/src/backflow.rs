//! 数据回流申请 — data that was gathered higher up comes back to those who need it: applied for level by level, from the unit to the
//! bureau and from the bureau to the province, whose answer is recorded here (ZJK-10).

use platform::case::{self, Case, New, Sight};
use platform::event::Record;
use platform::flow::{self, Deed, Heading, Noun, Opening, Step, Tell, begin, deed, step};
use platform::sheet::{self, Answers, REMARK, Sheet};
use platform::{Caller, Fault, Id, Look, Refusal, Result, Role, Tx, diesel, words};
use serde_json::Value;

words! {
    pub enum State: "backflow-state" {
        Asked = "asked", Forwarded = "forwarded", Granted = "granted", Arrived = "arrived", Refused = "refused", Withdrawn = "withdrawn",
        Ended = "ended",
    }
}
words! {
    pub enum Act: "backflow-act" {
        Ask = "ask", Forward = "forward", Grant = "grant", Refuse = "refuse", Arrive = "arrive", Withdraw = "withdraw", End = "end",
    }
}

use Role::{Bureau, Source};

pub const STEPS: &[Step<State, Act>] = &[
    begin(Act::Ask, &[Source], State::Asked, "ZJK-10").tell(&[Tell::Role(Bureau)]).clock("backflow_answer"),
    step(State::Asked, Act::Forward, &[Bureau], State::Forwarded, "ZJK-10").tell(&[Tell::Owner]),
    step(State::Asked, Act::Refuse, &[Bureau], State::Refused, "ZJK-10").tell(&[Tell::Owner]),
    step(State::Asked, Act::Withdraw, &[Source], State::Withdrawn, "ZJK-10").tell(&[Tell::Role(Bureau)]),
    step(State::Forwarded, Act::Grant, &[Bureau], State::Granted, "ZJK-10").tell(&[Tell::Owner]),
    step(State::Forwarded, Act::Refuse, &[Bureau], State::Refused, "ZJK-10").tell(&[Tell::Owner]),
    step(State::Granted, Act::Arrive, &[Source], State::Arrived, "ZJK-10").tell(&[Tell::Role(Bureau)]),
    step(State::Arrived, Act::End, &[Source, Bureau], State::Ended, "ZJK-10").tell(&[Tell::Owner, Tell::Role(Bureau)]),
];

/// What is to come back, who holds it, what for, and how it is kept safe.
pub const BACKFLOW: Sheet = Sheet {
    name: "backflow",
    fields: &[
        sheet::line("title", 200),
        sheet::line("holder", 200),
        sheet::text("items", 4000),
        sheet::text("purpose", 2000),
        sheet::line("scope", 500),
        sheet::date("from_on"),
        sheet::date("to_on"),
        sheet::text("safety", 2000),
        sheet::line("contact", 200),
    ],
};
const FORWARD: Sheet =
    Sheet { name: "backflow-forward", fields: &[sheet::line("to", 200), sheet::line("number", 100), sheet::text("reason", 2000).optional()] };
const ANSWER: Sheet = Sheet { name: "backflow-answer", fields: &[sheet::line("number", 100).optional(), sheet::text("reason", 2000)] };
const ARRIVE: Sheet = Sheet { name: "backflow-arrive", fields: &[sheet::text("how", 2000), sheet::line("keeper", 100)] };

platform::case! {
    /// An application for backflow.
    pub struct Backflow in backflow {}
}

impl Case for Backflow {
    fn sight(who: &Caller) -> Sight {
        Sight::overseen(who)
    }
}

impl Noun for Backflow {
    type State = State;
    type Act = Act;
    const NAME: &'static str = "backflow";
    const TABLE: &'static str = "backflow";
    const PATH: &'static str = "backflows";
    const STEPS: &'static [Step<State, Act>] = STEPS;
    const OPENING: Option<Opening<Self>> = Some(Opening { act: Act::Ask, sheet: &BACKFLOW, draft: false, run: ask });
    const RESTS: &'static [State] = &[State::Arrived];
    const DEEDS: &'static [Deed<Self>] = &[
        deed(Act::Forward, &FORWARD, |tx, who, row, a| noted(tx, who, row, Act::Forward, "forward", a)),
        deed(Act::Grant, &ANSWER, |tx, who, row, a| noted(tx, who, row, Act::Grant, "answer", a)),
        deed(Act::Refuse, &ANSWER, |tx, who, row, a| noted(tx, who, row, Act::Refuse, "answer", a)),
        deed(Act::Arrive, &ARRIVE, |tx, who, row, a| noted(tx, who, row, Act::Arrive, "arrival", a)),
        deed(Act::End, &REMARK, |tx, who, row, a| flow::take(tx, who, row, Act::End, Record::none().because(a.text("reason"))).map(drop)),
        deed(Act::Withdraw, &REMARK, |tx, who, row, a| flow::take(tx, who, row, Act::Withdraw, Record::none().because(a.text("reason"))).map(drop)),
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
}

fn ask(tx: &mut Tx, who: &Caller, a: Answers) -> Result<Id<Backflow>> {
    if a.text("to_on") < a.text("from_on") {
        return Err(Refusal::Faulty(vec![Fault::at("to_on", "ends-before")]));
    }
    let new = New::of(a.text("title")).series("backflow").owner(who.org).content(&a);
    Ok(Backflow::begin(tx, who, Act::Ask, new, Record::of(&a))?.id)
}

/// Keeps what was said at a step under its name.
fn noted(tx: &mut Tx, who: &Caller, row: &Backflow, act: Act, under: &str, a: Answers) -> Result<()> {
    let mut content = row.answers();
    content.set(under, Value::Object(a.0.clone()));
    row.keep(tx, &content)?;
    flow::take(tx, who, row, act, Record::of(&a).because(a.text("reason"))).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn table_is_sound() {
        assert_eq!(flow::faults(&flow::table::<Backflow>(), &["refused", "withdrawn", "ended"]), Vec::<String>::new());
    }
}
