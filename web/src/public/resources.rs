//! The published catalogue of public data resources (ZJK-7): what there is and at which level, never the data.

use super::{ground, list, narrowed, page, whole_files};
use crate::answer::PageResult;
use crate::ask::Ask;
use crate::routes::{Door, Route, route};
use crate::view::chrome::Chrome;
use crate::view::list::{Cell, Row};
use askama::Template;
use platform::flow::Noun;
use platform::people::org;
use platform::words::Word;
use platform::{Caller, Look, Result};
use primary::ProductForm;
use resources::{Domain, Entry, entry};
use serde::Serialize;
use serde_json::Value;

pub fn routes() -> Vec<Route> {
    vec![
        route("GET", "/resources", Door::Public, "route-public-resources", all),
        route("GET", "/resources/{id}", Door::Public, "route-public-resource", one),
    ]
}

/// `GET /resources`
async fn all(ask: Ask) -> PageResult {
    let a = ask.clone();
    let view = ask
        .look(move |look, _| {
            let columns = ["title", "code", "unit", "domain", "level", "share", "open", "cycle"];
            let view = narrowed(list(&a, "pub-resources", "resources", &columns).words(&a), &a, "domain", Domain::ALL);
            let rows = entry::published(look, a.q("q"), a.q("domain"), page(&a))?;
            let units = org::names(look, rows.rows.iter().filter_map(|r| r.owner).collect())?;
            let line = |row: &Entry| Row {
                href: format!("/resources/{}", row.id),
                cells: vec![
                    Cell::text(&row.title),
                    Cell::maybe(row.code.clone()),
                    Cell::maybe(row.owner.and_then(|o| units.get(&o).cloned())),
                    Cell::word(a.lang, row.domain),
                    Cell::word(a.lang, row.level),
                    Cell::word(a.lang, row.share),
                    Cell::word(a.lang, row.open),
                    Cell::word(a.lang, row.cycle),
                ],
            };
            Ok(whole_files(view.fill(&a, rows, line), &a))
        })
        .await?;
    view.answer(&ask)
}

/// An entry's page.
#[derive(Template, Serialize)]
#[template(path = "public/resource.html")]
struct ResourceView {
    #[serde(skip)]
    c: Chrome,
    id: String,
    /// Its page in the work area, for whoever may ask for something there.
    #[serde(skip)]
    work: String,
    title: String,
    code: String,
    unit: String,
    domain: String,
    level: String,
    personal: bool,
    share: String,
    share_basis: String,
    open: String,
    open_basis: String,
    cycle: String,
    format: String,
    summary: String,
    fields: Vec<[String; 4]>,
    /// In which forms data of this level may be supplied, and under which article.
    forms: Vec<String>,
    on_approval: Vec<String>,
    article: String,
    updated: String,
    /// Whether everybody may have the data itself.
    is_open: bool,
    /// Why it stays out of authorised operation.
    excluded: String,
}

/// `GET /resources/{id}`
async fn one(ask: Ask) -> PageResult {
    let id = ask.id::<Entry>("id")?;
    let a = ask.clone();
    let view = ask
        .look(move |look, _| {
            let row = Entry::find(look, &Caller::public(), id)?;
            view(look, &a, row)
        })
        .await?;
    ask.show(&view)
}

/// The columns of the data, as the unit describes them.
fn fields(ask: &Ask, said: &platform::sheet::Answers) -> Vec<[String; 4]> {
    let text = |row: &Value, name: &str| row.get(name).and_then(Value::as_str).unwrap_or_default().to_string();
    let yes = |row: &Value| {
        let sensitive = row.get("sensitive").and_then(Value::as_bool) == Some(true);
        ask.t(if sensitive { "yes" } else { "no" })
    };
    let rows = said.given("fields").and_then(Value::as_array);
    rows.into_iter().flatten().map(|row| [text(row, "name"), text(row, "type"), text(row, "meaning"), yes(row)]).collect()
}

fn view(look: &mut Look, ask: &Ask, row: Entry) -> Result<ResourceView> {
    let said = row.answers();
    let text = |name: &str| said.text(name).to_string();
    let unit = row.owner.map(|o| org::name(look, o)).transpose()?.unwrap_or_default();
    let profile = look.profile();
    let supply = profile.supplies.iter().find(|s| s.level == row.level.number());
    let spoken = |forms: &[platform::profile::Form]| forms.iter().filter_map(|f| ProductForm::of(f.key())).map(|f| ask.lang.w(f)).collect::<Vec<_>>();
    Ok(ResourceView {
        c: ask.chrome(row.title.clone()),
        id: row.id.to_string(),
        work: crate::work::address_for(&ask.who, Entry::NAME, &row.id.to_string()),
        title: row.title.clone(),
        code: row.code.clone().unwrap_or_default(),
        unit,
        domain: ask.lang.w(row.domain),
        level: ask.lang.w(row.level),
        personal: row.personal,
        share: ask.lang.w(row.share),
        share_basis: text("share_basis"),
        open: ask.lang.w(row.open),
        open_basis: text("open_basis"),
        cycle: ask.lang.w(row.cycle),
        format: text("format"),
        summary: text("summary"),
        fields: fields(ask, &said),
        forms: supply.map(|s| spoken(&s.forms)).unwrap_or_default(),
        on_approval: supply.map(|s| spoken(&s.on_approval)).unwrap_or_default(),
        article: supply.map(|s| ground(ask.lang, s.article.as_deref(), s.source)).unwrap_or_default(),
        updated: platform::day::shanghai_date(row.updated_at).to_string(),
        is_open: row.is_open(),
        excluded: row.excluded.map(|g| ask.lang.w(g)).unwrap_or_default(),
    })
}
