//! Chance with a seed: what is typed by people who do not read the label, and by those who do not mean well.

use platform::sheet::{Field, Kind, Sheet};
use serde_json::{Map, Value, json};

/// A source of chance that can be repeated.
pub struct Chance(u64);

impl Chance {
    /// From `DAJING_SEED`, else from the machine's clock; the seed is printed, and shown when the test fails.
    pub fn seeded() -> Self {
        let given = std::env::var("DAJING_SEED").ok().and_then(|s| s.parse().ok());
        let seed = given.unwrap_or_else(|| std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_or(1, |d| d.as_nanos() as u64));
        eprintln!("DAJING_SEED={seed}");
        Self::from(seed)
    }
    /// These seeds, or as many of chance as `DAJING_WALKS` asks for.
    pub fn seeds(fixed: &[u64]) -> Vec<u64> {
        match std::env::var("DAJING_WALKS").ok().and_then(|n| n.parse().ok()) {
            Some(n) => {
                let mut chance = Self::seeded();
                (0..n).map(|_| chance.number()).collect()
            }
            None => fixed.to_vec(),
        }
    }
    /// From this seed.
    pub fn from(seed: u64) -> Self {
        Self(seed | 1)
    }
    /// The next number (xorshift64*, Vigna 2016).
    pub fn number(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }
    /// A number below `most`.
    pub fn below(&mut self, most: usize) -> usize {
        (self.number() >> 11) as usize % most.max(1)
    }
    /// One of them.
    pub fn one<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len())]
    }
    /// A text of odd characters, at most so many.
    pub fn text(&mut self, most: usize) -> String {
        const ODD: &[char] = &[
            'a',
            'Z',
            '0',
            '9',
            ' ',
            '\t',
            '\n',
            '\r',
            '\0',
            '\u{7f}',
            '\u{85}',
            '"',
            '\'',
            '\\',
            '<',
            '>',
            '&',
            '%',
            '_',
            '$',
            ';',
            '-',
            '.',
            '/',
            '甲',
            '囗',
            '𠮷',
            '（',
            '\u{200b}',
            '\u{202e}',
            '\u{feff}',
            '\u{3000}',
            'é',
            '\u{301}',
            '🏙',
            '\u{fffd}',
            '\u{10ffff}',
        ];
        let length = self.below(most + 1);
        (0..length).map(|_| *self.one(ODD)).collect()
    }
    /// Any JSON, at most so deep.
    pub fn json(&mut self, deep: usize) -> Value {
        match self.below(if deep == 0 { 7 } else { 9 }) {
            0 => Value::Null,
            1 => Value::Bool(self.below(2) == 1),
            2 => json!(self.number() as i64),
            3 => json!(self.number() as f64 / 3.0),
            4 => json!(self.text(40)),
            5 => json!(*self.one(&[
                "",
                " ",
                "on",
                "true",
                "0",
                "-1",
                "9223372036854775808",
                "1e9",
                "NaN",
                "2024-02-30",
                "0000-00-00",
                "'; DROP TABLE event; --"
            ])),
            6 => json!(self.number()),
            7 => Value::Array((0..self.below(5)).map(|_| self.json(deep - 1)).collect()),
            _ => Value::Object((0..self.below(5)).map(|_| (self.text(6), self.json(deep - 1))).collect()),
        }
    }
    /// An answer to one question: right, nearly right, or anything.
    pub fn answer(&mut self, field: &Field, deep: usize) -> Value {
        if self.below(4) == 0 {
            return self.json(2);
        }
        match field.kind {
            Kind::Line(max) | Kind::Text(max) => json!(match self.below(3) {
                0 => "字".repeat(max + self.below(2)),
                1 => self.text(max.min(60)),
                _ => "停车数据".into(),
            }),
            Kind::Number(min, max) => {
                let near = *self.one(&[min.saturating_sub(1), min, max, max.saturating_add(1)]);
                if self.below(2) == 0 { json!(near) } else { json!(near.to_string()) }
            }
            Kind::Money => json!(*self.one(&["0", "12.5", "12.345", "-1", "1,000", "99999999999999999999", "0.01", "１２"])),
            Kind::Date => json!(*self.one(&["2026-03-02", "2024-02-29", "2025-02-29", "1999-12-31", "2100-01-01", "2026-3-2", "20260302"])),
            Kind::Time => json!(*self.one(&["2026-03-02T09:00", "2026-03-02T09:00:30", "2026-03-02T24:00", "2026-03-02 09:00", "2026-03-02T09:00Z"])),
            Kind::Tick => json!(*self.one(&["on", "true", "off", ""])),
            Kind::Choice(_, words) => json!(if words.is_empty() { "" } else { *self.one(words) }),
            Kind::Many(_, words) => (0..self.below(3).min(words.len())).map(|_| *self.one(words)).collect(),
            Kind::Pick(_) => json!("0190c0de-0000-7000-8000-000000000001"),
            Kind::Picks(_) => json!(["0190c0de-0000-7000-8000-000000000001", self.text(8)]),
            Kind::Files(_) => (0..self.below(3)).map(|n| format!("0190c0de-0000-7000-8000-00000000000{n}")).collect(),
            Kind::Rows(sheet) if deep > 0 => (0..self.below(4)).map(|_| Value::Object(self.answers(sheet, deep - 1))).collect(),
            Kind::Rows(_) => json!([]),
        }
    }
    /// Answers to a whole sheet, some missing, some not asked for.
    pub fn answers(&mut self, sheet: &Sheet, deep: usize) -> Map<String, Value> {
        let mut map = Map::new();
        for field in sheet.fields {
            if self.below(8) > 0 {
                let answer = self.answer(field, deep);
                map.insert(field.name.into(), answer);
            }
        }
        if self.below(3) == 0 {
            map.insert(self.text(8), self.json(2));
        }
        map
    }
}
