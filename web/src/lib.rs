//! Every URL, form, page and word; the JSON face of the same pages; the one binary. It asks the crates below it and
//! writes no SQL: diesel is not among its dependencies.

pub mod account;
pub mod answer;
pub mod app;
pub mod ask;
pub mod assets;
pub mod cli;
pub mod daily;
pub mod demo;
pub mod doctor;
pub mod export;
pub mod files;
pub mod flows;
pub mod follow;
pub mod kept;
pub mod law;
pub mod memory;
pub mod menu;
pub mod noun;
pub mod openapi;
pub mod post;
pub mod public;
pub mod read;
pub mod refuse;
pub mod routes;
pub mod say;
pub mod serve;
pub mod shelf;
pub mod site;
pub mod view;
pub mod witness;
pub mod work;
