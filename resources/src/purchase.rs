//! 采购数据备案 — data bought with public money is filed with the bureau, checked against the catalogue, and served to the others by
//! an interface, or it is said why it cannot be (XC-17).

use crate::entry::{self, Entry};
use diesel::prelude::*;
use platform::case::{self, Case, New, Sight};
use platform::event::Record;
use platform::flow::{self, Choice, Deed, Heading, Noun, Opening, Step, Tell, begin, deed, step};
use platform::people::{Org, org};
use platform::schema::{entry as entries, purchase};
use platform::sheet::{self, Answers, REASON, REMARK, Sheet};
use platform::{Caller, Fault, Id, Look, Refusal, Result, Role, Tx, diesel, words};

words! {
    pub enum State: "purchase-state" {
        Filed = "filed", Returned = "returned", Received = "received", Served = "served", Excused = "excused", Ended = "ended",
    }
}
words! {
    pub enum Act: "purchase-act" {
        File = "file", Receive = "receive", Return = "return", Refile = "refile", Serve = "serve", Excuse = "excuse", End = "end",
    }
}

use Role::{Bureau, Source};

pub const STEPS: &[Step<State, Act>] = &[
    begin(Act::File, &[Source], State::Filed, "XC-17").tell(&[Tell::Role(Bureau)]).clock("purchase_filing"),
    step(State::Filed, Act::Receive, &[Bureau], State::Received, "XC-17").tell(&[Tell::Owner]),
    step(State::Filed, Act::Return, &[Bureau], State::Returned, "XC-17").tell(&[Tell::Owner]),
    step(State::Returned, Act::Refile, &[Source], State::Filed, "XC-17").tell(&[Tell::Role(Bureau)]).clock("purchase_filing"),
    step(State::Received, Act::Serve, &[Source], State::Served, "XC-17").tell(&[Tell::Role(Bureau)]),
    step(State::Received, Act::Excuse, &[Bureau], State::Excused, "XC-17").tell(&[Tell::Owner]),
    step(State::Excused, Act::Serve, &[Source], State::Served, "XC-17").tell(&[Tell::Role(Bureau)]),
    step(State::Served, Act::End, &[Source], State::Ended, "XC-17").tell(&[Tell::Role(Bureau)]),
    step(State::Excused, Act::End, &[Source], State::Ended, "XC-17").tell(&[Tell::Role(Bureau)]),
];

/// What was bought, for how much and until when, and why it is not what another unit has already.
pub const PURCHASE: Sheet = Sheet {
    name: "purchase",
    fields: &[
        sheet::line("title", 200),
        sheet::line("seller", 200),
        sheet::line("contract", 100).optional(),
        sheet::money("price"),
        sheet::date("from_on"),
        sheet::date("to_on"),
        sheet::text("items", 4000),
        sheet::text("rights", 2000),
        sheet::text("interface_plan", 2000).optional(),
        sheet::text("unsuitable", 2000).optional(),
        sheet::text("difference", 2000).optional(),
        sheet::files("files").optional(),
    ],
};
const SERVE: Sheet = Sheet { name: "purchase-serve", fields: &[sheet::text("address", 1000), sheet::pick("entry", "entries").optional()] };

platform::case! {
    /// A filing of bought data.
    pub struct Purchase in purchase {
        /// The entry under which it is served.
        pub entry: Option<Id<Entry>>,
    }
}

impl Case for Purchase {
    /// What is served is known to every unit, so that nobody buys it again.
    fn sight(who: &Caller) -> Sight {
        if who.is(Source) {
            Sight::everybody().hiding(&["filed", "returned", "received", "excused", "ended"]).or("owner", who.org)
        } else {
            Sight::overseen(who)
        }
    }
}

impl Noun for Purchase {
    type State = State;
    type Act = Act;
    const NAME: &'static str = "purchase";
    const TABLE: &'static str = "purchase";
    const PATH: &'static str = "purchases";
    const STEPS: &'static [Step<State, Act>] = STEPS;
    const OPENING: Option<Opening<Self>> = Some(Opening { act: Act::File, sheet: &PURCHASE, draft: false, run: file });
    const RESTS: &'static [State] = &[State::Served, State::Excused];
    const DEEDS: &'static [Deed<Self>] = &[
        deed(Act::Receive, &REMARK, |tx, who, row, a| said(tx, who, row, Act::Receive, &a)),
        deed(Act::Return, &REASON, |tx, who, row, a| said(tx, who, row, Act::Return, &a)),
        deed(Act::Refile, &PURCHASE, refile).when(own),
        deed(Act::Serve, &SERVE, serve).when(own),
        // Only where the unit has said why an interface does not suit.
        deed(Act::Excuse, &REASON, |tx, who, row, a| said(tx, who, row, Act::Excuse, &a))
            .when(|_, _, row| if row.answers().given("unsuitable").is_some() { Ok(()) } else { Err(Refusal::rule("no-ground-given", "XC-17")) }),
        deed(Act::End, &REASON, |tx, who, row, a| said(tx, who, row, Act::End, &a)).when(own),
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
    fn choices(look: &mut Look, who: &Caller, _: Option<&Self>, list: &str) -> Result<Vec<Choice>> {
        if list != "entries" || who.org.is_none() {
            return Ok(Vec::new());
        }
        Ok(entry::offered(look, who, true)?.into_iter().map(|e| Choice::new(e.id, e.title)).collect())
    }
    fn filled(_: &mut Look, _: &Caller, row: &Self, act: Act) -> Result<Answers> {
        Ok(if act == Act::Refile { row.answers() } else { Answers::default() })
    }
}

fn own(_: &mut Look, who: &Caller, row: &Purchase) -> Result<()> {
    if row.owner.is_some_and(|o| who.acts_for(o)) { Ok(()) } else { Err(Refusal::NotFound) }
}

/// Faults: data of that name stands in the catalogue or was bought already and it is not said how this differs; neither an
/// interface nor why not; a term that ends before it begins.
fn checked(tx: &mut Tx, own: Option<Id<Purchase>>, a: &Answers) -> Result<()> {
    let mut faults = Vec::new();
    if a.given("interface_plan").is_none() && a.given("unsuitable").is_none() {
        faults.push(Fault::at("interface_plan", "interface-or-why"));
    }
    if a.text("to_on") < a.text("from_on") {
        faults.push(Fault::at("to_on", "ends-before"));
    }
    if a.given("difference").is_none()
        && let Some((title, unit)) = like(tx, own, a.text("title"))?
    {
        faults.push(Fault::at("difference", "held-already").with("title", title).with("unit", unit));
    }
    if faults.is_empty() { Ok(()) } else { Err(Refusal::Faulty(faults)) }
}

/// What the catalogue or an earlier filing holds under that name, with its unit.
fn like(tx: &mut Tx, own: Option<Id<Purchase>>, title: &str) -> Result<Option<(String, String)>> {
    let words = platform::paging::like(title);
    let entry: Option<(String, Option<Id<Org>>)> = entries::table
        .filter(entries::state.eq(entry::State::Published).and(entries::title.like(words.clone()).escape('\\')))
        .select((entries::title, entries::owner))
        .first(tx.db())
        .optional()?;
    let bought: Vec<(Id<Purchase>, String, Option<Id<Org>>)> = purchase::table
        .filter(purchase::title.like(words).escape('\\').and(purchase::state.eq_any([State::Filed, State::Received, State::Served])))
        .select((purchase::id, purchase::title, purchase::owner))
        .limit(2)
        .load(tx.db())?;
    let found = entry.or_else(|| bought.into_iter().find(|b| Some(b.0) != own).map(|b| (b.1, b.2)));
    let Some((title, unit)) = found else { return Ok(None) };
    let unit = unit.map(|o| org::name(tx, o)).transpose()?.unwrap_or_default();
    Ok(Some((title, unit)))
}

fn file(tx: &mut Tx, who: &Caller, mut a: Answers) -> Result<Id<Purchase>> {
    checked(tx, None, &a)?;
    let id: Id<Purchase> = tx.id();
    let files = platform::file::attach(tx, who, &a.list("files"), Purchase::NAME, &id.to_string(), false)?;
    a.set("files", files);
    let new = New::of(a.text("title")).id(id).series("purchase").owner(who.org).content(&a);
    Ok(Purchase::begin(tx, who, Act::File, new, Record::of(&a), None)?.id)
}

fn refile(tx: &mut Tx, who: &Caller, row: &Purchase, mut a: Answers) -> Result<()> {
    checked(tx, Some(row.id), &a)?;
    let files = platform::file::attach(tx, who, &a.list("files"), Purchase::NAME, &row.id.to_string(), false)?;
    a.set("files", files);
    let named = Purchase { title: a.text("title").to_string(), ..row.clone() };
    diesel::update(purchase::table.find(row.id)).set((purchase::title.eq(&named.title), purchase::content.eq(a.json()))).execute(tx.db())?;
    flow::take(tx, who, &named, Act::Refile, Record::of(&a)).map(drop)
}

fn serve(tx: &mut Tx, who: &Caller, row: &Purchase, a: Answers) -> Result<()> {
    let entry = match a.given("entry").and_then(|v| v.as_str()) {
        Some(id) => {
            let entry = entry::must_be_published(tx, "entry", &[id.to_string()])?.remove(0);
            if entry.owner != who.org {
                return Err(Refusal::fault("entry", "not-a-choice"));
            }
            Some(entry.id)
        }
        None => None,
    };
    let mut content = row.answers();
    content.set("address", a.text("address"));
    row.keep(tx, &content)?;
    diesel::update(purchase::table.find(row.id)).set(purchase::entry.eq(entry)).execute(tx.db())?;
    flow::take(tx, who, row, Act::Serve, Record::of(&a)).map(drop)
}

fn said(tx: &mut Tx, who: &Caller, row: &Purchase, act: Act, a: &Answers) -> Result<()> {
    flow::take(tx, who, row, act, Record::none().because(a.text("reason"))).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn table_is_sound() {
        assert_eq!(flow::faults(&flow::table::<Purchase>(), &["ended"]), Vec::<String>::new());
    }
}
