//! 采集责任清单 — which unit collects which data, about whom and on what basis (ZJK-8, XC-6(2)). What can be had by sharing is not
//! collected again, and nobody collects what another unit answers for (ZJK-8, XC-10, XC-41(1)).

use crate::entry::{self, Cycle, Entry, Share};
use diesel::prelude::*;
use platform::case::{self, Case, New, Sight};
use platform::event::Record;
use platform::flow::{self, Choice, Deed, Heading, Noun, Opening, Step, Tell, begin, deed, step};
use platform::people::{Org, org};
use platform::schema::{collection, collection_item, entry as entries};
use platform::sheet::{self, Answers, NOTHING, REASON, REMARK, Sheet};
use platform::{Caller, Fault, Id, Look, Refusal, Result, Role, Tx, diesel, words};
use serde::Serialize;
use std::collections::HashSet;

words! {
    pub enum State: "collection-state" {
        Drafted = "drafted", Submitted = "submitted", Returned = "returned", Confirmed = "confirmed", Ended = "ended",
    }
}
words! {
    pub enum Act: "collection-act" {
        Draft = "draft", Edit = "edit", Submit = "submit", Return = "return", Confirm = "confirm", Revise = "revise", End = "end",
    }
}
words! {
    /// How data is collected: born digital, or brought to digital form (ZJK-8).
    pub enum Manner: "collection-manner" { Digital = "digital", Device = "device", Form = "form", Digitised = "digitised" }
}

use Role::{Bureau, Source};

pub const STEPS: &[Step<State, Act>] = &[
    begin(Act::Draft, &[Source], State::Drafted, "ZJK-8"),
    step(State::Drafted, Act::Submit, &[Source], State::Submitted, "ZJK-8").tell(&[Tell::Role(Bureau)]),
    step(State::Drafted, Act::Edit, &[Source], State::Drafted, "ZJK-8"),
    step(State::Drafted, Act::End, &[Source], State::Ended, "ZJK-8"),
    step(State::Submitted, Act::Confirm, &[Bureau], State::Confirmed, "ZJK-8 XC-11").tell(&[Tell::Owner]),
    step(State::Submitted, Act::Return, &[Bureau], State::Returned, "ZJK-8").tell(&[Tell::Owner]),
    step(State::Returned, Act::Edit, &[Source], State::Drafted, "ZJK-8"),
    step(State::Returned, Act::End, &[Source], State::Ended, "ZJK-8"),
    step(State::Confirmed, Act::Revise, &[Source], State::Drafted, "XC-16"),
    step(State::Confirmed, Act::End, &[Source], State::Ended, "XC-16").tell(&[Tell::Role(Bureau)]),
];

/// One item that is collected.
pub const ITEM: Sheet = Sheet {
    name: "collection-item",
    fields: &[sheet::line("item", 100), sheet::choice::<Manner>("manner"), sheet::choice::<Cycle>("cycle"), sheet::tick("personal")],
};
/// What a unit answers for: from whom it collects, on what basis, which items, and the entry they feed.
pub const COLLECTION: Sheet = Sheet {
    name: "collection",
    fields: &[
        sheet::line("subject", 200),
        sheet::text("basis", 2000),
        sheet::line("office", 100).optional(),
        sheet::rows("items", &ITEM),
        sheet::pick("entry", "entries").optional(),
        sheet::text("rules", 2000).optional(),
    ],
};

platform::case! {
    /// One line of the collection-responsibility list.
    pub struct Collection in collection {
        /// The subject without width, case and spaces, so that look-alikes meet.
        pub subject_key: String,
    }
}

#[derive(Insertable)]
#[diesel(table_name = collection_item)]
struct Item {
    id: Id<Item>,
    collection: Id<Collection>,
    owner: Id<Org>,
    subject_key: String,
    item_key: String,
    name: String,
}

/// An item that another unit has already.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Double {
    pub item: String,
    /// What it stands in: an entry's title, or another line's subject.
    pub title: String,
    pub unit: String,
    /// The entry to ask for, where it is in the catalogue.
    pub entry: Option<Id<Entry>>,
}

impl Case for Collection {
    /// The list is one for all units: what is confirmed is seen by every one of them.
    fn sight(who: &Caller) -> Sight {
        if who.is(Source) {
            Sight::everybody().hiding(&["drafted", "submitted", "returned", "ended"]).or("owner", who.org)
        } else {
            Sight::overseen(who)
        }
    }
}

impl Noun for Collection {
    type State = State;
    type Act = Act;
    const NAME: &'static str = "collection";
    const TABLE: &'static str = "collection";
    const PATH: &'static str = "collections";
    const STEPS: &'static [Step<State, Act>] = STEPS;
    const OPENING: Option<Opening<Self>> = Some(Opening { act: Act::Draft, sheet: &COLLECTION, draft: false, run: draft });
    const RESTS: &'static [State] = &[State::Confirmed];
    const DEEDS: &'static [Deed<Self>] = &[
        deed(Act::Edit, &COLLECTION, edit).when(own),
        deed(Act::Submit, &NOTHING, submit).when(own),
        deed(Act::Confirm, &REMARK, confirm),
        deed(Act::Return, &REASON, |tx, who, row, a| said(tx, who, row, Act::Return, &a)),
        deed(Act::Revise, &REASON, |tx, who, row, a| said(tx, who, row, Act::Revise, &a)).when(own),
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
    fn choices(look: &mut Look, who: &Caller, row: Option<&Self>, list: &str) -> Result<Vec<Choice>> {
        match (list, row.and_then(|r| r.owner).or(who.org)) {
            ("entries", Some(unit)) => Ok(entry::of_unit(look, unit)?.into_iter().map(|e| Choice::new(e.id, e.title)).collect()),
            _ => Ok(Vec::new()),
        }
    }
    fn filled(_: &mut Look, _: &Caller, row: &Self, act: Act) -> Result<Answers> {
        Ok(if act == Act::Edit { row.answers() } else { Answers::default() })
    }
}

fn own(_: &mut Look, who: &Caller, row: &Collection) -> Result<()> {
    if row.owner.is_some_and(|o| who.acts_for(o)) { Ok(()) } else { Err(Refusal::NotFound) }
}

/// A name as it is compared.
fn key(name: &str) -> String {
    org::name_key(name)
}

fn items(a: &Answers) -> Vec<String> {
    let rows = a.0.get("items").and_then(|v| v.as_array()).cloned().unwrap_or_default();
    rows.iter().map(|r| r.get("item").and_then(|v| v.as_str()).unwrap_or_default().to_string()).collect()
}

/// Items about the same subject that other units have: first those that the catalogue offers by sharing, then those that
/// another unit answers for.
pub fn doubles(look: &mut Look, unit: Id<Org>, subject: &str, asked: &[String]) -> Result<Vec<Double>> {
    let (of, keys): (String, HashSet<String>) = (key(subject), asked.iter().map(|i| key(i)).collect());
    let mut found = Vec::new();
    // Entries that speak of the subject and are shared at all; a subject shorter than two characters speaks of everything.
    if of.chars().count() >= 2 {
        let rows: Vec<Entry> = entries::table
            .filter(entries::state.eq(entry::State::Published).and(entries::share.ne(Share::None)).and(entries::owner.ne(unit)))
            .filter(entries::title.like(platform::paging::like(subject)).escape('\\'))
            .limit(200)
            .select(Entry::as_select())
            .load(look.db())?;
        for row in rows {
            let said = row.answers();
            let fields = said.0.get("fields").and_then(|v| v.as_array()).cloned().unwrap_or_default();
            let names = fields.iter().filter_map(|f| f.get("name").and_then(|v| v.as_str()));
            found.extend(names.filter(|n| keys.contains(&key(n))).map(|n| (n.to_string(), row.title.clone(), row.owner, Some(row.id))));
        }
    }
    let lines: Vec<(String, String, Id<Org>)> = collection_item::table
        .inner_join(collection::table.on(collection::id.eq(collection_item::collection)))
        .filter(collection_item::subject_key.eq(&of).and(collection_item::item_key.eq_any(keys.iter().cloned().collect::<Vec<_>>())))
        .filter(collection_item::owner.ne(unit).and(collection::state.eq_any([State::Submitted, State::Confirmed])))
        .limit(200)
        .select((collection_item::name, collection::title, collection_item::owner))
        .load(look.db())?;
    for (name, title, owner) in lines {
        if !found.iter().any(|(n, ..)| key(n) == key(&name)) {
            found.push((name, title, Some(owner), None));
        }
    }
    let units = org::names(look, found.iter().filter_map(|f| f.2).collect())?;
    let unit = |o: Option<Id<Org>>| o.and_then(|o| units.get(&o).cloned()).unwrap_or_default();
    Ok(found.into_iter().map(|(item, title, owner, entry)| Double { item, title, unit: unit(owner), entry }).collect())
}

/// Refuses the first item that is had elsewhere, with the article and what to do instead.
fn must_be_single(look: &mut Look, unit: Id<Org>, a: &Answers) -> Result<()> {
    let Some(first) = doubles(look, unit, a.text("subject"), &items(a))?.into_iter().next() else { return Ok(()) };
    let code = if first.entry.is_some() { "collected-elsewhere" } else { "collected-already" };
    let refusal = Refusal::rule(code, "ZJK-8").with("item", first.item).with("unit", first.unit).with("title", first.title);
    Err(match first.entry {
        Some(entry) => refusal.with("link", format!("/work/sharings/new?entry={entry}")),
        None => refusal,
    })
}

fn checked(tx: &mut Tx, who: &Caller, a: &Answers) -> Result<()> {
    let mut seen = HashSet::new();
    let names = items(a);
    let faults: Vec<Fault> =
        names.iter().enumerate().filter(|(_, n)| !seen.insert(key(n))).map(|(at, _)| Fault::at(format!("items[{at}].item"), "item-twice")).collect();
    if !faults.is_empty() {
        return Err(Refusal::Faulty(faults));
    }
    if let Some(of) = a.given("entry").and_then(|v| v.as_str()) {
        let of = entry::by_ids(tx, &[of.to_string()])?;
        if !of.first().is_some_and(|e| e.owner.is_some_and(|o| who.acts_for(o))) {
            return Err(Refusal::fault("entry", "not-a-choice"));
        }
    }
    must_be_single(tx, who.org()?, a)
}

fn draft(tx: &mut Tx, who: &Caller, a: Answers) -> Result<Id<Collection>> {
    checked(tx, who, &a)?;
    let new = New::of(a.text("subject")).owner(who.org).content(&a);
    let row = Collection::begin(tx, who, Act::Draft, new, Record::of(&a), key(a.text("subject")))?;
    keep_items(tx, who.org()?, row.id, &a)?;
    Ok(row.id)
}

fn keep_items(tx: &mut Tx, owner: Id<Org>, of: Id<Collection>, a: &Answers) -> Result<()> {
    diesel::delete(collection_item::table.filter(collection_item::collection.eq(of))).execute(tx.db())?;
    for name in items(a) {
        let item = Item { id: tx.id(), collection: of, owner, subject_key: key(a.text("subject")), item_key: key(&name), name };
        diesel::insert_into(collection_item::table).values(&item).execute(tx.db())?;
    }
    Ok(())
}

fn edit(tx: &mut Tx, who: &Caller, row: &Collection, a: Answers) -> Result<()> {
    checked(tx, who, &a)?;
    let named = Collection { title: a.text("subject").to_string(), ..row.clone() };
    diesel::update(collection::table.find(row.id))
        .set((collection::title.eq(&named.title), collection::subject_key.eq(key(&named.title)), collection::content.eq(a.json())))
        .execute(tx.db())?;
    keep_items(tx, who.org()?, row.id, &a)?;
    flow::take(tx, who, &named, Act::Edit, Record::of(&a)).map(drop)
}

/// Others may have come first since it was drafted.
fn submit(tx: &mut Tx, who: &Caller, row: &Collection, _: Answers) -> Result<()> {
    must_be_single(tx, who.org()?, &row.answers())?;
    flow::take(tx, who, row, Act::Submit, Record::of(row.answers())).map(drop)
}

fn confirm(tx: &mut Tx, who: &Caller, row: &Collection, a: Answers) -> Result<()> {
    must_be_single(tx, row.owner.ok_or(Refusal::NotFound)?, &row.answers())?;
    flow::take(tx, who, row, Act::Confirm, Record::of(row.answers()).because(a.text("reason"))).map(drop)
}

fn said(tx: &mut Tx, who: &Caller, row: &Collection, act: Act, a: &Answers) -> Result<()> {
    flow::take(tx, who, row, act, Record::none().because(a.text("reason"))).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn table_is_sound() {
        assert_eq!(flow::faults(&flow::table::<Collection>(), &["ended"]), Vec::<String>::new());
    }

    #[test]
    fn look_alikes_meet() {
        assert_eq!(key("停车场 名称（全称）"), key("停车场名称(全称)"));
    }
}
