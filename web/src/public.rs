//! Pages for everybody: the catalogue, the registers, the verification of numbers, help.

pub mod home;

use crate::routes::Route;

pub fn routes() -> Vec<Route> {
    home::routes()
}
