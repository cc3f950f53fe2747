//! Revenue for a product that has everything else: a row of its own sales table goes in; the schedule, a journal
//! entry and the reason for a figure come out. `cargo run -p revenue-only`

use l2c_revenue::chrono::{DateTime, NaiveDate};
use l2c_revenue::money::{Currency, Money, MoneyError};
use l2c_revenue::*;

/// The product's own type: set-up and a plan for a year, sold for one price. Amounts are in cents.
struct Sale {
    number: &'static str,
    start: NaiveDate,
    price: i64,
    list_prices: [(&'static str, i64); 2],
}

/// What the sale promises, and what has happened: the set-up was done and the year billed on the first day.
fn facts(sale: &Sale) -> Result<Vec<RevenueEvent>, Box<dyn std::error::Error>> {
    let usd = |cents| Money::from_minor(cents, Currency::USD);
    let year = calendar::Period::months(sale.start, 12)?;
    let measures = [Measure::PointInTime, Measure::time(year)];
    let promise = |((name, list), measure): (&(&str, i64), Measure)| -> Result<Obligation, MoneyError> {
        let (id, ssp) = (name.to_string(), StandalonePrice::observable(usd(*list)?));
        Ok(Obligation { description: id.clone(), ..Obligation::new(id, ssp, measure) })
    };
    let (contract, customer) = (RevenueContractId::from_key(sale.number)?, "pty_acme".parse()?);
    let policy = RevenuePolicy::standard();
    let terms = Terms::new(TermsDocument {
        consideration: vec![Consideration::fixed("price", usd(sale.price)?)],
        obligations: sale.list_prices.iter().zip(measures).map(promise).collect::<Result<_, _>>()?,
        ..TermsDocument::new(contract, customer, "US01".parse()?, Currency::USD, policy)
    })?;
    let happened =
        [Fact::inception(terms), Fact::satisfied("set-up"), Fact::billed("first invoice", usd(sale.price)?)];
    let (effective, recorded_at) = (sale.start, DateTime::default()); // the clock is the product's
    let event = |(sequence, fact)| RevenueEvent::new(effective, recorded_at, sequence, fact);
    Ok((1..).zip(happened).map(event).collect())
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let list_prices = [("set-up", 30_000), ("plan", 120_000)];
    let sale = Sale { number: "1001", start: "2026-01-01".parse()?, price: 120_000, list_prices };
    let facts = facts(&sale)?;
    let view = View { as_of: "2026-03-31".parse()?, known_at: DateTime::default(), book: Book::Asc606 };
    let figures = project(&facts, &view)?;
    for row in figures.schedule_rows()? {
        println!("{} {:<6} {}", row.month, row.obligation, row.amount);
    }
    if let Some(entry) = figures.postings()?.first() {
        println!("\n{} {}", entry.header().posting_date, entry.header().memo);
        entry.lines().iter().for_each(|line| println!("{:>12}  {}", line.amount.to_string(), line.role));
    }
    let question = Question::Recognised { obligation: "plan".into(), month: "2026-02".parse()? };
    println!("\n{}", explain(&facts, &view, &question)?.text());
    Ok(())
}
