//! What is asked for an act and the verb that does it.

use super::Noun;
use crate::Result;
use crate::caller::Caller;
use crate::db::{Look, Tx};
use crate::id::Id;
use crate::sheet::{Answers, Sheet};

/// How a case begins: what is asked, and the verb.
pub struct Opening<N: Noun> {
    pub act: N::Act,
    pub sheet: &'static Sheet,
    pub draft: bool,
    pub run: fn(&mut Tx, &Caller, Answers) -> Result<Id<N>>,
}

type Verb<N> = fn(&mut Tx, &Caller, &N, Answers) -> Result<()>;
type Guard<N> = fn(&mut Look, &Caller, &N) -> Result<()>;

/// One act on a case: what is asked, what must hold, and the verb.
pub struct Deed<N: Noun> {
    pub act: N::Act,
    pub sheet: &'static Sheet,
    pub run: Verb<N>,
    /// What must hold besides the table; the button is offered only then, and the act checks it again.
    pub guard: Option<Guard<N>>,
    /// Saved as typed, valid or not.
    pub draft: bool,
    /// Needs the password again.
    pub careful: bool,
    /// The application wizard's or workbench's own page carries it; no button on the case page.
    pub quiet: bool,
    /// Cannot be taken back: its button leads to a page that says so first.
    pub for_good: bool,
}

/// An act and its verb.
pub const fn deed<N: Noun>(act: N::Act, sheet: &'static Sheet, run: Verb<N>) -> Deed<N> {
    Deed { act, sheet, run, guard: None, draft: false, careful: false, quiet: false, for_good: false }
}

impl<N: Noun> Deed<N> {
    /// Says what must hold besides the table.
    pub const fn when(mut self, guard: Guard<N>) -> Self {
        self.guard = Some(guard);
        self
    }
    /// What is typed is saved even when it is not valid.
    pub const fn draft(mut self) -> Self {
        self.draft = true;
        self
    }
    /// Asks for the password again.
    pub const fn careful(mut self) -> Self {
        self.careful = true;
        self
    }
    /// Asks once more before it is done, on a page that says that it cannot be taken back.
    pub const fn for_good(mut self) -> Self {
        self.for_good = true;
        self
    }
    /// Shows no button on the case page; a page of its own carries it.
    pub const fn quiet(mut self) -> Self {
        self.quiet = true;
        self
    }
}
