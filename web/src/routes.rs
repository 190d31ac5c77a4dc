//! Every address, who may come in, and what answers: the one table that the server, the golden matrix and
//! `/openapi.json` read.

use crate::answer::PageResult;
use crate::ask::Ask;
use platform::flow::Noun;
use platform::sheet::Sheet;
use platform::{Caller, Refusal, Result, Role};
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};

/// What runs a request.
pub type Handler = Arc<dyn Fn(Ask) -> Pin<Box<dyn Future<Output = PageResult>>> + Send + Sync>;

/// Who may come in. What they may see once inside is decided by the noun's `find`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Door {
    Public,
    Registered,
    Only(Vec<Role>),
}

impl Door {
    /// Refuses whoever may not come in.
    pub fn check(&self, who: &Caller) -> Result<()> {
        match self {
            Self::Public => Ok(()),
            _ if who.person.is_none() => Err(Refusal::SignIn),
            Self::Registered => Ok(()),
            Self::Only(roles) if who.is_any(roles) => Ok(()),
            Self::Only(roles) => Err(Refusal::WrongRole { by: kept(roles), article: "BJ-18" }),
        }
    }
}

/// These roles for as long as the program runs; each set of them is kept once.
fn kept(roles: &[Role]) -> &'static [Role] {
    static SETS: Mutex<Vec<&'static [Role]>> = Mutex::new(Vec::new());
    let mut sets = SETS.lock().unwrap_or_else(PoisonError::into_inner);
    match sets.iter().find(|set| **set == roles) {
        Some(known) => known,
        None => {
            let set: &'static [Role] = Box::leak(roles.to_vec().into_boxed_slice());
            sets.push(set);
            set
        }
    }
}

/// What a route is about, for `/openapi.json`.
#[derive(Clone, Copy)]
pub struct About {
    /// Message key of its summary.
    pub key: &'static str,
    pub noun: &'static str,
    /// What it takes.
    pub sheet: Option<&'static Sheet>,
    pub act: &'static str,
    /// Media types of what it gives, parted by commas; empty for a page, which speaks HTML and JSON.
    pub media: &'static str,
    /// What it shows may be gone (410).
    pub goes: bool,
}

/// One line of the table.
#[derive(Clone)]
pub struct Route {
    pub method: &'static str,
    pub path: String,
    pub door: Door,
    pub about: About,
    /// Largest body in bytes.
    pub most: usize,
    /// Takes forms without a token: it changes nothing but this visitor's own view.
    pub tokenless: bool,
    /// Kept on the shelf for everybody.
    pub kept: Option<crate::shelf::Kept>,
    pub run: Handler,
}

/// A line of the table.
pub fn route<F, Fut>(method: &'static str, path: &str, door: Door, key: &'static str, run: F) -> Route
where
    F: Fn(Ask) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = PageResult> + 'static,
{
    Route {
        method,
        path: path.into(),
        door,
        about: About { key, noun: "", sheet: None, act: "", media: "", goes: false },
        most: 1_048_576,
        tokenless: false,
        kept: None,
        run: Arc::new(move |ask| Box::pin(run(ask))),
    }
}

impl Route {
    /// What the body holds.
    pub fn takes(mut self, sheet: &'static Sheet) -> Self {
        self.about.sheet = Some(sheet);
        if sheet.fields.iter().any(|f| matches!(f.kind, platform::sheet::Kind::Files(_))) {
            self.most = 64 * 1_048_576;
        }
        self
    }
    /// What it gives, when that is no page.
    pub fn gives(mut self, media: &'static str) -> Self {
        self.about.media = media;
        self
    }
    /// What it shows may be gone.
    pub fn goes(mut self) -> Self {
        self.about.goes = true;
        self
    }
    /// Lets forms in without a token.
    pub fn tokenless(mut self) -> Self {
        self.tokenless = true;
        self
    }
    /// Keeps the page for everybody until an event may have changed it.
    pub fn kept(mut self, kept: crate::shelf::Kept) -> Self {
        self.kept = Some(kept);
        self
    }
    /// Which act on which noun it is.
    pub fn of<N: Noun>(mut self, act: &'static str) -> Self {
        self.about.noun = N::NAME;
        self.about.act = act;
        self
    }
}

/// The whole table, more literal paths first.
pub fn all() -> Vec<Route> {
    let mut routes = Vec::new();
    routes.extend(crate::site::routes());
    routes.extend(crate::public::routes());
    routes.extend(crate::account::routes());
    routes.extend(crate::work::routes());
    // A literal part wins over a parameter at the same place.
    routes.sort_by_key(|r| {
        r.path.split('/').map(|part| if part.starts_with('{') { format!("\u{10ffff}{part}") } else { part.to_string() }).collect::<Vec<_>>()
    });
    routes
}
