//! The policy in force: every figure, list and wording of the profile with the article it rests on.

use super::ground;
use crate::answer::PageResult;
use crate::ask::Ask;
use crate::routes::{Door, Route, route};
use crate::say::Lang;
use crate::view::chrome::Chrome;
use askama::Template;
use platform::day::Unit;
use platform::profile::{Figure, Measure, Period, Profile, Reader, Reading, Reporter, Requirement, Say2, Silence, Source, Wording};
use platform::words::Word;
use primary::ProductForm;
use serde::Serialize;

pub fn routes() -> Vec<Route> {
    vec![route("GET", "/policy", Door::Public, "route-public-policy", policy)]
}

#[derive(Template, Serialize)]
#[template(path = "public/policy.html")]
struct PolicyView {
    #[serde(skip)]
    c: Chrome,
    tag: String,
    name: String,
    number: String,
    issuer: String,
    city: String,
    from: String,
    until: String,
    in_force: bool,
    ends_soon: bool,
    digest: String,
    groups: Vec<Group>,
    texts: Vec<(String, String)>,
    /// How many values the articles fix, how many follow something else, how many are proposals.
    founded: usize,
    likened: usize,
    proposed: usize,
}

#[derive(Serialize)]
struct Group {
    name: &'static str,
    title: String,
    rows: Vec<Value>,
}

/// A value of the profile: what it is, what it says, where it is from.
#[derive(Serialize)]
struct Value {
    name: String,
    text: String,
    ground: String,
}

/// Speaks the profile in one language.
struct Speaker<'a> {
    lang: Lang,
    profile: &'a Profile,
}

impl Speaker<'_> {
    fn say<'s>(&self, said: &'s Say2) -> &'s str {
        said.in_lang(self.lang.is_en())
    }
    fn value(&self, name: impl Into<String>, text: impl Into<String>, article: &Option<String>, source: Option<Source>) -> Value {
        Value { name: name.into(), text: text.into(), ground: ground(self.lang, article.as_deref(), source) }
    }
    fn group(&self, name: &'static str, rows: Vec<Value>) -> Group {
        Group { name, title: self.lang.t(&format!("pub-policy-{name}")), rows }
    }
    fn measured(&self, value: u32, unit: Measure) -> String {
        let key = match unit {
            Measure::Years => "pub-years",
            Measure::Months => "pub-months",
            Measure::Days => "pub-days",
            Measure::Hours => "pub-hours",
            Measure::People => "pub-people",
            Measure::Times => "pub-times",
        };
        self.lang.tn(key, value)
    }
    fn figure(&self, name: &str, of: &Figure) -> Value {
        self.value(self.lang.t(&format!("pub-figure-{name}")), self.measured(of.value, of.unit), &of.article, of.source)
    }

    fn figures(&self) -> Group {
        let p = self.profile;
        let mut rows = vec![
            self.figure("term_cap", &p.term_cap),
            self.figure("log_retention", &p.log_retention),
            self.figure("record_retention", &p.record_retention),
            self.figure("correction_rounds", &p.correction_rounds),
            self.figure("incident_report", &p.incident_report),
            self.figure("warn_before_end", &p.warn_before_end),
            self.figure("reviewers", &p.compliance.reviewers),
        ];
        let reading = self.lang.t(if p.renewal.reading == Reading::Within { "pub-renewal-within" } else { "pub-renewal-at_least" });
        let renewal = format!("{} {reading}", self.measured(p.renewal.value, p.renewal.unit));
        rows.push(self.value(self.lang.t("pub-figure-renewal"), renewal, &p.renewal.article, p.renewal.source));
        let odd = if p.panel.odd { self.lang.t("pub-panel-odd") } else { String::new() };
        let panel = format!("{}{odd}", self.lang.tn("pub-panel-least", p.panel.least));
        rows.push(self.value(self.lang.t("pub-figure-panel"), panel, &p.panel.article, p.panel.source));
        self.group("figures", rows)
    }

    fn deadlines(&self) -> Group {
        let rows = self.profile.deadlines.all().into_iter().map(|(name, d)| {
            let unit = self.lang.tn(
                match d.unit {
                    Unit::Working => "pub-working-days",
                    Unit::Calendar => "pub-days",
                    Unit::Months => "pub-months",
                },
                d.value,
            );
            let silence = self.lang.t(match d.silence {
                Silence::None => "pub-silence-none",
                Silence::Escalate => "pub-silence-escalate",
                Silence::Lapse => "pub-silence-lapse",
                Silence::Consent => "pub-silence-consent",
            });
            self.value(self.lang.t(&format!("clock-{name}")), format!("{unit}{}{silence}", self.lang.pick("；", "; ")), &d.article, d.source)
        });
        self.group("deadlines", rows.collect())
    }

    fn purposes(&self) -> Group {
        let rows = self.profile.purposes.iter().map(|p| {
            let fee = self.lang.t(if p.free { "pub-free" } else { "pub-paid" });
            self.value(self.say(&p.name), fee, &p.article, p.source)
        });
        self.group("purposes", rows.collect())
    }

    fn supplies(&self) -> Group {
        let forms = |forms: &[platform::profile::Form]| {
            forms.iter().filter_map(|f| ProductForm::of(f.key())).map(|f| self.lang.w(f)).collect::<Vec<_>>().join(self.lang.pick("、", ", "))
        };
        let rows = self.profile.supplies.iter().map(|s| {
            let mut text = if s.forms.is_empty() { self.lang.t("pub-supply-none") } else { forms(&s.forms) };
            if !s.on_approval.is_empty() {
                text = format!("{text}{}{} {}", self.lang.pick("；", "; "), self.lang.t("pub-on-approval"), forms(&s.on_approval));
            }
            self.value(self.lang.t(&format!("level-l{}", s.level)), text, &s.article, s.source)
        });
        self.group("supplies", rows.collect())
    }

    fn requirements(&self, name: &'static str, of: &[Requirement]) -> Group {
        self.group(name, of.iter().map(|r| self.value(self.say(&r.name), "", &r.article, r.source)).collect())
    }

    fn materials(&self) -> Group {
        let rows = self.profile.materials.iter().map(|m| {
            let marks = [(m.expires, "pub-material-expires"), (m.from_dossier, "pub-material-dossier")];
            let text: Vec<String> = marks.into_iter().filter(|(holds, _)| *holds).map(|(_, key)| self.lang.t(key)).collect();
            self.value(self.say(&m.name), text.join(self.lang.pick("；", "; ")), &m.article, m.source)
        });
        self.group("materials", rows.collect())
    }

    fn wordings<'w>(&self, name: &'static str, of: impl Iterator<Item = &'w Wording>) -> Group {
        self.group(name, of.map(|w| self.value(self.say(&w.name), self.say(&w.text), &w.article, w.source)).collect())
    }

    fn reports(&self) -> Group {
        let rows = self.profile.reports.iter().map(|r| {
            let who = self.lang.t(if r.who == Reporter::Primary { "org-kind-primary" } else { "org-kind-developer" });
            let to = self.lang.t(if r.to == Reader::Public { "pub-report-public" } else { "pub-report-authority" });
            let period = self.lang.t(if r.period == Period::Year { "pub-report-year" } else { "pub-report-quarter" });
            let due = self.lang.tn("pub-report-due", r.months_after);
            let optional = if r.optional { self.lang.t("optional") } else { String::new() };
            self.value(self.say(&r.name), format!("{who} → {to} · {period} · {due} {optional}"), &r.article, r.source)
        });
        self.group("reports", rows.collect())
    }

    fn groups(&self) -> Vec<Group> {
        let p = self.profile;
        vec![
            self.figures(),
            self.deadlines(),
            self.purposes(),
            self.supplies(),
            self.requirements("conditions", &p.conditions),
            self.materials(),
            self.wordings("clauses", p.clauses.iter()),
            self.wordings("points", p.compliance.points.iter().chain([&p.compliance.hard_stop])),
            self.reports(),
            self.requirements("personal", &p.personal),
            self.requirements("personnel", &p.personnel),
        ]
    }
}

/// `GET /policy`
async fn policy(ask: Ask) -> PageResult {
    let rules = ask.app.db.rules();
    let p = &rules.profile;
    let speaker = Speaker { lang: ask.lang, profile: p };
    let today = platform::day::shanghai_date(ask.app.db.clock().now());
    let grounds = p.grounds();
    let founded = grounds.iter().filter(|g| g.source.is_none()).count();
    let proposed = grounds.iter().filter(|g| g.source == Some(Source::Proposal)).count();
    ask.show(&PolicyView {
        c: ask.chrome(ask.t("pub-policy")),
        tag: p.version_tag(),
        name: speaker.say(&p.name).into(),
        number: p.number.clone(),
        issuer: speaker.say(&p.issuer).into(),
        city: speaker.say(&p.city).into(),
        from: p.in_force.from.to_string(),
        until: p.in_force.until.to_string(),
        in_force: p.in_force_on(today),
        ends_soon: p.in_force_on(today) && p.ends_soon(today),
        digest: p.digest().into(),
        groups: speaker.groups(),
        texts: p.texts.iter().map(|t| (t.prefix.clone(), speaker.say(&t.name).to_string())).collect(),
        founded,
        likened: grounds.len() - founded - proposed,
        proposed,
    })
}
