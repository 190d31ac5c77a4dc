//! States are a table, not code. Each noun has its steps: *from · act · by whom · to · article*; nothing else decides.

use crate::caller::{Caller, Role};
use crate::db::{Look, Tx};
use crate::event::{self, About, Record};
use crate::id::Id;
use crate::log::Told;
use crate::log::leaf::SEALED;
use crate::people::{Org, Person};
use crate::profile::Say2;
use crate::sheet::Answers;
use crate::words::Word;
use crate::{Refusal, Result, deadline, diesel, mail};
use chrono::NaiveDate;
use diesel::prelude::*;
use diesel::sql_types::{Date, Nullable, Text, Timestamp};

mod deed;
mod step;
mod table;
pub use deed::{Deed, Opening, deed};
pub use step::{Step, Tell, begin, step};
pub use table::{Line, Table, faults, table};

/// What every case shows at its head.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Heading {
    pub id: String,
    pub serial: Option<String>,
    pub title: String,
    pub owner: Option<Id<Org>>,
    pub due_on: Option<NaiveDate>,
    pub clock: Option<String>,
}

/// A thing with a life: its states, its steps, its acts.
pub trait Noun: Sized + Clone + Send + 'static {
    type State: Word;
    type Act: Word;
    /// Singular, as in events and message keys: `licence`.
    const NAME: &'static str;
    /// Its table; has the columns of [`crate::schema::noun_table!`].
    const TABLE: &'static str;
    /// First part of its address: `licences`.
    const PATH: &'static str;
    const STEPS: &'static [Step<Self::State, Self::Act>];
    /// How it begins, when a person may begin it by a form.
    const OPENING: Option<Opening<Self>>;
    /// States that can still be left and in which nothing waits for anybody: what is published, what runs until its day.
    const RESTS: &'static [Self::State] = &[];
    /// States in which nobody but its own organisation sees it: drafts of what will be published or handed in.
    const HIDDEN: &'static [&'static str] = &[];
    /// States in which it is not the owner's turn but that of the organisation in this column: the other side of a case.
    const PARTIES: &'static [(Self::State, &'static str)] = &[];
    /// What may be done to it, in the order of its buttons.
    const DEEDS: &'static [Deed<Self>];
    /// The acts that the public log tells, each with the kind of its leaf.
    const TOLD: &'static [(Self::Act, &'static str)] = &[];

    fn id(&self) -> Id<Self>;
    fn state(&self) -> Self::State;
    fn heading(&self) -> Heading;
    /// The row, when this caller may see it; `NotFound` otherwise, never "forbidden".
    fn find(look: &mut Look, who: &Caller, id: Id<Self>) -> Result<Self>;
    /// What a `Pick` field of that name offers for this case, or for a new one (`None`).
    fn choices(_look: &mut Look, _who: &Caller, _row: Option<&Self>, _list: &str) -> Result<Vec<Choice>> {
        Ok(Vec::new())
    }
    /// What stands already in an act's form: the draft, or figures computed from the record.
    fn filled(_look: &mut Look, _who: &Caller, _row: &Self, _act: Self::Act) -> Result<Answers> {
        Ok(Answers::default())
    }
    /// What the public log says of such an act on this row: public fields, and commitments to the rest; nothing at all of
    /// what is nobody's business. The row is as the verb saw it; what it has written since is in the database.
    fn told(_look: &mut Look, _row: &Self, _act: Self::Act, told: Told) -> Result<Option<Told>> {
        Ok(Some(told))
    }
    /// What stands already in the form of a new case.
    fn filled_new(_look: &mut Look, _who: &Caller) -> Result<Answers> {
        Ok(Answers::default())
    }
}

/// One offer of a `Pick` field, named for readers of either language; [`label`](Self::label) is the one way to its name.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct Choice {
    pub value: String,
    zh: String,
    /// Only when it is called otherwise in English: a person's or a case's name is the same in both.
    #[serde(skip_serializing_if = "Option::is_none")]
    en: Option<String>,
}

impl Choice {
    /// An offer with a name of its own, such as a case's or an organisation's.
    pub fn new(value: impl ToString, name: impl Into<String>) -> Self {
        Self { value: value.to_string(), zh: name.into(), en: None }
    }
    /// An offer of the profile, which says everything in both languages.
    pub fn said(value: impl ToString, name: &Say2) -> Self {
        Self { value: value.to_string(), zh: name.zh.clone(), en: Some(name.en.clone()) }
    }
    /// What it is called in English if asked for, else in Chinese.
    pub fn label(&self, en: bool) -> &str {
        self.en.as_deref().filter(|_| en).unwrap_or(&self.zh)
    }
}

/// A line that holds for a caller, with the role it is taken in.
type Found<N> = (&'static Step<<N as Noun>::State, <N as Noun>::Act>, Role);

/// The line for an act from a state by this caller, or why there is none.
fn line<N: Noun>(who: &Caller, from: Option<N::State>, act: N::Act) -> Result<Found<N>> {
    let of_act = || N::STEPS.iter().filter(|s| s.act == act);
    let Some(any) = of_act().next() else { return Err(Refusal::broken(format!("{} has no step {act:?}", N::NAME))) };
    if !of_act().any(|s| who.is_any(s.by)) {
        return Err(Refusal::WrongRole { by: any.by, article: any.article });
    }
    let Some(step) = of_act().find(|s| s.from == from) else {
        return Err(Refusal::WrongState { state: from.map_or("", Word::as_str), act: act.as_str(), article: any.article });
    };
    match step.by.iter().find(|r| who.is(**r)) {
        Some(role) => Ok((step, *role)),
        None => Err(Refusal::WrongRole { by: step.by, article: step.article }),
    }
}

/// Begins a case: checks the table, appends the event, tells whom it concerns. The verb has inserted the row in state
/// [`first`]; its clock and due day are set here.
pub fn begin_case<N: Noun>(tx: &mut Tx, who: &Caller, row: &N, act: N::Act, record: Record) -> Result<()> {
    let (step, role) = line::<N>(who, None, act)?;
    if row.state() != step.to {
        return Err(Refusal::broken(format!("{} begins in {:?}, not {:?}", N::NAME, step.to, row.state())));
    }
    deadline::follow(tx, row, step.to, step.clock, false)?;
    leave(tx, who, row, step, role, record)
}

/// The state in which an opening act leaves a new row.
pub fn first<N: Noun>(act: N::Act) -> Result<N::State> {
    N::STEPS.iter().find(|s| s.from.is_none() && s.act == act).map(|s| s.to).ok_or_else(|| Refusal::broken(format!("{act:?} begins nothing")))
}

/// Takes a step: looks the line up, moves the row if it still stands where the caller saw it, appends the event, tells
/// whom it concerns. Errors: `WrongRole`, `WrongState`, `Stale`.
pub fn take<N: Noun>(tx: &mut Tx, who: &Caller, row: &N, act: N::Act, record: Record) -> Result<N::State> {
    let (step, role) = line::<N>(who, Some(row.state()), act)?;
    let moved = diesel::sql_query(format!("UPDATE {} SET state = $1, updated_at = $2 WHERE id = $3 AND state = $4", N::TABLE))
        .bind::<Text, _>(step.to.as_str())
        .bind::<Timestamp, _>(tx.now())
        .bind::<Text, _>(row.id())
        .bind::<Text, _>(row.state().as_str())
        .execute(tx.db())?;
    if moved == 0 {
        return Err(Refusal::Stale);
    }
    if step.keeps {
        deadline::carry(tx, row, step.to)?;
    } else if step.from != Some(step.to) || step.clock.is_some() {
        deadline::follow(tx, row, step.to, step.clock, step.pauses)?;
    }
    leave(tx, who, row, step, role, record)?;
    Ok(step.to)
}

fn leave<N: Noun>(tx: &mut Tx, who: &Caller, row: &N, step: &Step<N::State, N::Act>, role: Role, record: Record) -> Result<()> {
    let heading = row.heading();
    let sealed = record.sealed_until.is_some();
    let about = About {
        noun: N::NAME,
        subject: heading.id.clone(),
        title: &heading.title,
        owner: heading.owner,
        act: step.act.as_str(),
        from: step.from.map(Word::as_str),
        to: step.to.as_str(),
        role,
        article: step.article,
    };
    let record = Record { told: told(tx, row, step.act, sealed)?, ..record };
    let seq = event::append(tx, who, about, record)?;
    for tell in step.tells {
        match tell {
            Tell::Owner => match heading.owner {
                Some(org) => mail::tell_org(tx, org, who, seq)?,
                // Whoever files or asks for himself alone is told himself.
                None => {
                    if let Some(author) = author(tx, row)? {
                        mail::tell_person(tx, author, who, seq)?;
                    }
                }
            },
            // A sealed act is told to its owner only.
            Tell::Role(role) if !sealed => mail::tell_role(tx, *role, who, seq)?,
            Tell::Party(column) if !sealed => {
                if let Some(org) = party::<N>(tx, row.id(), column)? {
                    mail::tell_org(tx, org, who, seq)?;
                }
            }
            Tell::Role(_) | Tell::Party(_) => {}
        }
    }
    Ok(())
}

/// What the public log says of an act. All acts on what is sealed are told alike, so that nobody can count the bids.
fn told<N: Noun>(tx: &mut Tx, row: &N, act: N::Act, sealed: bool) -> Result<Option<Told>> {
    if sealed {
        return Ok((!N::TOLD.is_empty()).then(|| Told::of(SEALED).veiled()));
    }
    match N::TOLD.iter().find(|(a, _)| *a == act) {
        Some((_, kind)) => N::told(tx, row, act, Told::of(kind)),
        None => Ok(None),
    }
}

/// The organisation that a row names in a column of ours.
pub(crate) fn party<N: Noun>(tx: &mut Tx, id: Id<N>, column: &str) -> Result<Option<Id<Org>>> {
    #[derive(diesel::QueryableByName)]
    struct Party {
        #[diesel(sql_type = Nullable<Text>)]
        party: Option<Id<Org>>,
    }
    let found: Party =
        diesel::sql_query(format!("SELECT {column} AS party FROM {} WHERE id = $1", N::TABLE)).bind::<Text, _>(id).get_result(tx.db())?;
    Ok(found.party)
}

/// Who began the case.
fn author<N: Noun>(tx: &mut Tx, row: &N) -> Result<Option<Id<Person>>> {
    #[derive(diesel::QueryableByName)]
    struct Begun {
        #[diesel(sql_type = Nullable<Text>)]
        created_by: Option<Id<Person>>,
    }
    let begun: Begun =
        diesel::sql_query(format!("SELECT created_by FROM {} WHERE id = $1", N::TABLE)).bind::<Text, _>(row.id()).get_result(tx.db())?;
    Ok(begun.created_by)
}

/// Begins a case from a form: settles what was typed, then runs the verb.
pub fn open<N: Noun>(tx: &mut Tx, who: &Caller, answers: Answers) -> Result<Id<N>> {
    let Some(opening) = N::OPENING else { return Err(Refusal::WrongMethod) };
    line::<N>(who, None, opening.act)?;
    let answers = if opening.draft { answers } else { opening.sheet.settle(&answers)? };
    let id = (opening.run)(tx, who, answers)?;
    tx.must_have_event()?;
    Ok(id)
}

/// Does an act on a case: finds it in the caller's sight, asks the table and the guard, settles what was typed, runs the
/// verb. Errors come in that order, so that nobody learns of a field's fault in a case that is not his.
pub fn perform<N: Noun>(tx: &mut Tx, who: &Caller, id: Id<N>, act: N::Act, answers: Answers) -> Result<N> {
    let row = N::find(tx, who, id)?;
    let deed = N::DEEDS.iter().find(|d| d.act == act).ok_or(Refusal::WrongMethod)?;
    may(tx, who, &row, deed)?;
    let answers = if deed.draft { answers } else { deed.sheet.settle(&answers)? };
    (deed.run)(tx, who, &row, answers)?;
    tx.must_have_event()?;
    N::find(tx, who, id)
}

/// Refuses as the act itself would, before anything is typed: the table, then the guard.
pub fn may<N: Noun>(look: &mut Look, who: &Caller, row: &N, deed: &Deed<N>) -> Result<()> {
    line::<N>(who, Some(row.state()), deed.act)?;
    deed.guard.map_or(Ok(()), |guard| guard(look, who, row))
}

/// The acts a page may offer: those whose line and guard hold now.
pub fn open_to<N: Noun>(look: &mut Look, who: &Caller, row: &N) -> Result<Vec<&'static Deed<N>>> {
    let mut open = Vec::new();
    for deed in N::DEEDS {
        match may(look, who, row, deed) {
            Ok(()) => open.push(deed),
            Err(Refusal::Broken(what)) => return Err(Refusal::Broken(what)),
            Err(_) => {}
        }
    }
    Ok(open)
}

/// Whose turn it is in a state: the roles of the first line that leads out of it. Tables are written so that the first
/// line from each state is the way forward. Nobody's in a state that rests.
pub fn turn<N: Noun>(state: N::State) -> &'static [Role] {
    if N::RESTS.contains(&state) {
        return &[];
    }
    N::STEPS.iter().find(|s| s.from == Some(state) && s.to != state && !s.by.contains(&Role::Calendar)).map_or(&[], |s| s.by)
}

/// How many cases of a kind wait for somebody in one of the caller's roles, and the earliest day due among them.
#[derive(Clone, Debug, serde::Serialize, diesel::QueryableByName)]
pub struct Waiting {
    #[diesel(sql_type = Text)]
    pub state: String,
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    pub count: i64,
    #[diesel(sql_type = Nullable<Date>)]
    pub due_on: Option<NaiveDate>,
}

/// What waits for the caller, by state; those who oversee see all, others their own organisation's.
pub fn waiting<N: Noun>(look: &mut Look, who: &Caller) -> Result<Vec<Waiting>> {
    let states: Vec<N::State> = N::State::ALL.iter().copied().filter(|s| who.is_any(turn::<N>(*s))).collect();
    let Some(org) = who.org.filter(|_| !states.is_empty()) else { return Ok(Vec::new()) };
    // The states and columns are words of ours, never of a user.
    let mine = |state: N::State| {
        let column = N::PARTIES.iter().find(|(s, _)| *s == state).map_or("owner", |(_, column)| column);
        // What anybody may do is for whoever began the case, not for all who may look at it.
        let by_office = turn::<N>(state).iter().any(|role| *role != Role::Registered && who.is_any(&[*role]));
        let whose =
            if who.oversees() && by_office && !N::HIDDEN.contains(&state.as_str()) { "$1 <> ''".to_string() } else { format!("{column} = $1") };
        format!("(state = '{}' AND {whose})", state.as_str())
    };
    let mine = states.into_iter().map(mine).collect::<Vec<_>>().join(" OR ");
    let sql = format!("SELECT state, COUNT(*) AS count, MIN(due_on) AS due_on FROM {} WHERE {mine} GROUP BY state ORDER BY state", N::TABLE);
    Ok(diesel::sql_query(sql).bind::<Text, _>(org).load(look.db())?)
}

/// Whether this caller may begin a case of this kind.
pub fn may_open<N: Noun>(who: &Caller) -> bool {
    N::OPENING.is_some_and(|o| line::<N>(who, None, o.act).is_ok())
}

/// Everybody whom the table lets do this act.
pub fn doers<N: Noun>(act: N::Act) -> Vec<Role> {
    let mut roles: Vec<Role> = N::STEPS.iter().filter(|s| s.act == act).flat_map(|s| s.by.iter().copied()).collect();
    roles.sort();
    roles.dedup();
    roles
}
