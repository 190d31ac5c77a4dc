//! 准入审查 — each condition of the announcement, what the bidder says of it, what is found and on what that rests (ZJK-12).

use super::said;
use super::wizard::{RowView, named_rows};
use crate::answer::{PageResult, see_saying};
use crate::ask::{Ask, Face};
use crate::noun;
use crate::say::Lang;
use crate::view::case::{Fact, Section, TableView};
use crate::view::chrome::Chrome;
use crate::view::form::{ErrorView, FieldView, Filling};
use crate::view::list::Cell;
use askama::Template;
use platform::flow::{self, Noun};
use platform::people::org;
use platform::sheet::Answers;
use platform::{Caller, Look, Refusal, Result};
use primary::bid::Bid;
use serde::Serialize;

/// The check of one bid: one form, two outcomes.
#[derive(Template, Serialize)]
#[template(path = "work/bid/admission.html")]
struct AdmissionView {
    #[serde(skip)]
    c: Chrome,
    title: String,
    bidder: String,
    back: String,
    admit: String,
    refuse: String,
    rows: Vec<RowView>,
    /// The reason.
    fields: Vec<FieldView>,
    errors: Vec<ErrorView>,
    article: String,
    papers: Vec<Fact>,
}

fn view(look: &mut Look, who: &Caller, ask: &Ask, act: &str, filling: Option<Filling>) -> Result<AdmissionView> {
    let row = Bid::find(look, who, ask.id::<Bid>("id")?)?;
    let deed = noun::deed_of::<Bid>(act)?;
    if filling.is_none() {
        flow::may(look, who, &row, deed)?;
    }
    let form = noun::act_form(look, who, ask, &row, deed, filling)?;
    let parts = said::parts(look, who, ask.lang, &row)?;
    let facts = |name: &str| parts.iter().flat_map(|p| &p.facts).find(|f| f.name == name).cloned();
    let claims = facts("conditions").and_then(|f| f.table).map(|(_, rows)| rows).unwrap_or_default();
    let rows = form.fields.iter().find(|f| f.kind == "rows").map(|f| named_rows(look, ask, f, &claims)).unwrap_or_default();
    let base = format!("/work/bids/{}", row.id);
    Ok(AdmissionView {
        c: ask
            .chrome(ask.t("bid-admission"))
            .crumb(ask.t("nav-work"), "/work")
            .crumb(ask.t("nouns-bid"), "/work/bids")
            .crumb(row.serial.clone().unwrap_or_default(), base.clone()),
        title: row.title.clone(),
        bidder: org::name(look, row.bidder()?)?,
        admit: format!("{base}/admit"),
        refuse: format!("{base}/refuse_admission"),
        back: base,
        rows,
        fields: form.fields.into_iter().filter(|f| f.kind != "rows").collect(),
        errors: form.errors,
        article: form.article,
        papers: ["experience", "papers", "attachments"].into_iter().filter_map(facts).collect(),
    })
}

/// The form, for either outcome.
pub async fn page(ask: Ask, act: &'static str) -> PageResult {
    let a = ask.clone();
    let view = ask.look(move |look, who| view(look, who, &a, act, None)).await?;
    ask.show(&view)
}

/// Admits or refuses admission.
pub async fn act(ask: Ask, act: &'static str) -> PageResult {
    let to = format!("/work/bids/{}", ask.id::<Bid>("id")?);
    match noun::attempt::<Bid>(&ask, act, to).await {
        Err(Refusal::Faulty(faults)) if ask.face == Face::Html => {
            let a = ask.clone();
            let filling = Filling { answers: ask.answers.clone(), faults, ..Filling::default() };
            let view = ask.look(move |look, who| view(look, who, &a, act, Some(filling))).await?;
            ask.show_as(422, &view)
        }
        Ok(to) => see_saying(to, "done"),
        Err(refusal) => Err(refusal),
    }
}

/// The check as it was recorded.
pub fn section(look: &Look, lang: Lang, check: &Answers) -> Section {
    let columns = ["bid-condition-key", "admission-check-meets", "admission-check-evidence"].map(|k| lang.t(k)).to_vec();
    let rows = said::rows(check, "conditions")
        .into_iter()
        .map(|row| said::finding(look, lang, Answers(row), "condition-not-met").into_iter().map(Cell::text).collect())
        .collect();
    let reason = check.text("reason");
    Section {
        title: lang.t("bid-admission"),
        facts: if reason.is_empty() { Vec::new() } else { vec![Fact::text(lang.t("admission-reason"), reason)] },
        table: Some(TableView { columns, rows, empty: lang.t("bid-no-conditions") }),
        ..Section::default()
    }
}
