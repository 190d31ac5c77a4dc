//! A question to the index, and its answer.

use super::fields::MASK;
use super::shard::{Named, Place, Shard, together};
use super::text::{Wanted, wanted};
use super::{Facet, Fault, Shown};
use fixedbitset::FixedBitSet;
use platform::words;
use serde::Serialize;
use std::cmp::Ordering;
use std::collections::HashMap;

words! {
    /// In which order.
    pub enum Sort: "search-sort" {
        /// What has the words in its title first, then newer first.
        Relevance = "relevance",
        /// Newer first.
        Newest = "newest",
    }
}

/// The place in a list from which a page goes on, as it stands in an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cursor {
    pub(super) place: Place,
    /// How many entries stand before that place, and it itself.
    pub before: u64,
}

impl Cursor {
    /// Reads what stands in an address; none when it is no cursor.
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split('.');
        let class = parts.next()?.parse().ok().filter(|c| *c < 2)?;
        let at = i64::from_str_radix(parts.next()?, 36).ok()?;
        let id = u128::from_str_radix(parts.next()?, 16).ok()?;
        let before = parts.next()?.parse().ok()?;
        parts.next().is_none().then_some(Self { place: Place { class, at, id }, before })
    }
}

impl std::fmt::Display for Cursor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Place { class, at, id } = self.place;
        write!(f, "{class}.{}.{id:x}.{}", base36(at), self.before)
    }
}

fn base36(mut n: i64) -> String {
    let mut digits = Vec::new();
    let negative = n < 0;
    loop {
        let digit = (n % 36).unsigned_abs() as u32;
        digits.push(char::from_digit(digit, 36).unwrap_or('0'));
        n /= 36;
        if n == 0 {
            break;
        }
    }
    if negative {
        digits.push('-');
    }
    digits.iter().rev().collect()
}

/// What is asked. Empty fields ask for everything.
#[derive(Clone, Debug, Default)]
pub struct Ask {
    pub words: String,
    pub sort: Option<Sort>,
    /// A word for some of the facets.
    pub facets: Vec<(Facet, String)>,
    /// Id of the organisation, and of the scenario.
    pub holder: String,
    pub scenario: String,
    /// Go on after that place, or show what stands before it.
    pub after: Option<Cursor>,
    pub before: Option<Cursor>,
    pub size: usize,
    /// Entries left out before the page, for those who count pages; at most 10,000.
    pub skip: usize,
    /// Whether facets are counted too.
    pub counted: bool,
}

/// The words of each facet with how many entries have them.
type Words = Vec<(Facet, Vec<(&'static str, u64)>)>;

/// How many entries have each word, with all filters but the facet's own.
#[derive(Clone, Debug, Default)]
pub struct Counted {
    pub words: Words,
    /// Id, name, count; the most frequent ones.
    pub holders: Vec<(String, String, u64)>,
    pub scenarios: Vec<(String, String, u64)>,
}

impl Counted {
    /// A facet's words with how many entries have each.
    pub fn of(&self, facet: Facet) -> &[(&'static str, u64)] {
        self.words.iter().find(|(f, _)| *f == facet).map_or(&[], |(_, words)| words)
    }
}

/// Something else that would find more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Hint {
    pub words: String,
    /// Without the filters.
    pub bare: bool,
    pub total: u64,
}

/// The answer.
#[derive(Clone, Debug)]
pub struct Found {
    pub rows: Vec<Shown>,
    pub total: u64,
    /// How many entries stand before this page.
    pub skipped: u64,
    pub next: Option<Cursor>,
    pub previous: Option<Cursor>,
    pub counted: Counted,
    /// What to try instead, when nothing is found.
    pub hints: Vec<Hint>,
    /// Whether the index holds everything there is; not while it is made anew.
    pub complete: bool,
}

/// Most names that a facet shows.
const NAMES: usize = 12;
/// With fewer than one in so many documents found, their words are read; with more, sets of documents are set against each other.
const THIN: u64 = if cfg!(test) { 4 } else { 32 };
/// With so few documents their names are counted one by one.
const FEW: u64 = if cfg!(test) { 60 } else { 20_000 };
/// With so few documents they are put in order themselves.
const SPARSE: u64 = if cfg!(test) { 20 } else { 2_000 };
/// Farther on than this nobody counts pages; cursors go on without end.
const FARTHEST: usize = 10_000;
/// Most hints.
const HINTS: usize = 4;

/// One segment's part of an answer.
struct Part<'s> {
    shard: &'s Shard,
    /// Has the words, and is not deleted.
    worded: FixedBitSet,
    /// And has what the filters ask.
    all: FixedBitSet,
    /// Has the words in its title.
    titled: Option<FixedBitSet>,
    holder: Option<std::sync::Arc<FixedBitSet>>,
    scenario: Option<std::sync::Arc<FixedBitSet>>,
}

impl Ask {
    fn chosen(&self, facet: Facet) -> Option<u64> {
        // An unknown word is a word that nothing has.
        self.facets.iter().find(|(f, _)| *f == facet).map(|(f, word)| match f.number(word) {
            0 => u64::MAX,
            number => number,
        })
    }

    fn part<'s>(&self, shard: &'s Shard, wanted: &[Wanted]) -> Result<Part<'s>, Fault> {
        let words = self.words.trim().to_lowercase();
        let mut worded = if words.is_empty() { (*shard.alive).clone() } else { shard.found(wanted, false)? };
        if !words.is_empty() {
            worded.union_with(&shard.numbered(&words)?);
            worded.intersect_with(&shard.alive);
        }
        let named = |named, id: &str| match id {
            "" => Ok(None),
            id => shard.named(named, &format!("{id} ")).map(Some),
        };
        let mut part = Part {
            shard,
            all: FixedBitSet::new(),
            worded,
            titled: None,
            holder: named(Named::Holder, &self.holder)?,
            scenario: named(Named::Scenario, &self.scenario)?,
        };
        part.all = part.but(self, None, None);
        if !words.is_empty() && self.sort.unwrap_or(Sort::Relevance) == Sort::Relevance {
            let mut titled = shard.found(wanted, true)?;
            titled.intersect_with(&part.all);
            part.titled = Some(titled);
        }
        Ok(part)
    }

    /// Answers over the segments as they stand. `show` fetches what is shown of a document.
    pub(super) fn answer(&self, shards: &[Shard], mut show: impl FnMut(usize, u32) -> Result<Shown, Fault>) -> Result<Found, Fault> {
        let wanted = wanted(&self.words);
        let parts = shards.iter().map(|shard| self.part(shard, &wanted)).collect::<Result<Vec<_>, _>>()?;
        let total: u64 = parts.iter().map(|p| p.all.count_ones(..) as u64).sum();
        let mut found =
            Found { rows: Vec::new(), total, skipped: 0, next: None, previous: None, counted: Counted::default(), hints: Vec::new(), complete: true };
        let (mut page, more) = self.page(&parts, total);
        if self.before.is_some() {
            page.reverse();
        }
        found.skipped = match (self.before, self.after) {
            (Some(cursor), _) => cursor.before.saturating_sub(1 + page.len() as u64),
            (None, Some(cursor)) => cursor.before,
            (None, None) => self.skip.min(FARTHEST) as u64,
        };
        let (first, last) = (page.first().map(|p| p.0), page.last().map(|p| p.0));
        let goes_back = if self.before.is_some() { more } else { self.after.is_some() || self.skip > 0 };
        let goes_on = if self.before.is_some() { true } else { more };
        found.previous = first.filter(|_| goes_back).map(|place| Cursor { place, before: found.skipped + 1 });
        found.next = last.filter(|_| goes_on).map(|place| Cursor { place, before: found.skipped + page.len() as u64 });
        found.rows = page.into_iter().map(|(_, shard, doc)| show(shard, doc)).collect::<Result<_, _>>()?;
        if self.counted {
            found.counted = self.count(&parts)?;
        }
        if total == 0 {
            found.hints = self.hints(shards)?;
        }
        Ok(found)
    }

    /// The entries of the page, nearest first, and whether there are more.
    fn page(&self, parts: &[Part], total: u64) -> (Vec<(Place, usize, u32)>, bool) {
        let (from, back) = (self.before.or(self.after).map(|c| c.place), self.before.is_some());
        let skip = self.skip.min(FARTHEST);
        let most = skip + self.size + 1;
        let mut page: Vec<(Place, usize, u32)> = Vec::new();
        for (at, part) in parts.iter().enumerate() {
            let mut classes: Vec<(u8, FixedBitSet)> = match &part.titled {
                None => vec![(1, part.all.clone())],
                Some(titled) => {
                    let mut rest = part.all.clone();
                    rest.difference_with(titled);
                    vec![(0, titled.clone()), (1, rest)]
                }
            };
            if back {
                classes.reverse();
            }
            let mut mine = 0;
            for (class, set) in classes {
                if mine >= most {
                    break;
                }
                let bound = match from {
                    None => None,
                    Some(place) => match class.cmp(&place.class) {
                        Ordering::Equal => Some(place),
                        // The whole class lies on the side that is shown, or on the other.
                        Ordering::Less if !back => continue,
                        Ordering::Greater if back => continue,
                        _ => None,
                    },
                };
                let part_of_it = if total <= SPARSE {
                    part.shard.pick(&set, class, bound, back, most - mine)
                } else {
                    part.shard.walk(&set, class, bound, back, most - mine)
                };
                mine += part_of_it.len();
                page.extend(part_of_it.into_iter().map(|(place, doc)| (place, at, doc)));
            }
        }
        page.sort_unstable_by(|a, b| if back { b.0.cmp(&a.0) } else { a.0.cmp(&b.0) });
        page.drain(..skip.min(page.len()));
        let more = page.len() > self.size;
        page.truncate(self.size);
        (page, more)
    }

    fn count(&self, parts: &[Part]) -> Result<Counted, Fault> {
        let worded: u64 = parts.iter().map(|p| p.worded.count_ones(..) as u64).sum();
        let whole: u64 = parts.iter().map(|p| p.worded.len() as u64).sum();
        let words = if worded * THIN < whole { self.words_read(parts) } else { self.words_set(parts) };
        let holders = self.names(parts, Named::Holder, !self.holder.is_empty())?;
        let scenarios = self.names(parts, Named::Scenario, !self.scenario.is_empty())?;
        Ok(Counted { words, holders, scenarios })
    }

    /// How many have each word, by reading the words of each document that has what is looked for. One that lacks the word of a single
    /// filter counts for that filter's facet alone.
    fn words_read(&self, parts: &[Part]) -> Words {
        const FACETS: usize = Facet::ALL.len();
        let chosen = Facet::ALL.map(|facet| self.chosen(facet));
        let mut counts = [[0u64; MASK as usize + 1]; FACETS];
        for part in parts {
            let named = [&part.holder, &part.scenario].into_iter().flatten();
            let named: Vec<_> = named.collect();
            for doc in part.worded.ones().filter(|doc| named.iter().all(|set| set.contains(*doc))) {
                let words = part.shard.words_of(doc as u32);
                let mut lacks = (0..FACETS).filter(|f| chosen[*f].is_some_and(|word| word != words[*f]));
                match (lacks.next(), lacks.next()) {
                    (None, _) => (0..FACETS).for_each(|f| counts[f][words[f] as usize] += 1),
                    (Some(f), None) => counts[f][words[f] as usize] += 1,
                    _ => {}
                }
            }
        }
        let of = |facet: Facet| facet.texts().iter().enumerate().map(move |(at, word)| (*word, counts[facet as usize][at + 1]));
        Facet::ALL.iter().map(|facet| (*facet, of(*facet).filter(|(_, n)| *n > 0).collect())).collect()
    }

    /// The same by sets: what it costs does not hang on how many are found.
    fn words_set(&self, parts: &[Part]) -> Words {
        let mut counted = Words::new();
        for facet in Facet::ALL {
            // Without a word chosen all filters are the same as all but its own.
            let own: Vec<FixedBitSet> =
                if self.chosen(facet).is_some() { parts.iter().map(|p| p.but(self, Some(facet), None)).collect() } else { Vec::new() };
            let words = facet.texts().iter().enumerate().map(|(at, word)| {
                let of = |(number, part): (usize, &Part)| {
                    part.shard.word(facet, at as u64 + 1).map_or(0, |set| together(own.get(number).unwrap_or(&part.all), set))
                };
                (*word, parts.iter().enumerate().map(of).sum::<u64>())
            });
            counted.push((facet, words.filter(|(_, n)| *n > 0).collect()));
        }
        counted
    }

    fn names(&self, parts: &[Part], named: Named, chosen: bool) -> Result<Vec<(String, String, u64)>, Fault> {
        let own: Vec<FixedBitSet> = if chosen { parts.iter().map(|p| p.but(self, None, Some(named))).collect() } else { Vec::new() };
        let of = |at: usize| own.get(at).unwrap_or(&parts[at].all);
        let total: u64 = (0..parts.len()).map(|at| of(at).count_ones(..) as u64).sum();
        let mut counts: HashMap<&str, u64> = HashMap::new();
        if total <= FEW {
            parts.iter().enumerate().for_each(|(at, part)| part.shard.count(named, of(at), &mut counts));
        } else {
            let mut common: HashMap<&str, u64> = HashMap::new();
            for part in parts {
                part.shard.tally(named).iter().for_each(|(name, n)| *common.entry(name).or_default() += u64::from(*n));
            }
            let mut common: Vec<(&str, u64)> = common.into_iter().collect();
            common.sort_unstable_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
            for (name, _) in common.into_iter().take(2 * NAMES) {
                let mut n = 0;
                for (at, part) in parts.iter().enumerate() {
                    n += together(of(at), &*part.shard.named(named, name)?);
                }
                counts.insert(name, n);
            }
        }
        let mut all: Vec<(&str, u64)> = counts.into_iter().filter(|(_, n)| *n > 0).collect();
        all.sort_unstable_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
        all.truncate(NAMES);
        Ok(all.into_iter().filter_map(|(name, n)| name.split_once(' ').map(|(id, name)| (id.to_string(), name.to_string(), n))).collect())
    }

    /// What would find something: the same without filters, and each thing that is looked for by itself.
    fn hints(&self, shards: &[Shard]) -> Result<Vec<Hint>, Fault> {
        let mut tries: Vec<(String, bool)> = Vec::new();
        let filtered = !self.facets.is_empty() || !self.holder.is_empty() || !self.scenario.is_empty();
        if filtered && !self.words.trim().is_empty() {
            tries.push((self.words.trim().to_string(), true));
        }
        let parts: Vec<&str> = self.words.split_whitespace().collect();
        if parts.len() > 1 {
            tries.extend(parts.iter().map(|p| (p.to_string(), filtered)));
        }
        for part in parts {
            let letters: Vec<char> = part.chars().collect();
            if letters.len() > 2 {
                tries.extend(letters.windows(2).map(|pair| (pair.iter().collect(), filtered)));
            }
        }
        let mut hints: Vec<Hint> = Vec::new();
        for (words, bare) in tries.into_iter().take(24) {
            if hints.iter().any(|h| h.words == words) {
                continue;
            }
            let ask = Ask { words: words.clone(), sort: Some(Sort::Newest), facets: kind_only(&self.facets), ..Ask::default() };
            let looked = wanted(&ask.words);
            let mut total = 0;
            for shard in shards {
                total += ask.part(shard, &looked)?.all.count_ones(..) as u64;
            }
            if total > 0 {
                hints.push(Hint { words, bare, total });
            }
            if hints.len() == HINTS {
                break;
            }
        }
        Ok(hints)
    }
}

fn kind_only(facets: &[(Facet, String)]) -> Vec<(Facet, String)> {
    facets.iter().filter(|(f, _)| *f == Facet::Kind).cloned().collect()
}

impl Part<'_> {
    /// What has the words and all that the filters ask, but for one of them.
    fn but(&self, ask: &Ask, facet: Option<Facet>, named: Option<Named>) -> FixedBitSet {
        let mut set = self.worded.clone();
        for other in Facet::ALL {
            if let Some(word) = ask.chosen(other).filter(|_| Some(other) != facet) {
                match self.shard.word(other, word) {
                    Some(with) => set.intersect_with(with),
                    None => set.clear(),
                }
            }
        }
        for (own, with) in [(Named::Holder, &self.holder), (Named::Scenario, &self.scenario)] {
            if let Some(with) = with.as_ref().filter(|_| Some(own) != named) {
                set.intersect_with(with);
            }
        }
        set
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cursors_read_back() {
        for at in [0, -1, 1, 1_795_000_000_000, -62_000_000_000_000] {
            let cursor = Cursor { place: Place { class: 1, at, id: u128::MAX / 3 }, before: 20 };
            assert_eq!(Cursor::parse(&cursor.to_string()), Some(cursor));
        }
        for bad in ["", "2.0.0.0", "0.0.0", "0.0.0.0.0", "0.zzzzzzzzzzzzzzzzzzzz.0.0", "a.b.c.d", "0.0.-1.0"] {
            assert_eq!(Cursor::parse(bad), None, "{bad}");
        }
    }
}
