//! What each hand-over promises, what it refuses, and what the whole chain conserves.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    missing_docs
)]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use l2c::calendar::Period;
use l2c::chrono::{DateTime, Days, NaiveDate, Utc};
use l2c::commissions::{CreditId, Plan, Statement};
use l2c::contracts::{
    Contract, ContractCommand, ContractContext, ContractId, ContractItem, ContractItemId, ContractTerms,
    ItemKind, TermBilling,
};
use l2c::handover::*;
use l2c::host::{Decider, NumberSeries, PartyId, PartyRole, PartyRoles};
use l2c::invoicing::{
    BillingLog, BillingPlan, BillingPolicy, BillingSchedule, Invoice, InvoiceCommand, InvoiceContext,
    InvoiceId, InvoiceNumber, InvoiceState, IssuedInvoice, PaymentTerms, TaxRates, bill_run,
};
use l2c::leads::{
    Opportunity, OpportunityAction, OpportunityCommand, OpportunityId, OpportunityProfile, SalesProcess,
};
use l2c::ledger::LegalEntity;
use l2c::money::{Currency, Money, Quantity};
use l2c::orders::{LineKind, Order, OrderCommand, OrderContext, OrderId, OrderTerms};
use l2c::pricing::{Catalogue, Engine, PriceBook, PricedLine, ProductId, RequestLine, Waterfall};
use l2c::quotes::{
    Actor, AmendmentAction, AmendmentOffer, AmendmentPolicy, ApprovalPolicy, Quote, QuoteCommand,
    QuoteContext, QuoteId, QuoteStatus, QuoteTerms,
};
use l2c::receivables::{AccountCommand, DocumentNumber};
use l2c::revenue::contract_cost::{
    AnticipatedRenewal, ContractCostPolicy, CostNature, RenewalCommission, RenewedLife, project_costs,
};
use l2c::revenue::{
    Book, Consideration, Fact, Measure, RevenueCommand, RevenueContext, RevenueContract, RevenuePolicy,
    StandalonePrice, View, project,
};
use proptest::prelude::*;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn party(key: &str) -> PartyId {
    PartyId::from_key(key).unwrap()
}

fn usd(cents: i64) -> Money {
    Money::from_minor(cents, Currency::USD).unwrap()
}

fn seller() -> LegalEntity {
    LegalEntity::new("US01").unwrap()
}

fn sum<'a>(amounts: impl IntoIterator<Item = &'a Money>, currency: Currency) -> Money {
    Money::sum(amounts, currency).unwrap()
}

/// Decides a command and applies its events.
fn tell<D: Decider>(state: D, command: &D::Command, context: &D::Context) -> D {
    let events = state.decide(command, context).unwrap();
    events.iter().fold(state, D::evolve)
}

#[track_caller]
fn refused<T: std::fmt::Debug>(result: Result<T, HandoverError>, code: &str, text: &str) {
    let error = result.unwrap_err();
    let full = error.to_string();
    assert_eq!(error.code(), code, "{full}");
    assert!(full.starts_with(text), "{full}");
}

// The documents.

/// One product, made of a licence and a support, with a list price in hundredths.
fn engine(currency: Currency, list: u32, licence_percent: u32) -> Arc<Engine> {
    let catalogue = format!(
        r#"{{"id": "catalogue", "version": 1, "products": [{{"id": "prd_GTXPro", "name": "GTX Pro", "components": [
            {{"id": "licence", "name": "Licence", "share_of_list": "{licence_percent}"}},
            {{"id": "support", "name": "Support", "share_of_list": "{}"}}]}}]}}"#,
        100 - licence_percent
    );
    let book = format!(
        r#"{{"id": "list", "version": 1, "currency": "{currency}", "entries": [
            {{"product": "prd_GTXPro", "price": "{}.{:02}"}}]}}"#,
        list / 100,
        list % 100
    );
    let waterfall = r#"{"id": "waterfall", "version": 1, "steps": [
        {"op": "negotiated", "id": "deal", "label": "Negotiated", "spread": {"zero_weights": "equal"}}]}"#;
    let engine = Engine::new(
        Catalogue::new(&serde_json::from_str(&catalogue).unwrap()).unwrap(),
        PriceBook::new(&serde_json::from_str(&book).unwrap()).unwrap(),
        Waterfall::new(&serde_json::from_str(waterfall).unwrap()).unwrap(),
    );
    Arc::new(engine.unwrap())
}

/// A list price of 5,624.00.
fn shop() -> Arc<Engine> {
    engine(Currency::USD, 562_400, 80)
}

fn approvals(currency: Currency) -> Arc<ApprovalPolicy> {
    let policy = format!(
        r#"{{"id": "approvals", "version": 1, "currency": "{currency}", "rules": [
            {{"id": "discount", "reason": "More than 10 % off list",
              "when": {{"fact": "discount_percent", "gt": "10"}}, "approvers": ["manager", "director"]}}]}}"#
    );
    Arc::new(ApprovalPolicy::new(&serde_json::from_str(&policy).unwrap()).unwrap())
}

fn rates() -> TaxRates {
    let rates = r#"{"id": "tax", "version": 1, "rates": [
        {"key": "West", "from": "2010-01-01", "category": "S", "percent": "8.25", "jurisdiction": "West"}]}"#;
    serde_json::from_str(rates).unwrap()
}

// Opportunities.

fn profile() -> OpportunityProfile {
    OpportunityProfile {
        opportunity: OpportunityId::from_key("67HY0MW7").unwrap(),
        lead: None,
        account: Some(party("acme")),
        owner: Some(party("moses")),
        product: Some("prd_GTXPro".to_owned()),
        value: None,
        expected_close: None,
    }
}

fn opportunity(profile: OpportunityProfile, actions: Vec<OpportunityAction>) -> Opportunity {
    let process = r#"{"id": "process", "version": 1, "stages": [
        {"id": "open", "win_percent": "50"}, {"id": "won", "win_percent": "100", "won": true}]}"#;
    let process = SalesProcess::new(&serde_json::from_str(process).unwrap()).unwrap();
    let profile = Box::new(profile);
    let open = OpportunityAction::Open { profile, stage: None };
    let mut opportunity = Opportunity::default();
    for action in std::iter::once(open).chain(actions) {
        let on = day("2017-03-01");
        opportunity = tell(opportunity, &OpportunityCommand { on, action }, &process);
    }
    opportunity
}

fn won(value: Option<Money>) -> Opportunity {
    let revalue = OpportunityAction::Revalue { value };
    opportunity(profile(), vec![revalue, OpportunityAction::MarkWon])
}

fn drafted(opportunity: &Opportunity) -> Result<QuoteCommand, HandoverError> {
    let id = QuoteId::from_key("67HY0MW7").unwrap();
    opportunity_to_quote(opportunity, id, day("2017-03-05"), day("2017-03-31"))
}

// Quotes.

fn quote_context(engine: &Arc<Engine>, name: &str, roles: &[&str]) -> QuoteContext {
    QuoteContext {
        today: day("2017-03-05"),
        actor: Actor::new(party(name), roles.iter().copied()),
        engine: Arc::clone(engine),
        approvals: approvals(engine.currency()),
        policy: l2c::quotes::QuotePolicy::default(),
    }
}

/// A quote from its draft to the customer's acceptance.
fn accepted(draft: &QuoteCommand, engine: &Arc<Engine>) -> Quote {
    accepted_with(draft, engine, None)
}

fn accepted_with(draft: &QuoteCommand, engine: &Arc<Engine>, selected: Option<BTreeSet<String>>) -> Quote {
    let agent = quote_context(engine, "moses", &["agent"]);
    let board = quote_context(engine, "board", &["manager", "director"]);
    let mut quote = tell(Quote::default(), draft, &agent);
    quote = tell(quote, &QuoteCommand::Submit, &agent);
    while quote.status() == Some(QuoteStatus::InApproval) {
        quote = tell(quote, &QuoteCommand::Approve { comment: None }, &board);
    }
    quote = tell(quote, &QuoteCommand::Present, &agent);
    let (version, reference) = (1, None);
    tell(
        quote,
        &QuoteCommand::Accept {
            version,
            reference,
            alternative: None,
            selected,
        },
        &agent,
    )
}

/// 5,624.00 that became 5,000.00.
fn accepted_quote() -> Quote {
    accepted(&drafted(&won(Some(usd(500_000)))).unwrap(), &shop())
}

/// The draft of an opportunity, with other lines.
fn draft_of(value: Option<Money>, lines: &[&str]) -> QuoteCommand {
    let mut draft = drafted(&won(value)).unwrap();
    if let QuoteCommand::Draft { terms, .. } = &mut draft {
        let product = terms.request.lines[0].product.clone();
        let line = |id: &&str| RequestLine::new(*id, product.clone(), Quantity::pieces(1));
        terms.request.lines = lines.iter().map(line).collect();
    }
    draft
}

// Orders and contracts.

fn order_id() -> OrderId {
    OrderId::from_key("67HY0MW7").unwrap()
}

/// What the lines of the product sell.
fn kind(months: u32) -> impl Fn(&PricedLine) -> LineKind {
    move |line| match line.component.as_deref() {
        Some("support") => LineKind::Service { months },
        _ => LineKind::Licence,
    }
}

fn sales() -> OrderContext {
    OrderContext { by: party("sales") }
}

fn confirmed(terms: OrderTerms, on: NaiveDate) -> Order {
    let order = tell(Order::default(), &OrderCommand::Place { terms, on }, &sales());
    tell(order, &OrderCommand::Confirm { on }, &sales())
}

/// Delivers every line that is wanted.
fn delivered(mut order: Order, on: NaiveDate, wanted: fn(LineKind) -> bool) -> Order {
    for line in order.clone().lines() {
        let (id, quantity) = (line.id().clone(), line.open());
        let command = match line.terms().kind {
            kind if !wanted(kind) => continue,
            LineKind::Service { .. } => OrderCommand::StartService { line: id, on },
            _ => OrderCommand::Fulfil {
                line: id,
                quantity,
                on,
            },
        };
        order = tell(order, &command, &sales());
    }
    order
}

/// The licence is delivered on 12 March.
fn order_with_licence() -> Order {
    let terms = quote_to_order(&accepted_quote(), order_id(), kind(12)).unwrap();
    let order = confirmed(terms, day("2017-03-09"));
    delivered(order, day("2017-03-12"), |kind| kind == LineKind::Licence)
}

/// The support runs from 20 March on.
fn whole_order() -> Order {
    delivered(order_with_licence(), day("2017-03-20"), |kind| {
        kind != LineKind::Licence
    })
}

fn contract_id() -> ContractId {
    ContractId::from_key("C1").unwrap()
}

fn activated(command: &ContractCommand) -> Contract {
    let context = ContractContext { by: party("sales") };
    tell(Contract::default(), command, &context)
}

fn contract() -> Contract {
    activated(&order_to_contract(&whole_order(), contract_id(), 30, 3).unwrap())
}

/// A contract of one-time items that no order stands behind.
fn contract_of(nets: &[Money]) -> Contract {
    let on = day("2017-03-12");
    let item = |(index, net): (usize, &Money)| ContractItem {
        id: ContractItemId::from_key(&index.to_string()).unwrap(),
        source: "by hand".to_owned(),
        product: format!("p{index}"),
        quantity: Quantity::pieces(1),
        net: *net,
        supply: ItemKind::OneTime { on },
    };
    let terms = ContractTerms {
        id: contract_id(),
        parties: PartyRoles::new(party("acme")).with(PartyRole::BillTo, party("acme-billing")),
        source: "by hand".to_owned(),
        currency: Currency::USD,
        payment_days: 14,
    };
    let items = nets.iter().enumerate().map(item).collect();
    activated(&ContractCommand::Activate { terms, items, on })
}

fn product(item: &ContractItem) -> String {
    item.product.clone()
}

fn west(_: &ContractItem) -> String {
    "West".to_owned()
}

// Invoices.

fn issued(invoice: Invoice, series: &str, on: NaiveDate) -> IssuedInvoice {
    let draft = InvoiceCommand::Draft {
        id: InvoiceId::from_key("1").unwrap(),
        invoice: Box::new(invoice),
    };
    let state = tell(InvoiceState::default(), &draft, &InvoiceContext::default());
    let series = NumberSeries::new(series, 6, 1).unwrap();
    let context = InvoiceContext {
        number: Some(InvoiceNumber::new(&series, on, 7)),
        last_issue_date: None,
    };
    let state = tell(state, &InvoiceCommand::Issue { date: on }, &context);
    state.issued().unwrap().clone()
}

/// The licence of the contract: 4,000.00 and 8.25 % tax.
fn licence_invoice(series: &str) -> IssuedInvoice {
    let account = contract_to_billing(&contract(), seller(), product, west).unwrap();
    let policy = BillingPolicy::en16931();
    let schedule = BillingSchedule::new(account, &policy).unwrap();
    let on = day("2017-03-12");
    let mut drafts = bill_run([&schedule], &BillingLog::new(), on, &rates(), &policy).unwrap();
    assert_eq!(drafts.len(), 1);
    issued(drafts.remove(0), series, on)
}

fn number(text: &str) -> DocumentNumber {
    DocumentNumber::new(text).unwrap()
}

// Opportunity to quote.

#[test]
fn a_won_opportunity_drafts_a_quote_for_its_account_product_and_value() {
    let draft = drafted(&won(Some(usd(500_000)))).unwrap();
    let QuoteCommand::Draft {
        id,
        parties,
        opportunity,
        terms,
    } = draft
    else {
        panic!("{draft:?}");
    };
    assert_eq!(id.as_str(), "quo_67HY0MW7");
    assert_eq!(parties, PartyRoles::new(party("acme")));
    assert_eq!(opportunity.as_deref(), Some("opp_67HY0MW7"));
    assert_eq!(terms.valid_until, day("2017-03-31"));
    assert_eq!(terms.request.date, day("2017-03-05"));
    assert_eq!(terms.request.target, Some(usd(500_000)));
    let product = ProductId::new("prd_GTXPro").unwrap();
    let line = RequestLine::new("1", product, Quantity::pieces(1));
    assert_eq!(terms.request.lines, [line]);
}

#[test]
fn an_open_opportunity_without_a_value_is_quoted_at_list() {
    let draft = drafted(&opportunity(profile(), Vec::new())).unwrap();
    let quote = accepted(&draft, &shop());
    let priced = quote.latest().unwrap().priced().unwrap();
    assert_eq!(priced.net_total(), usd(562_400));
}

#[test]
fn an_opportunity_that_cannot_be_quoted_says_why() {
    let reason = "price".to_owned();
    refused(
        drafted(&opportunity(
            profile(),
            vec![OpportunityAction::MarkLost { reason }],
        )),
        "not_ready",
        "opportunity opp_67HY0MW7 is lost: only one that is open or won goes to quotes",
    );
    refused(drafted(&Opportunity::default()), "not_ready", "opportunity");
    for (field, profile) in [
        (
            "account",
            OpportunityProfile {
                account: None,
                ..profile()
            },
        ),
        (
            "product",
            OpportunityProfile {
                product: None,
                ..profile()
            },
        ),
    ] {
        refused(
            drafted(&opportunity(profile, Vec::new())),
            "missing",
            &format!("opportunity opp_67HY0MW7 has no {field}, which quotes needs"),
        );
    }
    let foreign = OpportunityProfile {
        product: Some("GTX Pro".to_owned()),
        ..profile()
    };
    refused(
        drafted(&opportunity(foreign, Vec::new())),
        "unfit",
        "opportunity opp_67HY0MW7, product: \"GTX Pro\" is no ProductId",
    );
}

// Quote to order.

#[test]
fn an_accepted_quote_becomes_an_order_with_the_nets_that_were_accepted() {
    let terms = quote_to_order(&accepted_quote(), order_id(), kind(12)).unwrap();
    assert_eq!(terms.id.as_str(), "ord_67HY0MW7");
    assert_eq!(terms.parties, PartyRoles::new(party("acme")));
    assert_eq!(terms.source, "quo_67HY0MW7 v1");
    assert_eq!(terms.currency, Currency::USD);
    let (licence, support) = (&terms.lines[0], &terms.lines[1]);
    assert_eq!(terms.lines.len(), 2);
    assert_eq!(licence.id.as_str(), "oln_67HY0MW7.1.licence");
    assert_eq!(licence.product, "prd_GTXPro/licence");
    assert_eq!(licence.quantity, Quantity::pieces(1));
    assert_eq!((licence.kind, licence.net), (LineKind::Licence, usd(400_000)));
    assert_eq!(support.id.as_str(), "oln_67HY0MW7.1.support");
    assert_eq!(support.product, "prd_GTXPro/support");
    let service = LineKind::Service { months: 12 };
    assert_eq!((support.kind, support.net), (service, usd(100_000)));
}

#[test]
fn a_quote_that_cannot_be_ordered_says_why() {
    let draft = drafted(&won(None)).unwrap();
    let agent = quote_context(&shop(), "moses", &["agent"]);
    refused(
        quote_to_order(&tell(Quote::default(), &draft, &agent), order_id(), kind(12)),
        "not_ready",
        "quote quo_67HY0MW7 is draft: only one that is accepted goes to orders",
    );
    refused(
        quote_to_order(&Quote::default(), order_id(), kind(12)),
        "missing",
        "quote  has no version, which orders needs",
    );
    let quote = accepted(&draft_of(None, &["line 1"]), &shop());
    refused(
        quote_to_order(&quote, order_id(), kind(12)),
        "unfit",
        "quote quo_67HY0MW7, line: \"oln_67HY0MW7.line 1.licence\" is no OrderLineId",
    );
    // What runs already is changed, not ordered again.
    let term = Period::new(day("2017-03-05"), day("2018-03-05")).unwrap();
    let contract = accepted_quote()
        .latest()
        .unwrap()
        .running_contract("con_C1", term, 12);
    let mut draft = draft;
    if let QuoteCommand::Draft { terms, .. } = &mut draft {
        let (contract, policy) = (contract.unwrap(), AmendmentPolicy::default());
        let action = AmendmentAction::Cancel {
            on: day("2017-09-05"),
        };
        let offer = AmendmentOffer {
            contract,
            action,
            policy,
        };
        *terms = QuoteTerms::amending(offer, day("2017-03-05"), day("2017-03-31"));
    }
    refused(
        quote_to_order(&accepted(&draft, &shop()), order_id(), kind(12)),
        "not_ready",
        "quote quo_67HY0MW7 is an amendment of a contract: only one that is a sale goes to orders",
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever the customer takes of the optional lines, what was accepted is what is ordered, line by line.
    #[test]
    fn accepted_totals_are_ordered_totals(
        lines in prop::collection::vec(prop::option::of((any::<bool>(), any::<bool>())), 1..6),
        value in prop::option::of(1_i64..9_000_000), answers in any::<bool>(),
    ) {
        let names: Vec<String> = (0..lines.len()).map(|at| at.to_string()).collect();
        let mut draft = draft_of(value.map(usd), &names.iter().map(String::as_str).collect::<Vec<_>>());
        let optional = names.iter().zip(&lines).filter_map(|(name, line)| Some((name.clone(), (*line)?)));
        let optional: Vec<(String, (bool, bool))> = optional.collect();
        if let QuoteCommand::Draft { terms, .. } = &mut draft {
            terms.optional = optional.iter().map(|(name, (chosen, _))| (name.clone(), *chosen)).collect();
        }
        let taken = optional.iter().filter(|(_, (_, taken))| *taken).map(|(name, _)| name.clone());
        let quote = accepted_with(&draft, &shop(), answers.then(|| taken.collect()));
        let version = quote.latest().unwrap();
        let ordered = quote_to_order(&quote, order_id(), kind(12)).unwrap().lines;
        let nets: Vec<Money> = ordered.iter().map(|line| line.net).collect();
        prop_assert_eq!(Some(sum(&nets, Currency::USD)), version.total().unwrap());
        let accepted: Vec<Money> = version.lines().iter().map(|line| line.net).collect();
        prop_assert_eq!(nets, accepted);
        for (name, (chosen, taken)) in optional {
            let there = version.lines().iter().any(|line| line.request_line == name);
            prop_assert_eq!(there, if answers { taken } else { chosen });
        }
    }
}

// Order to contract.

#[test]
fn a_delivered_order_becomes_a_contract_on_the_day_of_its_last_delivery() {
    let command = order_to_contract(&whole_order(), contract_id(), 30, 3).unwrap();
    assert_eq!(command.on(), day("2017-03-20"));
    let contract = activated(&command);
    let terms = contract.terms().unwrap();
    assert_eq!(terms.id.as_str(), "con_C1");
    assert_eq!(terms.source, "ord_67HY0MW7");
    assert_eq!(terms.payment_days, 30);
    assert_eq!(terms.parties, PartyRoles::new(party("acme")));
    let (licence, support) = (&contract.items()[0], &contract.items()[1]);
    assert_eq!(contract.items().len(), 2);
    assert_eq!(licence.id.key(), "C1.1.licence");
    assert_eq!(licence.source, "oln_67HY0MW7.1.licence");
    assert_eq!(licence.product, "prd_GTXPro/licence");
    assert_eq!(licence.net, usd(400_000));
    let on = day("2017-03-12");
    assert_eq!(licence.supply, ItemKind::OneTime { on });
    assert_eq!(support.id.key(), "C1.1.support");
    assert_eq!(support.net, usd(100_000));
    let period = Period::months(day("2017-03-20"), 12).unwrap();
    let billing = TermBilling::InAdvance { every_months: 3 };
    assert_eq!(support.supply, ItemKind::Term { period, billing });
}

#[test]
fn two_lines_of_one_product_stay_two_items_each() {
    let quote = accepted(&draft_of(Some(usd(900_001)), &["1", "2"]), &shop());
    let terms = quote_to_order(&quote, order_id(), kind(12)).unwrap();
    let order = delivered(confirmed(terms, day("2017-03-09")), day("2017-03-12"), |_| true);
    let contract = activated(&order_to_contract(&order, contract_id(), 30, 3).unwrap());
    let ids: Vec<_> = contract.items().iter().map(|item| item.id.key()).collect();
    assert_eq!(
        ids,
        ["C1.1.licence", "C1.1.support", "C1.2.licence", "C1.2.support"]
    );
    assert_eq!(contract.net(), Some(usd(900_001)));
}

#[test]
fn what_was_cancelled_does_not_come_into_the_contract() {
    let cancel = OrderCommand::Cancel {
        reason: "not_wanted".to_owned(),
        on: day("2017-03-15"),
    };
    let order = tell(order_with_licence(), &cancel, &sales());
    let command = order_to_contract(&order, contract_id(), 30, 3).unwrap();
    assert_eq!(command.on(), day("2017-03-12"));
    let contract = activated(&command);
    assert_eq!(contract.items().len(), 1);
    assert_eq!(contract.net(), Some(usd(400_000)));
}

#[test]
fn an_order_that_is_no_contract_yet_says_why() {
    refused(
        order_to_contract(&order_with_licence(), contract_id(), 30, 3),
        "not_ready",
        "order ord_67HY0MW7 is in fulfilment: only one that is completed goes to contracts",
    );
    let long = ContractId::from_key(&"C".repeat(128)).unwrap();
    refused(
        order_to_contract(&whole_order(), long, 30, 3),
        "unfit",
        "order ord_67HY0MW7, line: ",
    );
}

// Contract to billing.

#[test]
fn a_contract_is_billed_by_item_to_the_bill_to_party() {
    let account = contract_to_billing(&contract(), seller(), product, west).unwrap();
    assert_eq!(account.id.as_str(), "bac_C1");
    assert_eq!((account.seller, account.currency), (seller(), Currency::USD));
    assert_eq!(account.buyer, party("acme"));
    assert_eq!(account.terms, PaymentTerms::NetDays(30));
    let (licence, support) = (&account.items[0], &account.items[1]);
    assert_eq!(account.items.len(), 2);
    assert_eq!(licence.id.as_str(), "bit_C1.1.licence");
    assert_eq!(licence.description, "prd_GTXPro/licence");
    assert_eq!((licence.net, licence.tax.as_str()), (usd(400_000), "West"));
    let on = day("2017-03-12");
    assert_eq!(licence.plan, BillingPlan::Once { on });
    assert_eq!(support.net, usd(100_000));
    let quarterly = BillingPlan::InAdvance {
        service: Period::months(day("2017-03-20"), 12).unwrap(),
        every_months: 3,
    };
    assert_eq!(support.plan, quarterly);

    let other = contract_to_billing(&contract_of(&[usd(1)]), seller(), product, west).unwrap();
    assert_eq!(other.buyer, party("acme-billing"));
}

#[test]
fn a_contract_that_is_not_activated_goes_nowhere() {
    let nothing = Contract::default();
    refused(
        contract_to_billing(&nothing, seller(), product, west),
        "missing",
        "contract  has no terms, which invoicing needs",
    );
    refused(
        contract_to_commissions(&nothing, party("moses"), None, product),
        "missing",
        "contract  has no day of activation, which commissions needs",
    );
    let policy = RevenuePolicy::standard();
    refused(
        contract_to_revenue(&nothing, seller(), day("2017-03-09"), &policy, |_| usd(1)),
        "missing",
        "contract  has no terms, which revenue needs",
    );
}

// Contract to revenue.

#[test]
fn a_contract_is_an_obligation_and_a_part_of_the_price_per_item() {
    let policy = RevenuePolicy::standard();
    let standalone = |item: &ContractItem| match item.id.key() {
        "C1.1.licence" => usd(438_672),
        _ => usd(151_848),
    };
    let signed = day("2017-03-09");
    let commands = contract_to_revenue(&contract(), seller(), signed, &policy, standalone).unwrap();
    let Fact::Inception { terms } = &commands[0].fact else {
        panic!("{commands:?}");
    };
    assert_eq!(commands[0].on, signed);
    assert_eq!(terms.contract().as_str(), "rev_C1");
    assert_eq!((terms.customer(), terms.entity()), (&party("acme"), &seller()));
    assert_eq!(terms.policy(), &policy);
    let fixed = |id: &str, cents| Consideration::fixed(id.to_owned(), usd(cents));
    let price = [fixed("C1.1.licence", 400_000), fixed("C1.1.support", 100_000)];
    assert_eq!(terms.consideration(), price);
    let (licence, support) = (&terms.obligations()[0], &terms.obligations()[1]);
    assert_eq!(licence.id, "C1.1.licence");
    assert_eq!(licence.measure, Measure::PointInTime);
    assert_eq!(licence.ssp, StandalonePrice::observable(usd(438_672)));
    let period = Period::months(day("2017-03-20"), 12).unwrap();
    assert_eq!(support.measure, Measure::time(period));
    assert_eq!(support.ssp, StandalonePrice::observable(usd(151_848)));
    let delivered = RevenueCommand::new(day("2017-03-12"), Fact::satisfied("C1.1.licence"));
    assert_eq!(commands[1..], [delivered]);
}

#[test]
fn terms_that_revenue_accounting_refuses_are_refused() {
    let policy = RevenuePolicy::standard();
    let free = contract_to_revenue(&contract(), seller(), day("2017-03-09"), &policy, |_| usd(0));
    assert!(
        free.as_ref()
            .unwrap_err()
            .to_string()
            .contains("stand-alone selling price"),
        "{free:?}"
    );
    refused(free, "unfit", "contract con_C1, terms: ");
}

// Contract to commissions.

#[test]
fn a_contract_is_a_deal_of_its_seller_with_its_nets_by_part() {
    let manager = Some(party("dustin"));
    let deal = contract_to_commissions(&contract(), party("moses"), manager.clone(), product).unwrap();
    assert_eq!((deal.id.as_str(), deal.date), ("con_C1", day("2017-03-20")));
    assert_eq!((deal.seller, deal.manager), (party("moses"), manager));
    let parts = [
        ("prd_GTXPro/licence".to_owned(), usd(400_000)),
        ("prd_GTXPro/support".to_owned(), usd(100_000)),
    ];
    assert_eq!(deal.parts, BTreeMap::from(parts));

    let whole = contract_to_commissions(&contract(), party("moses"), None, west).unwrap();
    assert_eq!(whole.parts, BTreeMap::from([("West".to_owned(), usd(500_000))]));
}

#[test]
fn a_part_of_a_deal_beyond_the_bounds_of_money_is_refused() {
    // The sum of the contract stays within the bounds, that of what is sold does not.
    let largest = Money::new(Money::MAX_UNITS.into(), Currency::USD).unwrap();
    let contract = contract_of(&[largest, largest.negated(), largest]);
    let sign = |item: &ContractItem| item.net.is_negative().to_string();
    let deal = contract_to_commissions(&contract, party("moses"), None, sign);
    refused(deal, "unfit", "contract con_C1, net: ");
}

// Commissions to contract costs.

/// What the seller and the manager earn for contract C1 in its quarter and, in the next, what an adjustment says.
fn statements(back: bool) -> Vec<Statement> {
    let plan = r#"{"id": "pln_sales", "currency": "USD", "versions": [
        {"version": 1, "from": "2017-Q1", "payment_lag_months": 1, "components": [
            {"id": "own", "credits": "primary", "rates": [{"rate_percent": "5"}]},
            {"id": "override", "credits": "rollup", "rates": [{"rate_percent": "1"}]}]}]}"#;
    let plan = Plan::new(&serde_json::from_str(plan).unwrap()).unwrap();
    let deal = contract_to_commissions(&contract(), party("moses"), Some(party("dustin")), product).unwrap();
    let mut credits = plan.credits(&deal).unwrap();
    if back {
        let half = credits[0].reversed_in_part(
            CreditId::from_key("back").unwrap(),
            day("2017-05-02"),
            usd(250_000),
        );
        credits.push(half);
    }
    let mut all = Vec::new();
    for payee in ["moses", "dustin"] {
        let mut closed = Vec::new();
        for quarter in ["2017-Q1", "2017-Q2"] {
            closed.push(
                plan.statement(&party(payee), quarter.parse().unwrap(), &credits, &closed)
                    .unwrap(),
            );
        }
        all.extend(closed);
    }
    all
}

#[test]
fn what_a_contract_cost_to_obtain_is_what_its_commissions_say() {
    let policy = ContractCostPolicy::standard();
    let costs = |statements: &[Statement], renewal: Option<&AnticipatedRenewal>| {
        commissions_to_contract_costs(&contract(), seller(), statements, &policy, renewal).unwrap()
    };
    let plain = costs(&statements(false), None);
    assert_eq!(
        (plain.contract().as_str(), plain.entity(), plain.costs().len()),
        ("rev_C1", seller(), 1)
    );
    let cost = &plain.costs()[0];
    assert_eq!(
        (cost.id.as_str(), cost.incurred),
        ("commission 2017-Q1", day("2017-03-31"))
    );
    let CostNature::Obtain { items, .. } = &cost.nature else {
        panic!("{cost:?}")
    };
    let items: Vec<_> = items
        .iter()
        .map(|item| (item.what.as_str(), item.amount))
        .collect();
    assert_eq!(
        items,
        [
            ("override of pty_dustin", usd(5_000)),
            ("own of pty_moses", usd(25_000))
        ]
    );
    // From the activation through the last day of support: twelve months, an expense at once under the expedient.
    let view = View {
        as_of: day("2017-12-31"),
        known_at: DateTime::<Utc>::MAX_UTC,
        book: Book::Asc606,
    };
    let figures = project_costs(&plain, &[], &BTreeMap::new(), &view).unwrap();
    let period = Period::months(day("2017-03-20"), 12).unwrap();
    assert_eq!(figures.treatments[0].amortisation, Some(period));
    assert_eq!(figures.treatments[0].capitalised, usd(30_000));

    let renewal = AnticipatedRenewal {
        commission: RenewalCommission::Judged { commensurate: false },
        life: Some(RenewedLife::AddsMonths(24)),
    };
    let renewed = project_costs(
        &costs(&statements(false), Some(&renewal)),
        &[],
        &BTreeMap::new(),
        &view,
    )
    .unwrap();
    assert_eq!(renewed.treatments[0].months, Some(36));

    // A half that is taken back later lowers the cost of the quarter in which the deal counted.
    let back = project_costs(&costs(&statements(true), None), &[], &BTreeMap::new(), &view).unwrap();
    assert_eq!(back.treatments[0].capitalised, usd(17_500));

    let nothing = Contract::default();
    refused(
        commissions_to_contract_costs(&nothing, seller(), &[], &policy, None),
        "missing",
        "contract  has no terms, which contract costs needs",
    );
}

// Invoice to receivables and to revenue.

#[test]
fn an_invoice_opens_an_item_over_its_gross_and_is_billed_net() {
    let invoice = licence_invoice("INV");
    let (account, command) = invoice_to_open_item(&invoice).unwrap();
    assert_eq!(account.as_str(), "rca_acme");
    let open = AccountCommand::OpenItem {
        number: number("INV-2017-000007"),
        issue_date: day("2017-03-12"),
        due_date: day("2017-04-11"),
        total: usd(433_000),
    };
    assert_eq!(command, open);
    let billed = RevenueCommand::new(day("2017-03-12"), Fact::billed("INV-2017-000007", usd(400_000)));
    assert_eq!(invoice_to_revenue(&invoice), billed);
}

#[test]
fn a_credit_note_takes_both_back() {
    let on = day("2017-04-02");
    let note = licence_invoice("INV").credit_note("Order number missing");
    let note = issued(note.unwrap(), "CRN", on);
    let (account, command) = invoice_to_open_item(&note).unwrap();
    assert_eq!(account.as_str(), "rca_acme");
    let credit = AccountCommand::ReceiveCredit {
        credit: number("CRN-2017-000007"),
        date: on,
        amount: usd(433_000),
        against: number("INV-2017-000007"),
    };
    assert_eq!(command, credit);
    let given_back = RevenueCommand::new(on, Fact::billed("CRN-2017-000007", usd(-400_000)));
    assert_eq!(invoice_to_revenue(&note), given_back);
}

#[test]
fn a_number_that_receivables_cannot_keep_is_refused() {
    // A series may be called so; the number of a document that a customer quotes has no outer blanks.
    refused(
        invoice_to_open_item(&licence_invoice(" INV")),
        "unfit",
        "invoice  INV-2017-000007, number: ",
    );
}

// The whole chain.

/// What is sold, and how it is supplied and billed.
#[derive(Debug, Clone)]
struct Sale {
    currency: Currency,
    list: u32,
    licence_percent: u32,
    value: Option<i64>,
    start: NaiveDate,
    service_months: u32,
    bill_every_months: u32,
    licence_alone: i64,
    support_alone: i64,
}

prop_compose! {
    fn any_sale()(
        currency in prop::sample::select(vec!["USD", "JPY", "KWD"]),
        list in 1_u32..2_000_000,
        licence_percent in 1_u32..=99,
        value in prop::option::weighted(0.9, prop_oneof![1 => Just(0), 2 => 0_i64..100, 9 => 0_i64..6_000_000]),
        start in 0_u64..3_000,
        service_months in 1_u32..=36,
        bill_every_months in 1_u32..=14,
        licence_alone in 0_i64..3_000_000,
        support_alone in 1_i64..3_000_000,
    ) -> Sale {
        Sale {
            currency: currency.parse().unwrap(),
            list,
            licence_percent,
            value,
            start: day("2016-01-01") + Days::new(start),
            service_months,
            bill_every_months,
            licence_alone,
            support_alone,
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    /// What is quoted is ordered, agreed, billed, recognised and credited: once, and to the last minor unit.
    #[test]
    fn no_room_gains_or_loses_a_cent(sale in any_sale()) {
        let currency = sale.currency;
        let money = |units| Money::from_minor(units, currency).unwrap();
        let draft = drafted(&won(sale.value.map(money))).unwrap();
        let quote = accepted(&draft, &engine(currency, sale.list, sale.licence_percent));
        let priced = quote.latest().unwrap().priced().unwrap();
        let net = priced.net_total();
        if let Some(value) = sale.value {
            prop_assert_eq!(net, money(value));
        }

        let terms = quote_to_order(&quote, order_id(), kind(sale.service_months)).unwrap();
        let order = delivered(confirmed(terms, sale.start), sale.start, |_| true);
        prop_assert_eq!(order.net(), Some(net));

        let contract = order_to_contract(&order, contract_id(), 30, sale.bill_every_months).unwrap();
        let contract = activated(&contract);
        prop_assert_eq!(contract.net(), Some(net));

        let account = contract_to_billing(&contract, seller(), product, west).unwrap();
        let policy = BillingPolicy::en16931();
        let schedule = BillingSchedule::new(account, &policy).unwrap();
        let charges = schedule.charges().iter().map(|charge| &charge.net);
        prop_assert_eq!(sum(charges, currency), net);

        let standalone = |item: &ContractItem| match item.supply {
            ItemKind::OneTime { .. } => money(sale.licence_alone),
            _ => money(sale.support_alone),
        };
        let standard = RevenuePolicy::standard();
        let mut commands = contract_to_revenue(&contract, seller(), sale.start, &standard, standalone).unwrap();
        let last = contract.last_day().unwrap();
        let (mut open, mut gross) = (Vec::new(), Vec::new());
        let drafts = bill_run([&schedule], &BillingLog::new(), last, &rates(), &policy).unwrap();
        for (index, draft) in drafts.into_iter().enumerate() {
            let date = draft.document().tax_point;
            let invoice = issued(draft, &format!("S{index}"), date);
            let (_, command) = invoice_to_open_item(&invoice).unwrap();
            let AccountCommand::OpenItem { total, .. } = command else {
                panic!("{command:?}");
            };
            let totals = invoice.invoice.totals();
            open.push(total);
            gross.extend([totals.net, totals.tax]);
            commands.push(invoice_to_revenue(&invoice));
        }
        prop_assert_eq!(sum(&open, currency), sum(&gross, currency));

        let recorded_at: DateTime<Utc> = DateTime::default();
        let mut revenue = RevenueContract::default();
        for (sequence, command) in (1..).zip(&commands) {
            revenue = tell(revenue, command, &RevenueContext { recorded_at, sequence });
        }
        let view = View { as_of: last, known_at: recorded_at, book: Book::Asc606 };
        let figures = project(revenue.facts(), &view).unwrap();
        prop_assert_eq!(figures.transaction_price, net);
        let allocated = figures.obligations.iter().map(|obligation| &obligation.allocated);
        prop_assert_eq!(sum(allocated, currency), net);
        prop_assert_eq!(figures.billed(), net);
        prop_assert_eq!(figures.recognised(), net);

        let deal = contract_to_commissions(&contract, party("moses"), None, product).unwrap();
        prop_assert_eq!(sum(deal.parts.values(), currency), net);
    }
}
