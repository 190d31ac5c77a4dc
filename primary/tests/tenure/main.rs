//! The life of a licence after its grant: orders and suspension, amendment and renewal, its end, and what the end brings about.
// A story that breaks off should say where; the runner speaks to the stories through the environment.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::disallowed_methods)]

mod ends;
mod histories;
mod orders;
mod succession;
mod world;
