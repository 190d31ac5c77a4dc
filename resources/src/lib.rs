//! Public data as a resource of the city: what units collect, the catalogue of what they hold and the chain it hangs in, how it is
//! shared among them and opened to everybody, and what is wrong with it. What is licensed and built from it lives in the later
//! crates.

pub mod backflow;
pub mod collection;
pub mod entry;
pub mod import;
pub mod node;
pub mod observer;
pub mod opening;
pub mod opening_plan;
pub mod opinion;
pub mod purchase;
pub mod quality;
pub mod sharing;
pub mod table;

pub use backflow::Backflow;
pub use collection::Collection;
pub use entry::{Cycle, Domain, Entry, Level, Open, Share};
pub use node::Node;
pub use observer::Observer;
pub use opening::Opening;
pub use opening_plan::OpeningPlan;
pub use opinion::Opinion;
pub use purchase::Purchase;
pub use quality::Quality;
pub use sharing::Sharing;
