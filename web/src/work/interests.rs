//! Declared interests: whoever has one in a party stands aside.

use crate::answer::{PageResult, see_saying};
use crate::ask::{Ask, Face};
use crate::routes::{Door, Route, route};
use crate::view::form::{Filling, draw};
use crate::view::list::Cell;
use crate::view::panels::{Line, Panel, PanelsView, Rows};
use platform::flow::Choice;
use platform::people::{Org, interest, org};
use platform::refusal::Fault;
use platform::{OrgKind, Refusal, Result};
use std::collections::HashMap;

pub fn routes() -> Vec<Route> {
    vec![
        route("GET", "/work/interests", Door::Registered, "route-interests", list),
        route("POST", "/work/interests", Door::Registered, "route-interest-declare", declare).takes(&interest::DECLARE),
    ]
}

async fn view(ask: &Ask, faults: &[Fault]) -> Result<PanelsView> {
    let (own, orgs) = ask.look(|look, who| Ok((interest::own(look, who)?, org::choices(look, OrgKind::Developer)?))).await?;
    let line = |(row, name): &(interest::Interest, String)| Line {
        cells: vec![Cell::text(name), Cell::text(&row.note), Cell::at(Some(row.declared_at))],
        ..Line::default()
    };
    let mut table = Rows::new(ask, &["organisation", "reason", "declared_at"], own.iter().map(line).collect());
    table.empty = ask.t("interest-none");
    let choices: HashMap<String, Vec<Choice>> = HashMap::from([("developers".into(), orgs)]);
    let mut form = draw(ask.lang, &interest::DECLARE, &Filling { answers: ask.answers.clone(), faults: faults.to_vec(), choices });
    form.action = "/work/interests".into();
    form.submit = ask.t("interest-act-declare");
    form.article = "ZJK-28 BID-37".into();
    let c = ask.chrome(ask.t("nav-interests")).crumb(ask.t("nav-work"), "/work");
    let view = PanelsView::new(c).lead(ask.t("interest-lead")).panel(Panel { title: ask.t("interest-own"), table: Some(table), ..Panel::default() });
    Ok(view.panel(Panel { title: ask.t("interest-act-declare"), form: Some(form), ..Panel::default() }))
}

/// `GET /work/interests`
async fn list(ask: Ask) -> PageResult {
    ask.show(&view(&ask, &[]).await?)
}

async fn declared(ask: &Ask) -> Result<()> {
    let answers = interest::DECLARE.settle(&ask.answers)?;
    let of = answers.text("org").parse::<platform::Id<Org>>().map_err(|_| Refusal::fault("org", "not-a-choice"))?;
    ask.act(move |tx, who| interest::declare(tx, who, of, answers.text("note"))).await.map(drop)
}

/// `POST /work/interests`
async fn declare(ask: Ask) -> PageResult {
    match declared(&ask).await {
        Ok(()) => see_saying("/work/interests", "done"),
        Err(Refusal::Faulty(faults)) if ask.face == Face::Html => ask.show_as(422, &view(&ask, &faults).await?),
        Err(refusal) => Err(refusal),
    }
}
