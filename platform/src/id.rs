//! Ids: UUID version 7 as text, typed by what they name, so that a bid's id never stands where a licence's should.

use crate::diesel;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::{cmp::Ordering, fmt, hash, marker::PhantomData, str::FromStr};
use uuid::Uuid;

/// The id of a `T`. Made by [`Tx::id`](crate::db::Tx::id); people see serials instead.
#[derive(diesel::expression::AsExpression, diesel::deserialize::FromSqlRow)]
#[diesel(sql_type = diesel::sql_types::Text)]
pub struct Id<T: 'static>(Uuid, PhantomData<fn() -> T>);

impl<T> Id<T> {
    pub(crate) fn new(uuid: Uuid) -> Self {
        Self(uuid, PhantomData)
    }
    /// The same id read as the id of something else: for tables that hold ids of several nouns.
    pub fn cast<U>(self) -> Id<U> {
        Id(self.0, PhantomData)
    }
}
impl<T> Clone for Id<T> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<T> Copy for Id<T> {}
impl<T> PartialEq for Id<T> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}
impl<T> Eq for Id<T> {}
impl<T> PartialOrd for Id<T> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
impl<T> Ord for Id<T> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.cmp(&other.0)
    }
}
impl<T> hash::Hash for Id<T> {
    fn hash<H: hash::Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}
impl<T> fmt::Debug for Id<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
impl<T> fmt::Display for Id<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
impl<T> FromStr for Id<T> {
    type Err = crate::refusal::Refusal;
    /// A text that is no id names nothing: the refusal is `NotFound`, as for an id that does not exist.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Uuid::parse_str(text).map(Self::new).map_err(|_| crate::refusal::Refusal::NotFound)
    }
}
impl<T> Serialize for Id<T> {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(&self.0)
    }
}
impl<'de, T> Deserialize<'de> for Id<T> {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = String::deserialize(d)?;
        Uuid::parse_str(&text).map(Self::new).map_err(serde::de::Error::custom)
    }
}

use diesel::backend::Backend;
use diesel::deserialize::FromSql;
use diesel::serialize::{IsNull, Output, ToSql};
use diesel::sql_types::Text;

impl<T: 'static> ToSql<Text, diesel::sqlite::Sqlite> for Id<T> {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, diesel::sqlite::Sqlite>) -> diesel::serialize::Result {
        out.set_value(self.0.to_string());
        Ok(IsNull::No)
    }
}
impl<T: 'static> ToSql<Text, diesel::pg::Pg> for Id<T> {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, diesel::pg::Pg>) -> diesel::serialize::Result {
        std::io::Write::write_all(out, self.0.to_string().as_bytes())?;
        Ok(IsNull::No)
    }
}
impl<T: 'static> ToSql<Text, crate::db::MultiBackend> for Id<T> {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, crate::db::MultiBackend>) -> diesel::serialize::Result {
        out.set_value((Text, self));
        Ok(IsNull::No)
    }
}
impl<T: 'static> FromSql<Text, diesel::sqlite::Sqlite> for Id<T> {
    fn from_sql(raw: <diesel::sqlite::Sqlite as Backend>::RawValue<'_>) -> diesel::deserialize::Result<Self> {
        let text = <String as FromSql<Text, diesel::sqlite::Sqlite>>::from_sql(raw)?;
        Ok(Self::new(Uuid::parse_str(&text)?))
    }
}
impl<T: 'static> FromSql<Text, diesel::pg::Pg> for Id<T> {
    fn from_sql(raw: <diesel::pg::Pg as Backend>::RawValue<'_>) -> diesel::deserialize::Result<Self> {
        let text = <String as FromSql<Text, diesel::pg::Pg>>::from_sql(raw)?;
        Ok(Self::new(Uuid::parse_str(&text)?))
    }
}
impl<T: 'static> FromSql<Text, crate::db::MultiBackend> for Id<T> {
    fn from_sql(raw: <crate::db::MultiBackend as Backend>::RawValue<'_>) -> diesel::deserialize::Result<Self> {
        raw.from_sql::<Self, Text>()
    }
}
