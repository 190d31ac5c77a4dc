//! The witness: another organisation's word that a log has only grown. It keeps for each log the last checkpoint that it
//! cosigned, and cosigns no other that does not begin with it (C2SP tlog-witness). In the log's own operator's hands it
//! proves nothing.

use super::folder::write_whole;
use super::note::{Checkpoint, Line, Note, Purpose, Vkey, base64, hash, number, origin_digest};
use super::signer::{Ed25519, Signer};
use super::tree::{self, Hash};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// The witness's key file in its folder.
pub const KEY: &str = "witness.key";

/// A witness's answer over HTTP: status, kind of text, text.
pub type Reply = (u16, &'static str, String);

/// A witness with its key and what it has seen.
pub struct Witness {
    key: Ed25519,
    logs: Vec<Vkey>,
    folder: PathBuf,
    /// One checkpoint at a time: what is compared is what is replaced.
    turn: Mutex<()>,
}

const PLAIN: &str = "text/plain; charset=utf-8";

fn plain(status: u16, why: &str) -> Reply {
    (status, PLAIN, format!("{why}\n"))
}

impl Witness {
    /// The witness whose key and state are in that folder; the key is made the first time. A folder that was lost must not be
    /// made anew under the same name: what was seen is lost with it.
    pub fn open(folder: &Path, name: &str, logs: Vec<Vkey>) -> Result<Self, String> {
        if !super::note::is_name(name) {
            return Err(format!("`{name}` cannot be the name of a witness"));
        }
        if let Some(other) = logs.iter().find(|k| k.purpose != Purpose::Log) {
            return Err(format!("{other} is no key of a log"));
        }
        std::fs::create_dir_all(folder).map_err(|e| format!("{}: {e}", folder.display()))?;
        let key = Ed25519::in_folder(folder, KEY, name, Purpose::Witness)?;
        Ok(Self { key, logs, folder: folder.into(), turn: Mutex::new(()) })
    }

    /// By which logs and verifiers know it.
    pub fn vkey(&self) -> Vkey {
        self.key.vkey()
    }

    fn path(&self, digest: &str) -> PathBuf {
        self.folder.join(format!("{digest}.checkpoint"))
    }

    fn last(&self, origin: &str) -> Result<Option<Checkpoint>, String> {
        match std::fs::read_to_string(self.path(&origin_digest(origin))) {
            Ok(note) => Ok(Some(Checkpoint::parse(&Note::parse(&note)?.text)?)),
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(e) => Err(e.to_string()),
        }
    }

    /// `POST /add-checkpoint`: cosigns a checkpoint that begins with the last, at `time` in seconds.
    pub fn add(&self, body: &str, time: u64) -> Reply {
        let Some((old, proof, text)) = read(body) else { return plain(400, "not: old N, hashes, a blank line, a checkpoint") };
        let Ok(note) = Note::parse(text) else { return plain(400, "no signed note") };
        let Ok(checkpoint) = Checkpoint::parse(&note.text) else { return plain(400, "no checkpoint") };
        let known: Vec<&Vkey> = self.logs.iter().filter(|k| k.name == checkpoint.origin).collect();
        if known.is_empty() {
            return plain(404, "a log that is not known here");
        }
        let Some(key) = known.into_iter().find(|k| k.signed(&note).is_some()) else { return plain(403, "not signed by the log") };
        if old > checkpoint.size {
            return plain(400, "the old size is above the new");
        }
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        let last = match self.last(&checkpoint.origin) {
            Ok(last) => last,
            // What is kept cannot be read: to sign would be to guess.
            Err(why) => {
                tracing::error!(why, origin = checkpoint.origin, "the last checkpoint cannot be read");
                return plain(500, "the last checkpoint cannot be read");
            }
        };
        let (size, root) = last.map_or((0, tree::empty_root()), |c| (c.size, c.root));
        let conflict = || (409, "text/x.tlog.size", format!("{size}\n"));
        if old != size {
            return conflict();
        }
        if old == checkpoint.size && root != checkpoint.root {
            tracing::error!(origin = checkpoint.origin, size, "another root for the same size");
            return conflict();
        }
        if !tree::consistent(old, &root, checkpoint.size, &checkpoint.root, &proof) {
            tracing::error!(origin = checkpoint.origin, old, new = checkpoint.size, "a checkpoint that does not begin with the last");
            return plain(422, "the proof does not hold");
        }
        let text = checkpoint.text();
        // Lines after the third are not checked by anybody, so they are not vouched for either.
        if text != note.text {
            return plain(400, "a checkpoint with further lines");
        }
        let line = match self.key.line(&text, time) {
            Ok(line) => line,
            Err(why) => return plain(500, &why),
        };
        let kept = Note { text, lines: note.lines.into_iter().filter(|l| l.id == key.id && l.name == key.name).chain([line.clone()]).collect() };
        // On disk before anybody has the signature.
        if let Err(why) = write_whole(&self.path(&origin_digest(&checkpoint.origin)), kept.to_string().as_bytes()) {
            tracing::error!(why, "not kept");
            return plain(500, "not kept");
        }
        (200, PLAIN, format!("{line}\n"))
    }

    /// `GET /<sha256 of the origin>/checkpoint`: the last checkpoint that was cosigned.
    pub fn seen(&self, digest: &str) -> Reply {
        if digest.len() != 64 || !digest.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b)) {
            return plain(404, "nothing");
        }
        match std::fs::read_to_string(self.path(digest)) {
            Ok(note) => (200, PLAIN, note),
            Err(_) => plain(404, "nothing seen"),
        }
    }
}

/// Reads what is sent: the old size, the proof, the checkpoint.
fn read(body: &str) -> Option<(u64, Vec<Hash>, &str)> {
    let (head, note) = body.split_once("\n\n")?;
    let mut lines = head.split('\n');
    let old = number(lines.next()?.strip_prefix("old ")?)?;
    let proof: Option<Vec<Hash>> = lines.map(hash).collect();
    Some((old, proof.filter(|p| p.len() <= 63)?, note))
}

/// What a log hears from a witness.
#[derive(Debug, PartialEq, Eq)]
pub enum Answered {
    Cosigned(Line),
    /// It has seen that many leaves.
    Has(u64),
    /// The new tree does not begin with what it has seen.
    OtherPast,
}

/// A witness as the log knows it: where it is, its key, and how far it has followed.
pub struct Peer {
    pub url: String,
    pub vkey: Vkey,
    known: AtomicU64,
}

impl Peer {
    /// Reads `URL VKEY`.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut words = text.split_whitespace();
        let (Some(url), Some(vkey), None) = (words.next(), words.next(), words.next()) else { return Err(format!("`{text}` is not URL VKEY")) };
        if !url.starts_with("http://") && !url.starts_with("https://") {
            return Err(format!("{url} is no address"));
        }
        let vkey = Vkey::parse(vkey)?;
        if vkey.purpose != Purpose::Witness {
            return Err(format!("{vkey} is no key of a witness"));
        }
        Ok(Self { url: url.trim_end_matches('/').into(), vkey, known: AtomicU64::new(0) })
    }

    pub(crate) fn known(&self) -> u64 {
        self.known.load(Ordering::Relaxed)
    }
    pub(crate) fn remember(&self, size: u64) {
        self.known.store(size, Ordering::Relaxed);
    }

    /// The last checkpoint that it has cosigned of that log, under its own signature.
    pub(crate) fn seen(&self, origin: &str) -> Result<Option<Checkpoint>, String> {
        let (status, text) = fetch(&format!("{}/{}/checkpoint", self.url, origin_digest(origin)), None)?;
        match status {
            404 => Ok(None),
            200 => {
                let note = Note::parse(&text)?;
                let checkpoint = Checkpoint::parse(&note.text)?;
                if checkpoint.origin != origin || self.vkey.signed(&note).is_none() {
                    return Err("its answer is not signed by it".into());
                }
                Ok(Some(checkpoint))
            }
            other => Err(format!("answers {other}")),
        }
    }

    /// Sends a signed checkpoint with the proof that it begins with what the witness has seen.
    pub(crate) fn add(&self, old: u64, proof: &[Hash], checkpoint: &Checkpoint, signed: &str) -> Result<Answered, String> {
        let proof: String = proof.iter().map(|h| format!("{}\n", base64(h))).collect();
        let (status, text) = fetch(&format!("{}/add-checkpoint", self.url), Some(&format!("old {old}\n{proof}\n{signed}")))?;
        match status {
            200 => {
                let found = text
                    .lines()
                    .filter_map(Line::parse)
                    .find(|l| self.vkey.signed(&Note { text: checkpoint.text(), lines: vec![l.clone()] }).is_some());
                found.map(Answered::Cosigned).ok_or_else(|| "its answer is not signed by it".into())
            }
            409 => number(text.trim_end()).map(Answered::Has).ok_or_else(|| "answers 409 without a size".into()),
            422 => Ok(Answered::OtherPast),
            other => Err(format!("answers {other}: {}", text.lines().next().unwrap_or(""))),
        }
    }
}

/// One request: status and text of at most 1 MB, within five seconds.
fn fetch(url: &str, body: Option<&str>) -> Result<(u16, String), String> {
    let agent: ureq::Agent =
        ureq::Agent::config_builder().timeout_global(Some(Duration::from_secs(5))).http_status_as_error(false).max_redirects(0).build().into();
    let answer = match body {
        Some(body) => agent.post(url).header("content-type", "text/plain; charset=utf-8").send(body),
        None => agent.get(url).call(),
    };
    let mut answer = answer.map_err(|e| e.to_string())?;
    let text = answer.body_mut().with_config().limit(1_000_000).read_to_string().map_err(|e| e.to_string())?;
    Ok((answer.status().as_u16(), text))
}

/// The bytes at an address: for copies of a log. Errors: no answer within 20 seconds, any status but 200, more than 32 MB.
pub fn download(url: &str) -> Result<Vec<u8>, String> {
    let agent: ureq::Agent = ureq::Agent::config_builder().timeout_global(Some(Duration::from_secs(20))).build().into();
    let mut answer = agent.get(url).call().map_err(|e| format!("{url}: {e}"))?;
    answer.body_mut().with_config().limit(32 * 1_048_576).read_to_vec().map_err(|e| format!("{url}: {e}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Temp(PathBuf);
    impl Drop for Temp {
        fn drop(&mut self) {
            let _ = std::fs::remove_dir_all(&self.0);
        }
    }
    fn temp(name: &str) -> Temp {
        Temp(std::env::temp_dir().join(format!("dajing-witness-{name}-{}", std::process::id())))
    }

    struct Sender {
        key: Ed25519,
        leaves: Vec<Hash>,
    }
    impl Sender {
        fn new() -> Self {
            let leaves = (0..100u64).map(|i| tree::leaf_hash(&i.to_be_bytes())).collect();
            Self { key: Ed25519::fresh("a/log", Purpose::Log), leaves }
        }
        fn note(&self, size: u64) -> String {
            let text = Checkpoint { origin: "a/log".into(), size, root: tree::root(&self.leaves[..], size).unwrap() }.text();
            Note { lines: vec![self.key.line(&text, 0).unwrap()], text }.to_string()
        }
        fn body(&self, old: u64, new: u64) -> String {
            let proof = tree::consistency(&self.leaves[..], old, new.max(old)).unwrap();
            let proof: String = proof.iter().map(|h| format!("{}\n", base64(h))).collect();
            format!("old {old}\n{proof}\n{}", self.note(new))
        }
    }

    #[test]
    fn it_cosigns_what_grows_and_answers_everything_else_as_specified() {
        let (temp, log) = (temp("statuses"), Sender::new());
        let witness = Witness::open(&temp.0, "bureau.cn", vec![log.key.vkey()]).unwrap();
        let status = |body: &str| witness.add(body, 1_780_000_000).0;
        assert_eq!(witness.seen(&origin_digest("a/log")).0, 404);
        assert_eq!(status(&log.body(3, 5)), 409, "nothing was seen yet");
        let (code, _, line) = witness.add(&log.body(0, 5), 1_780_000_000);
        assert_eq!(code, 200);
        let mut note = Note::parse(&log.note(5)).unwrap();
        note.lines.push(Line::parse(line.trim_end()).unwrap());
        assert_eq!(witness.vkey().signed(&note), Some(1_780_000_000));
        assert_eq!(status(&log.body(5, 5)), 200, "the same once more");
        assert_eq!(status(&log.body(5, 64)), 200);
        assert_eq!(witness.add(&log.body(5, 70), 0), (409, "text/x.tlog.size", "64\n".into()));
        assert_eq!(witness.add(&log.body(0, 70), 0), (409, "text/x.tlog.size", "64\n".into()));
        assert_eq!(status(&log.body(64, 63).replace("old 63", "old 64")), 400, "smaller");
        assert_eq!(status(&log.body(64, 70).replacen("=\n", "=\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n", 1)), 422);
        let mut other = Sender { key: Ed25519::fresh("a/log", Purpose::Log), ..Sender::new() };
        assert_eq!(status(&other.body(64, 70)), 403, "another's key");
        other.key = Ed25519::fresh("b/log", Purpose::Log);
        let unknown = other.body(64, 70).replace("a/log", "b/log");
        assert_eq!(status(&unknown), 404);
        for wrong in ["", "old 1", "old 01\n\na", "new 1\n\na\n1\n", &log.body(64, 70).replace("— a/log", "- a/log")] {
            assert_eq!(status(wrong), 400, "{wrong}");
        }
        // Another past under the log's own key.
        let mut forked = Sender { leaves: log.leaves.clone(), ..Sender::new() };
        forked.key = log.key;
        forked.leaves[3] = [9; 32];
        assert_eq!(status(&forked.body(64, 70)), 422);
        assert_eq!(status(&forked.body(64, 64)), 409);
        // After a restart it knows what it has seen.
        let again = Witness::open(&temp.0, "bureau.cn", vec![forked.key.vkey()]).unwrap();
        assert_eq!(again.vkey(), witness.vkey());
        let seen = Note::parse(&again.seen(&origin_digest("a/log")).2).unwrap();
        assert_eq!(Checkpoint::parse(&seen.text).unwrap().size, 64);
        assert!(again.vkey().signed(&seen).is_some());
        assert_eq!(again.add(&forked.body(0, 70), 0).0, 409);
        for wrong in ["../witness", "ABCD", &"A".repeat(64), &"0".repeat(64)] {
            assert_eq!(again.seen(wrong).0, 404, "{wrong}");
        }
        // A state that cannot be read is no state of nothing.
        std::fs::write(again.path(&origin_digest("a/log")), "torn").unwrap();
        assert_eq!(again.add(&forked.body(0, 70), 0).0, 500);
    }

    #[test]
    fn of_rivals_at_the_same_size_one_is_cosigned() {
        let (temp, log) = (temp("race"), Sender::new());
        let witness = Witness::open(&temp.0, "bureau.cn", vec![log.key.vkey()]).unwrap();
        assert_eq!(witness.add(&log.body(0, 10), 0).0, 200);
        let bodies: Vec<String> = (11..75).map(|new| log.body(10, new)).collect();
        let codes: Vec<u16> = std::thread::scope(|s| {
            let all: Vec<_> = bodies.iter().map(|b| s.spawn(|| witness.add(b, 0).0)).collect();
            all.into_iter().map(|t| t.join().unwrap()).collect()
        });
        assert_eq!((codes.iter().filter(|c| **c == 200).count(), codes.iter().filter(|c| **c == 409).count()), (1, 63));
    }
}
