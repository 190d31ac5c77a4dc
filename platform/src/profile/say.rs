//! What a profile says in words: both languages, and the places that a contract fills.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::Source;

/// The places a clause may leave open; [`Say2::fill`] fills them.
pub const PLACES: [&str; 8] = ["holder", "operator", "scenario", "resources", "from", "to", "fee", "licence"];

/// Something said in both languages; neither is empty.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "RawSay2")]
pub struct Say2 {
    pub zh: String,
    pub en: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawSay2 {
    zh: String,
    en: String,
}

/// A titled wording: a clause of the agreement, or a point of the compliance review.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wording {
    pub key: String,
    pub name: Say2,
    pub text: Say2,
    pub article: Option<String>,
    pub source: Option<Source>,
}

impl Say2 {
    /// English if asked for, else Chinese.
    pub fn in_lang(&self, en: bool) -> &str {
        if en { &self.en } else { &self.zh }
    }

    /// The wording with its `{places}` filled; a filled-in value is never read for places again. The error is the first place for
    /// which no value was given, so that no agreement is signed with a gap.
    pub fn fill(&self, en: bool, values: &BTreeMap<&str, &str>) -> Result<String, String> {
        let mut filled = String::new();
        let mut rest = self.in_lang(en);
        while let Some((before, place, after)) = next_place(rest) {
            filled.push_str(before);
            filled.push_str(values.get(place).ok_or_else(|| place.to_owned())?);
            rest = after;
        }
        Ok(filled + rest)
    }
}

impl TryFrom<RawSay2> for Say2 {
    type Error = &'static str;

    fn try_from(raw: RawSay2) -> Result<Say2, Self::Error> {
        if raw.zh.trim().is_empty() || raw.en.trim().is_empty() {
            return Err("zh and en must both be given");
        }
        Ok(Say2 { zh: raw.zh, en: raw.en })
    }
}

impl Wording {
    /// The places the text leaves open, each once, in alphabetical order.
    pub fn places(&self, en: bool) -> BTreeSet<&str> {
        let mut found = BTreeSet::new();
        let mut rest = self.text.in_lang(en);
        while let Some((_, place, after)) = next_place(rest) {
            found.insert(place);
            rest = after;
        }
        found
    }

    pub(super) fn check_places(&self) -> Result<(), String> {
        if let Some(unknown) = self.places(false).into_iter().find(|place| !PLACES.contains(place)) {
            return Err(format!("clause.{}: nothing fills {{{unknown}}}", self.key));
        }
        if self.places(false) != self.places(true) {
            return Err(format!("clause.{}: the two languages leave different places open", self.key));
        }
        Ok(())
    }
}

/// Splits at the first `{place}`: what is before it, its name, what is after it.
fn next_place(text: &str) -> Option<(&str, &str, &str)> {
    let (before, open) = text.split_once('{')?;
    let (place, after) = open.split_once('}')?;
    Some((before, place, after))
}
