//! 权限 — what a licence permits now. [`may`] is the one answer, and every door asks it: entering the operating domain, asking
//! for data and taking it in, handing in a product, standing on the shelf. It is computed at each question from state, days,
//! holder, open orders of rectification and the door's hours; nothing is kept (ZJK-31, ZJK-34).

use super::{Licence, State, must_be_independent, row};
use crate::rectification::{self, Rectification};
use chrono::NaiveDate;
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::Bool;
use enclave::access;
use platform::people::Org;
use platform::schema::licence;
use platform::{Id, Look, Refusal, Result, Word, diesel, words};

words! {
    /// What a holder may do under a licence, each its own door.
    pub enum Permission: "permission" {
        /// Enter the operating domain and compute there.
        Enter = "enter",
        /// Ask for data.
        Request = "request",
        /// Take in data that is supplied.
        Receive = "receive",
        /// Begin a product and hand it in.
        Submit = "submit",
        /// Offer products: stand in the catalogue.
        List = "list",
    }
}

impl Permission {
    /// What every order of rectification closes: the ways to public data (ZJK-34, ZJ-6.8, XC-42).
    pub const OF_DATA: [Permission; 3] = [Permission::Enter, Permission::Request, Permission::Receive];

    /// Whether it also needs the door of the operating domain to stand open.
    pub const fn is_inside(self) -> bool {
        matches!(self, Permission::Enter | Permission::Receive)
    }
}

/// The licence, when it permits that now; whoever asks.
pub fn may(look: &mut Look, id: Id<Licence>, permission: Permission) -> Result<Licence> {
    let row = row(look, id)?;
    must_be_in_force(&row, look.today())?;
    must_be_independent(look, row.holder()?)?;
    let orders = rectification::open_on(look, &row)?;
    permitted(look, &row, &orders, permission)?;
    Ok(row)
}

/// Every permission of a licence with the refusal that stands in its way, for its page. The same answer as [`may`].
pub fn permissions(look: &mut Look, row: &Licence) -> Result<Vec<(Permission, Option<Refusal>)>> {
    let orders = rectification::open_on(look, row)?;
    let today = look.today();
    let whole = must_be_in_force(row, today).and_then(|()| must_be_independent(look, row.holder()?)).err();
    Permission::ALL
        .iter()
        .map(|p| match &whole {
            Some(refusal) => Ok((*p, Some(refusal.clone()))),
            None => match permitted(look, row, &orders, *p) {
                Err(fault @ (Refusal::Broken(_) | Refusal::Unavailable)) => Err(fault),
                answer => Ok((*p, answer.err())),
            },
        })
        .collect()
}

/// What is asked of each permission by itself: no order closes it, and inside the domain the door stands open.
fn permitted(look: &mut Look, row: &Licence, orders: &[Rectification], permission: Permission) -> Result<()> {
    if let Some(order) = orders.iter().find(|o| o.closed().contains(&permission)) {
        let due = order.due_on.map(|d| d.to_string()).unwrap_or_default();
        return Err(Refusal::rule("permission-closed", "ZJK-34").with("order", order.serial.as_deref().unwrap_or_default()).with("due", due));
    }
    if permission.is_inside() && !access::is_open(look, row.id.cast())? {
        return Err(Refusal::rule("licence-not-in-force", "ZJK-31"));
    }
    Ok(())
}

/// Refuses unless state and days say that it is in force; each way of not being so has its article.
pub(super) fn must_be_in_force(row: &Licence, today: NaiveDate) -> Result<()> {
    let article = match row.state {
        State::InForce if row.from_on <= today && today <= row.to_on => return Ok(()),
        State::InForce => "ZJK-17",
        State::Suspended => "ZJK-34",
        State::Ended => "ZJK-31",
        State::Drafted | State::Signed | State::Dropped => "ZJK-16",
    };
    Err(Refusal::rule("licence-not-in-force", article))
}

/// Whether an open order closes that permission.
pub(super) fn is_closed(look: &mut Look, row: &Licence, permission: Permission) -> Result<bool> {
    Ok(rectification::open_on(look, row)?.iter().any(|o| o.closed().contains(&permission)))
}

/// [`may`] as a condition on the table `licence` in SQL, its days apart, for joins that ask of many licences at once: the
/// catalogue, and [`able`]. It mirrors `may` for the permissions outside the domain, where no door's hours count; the story
/// `the_catalogue_and_the_function_agree` holds the two to each other over random histories.
pub fn in_sql(permission: Permission) -> String {
    let open: Vec<String> = rectification::OPEN.iter().map(|s| format!("'{}'", s.as_str())).collect();
    format!(
        "(licence.state = '{}' AND NOT EXISTS (SELECT 1 FROM org holder WHERE holder.id = licence.owner AND holder.affiliate) \
         AND NOT EXISTS (SELECT 1 FROM rectification o WHERE (o.licence = licence.id OR o.licence = licence.follows) \
         AND o.state IN ({}) AND o.closes LIKE '% {} %'))",
        State::InForce.as_str(),
        open.join(", "),
        permission.as_str()
    )
}

/// The licences of a holder that permit something outside the domain now, newest first, at most 200.
pub fn able(look: &mut Look, holder: Id<Org>, permission: Permission) -> Result<Vec<Licence>> {
    let today = look.today();
    Ok(licence::table
        .filter(licence::owner.eq(holder).and(licence::from_on.le(today)).and(licence::to_on.ge(today)))
        .filter(sql::<Bool>(&in_sql(permission)))
        .order((licence::created_at.desc(), licence::id.desc()))
        .limit(200)
        .select(Licence::as_select())
        .load(look.db())?)
}
