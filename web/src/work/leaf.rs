//! A leaf of the public log for those who may read its act: what its commitments stand for, with the salts that prove it.

use crate::answer::{Answer, PageResult};
use crate::ask::Ask;
use crate::public::log::{Logged, kind};
use crate::routes::{Door, Route, route};
use crate::view::case::{Fact, Section};
use crate::view::panels::{Panel, PanelsView};
use platform::event::{self, Event};
use platform::flow::Noun;
use platform::log::leaf::{self, Leaf};
use platform::log::opening::{self, Opening};
use platform::{Caller, Look, OrgKind, Refusal, Result, clock};

pub fn routes() -> Vec<Route> {
    vec![
        route("GET", "/work/log/{number}", Door::Registered, "route-leaf-opened", one),
        route("GET", "/work/log/{number}/opening", Door::Registered, "route-leaf-opening", file).gives("application/json"),
    ]
}

/// Whether commitments of a case's leaves are opened to a caller who may see it: to those who oversee and to its owner. Who merely
/// reads what is published could try out on them what is not, such as who was invited.
pub fn is_open_to<N: Noun>(who: &Caller, row: &N) -> bool {
    who.oversees() || row.heading().owner.is_none_or(|owner| who.acts_for(owner))
}

/// The leaves of a case as a section of its own page; `seen` are the events that this reader may see.
pub fn section(look: &mut Look, ask: &Ask, noun: &str, id: &str, seen: &[i64]) -> Result<Option<Section>> {
    let leaves: Vec<Leaf> = leaf::of_case(look, noun, id)?.into_iter().filter(|l| seen.contains(&l.seq)).collect();
    if leaves.is_empty() {
        return Ok(None);
    }
    let links =
        leaves.iter().take(10).map(|l| (format!("{} · {}", Logged::of(ask, l.idx).label, kind(ask, &l.kind)), format!("/work/log/{}", l.idx)));
    Ok(Some(Section { title: ask.t("log-title"), note: ask.t("log-case-note"), links: links.collect(), ..Section::default() }))
}

/// A leaf with its event and the page of its case.
struct Opened {
    leaf: Leaf,
    event: Event,
    case: String,
    /// Nothing when its salt was erased.
    opening: Option<Opening>,
}

/// A leaf whose act the caller may read, opened.
fn opened(look: &mut Look, who: &Caller, number: i64) -> Result<Opened> {
    let (noun, subject, seq) = opening::case_of(look, number)?;
    let kind = super::kinds().into_iter().find(|k| k.name == noun).ok_or(Refusal::NotFound)?;
    if !(kind.reads)(look, who, &subject, seq)? {
        return Err(Refusal::NotFound);
    }
    let mut found = opening::of(look, number)?;
    if let Some(opening) = found.as_mut().filter(|_| who.kind != Some(OrgKind::Audit)) {
        // A case tells which office acted; which of its people did is told to the audit and to himself.
        let own = who.person.map(|p| p.to_string());
        opening.opened.retain(|o| o.name != "actor" || Some(&o.text) == own.as_ref());
    }
    let case = format!("/work/{}/{subject}", kind.path);
    Ok(Opened { leaf: leaf::find(look, number)?, event: event::one(look, seq)?, case, opening: found })
}

/// Whether a leaf can be opened by this caller.
pub fn opens(look: &mut Look, who: &Caller, number: i64) -> Result<bool> {
    match opened(look, who, number) {
        Ok(_) => Ok(true),
        Err(Refusal::NotFound) => Ok(false),
        Err(other) => Err(other),
    }
}

fn number(ask: &Ask) -> Result<i64> {
    ask.param("number").parse().map_err(|_| Refusal::NotFound)
}

/// `GET /work/log/{number}`
async fn one(ask: Ask) -> PageResult {
    let number = number(&ask)?;
    let Opened { leaf, event, case, opening: found } = ask.look(move |look, who| opened(look, who, number)).await?;
    let logged = Logged::of(&ask, number);
    let fact = |o: &opening::Opened| {
        let label = ask.lang.maybe(&format!("log-behind-{}", o.name)).unwrap_or_else(|| o.name.clone());
        Fact::code(label, vec![o.text.clone(), format!("{} {}", ask.t("log-salt"), o.salt)])
    };
    let mut links = vec![(ask.t("log-opened-public"), logged.href)];
    let panel = match &found {
        // Written before texts were kept with their salts.
        Some(opening) if opening.opened.is_empty() => Panel { note: ask.t("log-opened-none"), ..Panel::default() },
        Some(opening) => {
            links.insert(0, (ask.t("log-opened-file"), format!("/work/log/{number}/opening")));
            Panel { facts: opening.opened.iter().map(fact).collect(), ..Panel::default() }
        }
        None => Panel { note: ask.t("log-opened-erased"), ..Panel::default() },
    };
    // What the hashes above are of: whoever audits computes them himself.
    let mut of = vec![
        Fact::link(ask.t("log-field-seq"), event.seq.to_string(), case),
        Fact::code(ask.t("log-event-hash"), vec![event.hash]),
        Fact::code(ask.t("log-event-digest"), vec![event.digest]),
    ];
    if ask.who.kind == Some(OrgKind::Audit) {
        of.push(Fact::text(ask.t("col-actor"), format!("{} · {}", event.actor_name, event.org_name)));
        of.push(Fact::code(ask.t("log-event-detail"), vec![event.detail]));
    }
    let of = Panel { title: ask.t("log-event"), note: ask.t("log-event-note"), facts: of, ..Panel::default() };
    let commands = Fact::code(ask.t("log-commands"), vec![format!("dajing verify opening opening-{number}.json")]);
    let check = Panel { title: ask.t("log-do-check"), note: ask.t("log-opened-check"), facts: vec![commands], ..Panel::default() };
    ask.show(&PanelsView {
        back: String::new(),
        lead: format!("{} · {} · {}", kind(&ask, &leaf.kind), clock::shanghai_text(leaf.at), ask.t("log-opened-lead")),
        notices: Vec::new(),
        actions: links,
        panels: vec![Panel { title: ask.t("log-opened-title"), links: Vec::new(), ..panel }, of, check],
        c: ask.chrome(logged.label),
    })
}

/// `GET /work/log/{number}/opening`: the same as a file.
async fn file(ask: Ask) -> PageResult {
    let number = number(&ask)?;
    let found = ask.look(move |look, who| opened(look, who, number)).await?;
    let opening = found.opening.ok_or(Refusal::NotFound)?;
    let bytes = serde_json::to_vec_pretty(&opening)?;
    Ok(Answer::Bytes { media: "application/json".into(), name: Some(format!("opening-{number}.json")), bytes, cache: false })
}
