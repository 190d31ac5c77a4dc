//! 收益分配 — who contributed gets what share of a licence's income: agreed with a version of its agreement, always the whole
//! and nothing but the whole (ZJK-26). What a share would mean is shown with the figures of the books before anybody agrees.

use crate::posting::book::{self, Draft, Line, Span};
use crate::posting::{self, Account, Posting};
use crate::ratio::{Rate, divide};
use chrono::{Datelike, NaiveDate};
use platform::case::{self, Case, New, Sight};
use platform::event::{self, Record};
use platform::flow::{self, Choice, Deed, Heading, Noun, Opening, Step, Tell, begin, deed, step};
use platform::money::yuan;
use platform::paging::Page;
use platform::sheet::{self, Answers, REASON, REMARK, Sheet};
use platform::{Caller, Fault, Id, Look, Refusal, Result, Role, Tx, Word, words};
use primary::licence::{self, Licence};
use primary::{agreement, licence::State as LicenceState};
use serde::Serialize;
use serde_json::{Value, json};

words! {
    pub enum State: "split-state" { Drafted = "drafted", Agreed = "agreed", Superseded = "superseded", Withdrawn = "withdrawn" }
}
words! {
    pub enum Act: "split-act" {
        Draft = "draft", Edit = "edit", Agree = "agree", Distribute = "distribute", Supersede = "supersede", Withdraw = "withdraw",
    }
}
words! {
    /// Who contributed.
    pub enum Contributor: "contributor" { Developer = "developer", Primary = "primary", Source = "source", Fiscal = "fiscal", Other = "other" }
}

use Role::{DeveloperAdmin, Legal};

pub const STEPS: &[Step<State, Act>] = &[
    begin(Act::Draft, &[Legal], State::Drafted, "ZJK-26").tell(&[Tell::Owner]),
    step(State::Drafted, Act::Agree, &[DeveloperAdmin], State::Agreed, "ZJK-26").tell(&[Tell::Role(Legal)]),
    step(State::Drafted, Act::Edit, &[Legal], State::Drafted, "ZJK-26").tell(&[Tell::Owner]),
    step(State::Drafted, Act::Withdraw, &[Legal], State::Withdrawn, "ZJK-26").tell(&[Tell::Owner]),
    step(State::Agreed, Act::Distribute, &[DeveloperAdmin], State::Agreed, "ZJK-26").tell(&[Tell::Role(Legal)]),
    step(State::Agreed, Act::Supersede, &[DeveloperAdmin], State::Superseded, "ZJK-26").tell(&[Tell::Role(Legal)]),
];

/// One contributor's share.
pub const SHARE: Sheet = Sheet {
    name: "split-share",
    fields: &[sheet::choice::<Contributor>("contributor"), sheet::line("name", 100), sheet::line("percent", 12), sheet::line("for", 200)],
};
pub const SPLIT: Sheet =
    Sheet { name: "split", fields: &[sheet::pick("licence", "licence"), sheet::rows("shares", &SHARE), sheet::text("basis", 4000)] };
const EDIT: Sheet = Sheet { name: "split", fields: &[sheet::rows("shares", &SHARE), sheet::text("basis", 4000)] };
const DISTRIBUTE: Sheet = Sheet { name: "split-distribute", fields: &[sheet::money("amount"), sheet::date("on_day"), sheet::line("memo", 200)] };

platform::case! {
    /// Shares in the income of a licence; `owner` is its holder.
    pub struct Split in split {
        pub licence: Id<Licence>,
        /// The version of the licence's agreement that they belong to.
        pub agreement: i32,
    }
}

/// A share, and what it comes to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Share {
    pub contributor: Contributor,
    pub name: String,
    pub rate: Rate,
    /// What it is for.
    pub because: String,
}

impl Split {
    /// Its shares in order.
    pub fn shares(&self) -> Vec<Share> {
        shares(&self.answers())
    }
    /// What an amount in fen comes to for each; the parts are the whole.
    pub fn of(&self, amount: i64) -> Vec<(Share, i64)> {
        let shares = self.shares();
        let parts = divide(amount, &shares.iter().map(|s| s.rate).collect::<Vec<_>>());
        shares.into_iter().zip(parts).collect()
    }
}

fn shares(a: &Answers) -> Vec<Share> {
    let share = |row: &Value| {
        Some(Share {
            contributor: row["contributor"].as_str().and_then(Contributor::of)?,
            name: row["name"].as_str()?.to_string(),
            rate: row["percent"].as_str().and_then(Rate::parse)?,
            because: row["for"].as_str().unwrap_or_default().to_string(),
        })
    };
    a.0.get("shares").and_then(Value::as_array).into_iter().flatten().filter_map(share).collect()
}

/// Shares are percentages and make 100 % together.
fn must_be_whole(a: &Answers) -> Result<()> {
    let rows: Vec<&Value> = a.0.get("shares").and_then(Value::as_array).into_iter().flatten().collect();
    let mut faults = Vec::new();
    let mut sum = 0i64;
    for (i, row) in rows.iter().enumerate() {
        match row["percent"].as_str().and_then(Rate::parse) {
            Some(rate) => sum += rate.0,
            None => faults.push(Fault::at(format!("shares[{i}].percent"), "not-a-percentage")),
        }
    }
    if faults.is_empty() && Rate(sum) != Rate::WHOLE {
        faults.push(Fault::at("shares", "shares-sum").with("sum", Rate(sum).percent()));
    }
    if faults.is_empty() { Ok(()) } else { Err(Refusal::Faulty(faults)) }
}

impl Case for Split {
    /// The parties to the agreement, and those who oversee.
    fn sight(who: &Caller) -> Sight {
        Sight::overseen(who)
    }
}

impl Noun for Split {
    type State = State;
    type Act = Act;
    const NAME: &'static str = "split";
    const TABLE: &'static str = "split";
    const PATH: &'static str = "splits";
    const STEPS: &'static [Step<State, Act>] = STEPS;
    const RESTS: &'static [State] = &[State::Agreed];
    const OPENING: Option<Opening<Self>> = Some(Opening { act: Act::Draft, sheet: &SPLIT, draft: false, run: draft });
    const DEEDS: &'static [Deed<Self>] = &[
        deed(Act::Agree, &REMARK, agree).careful(),
        deed(Act::Edit, &EDIT, edit),
        deed(Act::Distribute, &DISTRIBUTE, distribute),
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
    fn choices(look: &mut Look, who: &Caller, _: Option<&Self>, list: &str) -> Result<Vec<Choice>> {
        if list != "licence" {
            return Ok(Vec::new());
        }
        let rows = licence::list(look, who, &licence::Ask::default(), Page::first(200))?.rows;
        let rows = rows.into_iter().filter(lives);
        Ok(rows.map(|l| Choice::new(l.id, format!("{} {}", l.title, l.serial.unwrap_or_default()))).collect())
    }
    fn filled(look: &mut Look, _: &Caller, row: &Self, act: Act) -> Result<Answers> {
        Ok(match act {
            Act::Edit => row.answers(),
            Act::Distribute => Answers::of(json!({"on_day": look.today(), "amount": yuan(shareable(look, row)?.rest())})),
            _ => Answers::default(),
        })
    }
}

fn lives(licence: &Licence) -> bool {
    !matches!(licence.state, LicenceState::Ended | LicenceState::Dropped)
}

/// Drafts shares for the newest version of a licence's agreement, before it is signed or after.
fn draft(tx: &mut Tx, who: &Caller, mut a: Answers) -> Result<Id<Split>> {
    let Ok(id) = a.text("licence").parse::<Id<Licence>>() else { return Err(Refusal::fault("licence", "not-a-choice")) };
    let of = Licence::find(tx, who, id)?;
    if !lives(&of) {
        return Err(Refusal::fault("licence", "not-a-choice"));
    }
    must_be_whole(&a)?;
    let version = agreement::latest(tx, of.id)?.number;
    a.0.remove("licence");
    let new = New::of(of.title.clone()).owner(of.owner).content(&a);
    Ok(Split::begin(tx, who, Act::Draft, new, Record::of(&a), of.id, version)?.id)
}

fn edit(tx: &mut Tx, who: &Caller, row: &Split, a: Answers) -> Result<()> {
    must_be_whole(&a)?;
    row.keep(tx, &a)?;
    flow::take(tx, who, row, Act::Edit, Record::of(&a)).map(drop)
}

/// The holder agrees; the shares agreed before give way.
fn agree(tx: &mut Tx, who: &Caller, row: &Split, a: Answers) -> Result<()> {
    if row.owner != who.org {
        return Err(Refusal::NotFound);
    }
    for before in case::all_of::<Split>(tx, "licence", row.licence, &[State::Agreed])? {
        flow::take(tx, who, &before, Act::Supersede, Record::of(json!({"by": row.id})))?;
    }
    flow::take(tx, who, row, Act::Agree, Record::of(row.answers()).because(a.text("reason"))).map(drop)
}

/// Divides an amount by the shares and posts it in the holder's books: what is shared out, and what is owed to each.
fn distribute(tx: &mut Tx, who: &Caller, row: &Split, a: Answers) -> Result<()> {
    if row.owner != who.org {
        return Err(Refusal::NotFound);
    }
    let on_day: NaiveDate = a.text("on_day").parse().map_err(|_| Refusal::fault("on_day", "not-a-date"))?;
    let amount = a.0.get("amount").and_then(Value::as_i64).unwrap_or(0);
    if amount <= 0 {
        return Err(Refusal::fault("amount", "nought"));
    }
    let left = shareable(tx, row)?;
    if amount > left.rest() {
        let fault =
            Fault::at("amount", "over-income").with("income", yuan(left.income)).with("shared", yuan(left.shared)).with("left", yuan(left.rest()));
        return Err(Refusal::Faulty(vec![fault]));
    }
    let parts = row.of(amount);
    // What the holder keeps stays in its books as it is.
    let owed: Vec<Line> = parts
        .iter()
        .filter(|(share, part)| share.contributor != Contributor::Developer && *part > 0)
        .map(|(share, part)| Line::credit(Account::Payable, *part, share.name.clone()))
        .collect();
    let sum: i64 = owed.iter().map(|l| l.credit).sum();
    let said = json!({"amount": amount, "parts": parts.iter().map(|(s, fen)| json!({"name": s.name, "fen": fen})).collect::<Vec<_>>()});
    if sum > 0 {
        let mut lines = vec![Line::debit(Account::Shared, sum, a.text("memo"))];
        lines.extend(owed);
        let draft = Draft {
            id: tx.id(),
            kind: posting::Kind::Share,
            on_day,
            memo: a.text("memo").into(),
            product: None,
            licence: Some(row.licence),
            fee: None,
            quantity: None,
            reverses: None,
            lines,
        };
        book::enter(tx, who, posting::Act::Share, draft, &Answers::default()).map(|p: Posting| p.id)?;
    }
    flow::take(tx, who, row, Act::Distribute, Record::of(said)).map(drop)
}

/// What a licence has brought in, and what of it was shared out. Fen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Shareable {
    pub income: i64,
    pub shared: i64,
}

impl Shareable {
    /// What can still be shared out.
    pub fn rest(&self) -> i64 {
        (self.income - self.shared).max(0)
    }
}

/// What can be shared out of a licence's income, whichever shares were agreed when; the record of the acts says what was (ZJK-26).
pub fn shareable(look: &mut Look, of: &Split) -> Result<Shareable> {
    let owner = of.owner.ok_or_else(|| Refusal::broken("shares without a holder"))?;
    let income = book::licence_revenue(look, owner, of.licence, Span::years(1, 9999))?;
    let all: Vec<String> = case::all_of::<Split>(look, "licence", of.licence, &[])?.iter().map(|s| s.id.to_string()).collect();
    let shared = event::details(look, Split::NAME, &all, Act::Distribute.as_str())?.iter().filter_map(|said| said["amount"].as_i64()).sum();
    Ok(Shareable { income, shared })
}

/// What the shares would mean with the income of last year, and of this year so far.
#[derive(Clone, Debug, Serialize)]
pub struct Simulated {
    pub year: i32,
    /// Fen.
    pub income: i64,
    pub parts: Vec<(Share, i64)>,
}

/// Simulates the shares with the books of last year and of this year so far.
pub fn simulate(look: &mut Look, of: &Split) -> Result<Vec<Simulated>> {
    let owner = of.owner.ok_or_else(|| Refusal::broken("shares without a holder"))?;
    let this = look.today().year();
    [this - 1, this]
        .into_iter()
        .map(|year| {
            let income = book::licence_revenue(look, owner, of.licence, Span::year(year))?.max(0);
            Ok(Simulated { year, income, parts: of.of(income) })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn table_is_sound() {
        assert_eq!(flow::faults(&flow::table::<Split>(), &["superseded", "withdrawn"]), Vec::<String>::new());
    }

    #[test]
    fn shares_are_the_whole() {
        let said = |percents: &[&str]| {
            let rows: Vec<Value> = percents.iter().map(|p| json!({"contributor": "other", "name": "甲", "percent": p, "for": "数据"})).collect();
            must_be_whole(&Answers::of(json!({ "shares": rows })))
        };
        assert_eq!(said(&["70", "20", "10"]), Ok(()));
        assert_eq!(said(&["33.3333", "33.3333", "33.3334"]), Ok(()));
        for (percents, field, code) in [
            (&["70", "20"][..], "shares", "shares-sum"),
            (&["70", "20", "10.0001"], "shares", "shares-sum"),
            (&["x"], "shares[0].percent", "not-a-percentage"),
        ] {
            let Err(Refusal::Faulty(faults)) = said(percents) else { panic!("{percents:?}") };
            assert_eq!((faults[0].field.as_str(), faults[0].code), (field, code));
        }
    }
}
