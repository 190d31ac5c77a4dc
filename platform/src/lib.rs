//! What every tier stands on: database, clock, people, the step table, the event log, refusals, policy, files, letters,
//! settings. It knows no business noun but person and organisation.

pub mod account;
pub mod backup;
pub mod bell;
pub mod caller;
pub mod case;
pub mod clock;
pub mod config;
pub mod day;
pub mod db;
pub mod deadline;
pub mod event;
pub mod file;
pub mod flow;
pub mod id;
pub mod log;
pub mod mail;
pub mod money;
pub mod once;
pub mod paging;
pub mod people;
pub mod profile;
pub mod refusal;
pub mod schema;
pub mod serial;
pub mod sheet;
pub mod vault;
pub mod words;

pub use caller::{Caller, OrgKind, Role};
pub use clock::{At, Clock};
pub use db::{Conn, Db, Look, MultiBackend, Tx};
pub use id::Id;
pub use refusal::{Fault, Refusal, Result};
pub use words::Word;

// For the macros of `words`.
pub use {diesel, serde};
