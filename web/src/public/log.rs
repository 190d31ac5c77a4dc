//! 公开日志 — the public log for people: its acts, the proof of each, and the check of a receipt; and for programs, the files of
//! C2SP tlog-tiles in their places. Nothing here asks to be believed: every page says how to check it without us.

use super::complaints::SectionsView;
use super::{list, page, whole_files};
use crate::answer::{Answer, PageResult};
use crate::ask::Ask;
use crate::routes::{Door, Route, route};
use crate::view::case::{Fact, Section};
use crate::view::form::{FieldView, Filling, OptionView, draw};
use crate::view::list::{Cell, Row};
use actix_web::HttpResponse;
use actix_web::http::header;
use platform::log::note::Note;
use platform::log::proof::{Fault, Proof};
use platform::log::tree::{self, Tile};
use platform::log::{Leaf, leaf, wording, writer};
use platform::sheet::{self, Sheet};
use platform::words::Word;
use platform::{OrgKind, Refusal, Result, Role, clock};
use serde::Serialize;
use serde_json::Value;
use std::sync::LazyLock;

/// A receipt to be checked.
const CHECK: Sheet = Sheet { name: "log-check", fields: &[sheet::text("receipt", 20_000)] };

pub fn routes() -> Vec<Route> {
    vec![
        route("GET", "/log", Door::Public, "route-log", all),
        route("GET", "/log/check", Door::Public, "route-log-check-page", check_page),
        route("POST", "/log/check", Door::Public, "route-log-check", check).takes(&CHECK).tokenless(),
        route("GET", "/log/checkpoint", Door::Public, "route-log-checkpoint", checkpoint).gives("text/plain"),
        route("GET", "/log/policy", Door::Public, "route-log-policy", policy).gives("text/plain"),
        route("GET", "/log/proof/{name}", Door::Public, "route-log-proof", proof).gives("text/plain"),
        route("GET", "/log/wording/{name}", Door::Public, "route-log-wording", worded).gives("application/json"),
        route("GET", "/log/tile/{*rest}", Door::Public, "route-log-tile", tile).gives("application/octet-stream"),
        route("GET", "/log/{number}", Door::Public, "route-log-leaf", one),
    ]
}

/// A leaf as other pages point to it.
#[derive(Clone, Debug, Serialize)]
pub struct Logged {
    pub index: i64,
    pub label: String,
    pub href: String,
    /// Once it is in a published checkpoint.
    pub receipt: Option<String>,
    /// What was published last about the case, and with which act: its label and where it is.
    pub wording: Option<(String, String)>,
    /// Every public leaf of the case.
    pub all: Option<String>,
}

impl Logged {
    /// The way to a leaf.
    pub fn of(ask: &Ask, index: i64) -> Self {
        Self {
            index,
            label: ask.lang.ta("log-number", &[("n", index.to_string())]),
            href: format!("/log/{index}"),
            receipt: u64::try_from(index).ok().filter(|i| *i < ask.app.log.status().published).map(|i| format!("/log/proof/{i}.tlog-proof")),
            wording: None,
            all: None,
        }
    }
}

/// Bytes of a wording that its leaf's page shows; a longer one is a file only.
const SHOWN: usize = 16_384;

/// Where the wording of a leaf is.
fn wording_href(index: i64) -> String {
    format!("/log/wording/{index}.json")
}

/// The last public leaf of a case, for its public page.
pub async fn logged(ask: &Ask, noun: &str, id: &str) -> Result<Option<Logged>> {
    let subject = format!("{noun}/{id}");
    let all = Some(format!("/log?subject={subject}"));
    let (last, worded) = ask.look(move |look, _| leaf::last_shown(look, &subject)).await?;
    let wording = worded.map(|index| (ask.lang.ta("log-wording-of", &[("n", index.to_string())]), wording_href(index)));
    let found = last.map(|index| Logged { all, wording, ..Logged::of(ask, index) });
    // The receipt comes with the next checkpoint, which no event announces.
    if found.as_ref().is_some_and(|logged| logged.receipt.is_none()) {
        ask.not_kept();
    }
    Ok(found)
}

/// The same as links, for pages made of sections.
pub async fn logged_links(ask: &Ask, noun: &str, id: &str) -> Result<Vec<(String, String)>> {
    let Some(to) = logged(ask, noun, id).await? else { return Ok(Vec::new()) };
    let receipt = to.receipt.map(|href| (ask.t("log-receipt"), href));
    let all = to.all.map(|href| (ask.t("log-all-of-case"), href));
    Ok(std::iter::once((to.label, to.href)).chain(receipt).chain(to.wording).chain(all).collect())
}

/// What a kind of act is called.
pub fn kind(ask: &Ask, kind: &str) -> String {
    ask.lang.maybe(&format!("log-kind-{}", kind.replace('.', "-"))).unwrap_or_else(|| kind.to_string())
}

/// Where the public page of a case is, where there is one.
fn case_page(subject: &str) -> Option<String> {
    let (noun, id) = subject.split_once('/')?;
    let at = match noun {
        "licence" => "licences",
        "announcement" => "announcements",
        "product" => "products",
        "disclosure" => "disclosures",
        "evaluation" => "evaluations",
        "pack" => "packs",
        "scenario" => "scenarios",
        _ => return None,
    };
    Some(format!("/{at}/{id}"))
}

/// Who vouches for the log, said plainly.
fn vouching(ask: &Ask) -> String {
    let log = &ask.app.log;
    let names = log.peers().iter().map(|p| p.vkey.name.clone()).collect::<Vec<_>>().join(ask.lang.pick("、", ", "));
    match (log.peers().is_empty(), log.quorum()) {
        (true, _) => ask.t("log-nobody-vouches"),
        (false, 0) => ask.lang.ta("log-vouch-unasked", &[("names", names)]),
        (false, n) => ask.lang.ta("log-vouch", &[("names", names), ("n", n.to_string())]),
    }
}

/// Every kind of leaf: what the step tables tell of, and what the log tells of itself.
static KINDS: LazyLock<Vec<&'static str>> = LazyLock::new(|| {
    let told = crate::work::kinds().into_iter().flat_map(|k| (k.table)().told).map(|(_, kind)| kind);
    let mut kinds: Vec<&str> = told.chain([leaf::SEALED, "role.changed", "log.key", "log.day", "rules.adopted"]).collect();
    let mut seen = std::collections::HashSet::new();
    kinds.retain(|kind| seen.insert(*kind));
    kinds
});

/// How the published checkpoint stands, in a sentence.
fn standing(ask: &Ask) -> String {
    let status = ask.app.log.status();
    match status.at {
        Some(at) => ask.lang.ta("log-standing", &[("n", status.published.to_string()), ("at", clock::shanghai_text(at)), ("origin", status.origin)]),
        None => ask.t("log-standing-none"),
    }
}

/// `GET /log`: newest first; a number leads to its act.
async fn all(ask: Ask) -> PageResult {
    if let Ok(index) = ask.q("q").parse::<i64>()
        && ask.look(move |look, _| leaf::find(look, index)).await.is_ok()
    {
        return crate::answer::see(format!("/log/{index}"));
    }
    let a = ask.clone();
    let view = ask
        .look(move |look, _| {
            let mut view = list(&a, "log-title", "log", &["leaf", "logged_at", "log_kind", "title", "serial"]).words(&a);
            view.lead = format!("{} {} {} {}", a.t("log-title-lead"), standing(&a), vouching(&a), a.t("log-sealed-note"));
            view = view.action(a.t("log-check-title"), "/log/check", "checklist").aside(a.t("log-policy-link"), "/log/policy", "shield");
            if a.app.log.status().at.is_some() {
                view = view.aside(a.t("log-checkpoint-link"), "/log/checkpoint", "file-text");
            }
            let kinds = KINDS.iter().map(|of| OptionView { label: kind(&a, of), chosen: a.q("kind") == *of, value: (*of).into() });
            view.filters.push(FieldView {
                name: "kind".into(),
                id: "f-kind".into(),
                kind: "choice",
                label: a.t("log-field-kind"),
                options: kinds.collect(),
                ..FieldView::default()
            });
            let asked = leaf::Ask { words: a.q("q").into(), kind: a.q("kind").into(), subject: a.q("subject").into() };
            let rows = leaf::search(look, &asked, page(&a))?;
            Ok(whole_files(view.fill(&a, rows, |l| line(&a, l)), &a))
        })
        .await?;
    view.answer(&ask)
}

fn line(ask: &Ask, of: &Leaf) -> Row {
    let fields = of.fields();
    let text = |name: &str| fields["body"][name].as_str().unwrap_or("").to_string();
    Row {
        href: format!("/log/{}", of.idx),
        cells: vec![
            Cell { whole: true, ..Cell::text(of.idx.to_string()) },
            Cell::at(Some(of.at)),
            Cell { raw: of.kind.clone(), ..Cell::text(kind(ask, &of.kind)) },
            Cell::text(text("title")),
            Cell { whole: true, ..Cell::text(text("number")) },
        ],
    }
}

/// A case as an entry names it, with the noun in words: 授权 (licence/0190…).
fn case_name(ask: &Ask, subject: &str) -> String {
    let noun = subject.split_once('/').and_then(|(noun, _)| ask.lang.maybe(&format!("noun-{noun}")));
    noun.map_or_else(|| subject.to_string(), |noun| ask.lang.bracketed(&noun, subject))
}

/// A field of an entry in words: its label, and what stands there.
fn field(ask: &Ask, noun: Option<&str>, name: &str, value: &Value) -> Fact {
    let label = ask.lang.maybe(&format!("log-field-{}", name.replace('_', "-"))).unwrap_or_else(|| name.to_string());
    let text = match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let word = |key: &str| ask.lang.maybe(key).unwrap_or_else(|| text.clone());
    let leaf = || value.as_i64().filter(|_| name.ends_with("_leaf")).map(|n| Logged::of(ask, n));
    match (name, leaf(), case_page(&text)) {
        (_, Some(to), _) => Fact::link(label, to.label, to.href),
        (_, None, Some(href)) => Fact::link(label, case_name(ask, &text), href),
        ("subject", ..) => Fact::text(label, case_name(ask, &text)),
        ("grade", ..) => Fact::text(label, word(&format!("evaluation-grade-{text}"))),
        ("end_kind", ..) => Fact::text(label, word(&format!("end-kind-{text}"))),
        ("list", ..) => Fact::text(label, word(&format!("disclosure-kind-{text}"))),
        ("act", ..) => Fact::text(label, noun.map_or_else(|| text.clone(), |noun| ask.lang.act(noun, &text))),
        ("role" | "actor_role", ..) => Fact::text(label, Role::of(&text).map_or(text, |r| ask.lang.w(r))),
        ("change", ..) => Fact::text(label, ask.lang.maybe(&format!("log-change-{text}")).unwrap_or(text)),
        ("vkey", ..) => Fact::code(label, vec![text]),
        _ if name.ends_with("digest") => Fact::code(label, vec![text]),
        _ => Fact::text(label, text),
    }
}

/// An entry in words.
fn facts(ask: &Ask, entry: &Value) -> Vec<Fact> {
    let mut facts = Vec::new();
    let noun = entry["subject"].as_str().and_then(|subject| subject.split_once('/')).map(|(noun, _)| noun);
    for name in ["kind", "at", "subject", "actor_role", "rule_pack", "seq"] {
        match (name, &entry[name]) {
            (_, Value::Null) => {}
            ("kind", Value::String(of)) => facts.push(Fact::text(ask.t("log-field-kind"), ask.lang.bracketed(&kind(ask, of), of))),
            (_, value) => facts.push(field(ask, noun, name, value)),
        }
    }
    for (name, value) in entry["body"].as_object().into_iter().flatten() {
        facts.push(field(ask, noun, name, value));
    }
    let sealed = entry["commit"].as_object().into_iter().flatten().map(|(name, value)| {
        let label = ask.lang.maybe(&format!("log-sealed-{name}")).unwrap_or_else(|| name.clone());
        Fact::code(label, vec![value.as_str().unwrap_or("").to_string()])
    });
    facts.extend(sealed);
    if let Some(actor) = entry["actor"].as_str() {
        facts.push(Fact::code(ask.t("log-sealed-actor"), vec![actor.to_string()]));
    }
    facts
}

/// The commands by which anybody checks an act without us.
fn commands(ask: &Ask, index: i64, worded: bool) -> Vec<String> {
    let base = &ask.app.base_url;
    let mut lines = vec![format!("curl -O {base}/log/proof/{index}.tlog-proof"), format!("curl -o policy {base}/log/policy")];
    let check = format!("dajing verify receipt {index}.tlog-proof --policy policy");
    if worded {
        lines.push(format!("curl -O {base}{}", wording_href(index)));
        lines.push(format!("{check} --wording {index}.json"));
    } else {
        lines.push(check);
    }
    lines.push(format!("dajing verify log {base}/log --policy policy --keep checkpoint"));
    lines
}

/// `GET /log/{number}`: one act, its proof, and how to check it.
async fn one(ask: Ask) -> PageResult {
    let index = index(ask.param("number"))?;
    let a = ask.clone();
    let (leaf, receipt, wording, opens) = ask
        .look(move |look, who| {
            // Whoever audits goes on from the entry to what its digests stand for.
            let opens = who.kind == Some(OrgKind::Audit) && crate::work::leaf::opens(look, who, index)?;
            Ok((leaf::find(look, index)?, a.app.log.receipt(look, index)?, wording::of(look, index)?, opens))
        })
        .await?;
    let fields = leaf.fields();
    let hash = leaf::hex(&tree::leaf_hash(leaf.entry.as_bytes()));
    let mut proof = vec![Fact::code(ask.t("log-leaf-hash"), vec![hash]), Fact::code(ask.t("log-entry"), vec![leaf.entry.clone()])];
    let mut links = vec![(ask.t("log-check-title"), "/log/check".to_string())];
    let mut notices = Vec::new();
    if opens {
        links.push((ask.t("log-opened-title"), format!("/work/log/{index}")));
    }
    match &receipt {
        Some(found) => {
            proof.push(Fact::code(ask.t("log-hashes"), found.hashes.iter().map(|h| leaf::hex(h)).collect()));
            proof.push(Fact::code(ask.t("log-checkpoint"), vec![found.note.clone()]));
            links.insert(0, (ask.t("log-receipt"), format!("/log/proof/{index}.tlog-proof")));
        }
        None => notices.push(ask.t("log-proof-follows")),
    }
    let section = |title: &str, note: &str, facts: Vec<Fact>| Section { title: ask.t(title), note: ask.t(note), facts, ..Section::default() };
    let steps = Fact::code(ask.t("log-commands"), commands(&ask, index, wording.is_some()));
    let mut sections = vec![section("log-act", "log-act-note", facts(&ask, &fields))];
    match &wording {
        Some(text) if wording::holds(&fields, text) => {
            links.push((ask.t("log-wording"), wording_href(index)));
            // A yearly disclosure is megabytes long.
            let shown = if text.len() <= SHOWN { vec![Fact::code(ask.t("log-wording"), vec![text.clone()])] } else { Vec::new() };
            sections.push(section("log-wording", "log-wording-note", shown));
        }
        Some(_) => notices.push(ask.t("log-wording-broken")),
        None if fields["body"].get(wording::FIELD).is_some() => notices.push(ask.t("log-wording-erased")),
        None => {}
    }
    sections.push(section("log-proof", "log-proof-note", proof));
    sections.push(Section {
        note: format!("{} {}", ask.t("log-do-check-note"), vouching(&ask)),
        ..section("log-do-check", "log-do-check-note", vec![steps])
    });
    ask.show(&SectionsView {
        back: "/log".into(),
        lead: format!("{} · {}", kind(&ask, &leaf.kind), clock::shanghai_text(leaf.at)),
        notices,
        sections,
        links,
        ..SectionsView::new(ask.chrome(Logged::of(&ask, index).label))
    })
}

/// A leaf's number in its one spelling.
fn index(text: &str) -> Result<i64> {
    text.parse::<i64>().ok().filter(|n| *n >= 0 && n.to_string() == text).ok_or(Refusal::NotFound)
}

fn form(ask: &Ask) -> SectionsView {
    let mut form = draw(ask.lang, &CHECK, &Filling { answers: ask.answers.clone(), ..Filling::default() });
    form.action = "/log/check".into();
    form.submit = ask.t("log-check-submit");
    form.fields.iter_mut().for_each(|field| field.from_file = Some((ask.t("log-check-file"), ask.t("log-check-file-big"))));
    SectionsView { back: "/log".into(), lead: ask.t("log-check-lead"), form: Some(form), ..SectionsView::new(ask.chrome(ask.t("log-check-title"))) }
}

/// `GET /log/check`
async fn check_page(ask: Ask) -> PageResult {
    ask.show(&form(&ask))
}

/// What is wrong with a receipt, in a sentence.
fn wrong(ask: &Ask, fault: &Fault) -> String {
    match fault {
        Fault::Unreadable(part) => ask.lang.ta("log-wrong-unreadable", &[("part", ask.t(&format!("log-part-{part}")))]),
        Fault::NotSigned => ask.t("log-wrong-signature"),
        Fault::TooFewWitnesses => ask.t("log-wrong-witnesses"),
        Fault::NoEntry => ask.t("log-wrong-no-entry"),
        Fault::NotIncluded => ask.t("log-wrong-proof"),
    }
}

/// `POST /log/check`: what a pasted receipt proves, or what is wrong with it; nothing is kept.
async fn check(ask: Ask) -> PageResult {
    let mut view = form(&ask);
    // What is pasted often begins with an empty line; the receipt itself does not.
    let receipt = match Proof::parse(ask.answers.text("receipt").trim_start()) {
        Ok(receipt) => receipt,
        Err(fault) => {
            view.notices.push(wrong(&ask, &fault));
            return ask.show_as(422, &view);
        }
    };
    let (a, read) = (ask.clone(), receipt.clone());
    let (entry, same) = ask
        .look(move |look, _| {
            // A receipt without its entry is checked with the one that the log shows under its number.
            let entry = match i64::try_from(read.index).ok().map(|i| leaf::find(look, i)) {
                Some(Ok(leaf)) => Some(leaf.entry),
                Some(Err(Refusal::NotFound)) | None => None,
                Some(Err(other)) => return Err(other),
            };
            // Whether what was signed then is the beginning of what is shown today.
            let then = Note::parse(&read.note).and_then(|n| platform::log::note::Checkpoint::parse(&n.text));
            let same = then.is_ok_and(|c| tree::root(&a.app.log.folder.nodes(), c.size).is_ok_and(|root| root == c.root));
            Ok((entry, same))
        })
        .await?;
    let given = receipt.entry.is_none().then_some(entry.as_deref()).flatten();
    let proved = match receipt.check(&ask.app.log.policy(), given.map(str::as_bytes)) {
        Ok(proved) => proved,
        Err(fault) => {
            view.notices.push(wrong(&ask, &fault));
            return ask.show_as(422, &view);
        }
    };
    if !same || entry.as_deref().is_none_or(|e| e.as_bytes() != proved.entry) {
        view.notices.push(ask.t("log-wrong-past"));
        return ask.show_as(422, &view);
    }
    let fields: Value = serde_json::from_slice(&proved.entry).unwrap_or_default();
    let number = i64::try_from(proved.index).map_err(|_| Refusal::NotFound)?;
    let mut told = vec![Fact::link(ask.t("log-check-number"), Logged::of(&ask, number).label, format!("/log/{number}"))];
    told.push(Fact::text(ask.t("log-check-size"), proved.checkpoint.size.to_string()));
    for (name, time) in &proved.vouched.witnesses {
        let at = writer::instant_of(*time).map(clock::shanghai_text).unwrap_or_default();
        told.push(Fact::text(ask.t("log-check-witness"), format!("{name} · {at}")));
    }
    view.sections = vec![
        Section {
            title: ask.t("log-check-holds"),
            note: format!("{} {}", ask.t("log-check-holds-note"), vouching(&ask)),
            facts: told,
            ..Section::default()
        },
        Section { title: ask.t("log-act"), facts: facts(&ask, &fields), ..Section::default() },
    ];
    ask.show(&view)
}

/// A file as it is, for as long as its kind keeps; browsers save it under that name.
fn file(media: &str, cache: &str, name: &str, bytes: Vec<u8>) -> PageResult {
    let mut response = HttpResponse::Ok();
    response.insert_header((header::CONTENT_DISPOSITION, crate::answer::disposition(name)));
    response.insert_header((header::CONTENT_TYPE, media)).insert_header((header::CACHE_CONTROL, cache));
    Ok(Answer::Raw(response.body(bytes)))
}

/// Reads files away from the threads that answer.
async fn read<T: Send + 'static>(ask: &Ask, get: impl FnOnce(&platform::log::Log) -> Result<T, String> + Send + 'static) -> Result<T> {
    let app = ask.app.clone();
    let found = tokio::task::spawn_blocking(move || get(&app.log)).await.map_err(Refusal::broken)?;
    found.map_err(|why| Refusal::broken(format!("public log: {why}")))
}

const TEXT: &str = "text/plain; charset=utf-8";

/// `GET /log/checkpoint`
async fn checkpoint(ask: Ask) -> PageResult {
    let note = read(&ask, |log| log.folder.checkpoint()).await?.ok_or(Refusal::NotFound)?;
    file(TEXT, "public, max-age=2", "checkpoint", note.into_bytes())
}

/// `GET /log/policy`
async fn policy(ask: Ask) -> PageResult {
    file(TEXT, "public, max-age=300", "policy", ask.app.log.policy().to_string().into_bytes())
}

/// `GET /log/tile/…`: a tile or a bundle of entries; what it holds never changes.
async fn tile(ask: Ask) -> PageResult {
    let tile = Tile::parse(&format!("tile/{}", ask.param("rest"))).ok_or(Refusal::NotFound)?;
    let bytes = read(&ask, move |log| log.folder.tile(tile)).await?.ok_or(Refusal::NotFound)?;
    file("application/octet-stream", "public, max-age=31536000, immutable", "tile", bytes)
}

/// `GET /log/wording/{name}`: what was published with an act, to the letter, `12.json`.
async fn worded(ask: Ask) -> PageResult {
    let index = index(ask.param("name").strip_suffix(".json").ok_or(Refusal::NotFound)?)?;
    let (leaf, text) = ask.look(move |look, _| Ok((leaf::find(look, index)?, wording::of(look, index)?))).await?;
    let text = text.filter(|text| wording::holds(&leaf.fields(), text)).ok_or(Refusal::NotFound)?;
    file("application/json", "no-cache", &format!("{index}.json"), text.into_bytes())
}

/// `GET /log/proof/{name}`: the receipt of an act, `12.tlog-proof`.
async fn proof(ask: Ask) -> PageResult {
    let index = index(ask.param("name").strip_suffix(".tlog-proof").ok_or(Refusal::NotFound)?)?;
    let a = ask.clone();
    let receipt = ask.look(move |look, _| a.app.log.receipt(look, index)).await?.ok_or(Refusal::NotFound)?;
    let mut response = HttpResponse::Ok();
    response.insert_header((header::CONTENT_TYPE, TEXT)).insert_header((header::CACHE_CONTROL, "public, max-age=60"));
    response.insert_header((header::CONTENT_DISPOSITION, crate::answer::disposition(&format!("{index}.tlog-proof"))));
    Ok(Answer::Raw(response.body(receipt.to_string())))
}
