//! The left menu of the work area: what each role works with.

use crate::say::Lang;
use platform::Caller;
use platform::Role::{self, *};

/// A titled group of links.
#[derive(Clone, Debug)]
pub struct Group {
    pub title: String,
    pub links: Vec<Link>,
}

#[derive(Clone, Debug)]
pub struct Link {
    pub label: String,
    pub href: &'static str,
    pub icon: &'static str,
    pub current: bool,
}

type Line = (&'static str, &'static str, &'static str, &'static [Role]);

const OVERSEE: &[Role] = &[ScenarioDesk, Reviewer, Legal, Finance, Office, Bureau, Regulator, Auditor];
const DEVELOPERS: &[Role] = &[DeveloperAdmin, DeveloperStaff];
const UNITS: &[Role] = &[Source, Bureau, ScenarioDesk, Reviewer, Legal, Finance, Office, Regulator, Auditor];
const PRIMARY: &[Role] = &[ScenarioDesk, Reviewer, Legal, Finance];
const WITH_DEVELOPERS: &[Role] = &[DeveloperAdmin, DeveloperStaff, ScenarioDesk, Reviewer, Legal, Finance, Office, Bureau, Regulator, Auditor];

/// Groups: title key, then links: label key, address, icon, who sees it.
const MENU: &[(&str, &[Line])] = &[
    ("menu-start", &[("nav-work", "/work", "home", &[Registered])]),
    (
        "menu-resources",
        &[
            ("nouns-entry", "/work/entries", "database", &[Source, Bureau, ScenarioDesk, Legal, Office, Regulator, Auditor]),
            ("nouns-node", "/work/nodes", "link", UNITS),
            ("nouns-collection", "/work/collections", "list-check", UNITS),
            ("nouns-sharing", "/work/sharings", "send", UNITS),
            ("nouns-opening", "/work/openings", "lock-open", &[Registered]),
            ("nouns-opening_plan", "/work/opening-plans", "calendar-event", UNITS),
            ("nouns-quality", "/work/quality-issues", "checklist", &[Registered]),
            ("nouns-purchase", "/work/purchases", "receipt", UNITS),
            ("nouns-backflow", "/work/backflows", "arrow-back-up", UNITS),
            ("nouns-observer", "/work/observers", "eye", &[Registered]),
            ("nouns-opinion", "/work/opinions", "mail", &[Registered]),
        ],
    ),
    (
        "menu-scenarios",
        &[
            ("nouns-demand", "/work/demands", "clipboard-list", &[Registered]),
            ("nouns-scenario", "/work/scenarios", "category", OVERSEE),
            ("nouns-announcement", "/work/announcements", "bell", OVERSEE),
            ("nouns-question", "/work/questions", "help", &[ScenarioDesk, Legal, DeveloperAdmin, DeveloperStaff]),
            ("nouns-bid", "/work/bids", "file-text", &[DeveloperAdmin, DeveloperStaff, ScenarioDesk, Legal, Office, Auditor]),
            ("nouns-scoring", "/work/scorings", "star", &[Expert, Legal, ScenarioDesk, Auditor]),
            ("nouns-objection", "/work/objections", "hand-stop", &[Registered]),
        ],
    ),
    (
        "menu-licences",
        &[
            ("nouns-filing", "/work/filings", "send", &[Legal, Office, Auditor]),
            ("nouns-licence", "/work/licences", "license", WITH_DEVELOPERS),
            ("nouns-plan", "/work/plans", "shield", WITH_DEVELOPERS),
        ],
    ),
    (
        "menu-tenure",
        &[
            ("nouns-amendment", "/work/amendments", "refresh", WITH_DEVELOPERS),
            ("nouns-rectification", "/work/rectifications", "edit", WITH_DEVELOPERS),
            ("nouns-termination", "/work/terminations", "gavel", WITH_DEVELOPERS),
            ("nouns-destruction", "/work/destructions", "trash", WITH_DEVELOPERS),
            ("nouns-archive", "/work/archives", "archive", &[DeveloperAdmin, DeveloperStaff, Legal, Office, Bureau, Auditor]),
            ("nouns-bar", "/work/bars", "ban", &[DeveloperAdmin, DeveloperStaff, ScenarioDesk, Legal, Office, Bureau, Auditor]),
        ],
    ),
    (
        "menu-products",
        &[
            ("nouns-product", "/work/products", "package", WITH_DEVELOPERS),
            ("nouns-clearance", "/work/clearances", "shield", &[DeveloperAdmin, DeveloperStaff, Reviewer, Legal, Office, Auditor]),
            ("nouns-review", "/work/reviews", "checklist", &[Reviewer, Legal, Office, Auditor]),
            ("nouns-pricing", "/work/prices", "coin", WITH_DEVELOPERS),
            ("nouns-disclosure", "/work/disclosures", "world", &[DeveloperAdmin, DeveloperStaff, Legal, Office, Bureau, Auditor]),
        ],
    ),
    (
        "menu-money",
        &[
            (
                "nouns-registration",
                "/work/registrations",
                "certificate",
                &[DeveloperAdmin, DeveloperStaff, Source, Legal, Reviewer, Office, Bureau, Auditor],
            ),
            ("nouns-survey", "/work/surveys", "chart-bar", &[Finance, Legal, Office, Bureau, Auditor]),
            ("nouns-fee", "/work/fees", "coin", &[Finance, Legal, Office, Bureau, Auditor]),
            ("nouns-posting", "/work/postings", "receipt", &[Finance, DeveloperAdmin, DeveloperStaff, Office, Bureau, Auditor]),
            ("nouns-split", "/work/splits", "scale", &[DeveloperAdmin, DeveloperStaff, Legal, Finance, Office, Bureau, Auditor]),
            ("nouns-pack", "/work/packs", "report", &[Finance, Legal, Office, Bureau, Auditor]),
        ],
    ),
    (
        "menu-oversight",
        &[
            (
                "nouns-evaluation",
                "/work/evaluations",
                "chart-bar",
                &[DeveloperAdmin, DeveloperStaff, Source, Expert, Legal, Finance, Office, Bureau, Regulator, Auditor],
            ),
            ("nouns-scheme", "/work/evaluation-schemes", "checklist", &[Office, Bureau, Auditor]),
            ("nouns-inspection", "/work/inspections", "search", WITH_DEVELOPERS),
            (
                "nouns-incident",
                "/work/incidents",
                "alert-triangle",
                &[DeveloperAdmin, DeveloperStaff, Source, ScenarioDesk, Reviewer, Legal, Finance, Office, Bureau, Regulator, Auditor],
            ),
            ("nouns-drill", "/work/drills", "shield-check", WITH_DEVELOPERS),
            ("nouns-operator_plan", "/work/operator-plans", "shield", OVERSEE),
            ("nouns-complaint", "/work/complaints", "hand-stop", &[Legal, Office, Bureau, Auditor]),
            ("nouns-report", "/work/reports", "report", WITH_DEVELOPERS),
            ("nouns-partner", "/work/partners", "users", WITH_DEVELOPERS),
        ],
    ),
    (
        "menu-organisation",
        &[
            ("nouns-org", "/work/organisations", "building", &[Legal, ScenarioDesk, Office, Auditor, SystemAdmin, SecurityAdmin]),
            ("nav-own-org", "/work/organisation", "building-community", &[Registered]),
            ("nouns-paper", "/work/papers", "files", DEVELOPERS),
            ("nav-people", "/work/people", "users", &[DeveloperAdmin, Legal, SystemAdmin]),
            ("nav-interests", "/work/interests", "scale", &[Reviewer, Expert, Legal, ScenarioDesk]),
        ],
    ),
    (
        "menu-system",
        &[
            ("nav-accounts", "/work/accounts", "key", &[SystemAdmin, SecurityAdmin, AuditAdmin]),
            ("nav-audit", "/work/audit", "history", &[Auditor, AuditAdmin]),
            ("nav-letters", "/work/letters", "mail", &[Registered]),
            ("nav-settings", "/work/settings", "settings", &[SystemAdmin]),
            ("nav-flows", "/flows", "timeline", PRIMARY),
        ],
    ),
];

/// The menu of a caller.
pub fn of(who: &Caller, lang: Lang, path: &str) -> Vec<Group> {
    if who.person.is_none() {
        return Vec::new();
    }
    let groups = MENU.iter().map(|(title, lines)| Group {
        title: lang.t(title),
        links: lines
            .iter()
            .filter(|(_, _, _, roles)| who.is_any(roles))
            .map(|(label, href, icon, _)| Link {
                label: lang.t(label),
                href,
                icon,
                current: path == *href || (*href != "/work" && path.starts_with(&format!("{href}/"))),
            })
            .collect(),
    });
    groups.filter(|g: &Group| !g.links.is_empty()).collect()
}

/// Main navigation of the public pages: label, address, whether this page is in it.
pub fn public(lang: Lang, path: &str) -> Vec<(String, &'static str, bool)> {
    const NAV: &[(&str, &str)] = &[
        ("nav-home", "/"),
        ("nav-open-data", "/open-data"),
        ("nav-scenarios", "/scenarios"),
        ("nav-announcements", "/announcements"),
        ("nav-products", "/products"),
        ("nav-licences", "/licences"),
        ("nav-prices", "/prices"),
        ("nav-disclosures", "/disclosures"),
        ("nav-verify", "/verify"),
    ];
    NAV.iter().map(|(key, href)| (lang.t(key), *href, path == *href || (*href != "/" && path.starts_with(href)))).collect()
}
