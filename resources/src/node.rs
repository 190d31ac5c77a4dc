//! 目录链 — the four-level chain: what a unit is charged with (duty), the data it has for that (the catalogue's entries), the
//! systems the data lives in and their tables (XC-3, XC-15). A node is a duty, a system or a table; it is tied to entries.

use crate::entry::{self, Entry};
use diesel::prelude::*;
use platform::case::{self, Case, New, Sight};
use platform::event::Record;
use platform::flow::{self, Choice, Deed, Heading, Noun, Opening, Step, Tell, begin, deed, step};
use platform::people::{Org, Person};
use platform::schema::{chain_link, node};
use platform::sheet::{self, Answers, REASON, REMARK, Sheet};
use platform::{At, Caller, Id, Look, Refusal, Result, Role, Tx, Word, diesel, words};
use serde_json::json;

words! { pub enum State: "node-state" { Entered = "entered", Confirmed = "confirmed", Retired = "retired" } }
words! {
    pub enum Act: "node-act" { Enter = "enter", Confirm = "confirm", Edit = "edit", Tie = "tie", Retire = "retire", Restore = "restore" }
}
words! {
    /// The levels of the chain besides the data catalogue itself.
    pub enum Layer: "node-layer" { Duty = "duty", System = "system", Table = "table" }
}

use Role::{Bureau, Source};

pub const STEPS: &[Step<State, Act>] = &[
    begin(Act::Enter, &[Source], State::Entered, "XC-11").tell(&[Tell::Role(Bureau)]),
    step(State::Entered, Act::Confirm, &[Bureau], State::Confirmed, "XC-11").tell(&[Tell::Owner]),
    step(State::Entered, Act::Edit, &[Source], State::Entered, "XC-3"),
    step(State::Entered, Act::Retire, &[Source], State::Retired, "XC-16"),
    step(State::Confirmed, Act::Edit, &[Source], State::Entered, "XC-16").tell(&[Tell::Role(Bureau)]),
    step(State::Confirmed, Act::Tie, &[Source], State::Confirmed, "XC-3 XC-15"),
    step(State::Confirmed, Act::Retire, &[Source], State::Retired, "XC-16").tell(&[Tell::Role(Bureau)]),
    step(State::Retired, Act::Restore, &[Source], State::Entered, "XC-16").tell(&[Tell::Role(Bureau)]),
];

/// What is said of a node, and which data it is tied to.
pub const NODE: Sheet = Sheet {
    name: "node",
    fields: &[
        sheet::choice::<Layer>("layer"),
        sheet::line("title", 200),
        sheet::line("code", 60).optional(),
        sheet::pick("parent", "parents").optional(),
        sheet::text("basis", 2000).optional(),
        sheet::text("summary", 4000).optional(),
        sheet::picks("entries", "entries").optional(),
    ],
};
const TIE: Sheet = Sheet { name: "node-tie", fields: &[sheet::picks("entries", "entries").optional()] };

platform::case! {
    /// A node of the chain.
    pub struct Node in node {
        pub kind: Layer,
        /// A table's system; a duty's wider duty.
        pub parent: Option<Id<Node>>,
        pub code: Option<String>,
    }
}

/// That an entry's data belongs to a node.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = chain_link)]
pub struct Link {
    pub id: Id<Link>,
    pub entry: Id<Entry>,
    pub node: Id<Node>,
    pub made_by: Option<Id<Person>>,
    pub made_at: At,
}

impl Case for Node {
    /// The chain is one for all units: what is in use is seen by every one of them.
    fn sight(who: &Caller) -> Sight {
        if who.is(Source) { Sight::everybody().hiding(&["entered", "retired"]).or("owner", who.org) } else { Sight::overseen(who) }
    }
}

impl Noun for Node {
    type State = State;
    type Act = Act;
    const NAME: &'static str = "node";
    const TABLE: &'static str = "node";
    const PATH: &'static str = "nodes";
    const STEPS: &'static [Step<State, Act>] = STEPS;
    const OPENING: Option<Opening<Self>> = Some(Opening { act: Act::Enter, sheet: &NODE, draft: false, run: enter });
    const RESTS: &'static [State] = &[State::Confirmed, State::Retired];
    const DEEDS: &'static [Deed<Self>] = &[
        deed(Act::Confirm, &REMARK, |tx, who, row: &Node, a| {
            flow::take(tx, who, row, Act::Confirm, Record::of(row.answers()).because(a.text("reason"))).map(drop)
        }),
        deed(Act::Edit, &NODE, edit).when(own),
        deed(Act::Tie, &TIE, |tx, who, row: &Node, a| {
            tie(tx, who, row.id, &a.list("entries"))?;
            flow::take(tx, who, row, Act::Tie, Record::of(json!({"entries": a.list("entries")}))).map(drop)
        })
        .when(own),
        deed(Act::Restore, &REMARK, |tx, who, row, a| flow::take(tx, who, row, Act::Restore, Record::none().because(a.text("reason"))).map(drop))
            .when(own),
        deed(Act::Retire, &REASON, |tx, who, row, a| flow::take(tx, who, row, Act::Retire, Record::none().because(a.text("reason"))).map(drop))
            .when(own),
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
        let unit = row.and_then(|r| r.owner).or(who.org);
        match (list, unit) {
            ("parents", Some(unit)) => {
                let of = |n: &&Node| n.kind != Layer::Table && n.state != State::Retired && Some(n.id) != row.map(|r| r.id);
                Ok(of_unit(look, unit)?.iter().filter(of).map(|n| Choice::new(n.id, n.title.clone())).collect())
            }
            ("entries", Some(unit)) => Ok(entry::of_unit(look, unit)?.into_iter().map(|e| Choice::new(e.id, e.title)).collect()),
            _ => Ok(Vec::new()),
        }
    }
    fn filled(look: &mut Look, _: &Caller, row: &Self, act: Act) -> Result<Answers> {
        let mut a = if act == Act::Edit { row.answers() } else { Answers::default() };
        if matches!(act, Act::Edit | Act::Tie) {
            a.set("entries", tied(look, row.id)?.iter().map(ToString::to_string).collect::<Vec<_>>());
        }
        Ok(a)
    }
}

fn own(_: &mut Look, who: &Caller, row: &Node) -> Result<()> {
    if row.owner.is_some_and(|o| who.acts_for(o)) { Ok(()) } else { Err(Refusal::NotFound) }
}

/// Layer and parent, where they go together: a table has a system of the same unit, a duty may stand under a duty, a system alone.
fn place(tx: &mut Tx, who: &Caller, a: &Answers, of: Option<Id<Node>>) -> Result<(Layer, Option<Id<Node>>)> {
    let layer = Layer::of(a.text("layer")).ok_or_else(|| Refusal::fault("layer", "not-a-choice"))?;
    let parent = match a.given("parent").and_then(|v| v.as_str()) {
        Some(id) => Some(Node::row(tx, id.parse().map_err(|_| Refusal::fault("parent", "not-a-choice"))?)?),
        None => None,
    };
    let holds = match (layer, &parent) {
        (Layer::Table, Some(p)) => p.kind == Layer::System,
        (Layer::Duty, Some(p)) => p.kind == Layer::Duty,
        (Layer::System | Layer::Duty, None) => true,
        (Layer::Table, None) => return Err(Refusal::fault("parent", "required")),
        (Layer::System, Some(_)) => false,
    };
    let ours = parent.as_ref().is_none_or(|p| p.owner == who.org && Some(p.id) != of);
    if holds && ours { Ok((layer, parent.map(|p| p.id))) } else { Err(Refusal::fault("parent", "not-a-choice")) }
}

/// Titles are unique among a unit's live nodes of a layer.
fn must_be_new(tx: &mut Tx, who: &Caller, layer: Layer, title: &str, of: Option<Id<Node>>) -> Result<()> {
    let held: Vec<Id<Node>> = node::table
        .filter(node::owner.eq(who.org()?).and(node::kind.eq(layer)).and(node::title.eq(title)).and(node::state.ne(State::Retired)))
        .select(node::id)
        .limit(2)
        .load(tx.db())?;
    if held.iter().any(|id| Some(*id) != of) { Err(Refusal::fault("title", "title-taken")) } else { Ok(()) }
}

/// What is kept of the answers: the entries are kept as links.
fn kept(a: &Answers) -> Answers {
    let mut kept = a.clone();
    kept.0.remove("entries");
    kept
}

fn code(a: &Answers) -> Option<String> {
    a.given("code").and_then(|v| v.as_str()).map(str::to_string)
}

fn enter(tx: &mut Tx, who: &Caller, a: Answers) -> Result<Id<Node>> {
    let (layer, parent) = place(tx, who, &a, None)?;
    must_be_new(tx, who, layer, a.text("title"), None)?;
    let new = New::of(a.text("title")).owner(who.org).content(&kept(&a));
    let row = Node::begin(tx, who, Act::Enter, new, Record::of(&a), layer, parent, code(&a))?;
    tie(tx, who, row.id, &a.list("entries"))?;
    Ok(row.id)
}

fn edit(tx: &mut Tx, who: &Caller, row: &Node, a: Answers) -> Result<()> {
    let (layer, parent) = place(tx, who, &a, Some(row.id))?;
    must_be_new(tx, who, layer, a.text("title"), Some(row.id))?;
    diesel::update(node::table.find(row.id))
        .set((
            node::title.eq(a.text("title")),
            node::content.eq(kept(&a).json()),
            node::kind.eq(layer),
            node::parent.eq(parent),
            node::code.eq(code(&a)),
        ))
        .execute(tx.db())?;
    tie(tx, who, row.id, &a.list("entries"))?;
    let named = Node { title: a.text("title").to_string(), ..row.clone() };
    flow::take(tx, who, &named, Act::Edit, Record::of(&a)).map(drop)
}

/// Ties a node to exactly these entries of its unit.
fn tie(tx: &mut Tx, who: &Caller, node: Id<Node>, ids: &[String]) -> Result<()> {
    let entries = entry::by_ids(tx, ids)?;
    if entries.len() != ids.len() || entries.iter().any(|e| e.owner != who.org) {
        return Err(Refusal::fault("entries", "not-a-choice"));
    }
    diesel::delete(chain_link::table.filter(chain_link::node.eq(node))).execute(tx.db())?;
    for entry in entries {
        let link = Link { id: tx.id(), entry: entry.id, node, made_by: who.person, made_at: tx.now() };
        diesel::insert_into(chain_link::table).values(&link).execute(tx.db())?;
    }
    Ok(())
}

/// Every node of a unit, retired ones too, by title.
pub fn of_unit(look: &mut Look, unit: Id<Org>) -> Result<Vec<Node>> {
    Ok(node::table.filter(node::owner.eq(unit)).order((node::title.asc(), node::id.asc())).limit(1000).select(Node::as_select()).load(look.db())?)
}

/// The entries that a node is tied to.
pub fn tied(look: &mut Look, of: Id<Node>) -> Result<Vec<Id<Entry>>> {
    Ok(chain_link::table.filter(chain_link::node.eq(of)).select(chain_link::entry).limit(1000).load(look.db())?)
}

/// Below a node: a system's tables, a duty's narrower duties.
pub fn below(look: &mut Look, of: Id<Node>) -> Result<Vec<Node>> {
    case::all_of(look, "parent", of, &[State::Entered, State::Confirmed])
}

/// The nodes in use that an entry is tied to, in the order of the chain: duties, systems, tables.
pub fn of_entry(look: &mut Look, of: Id<Entry>) -> Result<Vec<Node>> {
    let mut rows: Vec<Node> = node::table
        .inner_join(chain_link::table.on(chain_link::node.eq(node::id)))
        .filter(chain_link::entry.eq(of).and(node::state.eq_any([State::Entered, State::Confirmed])))
        .order((node::title.asc(), node::id.asc()))
        .limit(200)
        .select(Node::as_select())
        .load(look.db())?;
    rows.sort_by_key(|n| n.kind);
    Ok(rows)
}

/// The ties of a unit's nodes, for its whole chain.
pub fn links(look: &mut Look, nodes: &[Node]) -> Result<Vec<(Id<Node>, Id<Entry>)>> {
    let ids: Vec<Id<Node>> = nodes.iter().map(|n| n.id).collect();
    Ok(chain_link::table.filter(chain_link::node.eq_any(ids)).select((chain_link::node, chain_link::entry)).limit(5000).load(look.db())?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn table_is_sound() {
        assert_eq!(flow::faults(&flow::table::<Node>(), &[]), Vec::<String>::new());
    }
}
