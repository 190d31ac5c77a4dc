//! A line of the public log: what everybody may know of an act, written in the act's own transaction. What is personal or
//! secret stands in it as a salted commitment only, so that it can be proved to whoever is entitled, and is lost with its
//! salt while the log still verifies.

use super::wording;
use crate::clock::At;
use crate::db::{Look, Tx};
use crate::event::{Event, sha256};
use crate::id::Id;
use crate::paging::{Page, Paged, like};
use crate::people::Org;
use crate::schema::{event, leaf, leaf_salt, leaf_wording, org};
use crate::words::Word;
use crate::{Refusal, Result, diesel};
use diesel::prelude::*;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

/// What the public log says of an act.
#[derive(Clone, Debug, Default)]
pub struct Told {
    kind: &'static str,
    body: Map<String, Value>,
    /// Texts of which only a salted commitment is published.
    sealed: Vec<(&'static str, String)>,
    /// Nobody may learn which case it is.
    veiled: bool,
    wording: Option<String>,
}

/// Most characters of one text, and most bytes of an entry.
const TEXT: usize = 240;
const MOST: usize = 4096;
/// The kind of every act on what is still sealed. All of them are told alike, drafts too: how many have applied is nobody's
/// business before the opening (BID-22).
pub const SEALED: &str = "act.sealed";

impl Told {
    /// What is told of an act of that kind, with nothing but the act itself as yet.
    pub fn of(kind: &'static str) -> Self {
        Self { kind, ..Self::default() }
    }
    /// Another kind, where the act alone does not tell it.
    pub fn kind(mut self, kind: &'static str) -> Self {
        self.kind = kind;
        self
    }
    /// A public field. Texts are cut to 240 characters; what is empty is left out.
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        let value = match value.into() {
            Value::Null => return self,
            Value::String(text) if text.is_empty() => return self,
            Value::String(text) => text.chars().filter(|c| !c.is_control()).take(TEXT).collect::<String>().into(),
            other => other,
        };
        self.body.insert(name.into(), value);
        self
    }
    /// An organisation by its unified social credit code, which is public; one without is told as a commitment.
    pub fn org(self, look: &mut Look, name: &'static str, of: Option<Id<Org>>) -> Result<Self> {
        let Some(of) = of else { return Ok(self) };
        let code: Option<String> = org::table.find(of).select(org::credit_code).first(look.db())?;
        Ok(match code {
            Some(code) => self.with(name, code),
            None => self.sealing(name, of.to_string()),
        })
    }
    /// A text of which only a salted commitment is published.
    pub fn sealing(mut self, name: &'static str, text: impl Into<String>) -> Self {
        self.sealed.push((name, text.into()));
        self
    }
    /// What everybody can read from this act on, whole. The entry holds its digest; the text is kept beside it.
    pub fn wording(mut self, of: &impl serde::Serialize) -> Result<Self> {
        let text = canonical(&serde_json::to_value(of)?).map_err(Refusal::broken)?;
        self.body.insert(wording::FIELD.into(), digest(&text).into());
        self.wording = Some(text);
        Ok(self)
    }
    /// Nobody may learn which case it is: the case goes in as a commitment, too.
    pub fn veiled(mut self) -> Self {
        self.veiled = true;
        self
    }
}

/// A leaf as it is kept.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, serde::Serialize)]
#[diesel(table_name = leaf)]
pub struct Leaf {
    /// From 0, without a gap.
    pub idx: i64,
    /// The event it tells of.
    pub seq: i64,
    pub at: At,
    pub kind: String,
    /// `noun/id`; empty when nobody may learn which case it is.
    pub subject: String,
    /// The canonical JSON whose hash is the leaf's.
    pub entry: String,
}

impl Leaf {
    /// Its fields.
    pub fn fields(&self) -> Value {
        serde_json::from_str(&self.entry).unwrap_or_default()
    }
}

/// JSON in its one spelling: keys sorted, no blanks, whole numbers only.
pub fn canonical(value: &Value) -> Result<String, String> {
    let mut text = String::new();
    write(value, &mut text)?;
    Ok(text)
}

fn write(value: &Value, out: &mut String) -> Result<(), String> {
    match value {
        Value::Number(n) if !(n.is_i64() || n.is_u64()) => return Err(format!("{n} is no whole number")),
        Value::Array(all) => {
            out.push('[');
            for (i, one) in all.iter().enumerate() {
                if i > 0 {
                    out.push(',');
                }
                write(one, out)?;
            }
            out.push(']');
        }
        Value::Object(map) => {
            let mut keys: Vec<&String> = map.keys().collect();
            keys.sort();
            out.push('{');
            for (i, key) in keys.into_iter().enumerate() {
                if i > 0 {
                    out.push(',');
                }
                out.push_str(&Value::String(key.clone()).to_string());
                out.push(':');
                write(&map[key], out)?;
            }
            out.push('}');
        }
        plain => out.push_str(&plain.to_string()),
    }
    Ok(())
}

/// The commitment to a text: SHA-256 of a salt of its own and the text. Each name's salt is derived from the leaf's, so that
/// one can be shown without the others.
pub fn commitment(salt: &str, name: &str, text: &str) -> String {
    committed(&own_salt(salt, name), text)
}

/// The salt of one name.
pub fn own_salt(salt: &str, name: &str) -> [u8; 32] {
    Sha256::new().chain_update(salt).chain_update(b"\n").chain_update(name).finalize().into()
}

/// The commitment to a text under a salt of its own.
pub fn committed(own: &[u8], text: &str) -> String {
    format!("c:sha256:{}", hex(&Sha256::new().chain_update(own).chain_update(text).finalize()))
}

/// Bytes in hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

/// Bytes out of hexadecimal; nothing when it is none.
pub fn unhex(text: &str) -> Option<Vec<u8>> {
    let digits = |at: usize| text.get(at..at + 2).and_then(|pair| u8::from_str_radix(pair, 16).ok());
    // A sign would be read as part of a number.
    if text.len().is_multiple_of(2) && text.bytes().all(|b| b.is_ascii_hexdigit()) { (0..text.len()).step_by(2).map(digits).collect() } else { None }
}

/// An instant as entries spell it, in whole seconds.
pub fn instant(at: At) -> String {
    at.format("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// Appends the leaf of an event in the event's own transaction.
pub(crate) fn append(tx: &mut Tx, of: &Event, told: Told) -> Result<i64> {
    let last: Option<i64> = leaf::table.select(diesel::dsl::max(leaf::idx)).first(tx.db())?;
    let idx = last.map_or(0, |i| i + 1);
    let salt = hex(&rand::random::<[u8; 32]>());
    let subject = format!("{}/{}", of.noun, of.subject);
    let (mut commit, mut texts) = (Map::new(), Map::new());
    let mut seal = |name: &str, text: &str| -> Value {
        texts.insert(name.into(), text.into());
        commitment(&salt, name, text).into()
    };
    for (name, text) in told.sealed.iter().map(|(n, t)| (*n, t.as_str())).chain([("event", of.hash.as_str()), ("detail", of.digest.as_str())]) {
        commit.insert(name.into(), seal(name, text));
    }
    let mut entry = Map::new();
    let mut put = |name: &str, value: Value| {
        entry.insert(name.into(), value);
    };
    put("v", 1.into());
    put("seq", of.seq.into());
    put("kind", told.kind.into());
    put("at", instant(of.at).into());
    put("rule_pack", of.profile.clone().into());
    if told.veiled && told.wording.is_some() {
        return Err(Refusal::broken(format!("a veiled leaf with a wording: {}", told.kind)));
    }
    if told.veiled {
        commit.insert("subject".into(), seal("subject", &subject));
    } else {
        put("subject", subject.clone().into());
        put("actor_role", of.role.as_str().into());
    }
    if let Some(actor) = of.actor {
        put("actor", seal("actor", &actor.to_string()));
    }
    put("body", told.body.into());
    put("commit", commit.into());
    let entry = canonical(&entry.into()).map_err(Refusal::broken)?;
    if entry.len() > MOST {
        return Err(Refusal::broken(format!("a leaf of {} bytes: {}", entry.len(), told.kind)));
    }
    let subject = if told.veiled { String::new() } else { subject };
    let row = Leaf { idx, seq: of.seq, at: of.at, kind: told.kind.into(), subject, entry };
    diesel::insert_into(leaf::table).values(&row).execute(tx.db())?;
    if let Some(text) = &told.wording {
        wording::keep(tx, idx, text)?;
    }
    let texts = Value::from(texts).to_string();
    diesel::insert_into(leaf_salt::table).values((leaf_salt::idx.eq(idx), leaf_salt::salt.eq(salt), leaf_salt::texts.eq(texts))).execute(tx.db())?;
    Ok(idx)
}

/// How many leaves there are.
pub fn count(look: &mut Look) -> Result<i64> {
    let last: Option<i64> = leaf::table.select(diesel::dsl::max(leaf::idx)).first(look.db())?;
    Ok(last.map_or(0, |i| i + 1))
}

/// The leaf of that index.
pub fn find(look: &mut Look, idx: i64) -> Result<Leaf> {
    leaf::table.find(idx).select(Leaf::as_select()).first(look.db()).optional()?.ok_or(Refusal::NotFound)
}

/// Entries from an index on, at most so many, in order.
pub fn entries(look: &mut Look, from: i64, most: i64) -> Result<Vec<String>> {
    Ok(leaf::table.filter(leaf::idx.ge(from)).order(leaf::idx.asc()).limit(most).select(leaf::entry).load(look.db())?)
}

/// What a search of the log asks for. Empty fields ask for everything.
#[derive(Clone, Debug, Default)]
pub struct Ask {
    /// A number, a title, the id of a case: any part of an entry.
    pub words: String,
    pub kind: String,
    /// `noun/id`.
    pub subject: String,
}

/// A page of the log, newest first, with the count of all that match. Only what is public is searched.
pub fn search(look: &mut Look, ask: &Ask, page: Page) -> Result<Paged<Leaf>> {
    let filter = || {
        let mut q = leaf::table.into_boxed::<crate::db::MultiBackend>();
        if !ask.kind.is_empty() {
            q = q.filter(leaf::kind.eq(ask.kind.clone()));
        } else if ask.words.is_empty() {
            // One like another by design, and many: they tell a reader nothing. Asked for by their kind, they are listed.
            q = q.filter(leaf::kind.ne(SEALED));
        }
        if !ask.subject.is_empty() {
            q = q.filter(leaf::subject.eq(ask.subject.clone()));
        }
        if !ask.words.is_empty() {
            // Titles as typed, numbers as they are written.
            let typed = leaf::entry.like(like(&ask.words)).escape('\\');
            q = q.filter(typed.or(leaf::entry.like(like(&crate::serial::folded(&ask.words))).escape('\\')));
        }
        q
    };
    let total: i64 = filter().count().get_result(look.db())?;
    let rows = filter().order(leaf::idx.desc()).limit(page.limit()).offset(page.offset()).select(Leaf::as_select()).load(look.db())?;
    Ok(page.of(rows, total))
}

/// The leaves of a case, newest first, at most 50, veiled ones too: for its own page, which asks who looks.
pub fn of_case(look: &mut Look, noun: &str, id: &str) -> Result<Vec<Leaf>> {
    Ok(leaf::table
        .inner_join(event::table)
        .filter(event::noun.eq(noun).and(event::subject.eq(id)))
        .order(leaf::idx.desc())
        .limit(50)
        .select(Leaf::as_select())
        .load(look.db())?)
}

/// The index of the last leaf of that kind of a case.
pub fn last_of(look: &mut Look, noun: &str, id: &str, kind: &str) -> Result<Option<i64>> {
    Ok(leaf::table
        .inner_join(event::table)
        .filter(event::noun.eq(noun).and(event::subject.eq(id)).and(leaf::kind.eq(kind)))
        .select(diesel::dsl::max(leaf::idx))
        .first(look.db())?)
}

/// The index of the last leaf that shows that case, `noun/id`, and of the last among them with a wording.
pub fn last_shown(look: &mut Look, subject: &str) -> Result<(Option<i64>, Option<i64>)> {
    use diesel::dsl::max;
    Ok(leaf::table
        .left_join(leaf_wording::table.on(leaf_wording::idx.eq(leaf::idx)))
        .filter(leaf::subject.eq(subject))
        .select((max(leaf::idx), max(leaf_wording::idx.nullable())))
        .first(look.db())?)
}

/// The last leaf of a kind.
pub fn last(look: &mut Look, kind: &str) -> Result<Option<Leaf>> {
    Ok(leaf::table.filter(leaf::kind.eq(kind)).order(leaf::idx.desc()).select(Leaf::as_select()).first(look.db()).optional()?)
}

/// The salt under which a leaf's commitments were made, while it is kept.
pub fn salt(look: &mut Look, idx: i64) -> Result<Option<String>> {
    Ok(leaf_salt::table.find(idx).select(leaf_salt::salt).first(look.db()).optional()?)
}

/// Erases the salts and the wordings of a case's leaves: from then on nobody can tell from here whom or what their commitments meant
/// or what was said, and the log still verifies (PIPL 47). Returns how many salts.
pub fn erase_salts(tx: &mut Tx, noun: &str, id: &str) -> Result<usize> {
    let of = leaf::table.inner_join(event::table).filter(event::noun.eq(noun).and(event::subject.eq(id)));
    let all: Vec<i64> = of.select(leaf::idx).load(tx.db())?;
    diesel::delete(leaf_wording::table.filter(leaf_wording::idx.eq_any(&all))).execute(tx.db())?;
    Ok(diesel::delete(leaf_salt::table.filter(leaf_salt::idx.eq_any(all))).execute(tx.db())?)
}

/// The digest of a text, as entries spell it.
pub fn digest(text: &str) -> String {
    format!("sha256:{}", sha256(text))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn json_has_one_spelling() {
        let value = json!({"b": [1, -2, {"z": null, "a": "甲\"\n"}], "a": true, "é": "", "Z": u64::MAX});
        assert_eq!(canonical(&value).unwrap(), "{\"Z\":18446744073709551615,\"a\":true,\"b\":[1,-2,{\"a\":\"甲\\\"\\n\",\"z\":null}],\"é\":\"\"}");
        assert!(canonical(&json!({"a": [1.5]})).is_err());
        let text = canonical(&value).unwrap();
        assert_eq!(canonical(&serde_json::from_str(&text).unwrap()).unwrap(), text);
    }

    #[test]
    fn a_commitment_is_of_its_salt_name_and_text() {
        let one = commitment("00", "actor", "李娜");
        assert!(one.starts_with("c:sha256:") && one.len() == 9 + 64 && !one.contains('李'));
        for other in [commitment("01", "actor", "李娜"), commitment("00", "event", "李娜"), commitment("00", "actor", "李四")] {
            assert_ne!(one, other);
        }
    }

    #[test]
    fn texts_are_cut_and_empty_fields_left_out() {
        let told = Told::of("a").with("long", "长".repeat(300)).with("none", Value::Null).with("empty", "").with("n", 3);
        assert_eq!(told.body.keys().collect::<Vec<_>>(), ["long", "n"]);
        assert_eq!(told.body["long"].as_str().unwrap().chars().count(), TEXT);
    }
}
