//! A person of the cast, who acts and looks for an organisation.

use platform::flow::{self, Noun};
use platform::sheet::Answers;
use platform::{Caller, Db, Id, Look, Result, Tx};
use serde_json::Value;

/// A caller with the database at hand.
#[derive(Clone)]
pub struct Actor {
    pub who: Caller,
    db: Db,
}

impl Actor {
    pub fn new(who: Caller, db: Db) -> Self {
        Self { who, db }
    }
    /// Begins a case from a form.
    pub fn opens<N: Noun>(&self, typed: Value) -> Result<Id<N>> {
        self.tries(move |tx, who| flow::open::<N>(tx, who, Answers::of(typed)))
    }
    /// Does an act on a case with what is typed into its form; the row as it stands afterwards.
    pub fn does<N: Noun>(&self, id: Id<N>, act: N::Act, typed: Value) -> Result<N> {
        self.tries(move |tx, who| flow::perform::<N>(tx, who, id, act, Answers::of(typed)))
    }
    /// The case, if this person may see it.
    pub fn sees<N: Noun>(&self, id: Id<N>) -> Result<N> {
        self.looks(|look, who| N::find(look, who, id))
    }
    /// The acts a page would offer this person.
    pub fn may<N: Noun>(&self, id: Id<N>) -> Result<Vec<N::Act>> {
        self.looks(|look, who| {
            let row = N::find(look, who, id)?;
            Ok(flow::open_to(look, who, &row)?.iter().map(|deed| deed.act).collect())
        })
    }
    /// Runs a verb that has no step table.
    pub fn tries<T: Send + 'static>(&self, verb: impl FnOnce(&mut Tx, &Caller) -> Result<T> + Send + 'static) -> Result<T> {
        let who = self.who.clone();
        self.db.act(move |tx| verb(tx, &who))
    }
    /// Asks a question.
    pub fn looks<T>(&self, question: impl FnOnce(&mut Look, &Caller) -> Result<T>) -> Result<T> {
        self.db.look(|look| question(look, &self.who))
    }
    /// The organisation acted for.
    pub fn org(&self) -> Id<platform::people::Org> {
        self.who.org.expect("acts for an organisation")
    }
    /// The person who acts.
    pub fn person(&self) -> Id<platform::people::Person> {
        self.who.person.expect("is a person")
    }
}
