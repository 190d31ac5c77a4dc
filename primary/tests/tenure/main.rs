//! The life of a licence after its grant: orders and suspension, amendment and renewal, its end, and what the end brings about.
// A story that breaks off should say where.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod ends;
mod histories;
mod orders;
mod succession;
mod world;
