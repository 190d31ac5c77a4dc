//! Stories told in a browser. Journeys through the platform start [`support::demo::Demo`].

// A story stops at the first thing that is not as told.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod harness;
mod journeys;
mod keys;
mod life;
mod people;
mod supervision;
