//! Versions: what was submitted, word for word and byte for byte. Never changed; approval binds the digest (ZJK-25).

use super::{Content, PRODUCT, Product};
use crate::canonical;
use diesel::prelude::*;
use platform::event::sha256;
use platform::people::Person;
use platform::schema::{product as products, product_version as table};
use platform::sheet::Answers;
use platform::{At, Caller, Id, Look, Refusal, Result, Tx, diesel, file};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// One submitted version of a product.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, Serialize)]
#[diesel(table_name = table)]
pub struct Version {
    pub id: Id<Version>,
    pub product: Id<Product>,
    /// From 1.
    pub number: i32,
    /// Canonical JSON of [`Submitted`].
    pub content: String,
    /// SHA-256 of `content`, hexadecimal.
    pub digest: String,
    pub made_by: Option<Id<Person>>,
    pub made_at: At,
}

/// What a version holds: the answers, and the digests of the files they name, so that the bytes are bound too.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Submitted {
    pub answers: Answers,
    pub files: Vec<Bound>,
}

/// A file bound by its digest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bound {
    pub id: String,
    pub name: String,
    pub media: String,
    pub size: i64,
    pub sha256: String,
}

impl Version {
    /// Everything that was submitted.
    pub fn submitted(&self) -> Submitted {
        serde_json::from_str(&self.content).unwrap_or_default()
    }
    /// The answers that were submitted.
    pub fn answers(&self) -> Answers {
        self.submitted().answers
    }
    /// The answers, typed.
    pub fn read(&self) -> Result<Content> {
        self.answers().read()
    }
    /// Whether the content is still what the digest was taken of.
    pub fn holds(&self) -> bool {
        sha256(&self.content) == self.digest
    }
    /// Names of the fields that differ from an earlier version.
    pub fn changed_since(&self, before: &Version) -> Vec<&'static str> {
        PRODUCT.changed(&before.answers(), &self.answers())
    }
}

/// The last version of each of some products.
pub(super) fn last_of(look: &mut Look, of: Vec<Id<Product>>) -> Result<HashMap<Id<Product>, Version>> {
    let rows: Vec<Version> = table::table
        .inner_join(products::table.on(products::id.eq(table::product).and(products::version.eq(table::number))))
        .filter(table::product.eq_any(of))
        .select(Version::as_select())
        .load(look.db())?;
    Ok(rows.into_iter().map(|v| (v.product, v)).collect())
}

/// Keeps settled answers as the product's next version.
pub(super) fn make(tx: &mut Tx, who: &Caller, product: &Product, answers: &Answers) -> Result<Version> {
    let ids: Vec<String> = super::form::FILES.iter().flat_map(|f| answers.list(f)).collect();
    let mut files: Vec<Bound> = file::rows(tx, &ids)?
        .into_iter()
        .map(|f| Bound { id: f.id.to_string(), name: f.name, media: f.media, size: f.size, sha256: f.sha256 })
        .collect();
    files.sort_by_key(|f| ids.iter().position(|i| *i == f.id));
    let content = canonical(&serde_json::to_value(Submitted { answers: answers.clone(), files })?);
    let row = Version {
        id: tx.id(),
        product: product.id,
        number: product.version + 1,
        digest: sha256(&content),
        content,
        made_by: who.person,
        made_at: tx.now(),
    };
    diesel::insert_into(table::table).values(&row).execute(tx.db())?;
    Ok(row)
}

/// One version of a product; the caller has checked that the product may be seen.
pub fn find(look: &mut Look, product: Id<Product>, number: i32) -> Result<Version> {
    let row: Version = table::table.filter(table::product.eq(product).and(table::number.eq(number))).select(Version::as_select()).first(look.db())?;
    if row.holds() { Ok(row) } else { Err(Refusal::broken(format!("version {number} of product {product} does not match its digest"))) }
}

/// A product's versions, newest first, at most 200; the caller has checked that the product may be seen.
pub fn list(look: &mut Look, product: Id<Product>) -> Result<Vec<Version>> {
    Ok(table::table.filter(table::product.eq(product)).order(table::number.desc()).limit(200).select(Version::as_select()).load(look.db())?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn version(answers: serde_json::Value) -> Version {
        let content = canonical(&json!({"answers": answers, "files": []}));
        let id = "01930000-0000-7000-8000-000000000001";
        Version {
            id: id.parse().unwrap(),
            product: id.parse().unwrap(),
            number: 1,
            digest: sha256(&content),
            content,
            made_by: None,
            made_at: At::MIN,
        }
    }

    #[test]
    fn the_digest_binds_every_letter() {
        let mut v = version(json!({"title": "甲", "min_group": 10}));
        assert!(v.holds());
        v.content = v.content.replace("10", "1");
        assert!(!v.holds());
    }

    #[test]
    fn changes_are_named() {
        let before = version(json!({"title": "甲", "limits": "不得转售"}));
        let after = version(json!({"title": "甲", "limits": "不得转售、不得比对", "usage": "curl"}));
        assert_eq!(after.changed_since(&before), ["usage", "limits"]);
    }
}
