//! The agreement of a licence: its versions, and each as a letter to print in both languages.

use crate::answer::PageResult;
use crate::ask::Ask;
use crate::view::case::{Fact, Section, TableView};
use crate::view::chrome::Chrome;
use crate::view::list::Cell;
use askama::Template;
use platform::flow::Noun;
use platform::people::person;
use platform::{Look, Refusal, Result, event};
use primary::agreement::{self, Body};
use primary::licence::{Act, Licence};
use serde::Serialize;

/// One version as a letter.
#[derive(Template, Serialize)]
#[template(path = "work/licence/agreement.html")]
struct AgreementView {
    #[serde(skip)]
    c: Chrome,
    back: String,
    number: i64,
    made_at: String,
    digest: String,
    holds: bool,
    newer: bool,
    body: Body,
    profile: String,
    signed: Option<Signature>,
    countersigned: Option<Signature>,
    draft: bool,
}

/// Who signed this very text, and when.
#[derive(Serialize)]
struct Signature {
    who: String,
    at: String,
}

impl AgreementView {
    /// The heading of a clause, counted as the language counts.
    fn heading(&self, name: &str, at: &usize, lang: &str) -> String {
        const COUNT: [&str; 11] = ["", "一", "二", "三", "四", "五", "六", "七", "八", "九", "十"];
        match COUNT.get(*at).filter(|_| lang != "en") {
            Some(count) => format!("{count}、{name}"),
            None => format!("{at}. {name}"),
        }
    }
}

/// The newest version and the table of all.
pub fn section(look: &mut Look, ask: &Ask, row: &Licence) -> Result<Section> {
    let versions = agreement::versions(look, row.id)?;
    let names = person::names(look, versions.iter().filter_map(|v| v.made_by).collect())?;
    let page = |number: i32| format!("/work/licences/{}/agreement?version={number}", row.id);
    let mut facts = Vec::new();
    if let Some(latest) = versions.first() {
        facts.push(Fact::link(ask.t("agreement-latest"), ask.lang.tn("agreement-version", latest.number), page(latest.number)));
        facts.push(Fact::text(ask.t("agreement-digest"), latest.digest.clone()));
    }
    let rows = versions
        .iter()
        .map(|v| {
            let digest: String = v.digest.chars().take(16).collect();
            vec![
                Cell::link(ask.lang.tn("agreement-version", v.number), page(v.number)),
                Cell::at(Some(v.made_at)),
                Cell::maybe(v.made_by.and_then(|p| names.get(&p).cloned())),
                Cell { raw: v.digest.clone(), ..Cell::text(digest) },
            ]
        })
        .collect();
    let columns = ["agreement-number", "col-at", "agreement-made-by", "agreement-digest"].map(|k| ask.t(k)).to_vec();
    let table = TableView { columns, rows, empty: ask.t("agreement-none") };
    Ok(Section { title: ask.t("agreement"), note: ask.t("agreement-note"), facts, table: Some(table), ..Section::default() })
}

/// `GET /work/licences/{id}/agreement?version=N`: the newest when none is named.
pub async fn page(ask: Ask) -> PageResult {
    let a = ask.clone();
    let view = ask.look(move |look, who| {
        let row = Licence::find(look, who, a.id::<Licence>("id")?)?;
        let versions = agreement::versions(look, row.id)?;
        let newest = versions.first().map_or(0, |v| v.number);
        let asked = if a.q("version").is_empty() { newest } else { a.q("version").parse().map_err(|_| Refusal::NotFound)? };
        let version = versions.into_iter().find(|v| v.number == asked).ok_or(Refusal::NotFound)?;
        let events = event::history(look, who, Licence::NAME, &row.id.to_string())?;
        // Only who signed this digest has signed this text.
        let by = |act: Act| {
            let line = events.iter().rfind(|e| e.act == platform::Word::as_str(act) && e.detail.contains(&version.digest))?;
            Some(Signature { who: format!("{} · {}", line.org_name, line.actor_name), at: platform::clock::shanghai_text(line.at) })
        };
        let (signed, countersigned) = (by(Act::Sign), by(Act::Countersign));
        let back = format!("/work/licences/{}", row.id);
        Ok(AgreementView {
            c: a.chrome(a.t("agreement"))
                .crumb(a.t("nav-work"), "/work")
                .crumb(a.t("nouns-licence"), "/work/licences")
                .crumb(row.title.clone(), back.clone()),
            back,
            number: i64::from(version.number),
            made_at: platform::clock::shanghai_text(version.made_at),
            holds: version.holds(),
            newer: version.number < newest,
            body: version.body()?,
            profile: a.app.db.rules().profile.name.in_lang(a.lang.is_en()).to_string(),
            draft: signed.is_none() || countersigned.is_none(),
            digest: version.digest,
            signed,
            countersigned,
        })
    });
    ask.show(&view.await?)
}
