//! How an entry lies in the index: what is looked for, what is counted, by what it is ordered, and what is shown.

use super::text::{characters, pairs};
use super::{Entry, Facet};
use tantivy::TantivyDocument;
use tantivy::schema::{FAST, Field, IndexRecordOption, NumericOptions, STORED, STRING, Schema, TextFieldIndexing, TextOptions};

/// Grows when the layout or the text of entries changes: an index of another layout is made anew.
pub const LAYOUT: u32 = 2;

/// Bits of one facet's word in the packed column; 0 means none.
const BITS: u32 = 6;
pub const MASK: u64 = (1 << BITS) - 1;

/// The number of a facet's word within the packed column.
pub fn shift(facet: Facet) -> u32 {
    facet as u32 * BITS
}

#[derive(Clone, Copy)]
pub struct Fields {
    /// `KIND:ID`, by which an entry is replaced and removed.
    pub key: Field,
    /// A number as printed on paper, lower case.
    pub serial: Field,
    pub text: Field,
    pub title: Field,
    pub characters: Field,
    pub title_characters: Field,
    /// Words of all facets, packed.
    pub words: Field,
    /// Milliseconds by which newer comes first.
    pub at: Field,
    /// The two halves of the id, which order what is of the same instant.
    pub high: Field,
    pub low: Field,
    /// `ID NAME` of the organisation and of the scenario: counted.
    pub holder: Field,
    pub scenario: Field,
    /// Ids of the resources it is made of.
    pub source: Field,
    /// What is shown, as JSON.
    pub shown: Field,
}

fn looked_for(option: IndexRecordOption) -> TextOptions {
    TextOptions::default().set_indexing_options(TextFieldIndexing::default().set_index_option(option).set_fieldnorms(false))
}

pub fn schema() -> (Schema, Fields) {
    let mut s = Schema::builder();
    let column = NumericOptions::default().set_fast();
    let fields = Fields {
        key: s.add_text_field("key", STRING),
        serial: s.add_text_field("serial", STRING),
        text: s.add_text_field("text", looked_for(IndexRecordOption::WithFreqsAndPositions)),
        title: s.add_text_field("title", looked_for(IndexRecordOption::WithFreqsAndPositions)),
        characters: s.add_text_field("characters", looked_for(IndexRecordOption::Basic)),
        title_characters: s.add_text_field("title_characters", looked_for(IndexRecordOption::Basic)),
        words: s.add_u64_field("words", column.clone()),
        at: s.add_i64_field("at", column.clone()),
        high: s.add_u64_field("high", column.clone()),
        low: s.add_u64_field("low", column),
        holder: s.add_text_field("holder", STRING | FAST),
        scenario: s.add_text_field("scenario", STRING | FAST),
        source: s.add_text_field("source", STRING),
        shown: s.add_bytes_field("shown", STORED),
    };
    (s.build(), fields)
}

impl Fields {
    /// An entry as it lies in the index.
    pub fn document(&self, entry: &Entry) -> TantivyDocument {
        let mut d = TantivyDocument::default();
        let id = entry.id.as_u128();
        d.add_text(self.key, entry.key());
        d.add_text(self.serial, entry.serial.to_lowercase());
        d.add_pre_tokenized_text(self.text, pairs(&entry.text));
        d.add_pre_tokenized_text(self.title, pairs(&entry.title));
        d.add_pre_tokenized_text(self.characters, characters(&entry.text));
        d.add_pre_tokenized_text(self.title_characters, characters(&entry.title));
        d.add_u64(self.words, entry.packed());
        d.add_i64(self.at, entry.at);
        d.add_u64(self.high, (id >> 64) as u64);
        d.add_u64(self.low, id as u64);
        d.add_text(self.holder, &entry.holder);
        d.add_text(self.scenario, &entry.scenario);
        entry.sources.iter().for_each(|source| d.add_text(self.source, source));
        d.add_bytes(self.shown, &entry.shown);
        d
    }
}
