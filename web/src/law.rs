//! 条文 — the articles of the policy texts, the duties that hold them together, and what of this platform carries each.
//!
//! The texts differ in figures, not in kind, so a step, a value or a test that cites one text's article carries the articles of the
//! other texts that lay down the same duty. `law/duties.csv` says which those are; `law/PROFILE.csv` lists a text's articles;
//! `law/tests.csv` is made by the tests of this workspace from their own sources.

use crate::say::Lang;
use platform::profile::Profile;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

/// What kind of article it is: only duties are for software to carry.
pub const DUTY: &str = "duty";

/// An article of a policy text.
#[derive(Clone, Debug, serde::Deserialize)]
pub struct Article {
    /// As it is cited, without item: `ZJK-17`.
    pub article: String,
    pub chapter_zh: String,
    pub chapter_en: String,
    pub gist_zh: String,
    pub gist_en: String,
    /// `duty`, `principle`, `definition` or `organisation`.
    pub kind: String,
    /// Ids of the duties it lays down, parted by `;`.
    pub duty: String,
}

/// A duty that several texts lay down, each in its own article.
#[derive(Clone, Debug, serde::Deserialize)]
pub struct Duty {
    pub duty: String,
    pub name_zh: String,
    pub name_en: String,
    /// Citations, some with their item: `ZJK-13(5) BJ-10`.
    pub articles: String,
}

#[derive(Clone, Debug, serde::Deserialize)]
struct Tested {
    article: String,
    test: String,
}

impl Duty {
    fn cites(&self, citation: &str) -> bool {
        self.articles.split(' ').any(|a| a == citation)
    }
    fn articles_of(&self, prefix: &str) -> impl Iterator<Item = &str> {
        self.articles.split(' ').filter(move |a| prefix_of(a) == prefix)
    }
    pub fn name(&self, lang: Lang) -> &str {
        lang.pick(&self.name_zh, &self.name_en)
    }
}

/// Reads a list that is part of the program and read by its tests; a broken line is left out.
fn read<T: serde::de::DeserializeOwned>(text: &str) -> Vec<T> {
    csv::Reader::from_reader(text.as_bytes()).deserialize().filter_map(Result::ok).collect()
}

/// Every duty.
pub fn duties() -> &'static [Duty] {
    static DUTIES: LazyLock<Vec<Duty>> = LazyLock::new(|| read(include_str!("../law/duties.csv")));
    &DUTIES
}

/// The articles of the text behind a profile, in its order; none for a profile whose text is not here.
pub fn articles(profile: &str) -> &'static [Article] {
    static TEXTS: LazyLock<BTreeMap<&'static str, Vec<Article>>> = LazyLock::new(|| {
        BTreeMap::from([
            ("zhangjiakou", read(include_str!("../law/zhangjiakou.csv"))),
            ("beijing", read(include_str!("../law/beijing.csv"))),
            ("nanjing", read(include_str!("../law/nanjing.csv"))),
            ("zhejiang", read(include_str!("../law/zhejiang.csv"))),
            ("xicheng", read(include_str!("../law/xicheng.csv"))),
        ])
    });
    TEXTS.get(profile).map_or(&[], Vec::as_slice)
}

/// The letters before the dash: `ZJK`.
pub fn prefix_of(citation: &str) -> &str {
    citation.split('-').next().unwrap_or_default()
}

/// A citation without its items: `ZJK-13(5)` is of `ZJK-13`.
pub fn whole(citation: &str) -> &str {
    citation.split('(').next().unwrap_or_default()
}

/// The duties that a citation belongs to: those that name it as it stands, item and all; failing that those that name its whole
/// article.
fn duties_of(citation: &str) -> Vec<&'static Duty> {
    let exact: Vec<&Duty> = duties().iter().filter(|d| d.cites(citation)).collect();
    if exact.is_empty() { duties().iter().filter(|d| d.cites(whole(citation))).collect() } else { exact }
}

/// An article as the reader of one policy looks it up: followed by his own text's articles for the same duty, when it is of another.
/// `policy` is its identity, or the tag of a version.
pub fn cite(policy: &str, citation: &str) -> String {
    let id = policy.split_once('@').map_or(policy, |(id, _)| id);
    let Some(home) = articles(id).first().map(|a| prefix_of(&a.article)) else { return citation.to_string() };
    let own: BTreeSet<&str> = citation
        .split_whitespace()
        .filter(|c| is_policy(prefix_of(c)))
        .flat_map(|c| if prefix_of(c) == home { vec![c] } else { duties_of(c).into_iter().flat_map(|d| d.articles_of(home)).collect() })
        .collect();
    if own.is_empty() || citation.split_whitespace().any(|c| prefix_of(c) == home) {
        return citation.to_string();
    }
    format!("{} ({citation})", own.into_iter().collect::<Vec<_>>().join(" "))
}

/// A citation in words, for people: the short name of the text, then article and item. A text that is not known keeps its letters.
pub fn spoken(lang: Lang, citation: &str) -> String {
    let (mut said, mut last, mut known) = (String::new(), "", true);
    for token in citation.split_whitespace() {
        let (opens, bare) = (token.starts_with('('), token.trim_start_matches('('));
        let closes = bare.matches(')').count() > bare.matches('(').count();
        let bare = if closes { bare.strip_suffix(')').unwrap_or(bare) } else { bare };
        if opens {
            said.push_str(lang.pick("（", " ("));
            last = "";
        }
        let prefix = prefix_of(bare);
        let name = text_name(lang, prefix);
        if !opens && !said.is_empty() {
            said.push_str(if known && name.is_some() { lang.pick("、", ", ") } else { " " });
        }
        known = name.is_some();
        match name {
            Some(name) => {
                let place = bare.split_once('-').map_or_else(String::new, |(_, place)| place_in(lang, prefix, place));
                if prefix != last {
                    said.push_str(&name);
                    said.push_str(if place.is_empty() { "" } else { lang.pick("", " ") });
                }
                said.push_str(&place);
            }
            None => said.push_str(bare),
        }
        last = prefix;
        if closes {
            said.push_str(lang.pick("）", ")"));
            last = "";
        }
    }
    said
}

/// Article and item alone, where the page says of which text.
pub fn placed(lang: Lang, citation: &str) -> String {
    citation.split_once('-').map_or_else(|| citation.to_string(), |(prefix, place)| place_in(lang, prefix, place))
}

/// The short name of a text.
fn text_name(lang: Lang, prefix: &str) -> Option<String> {
    let key = match prefix {
        "ZJK" => "text-zhangjiakou",
        "BJ" => "text-beijing",
        "NJ" => "text-nanjing",
        "ZJ" => "text-zhejiang",
        "XC" => "text-xicheng",
        "PRI65" => "text-pricing",
        "REG26" => "text-registration",
        "OPS27" => "text-operation",
        "DISC26" => "text-disclosure",
        "NDSR" => "text-network",
        "PIPL" => "text-personal",
        "BID" => "text-bidding",
        "GPL" => "text-procurement",
        "CSL" => "text-cyber",
        _ => return None,
    };
    lang.maybe(key)
}

/// Article and item within a text; some texts have parts instead of articles.
fn place_in(lang: Lang, prefix: &str, place: &str) -> String {
    let parts = matches!(prefix, "ZJ" | "PRI65");
    if lang.is_en() {
        return format!("{} {place}", if parts { "part" } else { "art." });
    }
    let numbers = place.split(['.', '(', ')']).filter(|n| !n.is_empty());
    let level = |(depth, n): (usize, &str)| match (parts, depth) {
        (true, 0) => format!("第{}部分", numeral(n)),
        (true, 1) => format!("（{}）", numeral(n)),
        (true, _) => format!("第{n}点"),
        (false, 0) => format!("第{}条", numeral(n)),
        (false, _) => format!("第（{}）项", numeral(n)),
    };
    numbers.enumerate().map(level).collect()
}

/// A number from 1 to 99 in Chinese; any other text as it is.
fn numeral(number: &str) -> String {
    const ONES: [&str; 10] = ["", "一", "二", "三", "四", "五", "六", "七", "八", "九"];
    match number.parse::<usize>() {
        Ok(n @ 1..=9) => ONES[n].to_string(),
        Ok(n @ 10..=19) => format!("十{}", ONES[n % 10]),
        Ok(n @ 20..=99) => format!("{}十{}", ONES[n / 10], ONES[n % 10]),
        _ => number.to_string(),
    }
}

fn is_policy(prefix: &str) -> bool {
    matches!(prefix, "ZJK" | "BJ" | "NJ" | "ZJ" | "XC")
}

/// What carries an article.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Carried {
    /// Lines of step tables: noun and act.
    pub steps: BTreeSet<(&'static str, String)>,
    /// Places of the profile's values.
    pub values: BTreeSet<String>,
    /// Tests, as `crate::file::name`.
    pub tests: BTreeSet<String>,
}

impl Carried {
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty() && self.values.is_empty()
    }
}

/// What carries each article of the profile's text, by article.
pub fn coverage(profile: &Profile) -> BTreeMap<&'static str, Carried> {
    let text = articles(&profile.id);
    let mut all: BTreeMap<&'static str, Carried> = text.iter().map(|a| (a.article.as_str(), Carried::default())).collect();
    let Some(home) = text.first().map(|a| prefix_of(&a.article)) else { return all };
    // The articles of this text that a citation carries.
    let here = |citations: &str| -> BTreeSet<String> {
        citations
            .split_whitespace()
            .flat_map(|c| {
                if prefix_of(c) == home { vec![whole(c)] } else { duties_of(c).into_iter().flat_map(|d| d.articles_of(home)).map(whole).collect() }
            })
            .map(str::to_string)
            .collect()
    };
    for table in crate::flows::tables() {
        for line in &table.lines {
            for article in here(line.article) {
                if let Some(carried) = all.get_mut(article.as_str()) {
                    carried.steps.insert((table.noun, line.act.clone()));
                }
            }
        }
    }
    for ground in profile.grounds() {
        for article in here(ground.article.unwrap_or_default()) {
            if let Some(carried) = all.get_mut(article.as_str()) {
                carried.values.insert(ground.at.clone());
            }
        }
    }
    static TESTS: LazyLock<Vec<Tested>> = LazyLock::new(|| read(include_str!("../law/tests.csv")));
    for tested in TESTS.iter() {
        for article in here(&tested.article) {
            if let Some(carried) = all.get_mut(article.as_str()) {
                carried.tests.insert(tested.test.clone());
            }
        }
    }
    all
}

/// The coverage of these texts as Markdown, for the golden file; which tests carry an article stands in `law/tests.csv`.
pub fn markdown(profiles: &[&Profile]) -> String {
    let mut out = String::from("# 条文落实表 · Law coverage\n\nGenerated; do not edit. An article marked — is a duty that nothing here carries.\n");
    for profile in profiles {
        let covered = coverage(profile);
        out.push_str(&format!(
            "\n## {} · {}\n\n| 条 | 要求 | Requires | steps | values |\n|{}\n",
            profile.name.zh,
            profile.name.en,
            " --- |".repeat(5)
        ));
        for article in articles(&profile.id) {
            let Some(carried) = covered.get(article.article.as_str()) else { continue };
            let steps: Vec<String> = carried.steps.iter().map(|(noun, act)| format!("{noun}.{act}")).collect();
            let nothing = if article.kind == DUTY && carried.is_empty() { "—" } else { "" };
            let values: Vec<&str> = carried.values.iter().map(String::as_str).collect();
            out.push_str(&format!(
                "| {} | {} | {} | {}{nothing} | {} |\n",
                article.article,
                article.gist_zh,
                article.gist_en,
                steps.join(" "),
                values.join(" ")
            ));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_citation_is_led_to_the_reader_s_own_text() {
        assert_eq!(cite("zhangjiakou", "ZJK-17"), "ZJK-17");
        assert_eq!(cite("zhangjiakou", "BJ-14"), "ZJK-17 (BJ-14)");
        assert_eq!(cite("zhangjiakou", "PIPL-55"), "PIPL-55");
        // An item belongs to its own duty only: the announcement, not everything in the article.
        assert!(!cite("zhangjiakou", "BJ-10").contains("ZJK-13(1)"));
        assert!(cite("zhangjiakou", "BJ-10").starts_with("ZJK-13(5)"));
    }

    #[test]
    fn every_duty_cites_articles_that_stand_in_their_text() {
        for profile in ["zhangjiakou", "beijing", "nanjing", "zhejiang", "xicheng"] {
            let text = articles(profile);
            assert!(text.len() > 20, "{profile}: {}", text.len());
            let home = prefix_of(&text[0].article);
            let known: BTreeSet<&str> = text.iter().map(|a| a.article.as_str()).collect();
            assert_eq!(known.len(), text.len(), "{profile}: an article stands twice");
            for duty in duties() {
                for cited in duty.articles_of(home).map(whole) {
                    // A whole chapter of the Zhejiang text is cited by its number.
                    assert!(
                        known.contains(cited) || known.iter().any(|a| a.starts_with(&format!("{cited}."))),
                        "{}: {cited} does not stand in {profile}",
                        duty.duty
                    );
                }
            }
            for article in text {
                assert!(!article.gist_zh.is_empty() && !article.gist_en.is_empty(), "{}", article.article);
                assert!(["duty", "principle", "definition", "organisation"].contains(&article.kind.as_str()), "{}", article.article);
                for duty in article.duty.split(';').filter(|d| !d.is_empty()) {
                    assert!(duties().iter().any(|d| d.duty == duty), "{}: no duty {duty}", article.article);
                }
            }
        }
    }
}
