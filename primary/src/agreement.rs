//! 授权运营协议 — the agreement of a licence in the profile's clauses, in numbered versions that never change (ZJK-16).

use crate::licence::Licence;
use chrono::NaiveDate;
use diesel::prelude::*;
use platform::event::sha256;
use platform::people::{Person, org};
use platform::schema::agreement;
use platform::{At, Caller, Id, Look, Refusal, Result, Tx, diesel, money};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// One version of an agreement.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, Serialize)]
#[diesel(table_name = agreement)]
pub struct Agreement {
    pub id: Id<Agreement>,
    pub licence: Id<Licence>,
    /// Counted from 1.
    pub number: i32,
    /// Canonical JSON of a [`Body`].
    pub body: String,
    /// SHA-256 of `body`, hexadecimal; what the parties sign.
    pub digest: String,
    pub made_by: Option<Id<Person>>,
    pub made_at: At,
}

/// The text of an agreement in both languages.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Body {
    pub licence: String,
    pub profile: String,
    pub holder: String,
    pub operator: String,
    pub zh: Vec<Clause>,
    pub en: Vec<Clause>,
    /// What the parties add, in the language they wrote it.
    pub supplement: String,
}

/// One printable clause.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Clause {
    pub key: String,
    pub name: String,
    pub text: String,
    /// The articles it rests on; empty where the profile proposes it.
    pub article: String,
}

/// What an event says of a version: its number and digest.
#[derive(Clone, Debug, Serialize)]
pub struct Seal {
    pub agreement: i32,
    pub digest: String,
}

impl Agreement {
    /// Number and digest, for the record of an act.
    pub fn seal(&self) -> Seal {
        Seal { agreement: self.number, digest: self.digest.clone() }
    }
    /// Its text.
    pub fn body(&self) -> Result<Body> {
        Ok(serde_json::from_str(&self.body)?)
    }
    /// Its clauses for printing.
    pub fn clauses(&self, en: bool) -> Result<Vec<Clause>> {
        let body = self.body()?;
        Ok(if en { body.en } else { body.zh })
    }
    /// Whether the stored text is the one that was signed.
    pub fn holds(&self) -> bool {
        sha256(&self.body) == self.digest
    }
}

/// The profile's clauses filled from a licence's record, as they would stand in an agreement made now.
pub fn assemble(look: &mut Look, licence: &Licence, en: bool) -> Result<Vec<Clause>> {
    let (holder, operator) = parties(look, licence)?;
    clauses(look, licence, &holder, &operator, en)
}

fn parties(look: &mut Look, licence: &Licence) -> Result<(String, String)> {
    let holder = org::name(look, licence.holder()?)?;
    let operator = org::primary(look)?.ok_or_else(|| Refusal::broken("no primary operator is entered"))?;
    Ok((holder, operator.title))
}

fn clauses(look: &mut Look, licence: &Licence, holder: &str, operator: &str, en: bool) -> Result<Vec<Clause>> {
    let terms = licence.terms();
    let titles: Vec<String> = resources::entry::by_ids(look, &terms.resources)?.into_iter().map(|e| e.title).collect();
    let listed = titles.join(if en { "; " } else { "、" });
    let (from, to) = (spoken_day(licence.from_on, en), spoken_day(licence.to_on, en));
    let fee = spoken_fee(terms.fee, en);
    let values = BTreeMap::from([
        ("holder", holder),
        ("operator", operator),
        ("scenario", &licence.title),
        ("resources", &listed),
        ("from", &from),
        ("to", &to),
        ("fee", &fee),
        ("licence", licence.serial.as_deref().unwrap_or_default()),
    ]);
    look.pinned(&licence.profile)
        .clauses
        .iter()
        .map(|clause| {
            let text = clause.text.fill(en, &values).map_err(|place| Refusal::broken(format!("clause {}: nothing for {place}", clause.key)))?;
            let article = clause.article.clone().unwrap_or_default();
            Ok(Clause { key: clause.key.clone(), name: clause.name.in_lang(en).into(), text, article })
        })
        .collect()
}

fn spoken_day(day: NaiveDate, en: bool) -> String {
    day.format(if en { "%-d %B %Y" } else { "%Y年%-m月%-d日" }).to_string()
}

fn spoken_fee(fen: i64, en: bool) -> String {
    match (fen, en) {
        (0, false) => "免费".into(),
        (0, true) => "free of charge".into(),
        (fen, false) => format!("人民币{}元", money::yuan(fen)),
        (fen, true) => format!("CNY {}", money::yuan(fen)),
    }
}

/// Makes the next version from the licence as it stands.
pub(crate) fn make(tx: &mut Tx, who: &Caller, licence: &Licence) -> Result<Agreement> {
    let (holder, operator) = parties(tx, licence)?;
    let body = Body {
        licence: licence.serial.clone().unwrap_or_default(),
        profile: licence.profile.clone(),
        zh: clauses(tx, licence, &holder, &operator, false)?,
        en: clauses(tx, licence, &holder, &operator, true)?,
        holder,
        operator,
        supplement: licence.terms().supplement,
    };
    let last: Option<i32> = agreement::table.filter(agreement::licence.eq(licence.id)).select(diesel::dsl::max(agreement::number)).first(tx.db())?;
    let body = serde_json::to_string(&body)?;
    let row = Agreement {
        id: tx.id(),
        licence: licence.id,
        number: last.unwrap_or(0) + 1,
        digest: sha256(&body),
        body,
        made_by: who.person,
        made_at: tx.now(),
    };
    diesel::insert_into(agreement::table).values(&row).execute(tx.db())?;
    Ok(row)
}

/// The newest version of a licence's agreement; the caller has checked that the licence may be seen.
pub fn latest(look: &mut Look, licence: Id<Licence>) -> Result<Agreement> {
    Ok(agreement::table.filter(agreement::licence.eq(licence)).order(agreement::number.desc()).select(Agreement::as_select()).first(look.db())?)
}

/// All versions, newest first, at most 200; the caller has checked that the licence may be seen.
pub fn versions(look: &mut Look, licence: Id<Licence>) -> Result<Vec<Agreement>> {
    Ok(agreement::table
        .filter(agreement::licence.eq(licence))
        .order(agreement::number.desc())
        .limit(200)
        .select(Agreement::as_select())
        .load(look.db())?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_fees_are_spoken() {
        let day: NaiveDate = "2027-01-05".parse().unwrap();
        assert_eq!((spoken_day(day, false).as_str(), spoken_day(day, true).as_str()), ("2027年1月5日", "5 January 2027"));
        assert_eq!((spoken_fee(0, false).as_str(), spoken_fee(0, true).as_str()), ("免费", "free of charge"));
        assert_eq!((spoken_fee(120050, false).as_str(), spoken_fee(120050, true).as_str()), ("人民币1200.50元", "CNY 1200.50"));
    }
}
