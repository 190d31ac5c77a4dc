//! Stories told over HTTP: the real server with the demo city, one visitor per kind of actor.

// A story stops at the first thing that is not as told.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod bad_input;
mod escaped;
mod golden;
mod law;
mod hard_times;
mod matrix;
mod open_data;
mod mends;
mod pages;
mod tokens;
mod town;
mod whole_job;
