//! What is asked about a product, and what its answers must hold beyond the sheet (ZJK-14, ZJK-21, ZJK-25).

use platform::refusal::{Fault, Refusal, Result};
use platform::sheet::{self, Answers, Sheet};
use platform::{Look, Word};
use primary::licence::Licence;
use primary::{ProductForm, Purpose};
use resources::entry::{self, Cycle};
use serde::{Deserialize, Serialize};

/// What a product begins with.
pub const START: Sheet =
    Sheet { name: "product", fields: &[sheet::pick("licence", "licence"), sheet::line("title", 100), sheet::choice::<ProductForm>("form")] };
/// One field of what is supplied.
pub const FIELD: Sheet = Sheet { name: "product-field", fields: &[sheet::line("name", 100), sheet::line("type", 50), sheet::text("meaning", 500)] };
/// The answer to a point raised when the product was returned.
pub const ANSWER: Sheet = Sheet { name: "product-answer", fields: &[sheet::pick("point", "point"), sheet::text("answer", 2000)] };
/// The product itself, in six sections.
pub const PRODUCT: Sheet = Sheet {
    name: "product",
    fields: &[
        sheet::line("title", 100).under("about"),
        sheet::choice::<ProductForm>("form").under("about"),
        sheet::choice::<Purpose>("purpose").under("about"),
        sheet::text("summary", 1000).under("about"),
        sheet::line("coverage", 200).under("about"),
        sheet::choice::<Cycle>("update_cycle").under("about"),
        sheet::picks("sources", "resource").under("sources"),
        sheet::text("external_sources", 2000).optional().under("sources"),
        sheet::text("method", 4000).under("method"),
        sheet::text("masking", 2000).under("method"),
        sheet::number("min_group", 1, 1_000_000).optional().under("method"),
        sheet::tick("irreversible").required().under("method"),
        sheet::text("irreversible_reason", 2000).under("method"),
        sheet::rows("fields", &FIELD).optional().under("content"),
        sheet::text("interface", 8000).optional().under("content"),
        sheet::text("sample_text", 8000).optional().under("content"),
        sheet::file("sample_file").optional().under("content"),
        sheet::tick("sample_masked").under("content"),
        sheet::text("usage", 8000).optional().under("content"),
        sheet::text("limits", 2000).under("use"),
        sheet::text("delivery", 500).under("use"),
        sheet::files("attachments").optional().under("use"),
        sheet::rows("answers", &ANSWER).optional().under("answers"),
    ],
};
/// What the developer vouches for at submission.
pub const SUBMIT: Sheet = Sheet { name: "product-submit", fields: &[sheet::tick("truthful").required()] };

/// Fields of [`PRODUCT`] that hold files.
pub const FILES: [&str; 2] = ["sample_file", "attachments"];

/// A product's settled answers.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Content {
    pub title: String,
    pub form: ProductForm,
    pub purpose: Purpose,
    pub summary: String,
    pub coverage: String,
    pub update_cycle: Cycle,
    /// Ids of catalogue entries.
    pub sources: Vec<String>,
    pub external_sources: Option<String>,
    pub method: String,
    pub masking: String,
    /// Smallest group that a figure may stand for.
    pub min_group: Option<i64>,
    pub irreversible: bool,
    pub irreversible_reason: String,
    #[serde(default)]
    pub fields: Vec<Supplied>,
    pub interface: Option<String>,
    pub sample_text: Option<String>,
    #[serde(default)]
    pub sample_file: Vec<String>,
    pub sample_masked: bool,
    pub usage: Option<String>,
    pub limits: String,
    pub delivery: String,
    #[serde(default)]
    pub attachments: Vec<String>,
    #[serde(default)]
    pub answers: Vec<Answered>,
}

/// One field of what is supplied.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Supplied {
    pub name: String,
    #[serde(rename = "type")]
    pub kind: String,
    pub meaning: String,
}

/// The answer to a point raised.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Answered {
    /// Key of a point of the profile.
    pub point: String,
    pub answer: String,
}

/// What of a draft is kept: answers to questions that are asked.
pub fn known(typed: Answers) -> Answers {
    Answers(typed.0.into_iter().filter(|(name, _)| PRODUCT.field(name).is_some()).collect())
}

/// What the sheet alone cannot see: each form describes what it supplies, and there is a sample that is masked (ZJK-13(4)).
pub fn faults(a: &Answers) -> Vec<Fault> {
    let mut faults = Vec::new();
    let mut need = |field: &str| {
        if a.given(field).is_none() {
            faults.push(Fault::at(field, "required"));
        }
    };
    match ProductForm::of(a.text("form")) {
        Some(ProductForm::Dataset | ProductForm::Indicator) => need("fields"),
        Some(ProductForm::Interface | ProductForm::Model) => need("interface"),
        Some(ProductForm::Report | ProductForm::Application) | None => {}
    }
    if a.given("sample_file").is_none() {
        need("sample_text");
    }
    if !a.ticked("sample_masked") {
        faults.push(Fault::at("sample_masked", "must-agree"));
    }
    faults
}

/// Every fault of a draft: the sheet's and those it cannot see.
pub fn all_faults(draft: &Answers) -> Vec<Fault> {
    let mut all = PRODUCT.faults(draft);
    for fault in faults(draft) {
        if !all.iter().any(|f| f.field == fault.field) {
            all.push(fault);
        }
    }
    all
}

/// Settles a draft, or names every fault at once.
pub fn settle(draft: &Answers) -> Result<(Answers, Content)> {
    let all = all_faults(draft);
    if !all.is_empty() {
        return Err(Refusal::Faulty(all));
    }
    let settled = PRODUCT.settle(draft)?;
    let content = settled.read()?;
    Ok((settled, content))
}

/// Refuses what the licence does not cover: a resource it does not name, a purpose it was not granted for (ZJK-21). The
/// forms in which data of a level may be supplied are asked of [`crate::clearance`].
pub fn must_be_covered(look: &mut Look, licence: &Licence, content: &Content) -> Result<()> {
    let terms = licence.terms();
    // Data granted free for the public good makes no goods for sale; the other way round does no harm.
    if terms.purpose == Purpose::PublicGood && content.purpose != Purpose::PublicGood {
        return Err(Refusal::rule("outside-purpose", "ZJK-21"));
    }
    if content.sources.iter().any(|s| !terms.resources.contains(s)) {
        return Err(Refusal::rule("outside-scope", "ZJK-21"));
    }
    let entries = entry::by_ids(look, &content.sources)?;
    if content.sources.iter().any(|s| !entries.iter().any(|e| e.id.to_string() == *s && e.state != entry::State::Withdrawn)) {
        return Err(Refusal::rule("outside-scope", "ZJK-15"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn found(a: serde_json::Value) -> Vec<(String, &'static str)> {
        faults(&Answers::of(a)).into_iter().map(|f| (f.field, f.code)).collect()
    }

    #[test]
    fn each_form_describes_what_it_supplies() {
        let fields = json!([{"name": "路段", "type": "text", "meaning": "路段名称"}]);
        for (form, wants) in [("dataset", "fields"), ("indicator", "fields"), ("interface", "interface"), ("model", "interface")] {
            let bare = json!({"form": form, "sample_text": "甲,1", "sample_masked": true});
            assert_eq!(found(bare), [(wants.to_string(), "required")], "{form}");
            let full = json!({"form": form, "fields": fields, "interface": "GET /x", "sample_text": "甲,1", "sample_masked": true});
            assert_eq!(found(full), [], "{form}");
        }
        assert_eq!(found(json!({"form": "report", "sample_text": "甲", "sample_masked": "on"})), []);
    }

    #[test]
    fn a_sample_is_there_and_masked() {
        assert_eq!(found(json!({"form": "report"})), [("sample_text".to_string(), "required"), ("sample_masked".to_string(), "must-agree")]);
    }

    #[test]
    fn drafts_keep_only_what_is_asked() {
        let kept = known(Answers::of(json!({"title": "甲", "state": "approved", "min_group": "many"})));
        assert_eq!(kept.0.keys().collect::<Vec<_>>(), ["title", "min_group"]);
    }
}
