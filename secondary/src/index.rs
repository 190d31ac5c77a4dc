//! 全文索引 — finds what is public: products on offer, scenarios, calls, licences, disclosures. It is a reader of the event log with a
//! cursor of its own, kept by each node in a folder that may be thrown away at any time; the database alone is the truth.
//!
//! Counts are exact: a run of Chinese is found where a search through the text would find it, and each facet is counted with all other
//! filters applied. Lists are ordered so that anybody can see why: what has the words in its title first, then newer first.

mod ask;
mod feed;
mod fields;
mod folder;
mod keep;
mod shard;
mod text;

pub use ask::{Ask, Counted, Cursor, Found, Hint, Sort};
pub use keep::Index;

use platform::{Refusal, words};
use primary::ProductForm;
use serde::{Deserialize, Serialize};

words! {
    /// What an entry of the index is.
    pub enum Kind: "found-kind" {
        Product = "product", Scenario = "scenario", Announcement = "announcement", Licence = "licence", Disclosure = "disclosure",
    }
}

words! {
    /// How a product reaches its buyer, as the national directory of data products tells them apart.
    pub enum Delivery: "delivery" {
        Dataset = "dataset", Interface = "interface", Application = "application", Report = "report", Other = "other",
    }
}

impl Delivery {
    /// The way that a form of product is delivered.
    pub const fn of_form(form: ProductForm) -> Self {
        match form {
            ProductForm::Dataset => Self::Dataset,
            ProductForm::Interface => Self::Interface,
            ProductForm::Application => Self::Application,
            ProductForm::Report => Self::Report,
            ProductForm::Indicator | ProductForm::Model => Self::Other,
        }
    }
}

/// What entries are counted by. The order is that of the bits in the index.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Facet {
    Kind,
    Domain,
    Form,
    Purpose,
    Delivery,
    Tariff,
    Level,
    Cycle,
}

impl Facet {
    pub const ALL: [Facet; 8] = [Facet::Kind, Facet::Domain, Facet::Form, Facet::Purpose, Facet::Delivery, Facet::Tariff, Facet::Level, Facet::Cycle];

    /// Its words as they are stored; the number of a word is its place here, from 1.
    pub fn texts(self) -> &'static [&'static str] {
        use platform::Word;
        match self {
            Self::Kind => Kind::TEXTS,
            Self::Domain => resources::Domain::TEXTS,
            Self::Form => ProductForm::TEXTS,
            Self::Purpose => primary::Purpose::TEXTS,
            Self::Delivery => Delivery::TEXTS,
            Self::Tariff => crate::pricing::Kind::TEXTS,
            Self::Level => resources::Level::TEXTS,
            Self::Cycle => resources::Cycle::TEXTS,
        }
    }
    /// The number of a word; 0 when it is none.
    fn number(self, word: &str) -> u64 {
        self.texts().iter().position(|t| *t == word).map_or(0, |at| at as u64 + 1)
    }
}

/// What a list shows of an entry.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Shown {
    Product(Box<crate::catalogue::Offer>),
    Scenario(Line),
    Announcement(Line),
    Licence(Line),
    Disclosure(Line),
}

/// An entry that is no product.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Line {
    pub id: String,
    pub title: String,
    pub serial: String,
    /// What else there is to say in a line.
    pub summary: String,
    /// Its state as a word of its noun's set; empty where it has none to tell.
    pub state: String,
    /// Who holds or discloses it; empty where nobody does.
    pub holder: String,
}

/// One entry on its way into the index.
#[derive(Clone, Debug)]
struct Entry {
    kind: Kind,
    id: Key,
    serial: String,
    title: String,
    /// Everything that is looked through.
    text: String,
    words: Vec<(Facet, &'static str)>,
    /// Milliseconds since 1970 by which newer comes first.
    at: i64,
    /// `ID NAME`, or empty.
    holder: String,
    scenario: String,
    /// Ids of the resources it is made of.
    sources: Vec<String>,
    shown: Vec<u8>,
}

impl Entry {
    fn key(&self) -> String {
        key(self.kind, &self.id.0)
    }
    fn packed(&self) -> u64 {
        self.words.iter().fold(0, |all, (facet, word)| all | facet.number(word) << fields::shift(*facet))
    }
}

fn key(kind: Kind, id: &str) -> String {
    format!("{kind}:{id}")
}

/// An id as text.
#[derive(Clone, Debug)]
struct Key(String);

impl Key {
    /// Its 128 bits.
    fn as_u128(&self) -> u128 {
        u128::from_str_radix(&self.0.replace('-', ""), 16).unwrap_or_default()
    }
}

/// 128 bits as an id is written.
fn spelled(id: u128) -> String {
    let hex = format!("{id:032x}");
    [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]].join("-")
}

/// What may go wrong with the files of the index. None of it is lost data.
#[derive(Debug)]
enum Fault {
    Index(tantivy::TantivyError),
    Database(Refusal),
}

impl From<tantivy::TantivyError> for Fault {
    fn from(e: tantivy::TantivyError) -> Self {
        Self::Index(e)
    }
}
impl From<std::io::Error> for Fault {
    fn from(e: std::io::Error) -> Self {
        Self::Index(e.into())
    }
}
impl From<Refusal> for Fault {
    fn from(e: Refusal) -> Self {
        Self::Database(e)
    }
}
impl From<Fault> for Refusal {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Index(e) => Refusal::broken(format!("index: {e}")),
            Fault::Database(refusal) => refusal,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_spelled_as_they_are_read() {
        let id = "01930000-0000-7abc-8000-00000000000f";
        assert_eq!(spelled(Key(id.into()).as_u128()), id);
    }

    #[test]
    fn every_word_fits_into_its_bits() {
        for facet in Facet::ALL {
            assert!(facet.texts().len() < fields::MASK as usize, "{facet:?}");
            for (at, word) in facet.texts().iter().enumerate() {
                assert_eq!(facet.number(word), at as u64 + 1);
            }
        }
        assert!(fields::shift(Facet::Cycle) + 6 <= 64);
    }
}
