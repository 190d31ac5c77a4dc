//! 目录记录 — every product that is or once was on offer, as programs that keep a copy of the catalogue need it (ZJK-29): what is on
//! offer with all that is public of it, what is not any more with its name, the day and the reason. Read in the order of the ids,
//! page by page after the last id read, so that the thousandth page costs what the first does and nothing is missed or met twice
//! while the catalogue changes.

use crate::catalogue::NONE_LATER;
use crate::pricing::{self, Pricing, Tariff};
use crate::product::{self, Content, Product, version::Submitted};
use crate::registration::{self, About};
use chrono::NaiveDate;
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{Bool, Date, Timestamp};
use platform::flow::Noun;
use platform::schema::{event, licence, org, pricing as prices, product as products, product_version, scenario};
use platform::{At, Id, Look, MultiBackend, Refusal, Result, Role, Word, day, diesel, file, words};
use primary::licence::{Licence, Permission, permission};
use primary::scenario::Scenario;
use primary::{ProductForm, Purpose};
use resources::{Domain, Level, entry};
use std::collections::HashMap;

/// Records of a page.
pub const SIZE: i64 = 100;

words! {
    /// Why a product that was on offer is not.
    pub enum OffWhy: "off-why" {
        /// Its developer took it off.
        Holder = "holder",
        /// The primary operator took it off (ZJK-28).
        Operator = "operator",
        /// The calendar did.
        Calendar = "calendar",
        Suspended = "suspended",
        Ended = "ended",
        /// The licence stands, but an order closes the shelf (ZJK-34), or its term has not begun.
        Closed = "closed",
        /// No price is in effect (BJ-17).
        Price = "price",
    }
}

/// One product that is or was on offer.
#[derive(Clone, Debug)]
pub struct Record {
    pub id: Id<Product>,
    pub serial: String,
    pub title: String,
    pub form: ProductForm,
    pub domain: Domain,
    pub purpose: Purpose,
    pub scenario: Id<Scenario>,
    pub scenario_title: String,
    pub holder: String,
    pub credit_code: String,
    pub licence: Id<Licence>,
    pub licence_serial: String,
    pub licence_title: String,
    pub licence_from: NaiveDate,
    pub licence_to: NaiveDate,
    pub listed_at: At,
    /// When anything of this record last changed: the product, its licence or its price.
    pub changed_at: At,
    /// What is on offer; none when it is not any more.
    pub shown: Option<Shown>,
    /// Since when and why it is not on offer.
    pub off: Option<(At, OffWhy)>,
}

/// What is on offer of a product.
#[derive(Clone, Debug)]
pub struct Shown {
    pub version: i32,
    pub made_at: At,
    pub digest: String,
    pub content: Content,
    pub tariff: Tariff,
    pub price_serial: String,
    pub effective_on: Option<NaiveDate>,
    /// The masked sample.
    pub sample: Option<file::File>,
    /// Title and level of each source: no more than that is public.
    pub sources: Vec<(String, Level)>,
    /// The code of the registration that stands.
    pub registration: Option<String>,
}

/// A page of records, and the id after which the next one begins; none on the last.
#[derive(Clone, Debug)]
pub struct Records {
    pub rows: Vec<Record>,
    pub next: Option<Id<Product>>,
}

type Line = (Product, (Option<String>, Option<At>, Option<String>), (String, Option<String>), String, Licence, bool, Option<Pricing>);

/// Products once listed, joined with all that puts them on offer or does not.
macro_rules! records {
    ($today:expr) => {
        products::table
            .inner_join(licence::table.on(licence::id.eq(products::licence)))
            .inner_join(org::table.on(org::id.nullable().eq(products::owner)))
            .inner_join(scenario::table.on(scenario::id.eq(products::scenario)))
            .left_join(
                product_version::table
                    .on(product_version::product.eq(products::id).and(product_version::number.nullable().eq(products::approved_version))),
            )
            .left_join(
                prices::table.on(prices::product
                    .eq(products::id)
                    .and(prices::state.eq(pricing::State::Received))
                    .and(prices::effective_on.le($today))
                    .and(sql::<Bool>(NONE_LATER).bind::<Date, _>($today).sql(")"))),
            )
            .filter(products::listed_at.is_not_null())
            .select((
                Product::as_select(),
                (product_version::content.nullable(), product_version::made_at.nullable(), product_version::digest.nullable()),
                (org::title, org::credit_code),
                scenario::title,
                Licence::as_select(),
                sql::<Bool>(&permission::in_sql(Permission::List)),
                Option::<Pricing>::as_select(),
            ))
            .into_boxed::<MultiBackend>()
    };
}

/// The products of which anything has changed since that instant: they themselves, their licence, its orders, its first or last day,
/// their holder, their price, their registration. Each part is an index away, so that the work grows with what changed.
const CHANGED: [&str; 5] = [
    "product.id IN (SELECT p.id FROM product p WHERE p.listed_at IS NOT NULL AND p.updated_at >= ",
    " UNION SELECT p.id FROM product p WHERE p.licence IN (SELECT l.id FROM licence l WHERE l.updated_at >= ",
    " UNION SELECT o.licence FROM rectification o WHERE o.updated_at >= ",
    ") UNION SELECT p.id FROM product p WHERE p.owner IN (SELECT h.id FROM org h WHERE h.updated_at >= ",
    ") UNION SELECT q.product FROM pricing q WHERE q.updated_at >= ",
];
const CHANGED_DAYS: [&str; 6] = [
    " UNION SELECT q.product FROM pricing q WHERE q.effective_on BETWEEN ",
    " AND ",
    " UNION SELECT p.id FROM product p WHERE p.licence IN (SELECT l.id FROM licence l WHERE l.to_on BETWEEN ",
    " AND ",
    " UNION SELECT l.id FROM licence l WHERE l.from_on BETWEEN ",
    " AND ",
];

/// A page of records after that id, all of them or those of which something changed since that instant; at most [`SIZE`].
pub fn page(look: &mut Look, after: Option<Id<Product>>, since: Option<At>) -> Result<Records> {
    let today = look.today();
    let mut query = records!(today);
    if let Some(after) = after {
        query = query.filter(products::id.gt(after));
    }
    if let Some(since) = since {
        // A licence is over on the day after its last.
        let first = day::shanghai_date(since).pred_opt().unwrap_or_default();
        let [own, of_licence, orders, of_holder, of_price] = CHANGED;
        let [prices, and, ends, and_ends, begins, and_begins] = CHANGED_DAYS;
        query = query.filter(
            sql::<Bool>(own)
                .bind::<Timestamp, _>(since)
                .sql(of_licence)
                .bind::<Timestamp, _>(since)
                .sql(orders)
                .bind::<Timestamp, _>(since)
                .sql(of_holder)
                .bind::<Timestamp, _>(since)
                .sql(of_price)
                .bind::<Timestamp, _>(since)
                .sql(prices)
                .bind::<Date, _>(first)
                .sql(and)
                .bind::<Date, _>(today)
                .sql(ends)
                .bind::<Date, _>(first)
                .sql(and_ends)
                .bind::<Date, _>(today)
                .sql(begins)
                .bind::<Date, _>(first)
                .sql(and_begins)
                .bind::<Date, _>(today)
                .sql(") UNION SELECT r.subject FROM registration r WHERE r.updated_at >= ")
                .bind::<Timestamp, _>(since)
                .sql(")"),
        );
    }
    let mut lines: Vec<Line> = query.order(products::id.asc()).limit(SIZE + 1).load(look.db())?;
    let more = lines.len() > SIZE as usize;
    lines.truncate(SIZE as usize);
    let next = lines.last().filter(|_| more).map(|l| l.0.id);
    Ok(Records { rows: told(look, lines)?, next })
}

/// One record; `NotFound` for what never was on offer.
pub fn one(look: &mut Look, id: Id<Product>) -> Result<Record> {
    let today = look.today();
    let line: Line = records!(today).filter(products::id.eq(id)).first(look.db())?;
    told(look, vec![line])?.pop().ok_or(Refusal::NotFound)
}

/// What changed last among products once on offer, newest first; for the feeds.
pub fn latest(look: &mut Look, most: i64) -> Result<Vec<Record>> {
    let today = look.today();
    let lines: Vec<Line> = records!(today).order((products::updated_at.desc(), products::id.desc())).limit(most.min(SIZE)).load(look.db())?;
    told(look, lines)
}

/// When a product that is or was on offer last changed.
pub fn changed(look: &mut Look) -> Result<Option<At>> {
    let last = products::table.filter(products::listed_at.is_not_null()).order(products::updated_at.desc()).select(products::updated_at);
    Ok(last.first(look.db()).optional()?)
}

/// What others know of the products of a page, each asked once for all of them.
struct Around {
    samples: HashMap<String, file::File>,
    sources: HashMap<String, (String, Level)>,
    codes: HashMap<String, String>,
    taken_off: HashMap<String, (At, OffWhy)>,
}

fn around(look: &mut Look, contents: &[Content], on: &[String], off: &[String]) -> Result<Around> {
    let samples: Vec<String> = contents.iter().flat_map(|c| c.sample_file.iter().cloned()).collect();
    let mut sources: Vec<String> = contents.iter().flat_map(|c| c.sources.iter().cloned()).collect();
    sources.sort_unstable();
    sources.dedup();
    let taken: Vec<(String, At, Role)> = event::table
        .filter(event::noun.eq(Product::NAME).and(event::subject.eq_any(off.to_vec())))
        .filter(event::act.eq_any([product::Act::Delist.as_str(), product::Act::Withdraw.as_str()]))
        .order(event::seq.desc())
        .select((event::subject, event::at, event::role))
        .limit(5000)
        .load(look.db())?;
    let taken_off = taken.into_iter().rev().map(|(subject, at, role)| {
        let why = match role {
            Role::Calendar => OffWhy::Calendar,
            Role::Reviewer => OffWhy::Operator,
            _ => OffWhy::Holder,
        };
        (subject, (at, why))
    });
    Ok(Around {
        taken_off: taken_off.collect(),
        samples: file::rows(look, &samples)?.into_iter().map(|f| (f.id.to_string(), f)).collect(),
        sources: entry::by_ids(look, &sources)?.into_iter().map(|e| (e.id.to_string(), (e.title, e.level))).collect(),
        codes: registration::codes(look, About::Product, on)?,
    })
}

fn told(look: &mut Look, lines: Vec<Line>) -> Result<Vec<Record>> {
    let today = look.today();
    let stands = |row: &Product, granted: &Licence, permitted: bool| {
        row.state == product::State::Listed && permitted && granted.from_on <= today && today <= granted.to_on
    };
    let mut contents: HashMap<Id<Product>, Content> = HashMap::new();
    for (row, (content, ..), _, _, granted, permitted, price) in &lines {
        if let (true, Some(content), Some(_)) = (stands(row, granted, *permitted), content, price) {
            contents.insert(row.id, serde_json::from_str::<Submitted>(content)?.answers.read()?);
        }
    }
    let (on, off): (Vec<&Line>, Vec<&Line>) = lines.iter().partition(|l| contents.contains_key(&l.0.id));
    let ids = |of: Vec<&Line>| of.into_iter().map(|l| l.0.id.to_string()).collect::<Vec<_>>();
    let all: Vec<Content> = contents.values().cloned().collect();
    let mut around = around(look, &all, &ids(on), &ids(off))?;
    lines
        .into_iter()
        .map(|(row, (_, made_at, digest), (holder, credit_code), scenario_title, granted, permitted, price)| {
            let priced = price.is_some();
            let (key, content) = (row.id.to_string(), contents.remove(&row.id));
            let begun = price.as_ref().and_then(|p| p.effective_on).map(day::start_of_day_utc);
            let changed_at = [Some(row.updated_at), Some(granted.updated_at), price.as_ref().map(|p| p.updated_at), begun];
            let shown = match (content, made_at, digest, price) {
                (Some(content), Some(made_at), Some(digest), Some(price)) => Some(Shown {
                    version: row.approved_version.unwrap_or(0),
                    made_at,
                    digest,
                    tariff: price.tariff()?,
                    price_serial: price.serial.unwrap_or_default(),
                    effective_on: price.effective_on,
                    sample: content.sample_file.iter().find_map(|id| around.samples.remove(id)),
                    sources: content.sources.iter().filter_map(|id| around.sources.get(id).cloned()).collect(),
                    registration: around.codes.remove(&key),
                    content,
                }),
                _ => None,
            };
            let off = shown.is_none().then(|| {
                around
                    .taken_off
                    .get(&key)
                    .copied()
                    .filter(|_| row.state != product::State::Listed)
                    .unwrap_or_else(|| closed(&row, &granted, permitted && !priced, today))
            });
            Ok(Record {
                id: row.id,
                serial: row.serial.unwrap_or_default(),
                title: row.title,
                form: row.form,
                domain: row.domain,
                purpose: row.purpose,
                scenario: row.scenario,
                scenario_title,
                holder,
                credit_code: credit_code.unwrap_or_default(),
                licence: granted.id,
                licence_serial: granted.serial.unwrap_or_default(),
                licence_title: granted.title,
                licence_from: granted.from_on,
                licence_to: granted.to_on,
                listed_at: row.listed_at.unwrap_or(row.created_at),
                changed_at: changed_at.into_iter().flatten().chain(off.map(|o| o.0)).max().unwrap_or(row.updated_at),
                shown,
                off,
            })
        })
        .collect()
}

/// Why a product that stands on the shelf is not on offer all the same, and since when.
fn closed(row: &Product, granted: &Licence, unpriced: bool, today: NaiveDate) -> (At, OffWhy) {
    use primary::licence::State;
    match granted.state {
        State::Ended => (granted.ended_at.unwrap_or(granted.updated_at), OffWhy::Ended),
        _ if today > granted.to_on => (day::end_of_day_utc(granted.to_on), OffWhy::Ended),
        State::Suspended => (granted.updated_at, OffWhy::Suspended),
        State::InForce if granted.is_in_force(today) && unpriced => (row.updated_at, OffWhy::Price),
        _ => (granted.updated_at, OffWhy::Closed),
    }
}
