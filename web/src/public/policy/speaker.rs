//! Speaks a profile in one language: every value with what it says and where it is from.

use crate::public::ground;
use crate::say::Lang;
use platform::day::Unit;
use platform::profile::{
    Consequence, Figure, Form, Measure, Period, Profile, Reader, Reading, Renewal, Reporter, Requirement, Say2, Silence, Source, Wording,
};
use platform::words::Word;
use primary::ProductForm;
use serde::Serialize;

#[derive(Serialize)]
pub struct Group {
    pub name: &'static str,
    pub title: String,
    pub rows: Vec<Value>,
    /// Values are compared by what they say; in a list of wordings only by whether they are there.
    #[serde(skip)]
    pub figures: bool,
}

/// A value of the profile: what it is, what it says, where it is from.
#[derive(Serialize)]
pub struct Value {
    pub key: String,
    pub name: String,
    pub text: String,
    pub ground: String,
}

/// Speaks the profile in one language.
pub struct Speaker<'a> {
    pub lang: Lang,
    pub profile: &'a Profile,
}

impl Speaker<'_> {
    pub fn say<'s>(&self, said: &'s Say2) -> &'s str {
        said.in_lang(self.lang.is_en())
    }
    fn value(&self, key: &str, name: impl Into<String>, text: impl Into<String>, article: &Option<String>, source: Option<Source>) -> Value {
        Value { key: key.into(), name: name.into(), text: text.into(), ground: ground(self.lang, article.as_deref(), source) }
    }
    fn group(&self, name: &'static str, figures: bool, rows: Vec<Value>) -> Group {
        Group { name, title: self.lang.t(&format!("pub-policy-{name}")), rows, figures }
    }
    fn and(&self) -> &'static str {
        self.lang.pick("；", "; ")
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
        self.value(name, self.lang.t(&format!("pub-figure-{name}")), self.measured(of.value, of.unit), &of.article, of.source)
    }

    /// The days on which the policy is in force.
    pub fn in_force(&self) -> String {
        let f = &self.profile.in_force;
        format!("{} — {}", f.from, f.until.map_or_else(|| self.lang.t("pub-policy-no-end"), |until| until.to_string()))
    }

    fn renewal(&self, of: &Renewal) -> String {
        match of.reading {
            Reading::Within => format!("{} {}", self.measured(of.value, of.unit), self.lang.t("pub-renewal-within")),
            Reading::AtLeast => format!("{} {}", self.measured(of.value, of.unit), self.lang.t("pub-renewal-at_least")),
            Reading::Anew => self.lang.t("pub-renewal-anew"),
        }
    }

    fn figures(&self) -> Group {
        let p = self.profile;
        let mut rows = vec![
            self.value("in_force", self.lang.t("pub-policy-in-force"), self.in_force(), &p.in_force.article, p.in_force.source),
            self.figure("term_cap", &p.term_cap),
            self.value("renewal", self.lang.t("pub-figure-renewal"), self.renewal(&p.renewal), &p.renewal.article, p.renewal.source),
            self.figure("log_retention", &p.log_retention),
            self.figure("record_retention", &p.record_retention),
            self.figure("correction_rounds", &p.correction_rounds),
            self.figure("bar", &p.bar),
            self.figure("incident_report", &p.incident_report),
        ];
        rows.extend(p.incident_notice.iter().map(|notice| self.figure("incident_notice", notice)));
        rows.push(self.figure("warn_before_end", &p.warn_before_end));
        rows.push(self.figure("reviewers", &p.compliance.reviewers));
        let odd = if p.panel.odd { self.lang.t("pub-panel-odd") } else { String::new() };
        let panel = format!("{}{odd}", self.lang.tn("pub-panel-least", p.panel.least));
        rows.push(self.value("panel", self.lang.t("pub-figure-panel"), panel, &p.panel.article, p.panel.source));
        self.group("figures", true, rows)
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
            let silence = match d.silence {
                Silence::None => None,
                Silence::Escalate => Some("pub-silence-escalate"),
                Silence::Lapse => Some("pub-silence-lapse"),
                Silence::Consent => Some("pub-silence-consent"),
            };
            let silence = silence.map_or_else(String::new, |key| format!("{}{}", self.and(), self.lang.t(key)));
            let longer = if d.extendable { format!("{}{}", self.and(), self.lang.t("pub-extendable")) } else { String::new() };
            self.value(name, self.lang.t(&format!("clock-{name}")), format!("{unit}{silence}{longer}"), &d.article, d.source)
        });
        self.group("deadlines", true, rows.collect())
    }

    fn purposes(&self) -> Group {
        let rows = self.profile.purposes.iter().map(|p| {
            let fee = self.lang.t(if p.free { "pub-free" } else { "pub-paid" });
            self.value(&p.key, self.say(&p.name), fee, &p.article, p.source)
        });
        self.group("purposes", true, rows.collect())
    }

    fn supplies(&self) -> Group {
        let forms = |forms: &[Form]| {
            forms.iter().filter_map(|f| ProductForm::of(f.key())).map(|f| self.lang.w(f)).collect::<Vec<_>>().join(self.lang.pick("、", ", "))
        };
        let rows = self.profile.supplies.iter().map(|s| {
            let mut text = if s.forms.is_empty() { self.lang.t("pub-supply-none") } else { forms(&s.forms) };
            if !s.on_approval.is_empty() {
                text = format!("{text}{}{} {}", self.and(), self.lang.t("pub-on-approval"), forms(&s.on_approval));
            }
            let key = format!("level-l{}", s.level);
            self.value(&key, self.lang.t(&key), text, &s.article, s.source)
        });
        self.group("supplies", true, rows.collect())
    }

    fn requirements(&self, name: &'static str, of: &[Requirement]) -> Group {
        self.group(name, false, of.iter().map(|r| self.value(&r.key, self.say(&r.name), "", &r.article, r.source)).collect())
    }

    fn grounds(&self) -> Group {
        let rows = self.profile.termination_grounds.iter().map(|g| {
            let bars = if g.bars { self.lang.t("pub-ground-bars") } else { String::new() };
            self.value(&g.key, self.say(&g.name), bars, &g.article, g.source)
        });
        self.group("grounds", false, rows.collect())
    }

    fn materials(&self) -> Group {
        let rows = self.profile.materials.iter().map(|m| {
            let marks = [(m.expires, "pub-material-expires"), (m.from_dossier, "pub-material-dossier")];
            let text: Vec<String> = marks.into_iter().filter(|(holds, _)| *holds).map(|(_, key)| self.lang.t(key)).collect();
            self.value(&m.key, self.say(&m.name), text.join(self.and()), &m.article, m.source)
        });
        self.group("materials", false, rows.collect())
    }

    fn wordings<'w>(&self, name: &'static str, of: impl Iterator<Item = &'w Wording>) -> Group {
        self.group(name, false, of.map(|w| self.value(&w.key, self.say(&w.name), self.blanks(self.say(&w.text)), &w.article, w.source)).collect())
    }

    /// A wording as a model text: the parties by their kind, what an agreement fills in as a blank.
    fn blanks(&self, text: &str) -> String {
        let parties = [("{operator}", "contributor-primary"), ("{holder}", "contributor-developer")];
        let named = parties.iter().fold(text.to_string(), |said, (mark, key)| said.replace(mark, &self.lang.t(key)));
        let filled = ["{scenario}", "{licence}", "{resources}", "{from}", "{to}", "{fee}"];
        filled.iter().fold(named, |said, mark| said.replace(mark, "____"))
    }

    fn reports(&self) -> Group {
        let rows = self.profile.reports.iter().map(|r| {
            let who = self.lang.t(if r.who == Reporter::Primary { "org-kind-primary" } else { "org-kind-developer" });
            let to = self.lang.t(if r.to == Reader::Public { "pub-report-public" } else { "pub-report-authority" });
            let period = self.lang.t(if r.period == Period::Year { "pub-report-year" } else { "pub-report-quarter" });
            let due = self.lang.tn("pub-report-due", r.months_after);
            let optional = if r.optional { self.lang.t("optional") } else { String::new() };
            self.value(&r.key, self.say(&r.name), format!("{who} → {to} · {period} · {due} {optional}"), &r.article, r.source)
        });
        self.group("reports", true, rows.collect())
    }

    fn evaluation(&self) -> Group {
        let e = &self.profile.evaluation;
        let mut whole = vec![self.lang.tn("pub-evaluation-months", e.months), self.lang.tn("pub-evaluation-poor", e.poor_running)];
        whole.extend(e.weighs_in_renewal.then(|| self.lang.t("pub-evaluation-renewal")));
        let mut rows = vec![self.value("evaluation", self.lang.t("pub-policy-evaluated"), whole.join(self.and()), &e.article, e.source)];
        rows.extend(e.grades.iter().map(|g| {
            let then = self.lang.t(match g.consequence {
                Consequence::Favour => "pub-grade-favour",
                Consequence::None => "pub-grade-none",
                Consequence::Warn => "pub-grade-warn",
                Consequence::TerminateAfter => "pub-grade-terminate",
            });
            let text = format!("{}{}{then}", self.lang.tn("pub-grade-from", g.from_score), self.and());
            self.value(&g.key, self.say(&g.name), text, &g.article, g.source)
        }));
        rows.extend(e.indicators.iter().map(|i| self.value(&i.key, self.say(&i.name), format!("{}%", i.weight), &i.article, i.source)));
        self.group("evaluation", true, rows)
    }

    fn archives(&self) -> Group {
        let rows = self.profile.archives.iter().map(|k| {
            let text = k.years.map_or_else(|| self.lang.t("pub-for-ever"), |years| self.measured(years, Measure::Years));
            self.value(&k.key, self.say(&k.name), text, &k.article, k.source)
        });
        self.group("archives", true, rows.collect())
    }

    /// Every value, in the order of a case's life.
    pub fn groups(&self) -> Vec<Group> {
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
            self.evaluation(),
            self.requirements("exits", &p.exit_kinds),
            self.grounds(),
            self.archives(),
            self.requirements("personal", &p.personal),
            self.requirements("personnel", &p.personnel),
        ]
    }
}
