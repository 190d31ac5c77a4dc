//! Lists from spreadsheets: a file is read, what it holds is shown row by row with every fault, and only what was seen and
//! confirmed is entered, all of it or nothing.

use crate::answer::{PageResult, see};
use crate::ask::{Ask, Face};
use crate::noun::upload_faults;
use crate::routes::{Door, Route, route};
use crate::say::Lang;
use crate::view::case::facts;
use crate::view::chrome::Chrome;
use crate::view::form::{Filling, FormView, draw, label_of};
use askama::Template;
use bytes::Bytes;
use platform::file::{self, File};
use platform::sheet::{self, Answers, Sheet};
use platform::{Caller, Fault, Look, Refusal, Result, Role, Tx};
use primary::{Domain, ProductForm, Purpose, demand, scenario};
use resources::import::{Preview, PreviewRow};
use resources::{Cycle, Level, Open, Share, entry};
use serde::Serialize;
use std::collections::HashMap;

/// A kind of list that can be read in.
pub struct List {
    /// As the command line calls it.
    pub word: &'static str,
    pub noun: &'static str,
    pub path: &'static str,
    /// Who may read it in.
    pub role: Role,
    /// The file, and what stands wherever a row says nothing.
    pub asked: &'static Sheet,
    /// What is said of each row.
    of: &'static Sheet,
    /// The fields that are shown of each row.
    shown: &'static [&'static str],
    pub preview: fn(&mut Look, &Caller, &[u8], &str, &Answers) -> Result<Preview>,
    pub save: fn(&mut Tx, &Caller, &[Answers]) -> Result<usize>,
}

const ENTRIES: Sheet = Sheet {
    name: "import",
    fields: &[
        sheet::file("file"),
        sheet::choice::<Domain>("domain").optional(),
        sheet::choice::<Level>("level").optional(),
        sheet::choice::<Share>("share").optional(),
        sheet::text("share_basis", 1000).optional(),
        sheet::choice::<Open>("open").optional(),
        sheet::text("open_basis", 1000).optional(),
        sheet::choice::<Cycle>("cycle").optional(),
    ],
};
const DEMANDS: Sheet = Sheet {
    name: "import",
    fields: &[
        sheet::file("file"),
        sheet::choice::<Domain>("domain").optional(),
        sheet::choice::<Purpose>("purpose").optional(),
        sheet::many::<ProductForm>("product_forms").optional(),
        sheet::line("unit", 100).optional(),
        sheet::line("contact", 200).optional(),
    ],
};
const SCENARIOS: Sheet = Sheet {
    name: "import",
    fields: &[
        sheet::file("file"),
        sheet::choice::<Domain>("domain").optional(),
        sheet::choice::<Purpose>("purpose").optional(),
        sheet::many::<ProductForm>("product_forms").optional(),
    ],
};

/// Every kind of list.
pub static LISTS: [List; 3] = [
    List {
        word: "resources",
        noun: "entry",
        path: "entries",
        role: Role::Source,
        asked: &ENTRIES,
        of: &entry::ENTRY,
        shown: &["title", "domain", "level", "share", "open", "cycle"],
        preview: resources::import::preview,
        save: |tx, who, rows| Ok(resources::import::save(tx, who, rows)?.entered),
    },
    List {
        word: "demands",
        noun: "demand",
        path: "demands",
        role: Role::ScenarioDesk,
        asked: &DEMANDS,
        of: &demand::LISTED,
        shown: &["title", "domain", "purpose", "unit", "product_forms"],
        preview: demand::preview,
        save: |tx, who, rows| Ok(demand::save(tx, who, rows)?.len()),
    },
    List {
        word: "scenarios",
        noun: "scenario",
        path: "scenarios",
        role: Role::ScenarioDesk,
        asked: &SCENARIOS,
        of: &scenario::SCENARIO,
        shown: &["title", "domain", "purpose", "product_forms"],
        preview: scenario::preview,
        save: |tx, who, rows| Ok(scenario::save(tx, who, rows)?.len()),
    },
];

impl List {
    /// A fault of a row as a sentence, with what stands in the file.
    pub fn sentence(&self, lang: Lang, row: &PreviewRow, fault: &Fault) -> String {
        let given = row.answers.text(&fault.field);
        let given = if given.is_empty() || given.chars().count() > 40 { String::new() } else { format!("{}“{given}”", lang.pick("", " ")) };
        lang.of_it(&format!("{}{given}", label_of(lang, self.of, &fault.field)), &lang.fault(fault))
    }
    /// The label of a field that a column fills.
    pub fn label(&self, lang: Lang, field: &str) -> String {
        label_of(lang, self.of, field)
    }
}

pub fn routes() -> Vec<Route> {
    let of = |list: &'static List| {
        let base = format!("/work/{}/import", list.path);
        let door = || Door::Only(vec![list.role]);
        let mut routes = vec![
            route("GET", &base, door(), "route-import", move |ask| form(ask, list)),
            route("POST", &base, door(), "route-import-check", move |ask| check(ask, list)).takes(list.asked),
            route("POST", &format!("{base}/confirm"), door(), "route-import-confirm", move |ask| confirm(ask, list)).takes(list.asked),
        ];
        for line in &mut routes {
            line.about.noun = list.noun;
            line.about.act = "import";
        }
        routes
    };
    LISTS.iter().flat_map(of).collect()
}

#[derive(Template, Serialize)]
#[template(path = "work/import.html")]
struct ImportView {
    #[serde(skip)]
    c: Chrome,
    /// Path of the list.
    back: String,
    /// How many were entered just now.
    entered: Option<i64>,
    found: Option<Found>,
    form: FormView,
}

/// What a file holds.
#[derive(Serialize)]
struct Found {
    name: String,
    total: i64,
    faulty: i64,
    /// Column headers with the name of what each fills.
    recognised: Vec<(String, String)>,
    unknown: Vec<String>,
    columns: Vec<String>,
    /// Rows with faults first.
    lines: Vec<Line>,
    /// What the confirmation sends again.
    again: Vec<(String, String)>,
    confirm: String,
}

impl Found {
    fn shown(&self) -> &[Line] {
        &self.lines[..self.lines.len().min(MOST_SHOWN)]
    }
    fn has_more(&self) -> bool {
        self.lines.len() > MOST_SHOWN
    }
}

#[derive(Serialize)]
struct Line {
    line: usize,
    cells: Vec<String>,
    faults: Vec<String>,
}

/// Most rows that the page shows; programs get all.
const MOST_SHOWN: usize = 200;

fn found(lang: Lang, list: &List, preview: &Preview, answers: &Answers) -> Found {
    let none = HashMap::new();
    let mut lines: Vec<Line> = preview
        .rows
        .iter()
        .map(|row| {
            let facts = facts(lang, list.of, &row.answers, &none, &[]);
            let text = |field: &&str| facts.iter().find(|f| f.name == **field).map_or_else(String::new, |f| f.texts.join("、"));
            Line {
                line: row.line,
                cells: list.shown.iter().map(text).collect(),
                faults: row.faults.iter().map(|f| list.sentence(lang, row, f)).collect(),
            }
        })
        .collect();
    lines.sort_by_key(|l| l.faults.is_empty());
    let again = list.asked.fields.iter().flat_map(|f| answers.list(f.name).into_iter().map(|v| (f.name.to_string(), v))).collect();
    Found {
        name: preview.name.clone(),
        total: preview.rows.len() as i64,
        faulty: preview.faulty as i64,
        recognised: preview.recognised.iter().map(|(header, field)| (header.clone(), list.label(lang, field))).collect(),
        unknown: preview.unknown.clone(),
        columns: list.shown.iter().map(|f| list.label(lang, f)).collect(),
        lines,
        again,
        confirm: format!("/work/{}/import/confirm", list.path),
    }
}

async fn view(ask: &Ask, list: &'static List, answers: Answers, faults: Vec<Fault>) -> Result<ImportView> {
    let ids = answers.list("file");
    let kept = ask.look(move |look, who| own_files(look, who, &ids)).await?;
    let names = kept.into_iter().map(|f| platform::flow::Choice::new(f.id, f.name)).collect();
    let mut form = draw(ask.lang, list.asked, &Filling { answers, faults, choices: HashMap::from([("files".to_string(), names)]) });
    form.action = format!("/work/{}/import", list.path);
    form.submit = ask.t("import-read");
    form.act = "import".into();
    let back = format!("/work/{}", list.path);
    let title = ask.t(&format!("import-{}", list.path));
    let c = ask.chrome(title).crumb(ask.t("nav-work"), "/work").crumb(ask.t(&format!("nouns-{}", list.noun)), back.clone());
    Ok(ImportView { c, back, entered: None, found: None, form })
}

/// `GET …/import`: the form, and how many were entered just now.
async fn form(ask: Ask, list: &'static List) -> PageResult {
    let mut view = view(&ask, list, ask.query_answers(), Vec::new()).await?;
    view.entered = ask.q("entered").parse().ok();
    ask.show(&view)
}

/// What was asked, settled; of a file kept and a file sent anew, the latter.
fn settled(ask: &Ask, list: &List) -> Result<Answers> {
    let mut answers = ask.answers.clone();
    if let Some(last) = answers.list("file").pop() {
        answers.set("file", vec![last]);
    }
    let asked = Ask { answers, ..ask.clone() };
    match upload_faults(&asked, list.asked, false) {
        Some(refusal) => Err(refusal),
        None => list.asked.settle(&asked.answers),
    }
}

/// The caller's own uploads among these.
fn own_files(look: &mut Look, who: &Caller, ids: &[String]) -> Result<Vec<File>> {
    Ok(file::rows(look, ids)?.into_iter().filter(|f| f.uploader.is_some() && f.uploader == who.person).collect())
}

/// Name and bytes of the file.
async fn file(ask: &Ask, answers: &Answers) -> Result<(String, Bytes)> {
    let ids = answers.list("file");
    let row = ask.look(move |look, who| own_files(look, who, &ids)).await?.pop().ok_or(Refusal::NotFound)?;
    let bytes = ask.app.store.get(&row).await?;
    Ok((row.name, bytes))
}

/// What stands wherever a row says nothing.
fn defaults(answers: &Answers) -> Answers {
    let mut defaults = answers.clone();
    defaults.0.remove("file");
    defaults
}

async fn read(ask: &Ask, list: &'static List) -> Result<(Preview, Answers)> {
    let answers = settled(ask, list)?;
    let (name, bytes) = file(ask, &answers).await?;
    let defaults = defaults(&answers);
    let preview = ask.look(move |look, who| (list.preview)(look, who, &bytes, &name, &defaults)).await?;
    Ok((preview, answers))
}

/// `POST …/import`: what the file holds. Saves nothing but the file.
async fn check(ask: Ask, list: &'static List) -> PageResult {
    match read(&ask, list).await {
        Ok((preview, answers)) => {
            let found = found(ask.lang, list, &preview, &answers);
            let view = view(&ask, list, answers, Vec::new()).await?;
            ask.show(&ImportView { found: Some(found), ..view })
        }
        Err(Refusal::Faulty(faults)) if ask.face == Face::Html => ask.show_as(422, &view(&ask, list, ask.answers.clone(), faults).await?),
        Err(refusal) => Err(refusal),
    }
}

/// The faults of every row, by line.
fn row_faults(preview: &Preview) -> Vec<Fault> {
    let at = |line: usize, fault: &Fault| Fault { field: format!("rows[{line}].{}", fault.field), ..fault.clone() };
    preview.rows.iter().flat_map(|row| row.faults.iter().map(move |f| at(row.line, f))).collect()
}

/// `POST …/import/confirm`: reads the same file again and enters every row, or none.
async fn confirm(ask: Ask, list: &'static List) -> PageResult {
    let answers = settled(&ask, list)?;
    let (name, bytes) = file(&ask, &answers).await?;
    let entered = ask
        .act_once(move |tx, who| {
            let preview = (list.preview)(tx, who, &bytes, &name, &defaults(&answers))?;
            if preview.faulty > 0 {
                return Err(Refusal::Faulty(row_faults(&preview)));
            }
            let entered = (list.save)(tx, who, &preview.sound())?;
            Ok(format!("/work/{}/import?entered={entered}", list.path))
        })
        .await;
    match entered {
        Ok(to) => see(to),
        // Something was entered meanwhile: the faults are shown as they are now.
        Err(Refusal::Faulty(_)) if ask.face == Face::Html => check(ask, list).await,
        Err(refusal) => Err(refusal),
    }
}
