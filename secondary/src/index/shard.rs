//! One segment of the index as questions see it. What is counted again and again lies ready as sets of documents, so that a count is the
//! size of an intersection; what is listed lies in order, so that a page is a walk and not a sort.

use super::fields::{Fields, MASK, shift};
use super::text::Wanted;
use super::{Facet, Fault};
use fixedbitset::FixedBitSet;
use std::cmp::Ordering;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use tantivy::columnar::{ColumnValues, StrColumn};
use tantivy::index::SegmentId;
use tantivy::postings::Postings;
use tantivy::query::{EnableScoring, PhraseQuery, Query};
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{COLLECT_BLOCK_BUFFER_LEN, DocSet, SegmentReader, TERMINATED, Term};

/// The place of an entry in the order of lists: title hits first, then newer first; the id breaks ties.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// 0 where the title has what is looked for, 1 otherwise.
    pub class: u8,
    /// Milliseconds.
    pub at: i64,
    pub id: u128,
}

impl Ord for Place {
    fn cmp(&self, other: &Self) -> Ordering {
        self.class.cmp(&other.class).then(other.at.cmp(&self.at)).then(self.id.cmp(&other.id))
    }
}
impl PartialOrd for Place {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// How many documents two sets have in common. The processor's own instruction for it is used where it has one.
#[multiversion::multiversion(targets("x86_64+avx2+popcnt", "x86_64+popcnt"))]
fn common(a: &[usize], b: &[usize]) -> u64 {
    a.iter().zip(b).map(|(a, b)| u64::from((a & b).count_ones())).sum()
}

/// The size of an intersection.
pub fn together(a: &FixedBitSet, b: &FixedBitSet) -> u64 {
    common(a.as_slice(), b.as_slice())
}

/// Which of the two columns of names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Named {
    Holder,
    Scenario,
}

/// Names whose sets are kept for one segment; more are found by reading.
const KEPT: usize = 256;

/// The names of a column in their order, and the number of each document's name among them.
struct Names {
    all: Vec<Box<str>>,
    of: Arc<dyn ColumnValues<u64>>,
}

impl Names {
    fn read(column: StrColumn) -> Result<Self, Fault> {
        let mut all = Vec::with_capacity(column.num_terms());
        for ord in 0..column.num_terms() {
            let mut name = String::new();
            column.ord_to_str(ord as u64, &mut name)?;
            all.push(name.into_boxed_str());
        }
        Ok(Self { all, of: column.ords().clone().first_or_default_col(0) })
    }
    /// How many of some documents have each name.
    fn count(&self, docs: impl Iterator<Item = u32>) -> Vec<u32> {
        let mut counts = vec![0; self.all.len()];
        for doc in docs {
            if let Some(count) = counts.get_mut(self.of.get_val(doc) as usize) {
                *count += 1;
            }
        }
        counts
    }
}

/// What never changes in a segment.
struct Body {
    at: Arc<dyn ColumnValues<i64>>,
    high: Arc<dyn ColumnValues<u64>>,
    low: Arc<dyn ColumnValues<u64>>,
    /// Words of all facets of each document, packed.
    packed: Arc<dyn ColumnValues<u64>>,
    /// Sets of documents by facet and word.
    words: Vec<Vec<FixedBitSet>>,
    /// Documents as lists show them.
    order: Vec<u32>,
    names: [Option<Names>; 2],
    /// Names with how many documents have them, most first.
    tally: [Vec<(String, u32)>; 2],
    sets: Mutex<HashMap<(Named, String), Arc<FixedBitSet>>>,
}

/// A segment with what is deleted in it by now.
#[derive(Clone)]
pub struct Shard {
    body: Arc<Body>,
    reader: SegmentReader,
    pub alive: Arc<FixedBitSet>,
    fields: Fields,
}

impl Shard {
    pub fn id(&self) -> SegmentId {
        self.reader.segment_id()
    }

    /// A segment made ready, with what is known of it from before.
    pub fn open(reader: &SegmentReader, fields: Fields, before: Option<&Shard>) -> Result<Self, Fault> {
        let body = match before {
            Some(shard) => shard.body.clone(),
            None => Arc::new(Body::read(reader)?),
        };
        let mut alive = FixedBitSet::with_capacity(reader.max_doc() as usize);
        match reader.alive_bitset() {
            None => alive.insert_range(..),
            Some(set) => alive.extend(set.iter_alive().map(|doc| doc as usize)),
        }
        Ok(Self { body, reader: reader.clone(), alive: Arc::new(alive), fields })
    }

    /// The set of one word of a facet; none when no document has it.
    pub fn word(&self, facet: Facet, word: u64) -> Option<&FixedBitSet> {
        self.body.words[facet as usize].get(word as usize)
    }
    fn empty(&self) -> FixedBitSet {
        FixedBitSet::with_capacity(self.reader.max_doc() as usize)
    }

    /// The documents in which all that is found, in one of the two texts.
    pub fn found(&self, wanted: &[Wanted], in_title: bool) -> Result<FixedBitSet, Fault> {
        let f = self.fields;
        let (field, characters) = if in_title { (f.title, f.title_characters) } else { (f.text, f.characters) };
        let mut all: Option<FixedBitSet> = None;
        for one in wanted {
            let mut set = self.empty();
            match one {
                Wanted::Character(text) => self.term(characters, text, &mut set)?,
                Wanted::Pair(text) => self.term(field, text, &mut set)?,
                Wanted::Phrase(places) if places.len() == 1 => self.term(field, &places[0].1, &mut set)?,
                Wanted::Phrase(places) => self.phrase(field, places, &mut set)?,
                Wanted::Beginning(text) => self.beginning(field, text, &mut set)?,
            }
            match &mut all {
                None => all = Some(set),
                Some(all) => all.intersect_with(&set),
            }
        }
        Ok(all.unwrap_or_else(|| self.empty()))
    }

    /// The documents of that number as printed.
    pub fn numbered(&self, serial: &str) -> Result<FixedBitSet, Fault> {
        let mut set = self.empty();
        self.term(self.fields.serial, serial, &mut set)?;
        Ok(set)
    }

    /// Ids of the entries that are made of a resource.
    pub fn made_of(&self, resource: &str) -> Result<Vec<u128>, Fault> {
        let mut set = self.empty();
        self.term(self.fields.source, resource, &mut set)?;
        Ok(set.ones().map(|doc| self.body.place(doc as u32, 0).id).collect())
    }

    fn term(&self, field: Field, text: &str, set: &mut FixedBitSet) -> Result<(), Fault> {
        let index = self.reader.inverted_index(field)?;
        if let Some(postings) = index.read_postings(&Term::from_field_text(field, text), IndexRecordOption::Basic)? {
            gather(postings, set);
        }
        Ok(())
    }

    fn beginning(&self, field: Field, text: &str, set: &mut FixedBitSet) -> Result<(), Fault> {
        let index = self.reader.inverted_index(field)?;
        let mut words = index.terms().range().ge(text).into_stream()?;
        while words.advance() && words.key().starts_with(text.as_bytes()) {
            gather(index.read_postings_from_terminfo(words.value(), IndexRecordOption::Basic)?, set);
        }
        Ok(())
    }

    fn phrase(&self, field: Field, places: &[(usize, String)], set: &mut FixedBitSet) -> Result<(), Fault> {
        let terms = places.iter().map(|(at, text)| (*at, Term::from_field_text(field, text))).collect();
        let query = PhraseQuery::new_with_offset(terms);
        let weight = query.weight(EnableScoring::disabled_from_schema(self.reader.schema()))?;
        let mut scorer = weight.scorer(&self.reader, 1.0)?;
        let mut doc = scorer.doc();
        while doc != TERMINATED {
            set.insert(doc as usize);
            doc = scorer.advance();
        }
        Ok(())
    }

    /// The documents that have a name beginning so: `ID `, or the whole name.
    pub fn named(&self, named: Named, name: &str) -> Result<Arc<FixedBitSet>, Fault> {
        let key = (named, name.to_string());
        if let Some(set) = self.body.sets.lock().unwrap_or_else(PoisonError::into_inner).get(&key) {
            return Ok(set.clone());
        }
        let mut set = self.empty();
        self.beginning(self.field(named), name, &mut set)?;
        let set = Arc::new(set);
        let mut sets = self.body.sets.lock().unwrap_or_else(PoisonError::into_inner);
        if sets.len() >= KEPT {
            sets.clear();
        }
        sets.insert(key, set.clone());
        Ok(set)
    }
    fn field(&self, named: Named) -> Field {
        match named {
            Named::Holder => self.fields.holder,
            Named::Scenario => self.fields.scenario,
        }
    }
    /// The names that most documents have, with how many.
    pub fn tally(&self, named: Named) -> &[(String, u32)] {
        &self.body.tally[named as usize]
    }
    /// Counts the names of a few documents.
    pub fn count<'s>(&'s self, named: Named, of: &FixedBitSet, into: &mut HashMap<&'s str, u64>) {
        let Some(names) = &self.body.names[named as usize] else { return };
        for (name, count) in names.all.iter().zip(names.count(of.ones().map(|doc| doc as u32))) {
            if count > 0 && !name.is_empty() {
                *into.entry(name).or_default() += u64::from(count);
            }
        }
    }

    /// The number of a document's word of each facet; 0 is none.
    pub fn words_of(&self, doc: u32) -> [u64; Facet::ALL.len()] {
        let packed = self.body.packed.get_val(doc);
        Facet::ALL.map(|facet| packed >> shift(facet) & MASK)
    }

    /// The first so many of a set in the order of lists: past a place, or before it going back; from the end where there is none.
    pub fn walk(&self, set: &FixedBitSet, class: u8, bound: Option<Place>, back: bool, most: usize) -> Vec<(Place, u32)> {
        let order = &self.body.order;
        let stands = |doc: &&u32| set.contains(**doc as usize);
        let shown = |doc: &u32| (self.body.place(*doc, class), *doc);
        let until = |keep: fn(&Place, &Place) -> bool| {
            bound.map_or(if back { order.len() } else { 0 }, |bound| order.partition_point(|doc| keep(&self.body.place(*doc, class), &bound)))
        };
        if back {
            order[..until(|p, bound| p < bound)].iter().rev().filter(stands).take(most).map(shown).collect()
        } else {
            order[until(|p, bound| p <= bound)..].iter().filter(stands).take(most).map(shown).collect()
        }
    }
    /// The same for a set of few documents: they are put in order, and the whole segment is not walked.
    pub fn pick(&self, set: &FixedBitSet, class: u8, bound: Option<Place>, back: bool, most: usize) -> Vec<(Place, u32)> {
        let mut all: Vec<(Place, u32)> = set.ones().map(|doc| (self.body.place(doc as u32, class), doc as u32)).collect();
        if let Some(bound) = bound {
            all.retain(|(p, _)| if back { *p < bound } else { *p > bound });
        }
        all.sort_unstable();
        if back {
            all.reverse();
        }
        all.truncate(most);
        all
    }
}

/// Puts every document of a list into a set.
fn gather(mut list: impl Postings, set: &mut FixedBitSet) {
    let mut buffer = [0; COLLECT_BLOCK_BUFFER_LEN];
    loop {
        let filled = list.fill_buffer(&mut buffer);
        for doc in &buffer[..filled] {
            set.insert(*doc as usize);
        }
        if filled < COLLECT_BLOCK_BUFFER_LEN {
            return;
        }
    }
}

impl Body {
    fn place(&self, doc: u32, class: u8) -> Place {
        let id = u128::from(self.high.get_val(doc)) << 64 | u128::from(self.low.get_val(doc));
        Place { class, at: self.at.get_val(doc), id }
    }

    fn read(reader: &SegmentReader) -> Result<Self, Fault> {
        let fast = reader.fast_fields();
        let packed = fast.u64("words")?.first_or_default_col(0);
        let size = reader.max_doc() as usize;
        let mut words: Vec<Vec<FixedBitSet>> = vec![Vec::new(); Facet::ALL.len()];
        for doc in 0..reader.max_doc() {
            let all = packed.get_val(doc);
            for facet in Facet::ALL {
                let word = (all >> shift(facet) & MASK) as usize;
                let sets = &mut words[facet as usize];
                while sets.len() <= word {
                    sets.push(FixedBitSet::new());
                }
                if word > 0 {
                    sets[word].grow(size);
                    sets[word].insert(doc as usize);
                }
            }
        }
        let mut names = [None, None];
        let mut tally = [Vec::new(), Vec::new()];
        for (at, column) in ["holder", "scenario"].into_iter().enumerate() {
            if let Some(column) = fast.str(column)? {
                let column = Names::read(column)?;
                let counts = column.count(0..reader.max_doc());
                let mut most: Vec<(&Box<str>, u32)> = column.all.iter().zip(counts).filter(|(name, _)| !name.is_empty()).collect();
                most.sort_unstable_by_key(|(_, n)| std::cmp::Reverse(*n));
                tally[at] = most.into_iter().take(64).map(|(name, n)| (name.to_string(), n)).collect();
                names[at] = Some(column);
            }
        }
        let mut body = Self {
            at: fast.i64("at")?.first_or_default_col(0),
            high: fast.u64("high")?.first_or_default_col(0),
            low: fast.u64("low")?.first_or_default_col(0),
            packed,
            words,
            order: Vec::new(),
            names,
            tally,
            sets: Mutex::default(),
        };
        let mut order: Vec<(Place, u32)> = (0..reader.max_doc()).map(|doc| (body.place(doc, 0), doc)).collect();
        order.sort_unstable();
        body.order = order.into_iter().map(|(_, doc)| doc).collect();
        Ok(body)
    }
}
