//! A new town: nobody is there but whoever holds the first link. Everybody else comes in as on the first day of a real
//! city — entered, invited by letter, signed up and approved — and keeps a browser of his own.

use chrono::{Duration, NaiveDateTime};
use platform::account::totp;
use platform::people::org;
use platform::{At, OrgKind};
use std::cell::RefCell;
use std::collections::HashMap;
use support::{City, Visitor};

/// Everybody's password.
pub const PASSWORD: &str = "qing shui he bian 2026";

/// A time of day in Asia/Shanghai as an instant.
pub fn at(text: &str) -> At {
    NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M").unwrap() - Duration::hours(8)
}

/// Organisation's kind and name, and its people: name in the story, full name, role.
type Troupe = (OrgKind, &'static str, &'static [(&'static str, &'static str, &'static str)]);

const ENTERED: &[Troupe] = &[
    (OrgKind::Office, "协调机制办公室", &[("office", "周敏", "office")]),
    (OrgKind::Bureau, "市数据管理局", &[("bureau", "钱宁", "bureau")]),
    (OrgKind::Source, "市停车管理中心", &[("source", "李静", "source")]),
    (OrgKind::Source, "市气象服务中心", &[("other_source", "吴桐", "source")]),
    (
        OrgKind::Primary,
        "清河数据运营有限公司",
        &[
            ("desk", "王楠", "scenario_desk"),
            ("legal", "卫青", "legal"),
            ("legal2", "蒋文", "legal"),
            ("reviewer", "冯一鸣", "reviewer"),
            ("reviewer2", "陈雨", "reviewer"),
            ("finance", "沈悦", "finance"),
        ],
    ),
    (OrgKind::Expert, "评审专家库", &[("expert", "沈甲", "expert"), ("expert2", "韩乙", "expert"), ("expert3", "杨丙", "expert")]),
    (OrgKind::Audit, "市审计中心", &[("auditor", "尤审", "auditor")]),
];

/// Developers: name in the story, organisation, first 17 characters of its credit code.
const SIGNED_UP: &[(&str, &str, &str)] = &[
    ("yi", "乙水数据有限公司", "91130700MA0BBBBB2"),
    ("jia", "甲山科技有限公司", "91130700MA0AAAAA1"),
    ("bing", "丙林智能有限公司", "91130700MA0CCCCC3"),
];

struct Resident {
    email: String,
    secret: Option<String>,
    browser: Visitor,
    entered: At,
}

/// The town and its people.
pub struct Town {
    pub city: City,
    people: RefCell<HashMap<&'static str, Resident>>,
}

impl Town {
    /// The first day, up to where the real work begins: of the developers 乙水 and 甲山 are approved, 丙林 waits.
    pub fn found(now: &str) -> Self {
        let town = Self { city: City::empty(at(now)), people: RefCell::default() };
        let secret = town.city.app.db.act(platform::account::admin::first_admin_link).unwrap();
        town.follows("system", &secret, "系一", Some("system@town.example"), true);
        for (kind, name, people) in ENTERED {
            let entered = town.who("system").begins_org(kind, name);
            for (key, full, role) in *people {
                let email = format!("{}@town.example", key.replace('_', "."));
                let page = format!("/work/people/invite?org={entered}");
                let system = town.who("system");
                system.done(&system.page(&page).form(&page).put("email", &email).only("roles", &[role]));
                town.follows(key, &town.secret_to(&email), full, None, kind.needs_second_factor());
            }
        }
        for (key, name, code) in SIGNED_UP {
            town.signs_up(key, name, code);
        }
        for key in ["yi", "jia"] {
            let of = town.org_of(key);
            town.who("legal").does(&format!("/work/organisations/{of}"), "approve", |f| f.put("reason", "材料齐全"));
            let officer = [("security_officer", "孔繁"), ("security_department", "数据安全部"), ("security_phone", "0313-2")];
            town.who(key).does(&format!("/work/organisations/{of}"), "describe", |f| f.fill(&officer));
            let me = town.person_of(key);
            let page = format!("/work/people/{me}?org={of}");
            let record = [("real_name", "张弛"), ("trained_on", "2026-01-15"), ("nda_until", "2030-12-31")];
            let who = town.who(key);
            who.done(&who.page(&page).form(&format!("/work/people/{me}/record?org={of}")).fill(&record));
        }
        town
    }

    /// Somebody's browser, signed in; again when the session has run out.
    pub fn who(&self, name: &str) -> Visitor {
        let now = self.city.app.db.clock().now();
        {
            let people = self.people.borrow();
            let known = people.get(name).unwrap_or_else(|| panic!("nobody here is {name}"));
            if now - known.entered < Duration::hours(6) {
                return known.browser.clone();
            }
        }
        // A code counts once in its half minute.
        self.city.app.db.clock().advance(Duration::seconds(31));
        let now = self.city.app.db.clock().now();
        let mut people = self.people.borrow_mut();
        let known = people.get_mut(name).unwrap();
        let code = known.secret.as_ref().and_then(|s| totp::code_at(s, now)).unwrap_or_default();
        let browser = self.city.visitor();
        let form = browser.page("/sign-in").form("/sign-in").fill(&[("email", &known.email), ("password", PASSWORD), ("code", &code)]);
        assert_eq!(browser.done(&form), "/work", "{name} signs in");
        (known.browser, known.entered) = (browser.named(name), now);
        known.browser.clone()
    }

    /// Follows a link from a letter: name, password, and the second factor where it must be.
    fn follows(&self, key: &'static str, secret: &str, name: &str, email: Option<&str>, factor: bool) {
        let browser = self.city.visitor();
        let page = format!("/link/{secret}");
        let form = browser.page(&page).form(&page).fill(&[("name", name), ("password", PASSWORD)]);
        let form = email.into_iter().fold(form, |form, email| form.put("email", email));
        assert_eq!(browser.done(&form), if factor { "/account/factor" } else { "/work" }, "{key} comes in by the link");
        assert_eq!(self.city.visitor().get(&page).status, 409, "a link works once");
        let mut kept = None;
        if factor {
            self.city.app.db.clock().advance(Duration::seconds(31));
            let form = browser.page("/account/factor").form("/account/factor");
            let secret = form.value("secret");
            let code = totp::code_at(&secret, self.city.app.db.clock().now()).unwrap();
            let form = if form.asks("_password") { form.put("_password", PASSWORD) } else { form };
            let shown = browser.press(&form.put("code", &code));
            assert_eq!(shown.status, 200, "{key} is shown recovery codes: {}", shown.said());
            kept = Some(secret);
        }
        let email = email.map_or_else(|| format!("{}@town.example", key.replace('_', ".")), str::to_string);
        self.comes(key, email, kept, browser);
    }

    fn comes(&self, key: &'static str, email: String, secret: Option<String>, browser: Visitor) {
        let entered = self.city.app.db.clock().now();
        self.people.borrow_mut().insert(key, Resident { email, secret, browser: browser.named(key), entered });
    }

    fn signs_up(&self, key: &'static str, name: &str, code: &str) {
        let browser = self.city.visitor();
        let (code, email) = (org::credit_code_of(code).unwrap(), format!("{key}@town.example"));
        let said = [
            ("kind", "developer"),
            ("name", name),
            ("credit_code", &code),
            ("legal_person", "张三"),
            ("contact", "张弛"),
            ("phone", "0313-1"),
            ("email", &email),
            ("person", "张弛"),
            ("password", PASSWORD),
        ];
        let form = browser.page("/sign-up").form("/sign-up").fill(&said).tick("agree");
        assert_eq!(browser.done(&form), "/sign-up/sent");
        browser.page("/sign-up/sent");
        let form = browser.page("/sign-in").form("/sign-in").fill(&[("email", &email), ("password", PASSWORD)]);
        assert_eq!(browser.done(&form), "/work");
        self.comes(key, email, None, browser);
    }

    /// The secret in the last letter to that address.
    fn secret_to(&self, email: &str) -> String {
        // As the post does it: the letter is opened when it goes out.
        let waiting = self.city.look(|look| platform::mail::due(look, 1000));
        let (last, _) = waiting.iter().rfind(|(l, _)| l.address == email && l.kind == "invite").unwrap();
        let args: serde_json::Value = serde_json::from_str(&last.args).unwrap();
        args["secret"].as_str().unwrap().to_string()
    }

    /// The organisation for which somebody acts.
    pub fn org_of(&self, name: &str) -> String {
        let to = self.who(name).get("/work/organisation");
        assert_eq!(to.status, 303, "{}", to.text);
        to.header("location").rsplit('/').next().unwrap().to_string()
    }
    fn person_of(&self, name: &str) -> String {
        let email = self.people.borrow()[name].email.clone();
        self.city.look(|look| Ok(platform::people::person::by_email(look, &email)?.unwrap().id.to_string()))
    }

    /// Whoever may not see an address is told that there is nothing, page and program alike.
    pub fn is_nothing_to(&self, address: &str, names: &[&str]) {
        for name in names {
            let who = if name.is_empty() { self.city.visitor() } else { self.who(name) };
            let (page, json) = (who.get(address), who.json(address));
            assert_eq!((page.status, json.status), (404, 404), "{name} asks for {address}: {}", page.said());
            assert_eq!(json.code(), "not-found");
        }
    }
}

/// What only the system administrator does.
trait Enters {
    fn begins_org(&self, kind: &OrgKind, name: &str) -> String;
}

impl Enters for Visitor {
    fn begins_org(&self, kind: &OrgKind, name: &str) -> String {
        let page = "/work/organisations/enter";
        let form = self.page(page).form(page).fill(&[("kind", platform::Word::as_str(*kind)), ("name", name)]);
        let to = self.done(&form);
        to.rsplit('/').next().unwrap().split('?').next().unwrap().to_string()
    }
}
