//! 限制申请名单 — whose licence was ended on a ground that bars (misuse, breach, concealment) applies for no other until a day, unless
//! the office lifts it (ZJK-33, ZJK-35). The policy says which grounds bar, and for how long.

use crate::licence::{EndKind, Licence};
use chrono::NaiveDate;
use diesel::prelude::*;
use platform::case::{self, Case, New, Sight};
use platform::event::Record;
use platform::flow::{self, Deed, Heading, Noun, Opening, Step, Tell, begin, deed, step};
use platform::people::{Org, interest, org};
use platform::schema::bar;
use platform::sheet::{Answers, REASON};
use platform::{Caller, Id, Look, Refusal, Result, Role, Tx, Word, deadline, diesel, words};
use serde_json::json;

words! { pub enum State: "bar-state" { Barred = "barred", Lifted = "lifted" } }
words! { pub enum Act: "bar-act" { Enter = "enter", Lift = "lift" } }

use Role::{Calendar, Legal, Office};

pub const STEPS: &[Step<State, Act>] = &[
    begin(Act::Enter, &[Calendar], State::Barred, "ZJK-33").tell(&[Tell::Owner, Tell::Role(Legal), Tell::Role(Office)]),
    step(State::Barred, Act::Lift, &[Office], State::Lifted, "ZJK-33").tell(&[Tell::Owner, Tell::Role(Legal)]),
];

platform::case! {
    /// An entry of the bar list; `owner` is who is barred.
    pub struct Bar in bar {
        pub licence: Option<Id<Licence>>,
        pub kind: EndKind,
        /// The last day on which it holds.
        pub until_on: NaiveDate,
    }
}

impl Case for Bar {
    /// Seen by whom it bars and by those who oversee.
    fn sight(who: &Caller) -> Sight {
        Sight::overseen(who)
    }
}

impl Noun for Bar {
    type State = State;
    type Act = Act;
    const NAME: &'static str = "bar";
    const TABLE: &'static str = "bar";
    const PATH: &'static str = "bars";
    const STEPS: &'static [Step<State, Act>] = STEPS;
    /// The end of a licence enters it.
    const OPENING: Option<Opening<Self>> = None;
    const RESTS: &'static [State] = &[State::Barred];
    const DEEDS: &'static [Deed<Self>] = &[deed(Act::Lift, &REASON, lift)];

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

/// Enters a holder whose licence was ended on a ground that bars under the policy of that licence, for as long as it says; the end
/// of the licence calls it.
pub(crate) fn enter(tx: &mut Tx, of: &Licence, kind: EndKind, reason: &str) -> Result<()> {
    let profile = deadline::pinned(tx, of.id)?;
    if !profile.termination_ground(kind.as_str()).is_some_and(|ground| ground.bars) {
        return Ok(());
    }
    let holder = of.holder()?;
    let until = profile.bar.after(tx.today());
    let said = Answers::of(json!({ "reason": reason }));
    let new = New::of(org::name(tx, holder)?).owner(holder).content(&said);
    let record = Record::of(json!({ "licence": of.serial, "kind": kind, "until": until })).because(reason);
    Bar::begin(tx, &Caller::calendar(), Act::Enter, new, record, Some(of.id), kind, until).map(drop)
}

fn lift(tx: &mut Tx, who: &Caller, row: &Bar, a: Answers) -> Result<()> {
    if let Some(barred) = row.owner {
        interest::must_be_free(tx, who, barred)?;
    }
    flow::take(tx, who, row, Act::Lift, Record::none().because(a.text("reason"))).map(drop)
}

/// Refuses whoever is on the list today, and says until when. An entry whose day is over stands, and bars nobody.
pub fn must_not_be_barred(look: &mut Look, who: Id<Org>) -> Result<()> {
    let today = look.today();
    let until: Option<NaiveDate> = bar::table
        .filter(bar::owner.eq(who).and(bar::state.eq(State::Barred)).and(bar::until_on.ge(today)))
        .order(bar::until_on.desc())
        .select(bar::until_on)
        .first(look.db())
        .optional()?;
    match until {
        Some(until) => Err(Refusal::rule("barred", "ZJK-33").with("until", until)),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn table_is_sound() {
        assert_eq!(flow::faults(&flow::table::<Bar>(), &["lifted"]), Vec::<String>::new());
    }
}
