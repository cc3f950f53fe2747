//! A small shop with its people, for the tests of quotes.

use std::sync::{Arc, LazyLock};

use chrono::NaiveDate;
use l2c_host::{Decider, PartyId, PartyRoles};
use l2c_money::{Currency, Money, Quantity};
use l2c_pricing::{Catalogue, Engine, PriceBook, PriceRequest, ProductId, RequestLine, Waterfall};
use l2c_quotes::{
    Actor, ApprovalPolicy, Quote, QuoteCommand, QuoteContext, QuoteEvent, QuoteId, QuotePolicy, QuoteRefusal,
    QuoteTerms,
};

pub const APPROVALS: &str = r#"{"id": "approvals", "version": 5, "currency": "USD", "rules": [
    {"id": "discount", "reason": "More than 10 % off list",
     "when": {"fact": "discount_percent", "gt": "10"}, "approvers": ["manager", "director"]},
    {"id": "floor", "reason": "Below the price floor",
     "when": {"fact": "floor_violations", "gt": "0"}, "approvers": ["finance"]},
    {"id": "surcharge", "reason": "More than 50 % above list",
     "when": {"fact": "discount_percent", "lt": "-50"}, "approvers": ["manager"]}]}"#;

pub fn approvals(json: &str) -> ApprovalPolicy {
    ApprovalPolicy::new(&serde_json::from_str(json).unwrap()).unwrap()
}

pub fn engine() -> Engine {
    let catalogue = r#"{"id": "catalogue", "version": 3, "products": [
        {"id": "prd_GTXPro", "name": "GTX Pro", "components": [
            {"id": "licence", "name": "Licence", "share_of_list": "80"},
            {"id": "support", "name": "Support, 12 months", "share_of_list": "20"}]},
        {"id": "prd_Mug", "name": "Mug"}]}"#;
    let book = r#"{"id": "list-usd", "version": 2, "currency": "USD", "entries": [
        {"product": "prd_GTXPro", "price": "1000", "floor": "600"}, {"product": "prd_Mug", "price": "10"}]}"#;
    let waterfall = r#"{"id": "standard", "version": 1, "steps": [
        {"op": "negotiated", "id": "negotiated", "label": "Negotiated"}]}"#;
    Engine::new(
        Catalogue::new(&serde_json::from_str(catalogue).unwrap()).unwrap(),
        PriceBook::new(&serde_json::from_str(book).unwrap()).unwrap(),
        Waterfall::new(&serde_json::from_str(waterfall).unwrap()).unwrap(),
    )
    .unwrap()
}

pub fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

pub fn party(key: &str) -> PartyId {
    PartyId::from_key(key).unwrap()
}

/// One GTX Pro of 1000 USD at a total in dollars, valid in March.
pub fn terms(total: i64) -> QuoteTerms {
    let line = RequestLine::new("1", ProductId::from_key("GTXPro").unwrap(), Quantity::pieces(1));
    let target = Money::from_minor(total * 100, Currency::USD).unwrap();
    let request = PriceRequest::new(day("2017-03-05"), vec![line]).with_target(target);
    QuoteTerms::new(request, day("2017-03-31"))
}

pub fn draft(total: i64) -> QuoteCommand {
    let (id, parties) = (QuoteId::from_key("7").unwrap(), PartyRoles::new(party("acme")));
    QuoteCommand::Draft {
        id,
        parties,
        opportunity: Some("opp_7".into()),
        terms: terms(total),
    }
}

static ENGINE: LazyLock<Arc<Engine>> = LazyLock::new(|| Arc::new(engine()));
static POLICY: LazyLock<Arc<ApprovalPolicy>> = LazyLock::new(|| Arc::new(approvals(APPROVALS)));

/// Somebody with the role of their name; `all` has every role.
pub fn context(who: &str, today: &str) -> QuoteContext {
    let roles = if who == "all" {
        vec!["manager", "director", "finance"]
    } else {
        vec![who]
    };
    let (engine, approvals) = (Arc::clone(&ENGINE), Arc::clone(&POLICY));
    QuoteContext {
        today: day(today),
        actor: Actor::new(party(who), roles),
        engine,
        approvals,
        policy: QuotePolicy::default(),
    }
}

/// A quote with its history.
#[derive(Default, Clone)]
pub struct Told {
    pub quote: Quote,
    pub events: Vec<QuoteEvent>,
}

impl Told {
    pub fn on(&mut self, context: &QuoteContext, command: &QuoteCommand) -> Result<usize, QuoteRefusal> {
        let events = self.quote.decide(command, context)?;
        self.quote = events
            .iter()
            .fold(self.quote.clone(), |quote, event| quote.evolve(event));
        self.events.extend(events.iter().cloned());
        assert_eq!(Quote::replay(&self.events), self.quote);
        Ok(events.len())
    }

    /// In the middle of March.
    pub fn by(&mut self, who: &str, command: &QuoteCommand) -> Result<usize, QuoteRefusal> {
        self.on(&context(who, "2017-03-15"), command)
    }

    pub fn names(&self) -> Vec<&'static str> {
        self.events.iter().map(|event| event.what.name()).collect()
    }
}
