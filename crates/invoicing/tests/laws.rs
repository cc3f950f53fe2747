//! What holds for every schedule, invoice, credit note and bill run.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    missing_docs
)]

mod documents;

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Days, NaiveDate};
use documents::*;
use l2c_calendar::Period;
use l2c_invoicing::*;
use l2c_ledger::{LegalEntity, Role, TrialBalance};
use l2c_money::{Currency, Decimal, Money, Price, Quantity, Rounding, Unit};
use proptest::prelude::*;

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

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn any_figures_are_billed_or_refused(
        minor in any::<i64>(), price in any::<i64>(), quantity in any::<i64>(), scale in 0_u32..13,
        start in any::<i32>(), days in 1_u32..4_000_000, every_months in 1_u32..10_000,
    ) {
        let codes = ["out_of_range", "too_many_periods", "date_out_of_range", "negative_price", "too_precise"];
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
