//! Who acts: a person for an organisation in one or more roles, the calendar, or the public.

use crate::people::{Org, Person};
use crate::{id::Id, words};
use serde::Serialize;

words! {
    /// What a person may be for an organisation. The step tables name these and nothing else does.
    pub enum Role: "role" {
        DeveloperAdmin = "developer_admin",
        DeveloperStaff = "developer_staff",
        Buyer = "buyer",
        ScenarioDesk = "scenario_desk",
        Reviewer = "reviewer",
        Legal = "legal",
        Finance = "finance",
        Office = "office",
        Bureau = "bureau",
        Regulator = "regulator",
        Source = "source",
        Expert = "expert",
        Auditor = "auditor",
        SystemAdmin = "system_admin",
        SecurityAdmin = "security_admin",
        AuditAdmin = "audit_admin",
        /// Anybody who has signed in.
        Registered = "registered",
        /// Anybody at all.
        Public = "public",
        /// Time itself: the daily job.
        Calendar = "calendar",
    }
}

words! {
    /// Kinds of organisation (requirement A1).
    pub enum OrgKind: "org-kind" {
        Office = "office",
        Bureau = "bureau",
        Regulator = "regulator",
        Source = "source",
        Primary = "primary",
        Developer = "developer",
        Expert = "expert",
        Audit = "audit",
        Platform = "platform",
        Buyer = "buyer",
    }
}

impl OrgKind {
    /// The roles that an organisation of this kind can give to its people.
    pub const fn roles(self) -> &'static [Role] {
        match self {
            Self::Office => &[Role::Office],
            Self::Bureau => &[Role::Bureau],
            Self::Regulator => &[Role::Regulator],
            Self::Source => &[Role::Source],
            Self::Primary => &[Role::ScenarioDesk, Role::Reviewer, Role::Legal, Role::Finance],
            Self::Developer => &[Role::DeveloperAdmin, Role::DeveloperStaff],
            Self::Expert => &[Role::Expert],
            Self::Audit => &[Role::Auditor],
            Self::Platform => &[Role::SystemAdmin, Role::SecurityAdmin, Role::AuditAdmin],
            Self::Buyer => &[Role::Buyer],
        }
    }
    /// Whether its people must use a second factor.
    pub const fn needs_second_factor(self) -> bool {
        matches!(self, Self::Office | Self::Primary | Self::Platform)
    }
}

/// Who acts. Every verb takes one, and every event records it.
#[derive(Clone, Debug, Serialize)]
pub struct Caller {
    pub person: Option<Id<Person>>,
    pub name: String,
    pub org: Option<Id<Org>>,
    pub org_name: String,
    pub kind: Option<OrgKind>,
    pub roles: Vec<Role>,
}

impl Caller {
    /// A visitor who has not signed in.
    pub fn public() -> Self {
        Self { person: None, name: String::new(), org: None, org_name: String::new(), kind: None, roles: vec![Role::Public] }
    }
    /// Time itself: expires, reminds, closes.
    pub fn calendar() -> Self {
        Self { name: "calendar".into(), roles: vec![Role::Calendar], ..Self::public() }
    }
    /// Whether this caller acts in that role.
    pub fn is(&self, role: Role) -> bool {
        match role {
            Role::Public => true,
            Role::Registered => self.person.is_some(),
            _ => self.roles.contains(&role),
        }
    }
    /// Whether this caller acts in any of those roles.
    pub fn is_any(&self, roles: &[Role]) -> bool {
        roles.iter().any(|r| self.is(*r))
    }
    /// The role under which an act without a step table is logged: the first that says more than "anybody".
    pub fn foremost(&self) -> Role {
        let held = self.roles.iter().copied().find(|r| !matches!(r, Role::Public | Role::Registered));
        held.unwrap_or(if self.person.is_some() { Role::Registered } else { Role::Public })
    }
    /// Whether this caller acts for that organisation.
    pub fn acts_for(&self, org: Id<Org>) -> bool {
        self.org == Some(org)
    }
    /// Staff of the primary operator, the office or the bureau, who see across organisations; auditors and regulators
    /// read as they do, and the calendar, whose days come for every case.
    pub fn oversees(&self) -> bool {
        matches!(self.kind, Some(OrgKind::Primary | OrgKind::Office | OrgKind::Bureau | OrgKind::Regulator | OrgKind::Audit))
            || self.roles.contains(&Role::Calendar)
    }
    /// Speaks for the developer organisation it belongs to.
    pub fn is_developer(&self) -> bool {
        self.is_any(&[Role::DeveloperAdmin, Role::DeveloperStaff])
    }
    /// The person, or `SignIn` for a visitor.
    pub fn person(&self) -> crate::Result<Id<Person>> {
        self.person.ok_or(crate::Refusal::SignIn)
    }
    /// The organisation, or `SignIn` for a visitor.
    pub fn org(&self) -> crate::Result<Id<Org>> {
        self.org.ok_or(crate::Refusal::SignIn)
    }
}
