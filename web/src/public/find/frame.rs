//! What stands around a list that was found: the filters with their counts, the order, the way to the next page, and what else to try.

use crate::ask::Ask;
use crate::public::address;
use crate::view::list::ListView;
use platform::words::Word;
use secondary::index::{self, Counted, Cursor, Delivery, Facet, Found, Sort};
use serde::Serialize;

/// Filters by their names in addresses, in the order in which they stand beside the list.
pub const FILTERS: [(&str, Facet); 8] = [
    ("kind", Facet::Kind),
    ("purpose", Facet::Purpose),
    ("form", Facet::Form),
    ("domain", Facet::Domain),
    ("tariff", Facet::Tariff),
    ("level", Facet::Level),
    ("cycle", Facet::Cycle),
    ("delivery", Facet::Delivery),
];
/// Filters by the name of somebody or something.
const NAMED: [&str; 2] = ["scenario", "developer"];

/// A filter with its words and how many each would leave.
#[derive(Serialize)]
pub struct FacetView {
    pub name: &'static str,
    pub title: String,
    pub words: Vec<FacetWord>,
    #[serde(skip)]
    pub open: bool,
}

#[derive(Serialize)]
pub struct FacetWord {
    pub value: String,
    pub label: String,
    pub count: u64,
    pub chosen: bool,
    /// With this word chosen, or without it when it is.
    pub href: String,
}

/// Where a list of this kind begins anew.
const PLACE: [(&str, &str); 4] = [("page", ""), ("after", ""), ("before", ""), ("format", "")];

fn anew(ask: &Ask, changes: &[(&str, &str)]) -> String {
    address(ask, &[&PLACE, changes].concat())
}

fn facet(ask: &Ask, name: &'static str, open: bool, words: Vec<(String, String, u64)>) -> FacetView {
    let words = words.into_iter().map(|(value, label, count)| {
        let chosen = ask.q(name) == value;
        let href = anew(ask, &[(name, if chosen { "" } else { &value })]);
        FacetWord { value, label, count, chosen, href }
    });
    let title = if name == "kind" { ask.t("found-kind") } else { ask.t(&format!("pub-col-{name}")) };
    FacetView { name, title, words: words.collect(), open: open || !ask.q(name).is_empty() }
}

fn spoken(ask: &Ask, facet: Facet, word: &str) -> String {
    fn say<W: Word>(ask: &Ask, word: &str) -> String {
        W::of(word).map(|w| ask.lang.w(w)).unwrap_or_default()
    }
    match facet {
        Facet::Kind => say::<index::Kind>(ask, word),
        Facet::Domain => say::<resources::Domain>(ask, word),
        Facet::Form => say::<primary::ProductForm>(ask, word),
        Facet::Purpose => say::<primary::Purpose>(ask, word),
        Facet::Delivery => say::<Delivery>(ask, word),
        Facet::Tariff => say::<secondary::pricing::Kind>(ask, word),
        Facet::Level => say::<resources::Level>(ask, word),
        Facet::Cycle => say::<resources::Cycle>(ask, word),
    }
}

fn facets(ask: &Ask, counted: Counted, products: bool) -> Vec<FacetView> {
    let mut all = Vec::new();
    for (at, (name, of)) in FILTERS.iter().enumerate() {
        if products && *of == Facet::Kind {
            continue;
        }
        let words = counted.of(*of).iter().map(|(w, n)| (w.to_string(), spoken(ask, *of, w), *n));
        all.push(facet(ask, name, at < 5, words.collect()));
    }
    let [scenario, developer] = NAMED;
    all.push(facet(ask, scenario, false, counted.scenarios));
    all.push(facet(ask, developer, false, counted.holders));
    all.into_iter().filter(|f| !f.words.is_empty()).collect()
}

/// Where else there is something, when nothing was found.
#[derive(Serialize)]
pub struct HintView {
    pub label: String,
    pub href: String,
    pub total: u64,
}

fn hints(ask: &Ask, found: &Found) -> Vec<HintView> {
    let bare: Vec<(&str, &str)> = FILTERS.iter().map(|(name, _)| (*name, "")).chain(NAMED.map(|name| (name, ""))).collect();
    found
        .hints
        .iter()
        .map(|hint| {
            let mut changes = if hint.bare { bare.clone() } else { Vec::new() };
            changes.push(("q", &hint.words));
            HintView { label: hint.words.clone(), href: anew(ask, &changes), total: hint.total }
        })
        .collect()
}

/// What both pages have around their results.
#[derive(Serialize)]
pub struct Frame {
    #[serde(flatten)]
    pub list: ListView,
    pub facets: Vec<FacetView>,
    pub hints: Vec<HintView>,
    /// False while the index is made anew: then there may be more.
    pub complete: bool,
    #[serde(skip)]
    pub range: String,
    #[serde(skip)]
    pub sorts: Vec<(String, String, bool)>,
    #[serde(skip)]
    pub words: String,
    /// The other conditions, which the search form keeps.
    #[serde(skip)]
    pub kept: Vec<(&'static str, String)>,
    #[serde(skip)]
    pub clear: Option<String>,
}

pub fn frame(ask: &Ask, mut list: ListView, found: &Found, products: bool) -> Frame {
    let size = ask.page().size.max(1);
    list.total = found.total as i64;
    list.number = found.skipped as i64 / size + 1;
    list.last = ((list.total + size - 1) / size).max(1);
    let turned = |name: &str, cursor: Option<Cursor>| cursor.map(|c| anew(ask, &[(name, &c.to_string())]));
    list.prev = turned("before", found.previous);
    list.next = turned("after", found.next);
    let names = FILTERS.iter().map(|(name, _)| *name).chain(NAMED);
    let kept: Vec<(&str, String)> = names.chain(["sort"]).filter(|f| !ask.q(f).is_empty()).map(|f| (f, ask.q(f).to_string())).collect();
    let narrowed = kept.iter().any(|(name, _)| *name != "sort") || !ask.q("q").is_empty();
    let sort = ask.q_word::<Sort>("sort").unwrap_or(Sort::Relevance);
    let (first, last) = (found.skipped + 1, found.skipped + found.rows.len() as u64);
    Frame {
        facets: facets(ask, found.counted.clone(), products),
        hints: hints(ask, found),
        range: if found.rows.is_empty() { String::new() } else { format!("{first}–{last}") },
        // Without words there is nothing that a title could have.
        sorts: if ask.q("q").is_empty() {
            Vec::new()
        } else {
            Sort::ALL.iter().map(|s| (ask.lang.w(*s), anew(ask, &[("sort", s.as_str())]), *s == sort)).collect()
        },
        words: ask.q("q").into(),
        clear: narrowed.then(|| ask.path.clone()),
        complete: found.complete,
        kept,
        list,
    }
}
