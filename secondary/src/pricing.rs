//! 价格备案 — the price of a product with its basis, scenario, scope and manner of use, and effect, filed with the primary
//! operator (BJ-17, NJ-19). The market sets it; what serves the public good is free (ZJK-6).

pub mod register;
pub mod tariff;

pub use tariff::{Kind, Tariff, Tier, Unit};

use crate::product::{self, Product};
use chrono::NaiveDate;
use diesel::prelude::*;
use platform::event::{Record, sha256};
use platform::flow::{self, Choice, Deed, Heading, Noun, Opening, Step, Tell, begin, deed, step};
use platform::log::Told;
use platform::paging::{Page, Paged, like};
use platform::people::{Org, Person};
use platform::refusal::{Fault, Refusal, Result};
use platform::schema::{pricing, product as products};
use platform::sheet::{self, Answers, REASON, REMARK, Sheet};
use platform::{At, Caller, Id, Look, MultiBackend, Role, Tx, Word, diesel, serial, words};
use primary::Purpose;
use serde::Serialize;
use serde_json::json;
use std::collections::HashMap;

words! { pub enum State: "pricing-state" { Filed = "filed", Received = "received", Returned = "returned", Withdrawn = "withdrawn" } }
words! {
    pub enum Act: "pricing-act" { File = "file", Receive = "receive", Return = "return", Refile = "refile", Withdraw = "withdraw" }
}

use Role::{DeveloperAdmin, DeveloperStaff, Finance};

const MAKER: &[Role] = &[DeveloperAdmin, DeveloperStaff];

pub const STEPS: &[Step<State, Act>] = &[
    begin(Act::File, MAKER, State::Filed, "BJ-17").tell(&[Tell::Role(Finance)]).clock("price_receipt"),
    step(State::Filed, Act::Receive, &[Finance], State::Received, "BJ-17").tell(&[Tell::Owner]),
    step(State::Filed, Act::Return, &[Finance], State::Returned, "BJ-17").tell(&[Tell::Owner]),
    step(State::Returned, Act::Refile, MAKER, State::Filed, "BJ-17").tell(&[Tell::Role(Finance)]).clock("price_receipt"),
    step(State::Filed, Act::Withdraw, MAKER, State::Withdrawn, "BJ-17"),
    step(State::Returned, Act::Withdraw, MAKER, State::Withdrawn, "BJ-17"),
    // Only before it takes effect; after that a new filing replaces it.
    step(State::Received, Act::Withdraw, MAKER, State::Withdrawn, "BJ-17"),
];

/// One item of the cost that the price rests on.
pub const COST: Sheet =
    Sheet { name: "pricing-cost", fields: &[sheet::line("item", 100), sheet::money("amount"), sheet::line("note", 200).optional()] };
/// A price and what it rests on.
pub const PRICING: Sheet = Sheet {
    name: "pricing",
    fields: &[
        sheet::pick("product", "product"),
        tariff::KIND.under("price"),
        tariff::AMOUNT.under("price"),
        tariff::UNIT.under("price"),
        tariff::TIERS.under("price"),
        tariff::BASE.under("price"),
        tariff::BASE_UNIT.under("price"),
        sheet::date("effective_on").under("price"),
        sheet::rows("costs", &COST).optional().under("basis"),
        sheet::text("basis", 4000).under("basis"),
        sheet::text("scenario_use", 2000).under("use"),
        sheet::text("scope", 2000).under("use"),
        sheet::text("effect", 2000).optional().under("use"),
    ],
};

/// A price filing.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, Serialize)]
#[diesel(table_name = pricing)]
pub struct Pricing {
    pub id: Id<Pricing>,
    pub serial: Option<String>,
    pub title: String,
    pub state: State,
    pub owner: Option<Id<Org>>,
    pub clock: Option<String>,
    pub due_on: Option<NaiveDate>,
    pub profile: String,
    pub content: String,
    pub created_by: Option<Id<Person>>,
    pub created_at: At,
    pub updated_at: At,
    pub product: Id<Product>,
    pub tariff: Kind,
    pub effective_on: Option<NaiveDate>,
}

impl Pricing {
    /// What was filed.
    pub fn answers(&self) -> Answers {
        Answers::parse(&self.content)
    }
    /// What is paid.
    pub fn tariff(&self) -> Result<Tariff> {
        Tariff::read(&self.answers()).map_err(Refusal::broken)
    }
}

/// The price in words; empty when it cannot be read.
pub fn say(row: &Pricing, en: bool) -> String {
    row.tariff().map(|t| t.say(en)).unwrap_or_default()
}

impl Noun for Pricing {
    type State = State;
    type Act = Act;
    const NAME: &'static str = "pricing";
    const TABLE: &'static str = "pricing";
    const PATH: &'static str = "prices";
    const STEPS: &'static [Step<State, Act>] = STEPS;
    const RESTS: &'static [State] = &[State::Received];
    const OPENING: Option<Opening<Self>> = Some(Opening { act: Act::File, sheet: &PRICING, draft: false, run: file });
    const TOLD: &'static [(Act, &'static str)] = &[(Act::Receive, "price.filed")];
    const DEEDS: &'static [Deed<Self>] = &[
        deed(Act::Receive, &REMARK, receive),
        deed(Act::Return, &REASON, |tx, who, row, a| flow::take(tx, who, row, Act::Return, Record::none().because(a.text("reason"))).map(drop)),
        deed(Act::Refile, &PRICING, refile),
        deed(Act::Withdraw, &REASON, |tx, who, row, a| flow::take(tx, who, row, Act::Withdraw, Record::none().because(a.text("reason"))).map(drop))
            .when(may_withdraw),
    ];

    /// A price of what is not yet on offer is its maker's affair; only a commitment says which it is.
    fn told(look: &mut Look, of: &Self, _: Act, told: Told) -> Result<Option<Told>> {
        let (of, product) = (of_id(look, of.id)?, product::row(look, of.product)?);
        let told = told.with("effective_on", of.effective_on.map(|d| d.to_string())).sealing("content", sha256(&of.content));
        Ok(Some(if product.listed_at.is_none() {
            told.veiled()
        } else {
            told.with("number", of.serial.clone()).with("product", product.serial).with("price", say(&of, false))
        }))
    }
    fn id(&self) -> Id<Self> {
        self.id
    }
    fn state(&self) -> State {
        self.state
    }
    fn heading(&self) -> Heading {
        Heading {
            id: self.id.to_string(),
            serial: self.serial.clone(),
            title: self.title.clone(),
            owner: self.owner,
            due_on: self.due_on,
            clock: self.clock.clone(),
        }
    }
    /// Its developer and those who oversee; the public reads prices in the catalogue.
    fn find(look: &mut Look, who: &Caller, id: Id<Pricing>) -> Result<Pricing> {
        let row: Pricing = pricing::table.find(id).select(Pricing::as_select()).first(look.db())?;
        if who.oversees() || row.owner.is_some_and(|o| who.acts_for(o)) { Ok(row) } else { Err(Refusal::NotFound) }
    }
    fn choices(look: &mut Look, who: &Caller, _: Option<&Self>, list: &str) -> Result<Vec<Choice>> {
        if list != "product" {
            return Ok(Vec::new());
        }
        let rows: Vec<(Id<Product>, Option<String>, String)> = products::table
            .filter(products::owner.eq(who.org()?).and(products::state.ne_all([product::State::Refused, product::State::Withdrawn])))
            .order((products::title.asc(), products::id.asc()))
            .limit(500)
            .select((products::id, products::serial, products::title))
            .load(look.db())?;
        Ok(rows.into_iter().map(|(id, serial, title)| Choice::new(id, format!("{title} {}", serial.unwrap_or_default()).trim())).collect())
    }
    fn filled(_: &mut Look, _: &Caller, row: &Self, act: Act) -> Result<Answers> {
        if act != Act::Refile {
            return Ok(Answers::default());
        }
        let mut content = row.answers();
        // Settled amounts are fen; a form speaks yuan.
        for field in ["amount", "base"] {
            spoken(content.0.get_mut(field));
        }
        for rows in ["tiers", "costs"] {
            for line in content.0.get_mut(rows).and_then(|v| v.as_array_mut()).into_iter().flatten() {
                spoken(line.get_mut("amount"));
            }
        }
        Ok(content)
    }
}

fn spoken(amount: Option<&mut serde_json::Value>) {
    if let Some(amount) = amount
        && let Some(fen) = amount.as_i64()
    {
        *amount = platform::money::yuan(fen).into();
    }
}

/// The product that is priced, when it is the caller's own and still alive.
fn own_product(look: &mut Look, who: &Caller, a: &Answers) -> Result<Product> {
    let Ok(id) = a.text("product").parse::<Id<Product>>() else { return Err(Refusal::fault("product", "not-a-choice")) };
    let row = product::row(look, id)?;
    if row.owner != Some(who.org()?) {
        return Err(Refusal::NotFound);
    }
    match row.state {
        product::State::Refused | product::State::Withdrawn => Err(Refusal::fault("product", "not-a-choice")),
        _ => Ok(row),
    }
}

/// Checks what the sheet alone cannot: the tariff's parts, the basis of a price, the day, and that the public good is free.
fn checked(look: &mut Look, of: &Product, a: &Answers, own: Option<Id<Pricing>>) -> Result<(Kind, NaiveDate)> {
    let mut faults = Vec::new();
    match Tariff::read(a) {
        Err(Refusal::Faulty(found)) => faults.extend(found),
        other => drop(other?),
    }
    let kind = Kind::of(a.text("tariff")).ok_or_else(|| Refusal::fault("tariff", "not-a-choice"))?;
    if kind != Kind::Free && a.given("costs").is_none() {
        faults.push(Fault::at("costs", "required"));
    }
    let Ok(from) = a.text("effective_on").parse::<NaiveDate>() else { return Err(Refusal::fault("effective_on", "not-a-date")) };
    if from < look.today() {
        faults.push(Fault::at("effective_on", "in-the-past").with("earliest", look.today()));
    }
    // Two prices from the same day on: nobody could say which one applies.
    let live = pricing::state.eq_any([State::Filed, State::Received]).and(pricing::effective_on.eq(Some(from)));
    let same: Vec<(Id<Pricing>, Option<String>)> =
        pricing::table.filter(pricing::product.eq(of.id).and(live)).select((pricing::id, pricing::serial)).limit(2).load(look.db())?;
    if let Some((_, serial)) = same.into_iter().find(|(id, _)| Some(*id) != own) {
        faults.push(Fault::at("effective_on", "price-same-day").with("serial", serial.unwrap_or_default()));
    }
    if !faults.is_empty() {
        return Err(Refusal::Faulty(faults));
    }
    if of.purpose == Purpose::PublicGood && kind != Kind::Free {
        return Err(Refusal::rule("public-good-free", "ZJK-6 PRI65"));
    }
    Ok((kind, from))
}

/// Files the price of one of the caller's products.
fn file(tx: &mut Tx, who: &Caller, a: Answers) -> Result<Id<Pricing>> {
    let of = own_product(tx, who, &a)?;
    let (kind, from) = checked(tx, &of, &a, None)?;
    let row = Pricing {
        id: tx.id(),
        serial: Some(serial::next(tx, "price_filing")?),
        title: of.title.clone(),
        state: flow::first::<Pricing>(Act::File)?,
        owner: of.owner,
        clock: None,
        due_on: None,
        profile: tx.profile().version_tag(),
        content: a.json(),
        created_by: who.person,
        created_at: tx.now(),
        updated_at: tx.now(),
        product: of.id,
        tariff: kind,
        effective_on: Some(from),
    };
    diesel::insert_into(pricing::table).values(&row).execute(tx.db())?;
    flow::begin_case(tx, who, &row, Act::File, Record::of(&a))?;
    Ok(row.id)
}

/// Files again after a return, for the same product.
fn refile(tx: &mut Tx, who: &Caller, row: &Pricing, mut a: Answers) -> Result<()> {
    a.set("product", row.product.to_string());
    let of = own_product(tx, who, &a)?;
    let (kind, from) = checked(tx, &of, &a, Some(row.id))?;
    diesel::update(pricing::table.find(row.id))
        .set((pricing::content.eq(a.json()), pricing::tariff.eq(kind), pricing::effective_on.eq(Some(from)), pricing::title.eq(&of.title)))
        .execute(tx.db())?;
    flow::take(tx, who, row, Act::Refile, Record::of(&a)).map(drop)
}

/// Receives a filing. A day that passed meanwhile moves to today: no price is effective before it is on file.
fn receive(tx: &mut Tx, who: &Caller, row: &Pricing, a: Answers) -> Result<()> {
    let of = product::row(tx, row.product)?;
    if of.purpose == Purpose::PublicGood && row.tariff != Kind::Free {
        return Err(Refusal::rule("public-good-free", "ZJK-6 PRI65"));
    }
    let from = row.effective_on.unwrap_or(tx.today()).max(tx.today());
    diesel::update(pricing::table.find(row.id)).set(pricing::effective_on.eq(Some(from))).execute(tx.db())?;
    flow::take(tx, who, row, Act::Receive, Record::of(json!({"effective_on": from})).because(a.text("reason"))).map(drop)
}

fn may_withdraw(look: &mut Look, _: &Caller, row: &Pricing) -> Result<()> {
    let effective = row.state == State::Received && row.effective_on.is_none_or(|from| from <= look.today());
    if effective { Err(Refusal::rule("price-in-effect", "BJ-17")) } else { Ok(()) }
}

fn of_id(look: &mut Look, id: Id<Pricing>) -> Result<Pricing> {
    Ok(pricing::table.find(id).select(Pricing::as_select()).first(look.db())?)
}

/// The price that applies to a product today: received, and the latest to take effect.
pub fn current(look: &mut Look, of: Id<Product>) -> Result<Option<Pricing>> {
    Ok(currents(look, &[of])?.remove(&of))
}

/// The prices that apply to some products today.
pub fn currents(look: &mut Look, of: &[Id<Product>]) -> Result<HashMap<Id<Product>, Pricing>> {
    let today = look.today();
    let rows: Vec<Pricing> = pricing::table
        .filter(pricing::product.eq_any(of.to_vec()).and(pricing::state.eq(State::Received)).and(pricing::effective_on.le(today)))
        .order((pricing::effective_on.asc(), pricing::id.asc()))
        .limit(20_000)
        .select(Pricing::as_select())
        .load(look.db())?;
    // The last one stands.
    Ok(rows.into_iter().map(|row| (row.product, row)).collect())
}

/// The day on which a product's first received price takes effect, when none does yet.
pub fn coming(look: &mut Look, of: Id<Product>) -> Result<Option<NaiveDate>> {
    let first: Option<Option<NaiveDate>> = pricing::table
        .filter(pricing::product.eq(of).and(pricing::state.eq(State::Received)).and(pricing::effective_on.gt(look.today())))
        .order(pricing::effective_on.asc())
        .select(pricing::effective_on)
        .first(look.db())
        .optional()?;
    Ok(first.flatten())
}

/// A product's received prices, newest first, at most 200; they stand in the public catalogue.
pub fn history(look: &mut Look, of: Id<Product>) -> Result<Vec<Pricing>> {
    Ok(pricing::table
        .filter(pricing::product.eq(of).and(pricing::state.eq(State::Received)))
        .order((pricing::effective_on.desc(), pricing::id.desc()))
        .limit(200)
        .select(Pricing::as_select())
        .load(look.db())?)
}

/// The received filing of that number, when its product is or was on the shelf.
pub fn public_by_serial(look: &mut Look, serial: &str) -> Result<Pricing> {
    Ok(pricing::table
        .inner_join(products::table.on(products::id.eq(pricing::product)))
        .filter(pricing::serial.eq(serial).and(pricing::state.eq(State::Received)))
        .filter(products::state.eq_any([product::State::Listed, product::State::Delisted]))
        .select(Pricing::as_select())
        .first(look.db())?)
}

/// What a list of filings asks for; empty fields ask for everything.
#[derive(Clone, Debug, Default)]
pub struct Ask {
    pub words: String,
    pub state: Option<State>,
    pub product: Option<Id<Product>>,
}

/// The number of the filing of a product that waits to be received, when there is one.
pub fn in_filing(look: &mut Look, product: Id<Product>) -> Result<Option<String>> {
    let filed = pricing::table.filter(pricing::product.eq(product).and(pricing::state.eq(State::Filed))).order(pricing::created_at.desc());
    Ok(filed.select(pricing::serial).first::<Option<String>>(look.db()).optional()?.map(Option::unwrap_or_default))
}

/// How many approved products of an organisation wait for nothing but the receipt of their filed price.
pub fn products_in_filing(look: &mut Look, owner: Id<Org>) -> Result<i64> {
    let filed = pricing::table.filter(pricing::state.eq(State::Filed)).select(pricing::product);
    let approved = products::owner.eq(owner).and(products::state.eq(product::State::Approved));
    Ok(products::table.filter(approved.and(products::id.eq_any(filed))).count().get_result(look.db())?)
}

/// Filings: a developer's own, or all when the caller oversees; newest first.
pub fn list(look: &mut Look, who: &Caller, ask: &Ask, page: Page) -> Result<Paged<Pricing>> {
    let own = if who.oversees() { None } else { Some(who.org()?) };
    let filter = || {
        let mut q = pricing::table.into_boxed::<MultiBackend>();
        if let Some(own) = own {
            q = q.filter(pricing::owner.eq(own));
        }
        if let Some(state) = ask.state {
            q = q.filter(pricing::state.eq(state));
        }
        if let Some(of) = ask.product {
            q = q.filter(pricing::product.eq(of));
        }
        if !ask.words.trim().is_empty() {
            q = q.filter(pricing::title.like(like(&ask.words)).escape('\\'));
        }
        q
    };
    let total: i64 = filter().count().get_result(look.db())?;
    let rows = filter()
        .order((pricing::created_at.desc(), pricing::id.desc()))
        .limit(page.limit())
        .offset(page.offset())
        .select(Pricing::as_select())
        .load(look.db())?;
    Ok(page.of(rows, total))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn table_is_sound() {
        assert_eq!(flow::faults(&flow::table::<Pricing>(), &["withdrawn"]), Vec::<String>::new());
    }

    #[test]
    fn a_returned_price_is_shown_in_yuan() {
        let mut amount = json!(35);
        spoken(Some(&mut amount));
        assert_eq!(amount, json!("0.35"));
    }
}
