//! Stories told through the crates' own verbs, on both databases.

// A story stops at the first thing that is not as told.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod cast;
mod db;
mod durable;
mod faces;
mod finding;
mod guards;
mod invariants;
mod log;
mod once;
mod oversight;
mod people;
mod policies;
mod races;
mod real;
mod road;
mod schema;
mod sheets;
mod story;
mod timeline;
mod walk;
