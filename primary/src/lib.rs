//! The first tier: demand for scenarios, classes of scenario decided one by one, announcements and what follows from
//! them until a licence is granted (ZJK-13). What licensed developers make of the data lives in `secondary`.

pub mod agreement;
pub mod amendment;
pub mod announcement;
pub mod archive;
pub mod assessment;
pub mod bar;
pub mod bid;
pub mod demand;
pub mod destruction;
pub mod dossier;
pub mod filing;
pub mod licence;
pub mod objection;
pub mod oversight;
pub mod plan;
pub mod question;
pub mod rectification;
pub mod scenario;
pub mod scoring;
pub mod selection;
pub mod termination;

pub use announcement::Announcement;
pub use demand::Demand;
pub use objection::Objection;
pub use question::Question;
pub use resources::Domain;
pub use scenario::Scenario;

use platform::words;

words! {
    /// What a use is for (ZJK-6); the first is free of charge.
    pub enum Purpose: "purpose" { PublicGood = "public_good", Industry = "industry" }
}
words! {
    /// Forms of data products (ZJK-3).
    pub enum ProductForm: "product-form" {
        Dataset = "dataset", Interface = "interface", Indicator = "indicator", Report = "report", Model = "model", Application = "application",
    }
}
words! {
    /// How secondary operators are found (ZJK-13(5)).
    pub enum SelectionMethod: "selection-method" { OpenTender = "open_tender", InvitedTender = "invited_tender", Negotiation = "negotiation" }
}
