//! A change of a running contract as a quote: priced, approved, accepted, handed over.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    missing_docs
)]

#[allow(dead_code)]
mod shop;

use std::sync::Arc;

use l2c_calendar::Period;
use l2c_host::PartyRoles;
use l2c_money::{Currency, Decimal, Exact, Money, Quantity, Unit};
use l2c_pricing::{Catalogue, Engine, PriceBook, PriceRequest, ProductId, RequestLine, Waterfall};
use l2c_quotes::{
    Actor, AmendmentOffer, Quote, QuoteCommand, QuoteContext, QuoteDocument, QuoteId, QuoteRefusal,
    QuoteStatus, QuoteTerms, RunningContract, RunningContractDocument,
};
use proptest::prelude::*;
use serde_json::{Value, json};
use shop::{Told, approvals, context, day, party};

const POLICY: &str = r#"{"id": "approvals", "version": 3, "currency": "USD", "rules": [
    {"id": "deep", "reason": "More than 10 % off list", "when": {"fact": "discount_percent", "gt": "10"},
     "approvers": ["manager"]},
    {"id": "credit", "reason": "More than 1000 given back", "when": {"fact": "credited", "gt": "1000"},
     "approvers": ["finance"]},
    {"id": "end", "reason": "A contract ends", "when": {"fact": "action", "eq": "cancel"}, "approvers": ["director"]}]}"#;

fn engine() -> Engine {
    let catalogue = r#"{"id": "catalogue", "version": 3, "products": [
        {"id": "prd_Suite", "name": "Suite"}, {"id": "prd_Pro", "name": "Suite Pro"},
        {"id": "prd_Storage", "name": "Storage"}]}"#;
    let book = r#"{"id": "list-usd", "version": 2, "currency": "USD", "entries": [
        {"product": "prd_Suite", "price": "1300"}, {"product": "prd_Pro", "price": "2000"},
        {"product": "prd_Storage", "price": "20"}]}"#;
    let waterfall = r#"{"id": "standard", "version": 1, "steps": [
        {"op": "negotiated", "id": "negotiated", "label": "Negotiated"}]}"#;
    Engine::new(
        Catalogue::new(&serde_json::from_str(catalogue).unwrap()).unwrap(),
        PriceBook::new(&serde_json::from_str(book).unwrap()).unwrap(),
        Waterfall::new(&serde_json::from_str(waterfall).unwrap()).unwrap(),
    )
    .unwrap()
}

/// Somebody with every role, and not who submits.
fn desk(who: &str) -> QuoteContext {
    let roles: &[&str] = if who == "all" {
        &["manager", "finance", "director"]
    } else {
        &[]
    };
    QuoteContext {
        actor: Actor::new(party(who), roles.iter().copied()),
        engine: Arc::new(engine()),
        approvals: Arc::new(approvals(POLICY)),
        ..context("agent", "2026-01-01")
    }
}

fn draft(key: &str, terms: QuoteTerms) -> QuoteCommand {
    let (id, parties) = (QuoteId::from_key(key).unwrap(), PartyRoles::new(party("acme")));
    QuoteCommand::Draft {
        id,
        parties,
        opportunity: None,
        terms,
    }
}

const ACCEPT: QuoteCommand = QuoteCommand::Accept {
    version: 1,
    reference: None,
    alternative: None,
    selected: None,
};

/// Drafted, submitted, approved where it must be, presented and accepted; with the rules that asked.
fn accepted(key: &str, terms: QuoteTerms) -> (Told, Vec<String>) {
    let mut told = Told::default();
    told.on(&desk("agent"), &draft(key, terms)).unwrap();
    told.on(&desk("agent"), &QuoteCommand::Submit).unwrap();
    let submission = told.quote.latest().unwrap().submission().unwrap();
    let asked: Vec<String> = submission
        .required()
        .map(|required| required.rule.clone())
        .collect();
    if !asked.is_empty() {
        assert!(
            told.on(&desk("agent"), &QuoteCommand::Present).is_err(),
            "not yet approved"
        );
        told.on(&desk("all"), &QuoteCommand::Approve { comment: None })
            .unwrap();
    }
    told.on(&desk("agent"), &QuoteCommand::Present).unwrap();
    told.on(&desk("agent"), &ACCEPT).unwrap();
    (told, asked)
}

fn offer(contract: &RunningContractDocument, action: Value) -> QuoteTerms {
    let action = serde_json::from_value(action).unwrap();
    let (contract, policy) = (contract.clone(), Default::default());
    QuoteTerms::amending(
        AmendmentOffer {
            contract,
            action,
            policy,
        },
        day("2026-01-01"),
        day("2026-12-31"),
    )
}

/// What a quote of an amendment says, and the contract after it.
fn amended(contract: &RunningContractDocument, action: Value) -> (String, Option<RunningContractDocument>) {
    let (told, asked) = accepted("2", offer(contract, action));
    let version = told.quote.latest().unwrap();
    let mut shown = vec![format!("asks: {}", asked.join(", "))];
    let document = QuoteDocument::new(&told.quote, 1).unwrap().unwrap();
    assert_eq!(document.amends.as_deref(), Some(contract.id.as_str()));
    for line in &document.offers[0].lines {
        let (quantity, period) = (line.quantity.value(), line.period.unwrap());
        shown.push(format!(
            "{quantity} {} ({}), {period}: list {}, net {}",
            line.id, line.name, line.list, line.net
        ));
    }
    shown.push(format!("total {}", document.offers[0].net_total));
    assert_eq!(version.total().unwrap(), Some(document.offers[0].net_total));
    for required in version.submission().unwrap().required() {
        for reason in version.reasons(required).unwrap() {
            shown.push(format!("{}: {reason}", required.rule));
        }
    }
    let handed = told.quote.amended(contract).unwrap();
    let explained = version.terms().amendment.as_ref().unwrap().explain().unwrap();
    assert_eq!(explained.amendment(), handed);
    assert_eq!(
        explained.total().recompute().unwrap(),
        document.offers[0].net_total.exact()
    );
    (shown.join("\n"), handed.after.clone())
}

/// Ten suites, sold at 12000 for the year 2026: 1200 each.
fn sold() -> RunningContractDocument {
    let line = RequestLine::new(
        "seats",
        ProductId::from_key("Suite").unwrap(),
        Quantity::pieces(10),
    );
    let target = Money::from_minor(1_200_000, Currency::USD).unwrap();
    let request = PriceRequest::new(day("2026-01-01"), vec![line]).with_target(target);
    let (told, _) = accepted("1", QuoteTerms::new(request, day("2026-12-31")));
    let term = Period::new(day("2026-01-01"), day("2027-01-01")).unwrap();
    let version = told.quote.latest().unwrap();
    let contract = version.running_contract("con_17", term, 12).unwrap();
    let cost = RunningContract::new(&contract)
        .unwrap()
        .rest(term.start(), &Default::default())
        .unwrap();
    assert_eq!(
        cost[0].total,
        version.total().unwrap().unwrap().exact(),
        "the contract costs what was accepted"
    );
    contract
}

/// Five seats more for ten months: 5 x 1200 x 10/12 = 5000, at list 5 x 1300 x 10/12 = 5416.67. Then all fifteen at 1080 for
/// half a year: 9000 back, 8100 anew, where list is 9750: 1650 or about 16.92 % off.
#[test]
fn a_contract_goes_from_quote_to_quote() {
    let contract = sold();
    let (more, after) = amended(
        &contract,
        json!({"action": "amend", "on": "2026-03-01", "changes": [
        {"change": "quantity", "line": "seats", "quantity": {"value": "15", "unit": "C62"}}]}),
    );
    insta::assert_snapshot!(more, @r"
    asks: 
    5 seats (Suite), 2026-03-01 to 2026-12-31: list 5416.67 USD, net 5000.00 USD
    total 5000.00 USD
    ");
    let after = after.unwrap();
    let (cheaper, after) = amended(
        &after,
        json!({"action": "amend", "on": "2026-07-01", "changes": [
        {"change": "price", "line": "seats", "unit_price": "1080"}]}),
    );
    insta::assert_snapshot!(cheaper, @r"
    asks: deep, credit
    -15 seats.credit (Suite), 2026-07-01 to 2026-12-31: list -9000.00 USD, net -9000.00 USD
    15 seats (Suite), 2026-07-01 to 2026-12-31: list 9750.00 USD, net 8100.00 USD
    total -900.00 USD
    deep: discount_percent is about 16.9231: about 16.9231 Agreed price [con_17 amendment]; about 6.9231 above 10
    credit: credited is 9000: 9000 Suite (line seats.credit) [con_17 line seats]; 8000 above 1000
    ");
    assert_eq!(after.unwrap().lines[0].unit_price, Exact::integer(1080));
}

/// Half a year of ten seats at 1200 is 6000 back; ten of the other product at 1900 are 9500, where list is 10000.
#[test]
fn a_product_is_swapped_by_a_quote() {
    let (swap, after) = amended(
        &sold(),
        json!({"action": "amend", "on": "2026-07-01", "changes": [
        {"change": "swap", "line": "seats", "to": {"id": "pro", "product": "prd_Pro",
         "quantity": {"value": "10", "unit": "C62"}, "unit_price": "1900"}}]}),
    );
    insta::assert_snapshot!(swap, @r"
    asks: credit
    -10 seats.credit (Suite), 2026-07-01 to 2026-12-31: list -6000.00 USD, net -6000.00 USD
    10 pro (Suite Pro), 2026-07-01 to 2026-12-31: list 10000.00 USD, net 9500.00 USD
    total 3500.00 USD
    credit: credited is 6000: 6000 Suite (line seats.credit) [con_17 line seats]; 5000 above 1000
    ");
    assert_eq!(after.unwrap().lines[0].product, "prd_Pro");
}

/// Seats that end with September give the last quarter back: 12000 / 4. Storage from June on, by the month, is
/// 5 x 20 x 7 at list.
#[test]
fn lines_get_terms_of_their_own_by_a_quote() {
    let (terms, after) = amended(
        &sold(),
        json!({"action": "amend", "on": "2026-06-01", "changes": [
        {"change": "term", "line": "seats", "end": "2026-10-01"},
        {"change": "add", "line": {"id": "storage", "product": "prd_Storage", "price_term_months": 1,
         "quantity": {"value": "5", "unit": "C62"}, "unit_price": "20"}}]}),
    );
    insta::assert_snapshot!(terms, @r"
    asks: credit
    -10 seats.credit (Suite), 2026-06-01 to 2026-12-31: list -7000.00 USD, net -7000.00 USD
    10 seats (Suite), 2026-06-01 to 2026-09-30: list 4333.33 USD, net 4000.00 USD
    5 storage (Storage), 2026-06-01 to 2026-12-31: list 700.00 USD, net 700.00 USD
    total -2300.00 USD
    credit: credited is 7000: 7000 Suite (line seats.credit) [con_17 line seats]; 6000 above 1000
    ");
    assert_eq!(after.unwrap().lines[0].end, Some(day("2026-10-01")));
}

/// A storage contract that ends with September 2026 moves in to end with 2026: three months more.
#[test]
fn contracts_merge_by_a_quote() {
    let storage = json!({"id": "con_9", "currency": "USD", "term": {"start": "2025-10-01", "end": "2026-10-01"},
        "price_term_months": 1, "lines": [{"id": "storage", "product": "prd_Storage",
        "quantity": {"value": "5", "unit": "C62"}, "unit_price": "20"}]});
    let (merged, after) = amended(
        &sold(),
        json!({"action": "merge", "on": "2026-07-01", "contracts": [storage]}),
    );
    insta::assert_snapshot!(merged, @r"
    asks: 
    -5 storage.credit (Storage), 2026-07-01 to 2026-09-30: list -300.00 USD, net -300.00 USD
    5 storage (Storage), 2026-07-01 to 2026-12-31: list 600.00 USD, net 600.00 USD
    total 300.00 USD
    ");
    assert_eq!(after.unwrap().lines.len(), 2);
}

/// A quarter early: 3000 back, and two years of ten seats at 1200 and 5 %: 25200, where list is 26000.
#[test]
fn an_early_renewal_is_a_quote() {
    let (renewed, after) = amended(
        &sold(),
        json!({"action": "renew", "months": 24, "start": "2026-10-01",
        "uplift_percent": "5", "early": "credit_rest"}),
    );
    insta::assert_snapshot!(renewed, @r"
    asks: credit
    -10 seats.credit (Suite), 2026-10-01 to 2026-12-31: list -3000.00 USD, net -3000.00 USD
    10 seats (Suite), 2026-10-01 to 2028-09-30: list 26000.00 USD, net 25200.00 USD
    total 22200.00 USD
    credit: credited is 3000: 3000 Suite (line seats.credit) [con_17 line seats]; 2000 above 1000
    ");
    assert_eq!(after.unwrap().term.end(), day("2028-10-01"));
}

/// A quarter is left: 3000 back. Nothing runs after it.
#[test]
fn a_cancellation_is_approved_like_any_quote() {
    let (cancelled, after) = amended(&sold(), json!({"action": "cancel", "on": "2026-10-01"}));
    insta::assert_snapshot!(cancelled, @r"
    asks: credit, end
    -10 seats.credit (Suite), 2026-10-01 to 2026-12-31: list -3000.00 USD, net -3000.00 USD
    total -3000.00 USD
    credit: credited is 3000: 3000 Suite (line seats.credit) [con_17 line seats]; 2000 above 1000
    end: action is cancel
    ");
    assert_eq!(after, None);
}

#[test]
fn an_amendment_is_handed_over_once_and_to_its_contract_alone() {
    let contract = sold();
    let cancel = json!({"action": "cancel", "on": "2026-10-01"});
    let mut told = Told::default();
    let code =
        |quote: &Quote, contract: &RunningContractDocument| quote.amended(contract).unwrap_err().code();
    assert_eq!(code(&told.quote, &contract), "not_drafted");
    told.on(&desk("agent"), &draft("2", offer(&contract, cancel.clone())))
        .unwrap();
    assert_eq!(code(&told.quote, &contract), "illegal_transition");
    told.on(&desk("agent"), &QuoteCommand::Refresh).unwrap();
    assert_eq!(
        told.quote.latest().unwrap().amendment().unwrap().total,
        Exact::integer(-3000)
    );

    let (mut told, _) = accepted("2", offer(&contract, cancel));
    let mut changed = contract.clone();
    changed.lines[0].unit_price += &Exact::ONE;
    assert_eq!(code(&told.quote, &changed), "contract_moved");
    told.on(
        &desk("agent"),
        &QuoteCommand::Order {
            order: "con_17 v2".into(),
        },
    )
    .unwrap();
    assert_eq!(told.quote.status(), Some(QuoteStatus::Ordered));
    assert!(
        told.quote.amended(&contract).is_ok(),
        "asked again, it gives the same"
    );

    let line = RequestLine::new("1", ProductId::from_key("Suite").unwrap(), Quantity::pieces(3));
    let request = PriceRequest::new(day("2026-01-01"), vec![line]);
    let (told, _) = accepted("3", QuoteTerms::new(request.clone(), day("2026-12-31")));
    assert_eq!(code(&told.quote, &contract), "no_amendment");
    // 10 USD for three pieces are 10/3 for one: the contract has it exactly.
    let uneven = request.with_target(Money::from_minor(1_000, Currency::USD).unwrap());
    let (told, _) = accepted("4", QuoteTerms::new(uneven, day("2026-12-31")));
    let term = Period::new(day("2026-01-01"), day("2027-01-01")).unwrap();
    let document = told
        .quote
        .latest()
        .unwrap()
        .running_contract("con_1", term, 12)
        .unwrap();
    assert_eq!(document.lines[0].unit_price, Exact::ratio(10, 3).unwrap());
    let stored = serde_json::to_string(&document).unwrap();
    assert_eq!(
        serde_json::from_str::<RunningContractDocument>(&stored).unwrap(),
        document
    );
}

#[test]
fn what_no_amendment_can_be_is_refused() {
    let contract = sold();
    let refused = |terms: QuoteTerms| -> QuoteRefusal {
        let mut told = Told::default();
        if let Err(refusal) = told.on(&desk("agent"), &draft("2", terms)) {
            return refusal;
        }
        told.on(&desk("agent"), &QuoteCommand::Submit).unwrap_err()
    };
    let cancel = json!({"action": "cancel", "on": "2026-10-01"});
    let mut mixed = offer(&contract, cancel.clone());
    mixed.request.lines.push(RequestLine::new(
        "1",
        ProductId::from_key("Suite").unwrap(),
        Quantity::pieces(1),
    ));
    assert_eq!(refused(mixed).code(), "mixed_offer");
    assert_eq!(
        refused(offer(&contract, json!({"action": "cancel", "on": "2028-10-01"}))).code(),
        "after_contract_end"
    );
    let mut foreign = contract.clone();
    foreign.lines[0].product = "Suite".into();
    let refusal = refused(offer(&foreign, cancel.clone()));
    assert_eq!(
        (refusal.code(), refusal.to_string().contains("`Suite`")),
        ("unknown_product", true)
    );
    let euros = RunningContractDocument {
        currency: Currency::EUR,
        ..contract.clone()
    };
    // What is credited needs no list price; what is charged does, in the currency of the contract.
    assert_eq!(refused(offer(&euros, cancel)).code(), "currency_mismatch");
    let renew = json!({"action": "renew", "months": 12});
    assert_eq!(refused(offer(&euros, renew.clone())).code(), "currency_mismatch");
    let mut unknown = contract.clone();
    unknown.lines[0].product = "prd_Gone".into();
    assert_eq!(refused(offer(&unknown, renew)).code(), "unknown_product");
    let mut faulty = contract;
    faulty.lines.push(faulty.lines[0].clone());
    assert_eq!(
        refused(offer(&faulty, json!({"action": "cancel", "on": "2026-10-01"}))).code(),
        "duplicate_line"
    );
}

fn lines() -> impl Strategy<Value = Vec<(i64, i64, bool)>> {
    prop::collection::vec((0_i64..50_000, -500_i64..500_000, any::<bool>()), 1..5)
}

fn contract(lines: &[(i64, i64, bool)]) -> RunningContractDocument {
    let line = |(at, (thousandths, cents, pro)): (usize, &(i64, i64, bool))| {
        json!({"id": format!("line {at}"), "product": if *pro { "prd_Pro" } else { "prd_Suite" },
            "quantity": Quantity::new(Decimal::new(*thousandths, 3), Unit::ONE).unwrap(),
            "unit_price": Decimal::new(*cents, 2).to_string()})
    };
    let lines: Vec<Value> = lines.iter().enumerate().map(line).collect();
    serde_json::from_value(json!({"id": "con_1", "currency": "USD",
        "term": {"start": "2026-01-31", "end": "2027-03-15"}, "lines": lines}))
    .unwrap()
}

proptest! {
    /// What is left before, and what the quote says, are what is left after: exactly but for the rounding of each line,
    /// which the quote shows in whole cents.
    #[test]
    fn the_price_before_and_the_quote_are_the_price_after(
        lines in lines(), on in 0_u64..400, kind in 0_u8..4, quantity in 0_i64..50_000, cents in -500_i64..500_000,
    ) {
        let contract = contract(&lines);
        let on = day("2026-01-31") + chrono::Days::new(on);
        let quantity = Quantity::new(Decimal::new(quantity, 3), Unit::ONE).unwrap();
        let price = Decimal::new(cents, 2).to_string();
        let action = match kind {
            0 => json!({"action": "amend", "on": on, "changes": [{"change": "quantity", "line": "line 0", "quantity": quantity}]}),
            1 => json!({"action": "amend", "on": on, "changes": [{"change": "price", "line": "line 0", "unit_price": price}]}),
            2 => json!({"action": "amend", "on": on, "changes": [{"change": "swap", "line": "line 0", "to":
                {"id": "new", "product": "prd_Pro", "quantity": quantity, "unit_price": price}}]}),
            _ => json!({"action": "cancel", "on": on}),
        };
        let terms = offer(&contract, action);
        let policy = terms.amendment.as_ref().unwrap().policy;
        let (told, _) = accepted("2", terms);
        let amendment = told.quote.amended(&contract).unwrap();
        let rest = |document: &RunningContractDocument| -> (Exact, Exact) {
            let lines = RunningContract::new(document).unwrap().rest(on, &policy).unwrap();
            let totals = lines.iter().map(|line| line.total.clone()).sum();
            (lines.iter().map(|line| &line.total - &line.residue).sum(), totals)
        };
        let before = rest(&contract);
        let after = amendment.after.as_ref().map_or((Exact::ZERO, Exact::ZERO), rest);
        let exact: Exact = amendment.lines.iter().map(|line| &line.total - &line.residue).sum();
        prop_assert_eq!(before.0 + exact, after.0);
        let total = told.quote.latest().unwrap().total().unwrap().unwrap().exact();
        let off = (before.1 + &total - after.1).abs();
        prop_assert!(off <= Exact::ratio(i64::try_from(amendment.lines.len()).unwrap(), 100).unwrap());
        prop_assert_eq!(&total, &amendment.total);
        let nets: Exact = told.quote.latest().unwrap().lines().iter().map(|line| line.net.exact()).sum();
        prop_assert_eq!(nets, total);
    }
}
