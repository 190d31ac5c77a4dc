//! Pages of lists: no list is unbounded.

use serde::Serialize;

/// Which page is asked for, from 1, and how many rows it has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Page {
    pub number: i64,
    pub size: i64,
}

impl Page {
    /// The asked page, kept within sane bounds: size 1 to 200, 20 when not said.
    pub fn of_asked(number: Option<i64>, size: Option<i64>) -> Self {
        Self { number: number.unwrap_or(1).clamp(1, 1_000_000), size: size.unwrap_or(20).clamp(1, 200) }
    }
    /// The first rows only.
    pub fn first(size: i64) -> Self {
        Self { number: 1, size }
    }
    pub fn limit(self) -> i64 {
        self.size
    }
    pub fn offset(self) -> i64 {
        (self.number - 1) * self.size
    }
    /// Rows of this page with the count of all.
    pub fn of<T>(self, rows: Vec<T>, total: i64) -> Paged<T> {
        Paged { rows, total, number: self.number, size: self.size }
    }
}

/// Rows of a page with the count of all.
#[derive(Clone, Debug, Serialize)]
pub struct Paged<T> {
    pub rows: Vec<T>,
    pub total: i64,
    pub number: i64,
    pub size: i64,
}

impl<T> Paged<T> {
    /// The same page of something else.
    pub fn map<U>(self, f: impl FnMut(T) -> U) -> Paged<U> {
        Paged { rows: self.rows.into_iter().map(f).collect(), total: self.total, number: self.number, size: self.size }
    }
    /// Number of the last page, at least 1.
    pub fn last(&self) -> i64 {
        ((self.total + self.size - 1) / self.size).max(1)
    }
}

/// A `LIKE` pattern that finds the words anywhere, in their order and with anything between them, with `\` as escape.
pub fn like(words: &str) -> String {
    let escaped = words.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    format!("%{}%", escaped.split_whitespace().collect::<Vec<_>>().join("%"))
}
