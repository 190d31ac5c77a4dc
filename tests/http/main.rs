//! Stories told over HTTP: the real server with the demo city, one visitor per kind of actor.

// A story stops at the first thing that is not as told.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod bad_input;
mod escaped;
mod find;
mod golden;
mod hard_times;
mod kept;
mod law;
mod log;
mod machines;
mod matrix;
mod mends;
mod open_data;
mod pages;
mod tokens;
mod town;
mod whole_job;
