//! 单位 — an organisation of one of the kinds of requirement A1. Developers and buyers sign up and are approved by the
//! primary operator; the others are entered by the system administrator.

use crate::caller::{Caller, OrgKind, Role};
use crate::db::{Look, MultiBackend, Tx};
use crate::event::{self, Record};
use crate::flow::{self, Choice, Deed, Heading, Noun, Opening, Step, Tell, begin, deed, step};
use crate::id::Id;
use crate::paging::{Page, Paged, like};
use crate::people::Person;
use crate::refusal::{Fault, Refusal, Result};
use crate::schema::org;
use crate::sheet::{self, Answers, REASON, Sheet};
use crate::{At, diesel, words};
use chrono::NaiveDate;
use diesel::prelude::*;
use serde::Serialize;

words! { pub enum State: "org-state" { Applied = "applied", Active = "active", Refused = "refused", Suspended = "suspended" } }
words! {
    pub enum Act: "org-act" {
        Apply = "apply", Enter = "enter", Approve = "approve", Refuse = "refuse", Suspend = "suspend", Resume = "resume",
        Describe = "describe", Declare = "declare",
    }
}

use Role::*;

pub const STEPS: &[Step<State, Act>] = &[
    begin(Act::Apply, &[Public], State::Applied, "ZJK-13(5)").tell(&[Tell::Role(Legal)]).clock("org_approval"),
    begin(Act::Enter, &[SystemAdmin], State::Active, "ZJK-3"),
    step(State::Applied, Act::Approve, &[Legal], State::Active, "ZJK-13(5)").tell(&[Tell::Owner]),
    step(State::Applied, Act::Refuse, &[Legal], State::Refused, "ZJK-13(5)").tell(&[Tell::Owner]),
    step(State::Active, Act::Suspend, &[SecurityAdmin], State::Suspended, "ZJK-28").tell(&[Tell::Owner]),
    step(State::Suspended, Act::Resume, &[SecurityAdmin], State::Active, "ZJK-28").tell(&[Tell::Owner]),
    // The officer can be named while the application waits, so that work begins on the day of its approval.
    step(State::Applied, Act::Describe, &[DeveloperAdmin], State::Applied, "BJ-16(3)"),
    step(State::Active, Act::Describe, &[DeveloperAdmin, SystemAdmin, Legal], State::Active, "BJ-16(3)"),
    step(State::Active, Act::Declare, &[Legal], State::Active, "ZJK-13(6)"),
];

/// What an organisation says of itself at sign-up.
pub const APPLY: Sheet = Sheet {
    name: "org",
    fields: &[
        sheet::line("name", 100),
        sheet::line("credit_code", 18),
        sheet::line("legal_person", 50),
        sheet::line("address", 200).optional(),
        sheet::line("contact", 50),
        sheet::line("phone", 30),
        sheet::text("introduction", 2000).optional(),
    ],
};
/// What it keeps up to date: the data-security officer and department (BJ-16(3)).
pub const DESCRIBE: Sheet = Sheet {
    name: "org",
    fields: &[
        sheet::line("legal_person", 50),
        sheet::line("address", 200).optional(),
        sheet::line("contact", 50),
        sheet::line("phone", 30),
        sheet::line("public_contact", 200).optional(),
        sheet::line("security_officer", 50),
        sheet::line("security_department", 100),
        sheet::line("security_phone", 30),
        sheet::text("introduction", 2000).optional(),
    ],
};
/// Whether it is an affiliate of the primary operator, and by which holding since when (ZJK-13(6)).
const DECLARE: Sheet = Sheet {
    name: "org-declare",
    fields: &[
        sheet::tick("affiliate"),
        sheet::line("parent", 100).optional(),
        sheet::number("share", 1, 100).optional(),
        sheet::date("since").optional(),
        sheet::text("reason", 2000),
    ],
};

/// A declared holding in an affiliate.
#[derive(Clone, Debug, PartialEq, Serialize, serde::Deserialize)]
pub struct Holding {
    /// Who holds it.
    pub parent: String,
    /// In per cent.
    pub share: i64,
    pub since: NaiveDate,
}

/// An organisation.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, Serialize)]
#[diesel(table_name = org)]
pub struct Org {
    pub id: Id<Org>,
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
    pub kind: OrgKind,
    /// Unified social credit code (GB 32100-2015), 18 characters, check digit verified.
    pub credit_code: Option<String>,
    /// The name stripped of width, case and spaces, so that look-alikes collide.
    pub name_key: String,
    /// Declared affiliate of the primary operator: can hold no licence (ZJK-13(6)).
    pub affiliate: bool,
}

impl Org {
    /// What it says of itself.
    pub fn answers(&self) -> Answers {
        Answers::parse(&self.content)
    }
    /// The holding that makes it an affiliate of the primary operator.
    pub fn holding(&self) -> Option<Holding> {
        self.answers().0.get("holding").and_then(|v| serde_json::from_value(v.clone()).ok())
    }
}

impl Noun for Org {
    type State = State;
    type Act = Act;
    const NAME: &'static str = "org";
    const TABLE: &'static str = "org";
    const PATH: &'static str = "organisations";
    const STEPS: &'static [Step<State, Act>] = STEPS;
    const OPENING: Option<Opening<Self>> = None;
    const DEEDS: &'static [Deed<Self>] = &[
        deed(Act::Approve, &sheet::REMARK, |tx, who, row, a| {
            flow::take(tx, who, row, Act::Approve, Record::none().because(a.text("reason"))).map(drop)
        }),
        deed(Act::Refuse, &REASON, |tx, who, row, a| flow::take(tx, who, row, Act::Refuse, Record::none().because(a.text("reason"))).map(drop)),
        deed(Act::Suspend, &REASON, suspend).careful(),
        deed(Act::Resume, &REASON, |tx, who, row, a| flow::take(tx, who, row, Act::Resume, Record::none().because(a.text("reason"))).map(drop)),
        deed(Act::Describe, &DESCRIBE, describe)
            .when(|_, who, row| if who.is_any(&[SystemAdmin, Legal]) || who.acts_for(row.id) { Ok(()) } else { Err(Refusal::NotFound) }),
        deed(Act::Declare, &DECLARE, declare),
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
            owner: Some(self.id),
            due_on: self.due_on,
            clock: self.clock.clone(),
        }
    }
    /// Seen by its own people, by those who oversee, and by the administrators.
    fn find(look: &mut Look, who: &Caller, id: Id<Org>) -> Result<Org> {
        let row: Org = org::table.find(id).select(Org::as_select()).first(look.db())?;
        let seen = who.acts_for(id) || who.oversees() || who.is_any(&[SystemAdmin, SecurityAdmin, AuditAdmin]);
        if seen { Ok(row) } else { Err(Refusal::NotFound) }
    }
    fn filled(_: &mut Look, _: &Caller, row: &Self, act: Act) -> Result<Answers> {
        Ok(match (act, row.holding()) {
            (Act::Describe, _) => row.answers(),
            (Act::Declare, Some(h)) if row.affiliate => {
                Answers::of(serde_json::json!({ "affiliate": true, "parent": h.parent, "share": h.share, "since": h.since }))
            }
            _ => Answers::default(),
        })
    }
}

fn suspend(tx: &mut Tx, who: &Caller, row: &Org, a: Answers) -> Result<()> {
    flow::take(tx, who, row, Act::Suspend, Record::none().because(a.text("reason")))?;
    // Its people are signed out in the same transaction.
    let now = tx.now();
    diesel::update(crate::schema::session::table.filter(crate::schema::session::org.eq(row.id)))
        .set(crate::schema::session::revoked_at.eq(Some(now)))
        .execute(tx.db())?;
    Ok(())
}

fn describe(tx: &mut Tx, who: &Caller, row: &Org, a: Answers) -> Result<()> {
    let mut content = row.answers();
    // What is left empty is said no more.
    content.0.retain(|name, _| DESCRIBE.field(name).is_none());
    content.merge(a.clone());
    diesel::update(org::table.find(row.id)).set(org::content.eq(content.json())).execute(tx.db())?;
    flow::take(tx, who, row, Act::Describe, Record::of(a)).map(drop)
}

fn declare(tx: &mut Tx, who: &Caller, row: &Org, a: Answers) -> Result<()> {
    let affiliate = a.ticked("affiliate");
    let wanted = ["parent", "share", "since"].into_iter().filter(|field| affiliate && a.given(field).is_none());
    let faults: Vec<Fault> = wanted.map(|field| Fault::at(field, "required")).collect();
    if !faults.is_empty() {
        return Err(Refusal::Faulty(faults));
    }
    let mut content = row.answers();
    content.0.remove("holding");
    if affiliate {
        content.set("holding", serde_json::to_value(a.read::<Holding>()?)?);
    }
    diesel::update(org::table.find(row.id)).set((org::affiliate.eq(affiliate), org::content.eq(content.json()))).execute(tx.db())?;
    flow::take(tx, who, row, Act::Declare, Record::of(&a).because(a.text("reason"))).map(drop)
}

/// Enters an organisation: by sign-up (`Act::Apply`, developers and buyers) or by the system administrator (`Act::Enter`).
/// Faults: the name or the credit code stands already, the check digit is wrong.
pub fn enter(tx: &mut Tx, who: &Caller, act: Act, kind: OrgKind, answers: &Answers) -> Result<Id<Org>> {
    let name = answers.text("name").to_string();
    let code = Some(answers.text("credit_code").to_ascii_uppercase()).filter(|c| !c.is_empty());
    let mut faults = Vec::new();
    if name.is_empty() {
        faults.push(Fault::at("name", "required"));
    }
    if let Some(code) = &code
        && !credit_code_holds(code)
    {
        faults.push(Fault::at("credit_code", "credit-code"));
    }
    if act == Act::Apply && code.is_none() {
        faults.push(Fault::at("credit_code", "required"));
    }
    let key = name_key(&name);
    if org::table.filter(org::name_key.eq(&key)).count().get_result::<i64>(tx.db())? > 0 {
        faults.push(Fault::at("name", "name-taken"));
    }
    if let Some(code) = &code
        && org::table.filter(org::credit_code.eq(code)).count().get_result::<i64>(tx.db())? > 0
    {
        faults.push(Fault::at("credit_code", "credit-code-taken"));
    }
    if !faults.is_empty() {
        return Err(Refusal::Faulty(faults));
    }
    let row = Org {
        id: tx.id(),
        serial: None,
        title: name,
        state: flow::first::<Org>(act)?,
        owner: None,
        clock: None,
        due_on: None,
        profile: tx.profile().version_tag(),
        content: answers.json(),
        created_by: who.person,
        created_at: tx.now(),
        updated_at: tx.now(),
        kind,
        credit_code: code,
        name_key: key,
        affiliate: false,
    };
    diesel::insert_into(org::table).values(&row).execute(tx.db())?;
    flow::begin_case(tx, who, &row, act, Record::of(answers))?;
    Ok(row.id)
}

/// Whether an 18-character unified social credit code is well formed and its check digit right (GB 32100-2015).
pub fn credit_code_holds(code: &str) -> bool {
    const DIGITS: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";
    const WEIGHTS: [usize; 17] = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28];
    let values: Vec<usize> = code.bytes().filter_map(|b| DIGITS.iter().position(|d| *d == b)).collect();
    if values.len() != 18 || code.len() != 18 {
        return false;
    }
    let sum: usize = values.iter().zip(WEIGHTS).map(|(v, w)| v * w).sum();
    values[17] == (31 - sum % 31) % 31
}

/// The check digit for the first 17 characters; for demo data and tests.
pub fn credit_code_of(first: &str) -> Option<String> {
    b"0123456789ABCDEFGHJKLMNPQRTUWXY".iter().map(|d| format!("{first}{}", *d as char)).find(|code| credit_code_holds(code))
}

/// A name stripped of spaces, brackets' width and letter case, so that look-alikes collide.
pub fn name_key(name: &str) -> String {
    name.chars()
        .filter(|c| !c.is_whitespace() && !matches!(*c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}'))
        .map(|c| match c {
            '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
            '囗' => '口',
            other => other,
        })
        .flat_map(char::to_lowercase)
        .collect()
}

/// Organisations by kind, state and words in the name, newest first.
pub fn list(look: &mut Look, kind: Option<OrgKind>, state: Option<State>, words: &str, page: Page) -> Result<Paged<Org>> {
    let filter = || {
        let mut q = org::table.into_boxed::<MultiBackend>();
        if let Some(kind) = kind {
            q = q.filter(org::kind.eq(kind));
        }
        if let Some(state) = state {
            q = q.filter(org::state.eq(state));
        }
        if !words.is_empty() {
            q = q.filter(org::title.like(like(words)).escape('\\'));
        }
        q
    };
    let total: i64 = filter().count().get_result(look.db())?;
    let rows = filter()
        .order((org::created_at.desc(), org::id.desc()))
        .limit(page.limit())
        .offset(page.offset())
        .select(Org::as_select())
        .load(look.db())?;
    Ok(page.of(rows, total))
}

/// Active organisations of a kind, as offers of a form, at most 500.
pub fn choices(look: &mut Look, kind: OrgKind) -> Result<Vec<Choice>> {
    let rows: Vec<(Id<Org>, String)> = org::table
        .filter(org::kind.eq(kind).and(org::state.eq(State::Active)))
        .order(org::title.asc())
        .limit(500)
        .select((org::id, org::title))
        .load(look.db())?;
    Ok(rows.into_iter().map(|(id, title)| Choice::new(id, title)).collect())
}

/// An organisation's row, whoever asks: for verbs that must know its state.
pub fn row(look: &mut Look, id: Id<Org>) -> Result<Org> {
    Ok(org::table.find(id).select(Org::as_select()).first(look.db())?)
}

/// The name of an organisation, whoever asks: names of parties stand in public registers.
pub fn name(look: &mut Look, id: Id<Org>) -> Result<String> {
    Ok(org::table.find(id).select(org::title).first(look.db())?)
}

/// The names of some organisations, whoever asks: for lists.
pub fn names(look: &mut Look, ids: Vec<Id<Org>>) -> Result<std::collections::HashMap<Id<Org>, String>> {
    let rows: Vec<(Id<Org>, String)> = org::table.filter(org::id.eq_any(ids)).select((org::id, org::title)).load(look.db())?;
    Ok(rows.into_iter().collect())
}

/// The one primary operator, if it has been entered.
pub fn primary(look: &mut Look) -> Result<Option<Org>> {
    Ok(org::table.filter(org::kind.eq(OrgKind::Primary)).order(org::created_at.asc()).select(Org::as_select()).first(look.db()).optional()?)
}

/// Refuses unless the caller's organisation is approved and names a data-security officer (BJ-16(3)).
pub fn must_be_ready(look: &mut Look, who: &Caller) -> Result<Org> {
    let own: Org = org::table.find(who.org()?).select(Org::as_select()).first(look.db())?;
    if own.state != State::Active {
        return Err(Refusal::rule("not-approved-org", "ZJK-13(5)"));
    }
    if own.answers().given("security_officer").is_none() {
        return Err(Refusal::rule("no-officer", "BJ-16(3)"));
    }
    Ok(own)
}

/// Whether a person belongs to a declared affiliate of the primary operator, in whatever role, or has declared an interest in
/// one.
pub fn is_of_affiliate(look: &mut Look, of: Id<Person>) -> Result<bool> {
    use crate::schema::{interest, membership};
    let belongs: i64 = membership::table
        .inner_join(org::table.on(org::id.eq(membership::org)))
        .filter(membership::person.eq(of).and(membership::until.is_null()).and(org::affiliate.eq(true)))
        .count()
        .get_result(look.db())?;
    let declared: i64 = interest::table
        .inner_join(org::table.on(org::id.eq(interest::org)))
        .filter(interest::person.eq(of).and(interest::withdrawn_at.is_null()).and(org::affiliate.eq(true)))
        .count()
        .get_result(look.db())?;
    Ok(belongs + declared > 0)
}

/// History of an organisation, for its page.
pub fn history(look: &mut Look, who: &Caller, row: &Org) -> Result<Vec<event::Event>> {
    event::history(look, who, Org::NAME, &row.id.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn table_is_sound() {
        assert_eq!(flow::faults(&flow::table::<Org>(), &["refused"]), Vec::<String>::new());
    }

    #[test]
    fn credit_codes_are_checked() {
        // Printed in public registers: 国家电网有限公司, 中国移动通信集团有限公司.
        assert!(credit_code_holds("91100000710931097Q") == credit_code_of("91100000710931097").is_some_and(|c| c == "91100000710931097Q"));
        let good = credit_code_of("91130700MA07XXXX1").unwrap();
        assert!(credit_code_holds(&good));
        for at in 0..18 {
            let mut bad: Vec<char> = good.chars().collect();
            bad[at] = if bad[at] == '1' { '2' } else { '1' };
            assert!(!credit_code_holds(&bad.iter().collect::<String>()), "{at}");
        }
        assert!(!credit_code_holds("91130700MA07XXXXI0"));
        assert!(!credit_code_holds(""));
    }

    #[test]
    fn look_alike_names_collide() {
        assert_eq!(name_key("张家囗 Ｄata（甲）"), name_key("张家口data(甲)"));
    }
}
