//! The books: the one verb that enters a posting, and the questions that sum them.

use super::{Account, Act, Kind, Posting, Side};
use crate::fee::Fee;
use crate::product::Product;
use chrono::NaiveDate;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Date, Nullable, Text};
use platform::case::New;
use platform::event::Record;
use platform::people::Org;
use platform::schema::posting_line;
use platform::sheet::Answers;
use platform::{Caller, Fault, Id, Look, Refusal, Result, Tx, Word, diesel, money};
use primary::agreement;
use primary::licence::Licence;
use serde::Serialize;
use serde_json::{Value, json};

/// A posting before it is entered. Amounts are fen.
#[derive(Clone, Debug)]
pub struct Draft {
    pub id: Id<Posting>,
    pub kind: Kind,
    pub on_day: NaiveDate,
    pub memo: String,
    pub product: Option<Id<Product>>,
    pub licence: Option<Id<Licence>>,
    pub fee: Option<Id<Fee>>,
    pub quantity: Option<i64>,
    pub reverses: Option<Id<Posting>>,
    pub lines: Vec<Line>,
}

/// One line: an account, debited or credited.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Line {
    pub account: Account,
    pub debit: i64,
    pub credit: i64,
    pub note: String,
}

impl Line {
    pub fn debit(account: Account, amount: i64, note: impl Into<String>) -> Self {
        Self { account, debit: amount, credit: 0, note: note.into() }
    }
    pub fn credit(account: Account, amount: i64, note: impl Into<String>) -> Self {
        Self { account, debit: 0, credit: amount, note: note.into() }
    }
}

/// A line as it is kept; never changed.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = posting_line)]
struct Kept {
    id: Id<Line>,
    posting: Id<Posting>,
    number: i32,
    account: Account,
    debit: i64,
    credit: i64,
    note: String,
}

/// The lines that a form's answers give.
pub fn lines(a: &Answers) -> Vec<Line> {
    let line = |row: &Value| {
        let account = row["account"].as_str().and_then(Account::of)?;
        let (amount, note) = (row["amount"].as_i64()?, row["note"].as_str().unwrap_or_default());
        Some(match row["side"].as_str().and_then(Side::of)? {
            Side::Debit => Line::debit(account, amount, note),
            Side::Credit => Line::credit(account, amount, note),
        })
    };
    a.0.get("lines").and_then(Value::as_array).into_iter().flatten().filter_map(line).collect()
}

/// The sum of the debits, when it is that of the credits.
pub fn balance(lines: &[Line]) -> Result<i64> {
    let mut faults: Vec<Fault> = Vec::new();
    for (i, line) in lines.iter().enumerate() {
        if line.debit < 0 || line.credit < 0 || (line.debit == 0) == (line.credit == 0) {
            faults.push(Fault::at(format!("lines[{i}].amount"), "nought"));
        }
    }
    if !faults.is_empty() {
        return Err(Refusal::Faulty(faults));
    }
    let sum = |side: fn(&Line) -> i64| lines.iter().map(|l| i128::from(side(l))).sum::<i128>();
    let (debit, credit) = (sum(|l| l.debit), sum(|l| l.credit));
    let said = |fen: i128| i64::try_from(fen).map(money::yuan).unwrap_or_default();
    match i64::try_from(debit) {
        Ok(all) if debit == credit && all > 0 => Ok(all),
        _ => Err(Refusal::rule("unbalanced", "ZJK-24").with("debit", said(debit)).with("credit", said(credit))),
    }
}

/// Enters a posting in the caller's books: the one place where lines are made. Refused: debits that are not the credits.
/// Faults: a day to come.
pub fn enter(tx: &mut Tx, who: &Caller, act: Act, draft: Draft, answers: &Answers) -> Result<Posting> {
    let owner = who.org()?;
    let amount = balance(&draft.lines)?;
    if draft.on_day > tx.today() {
        return Err(Refusal::fault("on_day", "in-the-future"));
    }
    if crate::pack::is_closed(tx, owner, chrono::Datelike::year(&draft.on_day))? {
        return Err(Refusal::rule("year-closed", "PRI65-5").with("year", chrono::Datelike::year(&draft.on_day)));
    }
    let agreement = match draft.licence {
        Some(id) => agreement::versions(tx, id)?.first().map(|a| a.number),
        None => None,
    };
    let record = Record::of(json!({"on_day": draft.on_day, "kind": draft.kind, "amount": amount, "lines": draft.lines}));
    let new = New::of(draft.memo).id(draft.id).owner(owner).content(answers);
    let row = Posting::begin(
        tx,
        who,
        act,
        new,
        record,
        draft.kind,
        draft.on_day,
        amount,
        draft.product,
        draft.licence,
        agreement,
        draft.fee,
        draft.quantity,
        draft.reverses,
    )?;
    for (i, line) in draft.lines.into_iter().enumerate() {
        let kept = Kept {
            id: tx.id(),
            posting: row.id,
            number: i32::try_from(i + 1).unwrap_or(i32::MAX),
            account: line.account,
            debit: line.debit,
            credit: line.credit,
            note: line.note,
        };
        diesel::insert_into(posting_line::table).values(&kept).execute(tx.db())?;
    }
    Ok(row)
}

/// A posting's lines in order.
pub fn lines_of(look: &mut Look, of: Id<Posting>) -> Result<Vec<Line>> {
    let kept: Vec<Kept> = posting_line::table
        .filter(posting_line::posting.eq(of))
        .order(posting_line::number.asc())
        .limit(300)
        .select(Kept::as_select())
        .load(look.db())?;
    Ok(kept.into_iter().map(|k| Line { account: k.account, debit: k.debit, credit: k.credit, note: k.note }).collect())
}

/// Days of the books, both included.
#[derive(Clone, Copy, Debug)]
pub struct Span {
    pub from: NaiveDate,
    pub to: NaiveDate,
}

impl Span {
    pub fn year(year: i32) -> Self {
        Self::years(year, year)
    }
    pub fn years(first: i32, last: i32) -> Self {
        Self { from: NaiveDate::from_ymd_opt(first, 1, 1).unwrap_or_default(), to: NaiveDate::from_ymd_opt(last, 12, 31).unwrap_or_default() }
    }
}

/// What an account was debited and credited.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, QueryableByName)]
pub struct Sum {
    #[diesel(sql_type = Text)]
    pub account: Account,
    #[diesel(sql_type = BigInt)]
    pub debit: i64,
    #[diesel(sql_type = BigInt)]
    pub credit: i64,
}

/// The sums of an organisation's books by account.
pub fn sums(look: &mut Look, owner: Id<Org>, span: Span) -> Result<Vec<Sum>> {
    let sql = "SELECT l.account AS account, CAST(SUM(l.debit) AS BIGINT) AS debit, CAST(SUM(l.credit) AS BIGINT) AS credit \
        FROM posting_line l JOIN posting p ON p.id = l.posting WHERE p.owner = $1 AND p.on_day >= $2 AND p.on_day <= $3 \
        GROUP BY l.account ORDER BY l.account";
    Ok(diesel::sql_query(sql).bind::<Text, _>(owner).bind::<Date, _>(span.from).bind::<Date, _>(span.to).load(look.db())?)
}

/// What the operator's service fee brought in, net of what was undone.
pub fn fee_revenue(look: &mut Look, owner: Id<Org>, span: Span) -> Result<i64> {
    Ok(sums(look, owner, span)?.iter().filter(|s| s.account == Account::FeeIncome).map(|s| s.credit - s.debit).sum())
}

/// Sales of one thing: units and revenue in fen, net of what was undone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, QueryableByName)]
pub struct Sale {
    #[diesel(sql_type = Nullable<Text>)]
    pub fee: Option<Id<Fee>>,
    #[diesel(sql_type = Nullable<Text>)]
    pub product: Option<Id<Product>>,
    #[diesel(sql_type = BigInt)]
    pub quantity: i64,
    #[diesel(sql_type = BigInt)]
    pub revenue: i64,
}

/// Sales by line of the price book and by product. Units are counted once a posting, whatever the number of its lines.
pub fn sales(look: &mut Look, owner: Id<Org>, span: Span) -> Result<Vec<Sale>> {
    let sql = "SELECT p.fee AS fee, p.product AS product, CAST(SUM(COALESCE(p.quantity, 0)) AS BIGINT) AS quantity, \
        CAST(SUM(i.income) AS BIGINT) AS revenue FROM posting p \
        JOIN (SELECT posting, SUM(credit - debit) AS income FROM posting_line WHERE account IN ('fee_income', 'product_income') GROUP BY posting) i \
        ON i.posting = p.id WHERE p.owner = $1 AND p.on_day >= $2 AND p.on_day <= $3 GROUP BY p.fee, p.product ORDER BY revenue DESC LIMIT 5000";
    Ok(diesel::sql_query(sql).bind::<Text, _>(owner).bind::<Date, _>(span.from).bind::<Date, _>(span.to).load(look.db())?)
}

/// What the products of one licence brought its holder.
pub fn licence_revenue(look: &mut Look, owner: Id<Org>, of: Id<Licence>, span: Span) -> Result<i64> {
    #[derive(QueryableByName)]
    struct One {
        #[diesel(sql_type = BigInt)]
        income: i64,
    }
    let sql = "SELECT CAST(COALESCE(SUM(l.credit - l.debit), 0) AS BIGINT) AS income FROM posting_line l JOIN posting p ON p.id = l.posting \
        LEFT JOIN product d ON d.id = p.product WHERE l.account = 'product_income' AND p.owner = $1 AND (p.licence = $2 OR (p.licence IS NULL AND d.licence = $2)) \
        AND p.on_day >= $3 AND p.on_day <= $4";
    let one: One = diesel::sql_query(sql)
        .bind::<Text, _>(owner)
        .bind::<Text, _>(of)
        .bind::<Date, _>(span.from)
        .bind::<Date, _>(span.to)
        .get_result(look.db())?;
    Ok(one.income)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_debited_is_credited() {
        let fee = [Line::debit(Account::Bank, 10_600, ""), Line::credit(Account::FeeIncome, 10_000, ""), Line::credit(Account::Tax, 600, "")];
        assert_eq!(balance(&fee).unwrap(), 10_600);
        for lines in [&fee[..2], &fee[1..], &[][..]] {
            let refused = balance(lines).unwrap_err();
            assert_eq!((refused.code(), refused.article()), ("unbalanced", Some("ZJK-24")));
        }
        let both = Line { account: Account::Bank, debit: 1, credit: 1, note: String::new() };
        for line in [Line::debit(Account::Bank, 0, ""), Line::debit(Account::Bank, -1, ""), both] {
            assert!(matches!(balance(&[line]), Err(Refusal::Faulty(_))));
        }
        // Sums do not overflow into a balance.
        let huge = [Line::debit(Account::Bank, i64::MAX, ""), Line::debit(Account::Bank, i64::MAX, ""), Line::credit(Account::Equity, 1, "")];
        assert!(balance(&huge).is_err());
    }
}
