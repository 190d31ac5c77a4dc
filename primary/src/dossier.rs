//! 资质档案 — a developer's papers, entered once and used by every later form (NJ-9). A paper is never changed: a newer one
//! replaces it, so that what a bid named stays what it was.

use chrono::NaiveDate;
use diesel::prelude::*;
use platform::event::Record;
use platform::file::{self, File};
use platform::flow::{self, Choice, Deed, Heading, Noun, Opening, Step, begin, deed, step};
use platform::paging::{Page, Paged};
use platform::people::{Org, Person};
use platform::profile::Profile;
use platform::schema::paper;
use platform::sheet::{self, Answers, REMARK, Sheet};
use platform::{At, Caller, Fault, Id, Look, MultiBackend, Refusal, Result, Role, Tx, Word, diesel, words};
use serde::Serialize;

words! { pub enum State: "paper-state" { Kept = "kept", Replaced = "replaced", Withdrawn = "withdrawn" } }
words! { pub enum Act: "paper-act" { Keep = "keep", Replace = "replace", Withdraw = "withdraw" } }
words! {
    /// What a paper is: the materials of the profile that come from the dossier, and others.
    pub enum Kind: "paper-kind" {
        BusinessLicence = "business_licence",
        AuditReport = "audit_report",
        FinancialReport = "financial_report",
        CreditReport = "credit_report",
        ManagementRules = "management_rules",
        RiskSelfAssessment = "risk_self_assessment",
        SecurityCommitment = "security_commitment",
        AffiliationStatement = "affiliation_statement",
        TruthStatement = "truth_statement",
        OperationPlan = "operation_plan",
        Other = "other",
    }
}

use Role::{DeveloperAdmin, DeveloperStaff};

pub const STEPS: &[Step<State, Act>] = &[
    begin(Act::Keep, &[DeveloperAdmin, DeveloperStaff], State::Kept, "NJ-9"),
    step(State::Kept, Act::Replace, &[DeveloperAdmin, DeveloperStaff], State::Replaced, "NJ-9"),
    step(State::Kept, Act::Withdraw, &[DeveloperAdmin, DeveloperStaff], State::Withdrawn, "NJ-9"),
];

const KEEP: Sheet = Sheet {
    name: "paper",
    fields: &[
        sheet::choice::<Kind>("kind"),
        sheet::line("title", 100),
        sheet::date("issued_on").optional(),
        sheet::date("expires_on").optional(),
        sheet::file("file"),
    ],
};
const REPLACE: Sheet =
    Sheet { name: "paper", fields: &[sheet::date("issued_on").optional(), sheet::date("expires_on").optional(), sheet::file("file")] };

/// A paper of a developer's dossier.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, Serialize)]
#[diesel(table_name = paper)]
pub struct Paper {
    pub id: Id<Paper>,
    pub serial: Option<String>,
    pub title: String,
    pub state: State,
    pub owner: Option<Id<Org>>,
    pub clock: Option<String>,
    pub due_on: Option<NaiveDate>,
    pub profile: String,
    pub content: String,
    pub created_by: Option<Id<Person>>,
    pub created_at: At,
    pub updated_at: At,
    pub kind: Kind,
    pub issued_on: Option<NaiveDate>,
    /// Last day on which it may be used.
    pub expires_on: Option<NaiveDate>,
    pub file: Id<File>,
}

impl Paper {
    /// Whether it may be used on that day.
    pub fn is_current(&self, today: NaiveDate) -> bool {
        self.state == State::Kept && self.expires_on.is_none_or(|last| today <= last)
    }
}

impl Noun for Paper {
    type State = State;
    type Act = Act;
    const NAME: &'static str = "paper";
    const TABLE: &'static str = "paper";
    const PATH: &'static str = "papers";
    const STEPS: &'static [Step<State, Act>] = STEPS;
    const OPENING: Option<Opening<Self>> = Some(Opening { act: Act::Keep, sheet: &KEEP, draft: false, run: keep });
    const RESTS: &'static [State] = &[State::Kept];
    const DEEDS: &'static [Deed<Self>] = &[
        deed(Act::Replace, &REPLACE, replace),
        deed(Act::Withdraw, &REMARK, |tx, who, row, a| flow::take(tx, who, row, Act::Withdraw, Record::none().because(a.text("reason"))).map(drop)),
    ];

    fn id(&self) -> Id<Self> {
        self.id
    }
    fn state(&self) -> State {
        self.state
    }
    fn heading(&self) -> Heading {
        Heading {
            id: self.id.to_string(),
            serial: self.serial.clone(),
            title: self.title.clone(),
            owner: self.owner,
            due_on: self.due_on,
            clock: self.clock.clone(),
        }
    }
    /// Seen by its owner's people only; what a bid uses of it is copied to the bid.
    fn find(look: &mut Look, who: &Caller, id: Id<Self>) -> Result<Self> {
        let row: Paper = paper::table.find(id).select(Paper::as_select()).first(look.db())?;
        if who.org.is_some() && who.org == row.owner { Ok(row) } else { Err(Refusal::NotFound) }
    }
    fn filled(_: &mut Look, _: &Caller, row: &Self, act: Act) -> Result<Answers> {
        let mut a = Answers::default();
        if act == Act::Replace {
            a.set("title", row.title.clone());
        }
        Ok(a)
    }
}

/// Faults of a paper's days: it must have a last day when its kind expires, and that day must not be over.
fn faults(profile: &Profile, kind: Kind, a: &Answers, today: NaiveDate) -> Vec<Fault> {
    let day = |field| a.text(field).parse::<NaiveDate>().ok();
    let mut faults = Vec::new();
    if day("issued_on").is_some_and(|d| d > today) {
        faults.push(Fault::at("issued_on", "too-late").with("day", today));
    }
    match day("expires_on") {
        Some(d) if d < today => faults.push(Fault::at("expires_on", "too-early").with("day", today)),
        None if profile.material(kind.as_str()).is_some_and(|m| m.expires) => faults.push(Fault::at("expires_on", "required")),
        _ => {}
    }
    faults
}

/// Keeps a paper in the dossier.
fn keep(tx: &mut Tx, who: &Caller, a: Answers) -> Result<Id<Paper>> {
    let kind = Kind::of(a.text("kind")).ok_or_else(|| Refusal::fault("kind", "not-a-choice"))?;
    keep_as(tx, who, kind, a.text("title").to_string(), &a)
}

/// Keeps a newer paper in place of this one, which stays on record.
fn replace(tx: &mut Tx, who: &Caller, row: &Paper, a: Answers) -> Result<()> {
    let newer = keep_as(tx, who, row.kind, row.title.clone(), &a)?;
    flow::take(tx, who, row, Act::Replace, Record::of(serde_json::json!({ "by": newer }))).map(drop)
}

fn keep_as(tx: &mut Tx, who: &Caller, kind: Kind, title: String, a: &Answers) -> Result<Id<Paper>> {
    let faults = faults(&tx.profile(), kind, a, tx.today());
    if !faults.is_empty() {
        return Err(Refusal::Faulty(faults));
    }
    let id: Id<Paper> = tx.id();
    let attached = file::attach(tx, who, &a.list("file"), Paper::NAME, &id.to_string(), false)?;
    let Some(Ok(file)) = attached.first().map(|f| f.parse()) else { return Err(Refusal::fault("file", "file-required")) };
    let mut content = a.clone();
    content.set("file", attached);
    let row = Paper {
        id,
        serial: None,
        title,
        state: flow::first::<Paper>(Act::Keep)?,
        owner: who.org,
        clock: None,
        due_on: None,
        profile: tx.profile().version_tag(),
        content: content.json(),
        created_by: who.person,
        created_at: tx.now(),
        updated_at: tx.now(),
        kind,
        issued_on: a.text("issued_on").parse().ok(),
        expires_on: a.text("expires_on").parse().ok(),
        file,
    };
    diesel::insert_into(paper::table).values(&row).execute(tx.db())?;
    flow::begin_case(tx, who, &row, Act::Keep, Record::of(content))?;
    Ok(id)
}

/// The caller's own paper, when it may be used today. Refuses with the rule `paper-expired` after its last day, with
/// `NotFound` when it is another's, replaced or withdrawn.
pub fn usable(look: &mut Look, who: &Caller, id: Id<Paper>) -> Result<Paper> {
    let row = Paper::find(look, who, id)?;
    if row.state != State::Kept {
        return Err(Refusal::NotFound);
    }
    if !row.is_current(look.today()) {
        return Err(Refusal::rule("paper-expired", "NJ-9").with("paper", &row.title));
    }
    Ok(row)
}

/// The caller's papers on file that are current today, as offers of a form.
pub fn choices(look: &mut Look, who: &Caller) -> Result<Vec<Choice>> {
    let today = look.today();
    let own: Vec<Paper> = paper::table
        .filter(paper::owner.eq(who.org()?).and(paper::state.eq(State::Kept)))
        .order((paper::kind.asc(), paper::created_at.desc(), paper::id.desc()))
        .limit(500)
        .select(Paper::as_select())
        .load(look.db())?;
    Ok(own.into_iter().filter(|p| p.is_current(today)).map(|p| Choice::new(p.id, p.title)).collect())
}

/// The caller's papers, those on file or all, newest first.
pub fn list(look: &mut Look, who: &Caller, state: Option<State>, page: Page) -> Result<Paged<Paper>> {
    list_of(look, who, None, state, page)
}

/// The caller's papers of a kind, or of all, newest first.
pub fn list_of(look: &mut Look, who: &Caller, kind: Option<Kind>, state: Option<State>, page: Page) -> Result<Paged<Paper>> {
    let owner = who.org()?;
    let filter = || {
        let mut q = paper::table.into_boxed::<MultiBackend>().filter(paper::owner.eq(owner));
        if let Some(kind) = kind {
            q = q.filter(paper::kind.eq(kind));
        }
        if let Some(state) = state {
            q = q.filter(paper::state.eq(state));
        }
        q
    };
    let total: i64 = filter().count().get_result(look.db())?;
    let rows = filter()
        .order((paper::created_at.desc(), paper::id.desc()))
        .limit(page.limit())
        .offset(page.offset())
        .select(Paper::as_select())
        .load(look.db())?;
    Ok(page.of(rows, total))
}

/// The newest paper on file of each kind, at most 500 looked at.
pub fn by_kind(look: &mut Look, who: &Caller) -> Result<Vec<(Kind, Option<Paper>)>> {
    let kept = list_of(look, who, None, Some(State::Kept), Page::first(500))?.rows;
    Ok(Kind::ALL.iter().map(|kind| (*kind, kept.iter().find(|p| p.kind == *kind).cloned())).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn table_is_sound() {
        assert_eq!(flow::faults(&flow::table::<Paper>(), &["replaced", "withdrawn"]), Vec::<String>::new());
    }

    #[test]
    fn every_material_of_the_dossier_is_a_kind() {
        for material in Profile::zhangjiakou().materials.iter().filter(|m| m.from_dossier) {
            assert!(Kind::of(&material.key).is_some(), "{}", material.key);
        }
    }

    #[test]
    fn a_paper_that_expires_needs_a_last_day_that_is_not_over() {
        let today: NaiveDate = "2026-11-21".parse().unwrap();
        let codes = |kind, a| faults(Profile::zhangjiakou(), kind, &Answers::of(a), today).into_iter().map(|f| (f.field, f.code)).collect::<Vec<_>>();
        assert_eq!(codes(Kind::AuditReport, json!({})), [("expires_on".to_string(), "required")]);
        assert_eq!(codes(Kind::AuditReport, json!({"expires_on": "2026-11-20"})), [("expires_on".to_string(), "too-early")]);
        assert_eq!(codes(Kind::AuditReport, json!({"expires_on": "2026-11-21"})), []);
        assert_eq!(codes(Kind::Other, json!({"issued_on": "2026-11-22"})), [("issued_on".to_string(), "too-late")]);
    }
}
