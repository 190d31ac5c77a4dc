//! Settings of a server, each with where it came from: built in, the file `dajing.toml`, the environment (`DAJING_…`),
//! the command line; the later wins. Read once at the start; nothing else asks the environment.

use crate::db::Place;
use crate::words;
use crate::words::Word;
use serde::Serialize;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

mod given;
pub use given::Origin;
use given::{Given, KEYS, Key, masked};

words! {
    /// How the server's log is written.
    pub enum LogFormat: "log-format" { Text = "text", Json = "json" }
}

/// A value that is neither printed nor serialised; [`expose`](Self::expose) is the one way to it.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// The value itself, for whatever opens the connection.
    pub fn expose(&self) -> &str {
        &self.0
    }
}
impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("***")
    }
}

/// Who runs the site, as its foot says. What is empty is not shown.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Site {
    pub name_zh: String,
    pub name_en: String,
    pub operator: String,
    pub contact: String,
    /// Number of the ICP filing.
    pub icp: String,
    /// Number of the filing with the public security organ.
    pub police: String,
    /// Identification code of a government website, ten characters.
    pub gov_code: String,
}

/// The settings of a server.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Folder of the database file, uploaded files and the outbox.
    pub data_dir: PathBuf,
    /// `postgres://…` or the path of a SQLite file.
    pub database_url: Secret,
    pub listen: SocketAddr,
    /// How people reach the server, without a slash at the end; stands in letters.
    pub base_url: String,
    /// `smtp://…` or `smtps://…`; without it letters are put into the outbox folder.
    pub smtp_url: Option<Secret>,
    pub mail_from: String,
    /// `s3://bucket/prefix`; without it files are kept in the data folder.
    pub store_url: Option<String>,
    /// Filter of the server's log, as `info,platform=debug`.
    pub log: String,
    pub log_format: LogFormat,
    /// The policy profile in force: its identity (the highest version of it), a version's tag, or a file; without it the built-in one.
    pub profile: Option<String>,
    /// Connections for questions.
    pub readers: u32,
    /// Memory for public pages that are kept ready, in MiB.
    pub shelf_mib: u64,
    pub site: Site,
    /// Cookies are sent over TLS only.
    pub secure_cookies: bool,
    /// Keys for what the database keeps sealed; without it they are in the data folder.
    pub secret_key: Option<Secret>,
    /// Whoever shows it may read the figures of `/metrics`; without it only this machine may.
    pub metrics_token: Option<Secret>,
    /// In whose name the public log speaks, such as `data.example.cn/log`; without it the name under which it began, and at the
    /// beginning the host of `base_url`.
    pub log_origin: Option<String>,
    /// The key that signs the public log; without it there is one in the data folder.
    pub log_key: Option<Secret>,
    /// Witnesses of the public log, each `URL VKEY`, parted by commas.
    pub log_witnesses: Vec<String>,
    /// How many of them must have cosigned before a checkpoint is published.
    pub log_quorum: usize,
    /// What is odd but no fault: variables nobody reads, cookies that no browser will send back.
    pub warnings: Vec<String>,
    table: Vec<Line>,
}

/// One line of `dajing config`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Line {
    pub key: &'static str,
    /// As in force; what is secret in it is masked.
    pub value: String,
    pub origin: String,
}

/// Readers of the database where the settings name no number.
const FEWEST_READERS: u32 = 4;
/// Two for each processor: one computes while another waits for the disk.
fn readers_of(processors: usize) -> u32 {
    u32::try_from(processors * 2).unwrap_or(u32::MAX).clamp(FEWEST_READERS, 64)
}

/// The file read when none is named, in the data folder.
pub const FILE: &str = "dajing.toml";
/// What the environment's names begin with.
pub const PREFIX: &str = "DAJING_";

impl Settings {
    /// Reads all sources. `file` must exist when it is named; otherwise `dajing.toml` in the data folder is read if it is
    /// there. `flags` are those given on the command line, by key. The error names everything that is wrong, one per line.
    pub fn load(file: Option<&Path>, env: impl Iterator<Item = (String, String)>, flags: Vec<(&str, String)>) -> Result<Self, String> {
        let env: Vec<(String, String)> = env.filter_map(|(name, value)| Some((name.strip_prefix(PREFIX)?.to_lowercase(), value))).collect();
        let mut given = Given::default();
        for Key(key, _, value) in KEYS {
            given.values.insert(key, ((*value).to_string(), Origin::BuiltIn));
        }
        // The data folder must be known before the file in it can be found.
        let of_flags = flags.iter().rev().find(|(name, _)| *name == "data_dir").map(|(_, v)| v.as_str());
        let of_env = env.iter().find(|(name, _)| name == "data_dir").map(|(_, v)| v.as_str());
        let folder = of_flags.or(of_env).unwrap_or(given.text("data_dir")).to_string();
        let beside = Path::new(&folder).join(FILE);
        match file {
            Some(named) => given.read_file(named)?,
            None if beside.is_file() => given.read_file(&beside)?,
            None => {}
        }
        let mut warnings = Vec::new();
        for (name, value) in env {
            let full = format!("{PREFIX}{}", name.to_uppercase());
            if !given.take(&name, &value, Origin::Environment(full.clone())) {
                warnings.push(format!("{full} is no setting and is ignored"));
            }
        }
        for (name, value) in flags {
            if !given.take(name, &value, Origin::CommandLine) {
                given.faults.push(format!("--{}: no such setting", name.replace('_', "-")));
            }
        }
        given.settle(warnings)
    }

    /// Where the database is.
    pub fn place(&self) -> Result<Place, String> {
        Place::parse(self.database_url.expose())
    }

    /// Every setting with its origin, secrets masked: what `dajing config` prints.
    pub fn table(&self) -> &[Line] {
        &self.table
    }
}

impl Given {
    /// Derives what depends on others, checks every value and makes the settings.
    fn settle(mut self, mut warnings: Vec<String>) -> Result<Settings, String> {
        let data_dir = self.read("data_dir", PathBuf::new(), |t| if t.is_empty() { Err("is empty".into()) } else { Ok(PathBuf::from(t)) });
        self.set_default("database_url", data_dir.join("dajing.db").display().to_string());
        let database_url = self.read("database_url", Secret(String::new()), |t| Place::parse(t).map(|_| Secret(t.to_string())));
        let listen = self.read("listen", SocketAddr::from(([127, 0, 0, 1], 8080)), |t| {
            t.parse().map_err(|_| "is no address with port, such as 127.0.0.1:8080 or [::]:8080".to_string())
        });
        self.set_default("base_url", format!("http://{listen}"));
        let base_url = self.read("base_url", String::new(), base_url);
        self.set_default("secure_cookies", base_url.starts_with("https://").to_string());
        let settings = Settings {
            data_dir,
            database_url,
            listen,
            smtp_url: self.read("smtp_url", None, |t| match t {
                "" => Ok(None),
                t if t.starts_with("smtp://") || t.starts_with("smtps://") => Ok(Some(Secret(t.to_string()))),
                _ => Err("begins with neither smtp:// nor smtps://".into()),
            }),
            mail_from: self.read("mail_from", String::new(), |t| {
                t.parse::<lettre::message::Mailbox>().map(|_| t.to_string()).map_err(|_| "is no sender, such as 大境 <no-reply@example.cn>".into())
            }),
            store_url: self.read("store_url", None, |t| match t {
                "" => Ok(None),
                t if t.len() > 5 && t.starts_with("s3://") => Ok(Some(t.to_string())),
                _ => Err("is not of the form s3://bucket/prefix".into()),
            }),
            log: self.text("log").to_string(),
            log_format: self.read("log_format", LogFormat::Text, |t| LogFormat::of(t).ok_or_else(|| "is neither text nor json".into())),
            profile: self.read("profile", None, |t| match t {
                "" => Ok(None),
                t if t.contains(['/', '\\']) && !Path::new(t).is_file() => Err("no such file".into()),
                // Whether a profile of that name is known is told once the data folder's profiles are read.
                t => Ok(Some(t.to_string())),
            }),
            readers: self.read("readers", FEWEST_READERS, |t| match t.parse() {
                _ if t.is_empty() => Ok(readers_of(std::thread::available_parallelism().map_or(1, std::num::NonZero::get))),
                Ok(n @ 1..=256) => Ok(n),
                _ => Err("is no whole number from 1 to 256".into()),
            }),
            shelf_mib: self.read("shelf_mib", 8, |t| match t.parse() {
                Ok(n @ 1..=65_536) => Ok(n),
                _ => Err("is no whole number from 1 to 65536".into()),
            }),
            site: Site {
                name_zh: self.text("site_name_zh").to_string(),
                name_en: self.text("site_name_en").to_string(),
                operator: self.text("site_operator").to_string(),
                contact: self.text("site_contact").to_string(),
                icp: self.text("site_icp").to_string(),
                police: self.text("site_police").to_string(),
                gov_code: self.read("site_gov_code", String::new(), |t| {
                    let fits = t.is_empty() || (t.len() == 10 && t.bytes().all(|b| b.is_ascii_alphanumeric()));
                    if fits { Ok(t.to_string()) } else { Err("has not ten letters and digits".into()) }
                }),
            },
            secure_cookies: self.read("secure_cookies", true, |t| t.parse().map_err(|_| "is neither true nor false".into())),
            secret_key: self.read("secret_key", None, |t| match t {
                "" => Ok(None),
                t => crate::vault::Vault::parse(t).map(|_| Some(Secret(t.to_string()))),
            }),
            metrics_token: self.read("metrics_token", None, |t| match t {
                "" => Ok(None),
                t if t.len() >= 16 => Ok(Some(Secret(t.to_string()))),
                _ => Err("is shorter than 16 characters".into()),
            }),
            log_origin: self.read("log_origin", None, |t| match t {
                "" => Ok(None),
                t if crate::log::note::is_name(t) && !t.contains("://") => Ok(Some(t.to_string())),
                _ => Err("is not of the form data.example.cn/log".into()),
            }),
            log_key: self.read("log_key", None, |t| match t {
                "" => Ok(None),
                t => crate::log::signer::Ed25519::parse("x", crate::log::note::Purpose::Log, t).map(|_| Some(Secret(t.to_string()))),
            }),
            log_witnesses: self.read("log_witnesses", Vec::new(), |t| {
                let all: Vec<String> = t.split([',', '\n']).map(str::trim).filter(|w| !w.is_empty()).map(str::to_string).collect();
                all.iter().try_for_each(|w| crate::log::witness::Peer::parse(w).map(drop)).map(|()| all)
            }),
            log_quorum: self.read("log_quorum", 0, |t| match t.parse() {
                Ok(n @ 0..=32) => Ok(n),
                _ => Err("is no whole number from 0 to 32".into()),
            }),
            base_url,
            warnings: Vec::new(),
            table: Vec::new(),
        };
        if !self.faults.is_empty() {
            return Err(self.faults.join("\n"));
        }
        if settings.secure_cookies && settings.base_url.starts_with("http://") {
            warnings.push("secure_cookies is on but base_url is http://: nobody will stay signed in".into());
        }
        if !settings.secure_cookies && settings.base_url.starts_with("https://") {
            warnings.push("secure_cookies is off although base_url is https://".into());
        }
        if settings.log_quorum > settings.log_witnesses.len() {
            return Err(format!("log_quorum: {} witnesses are asked for, log_witnesses names {}", settings.log_quorum, settings.log_witnesses.len()));
        }
        let table = KEYS
            .iter()
            .filter_map(|Key(key, secret, _)| {
                let (value, origin) = self.values.get(key)?;
                Some(Line { key, value: if *secret { masked(key, value) } else { value.clone() }, origin: origin.to_string() })
            })
            .collect();
        Ok(Settings { warnings, table, ..settings })
    }
}

/// An address without anything after the host: pages are at its root, and letters add their own paths.
fn base_url(text: &str) -> Result<String, String> {
    let text = text.trim_end_matches('/');
    let host = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    match host {
        Some(host) if !host.is_empty() && !host.contains(|c: char| c.is_whitespace() || matches!(c, '/' | '?' | '#' | '@')) => Ok(text.to_string()),
        _ => Err("is not of the form https://data.example.cn".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Folder(PathBuf);
    impl Folder {
        fn new(name: &str) -> Self {
            let path = std::env::temp_dir().join(format!("dajing-config-{}-{name}", std::process::id()));
            std::fs::create_dir_all(&path).unwrap();
            Self(path)
        }
        fn write(&self, name: &str, text: &str) -> PathBuf {
            let path = self.0.join(name);
            std::fs::write(&path, text).unwrap();
            path
        }
    }
    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = std::fs::remove_dir_all(&self.0);
        }
    }

    fn load(file: Option<&Path>, env: &[(&str, &str)], flags: &[(&'static str, &str)]) -> Result<Settings, String> {
        let env: Vec<(String, String)> = env.iter().map(|(n, v)| (n.to_string(), v.to_string())).collect();
        Settings::load(file, env.into_iter(), flags.iter().map(|(n, v)| (*n, v.to_string())).collect())
    }
    fn line<'a>(settings: &'a Settings, key: &str) -> (&'a str, &'a str) {
        settings.table().iter().find(|l| l.key == key).map(|l| (l.value.as_str(), l.origin.as_str())).unwrap()
    }

    #[test]
    fn everything_is_built_in() {
        let s = load(None, &[("PATH", "/bin"), ("DAJING_DATA_DIR", "/nowhere")], &[]).unwrap();
        assert_eq!(s.listen.to_string(), "127.0.0.1:8080");
        assert_eq!(s.base_url, "http://127.0.0.1:8080");
        assert_eq!(s.place(), Ok(Place::Sqlite("/nowhere/dajing.db".into())));
        assert_eq!((s.secure_cookies, s.smtp_url.is_none(), s.store_url.is_none(), s.profile.is_none()), (false, true, true, true));
        assert_eq!(s.site.name_zh, "大境");
        assert_eq!(line(&s, "listen"), ("127.0.0.1:8080", "built-in"));
        assert_eq!(line(&s, "data_dir"), ("/nowhere", "environment DAJING_DATA_DIR"));
        assert_eq!(s.table().len(), KEYS.len());
        assert!(s.warnings.is_empty());
    }

    #[test]
    fn the_later_source_wins_and_is_named() {
        let folder = Folder::new("order");
        let file = folder.write(FILE, "listen = '0.0.0.0:1'\nreaders = 3\nsecure_cookies = true\nlog = 'warn'\nbase_url = 'https://data.zjk.cn/'\n");
        let data = folder.0.display().to_string();
        let s = load(None, &[("DAJING_LISTEN", "0.0.0.0:2"), ("DAJING_LOG", "debug")], &[("data_dir", &data), ("listen", "0.0.0.0:3")]).unwrap();
        assert_eq!(line(&s, "listen"), ("0.0.0.0:3", "command line"));
        assert_eq!(line(&s, "log"), ("debug", "environment DAJING_LOG"));
        assert_eq!(line(&s, "readers"), ("3", format!("file {}", file.display()).as_str()));
        assert_eq!((s.readers, s.secure_cookies, s.base_url.as_str()), (3, true, "https://data.zjk.cn"));
    }

    #[test]
    fn everything_wrong_is_named_at_once_with_its_place() {
        let folder = Folder::new("wrong");
        let file = folder.write("a.toml", "lisen = '0.0.0.0:1'\nreaders = 0\nsite = { name = '甲' }\n");
        let bad =
            load(Some(&file), &[("DAJING_BASE_URL", "https://data.zjk.cn/x"), ("DAJING_LOG_FORMAT", "xml")], &[("port", "80"), ("smtp_url", "mail")])
                .unwrap_err();
        let at = file.display();
        for part in [
            format!("lisen ({at}): no such setting"),
            format!("readers (file {at}): is no whole number"),
            format!("site ({at}): neither text"),
            "base_url (environment DAJING_BASE_URL): is not of the form".into(),
            "log_format (environment DAJING_LOG_FORMAT): is neither text nor json".into(),
            "--port: no such setting".into(),
            "smtp_url (command line): begins with neither".into(),
        ] {
            assert!(bad.contains(&part), "{part} not in\n{bad}");
        }
        assert_eq!(bad.lines().count(), 7, "{bad}");
        assert!(load(Some(Path::new("/nowhere/a.toml")), &[], &[]).unwrap_err().contains("cannot read /nowhere/a.toml"));
        let broken = folder.write("b.toml", "readers = 3\nsmtp_url = smtp://u:geheim@h\n");
        let bad = load(Some(&broken), &[], &[]).unwrap_err();
        assert!(bad.contains("b.toml: line 2: ") && !bad.contains("geheim"), "{bad}");
    }

    #[test]
    fn secrets_are_masked_and_may_stand_in_files_of_their_own() {
        let folder = Folder::new("secrets");
        let file = folder.write("smtp", "smtps://post:gehe@im@mail.zjk.cn:465\n");
        let env =
            [("DAJING_DATABASE_URL", "postgres://dajing:geheim@db/dajing?sslpassword=geheim"), ("DAJING_SMTP_URL_FILE", file.to_str().unwrap())];
        let s = load(None, &env, &[("data_dir", "/nowhere")]).unwrap();
        assert_eq!(line(&s, "database_url").0, "postgres://dajing:***@db/dajing?***");
        assert_eq!(line(&s, "smtp_url"), ("smtps://post:***@mail.zjk.cn:465", "environment DAJING_SMTP_URL_FILE"));
        assert_eq!(s.smtp_url.as_ref().map(Secret::expose), Some("smtps://post:gehe@im@mail.zjk.cn:465"));
        assert!(!format!("{s:?}").contains("gehe"), "{s:?}");
        assert_eq!(masked("database_url", "/var/lib/dajing/dajing.db"), "/var/lib/dajing/dajing.db");
        let bad =
            load(None, &[("DAJING_SMTP_URL_FILE", "/nowhere/smtp"), ("DAJING_LISTEN_FILE", "/nowhere")], &[("data_dir", "/nowhere")]).unwrap_err();
        assert!(bad.starts_with("smtp_url_file: cannot read /nowhere/smtp"), "{bad}");
    }

    #[test]
    fn oddities_are_told() {
        let told = |env: &[(&str, &str)]| load(None, env, &[("data_dir", "/nowhere")]).unwrap().warnings;
        assert_eq!(told(&[("DAJING_LISTN", "x")]), ["DAJING_LISTN is no setting and is ignored"]);
        assert_eq!(told(&[("DAJING_SECURE_COOKIES", "true")]).len(), 1);
        assert_eq!(told(&[("DAJING_BASE_URL", "https://a.cn"), ("DAJING_SECURE_COOKIES", "false")]).len(), 1);
        assert!(told(&[("DAJING_BASE_URL", "https://a.cn")]).is_empty());
    }

    #[test]
    fn keys_and_tokens_are_never_printed() {
        let key = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
        let s = load(None, &[("DAJING_SECRET_KEY", key), ("DAJING_METRICS_TOKEN", "0123456789abcdef")], &[]).unwrap();
        assert_eq!((line(&s, "secret_key").0, line(&s, "metrics_token").0), ("***", "***"));
        assert_eq!((s.secret_key.map(|k| k.expose().to_string()).as_deref(), s.metrics_token.is_some()), (Some(key), true));
        assert!(!format!("{:?}", load(None, &[("DAJING_SECRET_KEY", key)], &[]).unwrap()).contains(key));
        for (name, wrong) in [("DAJING_SECRET_KEY", "short"), ("DAJING_METRICS_TOKEN", "short")] {
            assert!(load(None, &[(name, wrong)], &[]).unwrap_err().contains(&name[7..].to_lowercase()));
        }
        assert_eq!(line(&load(None, &[], &[]).unwrap(), "secret_key"), ("", "built-in"));
    }
}
