//! Catalogue entries of the source units: what data there is, at which level, how it is shared and opened, and reading
//! whole lists of them from spreadsheets. What is done with the data lives in the later crates.

pub mod entry;
pub mod import;
pub mod table;

pub use entry::{Cycle, Domain, Entry, Level, Open, Share};
