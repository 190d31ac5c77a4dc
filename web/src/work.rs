//! The work area: what waits for me, and the lists and cases of every noun.

pub mod accounts;
pub mod announcement;
pub mod audit;
pub mod bid;
pub mod calendar;
pub mod chain;
pub mod clearance;
pub mod demand;
pub mod disclosure;
pub mod entry;
pub mod fee;
pub mod filing;
pub mod find;
pub mod import;
pub mod interests;
pub mod leaf;
pub mod letters;
pub mod licence;
pub mod objection;
pub mod observer;
pub mod opening;
pub mod org;
pub mod oversight;
pub mod pack;
pub mod paper;
pub mod people;
pub mod plan;
pub mod posting;
pub mod pricing;
pub mod product;
pub mod quality;
pub mod question;
pub mod registration;
pub mod review;
pub mod scenario;
pub mod scoring;
pub mod settings;
pub mod sharing;
pub mod split;
pub mod survey;
pub mod tenure;
pub mod units;

use crate::answer::PageResult;
use crate::ask::Ask;
use crate::noun::{self, Show};
use crate::routes::{Door, Route, route};
use crate::view::chrome::Chrome;
use crate::view::list::due;
use askama::Template;
use platform::{Caller, Db, Look, Result, deadline, flow};
use serde::Serialize;

/// A noun of the work area: what is asked of every noun alike.
pub struct Kind {
    pub name: &'static str,
    pub path: &'static str,
    store: &'static str,
    state_set: &'static str,
    door: &'static [platform::Role],
    waiting: fn(&mut Look, &Caller) -> Result<Vec<flow::Waiting>>,
    mine: fn(&Caller) -> String,
    routes: fn() -> Vec<Route>,
    /// The sheet of its kept content.
    pub sheet: fn() -> Option<&'static platform::sheet::Sheet>,
    /// Its step table.
    pub table: fn() -> flow::Table,
    /// Refuses unless the caller may see that case.
    pub sees: fn(&mut Look, &Caller, &str) -> Result<()>,
    /// A case as the caller sees it.
    shown: fn(&mut Look, &Caller, &str) -> Result<Shown>,
    /// Whether the caller may read that event of that case, and what its leaf commits itself to.
    reads: fn(&mut Look, &Caller, &str, i64) -> Result<bool>,
    /// Whose turn it is in a state.
    pub turn: fn(&str) -> &'static [platform::Role],
    /// What a day brings to its clocks.
    pub day: fn(&Db) -> Result<deadline::Done>,
}

/// What a list of all kinds tells of a case.
struct Shown {
    serial: Option<String>,
    title: String,
    state: &'static str,
    owner: Option<platform::Id<platform::people::Org>>,
}

fn kind<N: Show>() -> Kind {
    use platform::words::Word;
    Kind {
        name: N::NAME,
        path: N::PATH,
        store: N::TABLE,
        state_set: N::State::SET,
        door: N::DOOR,
        waiting: N::waiting,
        mine: N::mine,
        routes: noun::routes::<N>,
        sheet: N::sheet,
        table: flow::table::<N>,
        sees: |look, who, subject| N::find(look, who, subject.parse()?).map(drop),
        shown: |look, who, subject| {
            let row = N::find(look, who, subject.parse()?)?;
            let flow::Heading { serial, title, .. } = row.heading();
            Ok(Shown { serial, title, state: row.state().as_str(), owner: N::owner(who, &row) })
        },
        reads: |look, who, subject, seq| {
            let row = N::find(look, who, subject.parse()?)?;
            Ok(leaf::is_open_to(who, &row) && noun::history(look, who, &row)?.iter().any(|e| e.seq == seq))
        },
        turn: |state| N::State::of(state).map_or(&[], flow::turn::<N>),
        day: deadline::day_of::<N>,
    }
}

/// Every noun of the work area, in the order a case meets them.
pub fn kinds() -> Vec<Kind> {
    vec![
        kind::<platform::people::Org>(),
        // resources and scenarios
        kind::<resources::Entry>(),
        kind::<resources::Node>(),
        kind::<resources::Collection>(),
        kind::<resources::Sharing>(),
        kind::<resources::Opening>(),
        kind::<resources::OpeningPlan>(),
        kind::<resources::Quality>(),
        kind::<resources::Purchase>(),
        kind::<resources::Backflow>(),
        kind::<resources::Observer>(),
        kind::<resources::Opinion>(),
        kind::<primary::Demand>(),
        kind::<primary::Scenario>(),
        kind::<primary::Announcement>(),
        kind::<primary::Question>(),
        kind::<primary::Objection>(),
        // bids and licences
        kind::<primary::dossier::Paper>(),
        kind::<primary::bid::Bid>(),
        kind::<primary::scoring::Scoring>(),
        kind::<primary::filing::Filing>(),
        kind::<primary::licence::Licence>(),
        kind::<primary::plan::Plan>(),
        // the life of a licence
        kind::<primary::amendment::Amendment>(),
        kind::<primary::rectification::Rectification>(),
        kind::<primary::termination::Termination>(),
        kind::<primary::destruction::Destruction>(),
        kind::<primary::archive::Archive>(),
        kind::<primary::bar::Bar>(),
        // products
        kind::<secondary::Product>(),
        kind::<secondary::Clearance>(),
        kind::<secondary::Review>(),
        kind::<secondary::Pricing>(),
        kind::<secondary::Disclosure>(),
        // money and registration
        kind::<secondary::Registration>(),
        kind::<secondary::Survey>(),
        kind::<secondary::Fee>(),
        kind::<secondary::Posting>(),
        kind::<secondary::Split>(),
        kind::<secondary::Pack>(),
        // supervision
        kind::<primary::oversight::complaint::Complaint>(),
        kind::<primary::oversight::incident::Incident>(),
        kind::<primary::oversight::operator_plan::OperatorPlan>(),
        kind::<primary::oversight::drill::Drill>(),
        kind::<primary::oversight::scheme::Scheme>(),
        kind::<primary::oversight::evaluation::Evaluation>(),
        kind::<primary::oversight::inspection::Inspection>(),
        kind::<secondary::Report>(),
        kind::<primary::oversight::partner::Partner>(),
    ]
}

/// First part of a noun's address in the work area; empty for what has no page there.
pub fn path_of(noun: &str) -> &'static str {
    kinds().into_iter().find(|k| k.name == noun).map_or("", |k| k.path)
}

/// A case's address, for somebody who may come in at its noun's door; empty for others.
pub fn address_for(who: &Caller, noun: &str, id: &str) -> String {
    kinds().into_iter().find(|k| k.name == noun && who.is_any(k.door)).map_or_else(String::new, |k| format!("/work/{}/{id}", k.path))
}

pub fn routes() -> Vec<Route> {
    let mut routes = vec![route("GET", "/work", Door::Registered, "route-work", dashboard)];
    for kind in kinds() {
        routes.extend((kind.routes)());
    }
    routes.extend(import::routes());
    routes.extend(accounts::routes());
    routes.extend(audit::routes());
    routes.extend(calendar::routes());
    routes.extend(find::routes());
    routes.extend(interests::routes());
    routes.extend(leaf::routes());
    routes.extend(letters::routes());
    routes.extend(org::routes());
    routes.extend(people::routes());
    routes.extend(settings::routes());
    routes.extend(tenure::routes());
    routes.extend(bid::routes());
    routes.extend(scoring::routes());
    routes.extend(filing::routes());
    routes.extend(licence::routes());
    routes.extend(product::routes());
    routes.extend(review::routes());
    routes.extend(disclosure::routes());
    routes.extend(registration::routes());
    routes.extend(posting::routes());
    routes.extend(pack::routes());
    routes.extend(sharing::routes());
    routes.extend(oversight::routes());
    routes
}

/// What waits for me.
#[derive(Template, Serialize)]
#[template(path = "work/dashboard.html")]
struct Dashboard {
    #[serde(skip)]
    c: Chrome,
    turns: Vec<Turn>,
    /// What is due, across all nouns, the earliest day first.
    due: Vec<DueCase>,
}

/// A case with a day that comes.
#[derive(Serialize)]
pub struct DueCase {
    pub noun: String,
    pub serial: String,
    pub title: String,
    pub clock: String,
    pub due: crate::view::list::Due,
    pub href: String,
    /// Id of the running clock, and the case's name in the log; for the calendar's feed.
    pub clock_id: String,
    pub state: String,
}

/// Most cases that the page and the feed of what is due show, the earliest first.
const MOST_DUE: usize = 100;

/// What is due to this caller, the earliest day first, at most [`MOST_DUE`].
pub fn due_cases(look: &mut Look, who: &Caller, lang: crate::say::Lang) -> Result<Vec<DueCase>> {
    let kinds = kinds();
    let kind = |noun: &str| kinds.iter().find(|k| k.name == noun && who.is_any(k.door));
    let (today, calendar) = (look.today(), look.calendar());
    let running = deadline::due_to(look, who, |noun, state| kind(noun).map(|k| (k.turn)(state)))?;
    Ok(running
        .into_iter()
        .filter_map(|r| {
            let k = kind(&r.noun)?;
            // A role sees most of its kind, not always all: what is told of the operator is not for the operator.
            (k.sees)(look, who, &r.subject).ok()?;
            Some(DueCase {
                noun: lang.t(&format!("noun-{}", r.noun)),
                serial: r.serial.unwrap_or_default(),
                title: r.title,
                clock: lang.t(&format!("clock-{}", r.name)),
                due: due(lang, &calendar, today, None, r.due_on)?,
                href: format!("/work/{}/{}", k.path, r.subject),
                clock_id: r.id.to_string(),
                state: lang.t(&format!("{}-{}", k.state_set, r.stands)),
            })
        })
        .take(MOST_DUE)
        .collect())
}

#[derive(Serialize)]
struct Turn {
    noun: &'static str,
    name: String,
    state: String,
    count: i64,
    due: Option<crate::view::list::Due>,
    href: String,
}

/// `GET /work`: what waits for the caller's roles, most pressing first.
async fn dashboard(ask: Ask) -> PageResult {
    let a = ask.clone();
    let turns = ask
        .look(move |look, who| {
            let (today, calendar) = (look.today(), look.calendar());
            let mut turns = Vec::new();
            for kind in kinds().iter().filter(|k| who.is_any(k.door)) {
                for waiting in (kind.waiting)(look, who)? {
                    turns.push(Turn {
                        noun: kind.name,
                        name: a.t(&format!("nouns-{}", kind.name)),
                        state: a.t(&format!("{}-{}", kind.state_set, waiting.state)),
                        count: waiting.count,
                        due: due(a.lang, &calendar, today, None, waiting.due_on),
                        href: format!("/work/{}?state={}{}", kind.path, waiting.state, (kind.mine)(who)),
                    });
                }
            }
            turns.sort_by_key(|t| t.due.as_ref().and_then(|d| d.day).unwrap_or(chrono::NaiveDate::MAX));
            Ok((turns, due_cases(look, who, a.lang)?))
        })
        .await?;
    let (turns, due) = turns;
    ask.show(&Dashboard { c: ask.chrome(ask.t("nav-work")), turns, due })
}
