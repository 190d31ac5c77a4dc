//! What the rows of most nouns have alike: the common columns, how a new row begins, who sees it, and its list. A noun that
//! needs more writes its own; see [`case!`](crate::case!).

use crate::caller::{Caller, Role};
use crate::clock::At;
use crate::db::{Look, MultiBackend};
use crate::flow::Noun;
use crate::id::Id;
use crate::paging::{Page, Paged, like};
use crate::people::Org;
use crate::sheet::Answers;
use crate::words::Word;
use crate::{Refusal, Result, diesel, serial};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text, Timestamp};

/// What a new row begins with besides its own columns.
#[derive(Clone, Debug)]
pub struct New<N: 'static> {
    pub id: Option<Id<N>>,
    pub title: String,
    /// Series of the profile from which it gets its number.
    pub series: Option<&'static str>,
    pub owner: Option<Id<Org>>,
    pub content: String,
}

impl<N: 'static> New<N> {
    /// A row of that title; without number, owner and content as yet.
    pub fn of(title: impl Into<String>) -> Self {
        Self { id: None, title: title.into(), series: None, owner: None, content: "{}".into() }
    }
    /// Its id, when something must name it before it stands: files that are attached to it.
    pub fn id(mut self, id: Id<N>) -> Self {
        self.id = Some(id);
        self
    }
    /// Takes the next number of a series.
    pub fn series(mut self, series: &'static str) -> Self {
        self.series = Some(series);
        self
    }
    /// Whose case it is.
    pub fn owner(mut self, owner: impl Into<Option<Id<Org>>>) -> Self {
        self.owner = owner.into();
        self
    }
    /// What is kept of the answers.
    pub fn content(mut self, content: &Answers) -> Self {
        self.content = content.json();
        self
    }
}

/// Which rows of a kind a caller may see.
#[derive(Clone, Debug, Default)]
pub struct Sight {
    all: bool,
    /// Or those with one of these values in these columns. Columns are names of ours, never of a user.
    columns: Vec<(&'static str, String)>,
    hidden: &'static [&'static str],
    /// Nothing is hidden: days come for drafts, too.
    bare: bool,
}

impl Sight {
    /// Everything for those who oversee and for the calendar; else the rows of one's own organisation.
    pub fn overseen(who: &Caller) -> Self {
        let own = who.org.map(|org| ("owner", org.to_string()));
        Self { all: who.oversees(), columns: own.into_iter().collect(), hidden: &[], bare: who.is(Role::Calendar) }
    }
    /// Everything, whoever looks.
    pub fn everybody() -> Self {
        Self { all: true, ..Self::default() }
    }
    /// Nothing yet; add with [`Sight::or`].
    pub fn nothing() -> Self {
        Self::default()
    }
    /// Also the rows with that value in that column; none more when there is no value.
    pub fn or(mut self, column: &'static str, value: Option<impl ToString>) -> Self {
        self.columns.extend(value.map(|v| (column, v.to_string())));
        self
    }
    /// Rows in these states are seen only through a column, not by those who see everything.
    pub fn hiding(mut self, states: &'static [&'static str]) -> Self {
        if !self.bare {
            self.hidden = states;
        }
        self
    }
    /// The condition, with its values appended to `binds`.
    fn sql(&self, binds: &mut Vec<String>) -> String {
        let mut any: Vec<String> = Vec::new();
        if self.all {
            let hidden: Vec<String> = self.hidden.iter().map(|s| format!("'{s}'")).collect();
            any.push(if hidden.is_empty() { "1 = 1".into() } else { format!("state NOT IN ({})", hidden.join(", ")) });
        }
        for (column, value) in &self.columns {
            binds.push(value.clone());
            any.push(format!("{column} = ${}", binds.len()));
        }
        if any.is_empty() { "1 = 0".into() } else { format!("({})", any.join(" OR ")) }
    }
}

/// A noun whose rows were declared by [`case!`](crate::case!).
pub trait Case: Noun + Kept + QueryableByName<MultiBackend> {
    /// Which rows this caller may see.
    fn sight(who: &Caller) -> Sight;
}

/// What [`case!`](crate::case!) tells of every row.
pub trait Kept {
    /// When it began.
    fn created_at(&self) -> At;
}

/// What a list asks for. Empty fields ask for everything.
#[derive(Clone, Debug)]
pub struct Ask<S> {
    pub words: String,
    pub state: Option<S>,
    pub owner: Option<Id<Org>>,
    /// Columns that must hold a value. Columns are names of ours, never of a user.
    pub about: Vec<(&'static str, String)>,
}

impl<S> Default for Ask<S> {
    fn default() -> Self {
        Self { words: String::new(), state: None, owner: None, about: Vec::new() }
    }
}

impl<S> Ask<S> {
    /// Rows that name that value in that column.
    pub fn about(column: &'static str, value: impl ToString) -> Self {
        Self { about: vec![(column, value.to_string())], ..Self::default() }
    }
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

fn condition<N: Case>(sight: &Sight, ask: &Ask<N::State>) -> (String, Vec<String>) {
    let mut binds = Vec::new();
    let mut all = vec![sight.sql(&mut binds)];
    let mut equal = |column: &str, value: String| {
        binds.push(value);
        all.push(format!("{column} = ${}", binds.len()));
    };
    if let Some(state) = ask.state {
        equal("state", state.as_str().into());
    }
    if let Some(owner) = ask.owner {
        equal("owner", owner.to_string());
    }
    for (column, value) in &ask.about {
        equal(column, value.clone());
    }
    if !ask.words.trim().is_empty() {
        all.push(named(binds.len() + 1));
        binds.extend(names(&ask.words));
    }
    (all.join(" AND "), binds)
}

/// That the title is like the value of that bind, or the number like that of the next, in capitals or not.
fn named(bind: usize) -> String {
    format!("(LOWER(title) LIKE LOWER(${bind}) ESCAPE '\\' OR LOWER(serial) LIKE LOWER(${}) ESCAPE '\\')", bind + 1)
}

/// The values for it: words as typed, and as numbers are written.
fn names(words: &str) -> [String; 2] {
    [like(words), like(&serial::folded(words))]
}

fn query(sql: String, binds: Vec<String>) -> diesel::query_builder::BoxedSqlQuery<'static, MultiBackend, diesel::query_builder::SqlQuery> {
    binds.into_iter().fold(diesel::sql_query(sql).into_boxed::<MultiBackend>(), |q, value| q.bind::<Text, _>(value))
}

/// The rows that are asked for and may be seen, newest first.
pub fn list<N: Case>(look: &mut Look, sight: &Sight, ask: &Ask<N::State>, page: Page) -> Result<Paged<N>> {
    let (condition, binds) = condition::<N>(sight, ask);
    let count: Count = query(format!("SELECT COUNT(*) AS count FROM {} WHERE {condition}", N::TABLE), binds.clone()).get_result(look.db())?;
    let sql =
        format!("SELECT * FROM {} WHERE {condition} ORDER BY created_at DESC, id DESC LIMIT {} OFFSET {}", N::TABLE, page.limit(), page.offset());
    Ok(page.of(query(sql, binds).load(look.db())?, count.count))
}

/// The row of that id, when it may be seen; `NotFound` otherwise.
pub fn find<N: Case>(look: &mut Look, sight: &Sight, id: Id<N>) -> Result<N> {
    let (condition, mut binds) = condition::<N>(sight, &Ask::default());
    binds.push(id.to_string());
    let sql = format!("SELECT * FROM {} WHERE {condition} AND id = ${}", N::TABLE, binds.len());
    query(sql, binds).get_result(look.db()).optional()?.ok_or(Refusal::NotFound)
}

/// The row of that id, whoever asks: for verbs.
pub fn row<N: Case>(look: &mut Look, id: Id<N>) -> Result<N> {
    find(look, &Sight::everybody(), id)
}

/// The newest rows that name a value in a column and stand in one of these states (in any, when none is named), at most 200;
/// whoever asks: for verbs.
pub fn all_of<N: Case>(look: &mut Look, column: &'static str, value: impl ToString, states: &[N::State]) -> Result<Vec<N>> {
    let list: Vec<String> = states.iter().map(|s| format!("'{}'", s.as_str())).collect();
    let states = if list.is_empty() { String::new() } else { format!(" AND state IN ({})", list.join(", ")) };
    let sql = format!("SELECT * FROM {} WHERE {column} = $1{states} ORDER BY created_at DESC, id DESC LIMIT 200", N::TABLE);
    Ok(query(sql, vec![value.to_string()]).load(look.db())?)
}

/// A case of whatever kind, as a search finds it.
#[derive(Clone, Debug, QueryableByName)]
pub struct Hit {
    #[diesel(sql_type = Text)]
    pub noun: String,
    #[diesel(sql_type = Text)]
    pub id: String,
    #[diesel(sql_type = Timestamp)]
    pub created_at: At,
}

/// Cases of these kinds, each a noun with its table, whose number or title has the words: one's own organisation's first, then the
/// latest, of each kind at most so many. The caller asks of each whether it may be seen, and what of it.
pub fn search(look: &mut Look, kinds: &[(&'static str, &'static str)], words: &str, own: Option<Id<Org>>, of_each: i64) -> Result<Vec<Hit>> {
    let of = |(noun, table): &(&str, &str)| {
        format!(
            "SELECT * FROM (SELECT '{noun}' AS noun, id, created_at, CASE WHEN owner = $1 THEN 0 ELSE 1 END AS others FROM {table} \
             WHERE {} ORDER BY others, created_at DESC, id DESC LIMIT {of_each}) AS found",
            named(2)
        )
    };
    let all: Vec<String> = kinds.iter().map(of).collect();
    if all.is_empty() {
        return Ok(Vec::new());
    }
    let sql = format!("{} ORDER BY others, created_at DESC, id DESC", all.join(" UNION ALL "));
    let binds = [own.map(|o| o.to_string()).unwrap_or_default()].into_iter().chain(names(words));
    Ok(query(sql, binds.collect()).load(look.db())?)
}

/// Declares the row of a noun: the columns every case has, then its own. In scope must be `State` and `Act`, the noun's words,
/// and `diesel`; the table is one of [`schema`](crate::schema).
#[macro_export]
macro_rules! case {
    ($(#[$doc:meta])* pub struct $Noun:ident in $table:ident { $($(#[$own:meta])* pub $field:ident : $kind:ty),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, serde::Serialize)]
        #[derive($crate::diesel::Queryable, $crate::diesel::Selectable, $crate::diesel::Insertable, $crate::diesel::QueryableByName)]
        #[diesel(table_name = $crate::schema::$table)]
        pub struct $Noun {
            pub id: $crate::Id<$Noun>,
            pub serial: Option<String>,
            pub title: String,
            pub state: State,
            pub owner: Option<$crate::Id<$crate::people::Org>>,
            pub clock: Option<String>,
            pub due_on: Option<$crate::case::Day>,
            pub profile: String,
            pub content: String,
            pub created_by: Option<$crate::Id<$crate::people::Person>>,
            pub created_at: $crate::At,
            pub updated_at: $crate::At,
            $($(#[$own])* pub $field: $kind,)*
        }

        impl $crate::case::Kept for $Noun {
            fn created_at(&self) -> $crate::At {
                self.created_at
            }
        }

        impl $Noun {
            /// Begins a case: inserts the row in the state that the act leaves it in, and takes the step.
            #[allow(clippy::too_many_arguments)]
            pub fn begin(
                tx: &mut $crate::Tx, who: &$crate::Caller, act: Act, new: $crate::case::New<Self>, record: $crate::event::Record, $($field: $kind),*
            ) -> $crate::Result<Self> {
                use $crate::diesel::RunQueryDsl as _;
                let row = Self {
                    id: match new.id { Some(id) => id, None => tx.id() },
                    serial: match new.series { Some(series) => Some($crate::serial::next(tx, series)?), None => None },
                    title: new.title,
                    state: $crate::flow::first::<Self>(act)?,
                    owner: new.owner,
                    clock: None,
                    due_on: None,
                    profile: tx.profile().version_tag(),
                    content: new.content,
                    created_by: who.person,
                    created_at: tx.now(),
                    updated_at: tx.now(),
                    $($field,)*
                };
                $crate::diesel::insert_into($crate::schema::$table::table).values(&row).execute(tx.db())?;
                $crate::flow::begin_case(tx, who, &row, act, record)?;
                Ok(row)
            }
            /// What is kept of the answers.
            pub fn answers(&self) -> $crate::sheet::Answers {
                $crate::sheet::Answers::parse(&self.content)
            }
            /// What the case shows at its head.
            pub fn head(&self) -> $crate::flow::Heading {
                $crate::flow::Heading {
                    id: self.id.to_string(),
                    serial: self.serial.clone(),
                    title: self.title.clone(),
                    owner: self.owner,
                    due_on: self.due_on,
                    clock: self.clock.clone(),
                }
            }
            /// Its row, whoever asks: for verbs.
            pub fn row(look: &mut $crate::Look, id: $crate::Id<Self>) -> $crate::Result<Self> {
                $crate::case::row(look, id)
            }
            /// Keeps other answers; the caller takes the step that says so.
            pub fn keep(&self, tx: &mut $crate::Tx, content: &$crate::sheet::Answers) -> $crate::Result<()> {
                use $crate::diesel::{ExpressionMethods as _, QueryDsl as _, RunQueryDsl as _};
                use $crate::schema::$table as t;
                $crate::diesel::update(t::table.find(self.id)).set(t::content.eq(content.json())).execute(tx.db())?;
                Ok(())
            }
        }
    };
}

pub use chrono::NaiveDate as Day;
