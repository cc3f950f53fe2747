//! What holds for every schedule, invoice, credit note and bill run.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    missing_docs
)]

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Days, NaiveDate};
use l2c_calendar::Period;
use l2c_host::{Decider, PartyId};
use l2c_invoicing::*;
use l2c_ledger::{JournalEntry, LegalEntity, Role, TrialBalance};
use l2c_money::{Currency, Decimal, Money, Percent, Price, Quantity, Rounding, Unit};
use proptest::prelude::*;

fn day(number: u64) -> NaiveDate {
    NaiveDate::from_ymd_opt(2016, 1, 1).unwrap() + Days::new(number)
}

fn currency() -> impl Strategy<Value = Currency> {
    prop_oneof![Just(Currency::USD), Just(Currency::JPY), Just(Currency::KWD)]
}

/// The modes that a billing policy admits.
fn rounding() -> impl Strategy<Value = Rounding> {
    use Rounding::{Down, HalfDown, HalfEven, HalfUp, Up};
    prop::sample::select(vec![HalfUp, HalfEven, HalfDown, Up, Down])
}

fn policy() -> impl Strategy<Value = BillingPolicy> {
    let basis = prop::sample::select(vec![TaxBasis::PerRate, TaxBasis::PerLine]);
    let proportion = prop::sample::select(vec![Proportion::Months, Proportion::Days]);
    (rounding(), basis, proportion).prop_map(|(rounding, tax_basis, proportion)| {
        BillingPolicy::new(BillingPolicyDocument {
            id: "p".to_owned(),
            version: 1,
            rounding,
            tax_basis,
            proportion,
        })
        .unwrap()
    })
}

fn plan() -> impl Strategy<Value = BillingPlan> {
    let once = (0_u64..1500).prop_map(|on| BillingPlan::Once { on: day(on) });
    let advance = (0_u64..1500, 1_u64..1200, 1_u32..=13).prop_map(|(start, days, every_months)| {
        BillingPlan::InAdvance {
            service: Period::new(day(start), day(start + days)).unwrap(),
            every_months,
        }
    });
    prop_oneof![1 => once, 3 => advance]
}

fn account(key: usize, currency: Currency, items: Vec<(i64, BillingPlan)>) -> BillingAccount {
    let item = |(index, (minor, plan)): (usize, (i64, BillingPlan))| BillingItem {
        id: BillingItemId::from_key(&format!("{key}-{index}")).unwrap(),
        description: format!("item {index}"),
        net: Money::from_minor(minor, currency).unwrap(),
        plan,
        tax: "standard".to_owned(),
    };
    BillingAccount {
        id: BillingAccountId::from_key(&key.to_string()).unwrap(),
        seller: LegalEntity::new("US01").unwrap(),
        buyer: PartyId::from_key("ACME").unwrap(),
        currency,
        terms: PaymentTerms::NetDays(30),
        items: items.into_iter().enumerate().map(item).collect(),
    }
}

fn accounts() -> impl Strategy<Value = Vec<BillingAccount>> {
    let items = prop::collection::vec((-1_000_000_i64..1_000_000, plan()), 1..4);
    prop::collection::vec((currency(), items), 1..4).prop_map(|accounts| {
        let account = |(key, (currency, items))| account(key, currency, items);
        accounts.into_iter().enumerate().map(account).collect()
    })
}

fn rates() -> TaxRates {
    serde_json::from_str(
        r#"{"id": "tax", "version": 3, "rates": [
            {"key": "standard", "from": "2018-01-01", "category": "S", "percent": "16", "jurisdiction": "DE"},
            {"key": "standard", "from": "2015-01-01", "category": "S", "percent": "19", "jurisdiction": "DE"}
        ]}"#,
    )
    .unwrap()
}

/// A rate of 0 to 4: two of category S, one of them twice in other jurisdictions, one of zero.
fn rate(which: usize) -> TaxRate {
    let (category, percent, jurisdiction) = [
        (TaxCategory::Standard, "8.875", "US-NY"),
        (TaxCategory::Standard, "8.875", "US-XX"),
        (TaxCategory::Standard, "19", "DE"),
        (TaxCategory::ZeroRated, "0", "DE"),
    ][which];
    TaxRate::new(category, percent.parse().unwrap(), jurisdiction).unwrap()
}

/// Quantity in thousandths, price in ten-thousandths, rate.
type LineSpec = (i64, i64, usize);

fn line_specs() -> impl Strategy<Value = Vec<LineSpec>> {
    prop::collection::vec((-20_000_i64..20_000, 0_i64..50_000_000, 0_usize..4), 1..12)
}

fn document(currency: Currency, specs: &[LineSpec], policy: BillingPolicy) -> InvoiceDocument {
    let line = |(index, &(quantity, price, which)): (usize, &LineSpec)| InvoiceLine {
        charge: None,
        description: format!("line {index}"),
        service: None,
        quantity: Quantity::new(Decimal::new(quantity, 3), Unit::ONE).unwrap(),
        price: Price::new(Decimal::new(price, 4), currency).unwrap(),
        tax: rate(which),
    };
    InvoiceDocument {
        kind: InvoiceKind::Invoice,
        account: BillingAccountId::from_key("1").unwrap(),
        seller: LegalEntity::new("US01").unwrap(),
        buyer: PartyId::from_key("ACME").unwrap(),
        currency,
        tax_point: day(0),
        terms: PaymentTerms::NetDays(30),
        lines: specs.iter().enumerate().map(line).collect(),
        tax_rates: None,
        policy,
    }
}

fn issued(invoice: &Invoice, key: &str, series: &str, value: u64, date: NaiveDate) -> IssuedInvoice {
    let series = NumberSeries::new(series, 5, 1).unwrap();
    let id = InvoiceId::from_key(key).unwrap();
    let context = InvoiceContext {
        number: Some(InvoiceNumber::new(&series, date, value)),
        last_issue_date: None,
    };
    let mut state = InvoiceState::default();
    let draft = InvoiceCommand::Draft {
        id,
        invoice: Box::new(invoice.clone()),
    };
    for command in [draft, InvoiceCommand::Issue { date }] {
        for event in state.decide(&command, &context).unwrap() {
            state = state.evolve(&event);
        }
    }
    state.issued().unwrap().clone()
}

/// Rounding of `numerator / denominator` on integers, written down independently of the library.
fn rounded(numerator: i128, denominator: i128, mode: Rounding) -> i128 {
    let (whole, rest) = (numerator.abs() / denominator, numerator.abs() % denominator);
    let up = match mode {
        Rounding::HalfUp => rest * 2 >= denominator,
        Rounding::HalfDown => rest * 2 > denominator,
        Rounding::HalfEven => rest * 2 > denominator || (rest * 2 == denominator && whole % 2 == 1),
        Rounding::Up => rest > 0,
        _ => false,
    };
    numerator.signum() * (whole + i128::from(up))
}

proptest! {
    #[test]
    fn the_charges_of_an_item_add_up_to_it_and_tile_its_service(
        currency in currency(), minor in any::<i32>(), plan in plan(), policy in policy(),
    ) {
        let schedule = BillingSchedule::new(account(0, currency, vec![(i64::from(minor), plan)]), &policy).unwrap();
        let charges = schedule.charges();
        let sum = Money::sum(charges.iter().map(|c| &c.net), currency).unwrap();
        prop_assert_eq!(sum, Money::from_minor(i64::from(minor), currency).unwrap());
        prop_assert_eq!(sum, schedule.total().unwrap());
        match plan {
            BillingPlan::Once { on } => prop_assert_eq!((charges.len(), charges[0].date), (1, on)),
            BillingPlan::InAdvance { service, .. } => {
                let spans: Vec<Period> = charges.iter().map(|c| c.service.unwrap()).collect();
                prop_assert_eq!((spans[0].start(), spans[spans.len() - 1].end()), (service.start(), service.end()));
                for (k, pair) in spans.windows(2).enumerate() {
                    prop_assert_eq!(pair[0].end(), pair[1].start(), "after part {}", k);
                }
                for (number, charge) in (1..).zip(charges) {
                    let explanation = schedule.explain(&charge.key).unwrap().unwrap();
                    prop_assert_eq!(explanation.recompute().unwrap(), charge.net.exact());
                    prop_assert_eq!(charge.date, charge.service.unwrap().start());
                    prop_assert_eq!(charge.key.number, number);
                    // No part has the sign against the item, whatever the rounding.
                    prop_assert!(i64::from(minor).signum() * charge.net.minor().unwrap() >= 0);
                }
            }
        }
    }

    #[test]
    fn a_negative_item_is_billed_as_the_mirror_of_the_positive_one(
        currency in currency(), minor in 0_i64..1_000_000_000, plan in plan(), policy in policy(),
    ) {
        let nets = |minor| -> Vec<Money> {
            let schedule = BillingSchedule::new(account(0, currency, vec![(minor, plan)]), &policy).unwrap();
            schedule.charges().iter().map(|c| c.net).collect()
        };
        let mirrored: Vec<Money> = nets(-minor).iter().map(Money::negated).collect();
        prop_assert_eq!(nets(minor), mirrored);
    }

    #[test]
    fn totals_follow_from_the_lines_as_integers_would_give_them(
        currency in currency(), specs in line_specs(), policy in policy(),
    ) {
        let mode = policy.document().rounding;
        let basis = policy.document().tax_basis;
        let invoice = Invoice::new(document(currency, &specs, policy)).unwrap();
        let totals = invoice.totals();
        // Minor units of quantity x price: both have 7 decimals together.
        let shift = 10_i128.pow(7 - currency.minor_units());
        let nets: Vec<i128> =
            specs.iter().map(|&(q, p, _)| rounded(i128::from(q) * i128::from(p), shift, mode)).collect();
        let minor = |money: &Money| i128::from(money.minor().unwrap());
        prop_assert_eq!(invoice.line_nets().iter().map(minor).collect::<Vec<_>>(), nets.clone());
        // Percent in thousandths: 10^5 to a whole.
        let thousandths = [8_875_i128, 8_875, 19_000, 0];
        let mut groups: BTreeMap<TaxRate, (i128, i128)> = BTreeMap::new();
        for (&(_, _, which), net) in specs.iter().zip(&nets) {
            let group = groups.entry(rate(which)).or_default();
            group.0 += net;
            group.1 += rounded(net * thousandths[which], 100_000, mode);
        }
        let expected: Vec<(TaxRate, i128, i128)> = groups
            .into_iter()
            .map(|(rate, (base, by_line))| {
                let percent = (rate.percent().value() * Decimal::from(1000)).trunc().mantissa();
                let tax = if basis == TaxBasis::PerRate { rounded(base * percent, 100_000, mode) } else { by_line };
                (rate, base, tax)
            })
            .collect();
        let found: Vec<(TaxRate, i128, i128)> =
            totals.tax_breakdown.iter().map(|g| (g.rate.clone(), minor(&g.basis), minor(&g.tax))).collect();
        prop_assert_eq!(&found, &expected);
        prop_assert_eq!(minor(&totals.net), nets.iter().sum::<i128>());
        prop_assert_eq!(minor(&totals.tax), expected.iter().map(|g| g.2).sum::<i128>());
        prop_assert_eq!(minor(&totals.gross), minor(&totals.net) + minor(&totals.tax));
        prop_assert_eq!((totals.sum_of_lines, totals.payable), (totals.net, totals.gross));
    }

    #[test]
    fn the_order_of_lines_does_not_change_the_totals(
        currency in currency(), specs in line_specs(), policy in policy(), seed in any::<prop::sample::Index>(),
    ) {
        let mut moved = specs.clone();
        moved.rotate_left(seed.index(specs.len()));
        moved.reverse();
        let totals = |specs: &[LineSpec]| Invoice::new(document(currency, specs, policy.clone())).unwrap();
        let (as_given, as_moved) = (totals(&specs), totals(&moved));
        prop_assert_eq!(as_given.totals(), as_moved.totals());
    }

    #[test]
    fn a_credit_note_cancels_its_invoice_to_the_last_minor_unit(
        currency in currency(), specs in line_specs(), policy in policy(),
    ) {
        let invoice = issued(&Invoice::new(document(currency, &specs, policy)).unwrap(), "1", "INV", 7, day(10));
        let credit = issued(&invoice.credit_note("wrong price").unwrap(), "2", "CRN", 1, day(20));
        prop_assert_eq!(credit.invoice.totals(), invoice.invoice.totals());
        prop_assert_eq!(credit.invoice.effect(), invoice.invoice.effect().negated());
        let nothing = invoice.invoice.effect().checked_add(&credit.invoice.effect()).unwrap();
        prop_assert!(nothing.is_zero());

        let mut balance = TrialBalance::new();
        for document in [&invoice, &credit] {
            for entry in document.journal().unwrap() {
                balance.add(&entry).unwrap();
            }
        }
        for role in [Role::Receivable, Role::BillingClearing, Role::SalesTaxPayable] {
            for row in balance.by_subject(role) {
                prop_assert!(row.balance.is_zero(), "{role:?}: {row:?}");
            }
        }
    }

    #[test]
    fn a_journal_posts_the_totals(currency in currency(), specs in line_specs(), policy in policy()) {
        let invoice = issued(&Invoice::new(document(currency, &specs, policy)).unwrap(), "1", "INV", 7, day(10));
        let totals = invoice.invoice.totals();
        let entity = LegalEntity::new("US01").unwrap();
        let balance = TrialBalance::of(&invoice.journal().unwrap()).unwrap();
        prop_assert!(balance.is_balanced());
        prop_assert_eq!(balance.balance(entity, Role::Receivable, currency), totals.gross);
        prop_assert_eq!(balance.balance(entity, Role::BillingClearing, currency), totals.net.negated());
        prop_assert_eq!(balance.balance(entity, Role::SalesTaxPayable, currency), totals.tax.negated());
    }

    #[test]
    fn an_explanation_recomputes_to_the_amount_due(
        currency in currency(), specs in line_specs(), policy in policy(),
    ) {
        let invoice = Invoice::new(document(currency, &specs, policy)).unwrap();
        let explanation = invoice.explain().unwrap();
        prop_assert_eq!(explanation.recompute().unwrap(), invoice.totals().payable.exact());
    }

    #[test]
    fn a_stored_invoice_is_rebuilt_and_cannot_disagree(
        currency in currency(), specs in line_specs(), policy in policy(), off in 1_i64..1000, field in 0_usize..5,
    ) {
        let invoice = Invoice::new(document(currency, &specs, policy)).unwrap();
        let text = serde_json::to_string(&invoice).unwrap();
        prop_assert_eq!(serde_json::from_str::<Invoice>(&text).unwrap(), invoice.clone());

        let mut value: serde_json::Value = serde_json::from_str(&text).unwrap();
        let name = ["sum_of_lines", "net", "tax", "gross", "payable"][field];
        let other = invoice.totals().net.checked_add(&Money::from_minor(1_000_000_000_000 + off, currency).unwrap());
        value["totals"][name] = serde_json::to_value(other.unwrap()).unwrap();
        let error = serde_json::from_value::<Invoice>(value.clone()).unwrap_err().to_string();
        prop_assert!(error.contains(name), "{}", error);

        value["totals"] = serde_json::Value::Null;
        prop_assert_eq!(serde_json::from_value::<Invoice>(value).unwrap(), invoice);
    }

    #[test]
    fn a_run_bills_what_is_due_once(
        accounts in accounts(), first in 0_u64..2000, more in 0_u64..2000, policy in policy(),
    ) {
        let schedules: Vec<BillingSchedule> =
            accounts.into_iter().map(|account| BillingSchedule::new(account, &policy).unwrap()).collect();
        let run = |log: &BillingLog, as_of| bill_run(&schedules, log, as_of, &rates(), &policy).unwrap();
        let charges = |drafts: &[Invoice]| -> BTreeMap<ChargeKey, Money> {
            let lines = |draft: &Invoice| draft.document().lines.clone().into_iter().zip(draft.line_nets().to_vec());
            drafts.iter().flat_map(|d| lines(d).collect::<Vec<_>>()).map(|(l, net)| (l.charge.unwrap(), net)).collect()
        };

        // In order of date, then account; every charge on the document of its date.
        let at_once = run(&BillingLog::new(), day(first + more));
        let order: Vec<_> = at_once.iter().map(|d| (d.document().tax_point, d.document().account.clone())).collect();
        prop_assert!(order.windows(2).all(|pair| pair[0] < pair[1]), "{order:?}");

        // Billing in two runs bills the same charges, and nothing a second time.
        let mut log = BillingLog::new();
        let mut in_steps = Vec::new();
        for as_of in [day(first), day(first + more)] {
            let drafts = run(&log, as_of);
            drafts.iter().for_each(|draft| log.record(draft).unwrap());
            prop_assert!(run(&log, as_of).is_empty());
            in_steps.extend(drafts);
        }
        prop_assert_eq!(charges(&in_steps), charges(&at_once));
        let due: BTreeSet<ChargeKey> = schedules
            .iter()
            .flat_map(|s| s.due(day(first + more)))
            .filter(|c| !c.net.is_zero())
            .map(|c| c.key.clone())
            .collect();
        prop_assert_eq!(charges(&at_once).into_keys().collect::<BTreeSet<_>>(), due);

        // total = invoiced + to be invoiced, account by account.
        for schedule in &schedules {
            let drafts = in_steps.iter().filter(|d| d.document().account == schedule.account().id);
            let nets: Vec<Money> = drafts.map(|d| d.totals().net).collect();
            let invoiced = Money::sum(&nets, schedule.account().currency).unwrap();
            prop_assert_eq!(schedule.invoiced(&log).unwrap(), invoiced);
            let left = schedule.to_be_invoiced(&log).unwrap();
            prop_assert_eq!(invoiced.checked_add(&left).unwrap(), schedule.total().unwrap());
        }
    }

    #[test]
    fn what_was_credited_is_due_again(accounts in accounts(), policy in policy()) {
        let schedules: Vec<BillingSchedule> =
            accounts.into_iter().map(|account| BillingSchedule::new(account, &policy).unwrap()).collect();
        let run = |log: &BillingLog| bill_run(&schedules, log, day(4000), &rates(), &policy).unwrap();
        let mut log = BillingLog::new();
        let drafts = run(&log);
        drafts.iter().for_each(|draft| log.record(draft).unwrap());
        if let Some(first) = drafts.first() {
            let credit = issued(first, "1", "INV", 1, day(4000)).credit_note("wrong address").unwrap();
            log.record(&credit).unwrap();
            prop_assert_eq!(run(&log), vec![first.clone()]);
            log.record(first).unwrap();
            prop_assert_eq!(log.record(first).unwrap_err().code(), "duplicate");
            prop_assert!(run(&log).is_empty());
        }
    }
}

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
    let InvoicingError::InvalidDocument { faults, .. } = Invoice::new(document.clone()).unwrap_err() else {
        panic!("another error")
    };
    let text: Vec<String> = faults
        .iter()
        .map(|f| format!("{}: {}", f.path, f.problem))
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
    insta::assert_snapshot!(none, @"the invoice has 1 fault(s): lines: is empty: a document has at least one line (BR-16)");
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

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn any_figures_are_billed_or_refused(
        minor in any::<i64>(), price in any::<i64>(), quantity in any::<i64>(), scale in 0_u32..13,
        start in any::<i32>(), days in 1_u32..4_000_000, every_months in 1_u32..10_000,
    ) {
        let codes = ["out_of_range", "too_many_periods", "date_out_of_range", "invalid_document", "too_precise"];
        let policy = BillingPolicy::en16931();
        let start = NaiveDate::from_num_days_from_ce_opt(start).unwrap_or(NaiveDate::MIN);
        let end = start.checked_add_days(Days::new(u64::from(days))).unwrap_or(NaiveDate::MAX);
        if let (Ok(service), Ok(net)) = (Period::new(start, end), Money::from_minor(minor, Currency::USD)) {
            let plan = BillingPlan::InAdvance { service, every_months };
            let mut account = account(0, Currency::USD, vec![(0, plan)]);
            account.items[0].net = net;
            match BillingSchedule::new(account, &policy) {
                Ok(schedule) => {
                    let sum = Money::sum(schedule.charges().iter().map(|c| &c.net), Currency::USD).unwrap();
                    prop_assert_eq!(sum, net);
                }
                Err(error) => prop_assert!(codes.contains(&error.code()), "{}", error),
            }
        }
        let mut document = document(Currency::USD, &[(1000, 100, 0), (1000, 100, 2)], policy);
        let quantity = Quantity::new(Decimal::new(quantity, scale), Unit::ONE);
        let price = Price::new(Decimal::new(price, 12 - scale), Currency::USD);
        if let (Ok(quantity), Ok(price)) = (quantity, price) {
            document.lines[1].quantity = quantity;
            document.lines[1].price = price;
            match Invoice::new(document) {
                Ok(invoice) => {
                    let totals = invoice.totals();
                    prop_assert_eq!(totals.net.checked_add(&totals.tax).unwrap(), totals.gross);
                }
                Err(error) => prop_assert!(codes.contains(&error.code()), "{}", error),
            }
        }
    }
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
