//! Whom a verifier believes: the log's key, the witnesses' keys, and how many of them must have cosigned; a C2SP
//! tlog-policy file.

use super::note::{Checkpoint, Note, Purpose, Vkey};

/// A group of witnesses, or one.
#[derive(Clone, Debug)]
enum Member {
    Witness(Vkey),
    Group { least: usize, of: Vec<usize> },
}

/// A policy.
#[derive(Clone, Debug, Default)]
pub struct Policy {
    pub logs: Vec<Vkey>,
    members: Vec<(String, Member)>,
    /// The member whose word is asked for; none when the log's own signature is enough.
    quorum: Option<usize>,
}

/// Who has signed a checkpoint.
#[derive(Clone, Debug)]
pub struct Vouched {
    pub log: String,
    /// Names of the witnesses' keys with the time in seconds at which they saw it.
    pub witnesses: Vec<(String, u64)>,
    /// Whether that is as many as the policy asks for.
    pub enough: bool,
}

impl Policy {
    /// The policy of a log with these witnesses, `least` of whom must have cosigned.
    pub fn of(log: Vkey, witnesses: &[Vkey], least: usize) -> Self {
        let mut members: Vec<(String, Member)> =
            witnesses.iter().enumerate().map(|(i, w)| (format!("w{}", i + 1), Member::Witness(w.clone()))).collect();
        let quorum = (least > 0).then(|| {
            members.push(("quorum-of-witnesses".into(), Member::Group { least, of: (0..witnesses.len()).collect() }));
            members.len() - 1
        });
        Self { logs: vec![log], members, quorum }
    }

    /// Reads a policy; every fault names its line.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut policy = Self::default();
        let mut quorum = None;
        for (number, line) in text.split('\n').enumerate() {
            let words: Vec<&str> = line.split([' ', '\t']).filter(|w| !w.is_empty()).collect();
            let wrong = |why: &str| format!("line {}: {why}", number + 1);
            match words.as_slice() {
                [] => {}
                [first, ..] if first.starts_with('#') => {}
                ["log", vkey] | ["log", vkey, _] => {
                    let key = Vkey::parse(vkey).map_err(|e| wrong(&e))?;
                    if key.purpose != Purpose::Log || policy.logs.contains(&key) {
                        return Err(wrong("no key of a log, or there twice"));
                    }
                    policy.logs.push(key);
                }
                ["witness", name, vkey] | ["witness", name, vkey, _] => {
                    let key = Vkey::parse(vkey).map_err(|e| wrong(&e))?;
                    let twice = policy.members.iter().any(|(_, m)| matches!(m, Member::Witness(k) if k.id == key.id && k.name == key.name));
                    if key.purpose != Purpose::Witness || twice {
                        return Err(wrong("no key of a witness, or there twice"));
                    }
                    policy.put(name, Member::Witness(key)).map_err(|e| wrong(&e))?;
                }
                ["group", name, least, of @ ..] if !of.is_empty() => {
                    let of: Result<Vec<usize>, String> = of.iter().map(|n| policy.named(n)).collect();
                    let of = of.map_err(|e| wrong(&e))?;
                    let taken = |i: &usize| policy.members.iter().any(|(_, m)| matches!(m, Member::Group { of, .. } if of.contains(i)));
                    if of.iter().any(taken) || of.iter().enumerate().any(|(i, m)| of[..i].contains(m)) {
                        return Err(wrong("a member that is in a group already"));
                    }
                    let least = match *least {
                        "any" => 1,
                        "all" => of.len(),
                        n => n.parse().ok().filter(|n| (1..=of.len()).contains(n)).ok_or_else(|| wrong("how many of them"))?,
                    };
                    policy.put(name, Member::Group { least, of }).map_err(|e| wrong(&e))?;
                }
                ["quorum", name] if quorum.is_none() => {
                    quorum = Some(if *name == "none" { None } else { Some(policy.named(name).map_err(|e| wrong(&e))?) });
                }
                _ => return Err(wrong("neither log, witness, group nor quorum, or a second quorum")),
            }
        }
        policy.quorum = quorum.ok_or("no line `quorum`")?;
        Ok(policy)
    }

    fn put(&mut self, name: &str, member: Member) -> Result<(), String> {
        if name == "none" || self.members.iter().any(|(n, _)| n == name) {
            return Err(format!("the name {name} is taken"));
        }
        self.members.push((name.into(), member));
        Ok(())
    }

    fn named(&self, name: &str) -> Result<usize, String> {
        self.members.iter().position(|(n, _)| n == name).ok_or_else(|| format!("no {name} above"))
    }

    fn holds(&self, member: usize, signed: &[bool]) -> bool {
        match &self.members[member].1 {
            Member::Witness(_) => signed[member],
            Member::Group { least, of } => of.iter().filter(|m| self.holds(**m, signed)).count() >= *least,
        }
    }

    /// Who has signed a checkpoint; none when no log of this policy has, in whose name it speaks.
    pub fn vouched(&self, note: &Note, checkpoint: &Checkpoint) -> Option<Vouched> {
        let log = self.logs.iter().find(|k| k.name == checkpoint.origin && k.signed(note).is_some())?;
        let times: Vec<Option<u64>> = self
            .members
            .iter()
            .map(|(_, m)| match m {
                Member::Witness(key) => key.signed(note),
                Member::Group { .. } => None,
            })
            .collect();
        let witnesses = self
            .members
            .iter()
            .zip(&times)
            .filter_map(|((_, m), time)| match (m, time) {
                (Member::Witness(key), Some(time)) => Some((key.name.clone(), *time)),
                _ => None,
            })
            .collect();
        let signed: Vec<bool> = times.iter().map(Option::is_some).collect();
        Some(Vouched { log: log.name.clone(), witnesses, enough: self.quorum.is_none_or(|q| self.holds(q, &signed)) })
    }

    /// The witnesses it knows.
    pub fn witnesses(&self) -> Vec<&Vkey> {
        self.members.iter().filter_map(|(_, m)| if let Member::Witness(key) = m { Some(key) } else { None }).collect()
    }
    /// Whether the log's own signature is enough.
    pub fn asks_nobody_else(&self) -> bool {
        self.quorum.is_none()
    }
}

impl std::fmt::Display for Policy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.logs.iter().try_for_each(|log| writeln!(f, "log {log}"))?;
        for (name, member) in &self.members {
            match member {
                Member::Witness(key) => writeln!(f, "witness {name} {key}")?,
                Member::Group { least, of } => {
                    let of: Vec<&str> = of.iter().map(|m| self.members[*m].0.as_str()).collect();
                    writeln!(f, "group {name} {least} {}", of.join(" "))?;
                }
            }
        }
        writeln!(f, "quorum {}", self.quorum.map_or("none", |q| self.members[q].0.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use super::super::signer::{Ed25519, Signer};
    use super::*;

    #[test]
    fn as_many_witnesses_as_asked_for_make_a_checkpoint_good() {
        let log = Ed25519::fresh("a/log", Purpose::Log);
        let witnesses: Vec<Ed25519> = (0..3).map(|i| Ed25519::fresh(&format!("w{i}.cn"), Purpose::Witness)).collect();
        let keys: Vec<Vkey> = witnesses.iter().map(Signer::vkey).collect();
        let checkpoint = Checkpoint { origin: "a/log".into(), size: 1, root: [1; 32] };
        let text = checkpoint.text();
        for least in 0..=3 {
            let policy = Policy::parse(&Policy::of(log.vkey(), &keys, least).to_string()).unwrap();
            for signed in 0..=3 {
                let mut lines = vec![log.line(&text, 0).unwrap()];
                lines.extend(witnesses[..signed].iter().map(|w| w.line(&text, 9).unwrap()));
                let vouched = policy.vouched(&Note { text: text.clone(), lines }, &checkpoint).unwrap();
                assert_eq!((vouched.enough, vouched.witnesses.len()), (signed >= least, signed), "{signed} of {least}");
            }
        }
        // Witnesses alone make no checkpoint, nor does the log's key under another origin.
        let policy = Policy::of(log.vkey(), &keys, 1);
        let note = Note { text: text.clone(), lines: vec![witnesses[0].line(&text, 9).unwrap()] };
        assert!(policy.vouched(&note, &checkpoint).is_none());
        let other = Checkpoint { origin: "b/log".into(), ..checkpoint };
        let note = Note { lines: vec![log.line(&other.text(), 0).unwrap()], text: other.text() };
        assert!(policy.vouched(&note, &other).is_none());
    }

    #[test]
    fn groups_of_groups_and_faults() {
        let w: Vec<Ed25519> = (0..4).map(|i| Ed25519::fresh(&format!("w{i}.cn"), Purpose::Witness)).collect();
        let lines: String = w.iter().enumerate().map(|(i, k)| format!("witness X{i} {} https://w{i}.cn/\n", k.vkey())).collect();
        let nested = format!("# ours\n\t\n{lines}group A 2 X0 X1 X2\ngroup B any X3\ngroup C all A B\nquorum C\n");
        let policy = Policy::parse(&nested).unwrap();
        let of = |signed: &[bool]| policy.holds(policy.quorum.unwrap(), &[signed, &[false; 3]].concat());
        assert!(of(&[true, true, false, true]) && !of(&[true, true, true, false]) && !of(&[true, false, false, true]));
        for wrong in [
            "",
            "quorum X0",
            "quorum none\nquorum none",
            &format!("{lines}group A 5 X0\nquorum A"),
            &format!("{lines}group A all X0 X0\nquorum A"),
            &format!("{lines}group A all X0\ngroup B all X0\nquorum B"),
            &format!("{lines}group none all X0\nquorum none"),
            &format!("{lines}{lines}quorum none"),
            &format!("log {}\nquorum none", w[0].vkey()),
        ] {
            assert!(Policy::parse(wrong).is_err(), "{wrong}");
        }
    }
}
