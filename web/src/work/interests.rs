//! Declared interests: whoever has one in a party stands aside.

use crate::answer::{PageResult, see_saying};
use crate::ask::{Ask, Face};
use crate::routes::{Door, Route, route};
use crate::view::form::{Filling, draw};
use crate::view::list::Cell;
use crate::view::panels::{Line, Panel, PanelsView, Rows};
use platform::flow::Choice;
use platform::people::interest::Interest;
use platform::people::{Org, interest, org};
use platform::refusal::Fault;
use platform::{OrgKind, Refusal, Result};
use std::collections::HashMap;

pub fn routes() -> Vec<Route> {
    vec![
        route("GET", "/work/interests", Door::Registered, "route-interests", list),
        route("POST", "/work/interests", Door::Registered, "route-interest-declare", declare).takes(&interest::DECLARE),
        route("GET", "/work/interests/{id}/withdraw", Door::Registered, "route-interest-withdraw-page", withdraw_page),
        route("POST", "/work/interests/{id}/withdraw", Door::Registered, "route-interest-withdraw", withdraw).takes(&interest::WITHDRAW),
    ]
}

async fn view(ask: &Ask, faults: &[Fault]) -> Result<PanelsView> {
    let (own, orgs) = ask.look(|look, who| Ok((interest::own(look, who)?, org::choices(look, OrgKind::Developer)?))).await?;
    let line = |(row, name): &(Interest, String)| {
        let mut cells = vec![Cell::text(name), Cell::text(&row.note), Cell::at(Some(row.declared_at))];
        let mut links = Vec::new();
        match row.withdrawn_at {
            Some(_) => cells.push(Cell::at(row.withdrawn_at)),
            None => {
                cells.push(Cell::text(ask.t("interest-stands")));
                links.push((ask.t("interest-act-withdraw"), format!("/work/interests/{}/withdraw", row.id)));
            }
        }
        Line { cells, links, ..Line::default() }
    };
    let mut table = Rows::new(ask, &["organisation", "reason", "declared_at", "withdrawn_at"], own.iter().map(line).collect());
    table.empty = ask.t("interest-none");
    let choices: HashMap<String, Vec<Choice>> = HashMap::from([("developers".into(), orgs)]);
    let mut form = draw(ask.lang, &interest::DECLARE, &Filling { answers: ask.answers.clone(), faults: faults.to_vec(), choices });
    form.action = "/work/interests".into();
    form.submit = ask.t("interest-act-declare");
    form.article = ask.cite("ZJK-28 BID-37");
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

/// The form that withdraws one's own declaration.
async fn withdraw_view(ask: &Ask, faults: Vec<Fault>) -> Result<PanelsView> {
    let id = ask.id::<Interest>("id")?;
    let own = ask.look(interest::own).await?;
    let (_, name) = own.into_iter().find(|(row, _)| row.id == id && row.withdrawn_at.is_none()).ok_or(Refusal::NotFound)?;
    let mut form = draw(ask.lang, &interest::WITHDRAW, &Filling { answers: ask.answers.clone(), faults, ..Filling::default() });
    form.action = format!("/work/interests/{id}/withdraw");
    form.submit = ask.t("interest-act-withdraw");
    form.article = ask.cite("BJ-12");
    let c = ask.chrome(ask.t("interest-act-withdraw")).crumb(ask.t("nav-work"), "/work").crumb(ask.t("nav-interests"), "/work/interests");
    Ok(PanelsView::of_form(c, "/work/interests", ask.lang.ta("interest-withdraw-lead", &[("org", name)]), form))
}

/// `GET /work/interests/{id}/withdraw`
async fn withdraw_page(ask: Ask) -> PageResult {
    ask.show(&withdraw_view(&ask, Vec::new()).await?)
}

/// `POST /work/interests/{id}/withdraw`
async fn withdraw(ask: Ask) -> PageResult {
    let id = ask.id::<Interest>("id")?;
    match interest::WITHDRAW.settle(&ask.answers) {
        Ok(answers) => {
            ask.act(move |tx, who| interest::withdraw(tx, who, id, answers.text("reason"))).await?;
            see_saying("/work/interests", "done")
        }
        Err(Refusal::Faulty(faults)) if ask.face == Face::Html => ask.show_as(422, &withdraw_view(&ask, faults).await?),
        Err(refusal) => Err(refusal),
    }
}
