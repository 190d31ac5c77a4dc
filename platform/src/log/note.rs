//! Signed notes, checkpoints and keys of verifiers, as C2SP signed-note, tlog-checkpoint and tlog-cosignature write them.

use super::tree::Hash;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signature, VerifyingKey};
use sha2::{Digest, Sha256};

/// What a key signs: a checkpoint as it is, or a witness's word that it was seen at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Ed25519 over the text (type 0x01).
    Log,
    /// Ed25519 over the text with a time before it: cosignature/v1 (type 0x04).
    Witness,
}

impl Purpose {
    fn byte(self) -> u8 {
        match self {
            Self::Log => 1,
            Self::Witness => 4,
        }
    }
}

/// A key of somebody who signs, as people pass it on: `name+1a2b3c4d+Base64`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Vkey {
    pub name: String,
    pub id: [u8; 4],
    pub purpose: Purpose,
    key: [u8; 32],
}

/// The first bytes of the digest of a name with a kind of key and the key.
pub fn key_id(name: &str, kind_and_key: &[u8]) -> [u8; 4] {
    let digest = Sha256::new().chain_update(name).chain_update(b"\n").chain_update(kind_and_key).finalize();
    [digest[0], digest[1], digest[2], digest[3]]
}

/// Whether a text may be the name of a key.
pub fn is_name(name: &str) -> bool {
    !name.is_empty() && name.len() <= 200 && !name.contains(|c: char| c.is_whitespace() || c.is_control() || c == '+')
}

impl Vkey {
    /// The key of that name.
    pub fn new(name: &str, purpose: Purpose, key: &VerifyingKey) -> Self {
        let key = key.to_bytes();
        Self { name: name.into(), id: key_id(name, &[&[purpose.byte()][..], &key].concat()), purpose, key }
    }

    /// Reads `name+id+key`; the id must be that of the key.
    pub fn parse(text: &str) -> Result<Self, String> {
        let wrong = |why: &str| format!("`{text}` is no key of a verifier: {why}");
        let mut parts = text.splitn(3, '+');
        let (Some(name), Some(id), Some(key)) = (parts.next(), parts.next(), parts.next()) else { return Err(wrong("name+id+key")) };
        if !is_name(name) {
            return Err(wrong("its name"));
        }
        let bytes = STANDARD.decode(key).map_err(|_| wrong("its key is no Base64"))?;
        let purpose = match bytes.first() {
            Some(1) => Purpose::Log,
            Some(4) => Purpose::Witness,
            _ => return Err(wrong("a kind of key that is not known here")),
        };
        let raw = bytes.get(1..).and_then(|k| <[u8; 32]>::try_from(k).ok()).ok_or_else(|| wrong("its length"))?;
        let key = VerifyingKey::from_bytes(&raw).map_err(|_| wrong("no Ed25519 key"))?;
        let known = Self::new(name, purpose, &key);
        if known.to_string().split('+').nth(1) == Some(id) { Ok(known) } else { Err(wrong("its id is another key's")) }
    }

    fn holds(&self, message: &[u8], signature: &[u8]) -> bool {
        let key = VerifyingKey::from_bytes(&self.key);
        let signature = Signature::from_slice(signature);
        matches!((key, signature), (Ok(key), Ok(signature)) if key.verify_strict(message, &signature).is_ok())
    }

    /// Whether this key signed that note; for a witness, the time in seconds at which it says to have seen it, else 0.
    pub fn signed(&self, note: &Note) -> Option<u64> {
        note.lines.iter().filter(|l| l.name == self.name && l.id == self.id).find_map(|l| match self.purpose {
            Purpose::Log => self.holds(note.text.as_bytes(), &l.signature).then_some(0),
            Purpose::Witness => {
                let (time, signature) = l.signature.split_first_chunk::<8>()?;
                let time = u64::from_be_bytes(*time);
                self.holds(&cosigned(time, &note.text), signature).then_some(time)
            }
        })
    }
}

impl std::fmt::Display for Vkey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let id: String = self.id.iter().map(|b| format!("{b:02x}")).collect();
        write!(f, "{}+{id}+{}", self.name, STANDARD.encode([&[self.purpose.byte()][..], &self.key].concat()))
    }
}

/// What a witness signs (cosignature/v1).
pub fn cosigned(time: u64, text: &str) -> Vec<u8> {
    format!("cosignature/v1\ntime {time}\n{text}").into_bytes()
}

/// One line of signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    pub name: String,
    pub id: [u8; 4],
    pub signature: Vec<u8>,
}

impl Line {
    /// Reads a line `— name Base64`.
    pub fn parse(line: &str) -> Option<Self> {
        let (name, bytes) = line.strip_prefix("— ")?.split_once(' ')?;
        let bytes = STANDARD.decode(bytes).ok()?;
        let (id, signature) = bytes.split_first_chunk::<4>()?;
        (is_name(name) && !signature.is_empty()).then(|| Self { name: name.into(), id: *id, signature: signature.to_vec() })
    }
}

impl std::fmt::Display for Line {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "— {} {}", self.name, STANDARD.encode([&self.id[..], &self.signature].concat()))
    }
}

/// A text with its signatures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// Ends with a line break, which is signed, too.
    pub text: String,
    pub lines: Vec<Line>,
}

impl Note {
    /// Reads a note; one with a line that is no signature, or with none, is none.
    pub fn parse(note: &str) -> Result<Self, String> {
        let (text, lines) = note.rsplit_once("\n\n").ok_or("no blank line before the signatures")?;
        if note.len() > 1_000_000 || note.contains(|c: char| c.is_control() && c != '\n') {
            return Err("no text".into());
        }
        let lines = lines.strip_suffix('\n').ok_or("the last line does not end")?;
        let lines: Option<Vec<Line>> = lines.split('\n').map(Line::parse).collect();
        let lines = lines.ok_or("a line after the blank one is no signature")?;
        if lines.len() > 100 {
            return Err("more than 100 signatures".into());
        }
        Ok(Self { text: format!("{text}\n"), lines })
    }
}

impl std::fmt::Display for Note {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(f, "{}", self.text)?;
        self.lines.iter().try_for_each(|l| writeln!(f, "{l}"))
    }
}

/// What a log says of itself: who it is, how many leaves it has, and their root.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    pub origin: String,
    pub size: u64,
    pub root: Hash,
}

impl Checkpoint {
    /// The text that is signed: three lines and nothing else, because nobody could check more.
    pub fn text(&self) -> String {
        format!("{}\n{}\n{}\n", self.origin, self.size, STANDARD.encode(self.root))
    }

    /// Reads the text of a note. Further lines are taken for what they are: signed, and unknown.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut lines = text.split('\n');
        let (Some(origin), Some(size), Some(root)) = (lines.next(), lines.next(), lines.next()) else { return Err("fewer than three lines".into()) };
        if origin.is_empty() {
            return Err("no origin".into());
        }
        let size = number(size).ok_or("its size is no number")?;
        let root = hash(root).ok_or("its root is no hash")?;
        Ok(Self { origin: origin.into(), size, root })
    }
}

/// A whole number in its one spelling.
pub fn number(text: &str) -> Option<u64> {
    text.parse::<u64>().ok().filter(|n| n.to_string() == text)
}

/// A hash in Base64.
pub fn hash(text: &str) -> Option<Hash> {
    STANDARD.decode(text).ok().and_then(|b| Hash::try_from(b).ok())
}

/// A hash as Base64.
pub fn base64(bytes: impl AsRef<[u8]>) -> String {
    STANDARD.encode(bytes)
}

/// Bytes of Base64.
pub fn unbase64(text: &str) -> Option<Vec<u8>> {
    STANDARD.decode(text).ok()
}

/// The SHA-256 of an origin, hexadecimal: where a witness keeps the log's last checkpoint.
pub fn origin_digest(origin: &str) -> String {
    crate::event::sha256(origin)
}

#[cfg(test)]
mod tests {
    use super::super::signer::{Ed25519, Signer};
    use super::*;

    fn checkpoint() -> Checkpoint {
        Checkpoint { origin: "data.example.cn/log".into(), size: 70_000, root: [7; 32] }
    }

    #[test]
    fn a_note_is_read_as_it_was_written_and_no_byte_may_change() {
        let key = Ed25519::fresh("data.example.cn/log", Purpose::Log);
        let text = checkpoint().text();
        let note = Note { lines: vec![key.line(&text, 0).unwrap()], text };
        let written = note.to_string();
        assert_eq!(Note::parse(&written).unwrap(), note);
        assert_eq!(Checkpoint::parse(&note.text).unwrap(), checkpoint());
        let vkey = Vkey::parse(&key.vkey().to_string()).unwrap();
        assert_eq!(vkey.signed(&note), Some(0));
        for at in 0..written.len() {
            let mut other = written.clone().into_bytes();
            other[at] ^= 1;
            let Ok(other) = String::from_utf8(other) else { continue };
            let held = Note::parse(&other).is_ok_and(|n| n.text == note.text && vkey.signed(&n).is_some());
            assert!(!held, "byte {at}: {other}");
        }
        assert!(vkey.signed(&Note { text: note.text.replace("70000", "70001"), ..note.clone() }).is_none());
        // Another's line of the same name and id says nothing, and lines of unknown keys do not disturb.
        let other = Ed25519::fresh("data.example.cn/log", Purpose::Log);
        let mut forged = other.line(&note.text, 0).unwrap();
        forged.id = vkey.id;
        assert!(vkey.signed(&Note { lines: vec![forged.clone()], ..note.clone() }).is_none());
        assert!(vkey.signed(&Note { lines: vec![forged, note.lines[0].clone()], ..note.clone() }).is_some());
    }

    #[test]
    fn another_implementation_reads_the_note_and_the_key() {
        use signed_note::{Note as Theirs, Verifier as _, VerifierList};
        let key = Ed25519::fresh("data.example.cn/log", Purpose::Log);
        let text = checkpoint().text();
        let note = Note { lines: vec![key.line(&text, 0).unwrap()], text: text.clone() }.to_string();
        let verifier = signed_note::StandardVerifier::new(&key.vkey().to_string()).unwrap();
        assert_eq!(verifier.key_id(), u32::from_be_bytes(key.vkey().id));
        let theirs = Theirs::from_bytes(note.as_bytes()).unwrap();
        let (known, _) = theirs.verify(&VerifierList::new(vec![Box::new(verifier)])).unwrap();
        assert_eq!((known.len(), theirs.text()), (1, text.as_bytes()));
        let read = tlog_tiles::Checkpoint::from_bytes(text.as_bytes()).unwrap();
        assert_eq!((read.size(), read.hash().0), (70_000, [7; 32]));
    }

    #[test]
    fn a_cosignature_holds_for_its_time_only() {
        let key = Ed25519::fresh("bureau.example.cn", Purpose::Witness);
        let text = checkpoint().text();
        let note = Note { lines: vec![key.line(&text, 1_780_000_000).unwrap()], text };
        let vkey = Vkey::parse(&key.vkey().to_string()).unwrap();
        assert_eq!(vkey.signed(&note), Some(1_780_000_000));
        let mut later = note.clone();
        later.lines[0].signature[7] ^= 1;
        assert_eq!(vkey.signed(&later), None);
        // The same key as a log's is another key.
        assert_ne!(key_id("a", &[1, 2]), key_id("a", &[4, 2]));
    }

    #[test]
    fn what_is_no_note_is_refused() {
        for wrong in ["", "a\n\n", "a\nb\n\n— x\n", "a\n\n— x AAAA\n", "a\n\n— x AAAAAAAA", "a\tb\n\n— x AAAAAAAA\n", "a\n— x AAAAAAAA\n"] {
            assert!(Note::parse(wrong).is_err(), "{wrong:?}");
        }
        for wrong in ["a\n1\n", "a\n01\nAAAA\n", "\n1\nAAAA\n", "a\n-1\nAAAA\n"] {
            assert!(Checkpoint::parse(wrong).is_err(), "{wrong:?}");
        }
        let good = Ed25519::fresh("a/log", Purpose::Log).vkey().to_string();
        for wrong in ["a", "a+b", "a b+00000000+AAAA", &good.replace("a/log", "b/log"), &format!("{good}AAAA")] {
            assert!(Vkey::parse(wrong).is_err(), "{wrong:?}");
        }
    }
}
