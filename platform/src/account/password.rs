//! Passwords: Argon2id with the parameters OWASP names (19 MiB, two passes), a short policy, and at most two hashes at a
//! time, so that a flood of sign-ins cannot take the machine's memory.

use crate::caller::Caller;
use crate::db::{Db, Look, Tx};
use crate::diesel;
use crate::event::Record;
use crate::id::Id;
use crate::people::{Person, person as people};
use crate::refusal::{Fault, Refusal, Result};
use crate::schema::person;
use argon2::password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash};
use argon2::{Algorithm, Argon2, Params, Version};
use diesel::prelude::*;
use std::sync::{Condvar, LazyLock, Mutex, PoisonError};

/// Fewest and most characters of a password. No composition rules and no forced change (NIST SP 800-63B).
pub const LENGTH: (usize, usize) = (10, 200);

/// A hashed password in PHC form. Only [`hash`] makes one, so whatever is stored has passed the policy.
#[derive(Clone, PartialEq, Eq)]
pub struct Hash(String);

impl std::fmt::Debug for Hash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Hash")
    }
}

/// What is wrong with a password for this person, at the field `password`: `password-short`, `too-long`, `password-common`.
pub fn faults(password: &str, email: &str, name: &str) -> Vec<Fault> {
    let length = password.chars().count();
    if length < LENGTH.0 {
        return vec![Fault::at("password", "password-short").with("min", LENGTH.0)];
    }
    if length > LENGTH.1 {
        return vec![Fault::at("password", "too-long").with("max", LENGTH.1).with("length", length)];
    }
    if is_common(password, email, name) { vec![Fault::at("password", "password-common")] } else { Vec::new() }
}

/// Hashes a password that passes the policy. Takes tens of milliseconds: run it in a blocking task, never in an act.
pub fn hash(password: &str, email: &str, name: &str) -> Result<Hash> {
    let faults = faults(password, email, name);
    if !faults.is_empty() {
        return Err(Refusal::Faulty(faults));
    }
    let _turn = Turn::take()?;
    compute(password)
}

/// Whether the password is the one that was hashed. Without a hash — no such account — it computes all the same, so that
/// the time taken tells nothing. Run it in a blocking task.
pub fn verify(password: &str, stored: Option<&Hash>) -> Result<bool> {
    static NOBODY: LazyLock<Option<Hash>> = LazyLock::new(|| compute(&super::secret()).ok());
    let _turn = Turn::take()?;
    // Longer than any password kept; hashing it would only be work for nothing.
    let password = if password.len() > 4 * LENGTH.1 { "" } else { password };
    let Some(against) = stored.or(NOBODY.as_ref()) else { return Ok(false) };
    let parsed = PasswordHash::new(&against.0).map_err(|e| Refusal::Broken(format!("stored password: {e}")))?;
    let right = argon()?.verify_password(password.as_bytes(), &parsed).is_ok();
    Ok(right && stored.is_some())
}

fn argon() -> Result<Argon2<'static>> {
    let params = Params::new(19_456, 2, 1, None).map_err(Refusal::broken)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

fn compute(password: &str) -> Result<Hash> {
    argon()?.hash_password(password.as_bytes()).map(|h: PasswordHash| Hash(h.to_string())).map_err(Refusal::broken)
}

/// The hash kept for a person who may sign in.
pub fn stored(look: &mut Look, of: Id<Person>) -> Result<Option<Hash>> {
    let kept: Option<Option<String>> =
        person::table.find(of).filter(person::disabled_at.is_null()).select(person::password).first(look.db()).optional()?;
    Ok(kept.flatten().map(Hash))
}

/// Whether this is the person's password. No connection is held while it computes. Guessing is slowed down by
/// [`Door`](super::Door), which calls this.
pub fn check(db: &Db, of: Id<Person>, password: &str) -> Result<bool> {
    let stored = db.look(|look| stored(look, of))?;
    verify(password, stored.as_ref())
}

/// Keeps a new password and ends every session and every reset link of the person: whoever knew the old one is out.
pub fn store(tx: &mut Tx, who: &Caller, of: Id<Person>, hash: Hash) -> Result<()> {
    diesel::update(person::table.find(of)).set(person::password.eq(Some(hash.0))).execute(tx.db())?;
    super::session::end_all(tx, of, None)?;
    super::link::end_resets(tx, of)?;
    let name = super::name_of(tx, of)?;
    people::log(tx, who, of, &name, None, people::Act::SetPassword, people::State::Changed, Record::none())
}

/// Changes one's own password, confirmed just now with the old one: every session ends, and a new one for this device
/// begins; its token is returned.
pub fn change(tx: &mut Tx, me: &super::SignedIn, hash: Hash) -> Result<String> {
    me.must_be_confirmed(tx.now())?;
    store(tx, &me.caller, me.session.person, hash)?;
    super::session::renew(tx, &me.session)
}

/// Words that nobody should build a password from; digits and signs around them do not help.
const COMMON: &str = "
    password passwort passw passwd pass qwerty qwertyuiop qwertyuiopasdf asdfghjkl asdfgh asdf zxcvbnm zxcvbn qazwsx qazwsxedc qwer qweasd
    qweasdzxc qweqwe letmein welcome iloveyou admin administrator root user test guest login master monkey dragon sunshine princess football
    baseball superman changeme secret default manager abc abcd abcabc aaa woaini woaiwojia wodemima mima nihao zhongguo china beijing hebei
    zhangjiakou shuju gonggongshuju dajing data publicdata computer internet google windows huawei
";

/// Passwords of ten and more characters that stand high in every leaked list and that no rule above catches.
const LEAKED: &str = "
    1q2w3e4r5t 1q2w3e4r5t6y 1qaz2wsx3edc 1qazxsw23edc q1w2e3r4t5 q1w2e3r4t5y6 zaq12wsxcde3 zaq1xsw2cde3 1qaz@wsx3edc !qaz2wsx3edc
    trustno1trustno1 5201314520 5201314woaini 1314520520 3.1415926535 3141592653 1233211234567 qwe123qwe123 abc123abc123 asd123asd123
    147258369147 1472583690 7894561230 0123456789 1234567890 0987654321 9876543210 correcthorsebatterystaple unknownpassword iloveyou1314
    woaini5201314
";

fn is_common(password: &str, email: &str, name: &str) -> bool {
    let lower = password.to_lowercase();
    let among = |list: &str, text: &str| list.split_whitespace().any(|w| w == text);
    // What is left when the digits and signs at both ends are cut off.
    let core = |text: &str| text.to_lowercase().trim_matches(|c: char| !c.is_alphabetic()).to_string();
    let bare = core(&lower);
    let own = [core(email), core(email.split('@').next().unwrap_or("")), core(name)];
    among(LEAKED, &lower)
        || among(COMMON, &bare)
        || among(COMMON, &core(&spelt_out(&bare)))
        || lower == email.trim().to_lowercase()
        || own.iter().any(|o| !o.is_empty() && *o == bare)
        // Telephone numbers, birthdays, account numbers.
        || (lower.len() < 15 && lower.bytes().all(|b| b.is_ascii_digit()))
        || repeats(&lower)
        || walks(&lower)
}

/// `p@ssw0rd` is `password`.
fn spelt_out(text: &str) -> String {
    let letter = |c| match c {
        '@' | '4' => 'a',
        '0' => 'o',
        '$' | '5' => 's',
        '3' => 'e',
        '1' | '!' => 'i',
        other => other,
    };
    text.chars().map(letter).collect()
}

/// One piece of at most four characters, over and over.
fn repeats(text: &str) -> bool {
    let chars: Vec<char> = text.chars().collect();
    (1..=4).any(|period| chars.iter().zip(chars.iter().skip(period)).all(|(a, b)| a == b))
}

/// Each character follows the one before it: `abcdefghij`, `9876543210`.
fn walks(text: &str) -> bool {
    let steps: Vec<i64> = text.chars().zip(text.chars().skip(1)).map(|(a, b)| i64::from(u32::from(b)) - i64::from(u32::from(a))).collect();
    steps.iter().all(|s| *s == 1) || steps.iter().all(|s| *s == -1)
}

/// A turn at hashing: at most [`AT_ONCE`] at a time, at most [`WAITING`] in the queue.
struct Turn;

const AT_ONCE: u32 = 2;
const WAITING: u32 = 64;

struct Queue {
    busy: u32,
    waiting: u32,
}

static QUEUE: Mutex<Queue> = Mutex::new(Queue { busy: 0, waiting: 0 });
static FREE: Condvar = Condvar::new();

impl Turn {
    fn take() -> Result<Self> {
        let mut queue = QUEUE.lock().unwrap_or_else(PoisonError::into_inner);
        if queue.waiting >= WAITING {
            return Err(Refusal::TooMany { seconds: 5 });
        }
        queue.waiting += 1;
        while queue.busy >= AT_ONCE {
            queue = FREE.wait(queue).unwrap_or_else(PoisonError::into_inner);
        }
        queue.waiting -= 1;
        queue.busy += 1;
        Ok(Self)
    }
}
impl Drop for Turn {
    fn drop(&mut self) {
        QUEUE.lock().unwrap_or_else(PoisonError::into_inner).busy -= 1;
        FREE.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(password: &str) -> Vec<&'static str> {
        faults(password, "li.na@example.cn", "李娜 Li Na").into_iter().map(|f| f.code).collect()
    }

    #[test]
    fn policy_names_what_is_wrong() {
        assert_eq!(codes("九个字的密码太短了"), ["password-short"]);
        assert_eq!(codes(&"长".repeat(201)), ["too-long"]);
        for common in [
            "Password2024!",
            "p@ssw0rd123",
            "1234567890",
            "0987654321",
            "aaaaaaaaaaaa",
            "abcabcabcabc",
            "li.na@example.cn",
            "LI.NA2024!!",
            "李娜 Li Na",
            "woaini5201314",
            "abcdefghijkl",
            "!!!!admin!!!!",
            "13803130000",
            "1q2w3e4r5t",
            "Zhangjiakou2025",
        ] {
            assert_eq!(codes(common), if common.chars().count() < 10 { ["password-short"] } else { ["password-common"] }, "{common}");
        }
        for fine in ["山海关外有长城2025", "correct horse battery", "Xk7-plum-otter", "大境门外 风很大 吧"] {
            assert_eq!(codes(fine), Vec::<&str>::new(), "{fine}");
        }
    }

    #[test]
    fn only_the_right_password_verifies_and_nobody_costs_the_same() {
        let kept = hash("Xk7-plum-otter", "a@b.cn", "甲").unwrap();
        assert!(kept.0.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{}", kept.0);
        assert!(verify("Xk7-plum-otter", Some(&kept)).unwrap());
        assert!(!verify("Xk7-plum-otteR", Some(&kept)).unwrap());
        assert!(!verify("Xk7-plum-otter ", Some(&kept)).unwrap());
        assert!(!verify("Xk7-plum-otter", None).unwrap());
        assert_eq!(format!("{kept:?}"), "Hash");
        assert_ne!(hash("Xk7-plum-otter", "a@b.cn", "甲").unwrap(), kept, "salted");
    }

    #[test]
    fn a_flood_waits_in_turn() {
        let kept = hash("Xk7-plum-otter", "a@b.cn", "甲").unwrap();
        let right = std::thread::scope(|s| {
            let all: Vec<_> = (0..8).map(|_| s.spawn(|| verify("Xk7-plum-otter", Some(&kept)))).collect();
            all.into_iter().map(|t| t.join().unwrap()).filter(|r| *r == Ok(true)).count()
        });
        assert_eq!(right, 8);
        assert_eq!(QUEUE.lock().unwrap().waiting, 0);
    }
}
