//! Words: every sentence a person reads, by key, from `web/locales` in 中文 and English.

use fluent_bundle::{FluentArgs, FluentValue};
use platform::words::Word;

mod book;
use book::Book;

/// The language of a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Lang {
    #[default]
    Zh,
    En,
}

impl Lang {
    /// As in `<html lang>` and in a person's record.
    pub fn tag(self) -> &'static str {
        match self {
            Self::Zh => "zh-CN",
            Self::En => "en",
        }
    }
    /// From a tag such as `en-GB`; anything that is not English is Chinese.
    pub fn of(tag: &str) -> Self {
        if tag.trim().to_ascii_lowercase().starts_with("en") { Self::En } else { Self::Zh }
    }
    pub fn is_en(self) -> bool {
        self == Self::En
    }
    /// One of two texts.
    pub fn pick<T>(self, zh: T, en: T) -> T {
        if self.is_en() { en } else { zh }
    }
    /// The message of a key; the key in `⟦⟧` when there is none, which no page may show.
    pub fn t(self, key: &str) -> String {
        self.maybe(key).unwrap_or_else(|| format!("⟦{key}⟧"))
    }
    /// The message of a key, when there is one.
    pub fn maybe(self, key: &str) -> Option<String> {
        Book::in_lang(self).say(key, None)
    }
    /// A message with figures; whole numbers take part in plural rules.
    pub fn ta(self, key: &str, args: &[(&'static str, String)]) -> String {
        let args: FluentArgs = args
            .iter()
            .map(|(name, value)| {
                let value = match value.parse::<i64>() {
                    Ok(n) if n.to_string() == *value && n.abs() < 10_000 => FluentValue::from(n),
                    _ => FluentValue::from(value.as_str()),
                };
                (*name, value)
            })
            .collect();
        Book::in_lang(self).say(key, Some(&args)).unwrap_or_else(|| format!("⟦{key}⟧"))
    }
    /// A message about a number `n`.
    pub fn tn(self, key: &str, n: impl ToString) -> String {
        self.ta(key, &[("n", n.to_string())])
    }
    /// A word of a set.
    pub fn w<W: Word>(self, word: W) -> String {
        self.t(&word.key())
    }
    /// An act of the log: as the noun speaks it, or as every case may have it.
    pub fn act(self, noun: &str, act: &str) -> String {
        let common = match act {
            "overdue" => Some("act-overdue"),
            _ => None,
        };
        self.maybe(&format!("{noun}-act-{act}")).or_else(|| self.maybe(common?)).unwrap_or_else(|| act.to_string())
    }
    /// An offer's name.
    pub fn choice(self, choice: &platform::flow::Choice) -> String {
        choice.label(self.is_en()).to_string()
    }
    /// A name and what is said of it.
    pub fn of_it(self, name: &str, said: &str) -> String {
        format!("{name}{}{said}", self.pick("：", ": "))
    }
    /// A name with its code in brackets.
    pub fn bracketed(self, name: &str, code: &str) -> String {
        if self.is_en() { format!("{name} ({code})") } else { format!("{name}（{code}）") }
    }
    /// A citation in words.
    pub fn cited(self, citation: &str) -> String {
        crate::law::spoken(self, citation)
    }
    /// An article alone, where the page says of which text.
    pub fn placed(self, citation: &str) -> String {
        crate::law::placed(self, citation)
    }
    /// An amount in fen: with its unit, thousands parted.
    pub fn yuan(self, fen: i64) -> String {
        self.ta("yuan", &[("amount", grouped(fen))])
    }
    /// A fault's sentence.
    pub fn fault(self, fault: &platform::Fault) -> String {
        // Names from the profile come in both languages: `condition` and `condition_en`.
        let english = |name: &str| fault.args.iter().find(|(n, _)| self.is_en() && n.strip_suffix("_en") == Some(name)).map(|(_, v)| v.clone());
        let args: Vec<(&'static str, String)> =
            fault.args.iter().map(|(name, value)| (*name, english(name).unwrap_or_else(|| value.clone()))).collect();
        self.ta(&format!("fault-{}", fault.code), &args)
    }
}

/// Fen as yuan with two decimals, thousands parted: `1,250,000.00`.
pub fn grouped(fen: i64) -> String {
    let text = platform::money::yuan(fen);
    let (sign, text) = text.strip_prefix('-').map_or(("", text.as_str()), |rest| ("-", rest));
    let (whole, part) = text.split_once('.').unwrap_or((text, "00"));
    let mut said = String::new();
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at) % 3 == 0 {
            said.push(',');
        }
        said.push(digit);
    }
    format!("{sign}{said}.{part}")
}

#[cfg(test)]
mod words_test;
