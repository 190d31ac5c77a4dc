//! What a product says, section by section, and what changed since the version before.

use crate::noun;
use crate::say::Lang;
use crate::view::case::{Fact, Section, facts};
use platform::flow::Choice;
use platform::sheet::Answers;
use platform::{Look, Result};
use primary::assessment::Verdict;
use resources::entry;
use secondary::product::{PRODUCT, Product, Version, answer_to, version};
use secondary::review;
use serde::Serialize;
use std::collections::HashMap;

/// One section.
#[derive(Clone, Debug, Serialize)]
pub struct Part {
    pub section: &'static str,
    pub title: String,
    pub items: Vec<Item>,
}

/// One fact, and line by line what changed in it.
#[derive(Clone, Debug, Serialize)]
pub struct Item {
    pub fact: Fact,
    /// Empty unless it changed.
    pub pieces: Vec<Piece>,
}

/// A line of a change: `same`, `add` or `del`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Piece {
    pub kind: &'static str,
    pub text: String,
}

/// A point raised at a return, and the developer's answer.
#[derive(Clone, Debug, Serialize)]
pub struct Answered {
    pub name: String,
    pub remark: String,
    pub answer: String,
}

/// The name of a point of the profile.
pub fn point(look: &Look, lang: Lang, key: &str) -> String {
    look.profile().point(key).map_or_else(|| key.to_string(), |p| p.name.in_lang(lang.is_en()).to_string())
}

/// The colour of a verdict.
pub fn verdict_tone(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Meets => "bg-green-lt",
        Verdict::NeedsChange => "bg-orange-lt",
        Verdict::Fails => "bg-red-lt",
    }
}

/// Names of resources and files that some answers hold.
fn names(look: &mut Look, lang: Lang, of: &[&Answers]) -> Result<HashMap<String, Vec<Choice>>> {
    let sources: Vec<String> = of.iter().flat_map(|a| a.list("sources")).collect();
    let entries = entry::by_ids(look, &sources)?;
    let resources = entries.iter().map(|e| Choice::new(e.id, format!("{} · {}", e.title, lang.w(e.level)))).collect();
    let mut files = Vec::new();
    for answers in of {
        files.extend(noun::file_names(look, &PRODUCT, answers)?);
    }
    Ok(HashMap::from([("resource".to_string(), resources), ("files".to_string(), files)]))
}

/// What answers say, section by section; with the answers before, what changed. Answers to points have a place of their own.
pub fn parts(look: &mut Look, lang: Lang, now: &Answers, before: Option<&Answers>) -> Result<Vec<Part>> {
    let names = names(look, lang, &before.into_iter().chain([now]).collect::<Vec<_>>())?;
    let changed = before.map(|b| PRODUCT.changed(b, now)).unwrap_or_default();
    let (given, former) = (facts(lang, &PRODUCT, now, &names, &changed), before.map(|b| facts(lang, &PRODUCT, b, &names, &[])).unwrap_or_default());
    let mut parts = Vec::new();
    for section in PRODUCT.sections().into_iter().filter(|s| *s != "answers") {
        let mut items = Vec::new();
        for field in PRODUCT.fields.iter().filter(|f| f.section == Some(section)) {
            let old = former.iter().find(|f| f.name == field.name);
            let is_changed = changed.contains(&field.name);
            let fact = match given.iter().find(|f| f.name == field.name) {
                Some(fact) => fact.clone(),
                None if !is_changed && !field.required => continue,
                None => Fact {
                    name: field.name.into(),
                    changed: is_changed,
                    ..Fact::text(lang.t(&format!("product-{}", field.name)), lang.t("bid-not-given"))
                },
            };
            let now = if now.given(field.name).is_some() { lines(&fact) } else { Vec::new() };
            let pieces = if is_changed { compared(&old.map(lines).unwrap_or_default(), &now) } else { Vec::new() };
            items.push(Item { fact, pieces });
        }
        parts.push(Part { section, title: lang.t(&format!("product-section-{section}")), items });
    }
    Ok(parts)
}

/// The parts of a submitted version, compared with the one before it.
pub fn version_parts(look: &mut Look, lang: Lang, of: &Product, made: &Version) -> Result<Vec<Part>> {
    let before = if made.number > 1 { Some(version::find(look, of.id, made.number - 1)?.answers()) } else { None };
    parts(look, lang, &made.answers(), before.as_ref())
}

/// The parts as sections of a case page.
pub fn sections(parts: Vec<Part>) -> Vec<Section> {
    let section = |p: Part| Section { title: p.title, facts: p.items.into_iter().map(|i| i.fact).collect(), ..Section::default() };
    parts.into_iter().map(section).collect()
}

/// The points that a version answers.
pub fn answered(look: &mut Look, lang: Lang, of: &Product, made: &Version) -> Result<Vec<Answered>> {
    let raised = review::raised_before(look, of.id, made.number)?;
    let answers = made.answers();
    let line = |p: review::Raised| Answered { name: point(look, lang, &p.point), answer: answer_to(&answers, &p.point), remark: p.remark };
    Ok(raised.into_iter().map(line).collect())
}

/// A fact as lines of text.
fn lines(fact: &Fact) -> Vec<String> {
    let texts = fact.texts.iter().flat_map(|t| t.lines()).map(str::to_string);
    let links = fact.links.iter().map(|l| l.0.clone());
    let rows = fact.table.iter().flat_map(|t| &t.1).map(|r| r.join(" · "));
    texts.chain(links).chain(rows).collect()
}

/// Lines that stayed, came and went, in order; very long texts are shown as a whole.
fn compared(before: &[String], now: &[String]) -> Vec<Piece> {
    const MOST: usize = 400;
    let piece = |kind, text: &String| Piece { kind, text: text.clone() };
    if before.len() > MOST || now.len() > MOST {
        return before.iter().map(|t| piece("del", t)).chain(now.iter().map(|t| piece("add", t))).collect();
    }
    // Length of the longest common part of what is left from each pair of places.
    let mut common = vec![vec![0usize; now.len() + 1]; before.len() + 1];
    for i in (0..before.len()).rev() {
        for j in (0..now.len()).rev() {
            common[i][j] = if before[i] == now[j] { common[i + 1][j + 1] + 1 } else { common[i + 1][j].max(common[i][j + 1]) };
        }
    }
    let (mut i, mut j, mut pieces) = (0, 0, Vec::new());
    while i < before.len() || j < now.len() {
        if i < before.len() && j < now.len() && before[i] == now[j] {
            pieces.push(piece("same", &now[j]));
            (i, j) = (i + 1, j + 1);
        } else if j == now.len() || (i < before.len() && common[i + 1][j] >= common[i][j + 1]) {
            pieces.push(piece("del", &before[i]));
            i += 1;
        } else {
            pieces.push(piece("add", &now[j]));
            j += 1;
        }
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_are_shown_line_by_line() {
        let text = |t: &str| t.chars().map(|c| c.to_string()).collect::<Vec<_>>();
        let shown =
            |a: &str, b: &str| compared(&text(a), &text(b)).iter().map(|p| format!("{}{}", &p.kind[..1], p.text)).collect::<Vec<_>>().join(" ");
        assert_eq!(shown("abc", "abc"), "sa sb sc");
        assert_eq!(shown("abc", "axc"), "sa db ax sc");
        assert_eq!(shown("", "ab"), "aa ab");
        assert_eq!(shown("ab", ""), "da db");
    }
}
