//! A certificate of destruction as a letter in both languages, to print; its number and digest can be checked at `/verify`.

use crate::answer::PageResult;
use crate::ask::Ask;
use crate::noun::Show;
use crate::routes::{Door, Route, route};
use crate::say::Lang;
use crate::view::chrome::Chrome;
use askama::Template;
use platform::flow::Noun;
use platform::{Refusal, Result};
use primary::destruction::{Destruction, Statement};
use serde::Serialize;

#[derive(Template, Serialize)]
#[template(path = "work/tenure/certificate.html")]
struct CertificateView {
    #[serde(skip)]
    c: Chrome,
    back: String,
    number: String,
    digest: String,
    holds: bool,
    statement: Statement,
    #[serde(skip)]
    letters: Vec<Letter>,
}

/// The certificate in one language.
struct Letter {
    tag: &'static str,
    first: bool,
    title: String,
    lead: String,
    facts: Vec<(String, String)>,
    columns: Vec<String>,
    rows: Vec<Vec<String>>,
    foot: String,
}

fn letter(lang: Lang, of: &Statement, digest: &str) -> Letter {
    let args = [("licence", of.licence.clone()), ("holder", of.holder.clone()), ("scenario", of.scenario.clone())];
    let fact = |key: &str, text: &str| (lang.t(key), text.to_string());
    Letter {
        tag: if lang.is_en() { "en" } else { "zh-CN" },
        first: !lang.is_en(),
        title: lang.t("destruction-certificate"),
        lead: lang.ta("destruction-certifies", &args),
        facts: vec![
            fact("filing-resources", &of.resources.join(if lang.is_en() { "; " } else { "、" })),
            fact("destruction-started", &of.started),
            fact("destruction-finished", &of.finished),
            fact("destruction-operator", &of.operator),
            fact("destruction-witness", &of.witness),
            fact("destruction-recorded-by", &of.recorded_by),
            fact("destruction-verified-by", &of.verified_by),
            fact("destruction-certified-at", &of.certified_at),
            fact("destruction-logs", &lang.ta("destruction-logs-until", &[("day", of.logs_kept_until.to_string())])),
            fact("destruction-manifest-digest", &of.manifest),
        ],
        columns: ["what", "place", "medium", "copies", "method"].map(|k| lang.t(&format!("destruction-item-{k}"))).to_vec(),
        rows: of.items.iter().map(|i| vec![i.what.clone(), i.place.clone(), i.medium.clone(), i.copies.to_string(), lang.w(i.method)]).collect(),
        foot: lang.ta("destruction-foot", &[("digest", digest.to_string())]),
    }
}

/// `GET /work/destructions/{id}/certificate`
async fn page(ask: Ask) -> PageResult {
    let a = ask.clone();
    let view = ask.look(move |look, who| -> Result<CertificateView> {
        let row = Destruction::find(look, who, a.id::<Destruction>("id")?)?;
        let statement = row.statement().ok_or(Refusal::NotFound)?;
        let digest = row.digest.clone().unwrap_or_default();
        let back = format!("/work/destructions/{}", row.id);
        Ok(CertificateView {
            c: a.chrome(a.t("destruction-certificate"))
                .crumb(a.t("nav-work"), "/work")
                .crumb(a.t("nouns-destruction"), "/work/destructions")
                .crumb(row.title.clone(), back.clone()),
            back,
            number: statement.number.clone(),
            holds: row.holds(),
            letters: [Lang::Zh, Lang::En].map(|lang| letter(lang, &statement, &digest)).into(),
            digest,
            statement,
        })
    });
    ask.show(&view.await?)
}

pub fn routes() -> Vec<Route> {
    let readers = Door::Only(Destruction::DOOR.to_vec());
    vec![route("GET", "/work/destructions/{id}/certificate", readers, "route-certificate", page).of::<Destruction>("")]
}
