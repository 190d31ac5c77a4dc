//! The sentences of one language. Nearly all say the same always: those are kept as they stand in the program; only what has a figure
//! in it is kept ready for Fluent, which takes forty times the room.

use super::Lang;
use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource};
use fluent_syntax::ast::{Entry, Message, PatternElement, Resource};
use fluent_syntax::{parser, serializer};
use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::LazyLock;

macro_rules! texts {
    ($($name:literal),+) => {
        /// Every file of words: its name, 中文 and English.
        pub const TEXTS: &[(&str, &str, &str)] = &[$((
            $name,
            include_str!(concat!("../../locales/zh-CN/", $name, ".ftl")),
            include_str!(concat!("../../locales/en/", $name, ".ftl")),
        )),+];
    };
}
texts!(
    "account",
    "catalogue",
    "common",
    "find",
    "law",
    "licences",
    "log",
    "machines",
    "money",
    "oversight",
    "policy",
    "products",
    "public",
    "resources",
    "routes",
    "safety",
    "scenarios",
    "tenure"
);

static ZH: LazyLock<Book> = LazyLock::new(|| Book::of(Lang::Zh, TEXTS.iter().map(|t| t.1)));
static EN: LazyLock<Book> = LazyLock::new(|| Book::of(Lang::En, TEXTS.iter().map(|t| t.2)));

/// The sentences of one language by their keys.
pub struct Book {
    plain: HashMap<&'static str, Cow<'static, str>>,
    counting: FluentBundle<FluentResource>,
}

impl Book {
    /// The one of a language; read when first asked for.
    pub fn in_lang(lang: Lang) -> &'static Self {
        if lang.is_en() { &EN } else { &ZH }
    }

    /// Reads the texts. What is no message, or stands twice, is left out; tests know of it.
    fn of(lang: Lang, texts: impl Iterator<Item = &'static str>) -> Self {
        let mut plain = HashMap::new();
        // The language decides what is one and what is many.
        let mut counting = FluentBundle::new_concurrent(vec![lang.tag().parse().unwrap_or_default()]);
        counting.set_use_isolating(false);
        for text in texts {
            let mut rest = Vec::new();
            let (Ok(read) | Err((read, _))) = parser::parse_runtime(text);
            for entry in read.body {
                match entry {
                    Entry::Message(message) => match always(&message) {
                        Some(said) => {
                            plain.insert(message.id.name, said);
                        }
                        None => rest.push(Entry::Message(message)),
                    },
                    other => rest.push(other),
                }
            }
            let (Ok(rest) | Err((rest, _))) = FluentResource::try_new(serializer::serialize(&Resource { body: rest }));
            let _ = counting.add_resource(rest);
        }
        plain.shrink_to_fit();
        Self { plain, counting }
    }

    /// The sentence of a key; `None` when there is none.
    pub fn say(&self, key: &str, args: Option<&FluentArgs>) -> Option<String> {
        if let Some(said) = self.plain.get(key) {
            return Some(said.to_string());
        }
        let pattern = self.counting.get_message(key)?.value()?;
        Some(self.counting.format_pattern(pattern, args, &mut Vec::new()).into_owned())
    }
}

/// What a message says whatever it is told; `None` when that depends.
fn always(message: &Message<&'static str>) -> Option<Cow<'static, str>> {
    let lines = message.value.as_ref()?.elements.iter().map(|element| match element {
        PatternElement::TextElement { value } => Some(*value),
        PatternElement::Placeable { .. } => None,
    });
    let lines: Vec<&str> = lines.collect::<Option<_>>()?;
    Some(if let [one] = lines[..] { one.into() } else { lines.concat().into() })
}
