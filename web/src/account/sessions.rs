//! One's own sessions: where one is signed in, and the end of it.

use super::full;
use crate::answer::{PageResult, see_saying};
use crate::ask::Ask;
use crate::routes::{Door, Route, route};
use crate::view::list::Cell;
use crate::view::panels::{Button, Line, Panel, PanelsView, Rows};
use platform::account::session::{self, Session};

pub fn routes() -> Vec<Route> {
    vec![
        route("GET", "/account/sessions", Door::Registered, "route-sessions", list),
        route("POST", "/account/sessions/{id}/end", Door::Registered, "route-session-end", end),
        route("POST", "/account/sessions/end-others", Door::Registered, "route-session-end-others", end_others),
    ]
}

/// A browser and its system, as far as they tell.
pub fn device(agent: &str) -> String {
    let first = |names: &[(&'static str, &'static str)]| names.iter().find(|(mark, _)| agent.contains(mark)).map(|(_, name)| *name);
    let browser = first(&[
        ("MicroMessenger", "WeChat"),
        ("Edg/", "Edge"),
        ("OPR/", "Opera"),
        ("Firefox/", "Firefox"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
        ("curl/", "curl"),
    ]);
    let system = first(&[
        ("HarmonyOS", "HarmonyOS"),
        ("Android", "Android"),
        ("iPhone", "iOS"),
        ("iPad", "iPadOS"),
        ("Windows", "Windows"),
        ("Mac OS X", "macOS"),
        ("Linux", "Linux"),
    ]);
    match (browser, system) {
        (Some(browser), Some(system)) => format!("{browser} · {system}"),
        (Some(one), None) | (None, Some(one)) => one.into(),
        (None, None) if agent.is_empty() => "—".into(),
        (None, None) => agent.chars().take(40).collect(),
    }
}

/// The row of a session.
pub fn cells(session: &Session) -> Vec<Cell> {
    vec![
        Cell::text(device(&session.agent)),
        Cell::text(&session.address),
        Cell::at(Some(session.created_at)),
        Cell::at(Some(session.seen_at)),
        Cell::at(Some(session.expires_at)),
    ]
}

/// Columns of [`cells`].
pub const COLUMNS: &[&str] = &["device", "login_address", "signed_in_at", "last_seen_at", "expires_at"];

/// `GET /account/sessions`
async fn list(ask: Ask) -> PageResult {
    let me = full(&ask)?.clone();
    let own = me.session.id.clone();
    let sessions = ask.look(move |look, _| session::own(look, &me)).await?;
    let line = |s: &Session| {
        let mut cells = cells(s);
        let here = s.id == own;
        if here {
            cells[0].sub = Some(ask.t("sessions-this"));
        }
        let end =
            Button { label: ask.t("sessions-end"), of: device(&s.agent), action: format!("/account/sessions/{}/end", s.id), ..Button::default() };
        Line { cells, buttons: if here { Vec::new() } else { vec![end] }, ..Line::default() }
    };
    let others = sessions.len() > 1;
    let mut panel = Panel { table: Some(Rows::new(&ask, COLUMNS, sessions.iter().map(line).collect())), ..Panel::default() };
    if others {
        panel.form = Some(crate::view::form::FormView {
            action: "/account/sessions/end-others".into(),
            submit: ask.t("sessions-end-others"),
            grave: true,
            ..Default::default()
        });
    }
    let c = ask.chrome(ask.t("sessions-title")).crumb(ask.t("nav-account"), "/account");
    ask.show(&PanelsView::new(c).back("/account").lead(ask.t("sessions-lead")).panel(panel))
}

/// `POST /account/sessions/{id}/end`
async fn end(ask: Ask) -> PageResult {
    let (me, id) = (full(&ask)?.clone(), ask.param("id").to_string());
    let this = me.session.id == id;
    ask.act(move |tx, _| session::close(tx, &me, &id)).await?;
    if this { Ok(super::sign_in::gone(&ask)) } else { see_saying("/account/sessions", "session_ended") }
}

/// `POST /account/sessions/end-others`
async fn end_others(ask: Ask) -> PageResult {
    let me = full(&ask)?.clone();
    ask.act(move |tx, _| session::close_others(tx, &me)).await?;
    see_saying("/account/sessions", "session_ended")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn devices_are_named_as_people_know_them() {
        for (agent, name) in [
            ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/126.0 Safari/537.36 Edg/126.0", "Edge · Windows"),
            ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) Version/17.0 Safari/604.1", "Safari · iOS"),
            ("curl/8.5.0", "curl"),
            ("", "—"),
            ("机器", "机器"),
        ] {
            assert_eq!(device(agent), name);
        }
    }
}
