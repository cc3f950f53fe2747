//! `quote_lifecycle`: quotes of one house, told what to do one after the other.

mod document;
mod shop;
mod taken_in;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::NaiveDate;
use l2c_host::{Decider, PartyId};
use l2c_money::{Currency, Exact, Money, Quantity, Unit};
use l2c_pricing::{Engine, PriceRequest, ProductId, RequestLine};
use l2c_quotes::{
    Actor, ApprovalPolicy, ApprovalPolicyDocument, DraftPrices, LateAcceptance, LineEdit, Quote,
    QuoteCommand, QuoteContext, QuoteId, QuotePolicy, QuoteRefusal, QuoteStatus, QuoteTerms, QuoteVersion,
    Siblings, expiry_due,
};
use serde_json::{Map, Value, json};

use self::document::{Command, Given, Line, chosen, merged};
use self::shop::engine;
use crate::given::{Number, Stop, answer, read, stated};

/// `quote_lifecycle`.
pub(crate) fn quote_lifecycle(given: &Value) -> Result<Value, String> {
    let run = || {
        let given: Given = read(given)?;
        let mut house = House::new(&given)?;
        for quote in &given.quotes {
            house.take_in(quote)?;
        }
        let mut after = Vec::new();
        for command in &given.commands {
            after.push(house.tell(command)?);
        }
        let mut quotes = Map::new();
        for held in &house.quotes {
            let versions: Result<Vec<Value>, Stop> = held
                .quote
                .versions()
                .map(|v| house.shown(v).map(Value::from))
                .collect();
            quotes.insert(held.name.clone(), Value::from(versions?));
        }
        Ok(json!({"after": after, "quotes": quotes}))
    };
    answer(run())
}

struct House {
    currency: Currency,
    prices: BTreeMap<String, Number>,
    /// Every product that a line names, by position.
    products: Vec<String>,
    engine: Arc<Engine>,
    /// What the case asks for, nothing, and an approval of everything.
    asking: Arc<ApprovalPolicy>,
    free: Arc<ApprovalPolicy>,
    strict: Arc<ApprovalPolicy>,
    policy: QuotePolicy,
    quotes: Vec<Held>,
}

struct Held {
    name: String,
    quote: Quote,
    /// The lines of the latest version as they were written.
    lines: Vec<Line>,
}

fn unexpected(error: impl std::fmt::Display) -> Stop {
    Stop::Unknown(error.to_string())
}

fn wanted<T>(value: Option<T>) -> Result<T, Stop> {
    value.ok_or(Stop::MALFORMED)
}

/// What is not priced by the catalogue.
const OWN: &str = "prd_own";

impl House {
    fn new(given: &Given) -> Result<Self, Stop> {
        let lines = given.quotes.iter().flat_map(|quote| &quote.lines);
        let edited = given
            .commands
            .iter()
            .filter_map(|command| command.lines.as_ref())
            .flatten();
        let named = lines.chain(edited).filter_map(|line| line.product.clone());
        let products: BTreeSet<String> = named.chain(given.catalogue.keys().cloned()).collect();
        let products: Vec<String> = products.into_iter().collect();
        let approvals = |rules: Value| {
            let document = json!({"id": "approvals", "version": 1, "currency": given.currency, "repeat": "when_worse",
                "facts": {"discount": "number"}, "rules": rules});
            let document: ApprovalPolicyDocument = serde_json::from_value(document).map_err(unexpected)?;
            ApprovalPolicy::new(&document).map(Arc::new).map_err(unexpected)
        };
        let asking = match &given.policy.approval_over_percent {
            None => json!([]),
            Some(over) => json!([{"id": "discount", "reason": "discount", "approvers": ["approver"],
                "any_line": {"fact": "discount", "gt": over.0}}]),
        };
        let accept_expired = given.policy.accept_expired.unwrap_or(false);
        Ok(Self {
            currency: given.currency,
            prices: given.catalogue.clone(),
            engine: engine(given.currency, &products, &given.catalogue)?,
            products,
            asking: approvals(asking)?,
            free: approvals(json!([]))?,
            strict: approvals(json!([{"id": "given", "reason": "given", "approvers": ["approver"]}]))?,
            policy: QuotePolicy {
                draft_prices: DraftPrices::Live,
                late_acceptance: match accept_expired {
                    true => LateAcceptance::RecordOverride,
                    false => LateAcceptance::Refuse,
                },
                siblings: Siblings::Abandon,
            },
            quotes: Vec::new(),
        })
    }

    /// Somebody who may approve, and is not who submits.
    fn context(
        &self,
        who: &str,
        on: Option<NaiveDate>,
        approvals: &Arc<ApprovalPolicy>,
    ) -> Result<QuoteContext, Stop> {
        Ok(QuoteContext {
            today: on.unwrap_or(NaiveDate::MIN),
            actor: Actor::new(PartyId::from_key(who).map_err(unexpected)?, [who]),
            engine: Arc::clone(&self.engine),
            approvals: Arc::clone(approvals),
            policy: self.policy,
        })
    }

    fn line(&self, line: &Line) -> Result<RequestLine, Stop> {
        let position = |name: &String| self.products.iter().position(|known| known == name);
        let product = match (&line.unit_price, line.product.as_ref().and_then(position)) {
            (None, Some(position)) => ProductId::from_key(&position.to_string()),
            (None, None) => return Err(Stop::MALFORMED),
            (Some(_), _) => ProductId::new(OWN),
        };
        let quantity = line
            .quantity
            .as_ref()
            .map_or(Exact::ONE, |quantity| quantity.0.clone());
        let quantity =
            Quantity::new(quantity.to_decimal().map_err(unexpected)?, Unit::ONE).map_err(unexpected)?;
        let mut request = RequestLine::new(line.id.clone(), product.map_err(unexpected)?, quantity);
        let discount = line
            .discount_percent
            .as_ref()
            .map_or(Exact::ZERO, |discount| discount.0.clone());
        request.inputs.insert("discount".to_owned(), discount);
        if let Some(price) = &line.unit_price {
            request.inputs.insert("unit_price".to_owned(), price.0.clone());
        }
        Ok(request)
    }

    fn terms(&self, lines: &[Line], valid_until: Option<NaiveDate>) -> Result<QuoteTerms, Stop> {
        let requested: Result<Vec<RequestLine>, Stop> = lines.iter().map(|line| self.line(line)).collect();
        let request = PriceRequest::new(NaiveDate::MIN, requested?);
        let mut terms = QuoteTerms::new(request, valid_until.unwrap_or(NaiveDate::MAX));
        let optional = lines
            .iter()
            .filter_map(|line| Some((line.id.clone(), chosen(line)?)));
        terms.optional = optional.collect();
        Ok(terms)
    }

    fn tell(&mut self, command: &Command) -> Result<Value, Stop> {
        match command.name.as_str() {
            "change_price" => {
                let (product, price) = (
                    wanted(command.product.clone())?,
                    wanted(command.unit_price.clone())?,
                );
                self.prices.insert(product.clone(), price);
                if !self.products.contains(&product) {
                    self.products.push(product);
                }
                self.engine = engine(self.currency, &self.products, &self.prices)?;
                Ok(json!({}))
            }
            "expire_due" => {
                let on = wanted(command.on)?;
                let due: Vec<QuoteId> = expiry_due(self.quotes.iter().map(|held| &held.quote), on)
                    .into_iter()
                    .cloned()
                    .collect();
                let context = self.context("seller", Some(on), &self.asking)?;
                let mut expired = Vec::new();
                for held in self
                    .quotes
                    .iter_mut()
                    .filter(|held| held.quote.id().is_some_and(|id| due.contains(id)))
                {
                    decide(&mut held.quote, &QuoteCommand::Expire, &context).map_err(unexpected)?;
                    expired.push(held.name.clone());
                }
                Ok(json!({ "expired": expired }))
            }
            _ => self.tell_one(command),
        }
    }

    /// A command on one quote.
    fn tell_one(&mut self, command: &Command) -> Result<Value, Stop> {
        let name = wanted(command.quote.as_ref())?;
        let Some(position) = self.quotes.iter().position(|held| held.name == *name) else {
            return Ok(json!({"error": "unknown_quote"}));
        };
        let Some(held) = self.quotes.get(position) else {
            return Err(Stop::MALFORMED);
        };
        if let Some(Err(refusal)) = command
            .version
            .map(|version| held.quote.check_version(u32::try_from(version).unwrap_or(0)))
        {
            return Ok(json!({ "error": code(&refusal) }));
        }
        let latest = held.quote.latest().map_or(1, QuoteVersion::number);
        // The validity is looked at when the customer answers, and by the run that lets quotes expire.
        let mut context = self.context("seller", None, &self.asking)?;
        let mut lines = held.lines.clone();
        let what = match command.name.as_str() {
            "submit" => QuoteCommand::Submit,
            "approve" | "reject" => {
                context = self.context("approver", None, &self.asking)?;
                match command.name.as_str() {
                    "approve" => QuoteCommand::Approve { comment: None },
                    _ => QuoteCommand::Reject {
                        reason: String::new(),
                    },
                }
            }
            "recall" => QuoteCommand::Recall,
            "reopen" => QuoteCommand::Reopen,
            "present" => QuoteCommand::Present,
            "decline" => QuoteCommand::Decline {
                version: latest,
                reason: None,
            },
            "withdraw" => QuoteCommand::Withdraw,
            "order" => QuoteCommand::Order {
                order: "order".to_owned(),
            },
            "accept" => {
                context.today = command.on.unwrap_or(NaiveDate::MIN);
                let (version, selected) = (latest, command.selected.clone());
                QuoteCommand::Accept {
                    version,
                    reference: None,
                    alternative: None,
                    selected,
                }
            }
            "edit" => {
                let mut edits = Vec::new();
                for change in command.lines.iter().flatten() {
                    let changed = merged(&mut lines, change);
                    // A line that there is not has nothing to price; the library refuses it by its id.
                    let line = match self.line(&changed) {
                        Ok(line) => line,
                        Err(_) => RequestLine::new(
                            changed.id.clone(),
                            ProductId::new(OWN).map_err(unexpected)?,
                            Quantity::pieces(1),
                        ),
                    };
                    let optional = chosen(&changed);
                    edits.push(LineEdit::Replace { line, optional });
                }
                let valid_until = command.valid_until;
                QuoteCommand::EditLines { edits, valid_until }
            }
            "revise" => {
                let mut terms = wanted(held.quote.latest())?.terms().clone();
                terms.valid_until = command.valid_until.unwrap_or(terms.valid_until);
                QuoteCommand::Revise { terms }
            }
            other => return Err(Stop::Unknown(format!("unknown command `{other}`"))),
        };
        let mut quote = held.quote.clone();
        if let Err(refusal) = decide(&mut quote, &what, &context) {
            return Ok(json!({ "error": code(&refusal) }));
        }
        let abandoned = match &what {
            QuoteCommand::Accept { .. } => self.close_siblings(&quote, &context)?,
            _ => Vec::new(),
        };
        let version = wanted(quote.latest())?;
        let mut shown = self.shown(version)?;
        if !abandoned.is_empty() {
            shown.insert("abandoned".to_owned(), json!(abandoned));
        }
        if version
            .acceptance()
            .is_some_and(|acceptance| acceptance.after_expiry)
            && command.name == "accept"
        {
            shown.insert("override".to_owned(), json!(true));
        }
        if command.name == "order" {
            let lines = version.lines();
            let lines = lines.iter().map(|line| {
                let unit_price = line.unit_price.as_ref().map(stated);
                json!({"id": line.request_line, "quantity": stated(&line.quantity.exact()), "unit_price": unit_price})
            });
            let lines: Vec<Value> = lines.collect();
            shown.insert("order_lines".to_owned(), json!(lines));
            let total = shown.get("total").cloned();
            shown.insert("order_total".to_owned(), json!(total));
        }
        if let Some(held) = self.quotes.get_mut(position) {
            held.quote = quote;
            held.lines = lines;
        }
        Ok(Value::from(shown))
    }

    fn close_siblings(&mut self, accepted: &Quote, context: &QuoteContext) -> Result<Vec<String>, Stop> {
        let commands = self
            .policy
            .closes_siblings(accepted, self.quotes.iter().map(|held| &held.quote));
        let mut abandoned = Vec::new();
        for (id, command) in commands {
            if let Some(held) = self.quotes.iter_mut().find(|held| held.quote.id() == Some(&id)) {
                decide(&mut held.quote, &command, context).map_err(unexpected)?;
                abandoned.push(held.name.clone());
            }
        }
        Ok(abandoned)
    }

    fn shown(&self, version: &QuoteVersion) -> Result<Map<String, Value>, Stop> {
        let zero = Money::zero(self.currency);
        let total = match version.live(&self.engine) {
            Ok(Some(priced)) => Some(version.total_of(&priced).map_err(unexpected)?),
            Ok(None) if !version.terms().request.lines.is_empty() => None,
            Ok(None) => Some(zero),
            Err(error) => match error.code() {
                "no_price" => None,
                "empty_request" => Some(zero),
                _ => return Err(unexpected(error)),
            },
        };
        let status = match version.status() {
            QuoteStatus::Rejected => "rejected_internal".to_owned(),
            status => status.to_string(),
        };
        let total = total.map(|total| stated(&total.exact()));
        let shown = [
            ("version", json!(version.number())),
            ("status", json!(status)),
            ("total", json!(total)),
        ];
        Ok(shown
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value))
            .collect())
    }
}

fn decide(quote: &mut Quote, command: &QuoteCommand, context: &QuoteContext) -> Result<(), QuoteRefusal> {
    let events = quote.decide(command, context)?;
    *quote = events.iter().fold(quote.clone(), Quote::evolve);
    Ok(())
}

fn code(refusal: &QuoteRefusal) -> &'static str {
    match refusal.code() {
        "empty_request" => "empty_quote",
        code => code,
    }
}
