//! Closed sets of words: states, acts, roles, kinds. Kept as text in the database, in JSON and in URLs;
//! spoken through the message `SET-word` of the word files.

/// A closed set of words. Made by [`words!`](crate::words!), never by hand.
pub trait Word: Copy + Eq + std::fmt::Debug + Send + Sync + 'static {
    /// Name of the set; the first part of each word's message key.
    const SET: &'static str;
    /// Every word of the set, in order.
    const ALL: &'static [Self];
    /// Every word of the set as text, in order.
    const TEXTS: &'static [&'static str];
    /// The word as it is stored.
    fn as_str(self) -> &'static str;
    /// The word for a stored text.
    fn of(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|w| w.as_str() == text)
    }
    /// Message key, such as `licence-state-in_force`.
    fn key(self) -> String {
        format!("{}-{}", Self::SET, self.as_str())
    }
}

/// Declares a closed set of words: `words! { pub enum Purpose: "purpose" { PublicGood = "public_good", … } }`.
#[macro_export]
macro_rules! words {
    ($(#[$m:meta])* $vis:vis enum $name:ident : $set:literal { $($(#[$vm:meta])* $variant:ident = $text:literal),+ $(,)? }) => {
        $(#[$m])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord)]
        #[derive($crate::diesel::expression::AsExpression, $crate::diesel::deserialize::FromSqlRow)]
        #[diesel(sql_type = $crate::diesel::sql_types::Text)]
        $vis enum $name { $($(#[$vm])* $variant),+ }

        impl $crate::words::Word for $name {
            const SET: &'static str = $set;
            const ALL: &'static [Self] = &[$(Self::$variant),+];
            const TEXTS: &'static [&'static str] = &[$($text),+];
            fn as_str(self) -> &'static str { match self { $(Self::$variant => $text),+ } }
        }
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str($crate::words::Word::as_str(*self))
            }
        }
        impl $crate::serde::Serialize for $name {
            fn serialize<S: $crate::serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
                s.serialize_str($crate::words::Word::as_str(*self))
            }
        }
        impl<'de> $crate::serde::Deserialize<'de> for $name {
            fn deserialize<D: $crate::serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                let text = <String as $crate::serde::Deserialize>::deserialize(d)?;
                <Self as $crate::words::Word>::of(&text)
                    .ok_or_else(|| $crate::serde::de::Error::custom(format!("no word `{text}` in {}", $set)))
            }
        }
        $crate::text_column!($name, |w: &$name| $crate::words::Word::as_str(*w),
            |t: &str| <$name as $crate::words::Word>::of(t).ok_or_else(|| format!("no word `{t}` in {}", $set).into()));
    };
}

/// Lets a type stand in a TEXT column on both databases.
#[macro_export]
macro_rules! text_column {
    ($name:ty, $to:expr, $from:expr) => {
        impl $crate::diesel::serialize::ToSql<$crate::diesel::sql_types::Text, $crate::diesel::sqlite::Sqlite> for $name {
            fn to_sql<'b>(
                &'b self,
                out: &mut $crate::diesel::serialize::Output<'b, '_, $crate::diesel::sqlite::Sqlite>,
            ) -> $crate::diesel::serialize::Result {
                let text: fn(&$name) -> _ = $to;
                out.set_value(text(self).to_string());
                Ok($crate::diesel::serialize::IsNull::No)
            }
        }
        impl $crate::diesel::serialize::ToSql<$crate::diesel::sql_types::Text, $crate::diesel::pg::Pg> for $name {
            fn to_sql<'b>(
                &'b self,
                out: &mut $crate::diesel::serialize::Output<'b, '_, $crate::diesel::pg::Pg>,
            ) -> $crate::diesel::serialize::Result {
                let text: fn(&$name) -> _ = $to;
                std::io::Write::write_all(out, text(self).to_string().as_bytes())?;
                Ok($crate::diesel::serialize::IsNull::No)
            }
        }
        impl $crate::diesel::serialize::ToSql<$crate::diesel::sql_types::Text, $crate::db::MultiBackend> for $name {
            fn to_sql<'b>(
                &'b self,
                out: &mut $crate::diesel::serialize::Output<'b, '_, $crate::db::MultiBackend>,
            ) -> $crate::diesel::serialize::Result {
                out.set_value(($crate::diesel::sql_types::Text, self));
                Ok($crate::diesel::serialize::IsNull::No)
            }
        }
        impl $crate::diesel::deserialize::FromSql<$crate::diesel::sql_types::Text, $crate::diesel::sqlite::Sqlite> for $name {
            fn from_sql(
                raw: <$crate::diesel::sqlite::Sqlite as $crate::diesel::backend::Backend>::RawValue<'_>,
            ) -> $crate::diesel::deserialize::Result<Self> {
                let text =
                    <String as $crate::diesel::deserialize::FromSql<$crate::diesel::sql_types::Text, $crate::diesel::sqlite::Sqlite>>::from_sql(raw)?;
                ($from)(&text)
            }
        }
        impl $crate::diesel::deserialize::FromSql<$crate::diesel::sql_types::Text, $crate::diesel::pg::Pg> for $name {
            fn from_sql(
                raw: <$crate::diesel::pg::Pg as $crate::diesel::backend::Backend>::RawValue<'_>,
            ) -> $crate::diesel::deserialize::Result<Self> {
                let text = <String as $crate::diesel::deserialize::FromSql<$crate::diesel::sql_types::Text, $crate::diesel::pg::Pg>>::from_sql(raw)?;
                ($from)(&text)
            }
        }
        impl $crate::diesel::deserialize::FromSql<$crate::diesel::sql_types::Text, $crate::db::MultiBackend> for $name {
            fn from_sql(
                raw: <$crate::db::MultiBackend as $crate::diesel::backend::Backend>::RawValue<'_>,
            ) -> $crate::diesel::deserialize::Result<Self> {
                raw.from_sql::<Self, $crate::diesel::sql_types::Text>()
            }
        }
    };
}
