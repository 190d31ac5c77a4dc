//! One product on offer, as everybody may read it: what was approved, never the draft, and of the sources no more than
//! title and level.

use super::{Line, Offer, offered, on_offer};
use crate::pricing::{self, Pricing, Tariff};
use crate::product::{Content, Product, version};
use crate::review;
use chrono::NaiveDate;
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{Bool, Date};
use platform::schema::{licence, org, pricing as prices, product as products, product_version, review as reviews, scenario};
use platform::{At, Id, Look, Refusal, Result, diesel, file};
use resources::{Level, entry};
use serde::Serialize;

/// A product's public page.
#[derive(Clone, Debug, Serialize)]
pub struct OfferPage {
    pub offer: Offer,
    pub fields: Vec<crate::product::form::Supplied>,
    pub interface: Option<String>,
    pub sample_text: Option<String>,
    pub sample_file: Option<file::File>,
    pub usage: Option<String>,
    pub limits: String,
    pub delivery: String,
    pub external_sources: Option<String>,
    pub sources: Vec<SourceNamed>,
    /// Digest of the version on offer.
    pub digest: String,
    /// Approved versions, newest first.
    pub versions: Vec<PublicVersion>,
    /// Received prices, newest first.
    pub prices: Vec<PastPrice>,
    /// The query code of its registration that stands, and until when.
    pub registration: Option<(String, NaiveDate)>,
    /// Where its holder wants to be asked.
    pub contact: String,
    pub licence_from: NaiveDate,
    pub licence_to: NaiveDate,
    pub updated_at: At,
}

/// A source, as far as it is public.
#[derive(Clone, Debug, Serialize)]
pub struct SourceNamed {
    pub title: String,
    pub level: Level,
}

/// An approved version.
#[derive(Clone, Debug, Serialize)]
pub struct PublicVersion {
    pub number: i32,
    pub made_at: At,
    pub digest: String,
}

/// A price that applied, applies or will apply.
#[derive(Clone, Debug, Serialize)]
pub struct PastPrice {
    pub serial: String,
    pub effective_on: Option<NaiveDate>,
    pub tariff: Tariff,
    pub price_zh: String,
    pub price_en: String,
    pub basis: String,
    pub scope: String,
    pub effect: String,
}

/// A product on offer with all that is public of it; `NotFound` when it is not on offer now.
pub fn offer(look: &mut Look, id: Id<Product>) -> Result<OfferPage> {
    let today = look.today();
    let line: Line = on_offer!(today)
        .filter(products::id.eq(id))
        .select((Product::as_select(), product_version::content, org::title, scenario::title, licence::serial, Pricing::as_select()))
        .first(look.db())?;
    let updated_at = line.0.updated_at;
    let offer = offered(look, vec![line])?.pop().ok_or(Refusal::NotFound)?;
    let granted = primary::licence::row(look, offer.licence)?;
    let shown = version::find(look, id, offer.version)?;
    let content: Content = shown.read()?;
    let approved: Vec<PublicVersion> = product_version::table
        .inner_join(reviews::table.on(reviews::product.eq(product_version::product).and(reviews::version.eq(product_version::number))))
        .filter(product_version::product.eq(id).and(reviews::state.eq(review::State::Approved)))
        .order(product_version::number.desc())
        .limit(200)
        .select((product_version::number, product_version::made_at, product_version::digest))
        .load::<(i32, At, String)>(look.db())?
        .into_iter()
        .map(|(number, made_at, digest)| PublicVersion { number, made_at, digest })
        .collect();
    let past = pricing::history(look, id)?
        .into_iter()
        .map(|row| {
            let (tariff, answers) = (row.tariff()?, row.answers());
            Ok(PastPrice {
                serial: row.serial.clone().unwrap_or_default(),
                effective_on: row.effective_on,
                price_zh: tariff.say(false),
                price_en: tariff.say(true),
                tariff,
                basis: answers.text("basis").into(),
                scope: answers.text("scope").into(),
                effect: answers.text("effect").into(),
            })
        })
        .collect::<Result<Vec<_>>>()?;
    let holder = offer.owner.map(|o| platform::people::org::row(look, o)).transpose()?;
    let sources = entry::by_ids(look, &content.sources)?.into_iter().map(|e| SourceNamed { title: e.title, level: e.level }).collect();
    Ok(OfferPage {
        offer,
        fields: content.fields,
        interface: content.interface,
        sample_text: content.sample_text,
        sample_file: file::rows(look, &content.sample_file)?.pop(),
        usage: content.usage,
        limits: content.limits,
        delivery: content.delivery,
        external_sources: content.external_sources,
        sources,
        digest: shown.digest,
        versions: approved,
        prices: past,
        registration: crate::registration::current(look, crate::registration::About::Product, &id.to_string())?
            .and_then(|r| Some((r.code?, r.valid_to?))),
        contact: holder.map(|h| h.answers().text("public_contact").to_string()).unwrap_or_default(),
        licence_from: granted.from_on,
        licence_to: granted.to_on,
        updated_at,
    })
}
