//! 公共数据运营服务费 — the price book of the operator: every product or service it supplies to developers, its cap, set by
//! the authorising body within the allowed revenue, and the actual fee, set by the operator at or below the cap (PRI65-2,
//! PRI65-3(2)). What serves the public good is free (PRI65-1). Before a whole year of operation: a trial fee.

use crate::survey::{self, Survey};
use chrono::{Datelike, NaiveDate};
use diesel::prelude::*;
use platform::case::{self, Case, New, Sight};
use platform::event::Record;
use platform::flow::{self, Deed, Heading, Noun, Opening, Step, Tell, begin, deed, step};
use platform::people::Org;
use platform::schema::fee;
use platform::sheet::{self, Answers, REASON, Sheet};
use platform::{Caller, Id, Look, Refusal, Result, Role, Tx, Word, diesel, money, words};
use primary::Purpose;
use serde_json::{Value, json};

words! {
    pub enum State: "fee-state" {
        Proposed = "proposed", Returned = "returned", Trial = "trial", Capped = "capped", InForce = "in_force", Ended = "ended",
        Withdrawn = "withdrawn",
    }
}
words! {
    pub enum Act: "fee-act" {
        Propose = "propose", Repropose = "repropose", Return = "return", Guide = "guide", Cap = "cap", Set = "set", Recap = "recap", End = "end",
        Withdraw = "withdraw",
    }
}
words! {
    /// What is counted (PRI65-3(2)): products, calls, time, volume of data.
    pub enum Billing: "fee-billing" { Number = "number", Calls = "calls", Time = "time", Volume = "volume" }
}
words! {
    /// Why a cap is adjusted.
    pub enum Ground: "fee-ground" { Deviation = "deviation", TooHigh = "too_high", NewPeriod = "new_period", Cost = "cost" }
}

use Role::{Bureau, Finance, Office};

const TO_OPERATOR: &[Tell] = &[Tell::Owner, Tell::Role(Bureau)];

pub const STEPS: &[Step<State, Act>] = &[
    begin(Act::Propose, &[Finance], State::Proposed, "PRI65-1").tell(&[Tell::Role(Office)]),
    // The authorising body sets the cap and reports it to the price and data authorities.
    step(State::Proposed, Act::Cap, &[Office], State::Capped, "PRI65-2").tell(TO_OPERATOR),
    step(State::Proposed, Act::Guide, &[Office], State::Trial, "PRI65-2").tell(TO_OPERATOR),
    step(State::Proposed, Act::Return, &[Office], State::Returned, "PRI65-2").tell(&[Tell::Owner]),
    step(State::Returned, Act::Repropose, &[Finance], State::Proposed, "PRI65-1").tell(&[Tell::Role(Office)]),
    step(State::Returned, Act::Withdraw, &[Finance], State::Withdrawn, "PRI65-1"),
    step(State::Proposed, Act::Withdraw, &[Finance], State::Withdrawn, "PRI65-1"),
    step(State::Capped, Act::Set, &[Finance], State::InForce, "PRI65-2").tell(&[Tell::Role(Office)]),
    step(State::InForce, Act::Set, &[Finance], State::InForce, "PRI65-4").tell(&[Tell::Role(Office)]),
    step(State::Trial, Act::Cap, &[Office], State::Capped, "PRI65-2").tell(TO_OPERATOR),
    step(State::Capped, Act::Recap, &[Office], State::Capped, "PRI65-4").tell(TO_OPERATOR),
    step(State::InForce, Act::Recap, &[Office], State::InForce, "PRI65-4").tell(TO_OPERATOR),
    step(State::Trial, Act::End, &[Finance, Office], State::Ended, "PRI65-5").tell(TO_OPERATOR),
    step(State::Capped, Act::End, &[Finance, Office], State::Ended, "PRI65-5").tell(TO_OPERATOR),
    step(State::InForce, Act::End, &[Finance, Office], State::Ended, "PRI65-5").tell(TO_OPERATOR),
];

/// What the operator proposes.
pub const FEE: Sheet = Sheet {
    name: "fee",
    fields: &[
        sheet::line("item", 100),
        sheet::line("use_case", 200),
        sheet::choice::<Purpose>("purpose"),
        sheet::choice::<Billing>("billing").under("price"),
        sheet::line("unit", 20).under("price"),
        sheet::money("amount").under("price"),
        sheet::tick("trial").under("price"),
        sheet::text("resources", 2000).under("basis"),
        sheet::text("labour", 2000).under("basis"),
        sheet::number("volume", 0, 1_000_000_000).under("basis"),
        sheet::text("basis", 4000).under("basis"),
    ],
};
const CAP: Sheet = Sheet { name: "fee-cap", fields: &[sheet::money("cap"), sheet::text("reason", 2000)] };
const GUIDE: Sheet = Sheet { name: "fee-guide", fields: &[sheet::money("amount"), sheet::text("reason", 2000)] };
const SET: Sheet = Sheet { name: "fee-set", fields: &[sheet::money("amount"), sheet::text("reason", 2000).optional()] };
const RECAP: Sheet = Sheet { name: "fee-recap", fields: &[sheet::money("cap"), sheet::choice::<Ground>("ground"), sheet::text("reason", 2000)] };

platform::case! {
    /// A line of the price book; `owner` is the operator. Amounts are fen for one unit.
    pub struct Fee in fee {
        /// The allowance within which its cap was set.
        pub survey: Option<Id<Survey>>,
        pub purpose: Purpose,
        pub billing: Billing,
        pub trial: bool,
        pub cap: Option<i64>,
        pub actual: Option<i64>,
        /// Since when the actual fee is asked.
        pub effective_on: Option<NaiveDate>,
    }
}

impl Fee {
    /// What one of it is called: `次`, `千次`, `月`, `GB`.
    pub fn unit(&self) -> String {
        self.answers().text("unit").to_string()
    }
    /// Sales expected in a year, in units.
    pub fn volume(&self) -> i64 {
        self.answers().0.get("volume").and_then(Value::as_i64).unwrap_or(0)
    }
}

impl Case for Fee {
    /// What is asked of anybody stands in the public price book; proposals are the operator's and the overseers'.
    fn sight(who: &Caller) -> Sight {
        Sight::overseen(who)
    }
}

impl Noun for Fee {
    type State = State;
    type Act = Act;
    const NAME: &'static str = "fee";
    const TABLE: &'static str = "fee";
    const PATH: &'static str = "fees";
    const STEPS: &'static [Step<State, Act>] = STEPS;
    const RESTS: &'static [State] = &[State::Trial, State::InForce];
    const OPENING: Option<Opening<Self>> = Some(Opening { act: Act::Propose, sheet: &FEE, draft: false, run: propose });
    const DEEDS: &'static [Deed<Self>] = &[
        deed(Act::Cap, &CAP, set_cap),
        deed(Act::Guide, &GUIDE, guide).when(|_, _, row| if row.trial { Ok(()) } else { Err(Refusal::rule("not-a-trial", "PRI65-2")) }),
        deed(Act::Return, &REASON, |tx, who, row, a| flow::take(tx, who, row, Act::Return, Record::none().because(a.text("reason"))).map(drop)),
        deed(Act::Repropose, &FEE, repropose),
        deed(Act::Set, &SET, set_fee),
        deed(Act::Recap, &RECAP, recap),
        deed(Act::End, &REASON, |tx, who, row, a| flow::take(tx, who, row, Act::End, Record::none().because(a.text("reason"))).map(drop)),
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
        case::find(look, &Self::sight(who), id)
    }
    fn filled(_: &mut Look, _: &Caller, row: &Self, act: Act) -> Result<Answers> {
        let yuan = |fen: Option<i64>| fen.map(money::yuan).unwrap_or_default();
        Ok(match act {
            Act::Repropose => crate::spoken(row.answers(), &FEE),
            Act::Recap => Answers::of(json!({"cap": yuan(row.cap)})),
            Act::Set => Answers::of(json!({"amount": yuan(row.actual.or(row.cap))})),
            Act::Cap => Answers::of(json!({"cap": yuan(fen(&row.answers(), "amount"))})),
            Act::Guide => Answers::of(json!({"amount": yuan(fen(&row.answers(), "amount"))})),
            _ => Answers::default(),
        })
    }
}

fn fen(a: &Answers, name: &str) -> Option<i64> {
    a.0.get(name).and_then(Value::as_i64)
}

/// What serves the public good is free (PRI65-1).
fn must_be_free(look: &Look, purpose: Purpose, amount: i64) -> Result<()> {
    let free = look.profile().purpose(purpose.as_str()).is_some_and(|p| p.free);
    if free && amount > 0 { Err(Refusal::rule("public-good-free", "PRI65-1")) } else { Ok(()) }
}

/// Trial fees are for the time before the first allowance (PRI65-2).
fn must_be_early(look: &mut Look, owner: Id<Org>) -> Result<()> {
    let year = look.today().year();
    if survey::of_year(look, owner, year)?.is_some() { Err(Refusal::rule("trial-over", "PRI65-2")) } else { Ok(()) }
}

/// Checks a proposal: free where it must be, a trial only while no allowance stands.
fn proposed(tx: &mut Tx, owner: Id<Org>, a: &Answers) -> Result<(Purpose, Billing, bool)> {
    let purpose = Purpose::of(a.text("purpose")).ok_or_else(|| Refusal::fault("purpose", "not-a-choice"))?;
    let billing = Billing::of(a.text("billing")).ok_or_else(|| Refusal::fault("billing", "not-a-choice"))?;
    must_be_free(tx, purpose, fen(a, "amount").unwrap_or(0))?;
    let trial = a.ticked("trial");
    if trial {
        must_be_early(tx, owner)?;
    }
    Ok((purpose, billing, trial))
}

fn propose(tx: &mut Tx, who: &Caller, a: Answers) -> Result<Id<Fee>> {
    let owner = who.org()?;
    let (purpose, billing, trial) = proposed(tx, owner, &a)?;
    let new = New::of(a.text("item")).owner(owner).content(&a);
    Ok(Fee::begin(tx, who, Act::Propose, new, Record::of(&a), None, purpose, billing, trial, None, None, None)?.id)
}

fn repropose(tx: &mut Tx, who: &Caller, row: &Fee, a: Answers) -> Result<()> {
    let (purpose, billing, trial) = proposed(tx, who.org()?, &a)?;
    diesel::update(fee::table.find(row.id))
        .set((fee::title.eq(a.text("item")), fee::purpose.eq(purpose), fee::billing.eq(billing), fee::trial.eq(trial)))
        .execute(tx.db())?;
    row.keep(tx, &a)?;
    flow::take(tx, who, row, Act::Repropose, Record::of(&a)).map(drop)
}

/// The operator's trial fee, as the authorising body guides it; asked from today.
fn guide(tx: &mut Tx, who: &Caller, row: &Fee, a: Answers) -> Result<()> {
    let amount = fen(&a, "amount").unwrap_or(0);
    must_be_free(tx, row.purpose, amount)?;
    must_be_early(tx, owner_of(row)?)?;
    diesel::update(fee::table.find(row.id)).set((fee::actual.eq(Some(amount)), fee::effective_on.eq(Some(tx.today())))).execute(tx.db())?;
    flow::take(tx, who, row, Act::Guide, Record::of(json!({"actual": amount})).because(a.text("reason"))).map(drop)
}

fn owner_of(row: &Fee) -> Result<Id<Org>> {
    row.owner.ok_or_else(|| Refusal::broken("a fee without an owner"))
}

/// The allowance of this year; without one no cap is set (PRI65-2).
fn allowance(look: &mut Look, row: &Fee) -> Result<Survey> {
    let year = look.today().year();
    survey::of_year(look, owner_of(row)?, year)?.ok_or_else(|| Refusal::rule("no-allowance", "PRI65-2"))
}

/// Caps stay within the allowed revenue: each cap by the sales expected, together with all others of the allowance.
fn must_fit(look: &mut Look, row: &Fee, cap: i64, within: &Survey) -> Result<()> {
    let others: i128 = under(look, within)?.iter().filter(|f| f.id != row.id).map(expected).sum();
    let all = others + i128::from(cap) * i128::from(row.volume());
    if all > i128::from(within.mar) {
        return Err(Refusal::rule("caps-over-allowance", "PRI65-2").with("mar", money::yuan(within.mar)));
    }
    Ok(())
}

/// A cap by the sales expected in a year, in fen.
pub fn expected(row: &Fee) -> i128 {
    i128::from(row.cap.unwrap_or(0)) * i128::from(row.volume())
}

/// The fees whose caps were set within an allowance and stand.
pub fn under(look: &mut Look, of: &Survey) -> Result<Vec<Fee>> {
    case::all_of::<Fee>(look, "survey", of.id, &[State::Capped, State::InForce])
}

/// Sets the cap; a trial fee ends with it, and the operator sets the actual fee anew.
fn set_cap(tx: &mut Tx, who: &Caller, row: &Fee, a: Answers) -> Result<()> {
    let cap = fen(&a, "cap").unwrap_or(0);
    must_be_free(tx, row.purpose, cap)?;
    let within = allowance(tx, row)?;
    must_fit(tx, row, cap, &within)?;
    diesel::update(fee::table.find(row.id))
        .set((
            fee::cap.eq(Some(cap)),
            fee::survey.eq(Some(within.id)),
            fee::trial.eq(false),
            fee::actual.eq(None::<i64>),
            fee::effective_on.eq(None::<NaiveDate>),
        ))
        .execute(tx.db())?;
    flow::take(tx, who, row, Act::Cap, Record::of(json!({"cap": cap, "survey": within.id})).because(a.text("reason"))).map(drop)
}

/// Sets the actual fee, asked from today; never above the cap (PRI65-2).
fn set_fee(tx: &mut Tx, who: &Caller, row: &Fee, a: Answers) -> Result<()> {
    let amount = fen(&a, "amount").unwrap_or(0);
    must_be_free(tx, row.purpose, amount)?;
    let cap = row.cap.ok_or_else(|| Refusal::broken("a fee without a cap"))?;
    if amount > cap {
        return Err(Refusal::rule("fee-above-cap", "PRI65-2").with("cap", money::yuan(cap)));
    }
    diesel::update(fee::table.find(row.id)).set((fee::actual.eq(Some(amount)), fee::effective_on.eq(Some(tx.today())))).execute(tx.db())?;
    let record = Record::of(json!({"from": row.actual, "actual": amount, "cap": cap})).because(a.text("reason"));
    flow::take(tx, who, row, Act::Set, record).map(drop)
}

/// Adjusts the cap; an actual fee above the new cap comes down to it in the same act.
fn recap(tx: &mut Tx, who: &Caller, row: &Fee, a: Answers) -> Result<()> {
    let cap = fen(&a, "cap").unwrap_or(0);
    must_be_free(tx, row.purpose, cap)?;
    let within = allowance(tx, row)?;
    must_fit(tx, row, cap, &within)?;
    let actual = row.actual.map(|now| now.min(cap));
    let since = if actual == row.actual { row.effective_on } else { Some(tx.today()) };
    diesel::update(fee::table.find(row.id))
        .set((fee::cap.eq(Some(cap)), fee::survey.eq(Some(within.id)), fee::actual.eq(actual), fee::effective_on.eq(since)))
        .execute(tx.db())?;
    let record = json!({"from": row.cap, "cap": cap, "actual": actual, "ground": a.text("ground")});
    flow::take(tx, who, row, Act::Recap, Record::of(record).because(a.text("reason"))).map(drop)
}

/// Fees of an operator that may be asked now, as offers of a form.
pub fn choices(look: &mut Look, owner: Id<Org>) -> Result<Vec<flow::Choice>> {
    let rows = case::all_of::<Fee>(look, "owner", owner, &[State::Trial, State::InForce])?;
    Ok(rows.into_iter().map(|f| flow::Choice::new(f.id, format!("{} · ¥{}/{}", f.title, money::yuan(f.actual.unwrap_or(0)), f.unit()))).collect())
}

/// The public price book: every fee that is asked or has a cap, by name.
pub fn book(look: &mut Look, words: &str, purpose: Option<Purpose>, page: platform::paging::Page) -> Result<platform::paging::Paged<Fee>> {
    let filter = || {
        let mut q = fee::table.into_boxed::<platform::MultiBackend>().filter(fee::state.eq_any([State::Trial, State::Capped, State::InForce]));
        if let Some(purpose) = purpose {
            q = q.filter(fee::purpose.eq(purpose));
        }
        if !words.trim().is_empty() {
            q = q.filter(fee::title.like(platform::paging::like(words)).escape('\\'));
        }
        q
    };
    let total: i64 = filter().count().get_result(look.db())?;
    let rows =
        filter().order((fee::title.asc(), fee::id.asc())).limit(page.limit()).offset(page.offset()).select(Fee::as_select()).load(look.db())?;
    Ok(page.of(rows, total))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn table_is_sound() {
        assert_eq!(flow::faults(&flow::table::<Fee>(), &["ended", "withdrawn"]), Vec::<String>::new());
    }

    #[test]
    fn who_sets_the_cap_never_sets_the_fee() {
        assert_eq!((flow::doers::<Fee>(Act::Cap), flow::doers::<Fee>(Act::Recap)), (vec![Office], vec![Office]));
        assert_eq!(flow::doers::<Fee>(Act::Set), [Finance]);
    }
}
