//! 密钥 — what must stay unreadable to whoever gets hold of the database or a backup: second factors, links that open an
//! account, applications before their opening. Sealed with XChaCha20-Poly1305 under a key that is kept beside the
//! database, never in it (ZJ-5.4(1), ZJK-13(5)).
//!
//! Keys are lines; the first seals, the others still open. Every sealed text begins with the id of its key, so a new key
//! is taken up by putting a line in front, and nobody has to guess which key a text needs.

use crate::refusal::{Refusal, Result};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use std::io::Write;
use std::path::Path;
use std::sync::LazyLock;

/// The key file in the data folder.
pub const FILE: &str = "secret.key";
/// How a sealed text begins.
const MARK: &str = "sealed:";
/// The key id of a text sealed under a data key, which is kept sealed itself.
const DATA: &str = "data";

type Bytes = [u8; 32];

/// The keys of a platform.
#[derive(Clone)]
pub struct Vault {
    keys: Vec<(String, Bytes)>,
}

impl std::fmt::Debug for Vault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.ids()).finish()
    }
}

/// A key that seals the texts of one case; kept in the database, sealed by the vault.
pub struct DataKey(Bytes);

/// The first characters of the key's digest: enough to tell keys apart, nothing to guess from.
fn id_of(key: &Bytes) -> String {
    crate::event::sha256(key).chars().take(8).collect()
}

fn seal(id: &str, key: &Bytes, about: &str, plain: &[u8]) -> Result<String> {
    let nonce: [u8; 24] = rand::random();
    let cipher = XChaCha20Poly1305::new(key.into());
    let sealed = cipher
        .encrypt(&XNonce::from(nonce), Payload { msg: plain, aad: about.as_bytes() })
        .map_err(|_| Refusal::broken("nothing of that length can be sealed"))?;
    Ok(format!("{MARK}{id}:{}", URL_SAFE_NO_PAD.encode([&nonce[..], &sealed].concat())))
}

fn open(key: &Bytes, about: &str, sealed: &str) -> Result<Vec<u8>> {
    let broken = || Refusal::broken(format!("{about}: what is sealed was changed"));
    let bytes = sealed.rsplit_once(':').and_then(|(_, b)| URL_SAFE_NO_PAD.decode(b).ok()).ok_or_else(broken)?;
    let (nonce, sealed) = bytes.split_first_chunk::<24>().ok_or_else(broken)?;
    XChaCha20Poly1305::new(key.into()).decrypt(&XNonce::from(*nonce), Payload { msg: sealed, aad: about.as_bytes() }).map_err(|_| broken())
}

/// Whether a text is sealed.
pub fn is_sealed(text: &str) -> bool {
    text.starts_with(MARK)
}

/// The id of the key that a sealed text needs; empty for a text that is not sealed.
pub fn key_of(text: &str) -> &str {
    text.strip_prefix(MARK).and_then(|rest| rest.split_once(':')).map_or("", |(id, _)| id)
}

impl Vault {
    /// A new random key.
    pub fn fresh() -> Self {
        let key: Bytes = rand::random();
        Self { keys: vec![(id_of(&key), key)] }
    }

    /// The key of this process, which nobody else has: for tests. What it seals cannot be opened after a restart.
    pub fn of_this_process() -> Self {
        static OWN: LazyLock<Vault> = LazyLock::new(Vault::fresh);
        OWN.clone()
    }

    /// Reads keys of 32 bytes in Base64, parted by line breaks, blanks or commas; lines may begin with `#`.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut keys: Vec<(String, Bytes)> = Vec::new();
        for word in text.lines().filter(|l| !l.trim_start().starts_with('#')).flat_map(|l| l.split([',', ' ', '\t'])).filter(|w| !w.trim().is_empty())
        {
            let key = STANDARD.decode(word.trim()).ok().and_then(|b| Bytes::try_from(b).ok());
            let key = key.ok_or("a secret key is 32 bytes in Base64, such as `openssl rand -base64 32` prints")?;
            if !keys.iter().any(|(id, _)| *id == id_of(&key)) {
                keys.push((id_of(&key), key));
            }
        }
        if keys.is_empty() { Err("no secret key".into()) } else { Ok(Self { keys }) }
    }

    /// Reads the key file of a data folder; the first time it is made, readable to nobody else.
    pub fn in_folder(folder: &Path) -> Result<Self, String> {
        let path = folder.join(FILE);
        let said = |e: std::io::Error| format!("{}: {e}", path.display());
        let mut options = std::fs::OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        match options.open(&path) {
            Ok(mut file) => {
                let fresh = Self::fresh();
                let text =
                    format!("# Opens what the database keeps sealed. Keep a copy apart from backups; the first key seals.\n{}\n", fresh.line());
                file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(said)?;
                Ok(fresh)
            }
            Err(e) if e.kind() == std::io::ErrorKind::AlreadyExists => Self::read(&path),
            Err(e) => Err(said(e)),
        }
    }

    /// Reads a key file. One that has just been made may be empty for a moment.
    fn read(path: &Path) -> Result<Self, String> {
        let mut tries = 0;
        loop {
            let text = std::fs::read_to_string(path).map_err(|e| format!("{}: {e}", path.display()))?;
            if !text.trim().is_empty() || tries == 20 {
                return Self::parse(&text).map_err(|why| format!("{}: {why}", path.display()));
            }
            tries += 1;
            std::thread::sleep(std::time::Duration::from_millis(50));
        }
    }

    /// The key that seals, as it stands in a key file.
    fn line(&self) -> String {
        self.keys.first().map(|(_, key)| STANDARD.encode(key)).unwrap_or_default()
    }

    /// Ids of the keys, the one that seals first.
    pub fn ids(&self) -> Vec<&str> {
        self.keys.iter().map(|(id, _)| id.as_str()).collect()
    }

    /// Whether it can open a text; true for a text that is not sealed.
    pub fn can_open(&self, text: &str) -> bool {
        !is_sealed(text) || self.ids().contains(&key_of(text))
    }

    /// Whether a text is sealed by the key that seals now.
    pub fn is_current(&self, text: &str) -> bool {
        is_sealed(text) && self.keys.first().is_some_and(|(id, _)| id == key_of(text))
    }

    /// Seals a text. `about` says what it is, such as `totp:ID`: it opens as nothing else.
    pub fn seal(&self, about: &str, plain: &str) -> Result<String> {
        let (id, key) = self.keys.first().ok_or_else(|| Refusal::broken("no secret key"))?;
        seal(id, key, about, plain.as_bytes())
    }

    /// Opens a sealed text; one that was kept before there were keys comes back as it is.
    pub fn open(&self, about: &str, text: &str) -> Result<String> {
        if !is_sealed(text) {
            return Ok(text.to_string());
        }
        String::from_utf8(self.bytes(about, text)?).map_err(Refusal::broken)
    }

    fn bytes(&self, about: &str, text: &str) -> Result<Vec<u8>> {
        let (_, key) = self.keys.iter().find(|(id, _)| id == key_of(text)).ok_or_else(|| {
            tracing::error!(about, key = key_of(text), "sealed under a key that is not here: put it back into the key file");
            Refusal::rule("key-missing", super::account::ARTICLE)
        })?;
        open(key, about, text)
    }

    /// A new data key, and the sealed text under which it is kept.
    pub fn data_key(&self, about: &str) -> Result<(DataKey, String)> {
        let (id, key) = self.keys.first().ok_or_else(|| Refusal::broken("no secret key"))?;
        let fresh: Bytes = rand::random();
        Ok((DataKey(fresh), seal(id, key, about, &fresh)?))
    }

    /// A data key that is kept.
    pub fn open_data_key(&self, about: &str, kept: &str) -> Result<DataKey> {
        Bytes::try_from(self.bytes(about, kept)?).map(DataKey).map_err(|_| Refusal::broken("a data key of another length"))
    }

    /// The same data key, sealed by the key that seals now.
    pub fn seal_data_key(&self, about: &str, key: &DataKey) -> Result<String> {
        let (id, own) = self.keys.first().ok_or_else(|| Refusal::broken("no secret key"))?;
        seal(id, own, about, &key.0)
    }
}

impl DataKey {
    /// Seals a text of the case.
    pub fn seal(&self, about: &str, plain: &str) -> Result<String> {
        seal(DATA, &self.0, about, plain.as_bytes())
    }
    /// Opens a text of the case.
    pub fn open(&self, about: &str, text: &str) -> Result<String> {
        String::from_utf8(open(&self.0, about, text)?).map_err(Refusal::broken)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_opens_with_its_key_as_what_it_is_and_unchanged() {
        let vault = Vault::fresh();
        let sealed = vault.seal("totp:1", "密钥").unwrap();
        assert!(is_sealed(&sealed) && !sealed.contains("密钥") && vault.is_current(&sealed));
        assert_eq!(vault.open("totp:1", &sealed).as_deref(), Ok("密钥"));
        assert_ne!(vault.seal("totp:1", "密钥").unwrap(), sealed, "the same text is never sealed alike");
        assert!(matches!(vault.open("totp:2", &sealed), Err(Refusal::Broken(_))), "somebody else's");
        let (head, last) = sealed.split_at(sealed.len() - 1);
        let changed = format!("{head}{}", if last == "A" { "B" } else { "A" });
        assert!(matches!(vault.open("totp:1", &changed), Err(Refusal::Broken(_))), "changed");
        assert_eq!(Vault::fresh().open("totp:1", &sealed).map_err(|r| r.code()), Err("key-missing"));
        assert_eq!(vault.open("totp:1", "BARE").as_deref(), Ok("BARE"), "from before there were keys");
    }

    #[test]
    fn a_new_key_seals_and_the_old_one_still_opens() {
        let old = Vault::fresh();
        let sealed = old.seal("a", "旧").unwrap();
        let both = Vault::parse(&format!("# new\n{}\n{}", Vault::fresh().line(), old.line())).unwrap();
        assert_eq!(both.open("a", &sealed).as_deref(), Ok("旧"));
        assert!(!both.is_current(&sealed) && both.can_open(&sealed));
        let anew = both.seal("a", "新").unwrap();
        assert!(both.is_current(&anew) && !old.can_open(&anew));
        let (key, kept) = old.data_key("bids:1").unwrap();
        let bid = key.seal("bid:1", "报价").unwrap();
        assert_eq!(both.open_data_key("bids:1", &kept).unwrap().open("bid:1", &bid).as_deref(), Ok("报价"));
        assert!(both.open_data_key("bids:2", &kept).is_err());
        for wrong in ["", "# nothing", "AAAA", "not base64!"] {
            assert!(Vault::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn the_key_file_is_made_once_and_is_nobody_else_s() {
        let folder = std::env::temp_dir().join(format!("dajing-vault-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let made: Vec<Vec<String>> = std::thread::scope(|s| {
            let threads: Vec<_> =
                (0..8).map(|_| s.spawn(|| Vault::in_folder(&folder).unwrap().ids().iter().map(|i| i.to_string()).collect())).collect();
            threads.into_iter().map(|t| t.join().unwrap()).collect()
        });
        assert!(made.iter().all(|ids| *ids == made[0]), "{made:?}");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(std::fs::metadata(folder.join(FILE)).unwrap().permissions().mode() & 0o777, 0o600);
        }
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
