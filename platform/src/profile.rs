//! 政策方案 — a policy's figures, lists and wordings as data: one TOML per policy, one code path for all.
//!
//! Every value says where it is from: the article that fixes it, or a [`Source`] where the text is silent. [`Profile::parse`] refuses
//! a file in which one does not, so a page may always print the reason beside the figure. What a policy decides lives here; what
//! follows from it (who acts, what state comes next) lives with the nouns.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::day::{self, Calendar, Pause, Unit, UnknownYear};

/// The places a clause may leave open; [`Say2::fill`] fills them.
pub const PLACES: [&str; 8] = ["holder", "operator", "scenario", "resources", "from", "to", "fee", "licence"];

/// Something said in both languages; neither is empty.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "RawSay2")]
pub struct Say2 {
    pub zh: String,
    pub en: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawSay2 {
    zh: String,
    en: String,
}

/// Where a value is from when the policy's own text does not fix it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// The article binds somebody else and is applied by likeness.
    Analogy,
    /// Other cities or platforms do so.
    Practice,
    /// Ours; to be settled by the coordination office.
    Proposal,
}

/// What a [`Figure`] counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    Years,
    Months,
    Days,
    Hours,
    People,
    Times,
}

/// One figure with its unit and origin.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Figure {
    pub value: u32,
    pub unit: Measure,
    pub article: Option<String>,
    pub source: Option<Source>,
}

/// The days on which a policy is in force, first and last included.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InForce {
    pub from: NaiveDate,
    pub until: NaiveDate,
    pub article: Option<String>,
    pub source: Option<Source>,
}

/// How "期限届满前3个月内" is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reading {
    /// In the last months of the term, until its last day.
    Within,
    /// No later than that many months before the last day.
    AtLeast,
}

/// When renewal is asked for, and when the holder is reminded (months before the last day).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Renewal {
    pub value: u32,
    pub unit: Measure,
    pub reading: Reading,
    pub remind_months: Vec<u32>,
    pub article: Option<String>,
    pub source: Option<Source>,
}

/// The experts who score bids.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Panel {
    pub least: u32,
    pub odd: bool,
    pub article: Option<String>,
    pub source: Option<Source>,
}

/// What stands before year and number in the serials people see; no two kinds share one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Serials {
    pub demand: String,
    pub scenario: String,
    pub announcement: String,
    pub bid: String,
    pub filing: String,
    pub agreement: String,
    pub licence: String,
    pub data_request: String,
    pub product: String,
    pub review: String,
    pub price_filing: String,
    pub disclosure: String,
    pub evaluation: String,
    pub rectification: String,
    pub incident: String,
    pub destruction: String,
    pub complaint: String,
    pub article: Option<String>,
    pub source: Option<Source>,
}

/// What follows when a deadline passes without an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Silence {
    /// Nothing: the deadline is a least or a most, not a wait for somebody.
    None,
    /// The coordination office is told.
    Escalate,
    /// The step ends unfinished.
    Lapse,
    /// Taken as agreed.
    Consent,
}

/// How long somebody has, and what follows from silence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Deadline {
    pub value: u32,
    pub unit: Unit,
    pub silence: Silence,
    pub article: Option<String>,
    pub source: Option<Source>,
}

/// The clocks of the procedure.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Deadlines {
    /// A developer that signs up is approved or refused.
    pub org_approval: Deadline,
    /// The office decides on a class of scenario.
    pub class_decision: Deadline,
    /// A question about an announcement is answered.
    pub question_answer: Deadline,
    /// An announcement stays open for bids at least so long.
    pub bid_minimum: Deadline,
    /// The published result can be objected to.
    pub bid_objection: Deadline,
    /// The agreement is signed after the result.
    pub agreement_signing: Deadline,
    /// The office answers the filing before a grant.
    pub filing_answer: Deadline,
    /// An application for renewal is answered.
    pub renewal_answer: Deadline,
    /// What was returned for correction comes back.
    pub correction: Deadline,
    /// The regulator assesses a data request.
    pub request_assessment: Deadline,
    /// The provider consents to a data request or refuses with reasons.
    pub request_consent: Deadline,
    /// The provider supplies the data.
    pub request_supply: Deadline,
    /// The office approves an import of outside data.
    pub import_approval: Deadline,
    /// A product is reviewed.
    pub compliance_review: Deadline,
    /// Receipt of a price filing is confirmed.
    pub price_receipt: Deadline,
    /// A data-quality issue is answered by its provider.
    pub quality_answer: Deadline,
    /// A complaint or objection by the public is answered.
    pub complaint_answer: Deadline,
    /// An ordered rectification is done.
    pub rectification: Deadline,
    /// Access is closed after a licence ends.
    pub access_closing: Deadline,
    /// Data is destroyed after a licence ends.
    pub destruction: Deadline,
}

/// What a use is for; data for a free purpose may not be charged for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Purpose {
    pub key: String,
    pub name: Say2,
    pub free: bool,
    pub article: Option<String>,
    pub source: Option<Source>,
}

/// Forms of data products (ZJK-3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Form {
    Dataset,
    Interface,
    Model,
    Indicator,
    Report,
    Application,
}

/// In which forms data of one level may be supplied: `forms` as a rule, `on_approval` by way of exception.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Supply {
    pub level: u8,
    pub forms: Vec<Form>,
    pub on_approval: Vec<Form>,
    pub article: Option<String>,
    pub source: Option<Source>,
}

/// A condition or requirement that is met or not met.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Requirement {
    pub key: String,
    pub name: Say2,
    pub article: Option<String>,
    pub source: Option<Source>,
}

/// A paper that a bid must hold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Material {
    pub key: String,
    pub name: Say2,
    /// Must carry an expiry date.
    pub expires: bool,
    /// Taken from the developer's dossier rather than uploaded for the bid.
    pub from_dossier: bool,
    pub article: Option<String>,
    pub source: Option<Source>,
}

/// A titled wording: a clause of the agreement, or a point of the compliance review.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wording {
    pub key: String,
    pub name: Say2,
    pub text: Say2,
    pub article: Option<String>,
    pub source: Option<Source>,
}

/// The review before a product leaves: how many reviewers, on which points, and what is never exported whatever they say.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Compliance {
    pub reviewers: Figure,
    pub hard_stop: Wording,
    #[serde(rename = "point")]
    pub points: Vec<Wording>,
}

/// Who owes a regular report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reporter {
    Primary,
    Developer,
}

/// Who reads a regular report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reader {
    Public,
    Authority,
}

/// What a regular report covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Period {
    Year,
    Quarter,
}

/// A regular disclosure or report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Report {
    pub key: String,
    pub name: Say2,
    pub who: Reporter,
    pub to: Reader,
    pub period: Period,
    /// Due on the last day of the month this many months after the period's last month.
    pub months_after: u32,
    /// Owed only where the operator has chosen it.
    pub optional: bool,
    pub article: Option<String>,
    pub source: Option<Source>,
}

/// A text that articles cite, by the letters before the dash.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Text {
    pub prefix: String,
    pub name: Say2,
}

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
    pub incident_report: Figure,
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
    #[serde(rename = "text")]
    pub texts: Vec<Text>,
    #[serde(skip)]
    digest: String,
}

/// Where one value of a profile is from: its place in the file, and the article or source given there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ground<'a> {
    pub at: String,
    pub article: Option<&'a str>,
    pub source: Option<Source>,
}

impl Profile {
    /// The Zhangjiakou Measures, 张政办规〔2025〕4号, from `platform/profiles/zhangjiakou.toml`. Read once.
    pub fn zhangjiakou() -> &'static Profile {
        static ZHANGJIAKOU: LazyLock<Profile> = LazyLock::new(|| {
            // Part of the program and read by its tests. Were it broken all the same, no rule could be applied: stop before any is.
            Profile::parse(include_str!("../profiles/zhangjiakou.toml")).unwrap_or_else(|fault| {
                eprintln!("the built-in profile zhangjiakou.toml is broken: {fault}");
                std::process::abort()
            })
        });
        &ZHANGJIAKOU
    }

    /// The profile that applies where none is chosen.
    pub fn default_profile() -> &'static Profile {
        Self::zhangjiakou()
    }

    /// Reads a profile; the error says in English what is wrong and where.
    pub fn parse(text: &str) -> Result<Profile, String> {
        let mut profile: Profile = toml::from_str(text).map_err(|fault| fault.to_string())?;
        profile.check()?;
        profile.digest = day::hex(&Sha256::digest(text.as_bytes()));
        Ok(profile)
    }

    /// Identity and version, as pinned to whatever was decided under it: `zhangjiakou@1`.
    pub fn version_tag(&self) -> String {
        format!("{}@{}", self.id, self.version)
    }

    /// SHA-256 of the file, as 64 lower-case hex digits; stored with every deadline.
    pub fn digest(&self) -> &str {
        &self.digest
    }

    /// Whether the policy is in force on this Shanghai date.
    pub fn in_force_on(&self, date: NaiveDate) -> bool {
        self.in_force.from <= date && date <= self.in_force.until
    }

    /// Whether the policy ends soon enough to warn of it, or has ended.
    pub fn ends_soon(&self, today: NaiveDate) -> bool {
        let left = self.in_force.until.signed_duration_since(today).num_days();
        left <= i64::from(self.warn_before_end.value)
    }

    /// The last day a licence beginning on `from` may have: the eve of the anniversary at the cap. From 29 February the anniversary is
    /// 28 February, so the cap is never passed.
    pub fn latest_end(&self, from: NaiveDate) -> NaiveDate {
        let anniversary = self.term_cap.after(from);
        anniversary.pred_opt().unwrap_or(anniversary)
    }

    /// The first (if there is one) and last day on which renewal of a licence may be asked for, given the licence's last day.
    pub fn renewal_window(&self, last_day: NaiveDate) -> (Option<NaiveDate>, NaiveDate) {
        let months = if self.renewal.unit == Measure::Years { self.renewal.value.saturating_mul(12) } else { self.renewal.value };
        let mark = months_before(last_day, months);
        match self.renewal.reading {
            Reading::Within => (Some(mark), last_day),
            Reading::AtLeast => (None, mark),
        }
    }

    /// Whether renewal may be asked for today.
    pub fn may_renew(&self, today: NaiveDate, last_day: NaiveDate) -> bool {
        let (opens, closes) = self.renewal_window(last_day);
        opens.is_none_or(|opens| opens <= today) && today <= closes
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

    /// A deadline by the name it has in the file; code that knows the name reads `deadlines` instead.
    pub fn deadline(&self, name: &str) -> Option<&Deadline> {
        self.deadlines.all().into_iter().find(|(known, _)| *known == name).map(|(_, deadline)| deadline)
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
            ground("incident_report", &self.incident_report),
            ground("renewal", &self.renewal),
            ground("panel", &self.panel),
            ground("serials", &self.serials),
        ];
        all.extend(self.deadlines.all().map(|(name, deadline)| ground(&format!("deadlines.{name}"), deadline)));
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
        all
    }

    /// What the types cannot refuse: values without an origin, keys given twice, lists that are empty, units that make no sense.
    fn check(&self) -> Result<(), String> {
        let refuse = |bad: bool, why: &str| if bad { Err(why.to_owned()) } else { Ok(()) };
        refuse(self.id.is_empty() || self.number.is_empty(), "id and number must not be empty")?;
        refuse(self.version == 0, "version: counted from 1")?;
        refuse(self.in_force.until < self.in_force.from, "in_force: until is before from")?;
        refuse(self.term_cap.value == 0 || !self.term_cap.is_long(), "term_cap: years or months, at least one")?;
        refuse(!self.log_retention.is_long() || !self.record_retention.is_long(), "retention: in years or months")?;
        refuse(self.warn_before_end.unit != Measure::Days, "warn_before_end: in days")?;
        refuse(self.correction_rounds.unit != Measure::Times, "correction_rounds: in times")?;
        refuse(self.incident_report.unit != Measure::Hours, "incident_report: in hours")?;
        refuse(!matches!(self.renewal.unit, Measure::Years | Measure::Months), "renewal: in years or months")?;
        refuse(self.panel.least == 0, "panel: at least one expert")?;
        refuse(self.compliance.reviewers.value == 0, "compliance.reviewers: at least one")?;
        refuse(self.compliance.reviewers.unit != Measure::People, "compliance.reviewers: in people")?;
        self.check_grounds()?;
        self.check_keys()?;
        self.clauses.iter().try_for_each(Wording::check_places)
    }

    fn check_grounds(&self) -> Result<(), String> {
        for Ground { at, article, source } in self.grounds() {
            if article.is_none() && source.is_none() {
                return Err(format!("{at}: neither article nor source"));
            }
            let Some(articles) = article else { continue };
            if articles.trim().is_empty() {
                return Err(format!("{at}: the article is empty"));
            }
            if let Some(unknown) = articles.split(' ').find(|article| self.text_of(article).is_none()) {
                return Err(format!("{at}: no [[text]] for article {unknown}"));
            }
        }
        Ok(())
    }

    fn check_keys(&self) -> Result<(), String> {
        distinct("purpose", self.purposes.iter().map(|value| value.key.as_str()))?;
        distinct("condition", self.conditions.iter().map(|value| value.key.as_str()))?;
        distinct("material", self.materials.iter().map(|value| value.key.as_str()))?;
        distinct("clause", self.clauses.iter().map(|value| value.key.as_str()))?;
        distinct("compliance.point", self.compliance.points.iter().map(|value| value.key.as_str()))?;
        distinct("report", self.reports.iter().map(|value| value.key.as_str()))?;
        distinct("personal", self.personal.iter().map(|value| value.key.as_str()))?;
        distinct("personnel", self.personnel.iter().map(|value| value.key.as_str()))?;
        distinct("text", self.texts.iter().map(|value| value.prefix.as_str()))?;
        distinct("serials", self.serials.all().into_iter().map(|(_, prefix)| prefix))?;
        if self.supplies.iter().map(|supply| supply.level).ne(1..=4) {
            return Err("supply: levels 1 to 4, each once and in order".to_owned());
        }
        Ok(())
    }
}

impl Say2 {
    /// English if asked for, else Chinese.
    pub fn in_lang(&self, en: bool) -> &str {
        if en { &self.en } else { &self.zh }
    }

    /// The wording with its `{places}` filled; a filled-in value is never read for places again. The error is the first place for
    /// which no value was given, so that no agreement is signed with a gap.
    pub fn fill(&self, en: bool, values: &BTreeMap<&str, &str>) -> Result<String, String> {
        let mut filled = String::new();
        let mut rest = self.in_lang(en);
        while let Some((before, place, after)) = next_place(rest) {
            filled.push_str(before);
            filled.push_str(values.get(place).ok_or_else(|| place.to_owned())?);
            rest = after;
        }
        Ok(filled + rest)
    }
}

impl TryFrom<RawSay2> for Say2 {
    type Error = &'static str;

    fn try_from(raw: RawSay2) -> Result<Say2, Self::Error> {
        if raw.zh.trim().is_empty() || raw.en.trim().is_empty() {
            return Err("zh and en must both be given");
        }
        Ok(Say2 { zh: raw.zh, en: raw.en })
    }
}

impl Wording {
    /// The places the text leaves open, each once, in alphabetical order.
    pub fn places(&self, en: bool) -> BTreeSet<&str> {
        let mut found = BTreeSet::new();
        let mut rest = self.text.in_lang(en);
        while let Some((_, place, after)) = next_place(rest) {
            found.insert(place);
            rest = after;
        }
        found
    }

    fn check_places(&self) -> Result<(), String> {
        if let Some(unknown) = self.places(false).into_iter().find(|place| !PLACES.contains(place)) {
            return Err(format!("clause.{}: nothing fills {{{unknown}}}", self.key));
        }
        if self.places(false) != self.places(true) {
            return Err(format!("clause.{}: the two languages leave different places open", self.key));
        }
        Ok(())
    }
}

impl Figure {
    /// The date this figure's length after `from`: years and months by the calendar, days by count; hours, people and times not at all.
    pub fn after(&self, from: NaiveDate) -> NaiveDate {
        let n = i32::try_from(self.value).unwrap_or(i32::MAX);
        match self.unit {
            Measure::Years => day::add_years(from, n),
            Measure::Months => day::add_months(from, n),
            Measure::Days => from.checked_add_days(chrono::Days::new(u64::from(self.value))).unwrap_or(NaiveDate::MAX),
            Measure::Hours | Measure::People | Measure::Times => from,
        }
    }

    fn is_long(&self) -> bool {
        matches!(self.unit, Measure::Years | Measure::Months)
    }
}

impl Panel {
    /// Whether so many experts may score.
    pub fn accepts(&self, experts: u32) -> bool {
        experts >= self.least && (!self.odd || experts % 2 == 1)
    }
}

impl Deadline {
    /// The last day to act, counted from `start` as [`day::due`] counts.
    pub fn due(&self, start: NaiveDate, cal: &Calendar, pauses: &[Pause]) -> Result<NaiveDate, UnknownYear> {
        day::due(start, self.value, self.unit, cal, pauses)
    }
}

impl Deadlines {
    /// Every deadline with its name in the file, in the order of the procedure.
    pub fn all(&self) -> [(&'static str, &Deadline); 20] {
        [
            ("org_approval", &self.org_approval),
            ("class_decision", &self.class_decision),
            ("question_answer", &self.question_answer),
            ("bid_minimum", &self.bid_minimum),
            ("bid_objection", &self.bid_objection),
            ("agreement_signing", &self.agreement_signing),
            ("filing_answer", &self.filing_answer),
            ("renewal_answer", &self.renewal_answer),
            ("correction", &self.correction),
            ("request_assessment", &self.request_assessment),
            ("request_consent", &self.request_consent),
            ("request_supply", &self.request_supply),
            ("import_approval", &self.import_approval),
            ("compliance_review", &self.compliance_review),
            ("price_receipt", &self.price_receipt),
            ("quality_answer", &self.quality_answer),
            ("complaint_answer", &self.complaint_answer),
            ("rectification", &self.rectification),
            ("access_closing", &self.access_closing),
            ("destruction", &self.destruction),
        ]
    }
}

impl Serials {
    /// Every kind of serial with its prefix, in the order of the procedure.
    pub fn all(&self) -> [(&'static str, &str); 17] {
        [
            ("demand", &self.demand),
            ("scenario", &self.scenario),
            ("announcement", &self.announcement),
            ("bid", &self.bid),
            ("filing", &self.filing),
            ("agreement", &self.agreement),
            ("licence", &self.licence),
            ("data_request", &self.data_request),
            ("product", &self.product),
            ("review", &self.review),
            ("price_filing", &self.price_filing),
            ("disclosure", &self.disclosure),
            ("evaluation", &self.evaluation),
            ("rectification", &self.rectification),
            ("incident", &self.incident),
            ("destruction", &self.destruction),
            ("complaint", &self.complaint),
        ]
    }
}

impl Form {
    /// The form's name in the profile and the database.
    pub fn key(self) -> &'static str {
        match self {
            Form::Dataset => "dataset",
            Form::Interface => "interface",
            Form::Model => "model",
            Form::Indicator => "indicator",
            Form::Report => "report",
            Form::Application => "application",
        }
    }
}

impl Report {
    /// The last day to publish or send the report on the period ending on `period_end`. A fixed date of the year: days off do not move it.
    pub fn due(&self, period_end: NaiveDate) -> NaiveDate {
        let first = period_end.with_day(1).unwrap_or(period_end);
        let months = i32::try_from(self.months_after).unwrap_or(i32::MAX).saturating_add(1);
        let next = day::add_months(first, months);
        next.pred_opt().unwrap_or(next)
    }
}

impl Period {
    /// The last day of the latest period that was over before `today` began.
    pub fn ended_before(self, today: NaiveDate) -> NaiveDate {
        let months_in = match self {
            Period::Year => today.month0(),
            Period::Quarter => today.month0() % 3,
        };
        let first = months_before(today.with_day(1).unwrap_or(today), months_in);
        first.pred_opt().unwrap_or(first)
    }
}

/// What every value of a profile can say of itself.
trait Grounded {
    fn article(&self) -> Option<&str>;
    fn source(&self) -> Option<Source>;
}

macro_rules! grounded {
    ($($kind:ty),+) => {
        $(impl Grounded for $kind {
            fn article(&self) -> Option<&str> {
                self.article.as_deref()
            }

            fn source(&self) -> Option<Source> {
                self.source
            }
        })+
    };
}

grounded!(Figure, InForce, Renewal, Panel, Serials, Deadline, Purpose, Supply, Requirement, Material, Wording, Report);

fn ground<'a>(at: &str, value: &'a impl Grounded) -> Ground<'a> {
    Ground { at: at.to_owned(), article: value.article(), source: value.source() }
}

/// Splits at the first `{place}`: what is before it, its name, what is after it.
fn next_place(text: &str) -> Option<(&str, &str, &str)> {
    let (before, open) = text.split_once('{')?;
    let (place, after) = open.split_once('}')?;
    Some((before, place, after))
}

fn months_before(date: NaiveDate, months: u32) -> NaiveDate {
    day::add_months(date, i32::try_from(months).map_or(i32::MIN, |months| -months))
}

fn distinct<'a>(list: &str, keys: impl Iterator<Item = &'a str>) -> Result<(), String> {
    let mut seen = BTreeSet::new();
    for key in keys {
        if key.is_empty() {
            return Err(format!("{list}: a key is empty"));
        }
        if !seen.insert(key) {
            return Err(format!("{list}: {key} is given twice"));
        }
    }
    if seen.is_empty() { Err(format!("{list}: nothing is listed")) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = include_str!("../profiles/zhangjiakou.toml");

    fn profile() -> &'static Profile {
        Profile::zhangjiakou()
    }

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    /// The shipped profile with one passage changed; the passage must be there.
    fn changed(old: &str, new: &str) -> Result<Profile, String> {
        assert!(TEXT.contains(old), "{old}");
        Profile::parse(&TEXT.replacen(old, new, 1))
    }

    fn fault(old: &str, new: &str) -> String {
        changed(old, new).unwrap_err()
    }

    #[test]
    fn the_shipped_profile_reads() {
        let profile = Profile::parse(TEXT).unwrap();
        assert_eq!(&profile, Profile::default_profile());
        assert_eq!(profile.version_tag(), "zhangjiakou@1");
        assert_eq!(profile.number, "张政办规〔2025〕4号");
        assert_eq!(profile.digest().len(), 64);
        assert!(profile.in_force_on(day("2025-04-01")) && profile.in_force_on(day("2027-03-31")));
        assert!(!profile.in_force_on(day("2025-03-31")) && !profile.in_force_on(day("2027-04-01")));
        assert!(!profile.ends_soon(day("2026-10-01")) && profile.ends_soon(day("2026-10-02")));
    }

    #[test]
    fn it_can_be_written_and_read_again() {
        let again = Profile::parse(&toml::to_string(profile()).unwrap()).unwrap();
        assert_eq!(Profile { digest: profile().digest.clone(), ..again }, *profile());
    }

    #[test]
    fn every_value_says_where_it_is_from() {
        let grounds = profile().grounds();
        assert!(grounds.iter().all(|ground| ground.article.is_some() || ground.source.is_some()));
        // Nothing in the file escapes the check: it names as many articles and sources as the values do.
        let given = |word: &str| TEXT.lines().filter(|line| !line.starts_with('#')).map(|line| line.matches(word).count()).sum::<usize>();
        assert_eq!(given("article = "), grounds.iter().filter(|ground| ground.article.is_some()).count());
        assert_eq!(given("source = "), grounds.iter().filter(|ground| ground.source.is_some()).count());
    }

    #[test]
    fn a_value_without_an_origin_is_refused() {
        let said = fault(r#"term_cap = { value = 3, unit = "years", article = "ZJK-17" }"#, r#"term_cap = { value = 3, unit = "years" }"#);
        assert_eq!(said, "term_cap: neither article nor source");
        assert_eq!(
            fault(r#"silence = "escalate", source = "proposal" }"#, r#"silence = "escalate" }"#),
            "deadlines.org_approval: neither article nor source"
        );
        assert_eq!(fault(r#"article = "ZJK-38""#, r#"article = "QQQ-38""#), "in_force: no [[text]] for article QQQ-38");
        assert_eq!(fault(r#"article = "ZJK-38""#, r#"article = " ""#), "in_force: the article is empty");
    }

    #[test]
    fn what_nobody_knows_is_refused() {
        for (old, new) in [
            ("id = \"zhangjiakou\"", "id = \"zhangjiakou\"\nmayor = \"?\""),
            ("unit = \"years\", article = \"ZJK-17\"", "unit = \"years\", article = \"ZJK-17\", per = \"holder\""),
            ("[deadlines]\n", "[deadlines]\ncoffee = { value = 1, unit = \"working\", silence = \"none\", source = \"proposal\" }\n"),
            ("key = \"credit_report\"\n", "key = \"credit_report\"\ncolour = \"red\"\n"),
            ("city = { zh = \"张家口市\", ", "city = { zh = \"张家口市\", fr = \"x\", "),
        ] {
            assert!(fault(old, new).contains("unknown field"), "{new}");
        }
        assert!(fault("silence = \"escalate\"", "silence = \"golden\"").contains("unknown variant"));
        assert!(fault("forms = [\"dataset\",", "forms = [\"gossip\",").contains("unknown variant"));
        assert!(fault("question_answer = ", "# question_answer = ").contains("missing field"));
        assert!(fault("en = \"Zhangjiakou\" }", "en = \" \" }").contains("zh and en must both be given"));
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        assert_eq!(fault("version = 1", "version = 0"), "version: counted from 1");
        assert_eq!(fault("from = \"2025-04-01\"", "from = \"2028-04-01\""), "in_force: until is before from");
        assert_eq!(fault("value = 3, unit = \"years\"", "value = 3, unit = \"people\""), "term_cap: years or months, at least one");
        assert_eq!(fault("key = \"industry\"", "key = \"public_good\""), "purpose: public_good is given twice");
        assert_eq!(fault("bid = \"张公数申\"", "bid = \"张公数授\""), "serials: 张公数授 is given twice");
        assert_eq!(fault("level = 4", "level = 5"), "supply: levels 1 to 4, each once and in order");
        assert_eq!(fault("授权编号为{licence}", "授权编号为{mayor}"), "clause.scope: nothing fills {mayor}");
        assert_eq!(fault("under licence {licence}", "under licence"), "clause.scope: the two languages leave different places open");
    }

    #[test]
    fn the_nine_heads_and_five_points_are_there() {
        let heads: Vec<&str> = profile().clauses.iter().map(|clause| clause.name.zh.as_str()).collect();
        let policy = "各方权利义务、运营范围、服务期限、服务费用、安全要求、禁止条款、信用承诺、退出机制、违约责任"; // ZJK-16, word for word
        assert_eq!(heads.join("、"), policy);
        let points: Vec<&str> = profile().compliance.points.iter().map(|point| point.text.zh.as_str()).collect();
        let policy = "是否符合数据的申请用途和使用范围;是否注明使用的数据来源;是否存在原始数据、敏感数据直接暴露的风险;\
                      是否存在个人信息和商业秘密泄露、滥用等风险;是否存在其他可能危害数据安全和运营合规的风险"; // ZJK-25
        assert_eq!(points.join(";"), policy);
        for key in ["rights_duties", "scope", "term", "fee", "security", "prohibitions", "credit", "exit", "breach"] {
            let text = &profile().clause(key).unwrap().text;
            assert!((2..=5).contains(&text.zh.matches('。').count()), "{key}");
            assert!(text.zh.chars().count() > 80 && text.en.split(' ').count() > 40, "{key}");
        }
        for key in ["purpose_scope", "sources_named", "no_raw_exposure", "no_personal_leak", "no_other_risk"] {
            assert!(profile().point(key).is_some(), "{key}");
        }
    }

    #[test]
    fn every_place_is_used_and_filled_once() {
        let used: BTreeSet<&str> = profile().clauses.iter().flat_map(|clause| clause.places(false)).collect();
        assert_eq!(used, BTreeSet::from(PLACES));
        let mut values: BTreeMap<&str, &str> = PLACES.into_iter().map(|place| (place, "X")).collect();
        values.insert("from", "{to}"); // a value that looks like a place stays as it is
        let term = &profile().clause("term").unwrap().text;
        let zh = term.fill(false, &values).unwrap();
        assert!(zh.starts_with("授权期限自{to}起至X止"), "{zh}");
        assert!(term.fill(true, &values).unwrap().starts_with("The licence runs from {to} to X,"));
        values.remove("to");
        assert_eq!(term.fill(false, &values), Err("to".to_owned()));
    }

    #[test]
    fn a_licence_ends_on_the_eve_of_its_third_anniversary() {
        for (from, last) in [("2026-12-01", "2029-11-30"), ("2025-03-01", "2028-02-29"), ("2024-02-29", "2027-02-27"), ("2026-01-01", "2028-12-31")] {
            assert_eq!(profile().latest_end(day(from)), day(last), "{from}");
        }
    }

    #[test]
    fn renewal_has_its_window_in_either_reading() {
        let last = day("2029-11-30");
        assert_eq!(profile().renewal_window(last), (Some(day("2029-08-30")), last));
        assert!(!profile().may_renew(day("2029-08-29"), last) && profile().may_renew(day("2029-08-30"), last));
        assert!(profile().may_renew(last, last) && !profile().may_renew(day("2029-12-01"), last));
        assert_eq!(profile().renewal_reminders(last), [day("2029-05-30"), day("2029-08-30"), day("2029-10-30")]);
        let strict = changed("reading = \"within\"", "reading = \"at_least\"").unwrap();
        assert_eq!(strict.renewal_window(last), (None, day("2029-08-30")));
        assert!(strict.may_renew(day("2027-01-01"), last) && !strict.may_renew(day("2029-08-31"), last));
    }

    #[test]
    fn the_level_decides_the_form() {
        let forms = [Form::Dataset, Form::Interface, Form::Model, Form::Indicator, Form::Report, Form::Application];
        let table = |level| forms.map(|form| profile().allows(level, form.key()));
        assert_eq!(table(1), [true; 6]);
        assert_eq!(table(2), [false, true, true, true, true, true]);
        assert_eq!(table(3), [false, true, true, true, true, true]);
        assert_eq!(table(4), [false; 6]);
        assert_eq!(table(0), [false; 6]);
        assert_eq!(table(5), [false; 6]);
        assert!(!profile().allows(1, "gossip"));
        assert!(profile().allows_on_approval(4, "model") && !profile().allows_on_approval(4, "dataset"));
        assert!(!profile().allows_on_approval(1, "dataset"));
    }

    #[test]
    fn silence_never_grants() {
        assert!(profile().deadlines.all().iter().all(|(_, deadline)| deadline.silence != Silence::Consent));
    }

    #[test]
    fn deadlines_are_found_by_name_and_counted_in_working_days() {
        assert_eq!(profile().deadline("filing_answer"), Some(&profile().deadlines.filing_answer));
        assert_eq!(profile().deadline("coffee"), None);
        let due = profile().deadlines.filing_answer.due(day("2026-02-09"), Calendar::national(), &[]);
        assert_eq!(due, Ok(day("2026-02-28"))); // ten working days over the Spring Festival, both worked Saturdays counted
        // Each clock answers to its own name.
        let written: toml::Table = toml::from_str(TEXT).unwrap();
        for (name, deadline) in profile().deadlines.all() {
            let value = written["deadlines"][name]["value"].as_integer();
            assert_eq!(value, Some(i64::from(deadline.value)), "{name}");
            assert!(std::ptr::eq(profile().deadline(name).unwrap(), deadline));
        }
        for (name, prefix) in profile().serials.all() {
            assert_eq!(written["serials"][name].as_str(), Some(prefix), "{name}");
        }
    }

    #[test]
    fn reports_fall_due() {
        let report = |key| profile().report(key).unwrap();
        assert_eq!(report("primary_disclosure").due(day("2026-12-31")), day("2027-03-31"));
        assert_eq!(report("developer_disclosure_quarter").due(day("2026-09-30")), day("2026-10-31"));
        assert_eq!(report("developer_disclosure_quarter").due(day("2026-12-31")), day("2027-01-31"));
        assert!(report("developer_disclosure_quarter").optional && !report("developer_disclosure").optional);
        assert_eq!(Period::Year.ended_before(day("2026-11-21")), day("2025-12-31"));
        assert_eq!(Period::Quarter.ended_before(day("2026-11-21")), day("2026-09-30"));
        assert_eq!(Period::Quarter.ended_before(day("2027-01-01")), day("2026-12-31"));
        assert_eq!(Period::Quarter.ended_before(day("2026-12-31")), day("2026-09-30"));
    }

    #[test]
    fn the_figures_are_the_policys() {
        assert_eq!((profile().term_cap.value, profile().term_cap.unit), (3, Measure::Years));
        assert_eq!((profile().log_retention.value, profile().log_retention.unit), (6, Measure::Months));
        assert_eq!(profile().log_retention.after(day("2026-08-31")), day("2027-02-28"));
        assert!(profile().purpose("public_good").unwrap().free && !profile().purpose("industry").unwrap().free);
        assert!(!profile().panel.accepts(1) && profile().panel.accepts(3) && !profile().panel.accepts(4) && profile().panel.accepts(5));
        assert_eq!(profile().compliance.reviewers.value, 2);
        assert_eq!(profile().serials.licence, "张公数授");
        assert!(profile().material("audit_report").unwrap().expires && profile().material("audit_report").unwrap().from_dossier);
        assert!(profile().condition("no_incident").is_some());
        assert_eq!(profile().text_of("ZJK-17").unwrap().prefix, "ZJK");
        assert_eq!(profile().name.in_lang(true).split(' ').next(), Some("Zhangjiakou"));
        assert!(profile().name.in_lang(false).starts_with("张家口市"));
    }
}
