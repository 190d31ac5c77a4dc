//! 个案审批 — the coordination office's approval, product by product, of supplying data in a form that its level allows only
//! by way of exception (BJ-23, NJ-14). The profile says which forms those are; what it does not name at all stays refused.

use crate::product::{self, Content, Product};
use platform::case::{self, Case, New, Sight};
use platform::event::Record;
use platform::flow::{self, Choice, Deed, Heading, Noun, Opening, Step, Tell, begin, deed, step};
use platform::sheet::{self, Answers, REASON, REMARK, Sheet};
use platform::{Caller, Id, Look, Refusal, Result, Role, Tx, Word, diesel, words};
use primary::ProductForm;
use resources::entry::{self, Entry};
use serde_json::json;
use std::collections::HashMap;

words! {
    pub enum State: "clearance-state" {
        Applied = "applied", Approved = "approved", Refused = "refused", Withdrawn = "withdrawn", Revoked = "revoked",
    }
}
words! {
    pub enum Act: "clearance-act" {
        Apply = "apply", Approve = "approve", Refuse = "refuse", Withdraw = "withdraw", Revoke = "revoke",
    }
}

use Role::{DeveloperAdmin, DeveloperStaff, Office, Reviewer};

const MAKER: &[Role] = &[DeveloperAdmin, DeveloperStaff];
const OWNER: &[Tell] = &[Tell::Owner];
const ARTICLE: &str = "BJ-23 NJ-14";

pub const STEPS: &[Step<State, Act>] = &[
    begin(Act::Apply, MAKER, State::Applied, ARTICLE).tell(&[Tell::Role(Office)]).clock("clearance_answer"),
    step(State::Applied, Act::Approve, &[Office], State::Approved, ARTICLE).tell(OWNER),
    step(State::Applied, Act::Refuse, &[Office], State::Refused, ARTICLE).tell(OWNER),
    step(State::Applied, Act::Withdraw, MAKER, State::Withdrawn, ARTICLE),
    // Whoever reviews decides what becomes of the product meanwhile.
    step(State::Approved, Act::Revoke, &[Office], State::Revoked, ARTICLE).tell(&[Tell::Owner, Tell::Role(Reviewer)]),
];

/// Why this product needs the form, and how nothing can be traced back from it.
pub const CLEARANCE: Sheet =
    Sheet { name: "clearance", fields: &[sheet::pick("product", "product"), sheet::text("need", 2000), sheet::text("safeguards", 4000)] };

platform::case! {
    /// The approval of one product in one form.
    pub struct Clearance in clearance {
        pub product: Id<Product>,
        pub form: ProductForm,
    }
}

impl Case for Clearance {
    fn sight(who: &Caller) -> Sight {
        Sight::overseen(who)
    }
}

impl Noun for Clearance {
    type State = State;
    type Act = Act;
    const NAME: &'static str = "clearance";
    const TABLE: &'static str = "clearance";
    const PATH: &'static str = "clearances";
    const STEPS: &'static [Step<State, Act>] = STEPS;
    const RESTS: &'static [State] = &[State::Approved];
    const OPENING: Option<Opening<Self>> = Some(Opening { act: Act::Apply, sheet: &CLEARANCE, draft: false, run: apply });
    const DEEDS: &'static [Deed<Self>] = &[
        deed(Act::Approve, &REMARK, |tx, who, row, a| answer(tx, who, row, Act::Approve, &a)),
        deed(Act::Refuse, &REASON, |tx, who, row, a| answer(tx, who, row, Act::Refuse, &a)),
        deed(Act::Withdraw, &REMARK, |tx, who, row, a| answer(tx, who, row, Act::Withdraw, &a)),
        deed(Act::Revoke, &REASON, |tx, who, row, a| answer(tx, who, row, Act::Revoke, &a)),
    ];

    fn id(&self) -> Id<Self> {
        self.id
    }
    fn state(&self) -> State {
        self.state
    }
    fn heading(&self) -> Heading {
        self.head()
    }
    fn find(look: &mut Look, who: &Caller, id: Id<Self>) -> Result<Self> {
        case::find(look, &Self::sight(who), id)
    }
    /// The caller's own products whose draft uses data in a form that needs an approval.
    fn choices(look: &mut Look, who: &Caller, _: Option<&Self>, list: &str) -> Result<Vec<Choice>> {
        if list != "product" || !who.is_developer() {
            return Ok(Vec::new());
        }
        let profile = look.profile();
        let drafts = product::of_owner(look, who.org()?)?;
        let sources: Vec<String> = drafts.iter().flat_map(|row| row.answers().list("sources")).collect();
        let levels: HashMap<String, u8> = entry::by_ids(look, &sources)?.into_iter().map(|e| (e.id.to_string(), e.level.number())).collect();
        let needs = |row: &&product::Product| {
            let draft = row.answers();
            let form = draft.text("form").to_string();
            let by_exception = |level: &u8| !profile.allows(*level, &form) && profile.allows_on_approval(*level, &form);
            draft.list("sources").iter().filter_map(|s| levels.get(s)).any(by_exception)
        };
        let offer = |row: &Product| Choice::new(row.id, format!("{} {}", row.serial.clone().unwrap_or_default(), row.title).trim());
        Ok(drafts.iter().filter(needs).map(offer).collect())
    }
}

/// Applies for the product's draft as it stands: its form, and the resources that need the approval.
fn apply(tx: &mut Tx, who: &Caller, mut a: Answers) -> Result<Id<Clearance>> {
    let Ok(id) = a.text("product").parse() else { return Err(Refusal::fault("product", "not-a-choice")) };
    let row = Product::find(tx, who, id)?;
    if !row.owner.is_some_and(|o| who.acts_for(o)) {
        return Err(Refusal::NotFound);
    }
    let draft = row.answers();
    let Some(form) = ProductForm::of(draft.text("form")) else { return Err(Refusal::rule("no-approval-needed", ARTICLE)) };
    let sources = wanting(tx, id, &draft)?;
    if sources.is_empty() {
        return Err(Refusal::rule("no-approval-needed", ARTICLE));
    }
    if case::all_of::<Clearance>(tx, "product", id, &[State::Applied])?.iter().any(|c| c.form == form) {
        return Err(Refusal::Taken);
    }
    a.set("form", form.as_str());
    a.set("sources", sources.iter().map(|e| e.id.to_string()).collect::<Vec<_>>());
    let new = New::of(row.title).owner(row.owner).content(&a);
    let detail = json!({ "product": id, "form": form, "sources": sources.iter().map(|e| &e.title).collect::<Vec<_>>() });
    Ok(Clearance::begin(tx, who, Act::Apply, new, Record::of(detail), id, form)?.id)
}

fn answer(tx: &mut Tx, who: &Caller, row: &Clearance, act: Act, a: &Answers) -> Result<()> {
    flow::take(tx, who, row, act, Record::none().because(a.text("reason"))).map(drop)
}

/// The resources that no approval covers yet but one may: allowed in this form in the single case only.
pub fn wanting(look: &mut Look, of: Id<Product>, draft: &Answers) -> Result<Vec<Entry>> {
    let (form, profile) = (draft.text("form").to_string(), look.profile());
    let mut entries = entry::by_ids(look, &draft.list("sources"))?;
    entries.retain(|e| !profile.allows(e.level.number(), &form) && profile.allows_on_approval(e.level.number(), &form));
    if !entries.is_empty() {
        let given = case::all_of::<Clearance>(look, "product", of, &[State::Approved])?;
        let covered: Vec<String> = given.iter().filter(|c| c.form.as_str() == form).flat_map(|c| c.answers().list("sources")).collect();
        entries.retain(|e| !covered.contains(&e.id.to_string()));
    }
    Ok(entries)
}

/// Refuses a form in which data of one of the levels may not be supplied, or only with an approval that is not there.
pub fn must_cover(look: &mut Look, of: Id<Product>, content: &Content) -> Result<()> {
    let profile = look.profile();
    let form = content.form.as_str();
    let levels: Vec<u8> = entry::by_ids(look, &content.sources)?.iter().map(|e| e.level.number()).collect();
    if let Some(level) = levels.iter().find(|l| !profile.allows(**l, form) && !profile.allows_on_approval(**l, form)) {
        return Err(Refusal::rule("level-form", "BJ-23").with("level", level).with("form", form));
    }
    let draft = Answers::of(json!({ "form": form, "sources": content.sources }));
    match wanting(look, of, &draft)?.first() {
        Some(entry) => Err(Refusal::rule("approval-missing", ARTICLE).with("level", entry.level.number()).with("title", &entry.title)),
        None => Ok(()),
    }
}

/// A product's approvals and applications, newest first.
pub fn of(look: &mut Look, product: Id<Product>) -> Result<Vec<Clearance>> {
    case::all_of(look, "product", product, &[])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn table_is_sound() {
        assert_eq!(flow::faults(&flow::table::<Clearance>(), &["refused", "withdrawn", "revoked"]), Vec::<String>::new());
    }
}
