//! Verification of numbers: what a number on paper stands for, and whether it still holds.

use super::licences::{held, standing_tone};
use crate::answer::PageResult;
use crate::ask::Ask;
use crate::routes::{Door, Route, route};
use crate::view::chrome::Chrome;
use crate::view::list::tone;
use askama::Template;
use platform::people::org;
use platform::words::Word;
use platform::{Look, Refusal, Result, day, serial};
use primary::oversight::evaluation;
use primary::{announcement, destruction as destroyed, licence, scenario};
use secondary::{catalogue, disclosure, pack, pricing, product};
use serde::Serialize;

pub fn routes() -> Vec<Route> {
    vec![route("GET", "/verify", Door::Public, "route-public-verify", verify)]
}

/// The page, with what was found.
#[derive(Template, Serialize)]
#[template(path = "public/verify.html")]
struct VerifyView {
    #[serde(skip)]
    c: Chrome,
    number: String,
    found: Option<Found>,
    /// It looks like the number of a paper that is not looked up here.
    elsewhere: bool,
    /// It has not the shape of a number.
    incomplete: bool,
    #[serde(skip)]
    kinds: Vec<String>,
    checked_at: String,
}

/// What a number stands for.
#[derive(Serialize)]
struct Found {
    kind: &'static str,
    kind_name: String,
    number: String,
    title: String,
    holder: String,
    state_name: String,
    tone: &'static str,
    /// Whether it may be relied on today.
    holds: bool,
    lines: Vec<(String, String)>,
    href: String,
}

/// Whether it is shaped like a code of the national registration of data resources and products: digits in three groups.
fn is_registration(number: &str) -> bool {
    let groups: Vec<&str> = number.split('-').collect();
    groups.len() == 3 && groups.iter().all(|g| g.len() >= 4 && g.chars().all(|c| c.is_ascii_digit()))
}

fn some<T>(found: Result<T>) -> Result<Option<T>> {
    match found {
        Ok(found) => Ok(Some(found)),
        Err(Refusal::NotFound) => Ok(None),
        Err(other) => Err(other),
    }
}

fn licence(look: &mut Look, ask: &Ask, number: &str) -> Result<Option<Found>> {
    let Some(of) = some(licence::public(look, number))? else { return Ok(None) };
    let (scenario, purpose) = (of.scenario_title.clone(), ask.lang.w(of.purpose));
    let mut lines = vec![(ask.t("pub-term"), format!("{} — {}", of.from_on, of.to_on)), (ask.t("pub-col-purpose"), purpose)];
    if let Some(at) = of.ended_at {
        let why = of.end_kind.map(|kind| format!(" · {}", ask.lang.w(kind))).unwrap_or_default();
        lines.push((ask.t("pub-col-ended_on"), format!("{}{why}", day::shanghai_date(at))));
    }
    let shown = held(ask, of, look.today());
    Ok(Some(Found {
        kind: "licence",
        kind_name: ask.t("pub-kind-licence"),
        number: shown.serial,
        title: scenario,
        holder: shown.holder,
        state_name: shown.standing_name,
        tone: standing_tone(shown.standing),
        holds: shown.standing == super::licences::Standing::InForce,
        lines,
        href: shown.href,
    }))
}

fn product(look: &mut Look, ask: &Ask, number: &str) -> Result<Option<Found>> {
    let Some((row, holder)) = some(product::shown_by_serial(look, number))? else { return Ok(None) };
    let on_offer = catalogue::is_on_offer(look, row.id)?;
    Ok(Some(Found {
        kind: "product",
        kind_name: ask.t("pub-kind-product"),
        number: number.into(),
        title: row.title,
        holder,
        state_name: ask.t(if on_offer { "pub-on-offer" } else { "pub-off-offer" }),
        tone: if on_offer { "bg-green-lt" } else { "bg-secondary-lt" },
        holds: on_offer,
        lines: vec![(ask.t("pub-col-form"), ask.lang.w(row.form))],
        href: if on_offer { format!("/products/{}", row.id) } else { String::new() },
    }))
}

fn price(look: &mut Look, ask: &Ask, number: &str) -> Result<Option<Found>> {
    let Some(row) = some(pricing::public_by_serial(look, number))? else { return Ok(None) };
    let current = pricing::current(look, row.product)?.is_some_and(|p| p.id == row.id);
    let to_come = row.effective_on.is_some_and(|d| d > look.today());
    let state = if current {
        "pub-price-current"
    } else if to_come {
        "pub-price-coming"
    } else {
        "pub-price-past"
    };
    let on_offer = catalogue::is_on_offer(look, row.product)?;
    let mut lines = vec![(ask.t("pub-col-price"), pricing::say(&row, ask.lang.is_en()))];
    lines.extend(row.effective_on.map(|d| (ask.t("pub-col-effective_on"), d.to_string())));
    Ok(Some(Found {
        kind: "price",
        kind_name: ask.t("pub-kind-price"),
        number: number.into(),
        title: row.title.clone(),
        holder: row.owner.map(|o| platform::people::org::name(look, o)).transpose()?.unwrap_or_default(),
        state_name: ask.t(state),
        tone: if current { "bg-green-lt" } else { "bg-secondary-lt" },
        holds: current,
        lines,
        href: if on_offer { format!("/products/{}", row.product) } else { "/prices".into() },
    }))
}

fn announcement(look: &mut Look, ask: &Ask, number: &str) -> Result<Option<Found>> {
    let Some(row) = some(announcement::by_serial(look, number))? else { return Ok(None) };
    let mut lines = Vec::new();
    lines.extend(row.published_at.map(|t| (ask.t("pub-col-published_on"), day::shanghai_date(t).to_string())));
    lines.extend(row.deadline.map(|t| (ask.t("pub-col-deadline"), platform::clock::shanghai_text(t))));
    Ok(Some(Found {
        kind: "announcement",
        kind_name: ask.t("pub-kind-announcement"),
        number: number.into(),
        state_name: ask.lang.w(row.state),
        tone: tone(row.state.as_str()),
        holds: row.state != announcement::State::Cancelled,
        href: format!("/announcements/{}", row.id),
        title: row.title,
        holder: String::new(),
        lines,
    }))
}

fn scenario(look: &mut Look, ask: &Ask, number: &str) -> Result<Option<Found>> {
    let Some(row) = some(scenario::by_serial(look, number))? else { return Ok(None) };
    Ok(Some(Found {
        kind: "scenario",
        kind_name: ask.t("pub-kind-scenario"),
        number: number.into(),
        state_name: ask.lang.w(row.state),
        tone: tone(row.state.as_str()),
        holds: row.state == scenario::State::Published,
        href: format!("/scenarios/{}", row.id),
        lines: vec![(ask.t("pub-col-domain"), ask.lang.w(row.domain)), (ask.t("pub-col-purpose"), ask.lang.w(row.purpose))],
        title: row.title,
        holder: String::new(),
    }))
}

fn disclosure(look: &mut Look, ask: &Ask, number: &str) -> Result<Option<Found>> {
    let Some(of) = some(disclosure::public_by_serial(look, number))? else { return Ok(None) };
    Ok(Some(Found {
        kind: "disclosure",
        kind_name: ask.t("pub-kind-disclosure"),
        number: number.into(),
        state_name: ask.lang.w(of.row.state),
        tone: tone(of.row.state.as_str()),
        holds: of.row.state == disclosure::State::Published && of.row.holds(),
        lines: vec![(ask.t("pub-col-period"), of.row.period.clone()), (ask.t("pub-col-digest"), of.row.digest.clone())],
        href: format!("/disclosures/{}", of.row.id),
        title: of.row.title,
        holder: of.owner_name,
    }))
}

fn pack(look: &mut Look, ask: &Ask, number: &str) -> Result<Option<Found>> {
    let Some(row) = some(pack::public_by_serial(look, number))? else { return Ok(None) };
    Ok(Some(Found {
        kind: "pack",
        kind_name: ask.t("pub-packs"),
        number: number.into(),
        state_name: ask.lang.w(row.state),
        tone: tone(row.state.as_str()),
        holds: row.state == pack::State::Published && row.holds(),
        lines: vec![(ask.t("pub-col-period"), row.period.clone())],
        href: format!("/packs/{}", row.id),
        holder: row.owner.map(|o| org::name(look, o)).transpose()?.unwrap_or_default(),
        title: row.title,
    }))
}

fn destruction(look: &mut Look, ask: &Ask, number: &str) -> Result<Option<Found>> {
    let Some(row) = some(destroyed::certificate(look, number))? else { return Ok(None) };
    let holds = row.holds();
    let Some(of) = row.statement() else { return Ok(None) };
    Ok(Some(Found {
        kind: "destruction",
        kind_name: ask.t("destruction-certificate"),
        number: of.number,
        title: of.scenario,
        holder: of.holder,
        state_name: ask.lang.w(row.state),
        tone: tone(row.state.as_str()),
        holds,
        lines: vec![
            (ask.t("noun-licence"), of.licence),
            (ask.t("destruction-finished"), of.finished),
            (ask.t("destruction-certified-at"), of.certified_at),
            (ask.t("pub-col-digest"), row.digest.unwrap_or_default()),
        ],
        href: String::new(),
    }))
}

fn evaluation(look: &mut Look, ask: &Ask, number: &str) -> Result<Option<Found>> {
    let Some((row, holder)) = some(evaluation::published_by_serial(look, number))? else { return Ok(None) };
    let mut lines = vec![(ask.t("pub-col-year"), row.year.to_string())];
    lines.extend(row.published_at.map(|t| (ask.t("pub-col-published_on"), day::shanghai_date(t).to_string())));
    Ok(Some(Found {
        kind: "evaluation",
        kind_name: ask.t("pub-evaluation"),
        number: number.into(),
        title: row.title.clone(),
        holder,
        state_name: row.grade.map(|g| ask.lang.w(g)).unwrap_or_default(),
        tone: "bg-secondary-lt",
        holds: true,
        lines,
        href: format!("/evaluations/{}", row.id),
    }))
}

fn find(look: &mut Look, ask: &Ask, number: &str) -> Result<Option<Found>> {
    for look_up in [licence, product, price, announcement, disclosure, pack, scenario, evaluation, destruction] {
        if let Some(found) = look_up(look, ask, number)? {
            return Ok(Some(found));
        }
    }
    Ok(None)
}

/// The series of numbers that are looked up, and what each is called.
const CHECKED: [(&str, &str); 8] = [
    ("licence", "pub-kind-licence"),
    ("product", "pub-kind-product"),
    ("price_filing", "pub-kind-price"),
    ("announcement", "pub-kind-announcement"),
    ("disclosure", "pub-kind-disclosure"),
    ("scenario", "pub-kind-scenario"),
    ("evaluation", "pub-evaluation"),
    ("destruction", "destruction-certificate"),
];

/// `GET /verify?number=…`
async fn verify(ask: Ask) -> PageResult {
    let number = serial::settled(ask.q("number"));
    let (a, n) = (ask.clone(), number.clone());
    let (found, now) = ask.look(move |look, _| Ok((if n.is_empty() { None } else { find(look, &a, &n)? }, look.now()))).await?;
    let serials = ask.app.db.rules();
    let serials = &serials.profile.serials;
    let prefix = |series: &str| serials.get(series).unwrap_or_default();
    let begins = |prefix: &str| number.starts_with(&format!("{prefix}〔"));
    // Numbers of other papers are numbers, too: nobody is told that his is forged because its kind is not looked up here.
    let is_checked = CHECKED.iter().any(|(series, _)| begins(prefix(series)));
    let elsewhere = !is_checked && (is_registration(&number) || serials.all().iter().any(|(_, prefix)| begins(prefix)));
    let has_its_shape = is_registration(&number) || number.contains('〔') && number.ends_with('号');
    let incomplete = !number.is_empty() && !has_its_shape;
    let kinds = CHECKED.iter().map(|(series, name)| ask.lang.bracketed(&ask.t(name), &format!("{}〔2026〕1号", prefix(series)))).collect();
    let status = if number.is_empty() || found.is_some() { 200 } else { 404 };
    let view = VerifyView {
        c: ask.chrome(ask.t("nav-verify")),
        number,
        found,
        elsewhere,
        incomplete,
        kinds,
        checked_at: platform::clock::shanghai_text(now),
    };
    ask.show_as(status, &view)
}
