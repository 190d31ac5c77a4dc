//! 收支台账 — income and cost of data products and services, kept by double entry: what is debited is credited, to the fen
//! (ZJK-24, OPS27-22). A posting is never changed; what was wrong is posted the other way round. Every organisation keeps
//! its own books; only the authorities and the audit read them all.

pub mod book;

pub use book::{Draft, Line};

use crate::fee::{self, Fee};
use crate::product::{self, Product};
use chrono::NaiveDate;
use platform::case::{self, Case, Sight};
use platform::event::Record;
use platform::flow::{self, Choice, Deed, Heading, Noun, Opening, Step, begin, deed, step};
use platform::paging::Page;
use platform::sheet::{self, Answers, REASON, Sheet};
use platform::{Caller, Id, Look, OrgKind, Refusal, Result, Role, Tx, Word, diesel, words};
use primary::Purpose;
use primary::licence::{self, Licence};
use serde_json::Value;

words! { pub enum State: "posting-state" { Posted = "posted", Reversed = "reversed" } }
words! { pub enum Act: "posting-act" { Post = "post", Share = "share", Counter = "counter", Reverse = "reverse" } }
words! {
    /// What a posting is of.
    pub enum Kind: "posting-kind" {
        FeeIncome = "fee_income", ProductIncome = "product_income", Cost = "cost", Subsidy = "subsidy", Tax = "tax", Receipt = "receipt",
        Payment = "payment", Share = "share", Counter = "counter", Other = "other",
    }
}
words! {
    /// Accounts: what one has, what one owes, income, and cost in the kinds of PRI65-3(1).
    pub enum Account: "account" {
        Bank = "bank", Receivable = "receivable", Payable = "payable", FeeIncome = "fee_income", ProductIncome = "product_income",
        Subsidy = "subsidy", CostPlatform = "cost_platform", CostData = "cost_data", CostPeople = "cost_people",
        CostAcquisition = "cost_acquisition", CostPeriod = "cost_period", Tax = "tax", Shared = "shared", Equity = "equity",
    }
}
words! { pub enum Side: "posting-side" { Debit = "debit", Credit = "credit" } }

use Role::{DeveloperAdmin, DeveloperStaff, Finance};

const KEEPER: &[Role] = &[Finance, DeveloperAdmin, DeveloperStaff];

pub const STEPS: &[Step<State, Act>] = &[
    begin(Act::Post, KEEPER, State::Posted, "ZJK-24"),
    begin(Act::Share, &[Finance, DeveloperAdmin], State::Posted, "ZJK-26"),
    begin(Act::Counter, KEEPER, State::Posted, "ZJK-24"),
    step(State::Posted, Act::Reverse, KEEPER, State::Reversed, "ZJK-24"),
];

/// One line of a posting.
pub const LINE: Sheet = Sheet {
    name: "posting-line",
    fields: &[sheet::choice::<Account>("account"), sheet::choice::<Side>("side"), sheet::money("amount"), sheet::line("note", 200).optional()],
};
/// Kinds that people post; a counter-entry and a share are posted by acts of their own.
const BY_HAND: &[&str] = &["fee_income", "product_income", "cost", "subsidy", "tax", "receipt", "payment", "other"];
/// What is posted.
pub const POSTING: Sheet = Sheet {
    name: "posting",
    fields: &[
        sheet::Field { name: "kind", kind: sheet::Kind::Choice(Kind::SET, BY_HAND), required: true, section: None },
        sheet::date("on_day"),
        sheet::line("memo", 200),
        sheet::pick("product", "product").optional().under("about"),
        sheet::pick("licence", "licence").optional().under("about"),
        sheet::pick("fee", "fee").optional().under("about"),
        sheet::number("quantity", 0, 1_000_000_000_000).optional().under("about"),
        sheet::rows("lines", &LINE).under("lines"),
        sheet::files("files").optional().under("lines"),
    ],
};

platform::case! {
    /// A posting; `owner` is whose books it stands in. Amounts are fen.
    pub struct Posting in posting {
        pub kind: Kind,
        /// The day in the books.
        pub on_day: NaiveDate,
        /// Sum of its debits, which is that of its credits.
        pub amount: i64,
        pub product: Option<Id<Product>>,
        pub licence: Option<Id<Licence>>,
        /// Version of the licence's agreement when it was posted.
        pub agreement: Option<i32>,
        pub fee: Option<Id<Fee>>,
        /// Units sold; negative in a counter-posting.
        pub quantity: Option<i64>,
        /// The posting that this one undoes.
        pub reverses: Option<Id<Posting>>,
    }
}

impl Case for Posting {
    /// One's own books; the authorities and the audit read all.
    fn sight(who: &Caller) -> Sight {
        if reads_all(who) { Sight::everybody() } else { Sight::nothing().or("owner", who.org) }
    }
}

/// Whether the caller reads everybody's books.
pub fn reads_all(who: &Caller) -> bool {
    matches!(who.kind, Some(OrgKind::Office | OrgKind::Bureau | OrgKind::Audit)) || who.is(Role::Calendar)
}

impl Noun for Posting {
    type State = State;
    type Act = Act;
    const NAME: &'static str = "posting";
    const TABLE: &'static str = "posting";
    const PATH: &'static str = "postings";
    const STEPS: &'static [Step<State, Act>] = STEPS;
    const RESTS: &'static [State] = &[State::Posted];
    const OPENING: Option<Opening<Self>> = Some(Opening { act: Act::Post, sheet: &POSTING, draft: false, run: post });
    const DEEDS: &'static [Deed<Self>] = &[deed(Act::Reverse, &REASON, reverse).when(may_reverse)];

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
        let Some(own) = who.org else { return Ok(Vec::new()) };
        let name = |title: &str, serial: &Option<String>| format!("{title} {}", serial.as_deref().unwrap_or_default()).trim().to_string();
        match list {
            "product" => {
                let rows = product::list(look, who, &product::Ask::default(), Page::first(200))?.rows;
                Ok(rows.iter().map(|p| Choice::new(p.id, name(&p.title, &p.serial))).collect())
            }
            "licence" => {
                let rows = licence::list(look, who, &licence::Ask::default(), Page::first(200))?.rows;
                Ok(rows.iter().map(|l| Choice::new(l.id, name(&l.title, &l.serial))).collect())
            }
            "fee" => fee::choices(look, own),
            _ => Ok(Vec::new()),
        }
    }
}

/// The thing of that kind that an answer names, when the caller may see it.
fn named<N: Noun>(look: &mut Look, who: &Caller, a: &Answers, field: &'static str) -> Result<Option<Id<N>>> {
    if a.text(field).is_empty() {
        return Ok(None);
    }
    let id: Id<N> = a.text(field).parse().map_err(|_| Refusal::fault(field, "not-a-choice"))?;
    N::find(look, who, id).map_err(|_| Refusal::fault(field, "not-a-choice"))?;
    Ok(Some(id))
}

fn post(tx: &mut Tx, who: &Caller, mut a: Answers) -> Result<Id<Posting>> {
    let kind = Kind::of(a.text("kind")).ok_or_else(|| Refusal::fault("kind", "not-a-choice"))?;
    // Counter-postings and shares are made by their own acts.
    if matches!(kind, Kind::Counter | Kind::Share) {
        return Err(Refusal::fault("kind", "not-a-choice"));
    }
    let on_day: NaiveDate = a.text("on_day").parse().map_err(|_| Refusal::fault("on_day", "not-a-date"))?;
    let fee: Option<Id<Fee>> = named::<Fee>(tx, who, &a, "fee")?;
    let draft = Draft {
        id: tx.id(),
        kind,
        on_day,
        memo: a.text("memo").into(),
        product: named::<Product>(tx, who, &a, "product")?,
        licence: named::<Licence>(tx, who, &a, "licence")?,
        fee,
        quantity: a.0.get("quantity").and_then(Value::as_i64),
        reverses: None,
        lines: book::lines(&a),
    };
    must_be_income(tx, &draft)?;
    let files = platform::file::attach(tx, who, &a.list("files"), Posting::NAME, &draft.id.to_string(), false)?;
    a.set("files", files);
    book::enter(tx, who, Act::Post, draft, &a).map(|row| row.id)
}

/// What is called income credits an income account, and what serves the public good brings none (ZJK-6, PRI65).
fn must_be_income(look: &mut Look, draft: &Draft) -> Result<()> {
    let wants: &[Account] = match draft.kind {
        Kind::FeeIncome => &[Account::FeeIncome],
        Kind::ProductIncome => &[Account::ProductIncome],
        Kind::Subsidy => &[Account::Subsidy],
        _ => &[],
    };
    let credited = |accounts: &[Account]| draft.lines.iter().any(|l| l.credit > 0 && accounts.contains(&l.account));
    if !wants.is_empty() && !credited(wants) {
        return Err(Refusal::fault("lines", "no-such-income"));
    }
    if !credited(&[Account::FeeIncome, Account::ProductIncome]) {
        return Ok(());
    }
    let free = |look: &Look, purpose: Purpose| look.profile().purpose(purpose.as_str()).is_some_and(|p| p.free);
    let product = draft.product.map(|id| product::row(look, id)).transpose()?.is_some_and(|of| free(look, of.purpose));
    let fee = draft.fee.map(|id| fee::Fee::row(look, id)).transpose()?.is_some_and(|of| free(look, of.purpose));
    if product || fee { Err(Refusal::rule("free-no-income", "ZJK-6 PRI65")) } else { Ok(()) }
}

/// A counter-posting is not undone: what it should say is posted again.
fn may_reverse(_: &mut Look, who: &Caller, row: &Posting) -> Result<()> {
    if row.owner != who.org {
        return Err(Refusal::NotFound);
    }
    if row.reverses.is_some() { Err(Refusal::rule("counter-posting", "ZJK-24")) } else { Ok(()) }
}

/// Undoes a posting by one the other way round, on the day it is found; the first stays readable for ever.
fn reverse(tx: &mut Tx, who: &Caller, row: &Posting, a: Answers) -> Result<()> {
    let lines = book::lines_of(tx, row.id)?;
    let draft = Draft {
        id: tx.id(),
        kind: Kind::Counter,
        on_day: tx.today(),
        memo: row.title.clone(),
        product: row.product,
        licence: row.licence,
        fee: row.fee,
        quantity: row.quantity.map(|q| -q),
        reverses: Some(row.id),
        lines: lines.into_iter().map(|l| Line { account: l.account, debit: l.credit, credit: l.debit, note: l.note }).collect(),
    };
    let counter = book::enter(tx, who, Act::Counter, draft, &Answers::default())?;
    flow::take(tx, who, row, Act::Reverse, Record::of(serde_json::json!({"by": counter.id})).because(a.text("reason"))).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn table_is_sound() {
        assert_eq!(flow::faults(&flow::table::<Posting>(), &["reversed"]), Vec::<String>::new());
    }
}
