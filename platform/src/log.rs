//! The public log: what everybody may know of the acts, in a tree of hashes that nobody can rewrite unseen. A C2SP
//! tlog-tiles log: a leaf for each public act, written with the act's own event ([`leaf`]); tiles and checkpoint as files
//! ([`folder`], [`writer`]); receipts that anybody checks without us ([`proof`], [`policy`], [`mirror`]); what stands behind
//! commitments, for those who may know ([`opening`]); what was published with an act, word for word ([`wording`]); and witnesses of other organisations who cosign only what has grown ([`witness`]).

pub mod chronicle;
pub mod folder;
pub mod leaf;
pub mod mirror;
pub mod note;
pub mod opening;
pub mod policy;
pub mod proof;
pub mod signer;
pub mod tree;
pub mod witness;
pub mod wording;
pub mod writer;

pub use leaf::{Leaf, Told};
pub use writer::Log;
