//! What templates show: the frame, forms, lists, cases. Made in the page's language; the JSON face serialises the same.

pub mod case;
pub mod chrome;
pub mod form;
pub mod list;
pub mod panels;
pub mod wizard;
