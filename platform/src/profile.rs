//! 政策方案 — a policy's figures, lists and wordings as data: one TOML per policy, one code path for all.
//!
//! Every value says where it is from: the article that fixes it, or a [`Source`] where the text is silent. [`Profile::parse`] refuses
//! a file in which one does not, so a page may always print the reason beside the figure. What a policy decides lives here; what
//! follows from it (who acts, what state comes next) lives with the nouns.

mod book;
mod check;
mod deadlines;
mod lists;
mod say;
mod serials;
mod tenure;
#[cfg(test)]
mod tests;
mod values;

pub use book::Book;
pub use check::ProfileFault;
pub use deadlines::{DEADLINES, Deadline, Deadlines, Silence};
pub use lists::{Compliance, Form, Material, Period, Purpose, Reader, Report, Reporter, Requirement, Supply, Text};
pub use say::{PLACES, Say2, Wording};
pub use serials::{SERIES, Serials};
pub use tenure::{Consequence, EndGround, Evaluation, Grade, Indicator, Keep};
pub use values::{Figure, Ground, InForce, Measure, Panel, Reading, Renewal, Source};

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::Refusal;
use crate::event::sha256;
use values::{ground, months_before};

/// One version of one policy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    pub id: String,
    pub version: u32,
    pub number: String,
    pub name: Say2,
    pub issuer: Say2,
    pub city: Say2,
    pub in_force: InForce,
    pub warn_before_end: Figure,
    pub term_cap: Figure,
    pub log_retention: Figure,
    pub record_retention: Figure,
    pub correction_rounds: Figure,
    /// For how long nothing new is granted to whom a licence was taken from on a ground that bars.
    pub bar: Figure,
    /// An incident is first reported within so many hours.
    pub incident_report: Figure,
    /// Notice of an incident is given at once, where the text or practice counts it: within so many hours.
    pub incident_notice: Option<Figure>,
    pub renewal: Renewal,
    pub panel: Panel,
    pub serials: Serials,
    pub deadlines: Deadlines,
    #[serde(rename = "purpose")]
    pub purposes: Vec<Purpose>,
    #[serde(rename = "supply")]
    pub supplies: Vec<Supply>,
    #[serde(rename = "condition")]
    pub conditions: Vec<Requirement>,
    #[serde(rename = "material")]
    pub materials: Vec<Material>,
    #[serde(rename = "clause")]
    pub clauses: Vec<Wording>,
    pub compliance: Compliance,
    #[serde(rename = "report")]
    pub reports: Vec<Report>,
    /// What must hold before data about persons is used.
    pub personal: Vec<Requirement>,
    /// What must hold of people who process data.
    pub personnel: Vec<Requirement>,
    pub evaluation: Evaluation,
    /// In what ways a holder leaves.
    #[serde(rename = "exit_kind")]
    pub exit_kinds: Vec<Requirement>,
    /// On what grounds a licence is ended by one side.
    #[serde(rename = "termination_ground")]
    pub termination_grounds: Vec<EndGround>,
    /// What is kept in the archive, and for how long.
    #[serde(rename = "archive")]
    pub archives: Vec<Keep>,
    #[serde(rename = "text")]
    pub texts: Vec<Text>,
    #[serde(skip)]
    digest: String,
}

impl Profile {
    /// The Zhangjiakou Measures, 张政办规〔2025〕4号, from `platform/profiles/zhangjiakou.toml`. Read once.
    pub fn zhangjiakou() -> &'static Profile {
        Self::default_profile()
    }

    /// The profile that applies where none is chosen.
    pub fn default_profile() -> &'static Profile {
        Book::built_in().first()
    }

    /// Reads a profile; the error says in English what is wrong and where, one fault a line.
    pub fn parse(text: &str) -> Result<Profile, String> {
        let faults = Self::faults(text);
        if !faults.is_empty() {
            return Err(faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"));
        }
        let mut profile: Profile = toml::from_str(text).map_err(|fault| fault.to_string())?;
        profile.digest = sha256(text);
        Ok(profile)
    }

    /// Identity and version, as pinned to whatever was decided under it: `zhangjiakou@1`.
    pub fn version_tag(&self) -> String {
        format!("{}@{}", self.id, self.version)
    }

    /// Whether that is this version's tag.
    pub fn is_tagged(&self, tag: &str) -> bool {
        tag.split_once('@').is_some_and(|(id, version)| id == self.id && version.parse() == Ok(self.version))
    }

    /// SHA-256 of the file, as 64 lower-case hex digits; stored with every deadline.
    pub fn digest(&self) -> &str {
        &self.digest
    }

    /// Whether the policy is in force on this Shanghai date.
    pub fn in_force_on(&self, date: NaiveDate) -> bool {
        self.in_force.from <= date && self.in_force.until.is_none_or(|until| date <= until)
    }

    /// Refuses what begins anew once the policy has lapsed: what was granted under it runs on, but nothing is called for, filed or
    /// renewed under a text that is no longer in force.
    pub fn must_be_in_force(&self, today: NaiveDate) -> crate::Result<()> {
        if self.in_force_on(today) {
            return Ok(());
        }
        let until = self.in_force.until.map_or_else(|| "—".to_owned(), |until| until.to_string());
        Err(Refusal::rule("policy-not-in-force", "ZJK-38")
            .with("from", self.in_force.from)
            .with("until", until)
            .with("number", &self.number)
            .with("name", &self.name.zh)
            .with("name_en", &self.name.en))
    }

    /// Whether the policy ends soon enough to warn of it, or has ended.
    pub fn ends_soon(&self, today: NaiveDate) -> bool {
        self.in_force.until.is_some_and(|until| until.signed_duration_since(today).num_days() <= i64::from(self.warn_before_end.value))
    }

    /// The last day a licence beginning on `from` may have: the eve of the anniversary at the cap. From 29 February the anniversary is
    /// 28 February, so the cap is never passed.
    pub fn latest_end(&self, from: NaiveDate) -> NaiveDate {
        let anniversary = self.term_cap.after(from);
        anniversary.pred_opt().unwrap_or(anniversary)
    }

    /// The first (if there is one) and last day on which renewal of a licence may be asked for, given the licence's last day. None
    /// where the text knows no renewal ([`Reading::Anew`]): whoever goes on applies as at first.
    pub fn renewal_window(&self, last_day: NaiveDate) -> Option<(Option<NaiveDate>, NaiveDate)> {
        let months = if self.renewal.unit == Measure::Years { self.renewal.value.saturating_mul(12) } else { self.renewal.value };
        let mark = months_before(last_day, months);
        match self.renewal.reading {
            Reading::Within => Some((Some(mark), last_day)),
            Reading::AtLeast => Some((None, mark)),
            Reading::Anew => None,
        }
    }

    /// Whether renewal may be asked for today.
    pub fn may_renew(&self, today: NaiveDate, last_day: NaiveDate) -> bool {
        self.renewal_window(last_day).is_some_and(|(opens, closes)| opens.is_none_or(|opens| opens <= today) && today <= closes)
    }

    /// The days on which the holder is reminded of a licence's end, in the profile's order.
    pub fn renewal_reminders(&self, last_day: NaiveDate) -> Vec<NaiveDate> {
        self.renewal.remind_months.iter().map(|months| months_before(last_day, *months)).collect()
    }

    /// Whether data of this level may be supplied in this form as a rule. An unknown level or form may not.
    pub fn allows(&self, level: u8, form: &str) -> bool {
        self.supply(level).is_some_and(|supply| supply.forms.iter().any(|allowed| allowed.key() == form))
    }

    /// Whether data of this level may be supplied in this form only with approval in the single case.
    pub fn allows_on_approval(&self, level: u8, form: &str) -> bool {
        self.supply(level).is_some_and(|supply| supply.on_approval.iter().any(|allowed| allowed.key() == form))
    }

    fn supply(&self, level: u8) -> Option<&Supply> {
        self.supplies.iter().find(|supply| supply.level == level)
    }

    /// A clause of the agreement.
    pub fn clause(&self, key: &str) -> Option<&Wording> {
        self.clauses.iter().find(|clause| clause.key == key)
    }

    /// A paper of a bid.
    pub fn material(&self, key: &str) -> Option<&Material> {
        self.materials.iter().find(|material| material.key == key)
    }

    /// An admission condition.
    pub fn condition(&self, key: &str) -> Option<&Requirement> {
        self.conditions.iter().find(|condition| condition.key == key)
    }

    /// A point of the compliance review.
    pub fn point(&self, key: &str) -> Option<&Wording> {
        self.compliance.points.iter().find(|point| point.key == key)
    }

    /// What a use is for.
    pub fn purpose(&self, key: &str) -> Option<&Purpose> {
        self.purposes.iter().find(|purpose| purpose.key == key)
    }

    /// A regular disclosure or report.
    pub fn report(&self, key: &str) -> Option<&Report> {
        self.reports.iter().find(|report| report.key == key)
    }

    /// In what way a holder leaves.
    pub fn exit_kind(&self, key: &str) -> Option<&Requirement> {
        self.exit_kinds.iter().find(|kind| kind.key == key)
    }

    /// A ground on which one side ends a licence.
    pub fn termination_ground(&self, key: &str) -> Option<&EndGround> {
        self.termination_grounds.iter().find(|ground| ground.key == key)
    }

    /// How long a kind of record is kept.
    pub fn archive(&self, key: &str) -> Option<&Keep> {
        self.archives.iter().find(|keep| keep.key == key)
    }

    /// A deadline by its name, one of [`DEADLINES`].
    pub fn deadline(&self, name: &str) -> Option<&Deadline> {
        self.deadlines.get(name)
    }

    /// A deadline by a name that stands in the code, so that a wrong one is a fault of ours.
    pub fn period(&self, name: &str) -> crate::Result<&Deadline> {
        self.deadlines.get(name).ok_or_else(|| Refusal::broken(format!("the profile has no deadline {name}")))
    }

    /// The text an article is from: `ZJK-17` is the Zhangjiakou Measures.
    pub fn text_of(&self, article: &str) -> Option<&Text> {
        let prefix = article.split_once('-').map_or(article, |(prefix, _)| prefix);
        self.texts.iter().find(|text| text.prefix == prefix)
    }

    /// Where every value is from, in the order of the file; the policy page prints it.
    pub fn grounds(&self) -> Vec<Ground<'_>> {
        let mut all = vec![
            ground("in_force", &self.in_force),
            ground("warn_before_end", &self.warn_before_end),
            ground("term_cap", &self.term_cap),
            ground("log_retention", &self.log_retention),
            ground("record_retention", &self.record_retention),
            ground("correction_rounds", &self.correction_rounds),
            ground("bar", &self.bar),
            ground("incident_report", &self.incident_report),
        ];
        all.extend(self.incident_notice.iter().map(|value| ground("incident_notice", value)));
        all.extend([ground("renewal", &self.renewal), ground("panel", &self.panel), ground("serials", &self.serials)]);
        all.extend(self.deadlines.all().into_iter().map(|(name, deadline)| ground(&format!("deadlines.{name}"), deadline)));
        all.extend(self.purposes.iter().map(|value| ground(&format!("purpose.{}", value.key), value)));
        all.extend(self.supplies.iter().map(|value| ground(&format!("supply.{}", value.level), value)));
        all.extend(self.conditions.iter().map(|value| ground(&format!("condition.{}", value.key), value)));
        all.extend(self.materials.iter().map(|value| ground(&format!("material.{}", value.key), value)));
        all.extend(self.clauses.iter().map(|value| ground(&format!("clause.{}", value.key), value)));
        all.push(ground("compliance.reviewers", &self.compliance.reviewers));
        all.push(ground("compliance.hard_stop", &self.compliance.hard_stop));
        all.extend(self.compliance.points.iter().map(|value| ground(&format!("compliance.point.{}", value.key), value)));
        all.extend(self.reports.iter().map(|value| ground(&format!("report.{}", value.key), value)));
        all.extend(self.personal.iter().map(|value| ground(&format!("personal.{}", value.key), value)));
        all.extend(self.personnel.iter().map(|value| ground(&format!("personnel.{}", value.key), value)));
        all.push(ground("evaluation", &self.evaluation));
        all.extend(self.evaluation.grades.iter().map(|value| ground(&format!("evaluation.grade.{}", value.key), value)));
        all.extend(self.evaluation.indicators.iter().map(|value| ground(&format!("evaluation.indicator.{}", value.key), value)));
        all.extend(self.exit_kinds.iter().map(|value| ground(&format!("exit_kind.{}", value.key), value)));
        all.extend(self.termination_grounds.iter().map(|value| ground(&format!("termination_ground.{}", value.key), value)));
        all.extend(self.archives.iter().map(|value| ground(&format!("archive.{}", value.key), value)));
        all
    }
}
