//! The laws of price books, and a linear search beside them.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    missing_docs
)]

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use l2c_calendar::Moment;
use l2c_money::{Currency, Decimal, Exact, Unit};
use l2c_pricing::{
    PriceBookDocument, PriceBooks, PriceBooksDocument, PriceEntryDocument, PriceQuery, SelectionDocument,
    Standing, Strategy as By, Ties, UnitFactors,
};
use proptest::prelude::*;

fn day(offset: i64) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 1, 1).unwrap() + TimeDelta::days(offset)
}

fn instant(offset: i64) -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::days(offset)
}

fn entry() -> impl Strategy<Value = PriceEntryDocument> {
    let scope = prop::collection::btree_map(
        prop::sample::select(vec!["customer", "segment", "product"]).prop_map(str::to_owned),
        prop::sample::select(vec!["x", "y"]).prop_map(str::to_owned),
        0..3,
    );
    let quantity = (prop::option::of(0_i64..6), prop::option::of(0_i64..4));
    let days = (prop::option::of(0_i64..6), prop::option::of(0_i64..4));
    let known = (prop::option::of(0_i64..6), prop::option::of(1_i64..4));
    (scope, 1_i64..100, quantity, days, known, 0_i64..3).prop_map(
        |(scope, price, quantity, days, known, priority)| {
            let end =
                |(from, length): (Option<i64>, Option<i64>)| length.map(|length| from.unwrap_or(0) + length);
            PriceEntryDocument {
                scope,
                price: Some(Decimal::from(price)),
                min_quantity: quantity.0.map(Decimal::from),
                max_quantity: end(quantity).map(Decimal::from),
                valid_from: days.0.map(|from| Moment::Day(day(from))),
                valid_until: end(days).map(|until| Moment::Day(day(until))),
                known_from: known.0.map(instant),
                known_until: end(known).map(instant),
                priority,
                ..PriceEntryDocument::default()
            }
        },
    )
}

fn strategy() -> impl Strategy<Value = By> {
    let name = str::to_owned;
    prop_oneof![
        Just(By::Specificity {
            attributes: vec![name("customer"), name("segment"), name("product")]
        }),
        Just(By::AccessSequence {
            accesses: vec![
                vec![name("product"), name("customer")],
                vec![name("segment")],
                vec![name("product")],
                vec![]
            ]
        }),
        Just(By::Priority),
        Just(By::BestPrice),
    ]
}

#[derive(Debug, Clone)]
struct Request {
    attributes: BTreeMap<&'static str, &'static str>,
    quantity: i64,
    at: i64,
    known_at: Option<i64>,
}

fn request() -> impl Strategy<Value = Request> {
    let attributes = prop::collection::btree_map(
        prop::sample::select(vec!["customer", "segment", "product", "other"]),
        prop::sample::select(vec!["x", "y", "z"]),
        0..5,
    );
    (attributes, 0_i64..10, 0_i64..10, prop::option::of(0_i64..10)).prop_map(
        |(attributes, quantity, at, known_at)| Request {
            attributes,
            quantity,
            at,
            known_at,
        },
    )
}

impl Request {
    fn query(&self) -> PriceQuery<'_> {
        let at = Moment::Day(day(self.at));
        let mut query = PriceQuery::new(
            self.attributes.clone(),
            Exact::integer(self.quantity),
            Unit::ONE,
            at,
        );
        query.known_at = self.known_at.map(instant);
        query
    }

    /// Whether an entry holds, said as plainly as possible.
    fn meets(&self, entry: &PriceEntryDocument) -> bool {
        let at = Moment::Day(day(self.at));
        let quantity = Decimal::from(self.quantity);
        entry
            .scope
            .iter()
            .all(|(name, value)| self.attributes.get(name.as_str()) == Some(&value.as_str()))
            && entry.min_quantity.is_none_or(|min| min <= quantity)
            && entry.max_quantity.is_none_or(|max| quantity <= max)
            && entry.valid_from.is_none_or(|from| from.day() <= at.day())
            && entry.valid_until.is_none_or(|until| at.day() <= until.day())
            && match self.known_at.map(instant) {
                None => entry.known_until.is_none(),
                Some(known) => {
                    entry.known_from.is_none_or(|from| from <= known)
                        && entry.known_until.is_none_or(|until| known < until)
                }
            }
    }
}

fn books(strategy: &By, ties: Ties, entries: Vec<PriceEntryDocument>) -> PriceBooksDocument {
    PriceBooksDocument {
        selection: SelectionDocument {
            strategy: strategy.clone(),
            ties,
            zero_is_no_price: false,
        },
        books: vec![PriceBookDocument {
            id: "b".to_owned(),
            version: 1,
            currency: Currency::USD,
            entries,
        }],
    }
}

/// The prices that may be the answer: those of the entries that hold and that no other one goes before.
fn linear(strategy: &By, entries: &[PriceEntryDocument], request: &Request) -> Vec<Decimal> {
    let names = |entry: &PriceEntryDocument| entry.scope.keys().cloned().collect::<Vec<_>>();
    // The lowest is first.
    let rank = |entry: &PriceEntryDocument| -> Option<Vec<Decimal>> {
        Some(match strategy {
            By::Specificity { attributes } => {
                let lacks = attributes
                    .iter()
                    .map(|name| Decimal::from(u8::from(!entry.scope.contains_key(name))));
                lacks.chain([-entry.min_quantity.unwrap_or_default()]).collect()
            }
            By::AccessSequence { accesses } => {
                let sorted = |access: &Vec<String>| {
                    let mut access = access.clone();
                    access.sort();
                    access
                };
                let at = accesses
                    .iter()
                    .position(|access| sorted(access) == names(entry))?;
                vec![Decimal::from(at as u64)]
            }
            By::Priority => vec![Decimal::from(-entry.priority)],
            By::BestPrice => vec![entry.price.unwrap()],
        })
    };
    let holding: Vec<_> = entries
        .iter()
        .filter(|entry| request.meets(entry))
        .filter_map(|entry| Some((rank(entry)?, entry.price.unwrap())))
        .collect();
    let best = holding.iter().map(|(rank, _)| rank).min();
    holding
        .iter()
        .filter(|(rank, _)| Some(rank) == best)
        .map(|(_, price)| *price)
        .collect()
}

fn price(books: &PriceBooks, request: &Request) -> Result<Exact, &'static str> {
    let found = books.price("b", &request.query());
    found.map(|found| found.unit_price).map_err(|error| error.code())
}

proptest! {
    #[test]
    fn the_index_finds_what_a_linear_search_finds(
        by in strategy(),
        entries in prop::collection::vec(entry(), 0..12),
        request in request(),
    ) {
        let document = books(&by, Ties::Ambiguous, entries.clone());
        let built = PriceBooks::new(&document).unwrap();
        let expected = match linear(&by, &entries, &request).as_slice() {
            [] => Err("no_price"),
            [price] => Ok(Exact::from(*price)),
            [price, ..] if by == By::BestPrice => Ok(Exact::from(*price)),
            _ => Err("ambiguous_rules"),
        };
        prop_assert_eq!(price(&built, &request), expected.clone());
        let candidates = built.candidates("b", &request.query()).unwrap();
        let won = candidates.iter().filter(|candidate| candidate.standing == Standing::Won).count();
        prop_assert_eq!(won, usize::from(expected.is_ok()));
    }

    #[test]
    fn what_is_built_without_ties_never_ties(
        by in strategy(),
        entries in prop::collection::vec(entry(), 0..5),
        requests in prop::collection::vec(request(), 20),
    ) {
        // The other way round, a refusal names two entries that some request meets.
        if let Ok(built) = PriceBooks::new(&books(&by, Ties::Refused, entries)) {
            for request in &requests {
                prop_assert_ne!(price(&built, request), Err("ambiguous_rules"));
            }
        }
    }

    #[test]
    fn a_refused_pair_can_be_met(by in strategy(), entries in prop::collection::vec(entry(), 2..4)) {
        let Err(faults) = PriceBooks::new(&books(&by, Ties::Refused, entries.clone())) else { return Ok(()) };
        let built = PriceBooks::new(&books(&by, Ties::Ambiguous, entries.clone())).unwrap();
        for fault in faults.iter() {
            prop_assert_eq!(fault.code, "overlap");
        }
        // Some request meets two entries that tie: all attributes that do not contradict, every quantity, day, instant.
        let values = ["x", "y"];
        let met = (0..8).any(|choice: usize| {
            let attributes = ["customer", "segment", "product"].into_iter().enumerate();
            let attributes: BTreeMap<_, _> = attributes.map(|(bit, name)| (name, values[choice >> bit & 1])).collect();
            (0..11).any(|quantity| (0..11).any(|at| [None].into_iter().chain((0..11).map(Some)).any(|known_at| {
                let request = Request { attributes: attributes.clone(), quantity, at, known_at };
                // Two that tie, though a third may go before both.
                let tied = built.candidates("b", &request.query()).unwrap();
                let holding: Vec<_> = entries.iter().filter(|entry| request.meets(entry)).cloned().collect();
                tied.iter().any(|candidate| matches!(candidate.standing, Standing::Tied { .. }))
                    || (0..holding.len()).any(|a| (0..a).any(|b| {
                        linear(&by, &[holding[a].clone(), holding[b].clone()], &request).len() == 2
                    }))
            })))
        });
        prop_assert!(met, "{}", faults);
    }

    #[test]
    fn the_order_of_entries_changes_no_price(
        by in strategy(),
        (entries, shuffled) in prop::collection::vec(entry(), 0..8)
            .prop_flat_map(|entries| (Just(entries.clone()), Just(entries).prop_shuffle())),
        request in request(),
    ) {
        for ties in [Ties::Refused, Ties::Ambiguous] {
            let one = PriceBooks::new(&books(&by, ties, entries.clone()));
            let other = PriceBooks::new(&books(&by, ties, shuffled.clone()));
            prop_assert_eq!(one.is_ok(), other.is_ok());
            if let (Ok(one), Ok(other)) = (one, other) {
                prop_assert_eq!(price(&one, &request), price(&other, &request));
            }
        }
    }

    #[test]
    fn what_is_recorded_later_changes_no_earlier_answer(
        by in strategy(),
        entries in prop::collection::vec(entry(), 0..8),
        later in prop::collection::vec(entry(), 0..8),
        request in request(),
        now in 0_i64..10,
    ) {
        // Later than now: entries are added, and entries that stand are withdrawn.
        let known_now: Vec<_> = entries
            .into_iter()
            .map(|mut entry| {
                entry.known_from = entry.known_from.filter(|from| *from <= instant(now));
                entry.known_until = entry.known_until.filter(|until| *until <= instant(now));
                entry
            })
            .collect();
        let mut known_later = known_now.clone();
        for entry in &mut known_later {
            entry.known_until.get_or_insert(instant(now + 1));
        }
        known_later.extend(later.into_iter().map(|mut entry| {
            entry.known_from = Some(instant(now + 1));
            entry.known_until = None;
            entry
        }));
        let request = Request { known_at: Some(now), ..request };
        let before = PriceBooks::new(&books(&by, Ties::Ambiguous, known_now)).unwrap();
        let after = PriceBooks::new(&books(&by, Ties::Ambiguous, known_later)).unwrap();
        prop_assert_eq!(price(&before, &request), price(&after, &request));
    }

    #[test]
    fn a_dozen_costs_twelve_times_one(cents in 0_i64..1_000_000, bound in 0_i64..500, more in 0_i64..500, dozens in 1_i64..40) {
        let (one, dozen) = (Unit::ONE, "DZN".parse::<Unit>().unwrap());
        let factors = UnitFactors::new().with(one, 1).unwrap().with(dozen, 12).unwrap();
        // A second tier that starts at no quantity between one and so many dozens.
        let bound = if bound < dozens { 1 } else { bound * 12 };
        let document = format!(
            r#"{{"selection": {{"strategy": {{"by": "specificity", "attributes": []}}}}, "books": [
                {{"id": "list", "version": 1, "currency": "USD", "entries": [
                    {{"price": "{}", "sold_in": "any"}},
                    {{"price": "{}", "sold_in": "any", "min_quantity": "{bound}"}}]}}]}}"#,
            Decimal::new(cents + more, 2),
            Decimal::new(cents, 2),
        );
        let books = PriceBooks::new(&serde_json::from_str(&document).unwrap()).unwrap();
        let at = "2026-03-05".parse::<Moment>().unwrap();
        let amount = |quantity: i64, unit: Unit| {
            let mut query = PriceQuery::new(BTreeMap::new(), Exact::integer(quantity), unit, at);
            query.units = Some(&factors);
            books.price("list", &query).unwrap().unit_price * Exact::integer(quantity)
        };
        prop_assert_eq!(amount(dozens, dozen), amount(dozens * 12, one));
    }

    #[test]
    fn documents_survive_json_and_explanations_recompute(
        by in strategy(),
        entries in prop::collection::vec(entry(), 0..8),
        request in request(),
    ) {
        let document = books(&by, Ties::Newest, entries);
        let read: PriceBooksDocument = serde_json::from_str(&serde_json::to_string(&document).unwrap()).unwrap();
        prop_assert_eq!(&read, &document);
        let built = PriceBooks::new(&read).unwrap();
        if let Ok(explained) = built.explain("b", &request.query()) {
            prop_assert_eq!(explained.derivation.recompute().unwrap(), explained.found.unit_price);
        }
    }
}
