//! 开放需求 — anybody registered asks that data be opened; its unit answers: it changes the opening attribute, or says on which
//! ground of XC-27 it may not (XC-28, XC-29, XC-31).

use crate::entry::{self, Entry, Open};
use platform::case::{self, Case, New, Sight};
use platform::event::Record;
use platform::flow::{self, Choice, Deed, Heading, Noun, Opening as Begin, Step, Tell, begin, deed, step};
use platform::people::Org;
use platform::sheet::{self, Answers, REMARK, Sheet};
use platform::{Caller, Id, Look, Refusal, Result, Role, Tx, Word, diesel, words};
use serde_json::{Value, json};

words! { pub enum State: "opening-state" { Asked = "asked", Accepted = "accepted", Refused = "refused", Withdrawn = "withdrawn" } }
words! { pub enum Act: "opening-act" { Ask = "ask", Accept = "accept", Refuse = "refuse", Withdraw = "withdraw" } }
words! {
    /// Why data may not be opened: the three cases of XC-27, or that it is not the unit's to open.
    pub enum Bar: "opening-bar" { Law = "law", Security = "security", Person = "person", NotHeld = "not_held" }
}

use Role::{Bureau, Registered, Source};
use Tell::{Owner, Party};

pub const STEPS: &[Step<State, Act>] = &[
    begin(Act::Ask, &[Registered], State::Asked, "XC-29").tell(&[Party("unit"), Tell::Role(Bureau)]).clock("opening_answer"),
    step(State::Asked, Act::Accept, &[Source], State::Accepted, "XC-28 XC-29 XC-30").tell(&[Owner, Tell::Role(Bureau)]),
    step(State::Asked, Act::Refuse, &[Source], State::Refused, "XC-27 XC-29").tell(&[Owner, Tell::Role(Bureau)]),
    step(State::Asked, Act::Withdraw, &[Registered], State::Withdrawn, "XC-29").tell(&[Party("unit")]),
];

/// What is to be opened, for what.
pub const OPENING: Sheet = Sheet {
    name: "opening",
    fields: &[sheet::pick("entry", "entries"), sheet::text("purpose", 2000), sheet::text("items", 2000).optional(), sheet::line("contact", 200)],
};
const ACCEPT: Sheet = Sheet {
    name: "opening-accept",
    fields: &[sheet::choice::<Open>("open"), sheet::text("open_basis", 1000).optional(), sheet::text("reason", 2000)],
};
const REFUSE: Sheet =
    Sheet { name: "opening-refuse", fields: &[sheet::choice::<Bar>("bar"), sheet::text("basis", 1000), sheet::text("reason", 2000)] };

platform::case! {
    /// A demand for opening; `owner` is the organisation of whoever asks, if any.
    pub struct Opening in opening {
        /// The unit whose data it is.
        pub unit: Id<Org>,
        pub entry: Id<Entry>,
    }
}

impl Case for Opening {
    fn sight(who: &Caller) -> Sight {
        Sight::overseen(who).or("created_by", who.person).or("unit", who.org)
    }
}

impl Noun for Opening {
    type State = State;
    type Act = Act;
    const NAME: &'static str = "opening";
    const TABLE: &'static str = "opening";
    const PATH: &'static str = "openings";
    const STEPS: &'static [Step<State, Act>] = STEPS;
    const OPENING: Option<Begin<Self>> = Some(Begin { act: Act::Ask, sheet: &OPENING, draft: false, run: ask });
    const PARTIES: &'static [(State, &'static str)] = &[(State::Asked, "unit")];
    const DEEDS: &'static [Deed<Self>] = &[
        deed(Act::Accept, &ACCEPT, accept).when(answering),
        deed(Act::Refuse, &REFUSE, refuse).when(answering),
        deed(Act::Withdraw, &REMARK, |tx, who, row, a| flow::take(tx, who, row, Act::Withdraw, Record::none().because(a.text("reason"))).map(drop))
            .when(raised),
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
    fn choices(look: &mut Look, _: &Caller, row: Option<&Self>, list: &str) -> Result<Vec<Choice>> {
        match (list, row) {
            ("entries", Some(row)) => Ok(entry::by_ids(look, &[row.entry.to_string()])?.into_iter().map(|e| Choice::new(e.id, e.title)).collect()),
            ("entries", None) => entry::published_choices(look),
            _ => Ok(Vec::new()),
        }
    }
    /// An acceptance begins with the basis that stands.
    fn filled(look: &mut Look, _: &Caller, row: &Self, act: Act) -> Result<Answers> {
        Ok(match act {
            Act::Accept => Answers::of(json!({"open_basis": entry::row(look, row.entry)?.answers().text("open_basis")})),
            _ => Answers::default(),
        })
    }
}

fn answering(_: &mut Look, who: &Caller, row: &Opening) -> Result<()> {
    if who.acts_for(row.unit) { Ok(()) } else { Err(Refusal::rule("other-side", "XC-29")) }
}

fn raised(_: &mut Look, who: &Caller, row: &Opening) -> Result<()> {
    let own = row.owner.is_some_and(|o| who.acts_for(o)) || (row.created_by.is_some() && row.created_by == who.person);
    if own { Ok(()) } else { Err(Refusal::rule("other-side", "XC-29")) }
}

fn ask(tx: &mut Tx, who: &Caller, a: Answers) -> Result<Id<Opening>> {
    let entry = entry::must_be_published(tx, "entry", &[a.text("entry").to_string()])?.remove(0);
    if entry.is_open() {
        return Err(Refusal::rule("is-open", "XC-31").with("title", &entry.title));
    }
    let unit = entry.owner.ok_or(Refusal::NotFound)?;
    let new = New::of(entry.title.clone()).series("opening").owner(who.org).content(&a);
    Ok(Opening::begin(tx, who, Act::Ask, new, Record::of(&a), unit, entry.id)?.id)
}

/// Opens the data by the entry's own verb, in the same act.
fn accept(tx: &mut Tx, who: &Caller, row: &Opening, a: Answers) -> Result<()> {
    let entry = entry::row(tx, row.entry)?;
    if a.text("open") == Open::None.as_str() {
        return Err(Refusal::fault("open", "not-opened"));
    }
    let said = entry.answers();
    let change = Answers::of(json!({
        "share": entry.share, "share_basis": said.text("share_basis"), "open": a.text("open"), "open_basis": a.text("open_basis"),
        "reason": a.text("reason"),
    }));
    entry::adjust(tx, who, &entry, &change)?;
    answered(tx, who, row, Act::Accept, a)
}

fn refuse(tx: &mut Tx, who: &Caller, row: &Opening, a: Answers) -> Result<()> {
    answered(tx, who, row, Act::Refuse, a)
}

fn answered(tx: &mut Tx, who: &Caller, row: &Opening, act: Act, a: Answers) -> Result<()> {
    let mut content = row.answers();
    content.set("answer", Value::Object(a.0.clone()));
    row.keep(tx, &content)?;
    flow::take(tx, who, row, act, Record::of(&a).because(a.text("reason"))).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn table_is_sound() {
        assert_eq!(flow::faults(&flow::table::<Opening>(), &["accepted", "refused", "withdrawn"]), Vec::<String>::new());
    }
}
