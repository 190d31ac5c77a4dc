//! Numbers that people read: one series per kind and year, without gaps, in the profile's form.

use crate::db::Tx;
use crate::schema::counter;
use crate::{Result, diesel};
use chrono::Datelike;
use diesel::prelude::*;

/// The next number of a series, such as `张公数授〔2026〕1号`. The year is that of today in Asia/Shanghai.
pub fn next(tx: &mut Tx, series: &str) -> Result<String> {
    let year = tx.today().year();
    let name = format!("{series}/{year}");
    let raised = diesel::update(counter::table.find(&name)).set(counter::value.eq(counter::value + 1)).execute(tx.db())?;
    if raised == 0 {
        diesel::insert_into(counter::table).values((counter::name.eq(&name), counter::value.eq(1i64))).execute(tx.db())?;
    }
    let number: i64 = counter::table.find(&name).select(counter::value).first(tx.db())?;
    let profile = tx.profile();
    let prefix = profile.serials.get(series).ok_or_else(|| crate::Refusal::broken(format!("the profile has no series {series}")))?;
    Ok(format!("{prefix}〔{year}〕{number}号"))
}

/// Words as numbers are written: figures in ASCII, the year in 〔〕, whatever was typed.
pub fn folded(typed: &str) -> String {
    typed
        .chars()
        .map(|c| match c {
            '[' | '［' | '【' | '(' | '（' | '〖' | '「' => '〔',
            ']' | '］' | '】' | ')' | '）' | '〗' | '」' => '〕',
            '０'..='９' => char::from(b'0' + u8::try_from(u32::from(c) - u32::from('０')).unwrap_or(0)),
            other => other,
        })
        .collect()
}

/// A number as the registers write it: folded, without spaces, at most 60 characters.
pub fn settled(typed: &str) -> String {
    folded(typed).chars().filter(|c| !c.is_whitespace() && !c.is_control()).take(60).collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn numbers_are_read_however_typed() {
        for typed in ["张公数授〔2026〕1号", " 张公数授 [2026] 1 号 ", "张公数授（２０２６）１号", "张公数授【2026】1号"]
        {
            assert_eq!(super::settled(typed), "张公数授〔2026〕1号");
        }
        assert_eq!(super::settled(&"x".repeat(500)).len(), 60);
    }
}
