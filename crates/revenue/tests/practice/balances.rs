//! What is billed, paid, paid back and lost.

use super::*;
use contract::{AT_ONCE, bundle, satisfy, usd};

fn two_deliveries() -> TermsDocument {
    posting(bundle(
        usd("1000.00"),
        &[
            ("first", usd("600.00"), AT_ONCE),
            ("second", usd("400.00"), AT_ONCE),
        ],
    ))
}

fn pay_for(on: &str, document: &str, amount: &str) -> RevenueCommand {
    tell(
        on,
        json!({"type": "paid", "amount": money(amount), "document": document}),
    )
}

/// 400 are billed and open; 150 come for an invoice that is not there yet, and are an advance beside the open one.
/// Without a name they would settle it.
#[test]
fn an_open_invoice_and_an_advance_stand_side_by_side() {
    let roles = [Role::Cash, Role::Receivable, Role::ContractLiability];
    let after = |payment: RevenueCommand| {
        let facts = [
            bill("2025-01-10", "inv_1", "400.00"),
            payment,
            bill("2025-03-10", "inv_2", "200.00"),
        ];
        let contract = told(two_deliveries(), "2025-01-01", &facts);
        ["2025-02-28", "2025-03-31"].map(|on| balances(&contract, on, roles))
    };
    let named = after(pay_for("2025-02-10", "inv_2", "150.00"));
    assert_eq!(named[0], ["150.00", "400.00", "-550.00"]);
    assert_eq!(named[1], ["150.00", "450.00", "-600.00"]); // 400 and 50 are open
    let unnamed = after(pay("2025-02-10", "150.00"));
    assert_eq!(unnamed[0], ["150.00", "250.00", "-400.00"]);
    assert_eq!(unnamed[1], ["150.00", "450.00", "-600.00"]);
    // 450 for an invoice of 400 is 50 too much.
    let beyond = after(pay_for("2025-02-10", "inv_1", "450.00"));
    assert_eq!(beyond[0], ["450.00", "0.00", "-450.00"]);
}

/// Two payers have an invoice each; what one pays never settles the other's.
#[test]
fn several_payers_settle_their_own_invoices() {
    let facts = [
        satisfy("first", "2025-01-10"),
        bill("2025-01-10", "parent", "350.00"),
        bill("2025-01-10", "subsidiary", "250.00"),
        pay_for("2025-02-10", "subsidiary", "300.00"),
    ];
    let contract = told(two_deliveries(), "2025-01-01", &facts);
    let roles = [Role::Revenue, Role::Receivable, Role::ContractLiability];
    // 600 earned and billed; 50 of the 300 are in advance, 350 are open.
    assert_eq!(
        balances(&contract, "2025-02-28", roles),
        ["-600.00", "350.00", "-50.00"]
    );
}

/// 600 billed and paid; 100 of it is credited and paid back, against its invoice. What is paid back and not credited
/// is open again.
#[test]
fn a_refund_names_the_invoice_that_was_paid() {
    let refund = |amount: &str| {
        tell(
            "2025-03-01",
            json!({"type": "refunded", "amount": money(amount), "document": "inv_1"}),
        )
    };
    let facts = [
        satisfy("first", "2025-01-10"),
        bill("2025-01-10", "inv_1", "600.00"),
        pay_for("2025-02-10", "inv_1", "600.00"),
        bill("2025-02-20", "crn_1", "-100.00"),
    ];
    let contract = told(two_deliveries(), "2025-01-01", &facts);
    let roles = [
        Role::Cash,
        Role::Receivable,
        Role::ContractAsset,
        Role::RefundLiability,
    ];
    let after = |amount| {
        let contract = decide(&contract, &refund(amount), "2030-01-01").unwrap();
        balances(&contract, "2025-03-31", roles)
    };
    // The 100 that are credited and not paid back are an advance: 600 earned of 600.
    assert_eq!(
        balances(&contract, "2025-02-28", roles),
        ["600.00", "0.00", "0.00", "0.00"]
    );
    assert_eq!(after("100.00"), ["500.00", "0.00", "100.00", "0.00"]);
    assert_eq!(after("130.00"), ["470.00", "30.00", "100.00", "0.00"]);
    insta::assert_snapshot!(refusal(&contract, &refund("600.01")), @r"
    invalid_amount: `amount` is 600.01, expected at most the 600 that was received
    ");
    let elsewhere = json!({"type": "refunded", "amount": money("1.00"), "document": "inv_7"});
    insta::assert_snapshot!(refusal(&contract, &tell("2025-03-01", elsewhere)), @r"
    unknown_reference: there is no document `inv_7`
    ");
}

/// 600 are earned, 250 billed: 350 is a contract asset. 300 are not expected to be collected: the receivable of 250
/// first, then 50 of the asset. Revenue stays.
#[test]
fn a_credit_loss_reaches_a_contract_asset() {
    let loss = |amount: &str| {
        tell(
            "2025-02-28",
            json!({"type": "credit_loss", "amount": money(amount)}),
        )
    };
    let facts = [
        satisfy("first", "2025-01-10"),
        bill("2025-01-10", "inv_1", "250.00"),
        loss("300.00"),
        bill("2025-03-10", "inv_2", "350.00"),
    ];
    let contract = told(two_deliveries(), "2025-01-01", &facts);
    let roles = [
        Role::Revenue,
        Role::Receivable,
        Role::ContractAsset,
        Role::CreditLossExpense,
    ];
    assert_eq!(
        balances(&contract, "2025-02-28", roles),
        ["-600.00", "0.00", "300.00", "300.00"]
    );
    // What is billed later takes the loss with it.
    assert_eq!(
        balances(&contract, "2025-03-31", roles),
        ["-600.00", "300.00", "0.00", "300.00"]
    );
    let begun = told(two_deliveries(), "2025-01-01", &facts[..2]);
    insta::assert_snapshot!(refusal(&begun, &loss("600.01")), @r"
    credit_exceeds_receivable: on 2025-02-28 credits exceed the receivable by 0.01 (ASC 606-10-45-4, IFRS 15.108)
    ");
}

/// A licence of 600 is delivered, to be billed as time passes; half of a building of 400 is done, to be billed when it
/// is accepted. 300 are billed for one, for the other, or for no one in particular.
#[test]
fn time_alone_makes_a_receivable_of_one_obligation_and_not_of_another() {
    let shown = |obligation: Option<&str>| {
        let mut terms = posting(bundle(
            usd("1000.00"),
            &[
                ("licence", usd("600.00"), AT_ONCE),
                ("building", usd("400.00"), Measure::Percent),
            ],
        ));
        terms.obligations[0].unbilled_right = Some(UnbilledRight::UnbilledReceivable);
        let mut billed = json!({"type": "billed", "document": "inv_1", "amount": money("300.00")});
        if let Some(obligation) = obligation {
            billed["obligation"] = json!(obligation);
        }
        let facts = [
            satisfy("licence", "2025-01-10"),
            tell(
                "2025-01-20",
                json!({"type": "progressed", "obligation": "building", "cumulative": "0.5"}),
            ),
            tell("2025-01-31", billed),
        ];
        let contract = told(terms, "2025-01-01", &facts);
        let position = at(&contract, "2025-01-31").position();
        let roles = [
            Role::UnbilledReceivable,
            Role::ContractAsset,
            Role::ContractLiability,
        ];
        let balances = balances(&contract, "2025-01-31", roles);
        assert_eq!(position.contract_asset().amount_text(), balances[1]);
        balances
    };
    assert_eq!(shown(Some("licence")), ["300.00", "200.00", "0.00"]);
    // 200 of the building are earned: 100 of its invoice are in advance, and never net the receivable.
    assert_eq!(shown(Some("building")), ["600.00", "0.00", "-100.00"]);
    assert_eq!(shown(None), ["500.00", "0.00", "0.00"]); // the building first, then the licence
}
