//! What a bid says, in words: conditions and materials by the names the profile gives them.

use crate::noun;
use crate::say::Lang;
use crate::view::case::{Fact, Section, facts};
use platform::flow::{Choice, Noun};
use platform::sheet::Answers;
use platform::{Caller, Look, Result};
use primary::bid::{BID, Bid};
use serde_json::{Map, Value};
use std::collections::HashMap;

/// One section of a bid.
pub struct Part {
    pub section: &'static str,
    pub title: String,
    pub facts: Vec<Fact>,
}

/// What a bid says, section by section; what was not answered says so.
pub fn parts(look: &mut Look, who: &Caller, lang: Lang, row: &Bid) -> Result<Vec<Part>> {
    let content = row.answers();
    let files = noun::file_names(look, &BID, &content)?;
    let papers = if who.org == row.owner { Bid::choices(look, who, Some(row), "paper")? } else { Vec::new() };
    let given = facts(lang, &BID, &content, &HashMap::from([("files".to_string(), files.clone())]), &[]);
    let mut parts = Vec::new();
    for section in BID.sections() {
        let mut own = Vec::new();
        for field in BID.fields.iter().filter(|f| f.section == Some(section)) {
            let label = lang.t(&format!("bid-{}", field.name));
            let mut fact = match field.name {
                "conditions" => conditions(look, lang, label, &content),
                "papers" => materials(look, lang, label, &content, &files, &papers),
                name => given.iter().find(|f| f.name == name).cloned().unwrap_or_else(|| Fact::text(label, lang.t("bid-not-given"))),
            };
            fact.name = field.name.into();
            own.push(fact);
        }
        parts.push(Part { section, title: lang.t(&format!("bid-section-{section}")), facts: own });
    }
    Ok(parts)
}

/// The same as sections of a case page.
pub fn sections(look: &mut Look, who: &Caller, lang: Lang, row: &Bid) -> Result<Vec<Section>> {
    Ok(parts(look, who, lang, row)?.into_iter().map(|p| Section { title: p.title, facts: p.facts, ..Section::default() }).collect())
}

/// The rows of a field.
pub fn rows(content: &Answers, field: &str) -> Vec<Map<String, Value>> {
    match content.0.get(field) {
        Some(Value::Array(rows)) => rows.iter().filter_map(|r| r.as_object().cloned()).collect(),
        _ => Vec::new(),
    }
}

/// A condition's name and article.
pub fn condition(look: &Look, lang: Lang, key: &str) -> (String, String) {
    let profile = look.profile();
    profile
        .condition(key)
        .map_or_else(|| (key.to_string(), String::new()), |c| (c.name.in_lang(lang.is_en()).to_string(), c.article.clone().unwrap_or_default()))
}

/// A material's name and article.
pub fn material(look: &Look, lang: Lang, key: &str) -> (String, String) {
    let profile = look.profile();
    profile
        .material(key)
        .map_or_else(|| (key.to_string(), String::new()), |m| (m.name.in_lang(lang.is_en()).to_string(), m.article.clone().unwrap_or_default()))
}

/// Conditions with what is said of each.
fn conditions(look: &Look, lang: Lang, label: String, content: &Answers) -> Fact {
    let columns = ["bid-condition-key", "bid-condition-meets", "bid-condition-evidence"].map(|k| lang.t(k)).to_vec();
    let rows: Vec<Vec<String>> = rows(content, "conditions").into_iter().map(|row| finding(look, lang, Answers(row), "condition-not-said")).collect();
    if rows.is_empty() {
        return Fact::text(label, lang.t("bid-not-given"));
    }
    Fact { label, table: Some((columns, rows)), ..Fact::default() }
}

/// A row of condition, yes or no, and evidence, in words.
pub fn finding(look: &Look, lang: Lang, row: Answers, otherwise: &str) -> Vec<String> {
    let met = row.ticked("meets");
    vec![condition(look, lang, row.text("key")).0, if met { lang.t("condition-met") } else { lang.t(otherwise) }, row.text("evidence").to_string()]
}

/// Materials with the papers and files given for each.
fn materials(look: &Look, lang: Lang, label: String, content: &Answers, files: &[Choice], papers: &[Choice]) -> Fact {
    let name_of = |list: &[Choice], id: &str| list.iter().find(|c| c.value == id).map(|c| lang.choice(c));
    let mut fact = Fact { label, ..Fact::default() };
    for row in rows(content, "papers").into_iter().map(Answers) {
        let material = material(look, lang, row.text("material")).0;
        let mut links: Vec<(String, String)> = Vec::new();
        if let Some(title) = name_of(papers, row.text("paper")).filter(|_| row.text("title").is_empty()) {
            links.push((lang.of_it(&material, &title), format!("/work/papers/{}", row.text("paper"))));
        }
        for id in row.list("files") {
            let name = name_of(files, &id).unwrap_or_else(|| lang.t("file-kept"));
            links.push((lang.of_it(&material, &name), format!("/files/{id}")));
        }
        if links.is_empty() {
            fact.texts.push(lang.of_it(&material, &lang.t("bid-not-given")));
        }
        fact.links.extend(links);
    }
    if fact.texts.is_empty() && fact.links.is_empty() {
        fact.texts.push(lang.t("bid-no-papers"));
    }
    fact
}
