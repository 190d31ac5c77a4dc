//! 成本调查和最高准许收入核定 — what the operator's service costs, and what it may earn with it: surveyed by the operator,
//! applied for by the authorising body, decided by the price and data authority for at most three years (PRI65-2, PRI65-3).
//! It binds the operator's service fee only; what developers ask for their products is filed, never capped.

pub mod mar;
pub mod outcome;

pub use mar::{CostKind, Follows, Mar};
pub use outcome::{Year, years};

use crate::posting::{Account, book};
use crate::ratio::Rate;
use chrono::Datelike;
use diesel::prelude::*;
use platform::case::{self, Case, New, Sight};
use platform::event::Record;
use platform::flow::{self, Deed, Heading, Noun, Opening, Step, Tell, begin, deed, step};
use platform::people::Org;
use platform::schema::survey;
use platform::sheet::{self, Answers, REASON, REMARK, Sheet};
use platform::{Caller, Fault, Id, Look, Refusal, Result, Role, Tx, diesel, file, words};
use serde_json::json;

words! {
    pub enum State: "survey-state" {
        Drafted = "drafted", Submitted = "submitted", Applied = "applied", Returned = "returned", Approved = "approved", Closed = "closed",
        Withdrawn = "withdrawn",
    }
}
words! {
    pub enum Act: "survey-act" {
        Draft = "draft", Edit = "edit", Submit = "submit", Apply = "apply", Return = "return", Approve = "approve", Replace = "replace",
        Close = "close", Withdraw = "withdraw",
    }
}

use Role::{Bureau, Calendar, Finance, Office};

pub const STEPS: &[Step<State, Act>] = &[
    begin(Act::Draft, &[Finance], State::Drafted, "PRI65-3(1)"),
    step(State::Drafted, Act::Submit, &[Finance], State::Submitted, "PRI65-2").tell(&[Tell::Role(Office)]),
    step(State::Drafted, Act::Edit, &[Finance], State::Drafted, "PRI65-3(1)"),
    step(State::Returned, Act::Submit, &[Finance], State::Submitted, "PRI65-2").tell(&[Tell::Role(Office)]),
    step(State::Returned, Act::Edit, &[Finance], State::Returned, "PRI65-3(1)"),
    // The authorising body applies in writing; the price authority decides.
    step(State::Submitted, Act::Apply, &[Office], State::Applied, "PRI65-2").tell(&[Tell::Role(Bureau), Tell::Owner]).clock("price_approval"),
    step(State::Submitted, Act::Return, &[Office], State::Returned, "PRI65-2").tell(&[Tell::Owner]),
    step(State::Applied, Act::Approve, &[Bureau], State::Approved, "PRI65-2").tell(&[Tell::Owner, Tell::Role(Office)]),
    step(State::Applied, Act::Return, &[Bureau], State::Returned, "PRI65-2").tell(&[Tell::Owner, Tell::Role(Office)]),
    step(State::Approved, Act::Replace, &[Bureau], State::Closed, "PRI65-4").tell(&[Tell::Owner]),
    step(State::Approved, Act::Close, &[Calendar], State::Closed, "PRI65-4").tell(&[Tell::Owner, Tell::Role(Office)]),
    step(State::Drafted, Act::Withdraw, &[Finance], State::Withdrawn, "PRI65-2"),
    step(State::Returned, Act::Withdraw, &[Finance], State::Withdrawn, "PRI65-2"),
];

/// One item of cost, with what the public purse gave towards it.
pub const COST: Sheet = Sheet {
    name: "survey-cost",
    fields: &[
        sheet::choice::<CostKind>("kind"),
        sheet::line("item", 100),
        sheet::money("amount"),
        sheet::money("subsidy").optional(),
        sheet::line("note", 200).optional(),
    ],
};
/// One tax.
pub const TAX: Sheet = Sheet { name: "survey-tax", fields: &[sheet::line("name", 100), sheet::money("amount")] };
/// What a survey says.
pub const SURVEY: Sheet = Sheet {
    name: "survey",
    fields: &[
        sheet::number("surveyed", 2020, 2099),
        sheet::date("operating_since"),
        sheet::number("first_year", 2025, 2099).under("period"),
        sheet::number("years", 1, 10).under("period"),
        sheet::rows("costs", &COST).under("cost"),
        sheet::line("bond", 12).under("profit"),
        sheet::line("points", 12).under("profit"),
        sheet::rows("taxes", &TAX).optional().under("profit"),
        sheet::number("smooth", 1, 3).optional().under("carry"),
        sheet::text("method", 4000).under("basis"),
        sheet::text("public_good", 2000).optional().under("basis"),
        sheet::files("files").optional().under("basis"),
    ],
};

platform::case! {
    /// A survey and the allowed revenue that comes of it; `owner` is the operator. Amounts are fen; `mar` is of one year.
    pub struct Survey in survey {
        /// The evaluation period: calendar years.
        pub first_year: i32,
        pub years: i32,
        pub cost: i64,
        /// In millionths.
        pub rate: i64,
        pub profit: i64,
        pub tax: i64,
        pub carried_in: i64,
        pub deducted: i64,
        pub mar: i64,
    }
}

impl Survey {
    /// The last year of the evaluation period.
    pub fn last_year(&self) -> i32 {
        self.first_year + self.years - 1
    }
    /// Whether the evaluation period has that year.
    pub fn covers(&self, year: i32) -> bool {
        (self.first_year..=self.last_year()).contains(&year)
    }
    /// Its figures.
    pub fn figures(&self) -> Mar {
        Mar {
            cost: self.cost,
            rate: Rate(self.rate),
            profit: self.profit,
            tax: self.tax,
            carried_in: self.carried_in,
            deducted: self.deducted,
            mar: self.mar,
        }
    }
}

impl Case for Survey {
    /// Its operator and those who oversee; costs are not for developers.
    fn sight(who: &Caller) -> Sight {
        Sight::overseen(who)
    }
}

impl Noun for Survey {
    type State = State;
    type Act = Act;
    const NAME: &'static str = "survey";
    const TABLE: &'static str = "survey";
    const PATH: &'static str = "surveys";
    const STEPS: &'static [Step<State, Act>] = STEPS;
    const RESTS: &'static [State] = &[State::Approved];
    const OPENING: Option<Opening<Self>> = Some(Opening { act: Act::Draft, sheet: &SURVEY, draft: false, run: draft });
    const DEEDS: &'static [Deed<Self>] = &[
        deed(Act::Submit, &REMARK, submit),
        deed(Act::Edit, &SURVEY, edit),
        deed(Act::Apply, &REMARK, |tx, who, row, a| {
            flow::take(tx, who, row, Act::Apply, Record::of(row.figures()).because(a.text("reason"))).map(drop)
        }),
        deed(Act::Approve, &REMARK, approve).careful(),
        deed(Act::Return, &REASON, |tx, who, row, a| flow::take(tx, who, row, Act::Return, Record::none().because(a.text("reason"))).map(drop)),
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
    /// The draft, with amounts as a form takes them.
    fn filled(_: &mut Look, _: &Caller, row: &Self, act: Act) -> Result<Answers> {
        Ok(if act == Act::Edit { crate::spoken(row.answers(), &SURVEY) } else { Answers::default() })
    }
    /// Last year's costs and taxes from the ledger.
    fn filled_new(look: &mut Look, who: &Caller) -> Result<Answers> {
        let year = look.today().year() - 1;
        let sums = book::sums(look, who.org()?, book::Span::year(year))?;
        let net = |account: Account| sums.iter().find(|s| s.account == account).map_or(0, |s| s.debit - s.credit);
        let yuan = |fen: i64| platform::money::yuan(fen.max(0));
        let costs: Vec<_> = [
            (CostKind::Platform, Account::CostPlatform),
            (CostKind::Data, Account::CostData),
            (CostKind::People, Account::CostPeople),
            (CostKind::Acquisition, Account::CostAcquisition),
            (CostKind::Period, Account::CostPeriod),
        ]
        .into_iter()
        .filter(|(_, account)| net(*account) > 0)
        .map(|(kind, account)| json!({"kind": kind, "amount": yuan(net(account))}))
        .collect();
        let tax = net(Account::Tax);
        let taxes = if tax > 0 { json!([{"amount": yuan(tax)}]) } else { json!([]) };
        Ok(Answers::of(json!({"surveyed": year.to_string(), "first_year": (year + 1).to_string(), "years": "3", "costs": costs, "taxes": taxes})))
    }
}

/// Checks what the sheet alone cannot, and computes. Refused: not a whole year of operation yet (PRI65-2).
fn figures(look: &mut Look, owner: Id<Org>, a: &Answers) -> Result<(i32, Mar)> {
    let number = |name: &str| a.0.get(name).and_then(serde_json::Value::as_i64).unwrap_or(0);
    let first = i32::try_from(number("first_year")).unwrap_or(0);
    let this_year = look.today().year();
    let carried_in = carried_to(look, owner, first)?;
    let mar = mar::compute(a, carried_in)?;
    let mut faults = Vec::new();
    if first < this_year {
        faults.push(Fault::at("first_year", "in-the-past").with("earliest", this_year));
    }
    if number("surveyed") >= i64::from(this_year) {
        faults.push(Fault::at("surveyed", "year-not-over"));
    }
    if !faults.is_empty() {
        return Err(Refusal::Faulty(faults));
    }
    if !whole_year(a, look.today()) {
        return Err(Refusal::rule("no-whole-year", "PRI65-2"));
    }
    Ok((first, mar))
}

/// Whether a whole calendar year of operation lies behind the survey: the year surveyed.
fn whole_year(a: &Answers, today: chrono::NaiveDate) -> bool {
    let surveyed = a.0.get("surveyed").and_then(serde_json::Value::as_i64).unwrap_or(0);
    let since: Option<chrono::NaiveDate> = a.text("operating_since").parse().ok();
    since.is_some_and(|day| day <= today && (i64::from(day.year()) < surveyed || (i64::from(day.year()) == surveyed && day.ordinal() == 1)))
}

/// What the periods before that year took above their allowance and did not deduct yet: the excess of the last approved
/// period that ends before it, and what that period itself carried on.
pub fn carried_to(look: &mut Look, owner: Id<Org>, first_year: i32) -> Result<i64> {
    let last: Option<Survey> = survey::table
        .filter(survey::owner.eq(owner).and(survey::state.eq_any([State::Approved, State::Closed])).and(survey::first_year.lt(first_year)))
        .order((survey::first_year.desc(), survey::created_at.desc(), survey::id.desc()))
        .select(Survey::as_select())
        .first(look.db())
        .optional()?;
    let Some(last) = last else { return Ok(0) };
    // A period that is replaced before its end counts the years that it had.
    let until = last.last_year().min(first_year - 1);
    let revenue = book::fee_revenue(look, owner, book::Span::years(last.first_year, until))?;
    Ok(mar::excess(revenue, last.mar, i64::from(until - last.first_year + 1)) + last.figures().carried_on())
}

fn draft(tx: &mut Tx, who: &Caller, mut a: Answers) -> Result<Id<Survey>> {
    let owner = who.org()?;
    let (first, mar) = figures(tx, owner, &a)?;
    let years = years_of(&a);
    let id: Id<Survey> = tx.id();
    let files = file::attach(tx, who, &a.list("files"), Survey::NAME, &id.to_string(), false)?;
    a.set("files", files);
    let title = format!("{}–{}", first, first + years - 1);
    let new = New::of(title).id(id).series("survey").owner(owner).content(&a);
    let record = Record::of(json!({"answers": a, "figures": mar}));
    let row = Survey::begin(
        tx,
        who,
        Act::Draft,
        new,
        record,
        first,
        years,
        mar.cost,
        mar.rate.0,
        mar.profit,
        mar.tax,
        mar.carried_in,
        mar.deducted,
        mar.mar,
    )?;
    Ok(row.id)
}

fn years_of(a: &Answers) -> i32 {
    a.0.get("years").and_then(serde_json::Value::as_i64).and_then(|n| i32::try_from(n).ok()).unwrap_or(1)
}

fn edit(tx: &mut Tx, who: &Caller, row: &Survey, mut a: Answers) -> Result<()> {
    let (first, mar) = figures(tx, who.org()?, &a)?;
    let files = file::attach(tx, who, &a.list("files"), Survey::NAME, &row.id.to_string(), false)?;
    a.set("files", files);
    store(tx, row, first, years_of(&a), &mar)?;
    row.keep(tx, &a)?;
    flow::take(tx, who, row, Act::Edit, Record::of(json!({"answers": a, "figures": mar}))).map(drop)
}

fn store(tx: &mut Tx, row: &Survey, first: i32, years: i32, mar: &Mar) -> Result<()> {
    diesel::update(survey::table.find(row.id))
        .set((
            survey::title.eq(format!("{}–{}", first, first + years - 1)),
            survey::first_year.eq(first),
            survey::years.eq(years),
            survey::cost.eq(mar.cost),
            survey::rate.eq(mar.rate.0),
            survey::profit.eq(mar.profit),
            survey::tax.eq(mar.tax),
            survey::carried_in.eq(mar.carried_in),
            survey::deducted.eq(mar.deducted),
            survey::mar.eq(mar.mar),
        ))
        .execute(tx.db())?;
    Ok(())
}

/// Submits with the figures as the record gives them today.
fn submit(tx: &mut Tx, who: &Caller, row: &Survey, a: Answers) -> Result<()> {
    let kept = row.answers();
    let (first, mar) = figures(tx, who.org()?, &kept)?;
    store(tx, row, first, row.years, &mar)?;
    flow::take(tx, who, row, Act::Submit, Record::of(mar).because(a.text("reason"))).map(drop)
}

/// Approves; an approved period that the new one overlaps is closed.
fn approve(tx: &mut Tx, who: &Caller, row: &Survey, a: Answers) -> Result<()> {
    let owner = row.owner.ok_or_else(|| Refusal::broken("a survey without an owner"))?;
    for before in case::all_of::<Survey>(tx, "owner", owner, &[State::Approved])? {
        if before.last_year() >= row.first_year {
            flow::take(tx, who, &before, Act::Replace, Record::of(json!({"by": row.id})))?;
        }
    }
    flow::take(tx, who, row, Act::Approve, Record::of(row.figures()).because(a.text("reason"))).map(drop)
}

/// The approved allowance of an operator for a year.
pub fn of_year(look: &mut Look, owner: Id<Org>, year: i32) -> Result<Option<Survey>> {
    Ok(case::all_of::<Survey>(look, "owner", owner, &[State::Approved])?.into_iter().find(|s| s.covers(year)))
}

/// The allowance that applied in a year, were its period closed meanwhile or not.
pub fn that_applied(look: &mut Look, owner: Id<Org>, year: i32) -> Result<Option<Survey>> {
    let all = case::all_of::<Survey>(look, "owner", owner, &[State::Approved, State::Closed])?;
    Ok(all.iter().find(|s| s.state == State::Approved && s.covers(year)).or_else(|| all.iter().find(|s| s.covers(year))).cloned())
}

/// Closes every period whose last year is over; the daily job calls it.
pub fn close_due(tx: &mut Tx) -> Result<usize> {
    let year = tx.today().year();
    let over: Vec<Survey> = survey::table
        .filter(survey::state.eq(State::Approved).and((survey::first_year + survey::years).le(year)))
        .limit(100)
        .select(Survey::as_select())
        .load(tx.db())?;
    for row in &over {
        flow::take(tx, &Caller::calendar(), row, Act::Close, Record::none())?;
    }
    Ok(over.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn table_is_sound() {
        assert_eq!(flow::faults(&flow::table::<Survey>(), &["closed", "withdrawn"]), Vec::<String>::new());
    }

    #[test]
    fn operator_authorising_body_and_price_authority_are_three() {
        assert_eq!((flow::doers::<Survey>(Act::Submit), flow::doers::<Survey>(Act::Apply)), (vec![Finance], vec![Office]));
        assert_eq!(flow::doers::<Survey>(Act::Approve), [Bureau]);
    }

    #[test]
    fn a_whole_calendar_year_lies_behind() {
        let said = |since: &str| Answers::of(json!({"surveyed": 2025, "operating_since": since}));
        let today = "2026-05-11".parse().unwrap();
        for (since, whole) in [("2025-01-01", true), ("2024-07-01", true), ("2025-01-02", false), ("2026-01-01", false)] {
            assert_eq!(whole_year(&said(since), today), whole, "{since}");
        }
    }
}
