//! `price_selection`: which price record holds, in the requested unit of measure.

use std::collections::BTreeMap;

use l2c_calendar::Moment;
use l2c_money::{Currency, Decimal, Exact, Percent, Unit};
use l2c_pricing::{
    ExchangeRates, FormulaDocument, ListPrice, PriceBookDocument, PriceBooks, PriceBooksDocument, PriceEntry,
    PriceEntryDocument, PriceQuery, PricingError, SelectionDocument, SoldIn, Strategy, Ties, UnitFactors,
};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::given::{Number, RoundingObject, Stop, answer, read, stated};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Given {
    currency: Currency,
    strategy: StrategyName,
    books: Vec<Book>,
    book: String,
    list_price: Option<List>,
    #[serde(default)]
    uoms: BTreeMap<String, Number>,
    #[serde(default)]
    fx_rates: Vec<Rate>,
    #[serde(default)]
    zero_is_no_price: bool,
    #[serde(default)]
    tie: Tie,
    #[serde(default)]
    specificity: Vec<String>,
    #[serde(default)]
    accesses: Vec<Vec<String>>,
    requests: Vec<Request>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum StrategyName {
    Specificity,
    AccessSequence,
    Priority,
    BestPrice,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Tie {
    #[default]
    Newest,
    Error,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct List {
    amount: Number,
    uom: Option<String>,
    currency: Option<Currency>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Rate {
    from: Currency,
    to: Currency,
    rate: Number,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Book {
    id: String,
    currency: Option<Currency>,
    records: Vec<Record>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Record {
    id: String,
    #[serde(default, rename = "match")]
    scope: BTreeMap<String, Value>,
    min_quantity: Option<Number>,
    max_quantity: Option<Number>,
    valid_from: Option<Moment>,
    valid_to: Option<Moment>,
    when_uom: Option<String>,
    #[serde(default)]
    priority: i64,
    uom: Option<String>,
    unit_price: Option<Number>,
    base_book: Option<String>,
    discount_percent: Option<Number>,
    rounding: Option<RoundingObject>,
    surcharge: Option<Number>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Request {
    #[serde(default)]
    attributes: BTreeMap<String, Value>,
    quantity: Option<Number>,
    uom: Option<String>,
    at: Option<Moment>,
}

/// The names of units as units of the library: any that are different. The stock unit is the one that holds 1 of
/// itself.
struct Units<'a> {
    named: BTreeMap<&'a str, Unit>,
    stock: Unit,
}

impl<'a> Units<'a> {
    fn new(given: &'a Given) -> Self {
        let of_records = given.books.iter().flat_map(|book| &book.records);
        let names = of_records.flat_map(|record| [&record.uom, &record.when_uom]);
        let names = names.chain(given.requests.iter().map(|request| &request.uom));
        let names = names.chain(given.list_price.iter().map(|list| &list.uom));
        let mut all: Vec<&str> = names
            .flatten()
            .chain(given.uoms.keys())
            .map(String::as_str)
            .collect();
        all.sort_unstable();
        all.dedup();
        let others = Unit::all().filter(|unit| *unit != Unit::ONE);
        let named: BTreeMap<&str, Unit> = all.into_iter().zip(others).collect();
        let stock = given.uoms.iter().find(|(_, factor)| factor.0 == Exact::ONE);
        let stock = stock.and_then(|(name, _)| named.get(name.as_str()).copied());
        Self {
            named,
            stock: stock.unwrap_or(Unit::ONE),
        }
    }

    fn of(&self, name: Option<&String>) -> Unit {
        name.and_then(|name| self.named.get(name.as_str()).copied())
            .unwrap_or(self.stock)
    }

    fn factors(&self, given: &Given) -> Result<UnitFactors, Stop> {
        let refused = |error: PricingError| Stop::Refused(error.code());
        let mut factors = UnitFactors::new().with(self.stock, Exact::ONE).map_err(refused)?;
        for (name, factor) in &given.uoms {
            factors = factors
                .with(self.of(Some(name)), factor.0.clone())
                .map_err(refused)?;
        }
        Ok(factors)
    }
}

pub(crate) fn price_selection(given: &Value) -> Result<Value, String> {
    let run = || {
        let given: Given = read(given)?;
        let units = Units::new(&given);
        let books = books(&given, &units)?;
        if books.book(&given.book).is_none() {
            return Err(Stop::Refused("unknown_book"));
        }
        let factors = units.factors(&given)?;
        let rates = given
            .fx_rates
            .iter()
            .enumerate()
            .fold(ExchangeRates::new(), |rates, (index, rate)| {
                rates.with(
                    format!("fx_rates[{index}]"),
                    rate.from,
                    rate.to,
                    rate.rate.0.clone(),
                )
            });
        let list_price = given.list_price.as_ref().map(|list| ListPrice {
            amount: list.amount.0.clone(),
            currency: list.currency.unwrap_or(given.currency),
            unit: units.of(list.uom.as_ref()),
        });
        let mut results = Vec::new();
        for request in &given.requests {
            let attributes = texts(&request.attributes);
            let query = PriceQuery {
                attributes: attributes
                    .iter()
                    .map(|(name, value)| (name.as_str(), value.as_str()))
                    .collect(),
                quantity: request
                    .quantity
                    .as_ref()
                    .map_or(Exact::ONE, |quantity| quantity.0.clone()),
                unit: units.of(request.uom.as_ref()),
                at: request.at,
                known_at: None,
                list_price: list_price.clone(),
                units: Some(&factors),
                rates: Some(&rates),
            };
            results.push(match books.price(&given.book, &query) {
                Err(error) => json!({ "error": error.code() }),
                Ok(found) => json!({
                    "record": found.entry.and_then(|entry| record_id(&given, entry)),
                    "unit_price": stated(&found.unit_price),
                }),
            });
        }
        Ok(json!({ "results": results }))
    };
    answer(run())
}

fn books(given: &Given, units: &Units<'_>) -> Result<PriceBooks, Stop> {
    let strategy = match given.strategy {
        StrategyName::Specificity => Strategy::Specificity {
            attributes: given.specificity.clone(),
        },
        StrategyName::AccessSequence => Strategy::AccessSequence {
            accesses: given.accesses.clone(),
        },
        StrategyName::Priority => Strategy::Priority,
        StrategyName::BestPrice => Strategy::BestPrice,
    };
    let ties = match (given.strategy, &given.tie) {
        (StrategyName::Specificity, Tie::Newest) => Ties::Newest,
        _ => Ties::Ambiguous,
    };
    let mut books = Vec::new();
    for book in &given.books {
        let records = book.records.iter().enumerate();
        let entries = records
            .map(|(position, record)| entry(position, record, units))
            .collect::<Result<_, _>>()?;
        books.push(PriceBookDocument {
            id: book.id.clone(),
            version: 1,
            currency: book.currency.unwrap_or(given.currency),
            entries,
        });
    }
    let document = PriceBooksDocument {
        selection: SelectionDocument {
            strategy,
            ties,
            zero_is_no_price: given.zero_is_no_price,
        },
        books,
    };
    PriceBooks::new(&document).map_err(|faults| Stop::Refused(faults.code()))
}

fn entry(position: usize, record: &Record, units: &Units<'_>) -> Result<PriceEntryDocument, Stop> {
    let decimal = |number: &Option<Number>| -> Result<Option<Decimal>, Stop> {
        let decimal = number.as_ref().map(|number| number.0.to_decimal());
        decimal.transpose().map_err(|_| Stop::MALFORMED)
    };
    let formula = if record.unit_price.is_some() {
        None
    } else {
        let percent = decimal(&record.discount_percent)?.map(Percent::new);
        Some(FormulaDocument {
            base_book: record.base_book.clone(),
            minus_percent: percent.transpose().map_err(|_| Stop::MALFORMED)?,
            rounding: record.rounding.as_ref().map(RoundingObject::policy).transpose()?,
            plus: decimal(&record.surcharge)?,
            ..FormulaDocument::default()
        })
    };
    Ok(PriceEntryDocument {
        // The page lets two records have one id.
        id: Some(position.to_string()),
        scope: texts(&record.scope),
        price: decimal(&record.unit_price)?,
        formula,
        unit: units.of(record.uom.as_ref()),
        sold_in: Some(
            record
                .when_uom
                .as_ref()
                .map_or(SoldIn::Any, |name| SoldIn::Only(units.of(Some(name)))),
        ),
        min_quantity: decimal(&record.min_quantity)?,
        max_quantity: decimal(&record.max_quantity)?,
        priority: record.priority,
        valid_from: record.valid_from,
        valid_until: record.valid_to,
        ..PriceEntryDocument::default()
    })
}

/// The id of a record by the place that stands for it.
fn record_id<'a>(given: &'a Given, entry: &PriceEntry) -> Option<&'a str> {
    let book = given.books.iter().find(|book| book.id == given.book)?;
    let position: usize = entry.id.as_ref()?.parse().ok()?;
    Some(&book.records.get(position)?.id)
}

/// Values as texts that are equal where the values are.
fn texts(values: &BTreeMap<String, Value>) -> BTreeMap<String, String> {
    values
        .iter()
        .map(|(name, value)| (name.clone(), value.to_string()))
        .collect()
}
