//! Each article of the policy in force, and what of this platform carries it: step lines, values, tests. A duty that nothing carries
//! is shown as such.

use crate::answer::PageResult;
use crate::ask::Ask;
use crate::law::{self, Carried, DUTY};
use crate::routes::{Door, Route, route};
use crate::view::chrome::Chrome;
use askama::Template;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

pub fn routes() -> Vec<Route> {
    vec![route("GET", "/law", Door::Public, "route-public-law", page)]
}

#[derive(Template, Serialize)]
#[template(path = "public/law.html")]
struct LawView {
    #[serde(skip)]
    c: Chrome,
    policy: String,
    chapters: Vec<Chapter>,
    duties: usize,
    carried: usize,
}

#[derive(Serialize)]
struct Chapter {
    title: String,
    articles: Vec<Line>,
}

#[derive(Serialize)]
struct Line {
    article: String,
    gist: String,
    kind: String,
    /// A duty that nothing carries.
    open: bool,
    steps: Vec<Link>,
    values: usize,
    tests: Vec<String>,
    duties: Vec<String>,
}

#[derive(Serialize)]
struct Link {
    label: String,
    href: String,
}

async fn page(ask: Ask) -> PageResult {
    let profile = ask.look(|look, _| Ok(look.profile())).await?;
    let covered = law::coverage(&profile);
    let mut chapters: Vec<Chapter> = Vec::new();
    let (mut duties, mut carried) = (0, 0);
    let none = Carried::default();
    for article in law::articles(&profile.id) {
        let found = covered.get(article.article.as_str()).unwrap_or(&none);
        let open = article.kind == DUTY && found.is_empty();
        if article.kind == DUTY {
            duties += 1;
            carried += usize::from(!open);
        }
        let title = ask.lang.pick(&article.chapter_zh, &article.chapter_en);
        if chapters.last().is_none_or(|c| c.title != *title) {
            chapters.push(Chapter { title: title.to_string(), articles: Vec::new() });
        }
        let line = Line {
            article: article.article.clone(),
            gist: ask.lang.pick(&article.gist_zh, &article.gist_en).to_string(),
            kind: ask.t(&format!("law-kind-{}", article.kind)),
            open,
            steps: steps(&ask, &found.steps),
            values: found.values.len(),
            tests: found.tests.iter().cloned().collect(),
            duties: law::duties().iter().filter(|d| article.duty.split(';').any(|id| *id == *d.duty)).map(|d| d.name(ask.lang).to_string()).collect(),
        };
        if let Some(chapter) = chapters.last_mut() {
            chapter.articles.push(line);
        }
    }
    let policy = profile.name.in_lang(ask.lang.is_en()).to_string();
    ask.show(&LawView { c: ask.chrome(ask.t("law-title")), policy, chapters, duties, carried })
}

/// `授权 · 起草、签署`: one line for each noun, which leads to its step table.
fn steps(ask: &Ask, found: &BTreeSet<(&'static str, String)>) -> Vec<Link> {
    let mut of: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (noun, act) in found {
        of.entry(noun).or_default().push(act);
    }
    let tables = crate::flows::tables();
    of.into_iter()
        .map(|(noun, acts)| {
            let set = tables.iter().find(|t| t.noun == noun).map_or("", |t| t.act_set);
            let acts: Vec<String> = acts.into_iter().map(|act| ask.t(&format!("{set}-{act}"))).collect();
            let label = format!("{} · {}", ask.t(&format!("noun-{noun}")), acts.join(ask.lang.pick("、", ", ")));
            Link { label, href: format!("/flows#{noun}") }
        })
        .collect()
}
