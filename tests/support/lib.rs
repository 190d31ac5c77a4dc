//! What stories are told with: a fresh database of either kind, a cast of people in every role, a clock moved by hand,
//! golden files. A story runs on both databases through [`on_both!`]; at its end the world checks that the chain of
//! events holds, that no letter failed and that no row changed without an event.

// A story stops at the first thing that is not as told, so here a panic is the report; and the runner speaks to the
// stories through the environment.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::disallowed_methods)]

mod actor;
pub mod browser;
mod cast;
pub mod city;
pub mod demo;
pub mod form;
pub mod future;
pub mod fuzz;
mod golden;
pub mod hand;
pub mod leaves;
pub mod place;
pub mod visitor;
mod world;

pub use actor::Actor;
pub use city::City;
pub use golden::golden;
pub use visitor::Visitor;
pub use world::World;

/// Declares stories that run on both databases: each becomes a module with the tests `sqlite` and `postgres`.
///
/// ```text
/// on_both! {
///     an_approved_developer_may_apply(world) {
///         world.developer('A').does::<Org>(…).unwrap();
///     }
/// }
/// ```
#[macro_export]
macro_rules! on_both {
    ($($(#[$meta:meta])* $name:ident($world:ident) $story:block)+) => {$(
        $(#[$meta])*
        mod $name {
            #[allow(unused_imports)]
            use super::*;

            fn story($world: &$crate::World) $story

            #[test]
            fn sqlite() {
                let world = $crate::World::sqlite();
                story(&world);
                world.finish();
            }

            #[test]
            fn postgres() {
                let Some(world) = $crate::World::postgres() else { return };
                story(&world);
                world.finish();
            }
        }
    )+};
}

/// Says that a check was not made, and why; the runner counts these lines and CI does not accept any.
pub fn skipped(what: &str) {
    eprintln!("SKIPPED {what}");
    if let Ok(list) = std::env::var("DAJING_TEST_SKIPPED") {
        use std::io::Write;
        let mut file = std::fs::OpenOptions::new().create(true).append(true).open(list).expect("list of skipped tests");
        writeln!(file, "{what} ({})", std::thread::current().name().unwrap_or("?")).expect("list of skipped tests");
    }
}
