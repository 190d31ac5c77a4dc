//! 合作方 — with whom an operator works on the data it is licensed for: admitted by another person than proposed it, bound by
//! contract, assessed, and let go on one of five grounds (BJ-8, BJ-19, BJ-20). A partner gets no licence and no access of its
//! own: no operator may grant what it was granted (ZJK-11).

use platform::case::{Case, New, Sight};
use platform::event::{self, Record};
use platform::flow::{self, Deed, Heading, Noun, Opening, Step, Tell, begin, deed, step};
use platform::sheet::{self, Answers, REASON, Sheet};
use platform::{Caller, Id, Look, Refusal, Result, Role, Tx, file, words};

words! {
    pub enum State: "partner-state" { Proposed = "proposed", Admitted = "admitted", Refused = "refused", Exited = "exited" }
}
words! {
    pub enum Act: "partner-act" { Propose = "propose", Admit = "admit", Refuse = "refuse", Assess = "assess", Exit = "exit" }
}
words! {
    /// How a partner leaves (BJ-20).
    pub enum ExitKind: "partner-exit-kind" {
        Voluntary = "voluntary", Breach = "breach", Assessment = "assessment", Qualification = "qualification", BadCredit = "bad_credit",
    }
}
words! {
    pub enum Verdict: "partner-verdict" { Good = "good", Fair = "fair", Failed = "failed" }
}

use Role::{Bureau, DeveloperAdmin, DeveloperStaff, Legal};

const OPERATORS: &[Role] = &[DeveloperAdmin, DeveloperStaff, Legal];
const CHIEFS: &[Role] = &[DeveloperAdmin, Legal];

pub const STEPS: &[Step<State, Act>] = &[
    begin(Act::Propose, OPERATORS, State::Proposed, "BJ-19"),
    step(State::Proposed, Act::Admit, CHIEFS, State::Admitted, "BJ-19").tell(&[Tell::Owner, Tell::Role(Bureau)]),
    step(State::Proposed, Act::Refuse, CHIEFS, State::Refused, "BJ-19").tell(&[Tell::Owner]),
    step(State::Admitted, Act::Exit, CHIEFS, State::Exited, "BJ-20").tell(&[Tell::Owner, Tell::Role(Bureau)]),
    step(State::Admitted, Act::Assess, CHIEFS, State::Admitted, "BJ-19"),
];

pub const PROPOSE: Sheet = Sheet {
    name: "partner",
    fields: &[
        sheet::line("name", 100),
        sheet::line("credit_code", 18),
        sheet::text("tasks", 4000),
        sheet::text("data_touched", 2000),
        sheet::text("qualification", 4000),
        sheet::text("duties", 4000),
        sheet::date("contract_until"),
        sheet::files("files").optional(),
    ],
};
const ASSESS: Sheet =
    Sheet { name: "partner-assess", fields: &[sheet::number("year", 2020, 2099), sheet::choice::<Verdict>("verdict"), sheet::text("reason", 4000)] };
const EXIT: Sheet = Sheet { name: "partner-exit", fields: &[sheet::choice::<ExitKind>("exit_kind"), sheet::text("reason", 4000)] };

platform::case! {
    /// A partner; `owner` is the operator it works for.
    pub struct Partner in partner {}
}

impl Case for Partner {
    fn sight(who: &Caller) -> Sight {
        Sight::overseen(who)
    }
}

impl Noun for Partner {
    type State = State;
    type Act = Act;
    const NAME: &'static str = "partner";
    const TABLE: &'static str = "partner";
    const PATH: &'static str = "partners";
    const STEPS: &'static [Step<State, Act>] = STEPS;
    const OPENING: Option<Opening<Self>> = Some(Opening { act: Act::Propose, sheet: &PROPOSE, draft: false, run: propose });
    const RESTS: &'static [State] = &[State::Admitted];
    const DEEDS: &'static [Deed<Self>] = &[
        deed(Act::Admit, &REASON, |tx, who, row, a| flow::take(tx, who, row, Act::Admit, Record::none().because(a.text("reason"))).map(drop))
            .when(another_person),
        deed(Act::Refuse, &REASON, |tx, who, row, a| flow::take(tx, who, row, Act::Refuse, Record::none().because(a.text("reason"))).map(drop))
            .when(own),
        deed(Act::Assess, &ASSESS, assess).when(own),
        deed(Act::Exit, &EXIT, leave).when(own),
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
}

fn own(_: &mut Look, who: &Caller, row: &Partner) -> Result<()> {
    if row.owner.is_some_and(|o| who.acts_for(o)) { Ok(()) } else { Err(Refusal::WrongRole { by: CHIEFS, article: "BJ-19" }) }
}

/// Whoever proposed it does not admit it.
fn another_person(look: &mut Look, who: &Caller, row: &Partner) -> Result<()> {
    own(look, who, row)?;
    let proposed = event::actors(look, Partner::NAME, &row.id.to_string(), &["propose"])?;
    if proposed.contains(&who.person()?) { Err(Refusal::rule("same-person", "ZJK-28")) } else { Ok(()) }
}

fn propose(tx: &mut Tx, who: &Caller, mut a: Answers) -> Result<Id<Partner>> {
    let id = tx.id();
    a.set("files", file::attach(tx, who, &a.list("files"), Partner::NAME, &Id::to_string(&id), false)?);
    let new = New::of(a.text("name")).id(id).owner(who.org).content(&a);
    Ok(Partner::begin(tx, who, Act::Propose, new, Record::of(&a))?.id)
}

/// Keeps the latest assessment at hand; those before stand in the record.
fn assess(tx: &mut Tx, who: &Caller, row: &Partner, a: Answers) -> Result<()> {
    let mut content = row.answers();
    content.set("assessed", serde_json::to_value(&a)?);
    row.keep(tx, &content)?;
    flow::take(tx, who, row, Act::Assess, Record::of(&a).because(a.text("reason"))).map(drop)
}

fn leave(tx: &mut Tx, who: &Caller, row: &Partner, a: Answers) -> Result<()> {
    let mut content = row.answers();
    content.set("exited", serde_json::to_value(&a)?);
    row.keep(tx, &content)?;
    flow::take(tx, who, row, Act::Exit, Record::of(&a).because(a.text("reason"))).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn table_is_sound() {
        assert_eq!(flow::faults(&flow::table::<Partner>(), &["refused", "exited"]), Vec::<String>::new());
    }
}
