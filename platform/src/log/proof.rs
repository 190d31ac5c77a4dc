//! The receipt of an act: a C2SP tlog-proof, which anybody can check without asking us. Its `extra` line holds the entry
//! itself; nobody need trust it, for the proof is of its hash.

use super::note::{Checkpoint, Note, base64, hash, number, unbase64};
use super::policy::{Policy, Vouched};
use super::tree::{self, Hash, Nodes};

/// The first line of a receipt.
pub const HEAD: &str = "c2sp.org/tlog-proof@v1";

/// A receipt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proof {
    pub index: u64,
    /// The entry, when the receipt brings it along.
    pub entry: Option<Vec<u8>>,
    pub hashes: Vec<Hash>,
    /// The signed checkpoint.
    pub note: String,
}

/// What is wrong with a receipt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It is no receipt; where it stops being one.
    Unreadable(&'static str),
    /// Its checkpoint is not signed by a log of the policy.
    NotSigned,
    /// Fewer witnesses have cosigned its checkpoint than the policy asks for.
    TooFewWitnesses,
    /// The receipt brings no entry, and none was given.
    NoEntry,
    /// The proof does not lead from the entry to the root that was signed.
    NotIncluded,
}

/// What a receipt proves.
#[derive(Clone, Debug)]
pub struct Proved {
    pub index: u64,
    pub entry: Vec<u8>,
    pub checkpoint: Checkpoint,
    pub vouched: Vouched,
}

impl Proof {
    /// The receipt of leaf `index` under a checkpoint.
    pub fn make<N: Nodes + ?Sized>(nodes: &N, index: u64, entry: &[u8], note: &str) -> Result<Self, String> {
        let size = Checkpoint::parse(&Note::parse(note)?.text)?.size;
        Ok(Self { index, entry: Some(entry.to_vec()), hashes: tree::inclusion(nodes, index, size)?, note: note.into() })
    }

    /// Reads a receipt. Carriage returns that a mail program or a form put in are passed over.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        let text = text.replace("\r\n", "\n");
        let text = text.trim_start_matches('\u{feff}');
        let (head, note) = text.split_once("\n\n").ok_or(Fault::Unreadable("blank"))?;
        let mut lines = head.split('\n').peekable();
        if lines.next() != Some(HEAD) {
            return Err(Fault::Unreadable("head"));
        }
        let entry = lines.next_if(|l| l.starts_with("extra ")).map(|l| unbase64(&l[6..]).ok_or(Fault::Unreadable("extra"))).transpose()?;
        let index = lines.next().and_then(|l| number(l.strip_prefix("index ")?)).ok_or(Fault::Unreadable("index"))?;
        let hashes: Option<Vec<Hash>> = lines.map(hash).collect();
        let hashes = hashes.filter(|h| h.len() <= 63).ok_or(Fault::Unreadable("hash"))?;
        // A line break too many at the end is what an editor adds.
        Ok(Self { index, entry, hashes, note: format!("{}\n", note.trim_end_matches('\n')) })
    }

    /// Checks it against a policy; `entry` is asked for when it brings none along.
    pub fn check(&self, policy: &Policy, entry: Option<&[u8]>) -> Result<Proved, Fault> {
        let note = Note::parse(&self.note).map_err(|_| Fault::Unreadable("note"))?;
        let checkpoint = Checkpoint::parse(&note.text).map_err(|_| Fault::Unreadable("checkpoint"))?;
        let vouched = policy.vouched(&note, &checkpoint).ok_or(Fault::NotSigned)?;
        if !vouched.enough {
            return Err(Fault::TooFewWitnesses);
        }
        let entry = entry.or(self.entry.as_deref()).ok_or(Fault::NoEntry)?;
        if !tree::includes(&tree::leaf_hash(entry), self.index, checkpoint.size, &self.hashes, &checkpoint.root) {
            return Err(Fault::NotIncluded);
        }
        Ok(Proved { index: self.index, entry: entry.to_vec(), checkpoint, vouched })
    }
}

impl std::fmt::Display for Proof {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(f, "{HEAD}")?;
        if let Some(entry) = &self.entry {
            writeln!(f, "extra {}", base64(entry))?;
        }
        writeln!(f, "index {}", self.index)?;
        self.hashes.iter().try_for_each(|h| writeln!(f, "{}", base64(h)))?;
        write!(f, "\n{}", self.note)
    }
}

#[cfg(test)]
mod tests {
    use super::super::note::Purpose;
    use super::super::signer::{Ed25519, Signer};
    use super::*;

    #[test]
    fn a_receipt_is_checked_and_every_change_is_named() {
        let key = Ed25519::fresh("a/log", Purpose::Log);
        let entries: Vec<Vec<u8>> = (0..300).map(|i| format!("entry {i}").into_bytes()).collect();
        let hashes: Vec<Hash> = entries.iter().map(|e| tree::leaf_hash(e)).collect();
        let text = Checkpoint { origin: "a/log".into(), size: 300, root: tree::root(&hashes[..], 300).unwrap() }.text();
        let note = Note { lines: vec![key.line(&text, 0).unwrap()], text }.to_string();
        let policy = Policy::parse(&format!("log {}\nquorum none\n", key.vkey())).unwrap();
        for index in [0, 1, 255, 256, 299] {
            let proof = Proof::make(&hashes[..], index, &entries[index as usize], &note).unwrap();
            let read = Proof::parse(&proof.to_string()).unwrap();
            assert_eq!(read, proof);
            assert_eq!(Proof::parse(&proof.to_string().replace('\n', "\r\n")).unwrap(), proof);
            assert_eq!(read.check(&policy, None).unwrap().entry, entries[index as usize]);
            assert_eq!(Proof { entry: None, ..read.clone() }.check(&policy, None).unwrap_err(), Fault::NoEntry);
            assert_eq!(read.check(&policy, Some(b"entry 7")).unwrap_err(), Fault::NotIncluded);
            assert_eq!(Proof { index: index ^ 1, ..read.clone() }.check(&policy, None).unwrap_err(), Fault::NotIncluded);
            assert_eq!(Proof { note: note.replace("\n300\n", "\n301\n"), ..read.clone() }.check(&policy, None).unwrap_err(), Fault::NotSigned);
        }
        let proof = Proof::make(&hashes[..], 3, &entries[3], &note).unwrap();
        let (first, proof) = (base64(proof.hashes[0]), proof.to_string());
        for (wrong, at) in [
            (proof.replace(HEAD, "c2sp.org/tlog-proof@v2"), "head"),
            (proof.replace("index 3", "index 03"), "index"),
            (proof.replace("extra ", "extra *"), "extra"),
            (proof.replace(&first, "AAAA"), "hash"),
            (proof.replace("\n\n", "\n"), "blank"),
        ] {
            assert_eq!(Proof::parse(&wrong).unwrap_err(), Fault::Unreadable(at), "{wrong}");
        }
    }
}
