//! The form on which an expert scores: bids down, criteria across, one number in each place.

use crate::answer::{PageResult, see_saying};
use crate::ask::{Ask, Face};
use crate::noun;
use crate::view::chrome::Chrome;
use crate::view::form::{ErrorView, FieldView, Filling, FormView};
use askama::Template;
use platform::flow::{self, Noun};
use platform::sheet::Answers;
use platform::{Caller, Fault, Look, Refusal, Result, Word};
use primary::announcement::{self, Criterion};
use primary::scoring::{Act, Scoring};
use serde::Serialize;

#[derive(Template, Serialize)]
#[template(path = "work/scoring/matrix.html")]
struct MatrixView {
    #[serde(skip)]
    c: Chrome,
    title: String,
    back: String,
    criteria: Vec<Criterion>,
    pass_mark: i64,
    lines: Vec<Line>,
    form: FormView,
}

/// One bid.
#[derive(Serialize)]
struct Line {
    bidder: String,
    href: String,
    places: Vec<Place>,
}

/// One bid under one criterion.
#[derive(Serialize)]
struct Place {
    name: String,
    id: String,
    bid: String,
    criterion: usize,
    label: String,
    weight: i64,
    value: String,
    error: Option<String>,
}

fn view(look: &mut Look, who: &Caller, ask: &Ask, filling: Option<(Answers, Vec<Fault>)>) -> Result<MatrixView> {
    let row = Scoring::find(look, who, ask.id::<Scoring>("id")?)?;
    let deed = noun::deed_of::<Scoring>(Act::Submit.as_str())?;
    flow::may(look, who, &row, deed)?;
    let call = announcement::row(look, row.announcement)?.call()?;
    let (answers, faults) = filling.unwrap_or_default();
    let typed = crate::work::bid::said::rows(&answers, "points");
    let mut lines = Vec::new();
    let mut at = 0;
    for offer in Scoring::choices(look, who, Some(&row), "bid")? {
        let mut places = Vec::new();
        for (n, criterion) in call.criteria.iter().enumerate() {
            let path = format!("points[{at}].points");
            places.push(Place {
                id: format!("points-{at}"),
                bid: offer.value.clone(),
                criterion: n + 1,
                label: criterion.name.clone(),
                weight: criterion.weight,
                // Rows come back in the order in which they were drawn.
                value: typed.get(at).and_then(|p| p.get("points")).and_then(|v| v.as_str()).unwrap_or_default().to_string(),
                error: faults.iter().find(|f| f.field == path).map(|f| ask.lang.fault(f)),
                name: format!("points[{at}]"),
            });
            at += 1;
        }
        lines.push(Line { bidder: ask.lang.choice(&offer), href: format!("/work/bids/{}", offer.value), places });
    }
    let mut form = noun::act_form(look, who, ask, &row, deed, Some(Filling { answers, faults: faults.clone(), ..Filling::default() }))?;
    form.fields.retain(|f: &FieldView| f.kind != "rows");
    form.errors = faults.iter().map(|f| error(ask, &lines, &form, f)).collect();
    let back = format!("/work/scorings/{}", row.id);
    Ok(MatrixView {
        c: ask
            .chrome(ask.t("scoring-matrix"))
            .crumb(ask.t("nav-work"), "/work")
            .crumb(ask.t("nouns-scoring"), "/work/scorings")
            .crumb(row.title.clone(), back.clone()),
        title: row.title,
        back,
        criteria: call.criteria,
        pass_mark: call.pass_mark,
        lines,
        form,
    })
}

/// A line of the error summary that names bidder and criterion.
fn error(ask: &Ask, lines: &[Line], form: &FormView, fault: &Fault) -> ErrorView {
    let text = ask.lang.fault(fault);
    let place = lines.iter().flat_map(|l| l.places.iter().map(move |p| (l, p))).find(|(_, p)| fault.field.starts_with(&format!("{}.", p.name)));
    if let Some((line, place)) = place {
        return ErrorView {
            field: fault.field.clone(),
            href: format!("#{}", place.id),
            text: ask.lang.of_it(&format!("{} · {}", line.bidder, place.label), &text),
        };
    }
    let label = form.fields.iter().find(|f| f.name == fault.field).map_or_else(|| ask.t("scoring-points"), |f| f.label.clone());
    let href = if form.fields.iter().any(|f| f.name == fault.field) { format!("#{}", fault.field) } else { "#points-0".into() };
    ErrorView { field: fault.field.clone(), href, text: ask.lang.of_it(&label, &text) }
}

/// `GET /work/scorings/{id}/submit`.
pub async fn page(ask: Ask) -> PageResult {
    let a = ask.clone();
    let view = ask.look(move |look, who| view(look, who, &a, None)).await?;
    ask.show(&view)
}

/// `POST /work/scorings/{id}/submit`.
pub async fn submit(ask: Ask) -> PageResult {
    let to = format!("/work/scorings/{}", ask.id::<Scoring>("id")?);
    match noun::attempt::<Scoring>(&ask, Act::Submit.as_str(), to).await {
        Err(Refusal::Faulty(faults)) if ask.face == Face::Html => {
            let a = ask.clone();
            let view = ask.look(move |look, who| view(look, who, &a, Some((a.answers.clone(), faults)))).await?;
            ask.show_as(422, &view)
        }
        Ok(to) => see_saying(to, "done"),
        Err(refusal) => Err(refusal),
    }
}
