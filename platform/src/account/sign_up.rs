//! Signing up: a developer or a buyer enters its organisation and its first person in one form; the primary operator
//! approves (ZJK-13(5)). Until then the person may sign in and fill the record, and nothing else.

use crate::account::password;
use crate::caller::{Caller, OrgKind, Role};
use crate::db::Tx;
use crate::id::Id;
use crate::people::{Org, Person, org, person as people};
use crate::refusal::{Fault, Refusal, Result};
use crate::sheet::{self, Answers, Field, Kind, Sheet};
use crate::words::Word;

const KINDS: &[&str] = &["developer", "buyer"];

/// What is asked besides [`org::APPLY`]. The password is read beside the sheets.
pub const SIGN_UP: Sheet = Sheet {
    name: "sign-up",
    fields: &[
        Field { name: "kind", kind: Kind::Choice(OrgKind::SET, KINDS), required: true, section: None },
        sheet::line("email", 200),
        sheet::line("person", 50),
        sheet::tick("agree").required(),
    ],
};

/// Everything that is wrong with the form as typed, the password included, before anything is hashed or asked.
pub fn faults(typed: &Answers, password: &str) -> Vec<Fault> {
    let mut faults = SIGN_UP.faults(typed);
    let email = typed.text("email");
    if !email.trim().is_empty() && people::clean_email(email).is_none() && !faults.iter().any(|f| f.field == "email") {
        faults.push(Fault::at("email", "not-email"));
    }
    faults.extend(password::faults(password, email, typed.text("person")));
    faults.extend(org::APPLY.faults(typed));
    faults
}

/// Enters the organisation as applied for and its first person, who administers it. Faults of both come together; the
/// person's name is the field `person`.
pub fn apply(tx: &mut Tx, typed: &Answers, lang: &str, hash: password::Hash) -> Result<(Id<Org>, Id<Person>)> {
    let mut faults = SIGN_UP.faults(typed);
    faults.extend(org::APPLY.faults(typed));
    if !faults.is_empty() {
        return Err(Refusal::Faulty(faults));
    }
    let own = SIGN_UP.settle(typed)?;
    let of_org = org::APPLY.settle(typed)?;
    let (kind, role) = match OrgKind::of(own.text("kind")) {
        Some(OrgKind::Developer) => (OrgKind::Developer, Role::DeveloperAdmin),
        Some(OrgKind::Buyer) => (OrgKind::Buyer, Role::Buyer),
        _ => return Err(Refusal::fault("kind", "not-a-choice")),
    };
    // Both are tried, so that all faults are told at once; a refusal undoes both.
    let name = own.text("person").to_string();
    let person = people::enter(tx, &Caller::public(), own.text("email"), &name, lang).map_err(|r| rename(r, "name", "person"));
    let who = Caller { person: person.as_ref().ok().copied(), name, ..Caller::public() };
    let org = org::enter(tx, &who, org::Act::Apply, kind, &of_org);
    let (person, org) = match (person, org) {
        (Ok(person), Ok(org)) => (person, org),
        (Err(Refusal::Faulty(mut of_person)), Err(Refusal::Faulty(of_org))) => {
            of_person.extend(of_org);
            return Err(Refusal::Faulty(of_person));
        }
        (Err(refusal), _) | (_, Err(refusal)) => return Err(refusal),
    };
    password::store(tx, &who, person, hash)?;
    people::grant(tx, &who, person, org, role)?;
    Ok((org, person))
}

fn rename(refusal: Refusal, from: &str, to: &str) -> Refusal {
    match refusal {
        Refusal::Faulty(faults) => Refusal::Faulty(
            faults
                .into_iter()
                .map(|mut f| {
                    if f.field == from {
                        f.field = to.to_string();
                    }
                    f
                })
                .collect(),
        ),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn only_developers_and_buyers_sign_up() {
        let faults = |kind: &str| {
            let typed = json!({"kind": kind, "email": "a@b.cn", "person": "甲", "agree": "on"});
            SIGN_UP.faults(&Answers::of(typed)).into_iter().map(|f| f.field).collect::<Vec<_>>()
        };
        assert!(faults("developer").is_empty() && faults("buyer").is_empty());
        for kind in OrgKind::ALL.iter().filter(|k| !KINDS.contains(&k.as_str())) {
            assert_eq!(faults(kind.as_str()), ["kind"]);
        }
    }

    #[test]
    fn every_fault_is_told_at_once() {
        let typed = Answers::of(json!({"kind": "buyer", "email": "nobody", "person": "甲"}));
        let found: Vec<String> = faults(&typed, "short").into_iter().map(|f| format!("{} {}", f.field, f.code)).collect();
        assert_eq!(
            found,
            [
                "agree must-agree",
                "email not-email",
                "password password-short",
                "name required",
                "credit_code required",
                "legal_person required",
                "contact required",
                "phone required"
            ]
        );
    }
}
