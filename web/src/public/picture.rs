//! Pictures drawn by the server as SVG: the bar of a term, a QR code. Attributes only, no styles.

use chrono::NaiveDate;
use qrcode::{Color, EcLevel, QrCode};
use serde::Serialize;

/// How much of a term has passed.
#[derive(Clone, Debug, Serialize)]
pub struct Term {
    pub from: NaiveDate,
    pub to: NaiveDate,
    /// Percent of its days that are over, 0 to 100.
    pub passed: i64,
    /// Less than a tenth is left.
    pub late: bool,
}

/// The term as it stands on a day; both its days are included.
pub fn term(from: NaiveDate, to: NaiveDate, today: NaiveDate) -> Term {
    let whole = (to - from).num_days() + 1;
    let over = (today - from).num_days().clamp(0, whole.max(0));
    let passed = if whole <= 0 { 100 } else { over * 100 / whole };
    Term { from, to, passed, late: passed >= 90 }
}

/// A QR code as an SVG path of unit squares, with its side in units; the quiet zone of four is part of it.
#[derive(Clone, Debug, Serialize)]
pub struct Code {
    pub side: usize,
    pub path: String,
}

/// The code of an address; none when it is too long for one.
pub fn qr(address: &str) -> Option<Code> {
    const QUIET: usize = 4;
    let code = QrCode::with_error_correction_level(address.as_bytes(), EcLevel::M).ok()?;
    let width = code.width();
    let mut path = String::new();
    for (at, color) in code.to_colors().into_iter().enumerate() {
        if color == Color::Dark {
            path.push_str(&format!("M{} {}h1v1h-1z", at % width + QUIET, at / width + QUIET));
        }
    }
    Some(Code { side: width + 2 * QUIET, path })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_term_passes_day_by_day() {
        let day = |t: &str| t.parse::<NaiveDate>().unwrap();
        let on = |today: &str| term(day("2026-01-01"), day("2026-04-10"), day(today)).passed;
        assert_eq!(
            (on("2025-12-01"), on("2026-01-01"), on("2026-02-20"), on("2026-04-10"), on("2026-04-11"), on("2030-01-01")),
            (0, 0, 50, 99, 100, 100)
        );
    }

    #[test]
    fn a_code_has_its_quiet_zone() {
        let code = qr("https://dajing.example/verify?number=x").unwrap();
        assert!(code.side >= 29 && code.path.starts_with("M4 4h1v1h-1z"), "{} {}", code.side, code.path);
        assert!(qr(&"x".repeat(5000)).is_none());
    }
}
