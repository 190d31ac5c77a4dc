//! 共享申请 — one unit asks another for data it needs to do its duty. What is shared without condition is granted at once
//! (XC-20); otherwise the provider answers, supplies or refuses with a legal basis, and the bureau settles disputes (XC-21, XC-22).
//! What came by sharing serves the purpose it was asked for and no other (XC-24).

use crate::entry::{self, Entry, Share};
use chrono::NaiveDate;
use diesel::prelude::*;
use platform::case::{self, Case, New, Sight};
use platform::event::Record;
use platform::flow::{self, Choice, Deed, Heading, Noun, Opening, Step, Tell, begin, deed, step};
use platform::paging::Page;
use platform::people::{Org, org};
use platform::schema::sharing;
use platform::sheet::{self, Answers, REASON, REMARK, Sheet};
use platform::{Caller, Fault, Id, Look, Refusal, Result, Role, Tx, diesel, words};
use serde_json::json;

words! {
    pub enum State: "sharing-state" {
        Asked = "asked", Granted = "granted", Supplied = "supplied", Refused = "refused", Disputed = "disputed", Upheld = "upheld",
        Withdrawn = "withdrawn", Ended = "ended", Stopped = "stopped",
    }
}
words! {
    pub enum Act: "sharing-act" {
        Ask = "ask", Obtain = "obtain", Grant = "grant", Deem = "deem", Refuse = "refuse", Supply = "supply", Dispute = "dispute",
        Uphold = "uphold", Order = "order", Withdraw = "withdraw", End = "end", Stop = "stop",
    }
}
words! {
    /// How the data comes to whoever asked for it.
    pub enum Way: "sharing-way" { Interface = "interface", Exchange = "exchange", File = "file", Query = "query" }
}

use Role::{Bureau, Calendar, Source};
use Tell::{Owner, Party};

/// The column that names the other side.
const PROVIDER: Tell = Party("provider");

pub const STEPS: &[Step<State, Act>] = &[
    begin(Act::Ask, &[Source], State::Asked, "XC-21").tell(&[PROVIDER]).clock("share_answer"),
    begin(Act::Obtain, &[Source], State::Granted, "XC-20").tell(&[PROVIDER]).clock("share_supply"),
    step(State::Asked, Act::Grant, &[Source], State::Granted, "XC-21").tell(&[Owner]).clock("share_supply"),
    // An answer that does not come in time is a yes where the policy says so.
    step(State::Asked, Act::Deem, &[Calendar], State::Granted, "XC-21")
        .tell(&[Owner, PROVIDER, Tell::Role(Bureau)])
        .clock("share_supply")
        .upon("share_answer", platform::profile::Silence::Consent),
    step(State::Asked, Act::Refuse, &[Source], State::Refused, "XC-21").tell(&[Owner]),
    step(State::Asked, Act::Withdraw, &[Source], State::Withdrawn, "XC-21").tell(&[PROVIDER]),
    step(State::Granted, Act::Supply, &[Source], State::Supplied, "XC-21").tell(&[Owner]),
    step(State::Granted, Act::Dispute, &[Source], State::Disputed, "XC-22").tell(&[PROVIDER, Tell::Role(Bureau)]).clock("share_dispute"),
    step(State::Granted, Act::Withdraw, &[Source], State::Withdrawn, "XC-21").tell(&[PROVIDER]),
    step(State::Refused, Act::Dispute, &[Source], State::Disputed, "XC-22").tell(&[PROVIDER, Tell::Role(Bureau)]).clock("share_dispute"),
    step(State::Disputed, Act::Order, &[Bureau], State::Granted, "XC-22").tell(&[Owner, PROVIDER]).clock("share_supply"),
    step(State::Disputed, Act::Uphold, &[Bureau], State::Upheld, "XC-22").tell(&[Owner, PROVIDER]),
    step(State::Supplied, Act::End, &[Source, Calendar], State::Ended, "XC-24").tell(&[Owner, PROVIDER]),
    step(State::Supplied, Act::Stop, &[Source, Bureau], State::Stopped, "XC-24").tell(&[Owner, PROVIDER, Tell::Role(Bureau)]),
];

/// One item asked for and why the duty cannot be done without it.
pub const ITEM: Sheet = Sheet { name: "sharing-item", fields: &[sheet::line("item", 100), sheet::line("necessity", 300)] };
/// What is asked for: where it is used and how far (XC-21), until when, and the word that it serves nothing else (XC-24).
pub const SHARING: Sheet = Sheet {
    name: "sharing",
    fields: &[
        sheet::pick("entry", "entries"),
        sheet::text("duty", 2000),
        sheet::text("purpose", 2000),
        sheet::text("scope", 2000),
        sheet::rows("items", &ITEM),
        sheet::choice::<Way>("way"),
        sheet::date("until"),
        sheet::line("contact", 200),
        sheet::files("files").optional(),
        sheet::tick("only").required(),
    ],
};
const GRANT: Sheet = Sheet { name: "sharing-grant", fields: &[sheet::text("withheld", 2000).optional(), sheet::text("reason", 2000).optional()] };
const REFUSE: Sheet = Sheet { name: "sharing-refuse", fields: &[sheet::text("reason", 2000), sheet::text("basis", 1000)] };
const SUPPLY: Sheet = Sheet { name: "sharing-supply", fields: &[sheet::text("how", 2000)] };

platform::case! {
    /// A request for sharing; `owner` is the unit that asks.
    pub struct Sharing in sharing {
        /// The unit whose data it is.
        pub provider: Id<Org>,
        pub entry: Id<Entry>,
        /// Last day of the use that is asked for.
        pub until: NaiveDate,
    }
}

impl Case for Sharing {
    /// Both sides see it, and those who oversee.
    fn sight(who: &Caller) -> Sight {
        Sight::overseen(who).or("provider", who.org)
    }
}

impl Noun for Sharing {
    type State = State;
    type Act = Act;
    const NAME: &'static str = "sharing";
    const TABLE: &'static str = "sharing";
    const PATH: &'static str = "sharings";
    const STEPS: &'static [Step<State, Act>] = STEPS;
    const OPENING: Option<Opening<Self>> = Some(Opening { act: Act::Ask, sheet: &SHARING, draft: false, run: ask });
    const RESTS: &'static [State] = &[State::Supplied, State::Refused];
    const PARTIES: &'static [(State, &'static str)] = &[(State::Asked, "provider"), (State::Granted, "provider")];
    const DEEDS: &'static [Deed<Self>] = &[
        deed(Act::Grant, &GRANT, grant).when(provider),
        deed(Act::Deem, &sheet::NOTHING, deem),
        deed(Act::Refuse, &REFUSE, refuse).when(provider),
        deed(Act::Supply, &SUPPLY, supply).when(provider),
        deed(Act::Dispute, &REASON, |tx, who, row, a| said(tx, who, row, Act::Dispute, &a)).when(may_dispute),
        deed(Act::Order, &REASON, |tx, who, row, a| said(tx, who, row, Act::Order, &a)),
        deed(Act::Uphold, &REASON, |tx, who, row, a| said(tx, who, row, Act::Uphold, &a)),
        deed(Act::End, &REMARK, |tx, who, row, a| said(tx, who, row, Act::End, &a)).when(asker),
        deed(Act::Stop, &REASON, |tx, who, row, a| said(tx, who, row, Act::Stop, &a))
            .when(|look, who, row| if who.is(Bureau) { Ok(()) } else { provider(look, who, row) }),
        deed(Act::Withdraw, &REMARK, |tx, who, row, a| said(tx, who, row, Act::Withdraw, &a)).when(asker),
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
    fn choices(look: &mut Look, who: &Caller, row: Option<&Self>, list: &str) -> Result<Vec<Choice>> {
        match (list, row) {
            ("entries", Some(row)) => Ok(entry::by_ids(look, &[row.entry.to_string()])?.into_iter().map(|e| Choice::new(e.id, e.title)).collect()),
            ("entries", None) => offers(look, who),
            _ => Ok(Vec::new()),
        }
    }
}

/// Entries of other units that are shared at all, with their unit.
fn offers(look: &mut Look, who: &Caller) -> Result<Vec<Choice>> {
    let rows: Vec<Entry> = entry::offered(look, who, false)?.into_iter().filter(|e| e.share != Share::None).collect();
    let units = org::names(look, rows.iter().filter_map(|r| r.owner).collect())?;
    let unit = |row: &Entry| row.owner.and_then(|o| units.get(&o)).map_or("", String::as_str);
    Ok(rows.iter().map(|r| Choice::new(r.id, format!("{} · {}", r.title, unit(r)))).collect())
}

fn provider(_: &mut Look, who: &Caller, row: &Sharing) -> Result<()> {
    if who.acts_for(row.provider) { Ok(()) } else { Err(Refusal::rule("other-side", "XC-21")) }
}

fn asker(_: &mut Look, who: &Caller, row: &Sharing) -> Result<()> {
    if row.owner.is_some_and(|o| who.acts_for(o)) { Ok(()) } else { Err(Refusal::rule("other-side", "XC-21")) }
}

/// A refusal is disputed at any time; data that was granted only when it is late.
fn may_dispute(look: &mut Look, who: &Caller, row: &Sharing) -> Result<()> {
    asker(look, who, row)?;
    match (row.state, row.due_on) {
        (State::Granted, Some(due)) if look.today() <= due => Err(Refusal::rule("supply-not-late", "XC-22").with("until", due)),
        _ => Ok(()),
    }
}

/// Asks for an entry; what is shared without condition is granted in the same moment.
fn ask(tx: &mut Tx, who: &Caller, mut a: Answers) -> Result<Id<Sharing>> {
    let Ok(of) = a.text("entry").parse::<Id<Entry>>() else { return Err(Refusal::fault("entry", "not-a-choice")) };
    let entry = entry::must_be_published(tx, "entry", &[of.to_string()])?.remove(0);
    let Some(provider) = entry.owner else { return Err(Refusal::fault("entry", "not-a-choice")) };
    if who.acts_for(provider) {
        return Err(Refusal::rule("own-data", "XC-21"));
    }
    let act = match entry.share {
        Share::Unconditional => Act::Obtain,
        Share::Conditional => Act::Ask,
        Share::None => {
            return Err(Refusal::rule("not-shared", "XC-19").with("title", &entry.title).with("basis", entry.answers().text("share_basis")));
        }
    };
    let Ok(until) = a.text("until").parse::<NaiveDate>() else { return Err(Refusal::fault("until", "not-a-date")) };
    let mut faults = item_faults(&entry, &a);
    if until < tx.today() {
        faults.push(Fault::at("until", "in-the-past").with("earliest", tx.today()));
    }
    if !faults.is_empty() {
        return Err(Refusal::Faulty(faults));
    }
    let id: Id<Sharing> = tx.id();
    let files = platform::file::attach(tx, who, &a.list("files"), Sharing::NAME, &id.to_string(), false)?;
    a.set("files", files);
    let new = New::of(entry.title.clone()).id(id).series("sharing").owner(who.org).content(&a);
    Ok(Sharing::begin(tx, who, act, new, Record::of(&a), provider, entry.id, until)?.id)
}

/// Items must be among the entry's fields, where it names any: no more is asked for than there is (XC-21).
fn item_faults(entry: &Entry, a: &Answers) -> Vec<Fault> {
    let names = |a: &Answers, rows: &str, of: &str| -> Vec<String> {
        let rows = a.0.get(rows).and_then(|v| v.as_array()).cloned().unwrap_or_default();
        rows.iter().map(|r| r.get(of).and_then(|v| v.as_str()).unwrap_or_default().to_string()).collect()
    };
    let known = names(&entry.answers(), "fields", "name");
    let asked = names(a, "items", "item");
    if known.is_empty() {
        return Vec::new();
    }
    let strange = asked.iter().enumerate().filter(|(_, item)| !known.contains(item));
    strange.map(|(at, _)| Fault::at(format!("items[{at}].item"), "not-an-item").with("known", known.join("、"))).collect()
}

/// Grants all of it, or all but what is withheld (XC-19: 提供或者部分提供).
fn grant(tx: &mut Tx, who: &Caller, row: &Sharing, a: Answers) -> Result<()> {
    let mut content = row.answers();
    content.set("withheld", a.text("withheld"));
    row.keep(tx, &content)?;
    flow::take(tx, who, row, Act::Grant, Record::of(&a).because(a.text("reason")))?;
    supply_from(tx, row)
}

/// No answer came in time, and the policy takes that for a yes (XC-21).
fn deem(tx: &mut Tx, who: &Caller, row: &Sharing, _: Answers) -> Result<()> {
    flow::take(tx, who, row, Act::Deem, Record::of(json!({ "clock": row.clock, "due_on": row.due_on })))?;
    supply_from(tx, row)
}

/// Supply is due so many days after the request came in, not after it was answered (XC-21).
fn supply_from(tx: &mut Tx, row: &Sharing) -> Result<()> {
    let came = platform::day::shanghai_date(row.created_at);
    let due = tx.pinned(&row.profile).deadline("share_supply").and_then(|d| d.due(came, &tx.calendar(), &[]).ok());
    if let Some(due) = due {
        let due = due.max(tx.today());
        platform::deadline::set(tx, row.id, Some("share_supply"), Some(due))?;
    }
    Ok(())
}

/// Refuses: in words, and on a legal basis (XC-21: 非因法定事因不得拒绝).
fn refuse(tx: &mut Tx, who: &Caller, row: &Sharing, a: Answers) -> Result<()> {
    let mut content = row.answers();
    content.set("refusal", json!({"reason": a.text("reason"), "basis": a.text("basis")}));
    row.keep(tx, &content)?;
    flow::take(tx, who, row, Act::Refuse, Record::of(&a).because(a.text("reason"))).map(drop)
}

fn supply(tx: &mut Tx, who: &Caller, row: &Sharing, a: Answers) -> Result<()> {
    let mut content = row.answers();
    content.set("supply", json!({"how": a.text("how"), "on": tx.today()}));
    row.keep(tx, &content)?;
    flow::take(tx, who, row, Act::Supply, Record::of(&a)).map(drop)
}

fn said(tx: &mut Tx, who: &Caller, row: &Sharing, act: Act, a: &Answers) -> Result<()> {
    flow::take(tx, who, row, act, Record::none().because(a.text("reason"))).map(drop)
}

/// Ends what ran to its last day; the daily job calls it. Gives how many.
pub fn end_due(tx: &mut Tx) -> Result<usize> {
    let over: Vec<Sharing> = sharing::table
        .filter(sharing::state.eq(State::Supplied).and(sharing::until.lt(tx.today())))
        .limit(500)
        .select(Sharing::as_select())
        .load(tx.db())?;
    for row in &over {
        flow::take(tx, &Caller::calendar(), row, Act::End, Record::none())?;
    }
    Ok(over.len())
}

/// Who was given an entry's data by sharing, newest first: the record of access that the chain keeps (XC-3).
pub fn uses(look: &mut Look, of: Id<Entry>) -> Result<Vec<Sharing>> {
    let states = [State::Granted, State::Supplied, State::Ended, State::Stopped];
    case::all_of(look, "entry", of, &states)
}

/// What is shared between an asking unit and an entry now, if anything: for quality issues (XC-25).
pub fn is_user(look: &mut Look, who: &Caller, of: Id<Entry>) -> Result<bool> {
    let Some(own) = who.org else { return Ok(false) };
    let ask = case::Ask { owner: Some(own), state: Some(State::Supplied), ..case::Ask::about("entry", of) };
    Ok(case::list::<Sharing>(look, &Sight::everybody(), &ask, Page::first(1))?.total > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn table_is_sound() {
        let last = ["upheld", "withdrawn", "ended", "stopped"];
        assert_eq!(flow::faults(&flow::table::<Sharing>(), &last), Vec::<String>::new());
    }
}
