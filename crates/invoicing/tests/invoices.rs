//! Rates, charges, faults, explanations and postings by example.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    missing_docs
)]

mod documents;

use documents::*;
use l2c_calendar::Period;
use l2c_invoicing::*;
use l2c_ledger::JournalEntry;
use l2c_money::{Currency, Decimal, Percent, Price};

#[test]
fn tax_is_rounded_once_for_a_rate_or_for_each_line() {
    // 12 lines of 0.03 at 19 %: 0.36 x 0.19 = 0.0684; or 12 times 0.0057, each rounded to 0.01.
    for (basis, tax) in [(TaxBasis::PerRate, "0.07 USD"), (TaxBasis::PerLine, "0.12 USD")] {
        let policy = BillingPolicy::new(BillingPolicyDocument {
            tax_basis: basis,
            ..BillingPolicy::en16931().document().clone()
        })
        .unwrap();
        let invoice = Invoice::new(document(Currency::USD, &[(1000, 300, 2); 12], policy)).unwrap();
        assert_eq!(invoice.totals().tax.to_string(), tax, "{basis:?}");
    }
}

#[test]
fn a_rate_holds_until_the_next_one_of_its_key() {
    let percent = |date: &str| {
        rates()
            .rate("standard", date.parse().unwrap())
            .map(|r| r.percent())
    };
    let of = |text: &str| Ok(text.parse::<Percent>().unwrap());
    assert_eq!(percent("2015-01-01"), of("19"));
    assert_eq!(percent("2017-12-31"), of("19"));
    assert_eq!(percent("2018-01-01"), of("16"));
    assert_eq!(percent("2014-12-31").unwrap_err().code(), "no_tax_rate");
    let unknown = rates().rate("reduced", day(0)).map(|_| ()).unwrap_err();
    assert_eq!(unknown.code(), "unknown_tax_key");
}

#[test]
fn a_changed_charge_is_not_billed_silently() {
    let policy = BillingPolicy::en16931();
    let schedule = |minor| {
        let plan = BillingPlan::Once { on: day(0) };
        BillingSchedule::new(account(0, Currency::USD, vec![(minor, plan)]), &policy).unwrap()
    };
    let mut log = BillingLog::new();
    let drafts = bill_run([&schedule(100)], &log, day(0), &rates(), &policy).unwrap();
    log.record(&drafts[0]).unwrap();
    let error = bill_run([&schedule(200)], &log, day(0), &rates(), &policy).unwrap_err();
    insta::assert_snapshot!(error, @"charge bit_0-0#1 was billed with 1.00 USD, the schedule has 2.00 USD: credit the invoice first");
    let twice = bill_run([&schedule(100), &schedule(100)], &log, day(0), &rates(), &policy).unwrap_err();
    assert_eq!(twice.code(), "duplicate");
}

#[test]
fn a_faulty_document_names_every_fault() {
    let mut document = document(
        Currency::USD,
        &[(1000, 100, 0), (1000, 100, 2)],
        BillingPolicy::en16931(),
    );
    document.lines[0].tax = TaxRate::new(TaxCategory::OutOfScope, Percent::ZERO, "US").unwrap();
    document.lines[1].price = Price::new(Decimal::from(-1), Currency::EUR).unwrap();
    document.lines[1].description = " ".to_owned();
    let charge: ChargeKey = "bit_1#1".parse().unwrap();
    document
        .lines
        .iter_mut()
        .for_each(|line| line.charge = Some(charge.clone()));
    let InvoicingError::InvalidDocument(faults) = Invoice::new(document.clone()).unwrap_err() else {
        panic!("another error")
    };
    let text: Vec<String> = faults
        .iter()
        .map(|f| format!("{}: {}", f.path, f.message))
        .collect();
    insta::assert_snapshot!(text.join("\n"), @r"
    lines[1].charge: bit_1#1 occurs twice
    lines[1].description: is empty: a line has a name (BR-25)
    lines[1].price: is in EUR: the document is in USD
    lines[1].price: is -1 EUR: make the quantity negative instead (BR-27)
    lines[1].tax: is DE S 19 %: category O admits no other beside it (BR-O-12)
    ");
    document.lines.clear();
    let none = Invoice::new(document).unwrap_err();
    insta::assert_snapshot!(none, @"invoice: lines: is empty: a document has at least one line (BR-16)");
}

#[test]
fn a_cut_period_weighs_its_share_of_a_whole_one_or_its_days() {
    // January, February, and 1 to 15 of the 31 days of March 2016.
    let plan = BillingPlan::InAdvance {
        service: Period::new(day(0), day(75)).unwrap(),
        every_months: 1,
    };
    let nets = |proportion| -> Vec<String> {
        let policy = BillingPolicy::new(BillingPolicyDocument {
            proportion,
            ..BillingPolicy::en16931().document().clone()
        });
        let account = account(0, Currency::USD, vec![(77_000, plan)]);
        let schedule = BillingSchedule::new(account, &policy.unwrap()).unwrap();
        schedule.charges().iter().map(|c| c.net.amount_text()).collect()
    };
    // 770 x 31 / 77 = 310; 15 / 31 of it is 150. By days: 770 x 31 / 75, x 60 / 75, all.
    assert_eq!(nets(Proportion::Months), ["310.00", "310.00", "150.00"]);
    assert_eq!(nets(Proportion::Days), ["318.27", "297.73", "154.00"]);
}

#[test]
fn a_charge_says_which_part_of_the_item_it_is() {
    let service = Period::new(day(0), day(60)).unwrap();
    let plan = BillingPlan::InAdvance {
        service,
        every_months: 1,
    };
    let account = account(0, Currency::USD, vec![(10_000, plan)]);
    let schedule = BillingSchedule::new(account, &BillingPolicy::en16931()).unwrap();
    let second: ChargeKey = "bit_0-0#2".parse().unwrap();
    let explanation = schedule.explain(&second).unwrap().unwrap();
    insta::assert_snapshot!(explanation.text(), @r"
    charge for 2016-02-01 to 2016-02-29: 50.00 USD (difference)
      amount up to 2016-02-29: 100.00 USD (rounded half up to 2 decimals, residue 0.00 USD) [en16931 v1 rounding]
        exact amount up to 2016-02-29: 100.00 USD (product)
          net of bit_0-0, item 0: 100.00 USD #0
          part up to 2016-02-29: 100 % (quotient)
            weight up to 2016-02-29: 2 (sum)
              billing periods in 2016-01-01 to 2016-01-31: 1 [en16931 v1 proportion] #1
              billing periods in 2016-02-01 to 2016-02-29: 1 [en16931 v1 proportion] #2
            weight of 2016-01-01 to 2016-02-29: 2 (sum) #3
              billing periods in 2016-01-01 to 2016-01-31: 1 see #1
              billing periods in 2016-02-01 to 2016-02-29: 1 see #2
      amount up to 2016-01-31: 50.00 USD (rounded half up to 2 decimals, residue 0.00 USD) [en16931 v1 rounding]
        exact amount up to 2016-01-31: 50.00 USD (product)
          net of bit_0-0, item 0: 100.00 USD see #0
          part up to 2016-01-31: 50 % (quotient)
            billing periods in 2016-01-01 to 2016-01-31: 1 see #1
            weight of 2016-01-01 to 2016-02-29: 2 see #3
    ");
    assert_eq!(
        schedule
            .explain(&"bit_0-0#3".parse().unwrap())
            .unwrap()
            .map(|e| e.value()),
        None
    );
}

#[test]
fn an_explanation_reads_like_the_invoice() {
    let mut document = document(
        Currency::USD,
        &[(3000, 333_300, 0), (1000, 100_000, 2)],
        BillingPolicy::en16931(),
    );
    document.tax_rates = Some(rates().source());
    let explanation = Invoice::new(document).unwrap().explain().unwrap();
    insta::assert_snapshot!(explanation.text(), @r"
    total with tax, amount due: 120.76 USD (sum) [EN 16931 BR-CO-15; EN 16931 BR-CO-16]
      total without tax: 109.99 USD (sum) [EN 16931 BR-CO-10; EN 16931 BR-CO-13]
        net of line 1: 99.99 USD (rounded half up to 2 decimals, residue 0.00 USD) [EN 16931 BR-DEC-23] #3
          quantity x price of line 1: 99.99 USD (product)
            quantity of line 1: 3
            price of line 1, line 0: 33.33 USD
        net of line 2: 10.00 USD (rounded half up to 2 decimals, residue 0.00 USD) [EN 16931 BR-DEC-23] #7
          quantity x price of line 2: 10.00 USD (product)
            quantity of line 2: 1
            price of line 2, line 1: 10.00 USD
      total tax: 10.77 USD (sum) [EN 16931 BR-CO-14]
        tax at US-NY S 8.875 %: 8.87 USD (rounded half up to 2 decimals, residue -0.0041125 USD) [EN 16931 BR-CO-17; en16931 v1 rounding]
          exact tax at US-NY S 8.875 %: 8.8741125 USD (product)
            taxable at US-NY S 8.875 %: 99.99 USD (sum) [EN 16931 BR-S-08]
              net of line 1: 99.99 USD see #3
            tax rate US-NY S 8.875 %: 8.875 % [tax v3 US-NY]
        tax at DE S 19 %: 1.90 USD (rounded half up to 2 decimals, residue 0.00 USD) [EN 16931 BR-CO-17; en16931 v1 rounding]
          exact tax at DE S 19 %: 1.90 USD (product)
            taxable at DE S 19 %: 10.00 USD (sum) [EN 16931 BR-S-08]
              net of line 2: 10.00 USD see #7
            tax rate DE S 19 %: 19 % [tax v3 DE]
    ");
}

#[test]
fn a_posting_reads_like_a_posting() {
    let document = document(
        Currency::USD,
        &[(3000, 333_300, 0), (1000, 100_000, 2)],
        BillingPolicy::en16931(),
    );
    let invoice = issued(&Invoice::new(document).unwrap(), "A1", "INV", 7, day(10));
    let credit = issued(
        &invoice.credit_note("wrong price").unwrap(),
        "A2",
        "CRN",
        1,
        day(20),
    );
    let text = |entry: &JournalEntry| {
        let lines = entry
            .lines()
            .iter()
            .map(|l| format!("{} {} {}", l.role.code(), l.amount, l.subject));
        let head = format!(
            "{} {} {}",
            entry.header().posting_date,
            entry.header().id,
            entry.header().memo
        );
        std::iter::once(head).chain(lines).collect::<Vec<_>>().join("\n")
    };
    let both = [invoice, credit].map(|document| text(&document.journal().unwrap()[0]));
    insta::assert_snapshot!(both.join("\n\n"), @r"
    2016-01-11 inv_A1.issued Invoice INV-2016-00007
    receivable 120.76 USD INV-2016-00007
    billing_clearing -109.99 USD bac_1
    sales_tax_payable -8.87 USD US-NY S 8.875 %
    sales_tax_payable -1.90 USD DE S 19 %

    2016-01-21 inv_A2.issued Credit note CRN-2016-00001
    receivable -120.76 USD INV-2016-00007
    billing_clearing 109.99 USD bac_1
    sales_tax_payable 8.87 USD US-NY S 8.875 %
    sales_tax_payable 1.90 USD DE S 19 %
    ");
}
