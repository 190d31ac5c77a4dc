//! The index against a plain search through the same texts: totals, facets, order and pages, over many segments with deletions.
//! `DAJING_SEED=N` repeats a run.

use super::*;
use crate::index::{Counted, Cursor, Entry, Facet, Key, Line, Sort, spelled};
use std::collections::BTreeMap;

/// A small generator, so that a run can be repeated anywhere.
struct Dice(u64);
impl Dice {
    fn roll(&mut self, below: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) % below as u64) as usize
    }
    fn of<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.roll(all.len())]
    }
    fn text(&mut self, least: usize, more: usize) -> String {
        (0..least + self.roll(more)).map(|_| self.of(&['医', '疗', '保', '险', '停', '车', '泊', '位', ',', ' ', 'A', '5'])).collect()
    }
}

struct Model {
    entries: BTreeMap<u128, Entry>,
}

fn entry(dice: &mut Dice, id: u128) -> Entry {
    let (title, more) = (dice.text(2, 8), dice.text(10, 40));
    let mut words = vec![(Facet::Kind, "product"), (Facet::Domain, dice.of(&["health", "transport", "city"]))];
    if dice.roll(3) > 0 {
        words.push((Facet::Form, dice.of(&["dataset", "interface"])));
    }
    let line = Line {
        id: spelled(id),
        title: title.clone(),
        serial: format!("号{id}"),
        summary: String::new(),
        state: String::new(),
        holder: String::new(),
    };
    Entry {
        kind: Kind::Product,
        id: Key(spelled(id)),
        serial: line.serial.clone(),
        text: format!("{title} {more}"),
        title,
        words,
        at: dice.roll(5) as i64,
        holder: format!("h{} 单位", dice.roll(4)),
        scenario: "s 场景".into(),
        sources: Vec::new(),
        shown: serde_json::to_vec(&Shown::Scenario(line)).unwrap(),
    }
}

/// How a person would search: the stretches of the question, each found as it stands; a word of letters as a word or its beginning.
fn has(text: &str, question: &str) -> bool {
    let text = text.to_lowercase();
    let letter = |c: char| c.is_ascii_alphanumeric();
    let question = question.trim().to_lowercase();
    let stretches: Vec<&str> = question.split([' ', ',']).filter(|s| !s.is_empty()).collect();
    // Signs alone stand for nothing that could be found.
    (question.is_empty() || !stretches.is_empty())
        && stretches.into_iter().all(|stretch| {
            let wordly = stretch.chars().all(letter);
            text.match_indices(stretch).any(|(at, _)| {
                // Letters and figures are compared as whole words.
                let (before, after) = (text[..at].chars().next_back(), text[at + stretch.len()..].chars().next());
                let begins = !stretch.starts_with(letter) || !before.is_some_and(letter);
                let ends = wordly || !stretch.ends_with(letter) || !after.is_some_and(letter);
                begins && ends
            })
        })
}

impl Model {
    fn found(&self, question: &str, facets: &[(Facet, String)], holder: &str) -> Vec<u128> {
        let titled = |e: &Entry| !question.is_empty() && has(&e.title, question);
        let mut all: Vec<(&u128, &Entry)> = self
            .entries
            .iter()
            .filter(|(_, e)| has(&e.text, question))
            .filter(|(_, e)| facets.iter().all(|(f, w)| e.words.iter().any(|(g, v)| f == g && v == w)))
            .filter(|(_, e)| holder.is_empty() || e.holder.starts_with(&format!("{holder} ")))
            .collect();
        all.sort_by_key(|(id, e)| (!titled(e), -e.at, **id));
        all.into_iter().map(|(id, _)| *id).collect()
    }
    fn counts(&self, question: &str, facets: &[(Facet, String)], holder: &str, of: Facet) -> Vec<(&'static str, u64)> {
        let others: Vec<(Facet, String)> = facets.iter().filter(|(f, _)| *f != of).cloned().collect();
        let found = self.found(question, &others, holder);
        let count = |word: &str| found.iter().filter(|id| self.entries[id].words.iter().any(|(f, w)| *f == of && *w == word)).count() as u64;
        of.texts().iter().map(|w| (*w, count(w))).filter(|(_, n)| *n > 0).collect()
    }
}

fn ids(found: &Found) -> Vec<u128> {
    found
        .rows
        .iter()
        .map(|row| match row {
            Shown::Scenario(line) => Key(line.id.clone()).as_u128(),
            _ => panic!("only these were put in"),
        })
        .collect()
}

fn counted(of: &Counted, facet: Facet) -> Vec<(&'static str, u64)> {
    of.words.iter().find(|(f, _)| *f == facet).map(|(_, words)| words.clone()).unwrap()
}

fn put(index: &Index, entries: &[&Entry], gone: &[u128]) {
    let open = index.opened();
    let mut writer = open.writer(ROOM).unwrap();
    for id in gone.iter().copied().chain(entries.iter().map(|e| e.id.as_u128())) {
        writer.delete_term(Term::from_field_text(open.fields.key, &key(Kind::Product, &spelled(id))));
    }
    for entry in entries {
        writer.add_document(open.fields.document(entry)).unwrap();
    }
    writer.commit().unwrap();
    let view = open.view(Some(&*index.viewed())).unwrap();
    *index.view.write().unwrap() = Arc::new(view);
    writer.wait_merging_threads().unwrap();
}

#[test]
fn the_index_finds_what_a_search_through_the_texts_finds() {
    // No setting of the program: it repeats a run of this test.
    #[allow(clippy::disallowed_methods)]
    let seed = std::env::var("DAJING_SEED").ok().and_then(|s| s.parse().ok()).unwrap_or(20_261_122);
    println!("DAJING_SEED={seed}");
    let mut dice = Dice(seed);
    let folder = std::env::temp_dir().join(format!("dajing-index-{}-{seed}", std::process::id()));
    let index = Index::open(&folder).unwrap();
    let mut model = Model { entries: BTreeMap::new() };
    for round in 0..6 {
        // Some are new, some change, some go.
        let mut fresh = BTreeMap::new();
        for _ in 0..80 {
            let id = 1 + dice.roll(300) as u128;
            fresh.insert(id, entry(&mut dice, id));
        }
        let gone: Vec<u128> = model.entries.keys().copied().filter(|id| !fresh.contains_key(id) && id % 7 == round).collect();
        put(&index, &fresh.values().collect::<Vec<_>>(), &gone);
        gone.iter().for_each(|id| drop(model.entries.remove(id)));
        model.entries.extend(fresh);
        for _ in 0..60 {
            let question = match dice.roll(6) {
                0 => String::new(),
                1 => dice.of(&["a", "5", "A", "a5", "5医", "医疗A"]).to_string(),
                _ => dice.text(1, 4),
            };
            // A single character beside letters is looked for by itself: that is all the index promises.
            let lone = question.to_lowercase().split([' ', ',']).any(|s| {
                let han = s.split(|c: char| c.is_ascii_alphanumeric()).filter(|r| r.chars().count() == 1).count();
                han > 0 && s.chars().count() > 1
            });
            if lone {
                continue;
            }
            let mut facets = Vec::new();
            if dice.roll(2) == 0 {
                facets.push((Facet::Domain, dice.of(&["health", "city", "weather"]).to_string()));
            }
            if dice.roll(3) == 0 {
                facets.push((Facet::Form, "interface".to_string()));
            }
            let holder = if dice.roll(4) == 0 { "h2" } else { "" };
            let expected = model.found(&question, &facets, holder);
            let what = format!("{question:?} {facets:?} {holder}");
            let ask = Ask { words: question.clone(), facets: facets.clone(), holder: holder.into(), size: 7, counted: true, ..Ask::default() };
            let found = index.ask(&ask).unwrap();
            assert_eq!(found.total, expected.len() as u64, "{what}");
            for facet in [Facet::Domain, Facet::Form] {
                assert_eq!(counted(&found.counted, facet), model.counts(&question, &facets, holder, facet), "{what} {facet:?}");
            }
            let of_holders: u64 = found.counted.holders.iter().filter(|(id, ..)| holder.is_empty() || id == holder).map(|h| h.2).sum();
            assert_eq!(of_holders, found.total, "{what}");
            // Every page forward, then back again.
            let (mut seen, mut page, mut last) = (ids(&found), found.clone(), found);
            while let Some(next) = page.next {
                let next = Cursor::parse(&next.to_string()).unwrap();
                page = index.ask(&Ask { after: Some(next), ..ask.clone() }).unwrap();
                assert_eq!(page.skipped, seen.len() as u64, "{what}");
                seen.extend(ids(&page));
                last = page.clone();
            }
            assert_eq!(seen, expected, "{what}");
            let (mut back, mut page) = (ids(&last), last);
            while let Some(before) = page.previous {
                page = index.ask(&Ask { before: Some(before), ..ask.clone() }).unwrap();
                back.splice(0..0, ids(&page));
                assert_eq!(page.skipped as usize, expected.len() - back.len(), "{what}");
            }
            assert_eq!(back, expected, "{what}");
            let newest = index.ask(&Ask { sort: Some(Sort::Newest), size: 1000, ..ask.clone() }).unwrap();
            let mut by_day = expected.clone();
            by_day.sort_by_key(|id| (-model.entries[id].at, *id));
            assert_eq!(ids(&newest), by_day, "{what}");
            let second = index.ask(&Ask { skip: 7, ..ask }).unwrap();
            assert_eq!(ids(&second), expected.iter().copied().skip(7).take(7).collect::<Vec<_>>(), "{what}");
        }
    }
    // A number as printed finds its entry; nothing found says what else would.
    let id = *model.entries.keys().next().unwrap();
    let found = index.ask(&Ask { words: format!("号{id}"), size: 5, ..Ask::default() }).unwrap();
    assert!(ids(&found).contains(&id));
    let none = index.ask(&Ask { words: "停车 火星".into(), facets: vec![(Facet::Domain, "weather".into())], size: 5, ..Ask::default() }).unwrap();
    assert_eq!(none.total, 0);
    assert!(none.hints.iter().any(|h| h.words == "停车" && h.bare && h.total == model.found("停车", &[], "").len() as u64), "{:?}", none.hints);
    drop(index);
    std::fs::remove_dir_all(&folder).unwrap();
}
