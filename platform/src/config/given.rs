//! What was given as settings, by key: from the file, the environment and the command line, with everything that is wrong with it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Where a setting came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    BuiltIn,
    File(PathBuf),
    Environment(String),
    CommandLine,
}

impl std::fmt::Display for Origin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::BuiltIn => f.write_str("built-in"),
            Self::File(path) => write!(f, "file {}", path.display()),
            Self::Environment(name) => write!(f, "environment {name}"),
            Self::CommandLine => f.write_str("command line"),
        }
    }
}

/// A setting's name, whether it holds a secret, and what is built in; the two that depend on others are derived.
pub(super) struct Key(pub &'static str, pub bool, pub &'static str);

pub(super) const KEYS: &[Key] = &[
    Key("data_dir", false, "data"),
    Key("database_url", true, ""),
    Key("listen", false, "127.0.0.1:8080"),
    Key("base_url", false, ""),
    Key("smtp_url", true, ""),
    Key("mail_from", false, "大境 <no-reply@localhost>"),
    Key("store_url", false, ""),
    Key("log", false, "info"),
    Key("log_format", false, "text"),
    Key("profile", false, ""),
    Key("readers", false, ""),
    Key("shelf_mib", false, "8"),
    Key("site_name_zh", false, "大境"),
    Key("site_name_en", false, "Dajing"),
    Key("site_operator", false, ""),
    Key("site_contact", false, ""),
    Key("site_icp", false, ""),
    Key("site_police", false, ""),
    Key("site_gov_code", false, ""),
    Key("secure_cookies", false, ""),
    Key("secret_key", true, ""),
    Key("metrics_token", true, ""),
    Key("log_origin", false, ""),
    Key("log_key", true, ""),
    Key("log_witnesses", false, ""),
    Key("log_quorum", false, "0"),
];

/// What was given, by key, with everything that is wrong so far.
#[derive(Default)]
pub(super) struct Given {
    pub(super) values: BTreeMap<&'static str, (String, Origin)>,
    pub(super) faults: Vec<String>,
}

impl Given {
    /// Takes a value; false when there is no such setting. `…_file` names a file that holds a secret.
    pub(super) fn take(&mut self, name: &str, value: &str, origin: Origin) -> bool {
        if let Some(Key(key, ..)) = KEYS.iter().find(|k| k.0 == name) {
            self.values.insert(key, (value.trim().to_string(), origin));
            return true;
        }
        let Some(Key(key, ..)) = name.strip_suffix("_file").and_then(|n| KEYS.iter().find(|k| k.0 == n && k.1)) else { return false };
        match std::fs::read_to_string(value) {
            Ok(text) => {
                self.values.insert(key, (text.trim().to_string(), origin));
            }
            Err(error) => self.faults.push(format!("{name}: cannot read {value}: {error}")),
        }
        true
    }
    pub(super) fn text(&self, key: &str) -> &str {
        self.values.get(key).map_or("", |(value, _)| value)
    }
    /// Reads a value, or notes what is wrong with it and where it came from.
    pub(super) fn read<T>(&mut self, key: &'static str, instead: T, read: impl FnOnce(&str) -> Result<T, String>) -> T {
        match read(self.text(key)) {
            Ok(value) => value,
            Err(why) => {
                let origin = self.values.get(key).map_or(Origin::BuiltIn, |(_, o)| o.clone());
                self.faults.push(format!("{key} ({origin}): {why}"));
                instead
            }
        }
    }
    pub(super) fn set_default(&mut self, key: &'static str, value: String) {
        if self.text(key).is_empty() {
            self.values.insert(key, (value, Origin::BuiltIn));
        }
    }
    pub(super) fn read_file(&mut self, path: &Path) -> Result<(), String> {
        let text = std::fs::read_to_string(path).map_err(|e| format!("cannot read {}: {e}", path.display()))?;
        // The parser's message quotes the line, which may hold a secret; its place is enough.
        let table: toml::Table = toml::from_str(&text).map_err(|e| {
            let line = e.span().map_or(0, |s| text.get(..s.start).map_or(0, |before| before.lines().count().max(1)));
            format!("{}: line {line}: {}", path.display(), e.message())
        })?;
        for (name, value) in table {
            let value = match value {
                toml::Value::String(text) => text,
                toml::Value::Integer(number) => number.to_string(),
                toml::Value::Boolean(yes) => yes.to_string(),
                _ => {
                    self.faults.push(format!("{name} ({}): neither text, number nor true/false", path.display()));
                    continue;
                }
            };
            if !self.take(&name, &value, Origin::File(path.to_path_buf())) {
                self.faults.push(format!("{name} ({}): no such setting", path.display()));
            }
        }
        Ok(())
    }
}

/// An address with password and parameters covered, a path as it is, a key or token covered altogether.
pub(super) fn masked(key: &str, value: &str) -> String {
    if matches!(key, "secret_key" | "metrics_token" | "log_key") && !value.is_empty() {
        return "***".into();
    }
    let Some((scheme, rest)) = value.split_once("://") else { return value.to_string() };
    let (rest, question) = match rest.split_once('?') {
        Some((rest, _)) => (rest, "?***"),
        None => (rest, ""),
    };
    // A password may itself hold an unescaped @.
    let rest = match rest.rsplit_once('@') {
        Some((user, host)) => format!("{}:***@{host}", user.split(':').next().unwrap_or("")),
        None => rest.to_string(),
    };
    format!("{scheme}://{rest}{question}")
}
