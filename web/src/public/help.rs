//! Help: how each kind of user takes part, what refusals mean, the accessibility statement.

use crate::answer::PageResult;
use crate::ask::Ask;
use crate::routes::{Door, Route, route};
use crate::shelf::Kept;
use crate::view::chrome::Chrome;
use askama::Template;
use platform::{At, Refusal, Role};
use serde::Serialize;

pub fn routes() -> Vec<Route> {
    vec![
        route("GET", "/help", Door::Public, "route-public-help", help).kept(Kept::Whole),
        route("GET", "/help/refusals", Door::Public, "route-public-refusals", refusals),
        route("GET", "/accessibility", Door::Public, "route-public-accessibility", accessibility),
    ]
}

/// Chapters with the number of their steps; the steps are messages `pub-help-CHAPTER-N`.
const CHAPTERS: &[(&str, usize)] = &[
    ("public", 5),
    ("developer", 6),
    ("licence", 4),
    ("product", 6),
    ("disclosure", 3),
    ("buyer", 3),
    ("source", 4),
    ("primary", 7),
    ("office", 4),
    ("expert", 3),
    ("auditor", 3),
    ("log", 5),
    ("programs", 4),
    ("keys", 3),
];

#[derive(Template, Serialize)]
#[template(path = "public/help.html")]
struct HelpView {
    #[serde(skip)]
    c: Chrome,
    chapters: Vec<Chapter>,
    contact: String,
}

#[derive(Serialize)]
struct Chapter {
    name: &'static str,
    title: String,
    steps: Vec<String>,
}

/// `GET /help`
async fn help(ask: Ask) -> PageResult {
    let chapters = CHAPTERS.iter().map(|(name, steps)| Chapter {
        name,
        title: ask.t(&format!("pub-help-{name}")),
        steps: (1..=*steps).map(|n| ask.t(&format!("pub-help-{name}-{n}"))).collect(),
    });
    let contact = ask.app.site.contact.clone();
    ask.show(&HelpView { c: ask.chrome(ask.t("nav-help")), chapters: chapters.collect(), contact })
}

#[derive(Template, Serialize)]
#[template(path = "public/refusals.html")]
struct RefusalsView {
    #[serde(skip)]
    c: Chrome,
    refusals: Vec<Explained>,
}

#[derive(Serialize)]
struct Explained {
    code: &'static str,
    status: u16,
    why: String,
    remedy: String,
}

/// One refusal of each kind; the figures in their sentences are examples.
fn general() -> Vec<Refusal> {
    let at = At::default();
    vec![
        Refusal::SignIn,
        Refusal::NotFound,
        Refusal::WrongRole { by: &[Role::Legal], article: "" },
        Refusal::WrongState { state: "", act: "", article: "" },
        Refusal::Stale,
        Refusal::Faulty(Vec::new()),
        Refusal::Sealed { until: at },
        Refusal::TooLate { deadline: at },
        Refusal::Taken,
        Refusal::KeyReused,
        Refusal::TooMany { seconds: 60 },
        Refusal::TooLarge { most: platform::file::MOST },
        Refusal::TooManyFields { most: 5000 },
        Refusal::ConfirmPassword,
        Refusal::SecondFactor,
        Refusal::UnknownYear { year: 2028 },
        Refusal::FormExpired,
        Refusal::WrongMethod,
        Refusal::Unreadable,
        Refusal::ReadOnly,
        Refusal::NoSpace,
        Refusal::Unavailable,
        Refusal::Broken(String::new()),
    ]
}

/// `GET /help/refusals`: every refusal with its anchor; problems of programs point here.
async fn refusals(ask: Ask) -> PageResult {
    let lang = ask.lang;
    let of_the_site = general().into_iter().map(|r| {
        let ((why_zh, why_en), (help_zh, help_en)) = (r.why(), r.remedy());
        // Sentences that need a case to be said are said in general here.
        let why = lang.maybe(&format!("pub-refusal-{}", r.code())).unwrap_or_else(|| lang.pick(why_zh, why_en));
        Explained { code: r.code(), status: r.status(), why, remedy: lang.pick(help_zh, help_en) }
    });
    let of_the_policy = Refusal::RULES.iter().map(|(code, why_zh, why_en, help_zh, help_en)| Explained {
        code,
        status: Refusal::rule(code, "").status(),
        why: lang.pick(*why_zh, *why_en).replace('{', "〈").replace('}', "〉"),
        remedy: lang.pick(*help_zh, *help_en).replace('{', "〈").replace('}', "〉"),
    });
    let refusals = of_the_site.chain(of_the_policy).collect();
    ask.show(&RefusalsView { c: ask.chrome(ask.t("pub-refusals")).crumb(ask.t("nav-help"), "/help"), refusals })
}

#[derive(Template, Serialize)]
#[template(path = "public/accessibility.html")]
struct AccessibilityView {
    #[serde(skip)]
    c: Chrome,
    points: Vec<String>,
    limits: Vec<String>,
    contact: String,
}

/// `GET /accessibility`
async fn accessibility(ask: Ask) -> PageResult {
    ask.show(&AccessibilityView {
        c: ask.chrome(ask.t("nav-accessibility")),
        points: (1..=8).map(|n| ask.t(&format!("pub-access-{n}"))).collect(),
        limits: (1..=2).map(|n| ask.t(&format!("pub-access-limit-{n}"))).collect(),
        contact: ask.app.site.contact.clone(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::say::Lang;

    #[test]
    fn every_refusal_has_its_own_anchor() {
        let mut codes: Vec<&str> = general().iter().map(Refusal::code).chain(Refusal::RULES.iter().map(|r| r.0)).collect();
        let all = codes.len();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), all);
    }

    #[test]
    fn every_step_is_written_in_both_languages() {
        for (name, steps) in CHAPTERS {
            for n in 1..=*steps {
                for lang in [Lang::Zh, Lang::En] {
                    assert!(lang.maybe(&format!("pub-help-{name}-{n}")).is_some(), "pub-help-{name}-{n}");
                }
            }
            assert!(Lang::Zh.maybe(&format!("pub-help-{name}-{}", steps + 1)).is_none(), "{name} has more steps than are shown");
        }
    }
}
