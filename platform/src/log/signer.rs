//! Who signs: behind a trait, so that a cipher machine can hold the key. Ed25519 is what the checkpoint of a public log
//! needs; a line of commercial cryptography (SM2 over the same text, kind 0xff) can stand beside it, because whoever does
//! not know a line's key passes over the line.

use super::note::{Line, Purpose, Vkey, cosigned};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signer as _, SigningKey};
use std::io::Write;
use std::path::Path;

/// The key file in the data folder of a log.
pub const FILE: &str = "log.key";

/// Something that signs checkpoints.
pub trait Signer: Send + Sync {
    /// The line for that text; `time` in seconds is for witnesses.
    fn line(&self, text: &str, time: u64) -> Result<Line, String>;
    /// By which others know it.
    fn vkey(&self) -> Vkey;
}

/// A key of Ed25519 in memory.
pub struct Ed25519 {
    name: String,
    purpose: Purpose,
    key: SigningKey,
}

impl std::fmt::Debug for Ed25519 {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.vkey())
    }
}

impl Ed25519 {
    /// The key of 32 secret bytes.
    pub fn new(name: &str, purpose: Purpose, secret: &[u8; 32]) -> Self {
        Self { name: name.into(), purpose, key: SigningKey::from_bytes(secret) }
    }
    /// A new random key.
    pub fn fresh(name: &str, purpose: Purpose) -> Self {
        Self::new(name, purpose, &rand::random())
    }
    /// The same key under another name.
    pub fn named(self, name: &str) -> Self {
        Self { name: name.into(), ..self }
    }

    /// Reads 32 bytes in Base64; lines may begin with `#`.
    pub fn parse(name: &str, purpose: Purpose, text: &str) -> Result<Self, String> {
        let line = text.lines().map(str::trim).find(|l| !l.is_empty() && !l.starts_with('#')).unwrap_or("");
        let secret = STANDARD.decode(line).ok().and_then(|b| <[u8; 32]>::try_from(b).ok());
        secret.map(|s| Self::new(name, purpose, &s)).ok_or_else(|| "a signing key is 32 bytes in Base64".into())
    }

    /// Reads the key file of a folder; the first time it is made, readable to nobody else.
    pub fn in_folder(folder: &Path, file: &str, name: &str, purpose: Purpose) -> Result<Self, String> {
        let path = folder.join(file);
        let said = |e: std::io::Error| format!("{}: {e}", path.display());
        let mut options = std::fs::OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        // Written beside and linked into place, so that nobody ever reads half a key.
        let half = folder.join(format!("{file}.{:016x}", rand::random::<u64>()));
        if !path.exists() {
            let secret: [u8; 32] = rand::random();
            let text = format!(
                "# Signs checkpoints. Whoever has it can sign in this name; it is in no database and no backup.\n{}\n",
                STANDARD.encode(secret)
            );
            let mut out = options.open(&half).map_err(said)?;
            out.write_all(text.as_bytes()).and_then(|()| out.sync_all()).map_err(said)?;
            let linked = std::fs::hard_link(&half, &path);
            let _ = std::fs::remove_file(&half);
            match linked {
                Err(e) if e.kind() != std::io::ErrorKind::AlreadyExists => return Err(said(e)),
                _ => std::fs::File::open(folder).and_then(|f| f.sync_all()).map_err(said)?,
            }
        }
        let text = std::fs::read_to_string(&path).map_err(said)?;
        Self::parse(name, purpose, &text).map_err(|why| format!("{}: {why}", path.display()))
    }
}

impl Signer for Ed25519 {
    fn line(&self, text: &str, time: u64) -> Result<Line, String> {
        let vkey = self.vkey();
        let signature = match self.purpose {
            Purpose::Log => self.key.sign(text.as_bytes()).to_bytes().to_vec(),
            Purpose::Witness => [&time.to_be_bytes()[..], &self.key.sign(&cosigned(time, text)).to_bytes()].concat(),
        };
        Ok(Line { name: vkey.name, id: vkey.id, signature })
    }
    fn vkey(&self) -> Vkey {
        Vkey::new(&self.name, self.purpose, &self.key.verifying_key())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_file_is_made_once_and_is_nobody_else_s() {
        let folder = std::env::temp_dir().join(format!("dajing-log-key-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let made: Vec<String> = std::thread::scope(|s| {
            let threads: Vec<_> =
                (0..8).map(|_| s.spawn(|| Ed25519::in_folder(&folder, FILE, "a/log", Purpose::Log).unwrap().vkey().to_string())).collect();
            threads.into_iter().map(|t| t.join().unwrap()).collect()
        });
        assert!(made.iter().all(|v| *v == made[0]), "{made:?}");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(std::fs::metadata(folder.join(FILE)).unwrap().permissions().mode() & 0o777, 0o600);
        }
        std::fs::write(folder.join(FILE), "# nothing\n").unwrap();
        assert!(Ed25519::in_folder(&folder, FILE, "a/log", Purpose::Log).is_err());
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
