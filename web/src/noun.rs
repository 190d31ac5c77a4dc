//! Pages that every noun has: its list, one case with what may be done now, the form of each act, and the acts
//! themselves. What is particular to a noun stands in its `Show`.

use crate::answer::{PageResult, see_saying};
use crate::ask::{Ask, Face};
use crate::routes::{Door, Route, route};
use crate::view::case::{CaseView, Fact, Section, facts, timeline};
use crate::view::chrome::Chrome;
use crate::view::form::{Filling, FormView, draw, html_id, label_of, lists};
use crate::view::list::ListView;
use askama::Template;
use platform::event::{self, Event};
use platform::flow::{self, Choice, Deed, Noun};
use platform::people::Org;
use platform::sheet::{Answers, Kind, Sheet};
use platform::words::Word;
use platform::{Caller, Id, Look, Refusal, Result, Role};
use serde::Serialize;
use serde_json::Value;
use std::collections::HashMap;

/// How a noun is shown in the work area.
pub trait Show: Noun {
    /// Who may open its pages at all; `find` decides about each case.
    const DOOR: &'static [Role];
    /// Pages written by hand instead of these: `case`, `new`, or an act's form and what takes it.
    const OWN: &'static [&'static str] = &[];
    /// The sheet of its kept content, shown as facts.
    fn sheet() -> Option<&'static Sheet>;
    /// Its kept content.
    fn content(&self) -> Answers;
    /// Its list.
    fn list(look: &mut Look, who: &Caller, ask: &Ask) -> Result<ListView>;
    /// What waits for the caller, by state.
    fn waiting(look: &mut Look, who: &Caller) -> Result<Vec<flow::Waiting>> {
        flow::waiting::<Self>(look, who)
    }
    /// What the link to a state's list adds to its query, so that it shows what waits for the caller.
    fn mine(_who: &Caller) -> String {
        String::new()
    }
    /// What else its page shows.
    fn extend(_look: &mut Look, _who: &Caller, _ask: &Ask, _row: &Self, _view: &mut CaseView) -> Result<()> {
        Ok(())
    }
    /// Whose case it is, for a caller who may know.
    fn owner(_who: &Caller, row: &Self) -> Option<Id<Org>> {
        row.heading().owner
    }
    /// What of its history this caller may read.
    fn history(_who: &Caller, _row: &Self, _events: &mut Vec<Event>) {}
}

/// The form of one act on its own page.
#[derive(Template, Serialize)]
#[template(path = "page/act.html")]
pub struct ActView {
    #[serde(skip)]
    pub c: Chrome,
    pub heading: String,
    pub lead: String,
    pub back: String,
    pub form: FormView,
}

/// The choices that a sheet's fields need, and the names of the files in the answers.
pub fn choices<N: Noun>(look: &mut Look, who: &Caller, row: Option<&N>, sheet: &Sheet, answers: &Answers) -> Result<HashMap<String, Vec<Choice>>> {
    let mut choices = HashMap::new();
    for list in lists(sheet) {
        choices.insert(list.to_string(), N::choices(look, who, row, list)?);
    }
    choices.insert("files".into(), file_names(look, sheet, answers)?);
    Ok(choices)
}

/// Names of the files in the answers.
pub fn file_names(look: &mut Look, sheet: &Sheet, answers: &Answers) -> Result<Vec<Choice>> {
    let ids = file_ids(sheet, answers);
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    Ok(platform::file::rows(look, &ids)?.into_iter().map(|f| Choice::new(f.id, format!("{} ({} KB)", f.name, f.size / 1024 + 1))).collect())
}

/// Ids of the files in the answers, those in rows too.
fn file_ids(sheet: &Sheet, answers: &Answers) -> Vec<String> {
    let mut ids = Vec::new();
    for field in sheet.fields {
        match (field.kind, answers.0.get(field.name)) {
            (Kind::Files(_), Some(_)) => ids.extend(answers.list(field.name)),
            (Kind::Rows(of), Some(Value::Array(rows))) => ids.extend(rows.iter().flat_map(|row| file_ids(of, &Answers::of(row.clone())))),
            _ => {}
        }
    }
    ids
}

/// Whether a form is small enough to stand on the case page.
fn small(sheet: &Sheet) -> bool {
    sheet.fields.len() <= 3 && sheet.fields.iter().all(|f| !matches!(f.kind, Kind::Rows(_) | Kind::Files(_) | Kind::Picks(_)))
}

/// Whether an act ends or refuses something: a red button.
fn grave(act: &str) -> bool {
    matches!(
        act,
        "refuse" | "end" | "suspend" | "cancel" | "withdraw" | "object" | "fail" | "delist" | "drop" | "void" | "decline" | "refuse_admission"
    )
}

/// The form of an act on a case.
pub fn act_form<N: Noun>(look: &mut Look, who: &Caller, ask: &Ask, row: &N, deed: &Deed<N>, filling: Option<Filling>) -> Result<FormView> {
    let mut filling = match filling {
        Some(filling) => filling,
        None => Filling { answers: N::filled(look, who, row, deed.act)?, ..Filling::default() },
    };
    filling.choices = choices(look, who, Some(row), deed.sheet, &filling.answers)?;
    let mut form = draw(ask.lang, deed.sheet, &filling);
    let name = ask.lang.w(deed.act);
    form.title = name.clone();
    form.submit = name.clone();
    form.act = deed.act.as_str().into();
    form.action = format!("/work/{}/{}/{}", N::PATH, row.id(), deed.act.as_str());
    form.careful = deed.careful;
    form.draft = deed.draft;
    elsewhere(ask, row, &filling.faults, &mut form);
    if deed.for_good {
        form.for_good = ask.lang.maybe(&format!("for-good-{}-{}", N::NAME, deed.act.as_str())).unwrap_or_else(|| ask.t("for-good"));
        form.submit = ask.lang.ta("for-good-submit", &[("act", name)]);
    }
    form.grave = grave(deed.act.as_str());
    form.article = N::STEPS.iter().find(|s| s.act == deed.act).map_or(String::new(), |s| ask.cite(s.article));
    Ok(form)
}

/// Faults of an act in answers that its own form does not ask for, such as a draft's when it is handed in: they are
/// named as the draft's form names them and lead there.
fn elsewhere<N: Noun>(ask: &Ask, row: &N, faults: &[platform::Fault], form: &mut FormView) {
    let asked = |name: &str| form.fields.iter().any(|f| f.name == name);
    let head = |path: &str| path.split('[').next().unwrap_or_default().to_string();
    let mut errors = form.errors.clone();
    for (fault, error) in faults.iter().zip(&mut errors).filter(|(f, _)| !asked(&head(&f.field))) {
        let Some(deed) = N::DEEDS.iter().find(|d| d.sheet.field(&head(&fault.field)).is_some()) else { continue };
        error.text = ask.lang.of_it(&label_of(ask.lang, deed.sheet, &fault.field), &ask.lang.fault(fault));
        error.href = format!("/work/{}/{}/{}#{}", N::PATH, row.id(), deed.act.as_str(), html_id(&fault.field));
    }
    form.errors = errors;
}

/// Builds a case's page.
pub fn build<N: Show>(look: &mut Look, who: &Caller, ask: &Ask, id: Id<N>) -> Result<CaseView> {
    let row = N::find(look, who, id)?;
    let mut view = CaseView::new(ask, &row);
    if let Some(sheet) = N::sheet() {
        let content = row.content();
        let names = choices(look, who, Some(&row), sheet, &content)?;
        let all = facts(ask.lang, sheet, &content, &names, &[]);
        let sections = sheet.sections();
        if sections.is_empty() {
            view.sections.push(Section { title: ask.t("section-content"), facts: all, ..Section::default() });
        } else {
            for section in std::iter::once(None).chain(sections.into_iter().map(Some)) {
                let own: Vec<Fact> = all.iter().filter(|f| sheet.field(&f.name).and_then(|x| x.section) == section).cloned().collect();
                let title = section.map_or_else(|| ask.t("section-content"), |s| ask.t(&format!("{}-section-{s}", sheet.name)));
                if !own.is_empty() {
                    view.sections.push(Section { title, facts: own, ..Section::default() });
                }
            }
        }
    }
    N::extend(look, who, ask, &row, &mut view)?;
    for deed in flow::open_to(look, who, &row)? {
        if deed.quiet {
            continue;
        }
        if small(deed.sheet) && !deed.for_good {
            let mut form = act_form(look, who, ask, &row, deed, None)?;
            // Several forms stand on one page, and most of them ask for a reason.
            for field in &mut form.fields {
                field.id = format!("{}-{}", form.act, field.id);
            }
            view.acts.push(form);
        } else {
            view.links.push((ask.lang.w(deed.act), format!("/work/{}/{}/{}", N::PATH, row.id(), deed.act.as_str())));
        }
    }
    let events = history(look, who, &row)?;
    let seen: Vec<i64> = events.iter().map(|e| e.seq).collect();
    if crate::work::leaf::is_open_to(who, &row) {
        view.sections.extend(crate::work::leaf::section(look, ask, N::NAME, &row.id().to_string(), &seen)?);
    }
    view.history = timeline(ask.lang, &events);
    Ok(view)
}

/// What of a case's history the caller may read.
pub fn history<N: Show>(look: &mut Look, who: &Caller, row: &N) -> Result<Vec<Event>> {
    let mut events = event::history(look, who, N::NAME, &row.id().to_string())?;
    N::history(who, row, &mut events);
    Ok(events)
}

async fn list<N: Show>(ask: Ask) -> PageResult {
    let a = ask.clone();
    let view = ask
        .look(move |look, who| {
            let mut view = N::list(look, who, &a)?;
            if flow::may_open::<N>(who) && N::OPENING.is_some() {
                view = view.action(a.t(&format!("{}-new", N::NAME)), format!("/work/{}/new", N::PATH), "plus");
            }
            Ok(view)
        })
        .await?;
    view.answer(&ask)
}

/// The page of one case.
pub async fn case<N: Show>(ask: Ask) -> PageResult {
    let id = ask.id::<N>("id")?;
    let a = ask.clone();
    let view = ask.look(move |look, who| build::<N>(look, who, &a, id)).await?;
    ask.show(&view)
}

/// The form that begins a case.
pub fn new_view<N: Noun>(look: &mut Look, who: &Caller, ask: &Ask, filling: Filling) -> Result<ActView> {
    let Some(opening) = N::OPENING else { return Err(Refusal::NotFound) };
    let mut filling = filling;
    filling.choices = choices::<N>(look, who, None, opening.sheet, &filling.answers)?;
    let mut form = draw(ask.lang, opening.sheet, &filling);
    form.title = ask.t(&format!("{}-new", N::NAME));
    form.submit = ask.lang.w(opening.act);
    form.action = format!("/work/{}", N::PATH);
    form.act = opening.act.as_str().into();
    form.article = N::STEPS.iter().find(|s| s.act == opening.act).map_or(String::new(), |s| ask.cite(s.article));
    let back = format!("/work/{}", N::PATH);
    Ok(ActView {
        c: ask.chrome(form.title.clone()).crumb(ask.t("nav-work"), "/work").crumb(ask.t(&format!("nouns-{}", N::NAME)), back.clone()),
        heading: form.title.clone(),
        lead: ask.lang.maybe(&format!("{}-new-lead", N::NAME)).unwrap_or_default(),
        back,
        form,
    })
}

async fn new<N: Noun>(ask: Ask) -> PageResult {
    let a = ask.clone();
    let view = ask
        .look(move |look, who| {
            let mut answers = N::filled_new(look, who)?;
            answers.merge(a.query_answers());
            new_view::<N>(look, who, &a, Filling { answers, ..Filling::default() })
        })
        .await?;
    ask.show(&view)
}

async fn open<N: Noun>(ask: Ask) -> PageResult {
    let then = then(&ask);
    let Some(opening) = N::OPENING else { return Err(Refusal::WrongMethod) };
    let answers = ask.answers.clone();
    let result = match upload_faults(&ask, opening.sheet, opening.draft) {
        Some(refusal) => Err(refusal),
        None => {
            ask.act_once(move |tx, who| flow::open::<N>(tx, who, answers).map(|id| then.unwrap_or_else(|| format!("/work/{}/{id}", N::PATH)))).await
        }
    };
    match result {
        Err(Refusal::Faulty(faults)) if ask.face == Face::Html => {
            let a = ask.clone();
            let view =
                ask.look(move |look, who| new_view::<N>(look, who, &a, Filling { answers: a.answers.clone(), faults, ..Filling::default() })).await?;
            ask.show_as(422, &view)
        }
        Ok(to) => see_saying(to, "done"),
        Err(refusal) => Err(refusal),
    }
}

/// Faults of uploaded files come with those of the sheet, so that all are shown at once.
pub fn upload_faults(ask: &Ask, sheet: &Sheet, draft: bool) -> Option<Refusal> {
    if ask.faults.is_empty() {
        return None;
    }
    let mut faults = ask.faults.clone();
    if !draft {
        faults.extend(sheet.faults(&ask.answers).into_iter().filter(|f| !ask.faults.iter().any(|u| u.field == f.field)));
    }
    Some(Refusal::Faulty(faults))
}

/// The deed of that name.
pub fn deed_of<N: Noun>(act: &str) -> Result<&'static Deed<N>> {
    N::DEEDS.iter().find(|d| d.act.as_str() == act).ok_or(Refusal::NotFound)
}

fn act_view<N: Noun>(look: &mut Look, who: &Caller, ask: &Ask, id: Id<N>, act: &str, filling: Option<Filling>) -> Result<ActView> {
    let row = N::find(look, who, id)?;
    let deed = deed_of::<N>(act)?;
    let form = act_form(look, who, ask, &row, deed, filling)?;
    let heading = row.heading();
    let back = format!("/work/{}/{id}", N::PATH);
    Ok(ActView {
        c: ask
            .chrome(format!("{} — {}", form.title, heading.title))
            .crumb(ask.t("nav-work"), "/work")
            .crumb(ask.t(&format!("nouns-{}", N::NAME)), format!("/work/{}", N::PATH))
            .crumb(heading.title.clone(), back.clone()),
        heading: if deed.for_good { ask.lang.ta("for-good-heading", &[("act", form.title.clone())]) } else { form.title.clone() },
        lead: heading.title,
        back,
        form,
    })
}

/// Shows the form of an act; refuses as the act itself would.
pub async fn act_page<N: Noun>(ask: Ask, act: &'static str) -> PageResult {
    let id = ask.id::<N>("id")?;
    let a = ask.clone();
    let view = ask
        .look(move |look, who| {
            let row = N::find(look, who, id)?;
            flow::may(look, who, &row, deed_of::<N>(act)?)?;
            act_view::<N>(look, who, &a, id, act, None)
        })
        .await?;
    ask.show(&view)
}

/// Does an act; on faults the form comes back with what was typed.
pub async fn act<N: Noun>(ask: Ask, act: &'static str) -> PageResult {
    act_then::<N>(ask, act, |ask, id| then(ask).unwrap_or_else(|| format!("/work/{}/{id}", N::PATH))).await
}

/// The page of this site to go to afterwards, when one was named.
fn then(ask: &Ask) -> Option<String> {
    Some(ask.q("then")).filter(|v| !v.is_empty() && crate::site::inside(v) == *v).map(str::to_string)
}

/// Does an act once, and gives the address to go to.
pub async fn attempt<N: Noun>(ask: &Ask, act: &str, to: String) -> Result<String> {
    let id = ask.id::<N>("id")?;
    let deed = deed_of::<N>(act)?;
    if deed.careful {
        crate::account::confirm(ask).await?;
    }
    if let Some(refusal) = upload_faults(ask, deed.sheet, deed.draft) {
        return Err(refusal);
    }
    let answers = ask.answers.clone();
    ask.act_once(move |tx, who| flow::perform::<N>(tx, who, id, deed.act, answers).map(|_| to)).await
}

/// Does an act and goes where `to` says.
pub async fn act_then<N: Noun>(ask: Ask, act: &'static str, to: fn(&Ask, Id<N>) -> String) -> PageResult {
    let id = ask.id::<N>("id")?;
    match attempt::<N>(&ask, act, to(&ask, id)).await {
        Err(Refusal::Faulty(faults)) if ask.face == Face::Html => {
            let a = ask.clone();
            let view = ask
                .look(move |look, who| {
                    act_view::<N>(look, who, &a, id, act, Some(Filling { answers: a.answers.clone(), faults, ..Filling::default() }))
                })
                .await?;
            ask.show_as(422, &view)
        }
        Ok(to) => see_saying(to, "done"),
        Err(refusal) => Err(refusal),
    }
}

/// The routes that every shown noun has.
pub fn routes<N: Show>() -> Vec<Route> {
    let inside = || Door::Only(N::DOOR.to_vec());
    let base = format!("/work/{}", N::PATH);
    let own = |page: &str| N::OWN.contains(&page);
    let mut routes = vec![route("GET", &base, inside(), "route-list", list::<N>).of::<N>("")];
    if !own("case") {
        routes.push(route("GET", &format!("{base}/{{id}}"), inside(), "route-case", case::<N>).of::<N>(""));
    }
    if let Some(opening) = N::OPENING {
        let doers = flow::doers::<N>(opening.act);
        let door = || if doers.contains(&Role::Registered) { Door::Registered } else { Door::Only(doers.clone()) };
        if !own("new") {
            routes.push(route("GET", &format!("{base}/new"), door(), "route-new", new::<N>).of::<N>(opening.act.as_str()));
        }
        routes.push(route("POST", &base, door(), "route-open", open::<N>).takes(opening.sheet).of::<N>(opening.act.as_str()));
    }
    for deed in N::DEEDS {
        let doers: Vec<Role> = flow::doers::<N>(deed.act).into_iter().filter(|r| *r != Role::Calendar).collect();
        if doers.is_empty() || own(deed.act.as_str()) {
            continue;
        }
        let name = deed.act.as_str();
        let door = || if doers.contains(&Role::Registered) { Door::Registered } else { Door::Only(doers.clone()) };
        let path = format!("{base}/{{id}}/{name}");
        routes.push(route("GET", &path, door(), "route-form", move |ask| act_page::<N>(ask, name)).of::<N>(name));
        routes.push(route("POST", &path, door(), "route-act", move |ask| act::<N>(ask, name)).takes(deed.sheet).of::<N>(name));
    }
    routes
}
