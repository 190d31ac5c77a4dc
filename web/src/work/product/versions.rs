//! One submitted version of a product: every word of it, what changed since the version before, and what it was found to be.

use super::said::{self, Answered, Part};
use crate::answer::PageResult;
use crate::ask::Ask;
use crate::view::chrome::Chrome;
use crate::view::list::{Cell, tone};
use askama::Template;
use platform::flow::Noun;
use platform::people::person;
use platform::{Caller, Look, Refusal, Result, Word};
use secondary::product::{Product, version};
use secondary::review;
use serde::Serialize;

#[derive(Template, Serialize)]
#[template(path = "work/product/version.html")]
struct VersionView {
    #[serde(skip)]
    c: Chrome,
    title: String,
    heading: String,
    back: String,
    /// State of its review, and the colour.
    review: Option<(String, &'static str)>,
    /// Where a reviewer reads its review.
    review_href: Option<String>,
    made_at: String,
    made_by: String,
    digest: String,
    files: Vec<FileLine>,
    answered: Vec<Answered>,
    parts: Vec<Part>,
    /// Names of the fields that changed.
    changed: Vec<String>,
    before: Option<String>,
    after: Option<String>,
}

/// A file bound by its digest.
#[derive(Serialize)]
pub struct FileLine {
    pub id: String,
    pub name: String,
    pub size: i64,
    pub sha256: String,
}

/// The files that a version binds.
pub fn files(of: &version::Version) -> Vec<FileLine> {
    of.submitted().files.into_iter().map(|f| FileLine { id: f.id, name: f.name, size: f.size / 1024 + 1, sha256: f.sha256 }).collect()
}

fn view(look: &mut Look, who: &Caller, ask: &Ask) -> Result<VersionView> {
    let row = Product::find(look, who, ask.id::<Product>("id")?)?;
    let number: i32 = ask.param("number").parse().map_err(|_| Refusal::NotFound)?;
    let made = version::find(look, row.id, number)?;
    let base = format!("/work/products/{}", row.id);
    let parts = said::version_parts(look, ask.lang, &row, &made)?;
    let of = review::of_product(look, row.id)?.into_iter().find(|r| r.version == number);
    let made_by = made.made_by.map(|p| person::names(look, vec![p]).map(|n| n.get(&p).cloned().unwrap_or_default())).transpose()?;
    let heading = ask.lang.tn("product-version-n", number);
    Ok(VersionView {
        c: ask
            .chrome(heading.clone())
            .crumb(ask.t("nav-work"), "/work")
            .crumb(ask.t("nouns-product"), "/work/products")
            .crumb(row.title.clone(), base.clone()),
        title: row.title.clone(),
        heading,
        review: of.as_ref().map(|r| (ask.lang.w(r.state), tone(r.state.as_str()))),
        review_href: of.filter(|_| who.is_any(<review::Review as crate::noun::Show>::DOOR)).map(|r| format!("/work/reviews/{}", r.id)),
        made_at: platform::clock::shanghai_text(made.made_at),
        made_by: made_by.unwrap_or_default(),
        answered: said::answered(look, ask.lang, &row, &made)?,
        files: files(&made),
        changed: parts.iter().flat_map(|p| &p.items).filter(|i| i.fact.changed).map(|i| i.fact.label.clone()).collect(),
        parts,
        before: (number > 1).then(|| format!("{base}/versions/{}", number - 1)),
        after: (number < row.version).then(|| format!("{base}/versions/{}", number + 1)),
        digest: made.digest,
        back: base,
    })
}

/// `GET /work/products/{id}/versions/{number}`
pub async fn page(ask: Ask) -> PageResult {
    let a = ask.clone();
    let view = ask.look(move |look, who| view(look, who, &a)).await?;
    ask.show(&view)
}

/// The versions as a table: number, when, what changed, what its review came to.
pub fn table(look: &mut Look, ask: &Ask, row: &Product) -> Result<Vec<Vec<Cell>>> {
    let versions = version::list(look, row.id)?;
    let reviews = review::of_product(look, row.id)?;
    let mut rows = Vec::new();
    for made in &versions {
        let of = reviews.iter().find(|r| r.version == made.number);
        let changed: Vec<String> = of.map(|r| r.about().changed).unwrap_or_default().iter().map(|name| ask.t(&format!("product-{name}"))).collect();
        let current = row.approved_version == Some(made.number);
        let number = Cell::link(ask.lang.tn("product-version-n", made.number), format!("/work/products/{}/versions/{}", row.id, made.number));
        rows.push(vec![
            if current { number.below(ask.t("product-version-approved")) } else { number },
            Cell::at(Some(made.made_at)),
            Cell::text(changed.join(ask.lang.pick("、", ", "))),
            of.map_or_else(Cell::default, |r| Cell::state(ask.lang, r.state)),
            Cell::text(of.map(|r| r.about().reason).unwrap_or_default()),
        ]);
    }
    Ok(rows)
}
