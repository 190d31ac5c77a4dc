//! The form of an opinion: on each point a finding, its reason and what it rests on, chosen from what was submitted.

use super::bench;
use crate::answer::{PageResult, see_saying};
use crate::ask::{Ask, Face};
use crate::noun;
use crate::view::form::{ErrorView, FieldView, Filling, OptionView};
use platform::flow::{self, Noun};
use platform::sheet::Answers;
use platform::{Caller, Fault, Look, Refusal, Result};
use secondary::product::{PRODUCT, Version};
use secondary::review::{Act, Review};
use serde::Serialize;
use serde_json::Value;

/// The form.
#[derive(Serialize)]
pub struct VoteView {
    pub action: String,
    pub points: Vec<RowView>,
    pub errors: Vec<ErrorView>,
}

/// One point of the form.
#[derive(Serialize)]
pub struct RowView {
    pub name: String,
    pub text: String,
    pub hidden: FieldView,
    pub verdict: FieldView,
    pub reason: FieldView,
    pub evidence: FieldView,
    /// Where in it: a line, a page.
    pub place: FieldView,
}

/// What was submitted, as offers of evidence: fields that were answered, then files.
fn offers(ask: &Ask, made: &Version) -> Vec<OptionView> {
    let submitted = made.submitted();
    let given = PRODUCT.fields.iter().filter(|f| submitted.answers.given(f.name).is_some());
    let option = |value: String, label: String| OptionView { value, label, chosen: false };
    let fields = given.map(|f| option(format!("field:{}", f.name), ask.t(&format!("product-{}", f.name))));
    fields.chain(submitted.files.iter().map(|f| option(format!("file:{}", f.id), format!("{} {}", ask.t("review-file"), f.name)))).collect()
}

/// The row of one point: evidence becomes a choice and a place.
fn row(ask: &Ask, points: &[platform::profile::Wording], offers: &[OptionView], row: Vec<FieldView>) -> Option<RowView> {
    let mut row = row.into_iter();
    let (hidden, verdict, reason, mut evidence) = (row.next()?, row.next()?, row.next()?, row.next()?);
    let point = points.iter().find(|p| p.key == hidden.value)?;
    let en = ask.lang.is_en();
    let typed = evidence.value.clone();
    let (at, place) = typed.split_once('#').unwrap_or((&typed, ""));
    evidence.kind = "pick";
    evidence.options = offers.iter().map(|o| OptionView { chosen: o.value == at, ..o.clone() }).collect();
    let place = FieldView {
        name: evidence.name.replace(".evidence", ".place"),
        id: evidence.id.replace("-evidence", "-place"),
        kind: "line",
        label: ask.t("review-place"),
        hint: Some(ask.t("review-place-hint")),
        value: place.to_string(),
        ..FieldView::default()
    };
    Some(RowView { name: point.name.in_lang(en).into(), text: point.text.in_lang(en).into(), hidden, verdict, reason, evidence, place })
}

/// The form for a reviewer who holds a seat and has not voted.
pub fn form(look: &mut Look, who: &Caller, ask: &Ask, of: &Review, made: &Version, typed: Option<(Answers, Vec<Fault>)>) -> Result<VoteView> {
    let filling = typed.map(|(answers, faults)| Filling { answers, faults, ..Filling::default() });
    let deed = noun::deed_of::<Review>("vote")?;
    let form = noun::act_form(look, who, ask, of, deed, filling)?;
    let profile = look.profile();
    let offers = offers(ask, made);
    let rows = form.fields.into_iter().flat_map(|f| f.rows);
    Ok(VoteView { action: form.action, points: rows.filter_map(|r| row(ask, &profile.compliance.points, &offers, r)).collect(), errors: form.errors })
}

/// Joins each piece of evidence with its place; who sends evidence whole is left alone.
fn joined(mut typed: Answers) -> Answers {
    for row in typed.0.get_mut("points").and_then(Value::as_array_mut).into_iter().flatten().filter_map(Value::as_object_mut) {
        let text = |row: &serde_json::Map<String, Value>, name: &str| row.get(name).and_then(Value::as_str).unwrap_or("").trim().to_string();
        let (evidence, place) = (text(row, "evidence"), text(row, "place"));
        if !evidence.is_empty() && !place.is_empty() && !evidence.contains('#') {
            row.insert("evidence".into(), format!("{evidence}#{place}").into());
        }
    }
    typed
}

/// `POST /work/reviews/{id}/vote`: gives the opinion; on faults the bench comes back with what was typed.
pub async fn send(ask: Ask) -> PageResult {
    let id = ask.id::<Review>("id")?;
    let typed = joined(ask.answers.clone());
    let (sent, to) = (typed.clone(), format!("/work/{}/{id}", Review::PATH));
    match ask.act_once(move |tx, who| flow::perform::<Review>(tx, who, id, Act::Vote, sent).map(|_| to)).await {
        Err(Refusal::Faulty(faults)) if ask.face == Face::Html => {
            let a = ask.clone();
            let view = ask.look(move |look, who| bench::view(look, who, &a, Some((typed, faults)))).await?;
            ask.show_as(422, &view)
        }
        Ok(to) => see_saying(to, "voted"),
        Err(refusal) => Err(refusal),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn evidence_and_place_become_one() {
        let typed = json!({"points": [{"evidence": "field:method", "place": "第3行"}, {"evidence": "field:method#p2", "place": "x"}, {"evidence": "", "place": "y"}]});
        let evidence: Vec<String> = match joined(Answers::of(typed)).0.get("points") {
            Some(Value::Array(rows)) => rows.iter().filter_map(|r| r["evidence"].as_str()).map(str::to_string).collect(),
            _ => Vec::new(),
        };
        assert_eq!(evidence, ["field:method#第3行", "field:method#p2", ""]);
    }
}
