//! A line of a step table, and who is told of it.

use crate::caller::Role;
use crate::profile::Silence;

/// One line of a step table. `from` is `None` for the act that begins a case.
pub struct Step<S: 'static, A: 'static> {
    pub from: Option<S>,
    pub act: A,
    pub by: &'static [Role],
    pub to: S,
    pub article: &'static str,
    /// Who gets a letter.
    pub tells: &'static [Tell],
    /// Deadline of the profile that starts when this step is taken; taking a step ends the one before.
    pub clock: Option<&'static str>,
    /// The deadline that runs is not ended but waits: the case waits for its applicant.
    pub pauses: bool,
    /// The deadline of the case is not ended but goes on.
    pub keeps: bool,
    /// Taken by the calendar when that deadline has passed, where the profile says that this follows from silence.
    pub upon: Option<(&'static str, Silence)>,
}

/// Who is told of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tell {
    /// The people of the organisation whose case it is; whoever began it when it is no organisation's.
    Owner,
    /// Everybody in that role.
    Role(Role),
    /// The people of the organisation that the row names in that column: the other side of a case.
    Party(&'static str),
}

/// A line of a step table.
pub const fn step<S, A>(from: S, act: A, by: &'static [Role], to: S, article: &'static str) -> Step<S, A> {
    Step { from: Some(from), act, by, to, article, tells: &[], clock: None, pauses: false, keeps: false, upon: None }
}

/// The line that begins a case.
pub const fn begin<S, A>(act: A, by: &'static [Role], to: S, article: &'static str) -> Step<S, A> {
    Step { from: None, act, by, to, article, tells: &[], clock: None, pauses: false, keeps: false, upon: None }
}

impl<S: Copy, A: Copy> Step<S, A> {
    const fn copy(&self) -> Self {
        Step {
            from: self.from,
            act: self.act,
            by: self.by,
            to: self.to,
            article: self.article,
            tells: self.tells,
            clock: self.clock,
            pauses: self.pauses,
            keeps: self.keeps,
            upon: self.upon,
        }
    }
    /// Says who gets a letter.
    pub const fn tell(&self, tells: &'static [Tell]) -> Self {
        Step { tells, ..self.copy() }
    }
    /// Starts the profile's deadline of that name. One of that name which waits goes on with the days it has used.
    pub const fn clock(&self, clock: &'static str) -> Self {
        Step { clock: Some(clock), ..self.copy() }
    }
    /// The deadline that runs waits until the applicant has answered, for as many rounds as the profile allows.
    pub const fn pauses(&self) -> Self {
        Step { pauses: true, ..self.copy() }
    }
    /// The deadline that runs goes on to its day over this step, and the one that waited for the applicant counts again.
    pub const fn keeps(&self) -> Self {
        Step { keeps: true, ..self.copy() }
    }
    /// What silence brings: the calendar takes this line once that deadline has passed, where the profile says so.
    pub const fn upon(&self, clock: &'static str, silence: Silence) -> Self {
        Step { upon: Some((clock, silence)), ..self.copy() }
    }
}
