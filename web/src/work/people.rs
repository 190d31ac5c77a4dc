//! The people of an organisation: roles, the record that A2 asks for, and invitations.

use crate::account::form;
use crate::account::own::roles;
use crate::answer::{PageResult, see_saying};
use crate::ask::{Ask, Face};
use crate::routes::{Door, Route, route};
use crate::view::case::Fact;
use crate::view::list::Cell;
use crate::view::panels::{Button, Line, Panel, PanelsView, Rows};
use platform::Role::{self, DeveloperAdmin, Legal, SystemAdmin};
use platform::account::link::{self, Link};
use platform::account::staff;
use platform::people::{Org, Person, person};
use platform::refusal::Fault;
use platform::sheet::{Answers, Sheet};
use platform::words::Word;
use platform::{Id, OrgKind, Refusal, Result};

/// The form by which a role is given or taken.
const ROLE: Sheet = Sheet { name: "role-given", fields: &[platform::sheet::choice::<Role>("role")] };

pub fn routes() -> Vec<Route> {
    let door = || Door::Only(vec![DeveloperAdmin, Legal, SystemAdmin]);
    vec![
        route("GET", "/work/people", door(), "route-people", list),
        route("GET", "/work/people/invite", door(), "route-invite-page", invite_page),
        route("POST", "/work/people/invite", door(), "route-invite", invite).takes(&link::INVITE),
        route("POST", "/work/people/invitations/{id}/withdraw", door(), "route-invite-withdraw", withdraw),
        route("GET", "/work/people/{id}", door(), "route-person", one),
        route("POST", "/work/people/{id}/record", door(), "route-person-record", record).takes(&person::RECORD),
        route("POST", "/work/people/{id}/give", door(), "route-role-give", give).takes(&ROLE),
        route("POST", "/work/people/{id}/take", door(), "route-role-take", take).takes(&ROLE),
    ]
}

/// The organisation asked for, or the own one.
fn org_of(ask: &Ask) -> Result<Id<Org>> {
    match ask.q("org") {
        "" => ask.who.org(),
        given => given.parse(),
    }
}

/// How the record of a person stands, as a badge.
pub fn standing(ask: &Ask, p: &Person, today: chrono::NaiveDate) -> Cell {
    let (key, raw, tone) = match (p.real_name.is_some() && p.trained_on.is_some(), p.nda_until) {
        (true, Some(until)) if until >= today => ("record-complete", "complete", "bg-green-lt"),
        (true, Some(_)) => ("record-expired", "expired", "bg-red-lt"),
        _ => ("record-missing", "missing", "bg-yellow-lt"),
    };
    Cell { tone, raw: raw.into(), ..Cell::text(ask.t(key)) }
}

fn today(ask: &Ask) -> chrono::NaiveDate {
    platform::day::shanghai_date(ask.app.db.clock().now())
}

/// `GET /work/people`
async fn list(ask: Ask) -> PageResult {
    let of = org_of(&ask)?;
    let (title, people, invitations) = ask
        .look(move |look, who| {
            let (_, title) = staff::may_manage(look, who, of)?;
            Ok((title, person::of_org(look, of)?, link::invitations(look, who, of)?))
        })
        .await?;
    let line = |(p, held): &(Person, Vec<Role>)| {
        let name = Cell::link(&p.name, format!("/work/people/{}?org={of}", p.id));
        Line {
            cells: vec![
                if p.disabled_at.is_some() { name.below(ask.t("person-state-disabled")) } else { name },
                Cell::text(&p.email),
                Cell::text(roles(&ask, held)),
                standing(&ask, p, today(&ask)),
            ],
            ..Line::default()
        }
    };
    let waiting = |l: &Link| Line {
        cells: vec![Cell::text(&l.email), Cell::text(roles(&ask, &l.roles())), Cell::at(Some(l.created_at)), Cell::at(Some(l.expires_at))],
        buttons: vec![Button {
            label: ask.t("link-act-withdraw"),
            of: l.email.clone(),
            action: format!("/work/people/invitations/{}/withdraw?org={of}", l.id),
            ..Button::default()
        }],
        ..Line::default()
    };
    let mut invited = Rows::new(&ask, &["email", "roles_held", "created_at", "expires_at"], invitations.iter().map(waiting).collect());
    invited.empty = ask.t("people-none-invited");
    let c = ask.chrome(ask.t("nav-people")).crumb(ask.t("nav-work"), "/work").crumb(title.clone(), format!("/work/organisations/{of}"));
    let view = PanelsView::new(c).lead(title).action(ask.t("people-invite"), format!("/work/people/invite?org={of}"));
    let people = Rows::new(&ask, &["person_name", "email", "roles_held", "filed_record"], people.iter().map(line).collect());
    ask.show(&view.panel(Panel { title: ask.t("people-all"), note: ask.t("people-lead"), table: Some(people), ..Panel::default() }).panel(Panel {
        title: ask.t("people-invited"),
        note: ask.t("people-invited-lead"),
        table: Some(invited),
        ..Panel::default()
    }))
}

fn invite_view(ask: &Ask, of: Id<Org>, kind: OrgKind, title: &str, faults: &[Fault]) -> PanelsView {
    let mut form = form(ask, &link::INVITE, &ask.answers, faults);
    form.mark("email", "email", "off");
    for field in &mut form.fields {
        field.options.retain(|o| kind.roles().iter().any(|r| r.as_str() == o.value));
    }
    form.action = format!("/work/people/invite?org={of}");
    form.submit = ask.t("people-invite");
    let back = format!("/work/people?org={of}");
    let c = ask.chrome(ask.t("people-invite")).crumb(ask.t("nav-work"), "/work").crumb(ask.t("nav-people"), back.clone());
    PanelsView::of_form(c, back, ask.lang.ta("people-invite-lead", &[("org", title.to_string())]), form)
}

async fn invite_page(ask: Ask) -> PageResult {
    let of = org_of(&ask)?;
    let (kind, title) = ask.look(move |look, who| staff::may_manage(look, who, of)).await?;
    ask.show(&invite_view(&ask, of, kind, &title, &[]))
}

/// `POST /work/people/invite`
async fn invite(ask: Ask) -> PageResult {
    let (of, answers) = (org_of(&ask)?, ask.answers.clone());
    match ask.act(move |tx, who| link::invite(tx, who, of, &answers)).await {
        Ok(()) => see_saying(format!("/work/people?org={of}"), "invited"),
        Err(Refusal::Faulty(faults)) if ask.face == Face::Html => {
            let (kind, title) = ask.look(move |look, who| staff::may_manage(look, who, of)).await?;
            ask.show_as(422, &invite_view(&ask, of, kind, &title, &faults))
        }
        Err(refusal) => Err(refusal),
    }
}

/// `POST /work/people/invitations/{id}/withdraw`
async fn withdraw(ask: Ask) -> PageResult {
    let (of, id) = (org_of(&ask)?, ask.id::<Link>("id")?);
    ask.act(move |tx, who| link::withdraw(tx, who, id)).await?;
    see_saying(format!("/work/people?org={of}"), "done")
}

async fn view(ask: &Ask, faults: &[Fault]) -> Result<PanelsView> {
    let (of, id) = (org_of(ask)?, ask.id::<Person>("id")?);
    let (kind, title, row, held) = ask
        .look(move |look, who| {
            let (kind, title) = staff::may_manage(look, who, of)?;
            let (row, held) = staff::member(look, who, of, id)?;
            Ok((kind, title, row, held))
        })
        .await?;
    let at = |act: &str| format!("/work/people/{id}/{act}?org={of}");
    let kept = serde_json::json!({ "real_name": row.real_name, "trained_on": row.trained_on, "nda_until": row.nda_until });
    let answers = if faults.is_empty() { Answers::of(kept) } else { ask.answers.clone() };
    let mut record = form(ask, &person::RECORD, &answers, faults);
    record.action = at("record");
    record.submit = ask.lang.w(person::Act::Record);
    record.article = ask.cite("ZJ-5.4(1)");
    let free: Vec<Role> = kind.roles().iter().copied().filter(|r| !held.contains(r)).collect();
    let mut give = form(ask, &ROLE, &Default::default(), faults);
    for field in &mut give.fields {
        field.options.retain(|o| free.iter().any(|r| r.as_str() == o.value));
    }
    give.action = at("give");
    give.submit = ask.lang.w(person::Act::GrantRole);
    let line = |r: &Role| Line {
        cells: vec![Cell::word(ask.lang, *r)],
        buttons: vec![Button {
            label: ask.lang.w(person::Act::RevokeRole),
            of: ask.lang.w(*r),
            action: at("take"),
            name: "role",
            value: r.as_str().into(),
        }],
        ..Line::default()
    };
    let facts = vec![
        Fact::text(ask.t("accept-email"), &row.email),
        Fact::text(ask.t("col-organisation"), &title),
        Fact {
            badge: Some((standing(ask, &row, today(ask)).text, standing(ask, &row, today(ask)).tone)),
            label: ask.t("col-filed_record"),
            ..Fact::default()
        },
    ];
    let back = format!("/work/people?org={of}");
    let c = ask.chrome(row.name.clone()).crumb(ask.t("nav-work"), "/work").crumb(ask.t("nav-people"), back.clone());
    let mut view = PanelsView::new(c).back(back).panel(Panel { facts, ..Panel::default() });
    view = view.panel(Panel {
        title: ask.t("invite-roles"),
        table: Some(Rows::new(ask, &["roles_held"], held.iter().map(line).collect())),
        form: (!free.is_empty()).then_some(give),
        ..Panel::default()
    });
    Ok(view.panel(Panel { title: ask.t("account-record"), note: ask.t("people-record-lead"), form: Some(record), ..Panel::default() }))
}

/// `GET /work/people/{id}`
async fn one(ask: Ask) -> PageResult {
    ask.show(&view(&ask, &[]).await?)
}

/// The person's page again after an act, or with its faults.
async fn shown(ask: &Ask, done: Result<()>, say: &'static str) -> PageResult {
    match done {
        Ok(()) => see_saying(format!("/work/people/{}?org={}", ask.id::<Person>("id")?, org_of(ask)?), say),
        Err(Refusal::Faulty(faults)) if ask.face == Face::Html => ask.show_as(422, &view(ask, &faults).await?),
        Err(refusal) => Err(refusal),
    }
}

/// `POST /work/people/{id}/record`
async fn record(ask: Ask) -> PageResult {
    let (of, id, answers) = (org_of(&ask)?, ask.id::<Person>("id")?, ask.answers.clone());
    let done = ask.act(move |tx, who| staff::record(tx, who, id, of, &answers)).await;
    shown(&ask, done, "saved").await
}

/// The role that a form names.
fn role_of(ask: &Ask) -> Result<Role> {
    let settled = ROLE.settle(&ask.answers)?;
    Role::of(settled.text("role")).ok_or_else(|| Refusal::fault("role", "not-a-choice"))
}

/// `POST /work/people/{id}/give`
async fn give(ask: Ask) -> PageResult {
    let (of, id) = (org_of(&ask)?, ask.id::<Person>("id")?);
    let done = match role_of(&ask) {
        Ok(role) => ask.act(move |tx, who| staff::give(tx, who, id, of, role)).await,
        Err(refusal) => Err(refusal),
    };
    shown(&ask, done, "done").await
}

/// `POST /work/people/{id}/take`: whoever has no role left is no longer one of its people.
async fn take(ask: Ask) -> PageResult {
    let (of, id, role) = (org_of(&ask)?, ask.id::<Person>("id")?, role_of(&ask)?);
    let left = ask
        .act(move |tx, who| {
            staff::take_away(tx, who, id, of, role)?;
            Ok(person::of_org(tx, of)?.iter().any(|(p, _)| p.id == id))
        })
        .await?;
    if left { shown(&ask, Ok(()), "done").await } else { see_saying(format!("/work/people?org={of}"), "done") }
}
