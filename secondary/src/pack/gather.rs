//! Where a pack's figures come from.

use super::contents::{AdjustLine, Content, Deviation, FeeLine, Pair, SaleLine, SumLine};
use crate::disclosure::{Period, rows};
use crate::fee::{self, Fee};
use crate::posting::Account;
use crate::posting::book::{self, Span};
use crate::survey::{self, mar};
use chrono::Datelike;
use diesel::prelude::*;
use platform::case;
use platform::event::Event;
use platform::flow::Noun;
use platform::people::{Org, org};
use platform::schema::event as events;
use platform::sheet::Answers;
use platform::{Id, Look, OrgKind, Result, Word, day, diesel};
use serde_json::Value;
use std::collections::HashMap;

/// Fees that stood in the year: those set before its end and not ended before it.
fn fees(look: &mut Look, owner: Id<Org>, period: &Period) -> Result<Vec<Fee>> {
    let (first, after) = (day::start_of_day_utc(period.from), day::end_of_day_utc(period.to));
    let mut rows = case::all_of::<Fee>(look, "owner", owner, &[fee::State::Trial, fee::State::Capped, fee::State::InForce, fee::State::Ended])?;
    rows.retain(|f| f.created_at < after && (f.state != fee::State::Ended || f.updated_at >= first));
    rows.sort_by(|a, b| a.title.cmp(&b.title).then(a.id.cmp(&b.id)));
    Ok(rows)
}

fn line(row: &Fee) -> FeeLine {
    let said = row.answers();
    FeeLine {
        id: row.id.to_string(),
        item: row.title.clone(),
        use_case: said.text("use_case").into(),
        purpose: row.purpose.as_str().into(),
        billing: row.billing.as_str().into(),
        unit: said.text("unit").into(),
        cap: row.cap,
        actual: row.actual,
        since: row.effective_on,
        state: row.state.as_str().into(),
    }
}

/// Changes of the price book in the year, oldest first.
fn adjustments(look: &mut Look, owner: Id<Org>, period: &Period) -> Result<Vec<AdjustLine>> {
    let (first, after) = (day::start_of_day_utc(period.from), day::end_of_day_utc(period.to));
    let found: Vec<Event> = events::table
        .filter(events::noun.eq(Fee::NAME).and(events::owner.eq(owner)))
        .filter(events::act.eq_any(["guide", "cap", "set", "recap", "end"]))
        .filter(events::at.ge(first).and(events::at.lt(after)))
        .order(events::seq.asc())
        .limit(5000)
        .select(Event::as_select())
        .load(look.db())?;
    let line = |e: Event| {
        let said: Value = serde_json::from_str(&e.detail).unwrap_or_default();
        AdjustLine {
            fee: e.subject,
            item: e.title,
            on: day::shanghai_date(e.at),
            act: e.act,
            cap: said["cap"].as_i64(),
            actual: said["actual"].as_i64(),
            reason: e.reason.unwrap_or_default(),
        }
    };
    Ok(found.into_iter().map(line).collect())
}

fn pair(label: &str, value: impl Into<String>) -> Option<Pair> {
    let value = value.into();
    (!value.is_empty()).then(|| Pair { label: label.into(), value })
}

fn about(row: &Org) -> Vec<Pair> {
    let said = row.answers();
    [
        pair("name", row.title.clone()),
        pair("credit_code", row.credit_code.clone().unwrap_or_default()),
        pair("legal_person", said.text("legal_person")),
        pair("address", said.text("address")),
        pair("contact", said.text("contact")),
        pair("phone", said.text("phone")),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// The implementing body: the data bureau, with the measures under which it authorises.
fn body(look: &mut Look) -> Result<Vec<Pair>> {
    let bureaus = org::list(look, Some(OrgKind::Bureau), Some(org::State::Active), "", platform::paging::Page::first(1))?;
    let mut pairs = bureaus.rows.first().map(about).unwrap_or_default();
    let profile = look.profile();
    pairs.extend([pair("measures", profile.name.zh.clone()), pair("number", profile.number.clone())].into_iter().flatten());
    Ok(pairs)
}

fn sales(look: &mut Look, owner: Id<Org>, span: Span, fees: &[Fee]) -> Result<Vec<SaleLine>> {
    let mut by_fee: HashMap<Option<String>, (i64, i64)> = HashMap::new();
    for sale in book::sales(look, owner, span)? {
        let sum = by_fee.entry(sale.fee.map(|f| f.to_string())).or_default();
        *sum = (sum.0 + sale.quantity, sum.1 + sale.revenue);
    }
    let mut lines: Vec<SaleLine> = by_fee
        .into_iter()
        .map(|(fee, (quantity, revenue))| {
            let of = fees.iter().find(|f| Some(f.id.to_string()) == fee);
            SaleLine { item: of.map(|f| f.title.clone()).unwrap_or_default(), unit: of.map(Fee::unit).unwrap_or_default(), fee, quantity, revenue }
        })
        .collect();
    lines.sort_by(|a, b| b.revenue.cmp(&a.revenue).then(a.item.cmp(&b.item)));
    Ok(lines)
}

/// Assembles a year as the record stands now.
pub(super) fn assemble(look: &mut Look, owner: Id<Org>, period: &Period, texts: Answers) -> Result<Content> {
    let span = Span { from: period.from, to: period.to };
    let sums = book::sums(look, owner, span)?;
    let costs: Vec<SumLine> = sums
        .iter()
        .filter(|s| s.account.as_str().starts_with("cost_"))
        .map(|s| SumLine { account: s.account.as_str().into(), amount: s.debit - s.credit })
        .collect();
    let incomes: Vec<SumLine> = sums
        .iter()
        .filter(|s| matches!(s.account, Account::FeeIncome | Account::ProductIncome | Account::Subsidy))
        .map(|s| SumLine { account: s.account.as_str().into(), amount: s.credit - s.debit })
        .collect();
    let of = |account: Account| incomes.iter().filter(|i| i.account == account.as_str()).map(|i| i.amount).sum::<i64>();
    let tax: i64 = sums.iter().filter(|s| s.account == Account::Tax).map(|s| s.debit - s.credit).sum();
    let (cost, subsidy, revenue) = (costs.iter().map(|c| c.amount).sum::<i64>(), of(Account::Subsidy), of(Account::FeeIncome));
    let other = of(Account::ProductIncome);
    // Part of a year is not set against the allowance of a whole one.
    let is_over = look.today() > period.to;
    let deviation = survey::that_applied(look, owner, period.from.year())?.filter(|_| is_over).map(|s| {
        let (rate, follows) = mar::deviation(revenue, s.mar);
        Deviation {
            survey: s.id.to_string(),
            serial: s.serial.clone().unwrap_or_default(),
            mar: s.mar,
            actual: revenue,
            rate,
            caps: follows == mar::Follows::Caps,
        }
    });
    let stood = fees(look, owner, period)?;
    let granted = rows::authorised(look, period)?;
    let primary = org::row(look, owner)?;
    Ok(Content {
        year: period.from.year(),
        body: body(look)?,
        licences: granted.iter().map(|(id, _)| id.to_string()).collect(),
        authorisations: granted.into_iter().map(|(_, line)| line).collect(),
        operator: about(&primary),
        resources: rows::all_uses(look, period)?,
        products: rows::all_products(look, period)?,
        sales: sales(look, owner, span, &stood)?,
        fees: stood.iter().map(line).collect(),
        adjustments: adjustments(look, owner, period)?,
        costs,
        incomes,
        cost,
        subsidy,
        revenue,
        tax,
        profit: revenue + other + subsidy - cost - tax,
        deviation,
        texts,
        as_of: look.now(),
    })
}
