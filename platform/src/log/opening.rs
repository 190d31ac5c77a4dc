//! What stands behind a leaf's commitments, for those who may see the act: each text with the salt of its own. Whoever is handed it
//! finds, with nothing but SHA-256, that the log has held this text since that day. Erased salts open nothing any more.

use super::leaf::{self, committed, own_salt};
use crate::db::Look;
use crate::schema::{event, leaf as leaves, leaf_salt};
use crate::{Refusal, Result, diesel};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// Bytes of a salt.
const SALT: usize = 32;

/// One commitment, opened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opened {
    /// Its name within the entry: `subject`, `content`, `actor` …
    pub name: String,
    /// 32 bytes in hexadecimal.
    pub salt: String,
    pub text: String,
}

/// A leaf with what its commitments stand for, as a file of its own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opening {
    /// The leaf's number.
    pub number: i64,
    /// The leaf's entry, to the letter; its receipt proves that it stands in the log.
    pub entry: String,
    pub opened: Vec<Opened>,
}

/// Noun and id of the case that a leaf tells of, and the number of its event.
pub fn case_of(look: &mut Look, idx: i64) -> Result<(String, String, i64)> {
    let found = leaves::table.inner_join(event::table).filter(leaves::idx.eq(idx)).select((event::noun, event::subject, event::seq));
    found.first(look.db()).optional()?.ok_or(Refusal::NotFound)
}

/// Opens a leaf; nothing when its salt was erased.
pub fn of(look: &mut Look, idx: i64) -> Result<Option<Opening>> {
    let leaf = leaf::find(look, idx)?;
    let kept: Option<(String, String)> = leaf_salt::table.find(idx).select((leaf_salt::salt, leaf_salt::texts)).first(look.db()).optional()?;
    let Some((salt, texts)) = kept else { return Ok(None) };
    let texts: Map<String, Value> = serde_json::from_str(&texts)?;
    let opened = texts.into_iter().filter_map(|(name, text)| {
        let salt = leaf::hex(&own_salt(&salt, &name));
        Some(Opened { name, salt, text: text.as_str()?.to_string() })
    });
    Ok(Some(Opening { number: leaf.idx, entry: leaf.entry, opened: opened.collect() }))
}

impl Opening {
    /// Whether every text is what the entry committed itself to; the name of the first that is not.
    pub fn check(&self) -> std::result::Result<(), &str> {
        let entry: Value = serde_json::from_str(&self.entry).map_err(|_| "entry")?;
        for Opened { name, salt, text } in &self.opened {
            let stands = if name == "actor" { &entry["actor"] } else { &entry["commit"][name.as_str()] };
            // A salt of another length would let somebody move the beginning of the text into it.
            let salt = leaf::unhex(salt).filter(|salt| salt.len() == SALT).ok_or(name.as_str())?;
            if stands.as_str() != Some(committed(&salt, text).as_str()) {
                return Err(name);
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_moves_between_the_salt_and_the_text() {
        let text = "不同意";
        let entry = serde_json::json!({ "commit": { "content": leaf::commitment("00", "content", text) } }).to_string();
        let salt = leaf::hex(&own_salt("00", "content"));
        let opening = |salt: &str, text: &str| Opening {
            number: 1,
            entry: entry.clone(),
            opened: vec![Opened { name: "content".into(), salt: salt.into(), text: text.into() }],
        };
        assert_eq!(opening(&salt, text).check(), Ok(()));
        let first = leaf::hex("不".as_bytes());
        assert_eq!(opening(&format!("{salt}{first}"), "同意").check(), Err("content"));
        for bad in ["", "0", "zz", &salt[2..]] {
            assert_eq!(opening(bad, text).check(), Err("content"), "{bad}");
        }
    }
}
