//! 产品 — a data product made under a licence in force: drafted, reviewed on five points, listed (ZJK-21, ZJK-25).
//! What was approved stays on offer while a new version is decided; a version, once submitted, is never changed.

pub mod form;
mod shelf;
mod submission;
mod succession;
mod tasks;
pub mod version;

pub use form::{Content, PRODUCT};
pub use shelf::must_be_listable;
pub(crate) use shelf::{Decision, decided};
pub use submission::must_be_ready;
pub use succession::carry_over;
pub use tasks::{Task, answer_to, tasks};
pub use version::Version;

use crate::{pricing, review};
use chrono::NaiveDate;
use diesel::prelude::*;
use platform::event::Record;
use platform::flow::{self, Choice, Deed, Heading, Noun, Opening, Step, Tell, begin, deed, step};
use platform::log::Told;
use platform::paging::{Page, Paged, like};
use platform::people::{Org, Person, org, person};
use platform::schema::product;
use platform::sheet::{Answers, REASON};
use platform::{At, Caller, Id, Look, MultiBackend, Refusal, Result, Role, Tx, Word, diesel, file, words};
use primary::licence::{self, Licence, Permission};
use primary::scenario::{self, Scenario};
use primary::{ProductForm, Purpose};
use resources::{Domain, entry};
use serde::Serialize;

words! {
    pub enum State: "product-state" {
        Drafted = "drafted", Submitted = "submitted", Returned = "returned", Approved = "approved", Refused = "refused",
        Listed = "listed", Delisted = "delisted", Withdrawn = "withdrawn",
    }
}
words! {
    pub enum Act: "product-act" {
        Start = "start", Save = "save", Submit = "submit", Recall = "recall", Approve = "approve", Return = "return", Refuse = "refuse",
        List = "list", Delist = "delist", Revise = "revise", Resubmit = "resubmit", ApproveVersion = "approve_version",
        ReturnVersion = "return_version", RefuseVersion = "refuse_version", Withdraw = "withdraw", Carry = "carry",
    }
}

use Role::{Calendar, DeveloperAdmin, DeveloperStaff, Reviewer};
use State::{Approved, Delisted, Drafted, Listed, Refused, Returned, Submitted, Withdrawn};

const MAKER: &[Role] = &[DeveloperAdmin, DeveloperStaff];
const OWNER: &[Tell] = &[Tell::Owner];
const REVIEWERS: &[Tell] = &[Tell::Role(Reviewer)];

pub const STEPS: &[Step<State, Act>] = &[
    begin(Act::Start, MAKER, Drafted, "ZJK-25"),
    step(Drafted, Act::Save, MAKER, Drafted, "ZJK-25"),
    step(Returned, Act::Save, MAKER, Returned, "ZJK-25"),
    step(Drafted, Act::Submit, MAKER, Submitted, "ZJK-25").tell(REVIEWERS),
    step(Returned, Act::Submit, MAKER, Submitted, "ZJK-25").tell(REVIEWERS),
    step(Submitted, Act::Recall, MAKER, Drafted, "ZJK-25"),
    step(Submitted, Act::Approve, &[Reviewer], Approved, "ZJK-25").tell(OWNER),
    step(Submitted, Act::Return, &[Reviewer], Returned, "ZJK-25").tell(OWNER),
    step(Submitted, Act::Refuse, &[Reviewer], Refused, "ZJK-21").tell(OWNER),
    step(Approved, Act::List, MAKER, Listed, "ZJK-23 ZJK-25"),
    step(Delisted, Act::List, MAKER, Listed, "ZJK-23 ZJK-25"),
    // The operator may take a product off the shelf at once when a risk is found.
    step(Listed, Act::Delist, &[DeveloperAdmin, DeveloperStaff, Reviewer, Calendar], Delisted, "ZJK-23 ZJK-28").tell(OWNER),
    step(Approved, Act::Revise, MAKER, Approved, "ZJK-25"),
    step(Listed, Act::Revise, MAKER, Listed, "ZJK-25"),
    step(Delisted, Act::Revise, MAKER, Delisted, "ZJK-25"),
    step(Approved, Act::Resubmit, MAKER, Approved, "ZJK-25").tell(REVIEWERS),
    step(Listed, Act::Resubmit, MAKER, Listed, "ZJK-25").tell(REVIEWERS),
    step(Delisted, Act::Resubmit, MAKER, Delisted, "ZJK-25").tell(REVIEWERS),
    step(Approved, Act::ApproveVersion, &[Reviewer], Approved, "ZJK-25").tell(OWNER),
    step(Listed, Act::ApproveVersion, &[Reviewer], Listed, "ZJK-25").tell(OWNER),
    step(Delisted, Act::ApproveVersion, &[Reviewer], Delisted, "ZJK-25").tell(OWNER),
    step(Approved, Act::ReturnVersion, &[Reviewer], Approved, "ZJK-25").tell(OWNER),
    step(Listed, Act::ReturnVersion, &[Reviewer], Listed, "ZJK-25").tell(OWNER),
    step(Delisted, Act::ReturnVersion, &[Reviewer], Delisted, "ZJK-25").tell(OWNER),
    step(Approved, Act::RefuseVersion, &[Reviewer], Approved, "ZJK-21").tell(OWNER),
    step(Listed, Act::RefuseVersion, &[Reviewer], Listed, "ZJK-21").tell(OWNER),
    step(Delisted, Act::RefuseVersion, &[Reviewer], Delisted, "ZJK-21").tell(OWNER),
    step(Drafted, Act::Withdraw, MAKER, Withdrawn, "ZJK-25"),
    step(Submitted, Act::Withdraw, MAKER, Withdrawn, "ZJK-25"),
    step(Returned, Act::Withdraw, MAKER, Withdrawn, "ZJK-25"),
    step(Approved, Act::Withdraw, MAKER, Withdrawn, "ZJK-25"),
    step(Delisted, Act::Withdraw, MAKER, Withdrawn, "ZJK-25"),
    // A new agreement took the licence's place.
    step(Drafted, Act::Carry, &[Calendar], Drafted, "ZJK-17"),
    step(Submitted, Act::Carry, &[Calendar], Submitted, "ZJK-17"),
    step(Returned, Act::Carry, &[Calendar], Returned, "ZJK-17"),
    step(Approved, Act::Carry, &[Calendar], Approved, "ZJK-17"),
    step(Listed, Act::Carry, &[Calendar], Listed, "ZJK-17"),
    step(Delisted, Act::Carry, &[Calendar], Delisted, "ZJK-17"),
];

/// A data product.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, Serialize)]
#[diesel(table_name = product)]
pub struct Product {
    pub id: Id<Product>,
    pub serial: Option<String>,
    pub title: String,
    pub state: State,
    pub owner: Option<Id<Org>>,
    pub clock: Option<String>,
    pub due_on: Option<NaiveDate>,
    pub profile: String,
    /// The draft as typed; what was submitted stands in the versions.
    pub content: String,
    pub created_by: Option<Id<Person>>,
    pub created_at: At,
    pub updated_at: At,
    pub licence: Id<Licence>,
    pub scenario: Id<Scenario>,
    pub domain: Domain,
    pub form: ProductForm,
    pub purpose: Purpose,
    /// Number of the version last submitted; 0 before the first.
    pub version: i32,
    pub approved_version: Option<i32>,
    pub listed_at: Option<At>,
    /// Lower-case text that a search by words looks through.
    pub words: String,
}

impl Product {
    /// The draft.
    pub fn answers(&self) -> Answers {
        Answers::parse(&self.content)
    }
    /// Whether a version was approved, so that drafts no longer change what the row itself says.
    fn stands(&self) -> bool {
        matches!(self.state, Approved | Listed | Delisted)
    }
}

impl Noun for Product {
    type State = State;
    type Act = Act;
    const NAME: &'static str = "product";
    const TABLE: &'static str = "product";
    const PATH: &'static str = "products";
    const STEPS: &'static [Step<State, Act>] = STEPS;
    /// While one is under review, the review waits for somebody, not the product.
    const RESTS: &'static [State] = &[Submitted, Listed, Delisted];
    const OPENING: Option<Opening<Self>> = Some(Opening { act: Act::Start, sheet: &form::START, draft: false, run: start });
    const TOLD: &'static [(Act, &'static str)] = &[
        (Act::Approve, "product.approved"),
        (Act::ApproveVersion, "product.approved"),
        (Act::List, "product.listed"),
        (Act::Delist, "product.withdrawn"),
        (Act::Withdraw, "product.withdrawn"),
    ];
    const DEEDS: &'static [Deed<Self>] = &[
        deed(Act::Save, &PRODUCT, |tx, who, row, a| save(tx, who, row, Act::Save, a)).draft().quiet(),
        deed(Act::Revise, &PRODUCT, |tx, who, row, a| save(tx, who, row, Act::Revise, a)).draft().quiet(),
        deed(Act::Submit, &form::SUBMIT, |tx, who, row, a| submission::submit(tx, who, row, Act::Submit, a)),
        deed(Act::Resubmit, &form::SUBMIT, |tx, who, row, a| submission::submit(tx, who, row, Act::Resubmit, a)),
        deed(Act::Recall, &REASON, |tx, who, row, a| leave(tx, who, row, Act::Recall, a)),
        deed(Act::List, &platform::sheet::NOTHING, shelf::list).when(must_be_listable),
        deed(Act::Delist, &REASON, |tx, who, row, a| flow::take(tx, who, row, Act::Delist, Record::none().because(a.text("reason"))).map(drop)),
        deed(Act::Withdraw, &REASON, |tx, who, row, a| leave(tx, who, row, Act::Withdraw, a)).for_good(),
    ];

    /// What is on offer is told as it is; what is approved and not yet on offer is its maker's affair, so that only a
    /// commitment says which it is.
    fn told(look: &mut Look, of: &Self, act: Act, told: Told) -> Result<Option<Told>> {
        let (before, of) = (of.state, row(look, of.id)?);
        let approved = of.approved_version.map(|n| version::find(look, of.id, n)).transpose()?;
        let told = told.with("version", of.approved_version);
        let digest = approved.map(|v| v.digest).unwrap_or_default();
        let approving = matches!(act, Act::Approve | Act::ApproveVersion);
        if approving && before != Listed {
            return Ok(Some(told.sealing("version", digest).sealing("title", of.title).veiled()));
        }
        if act == Act::Withdraw && of.listed_at.is_none() {
            return Ok(None);
        }
        let licence = licence::row(look, of.licence)?;
        // What it is offered for stood veiled while it was not on offer.
        let price = if act == Act::List { pricing::current(look, of.id)? } else { None };
        let told = told.with("price", price.as_ref().map(|p| pricing::say(p, false))).with("price_filing", price.and_then(|p| p.serial));
        let told = told.with("number", of.serial).with("title", of.title).with("licence", licence.serial);
        told.with("version_digest", format!("sha256:{digest}")).org(look, "holder", of.owner).map(Some)
    }
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
    /// Its developer sees it and its draft; those who oversee see what was submitted, never the draft.
    fn find(look: &mut Look, who: &Caller, id: Id<Product>) -> Result<Product> {
        let mut found = row(look, id)?;
        if found.owner.is_some_and(|o| who.acts_for(o)) || who.is(Role::Calendar) {
            return Ok(found);
        }
        if !who.oversees() || found.version == 0 {
            return Err(Refusal::NotFound);
        }
        let last = version::find(look, id, found.version)?;
        found.content = last.answers().json();
        if !found.stands() {
            found.title = last.answers().text("title").to_string();
        }
        Ok(found)
    }
    fn choices(look: &mut Look, who: &Caller, row: Option<&Self>, list: &str) -> Result<Vec<Choice>> {
        match (list, row) {
            ("licence", _) => {
                let held = licence::able(look, who.org()?, Permission::Submit)?;
                Ok(held.iter().map(|l| Choice::new(l.id, format!("{} · {}", l.serial.as_deref().unwrap_or(""), l.title))).collect())
            }
            ("resource", Some(row)) => {
                let terms = licence::row(look, row.licence)?.terms();
                let entries = entry::by_ids(look, &terms.resources)?;
                Ok(entries.iter().map(|e| Choice::new(e.id, format!("{} · L{}", e.title, e.level.number()))).collect())
            }
            ("point", Some(row)) => review::points_of(look, row.id),
            _ => Ok(Vec::new()),
        }
    }
    fn filled(_: &mut Look, _: &Caller, row: &Self, act: Act) -> Result<Answers> {
        Ok(if matches!(act, Act::Save | Act::Revise) { row.answers() } else { Answers::default() })
    }
}

/// An organisation's products that can still be submitted, newest first, at most 200.
pub(crate) fn of_owner(look: &mut Look, of: Id<Org>) -> Result<Vec<Product>> {
    Ok(product::table
        .filter(product::owner.eq(of).and(product::state.eq_any([Drafted, Returned, Approved, Listed, Delisted])))
        .order((product::created_at.desc(), product::id.desc()))
        .limit(200)
        .select(Product::as_select())
        .load(look.db())?)
}

/// Begins a product under one of the holder's licences in force.
fn start(tx: &mut Tx, who: &Caller, a: Answers) -> Result<Id<Product>> {
    let holder = org::must_be_ready(tx, who)?;
    person::must_be_ready(tx, who)?;
    let licence = licence::may(tx, a.text("licence").parse()?, Permission::Submit)?;
    if licence.owner != Some(holder.id) {
        return Err(Refusal::NotFound);
    }
    let scenario = scenario::row(tx, licence.scenario)?;
    let purpose = licence.terms().purpose;
    let mut content = a.clone();
    content.0.remove("licence");
    content.set("purpose", purpose.as_str());
    let row = Product {
        id: tx.id(),
        serial: None,
        title: a.text("title").into(),
        state: flow::first::<Product>(Act::Start)?,
        owner: Some(holder.id),
        clock: None,
        due_on: None,
        profile: tx.profile().version_tag(),
        content: content.json(),
        created_by: who.person,
        created_at: tx.now(),
        updated_at: tx.now(),
        licence: licence.id,
        scenario: scenario.id,
        domain: scenario.domain,
        form: ProductForm::of(a.text("form")).ok_or_else(|| Refusal::fault("form", "not-a-choice"))?,
        purpose,
        version: 0,
        approved_version: None,
        listed_at: None,
        words: spoken(&[a.text("title"), &scenario.title, &holder.title]),
    };
    diesel::insert_into(product::table).values(&row).execute(tx.db())?;
    flow::begin_case(tx, who, &row, Act::Start, Record::of(&a))?;
    Ok(row.id)
}

/// Keeps the draft as typed. Before the first approval the row itself follows the draft; after it, only an approved
/// version changes what is on offer.
fn save(tx: &mut Tx, who: &Caller, row: &Product, act: Act, typed: Answers) -> Result<()> {
    let mut content = form::known(typed);
    for field in form::FILES {
        let ids = content.list(field);
        if !ids.is_empty() {
            content.set(field, attached(tx, who, row, ids)?);
        }
    }
    diesel::update(product::table.find(row.id)).set(product::content.eq(content.json())).execute(tx.db())?;
    let mut named = row.clone();
    if !row.stands() {
        let title = content.text("title").trim();
        if !title.is_empty() && title.chars().count() <= 100 && !title.contains(char::is_control) {
            named.title = title.to_string();
        }
        named.form = ProductForm::of(content.text("form")).unwrap_or(row.form);
        named.purpose = Purpose::of(content.text("purpose")).unwrap_or(row.purpose);
        show(tx, &named, content.text("summary"))?;
    }
    flow::take(tx, who, &named, act, Record::none()).map(drop)
}

/// Attaches files that are new here; what is attached already keeps standing as it does, be it public or not.
fn attached(tx: &mut Tx, who: &Caller, row: &Product, ids: Vec<String>) -> Result<Vec<String>> {
    let subject = row.id.to_string();
    let here: Vec<String> = file::rows(tx, &ids)?
        .into_iter()
        .filter(|f| f.noun.as_deref() == Some(Product::NAME) && f.subject.as_deref() == Some(&subject))
        .map(|f| f.id.to_string())
        .collect();
    let mut kept = Vec::new();
    for id in ids.into_iter().take(50) {
        if here.contains(&id) {
            kept.push(id);
        } else {
            kept.extend(file::attach(tx, who, &[id], Product::NAME, &subject, false)?);
        }
    }
    Ok(kept)
}

/// Writes what lists and searches read of a product.
fn show(tx: &mut Tx, row: &Product, summary: &str) -> Result<()> {
    let scenario = scenario::row(tx, row.scenario)?.title;
    let holder = row.owner.map(|o| org::name(tx, o)).transpose()?.unwrap_or_default();
    let summary: String = summary.chars().take(1000).collect();
    diesel::update(product::table.find(row.id))
        .set((
            product::title.eq(&row.title),
            product::form.eq(row.form),
            product::purpose.eq(row.purpose),
            product::words.eq(spoken(&[&row.title, &summary, &scenario, &holder])),
        ))
        .execute(tx.db())?;
    Ok(())
}

fn spoken(parts: &[&str]) -> String {
    parts.join(" ").to_lowercase()
}

/// Takes a submitted product back, or withdraws one for good; the open review is void.
fn leave(tx: &mut Tx, who: &Caller, row: &Product, act: Act, a: Answers) -> Result<()> {
    review::void(tx, who, row.id)?;
    flow::take(tx, who, row, act, Record::none().because(a.text("reason"))).map(drop)
}

/// Refuses unless the caller may have that file of a product: its developer any; those who oversee what was submitted;
/// everybody what is public in the version on offer now.
pub fn must_see_file(look: &mut Look, who: &Caller, of: Id<Product>, wanted: &file::File) -> Result<()> {
    let row = row(look, of)?;
    let id = wanted.id.to_string();
    let holds = |v: &Version| v.submitted().files.iter().any(|f| f.id == id);
    if row.owner.is_some_and(|o| who.acts_for(o)) || (who.oversees() && version::list(look, of)?.iter().any(holds)) {
        return Ok(());
    }
    match row.approved_version {
        Some(number) if wanted.public && crate::catalogue::is_on_offer(look, of)? && holds(&version::find(look, of, number)?) => Ok(()),
        _ => Err(Refusal::NotFound),
    }
}

/// A product's row, whoever asks: for verbs of other nouns.
pub fn row(look: &mut Look, id: Id<Product>) -> Result<Product> {
    Ok(product::table.find(id).select(Product::as_select()).first(look.db())?)
}

/// The product of that number, when it is or was on the shelf; with its holder's name.
pub fn shown_by_serial(look: &mut Look, serial: &str) -> Result<(Product, String)> {
    let found: Product = product::table
        .filter(product::serial.eq(serial).and(product::listed_at.is_not_null()).and(product::state.eq_any([Listed, Delisted])))
        .select(Product::as_select())
        .first(look.db())?;
    let holder = found.owner.map(|o| org::name(look, o)).transpose()?.unwrap_or_default();
    Ok((found, holder))
}

/// What a list of products asks for; empty fields ask for everything.
#[derive(Clone, Debug, Default)]
pub struct Ask {
    pub words: String,
    pub state: Option<State>,
    pub form: Option<ProductForm>,
    pub licence: Option<Id<Licence>>,
}

/// Products: a developer's own, or those submitted when the caller oversees; newest first.
pub fn list(look: &mut Look, who: &Caller, ask: &Ask, page: Page) -> Result<Paged<Product>> {
    let own = if who.oversees() { None } else { Some(who.org()?) };
    let filter = || {
        let mut q = product::table.into_boxed::<MultiBackend>();
        q = match own {
            Some(own) => q.filter(product::owner.eq(own)),
            None => q.filter(product::version.gt(0)),
        };
        if let Some(state) = ask.state {
            q = q.filter(product::state.eq(state));
        }
        if let Some(form) = ask.form {
            q = q.filter(product::form.eq(form));
        }
        if let Some(licence) = ask.licence {
            q = q.filter(product::licence.eq(licence));
        }
        if !ask.words.trim().is_empty() {
            let like = like(&ask.words.to_lowercase());
            q = q.filter(product::words.like(like.clone()).escape('\\'));
        }
        q
    };
    let total: i64 = filter().count().get_result(look.db())?;
    let mut rows: Vec<Product> = filter()
        .order((product::created_at.desc(), product::id.desc()))
        .limit(page.limit())
        .offset(page.offset())
        .select(Product::as_select())
        .load(look.db())?;
    if own.is_none() {
        // Drafts are their developer's, a title that is in one, too.
        let submitted = version::last_of(look, rows.iter().filter(|r| !r.stands()).map(|r| r.id).collect())?;
        for row in &mut rows {
            row.content = "{}".into();
            if let Some(version) = submitted.get(&row.id) {
                row.title = version.answers().text("title").to_string();
            }
        }
    }
    Ok(page.of(rows, total))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn table_is_sound() {
        assert_eq!(flow::faults(&flow::table::<Product>(), &["refused", "withdrawn"]), Vec::<String>::new());
    }

    #[test]
    fn only_the_maker_submits_and_only_a_reviewer_decides() {
        for act in [Act::Submit, Act::Resubmit, Act::Save, Act::Revise, Act::List] {
            assert_eq!(flow::doers::<Product>(act), MAKER, "{act}");
        }
        for act in [Act::Approve, Act::ApproveVersion, Act::Return, Act::ReturnVersion, Act::Refuse, Act::RefuseVersion] {
            assert_eq!(flow::doers::<Product>(act), [Reviewer], "{act}");
        }
    }

    #[test]
    fn a_new_version_never_moves_what_is_on_offer() {
        for step in
            STEPS.iter().filter(|s| matches!(s.act, Act::Revise | Act::Resubmit | Act::ApproveVersion | Act::ReturnVersion | Act::RefuseVersion))
        {
            assert_eq!(step.from, Some(step.to), "{}", step.act);
        }
    }
}
