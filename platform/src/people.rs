//! People and organisations: who they are, what they may be for whom.

pub mod interest;
pub mod org;
pub mod person;

pub use org::Org;
pub use person::Person;
