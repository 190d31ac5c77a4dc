//! secondary
