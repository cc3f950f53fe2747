use std::collections::{BTreeMap, BTreeSet, VecDeque};

use chrono::TimeDelta;
use l2c_calendar::Moment;
use l2c_documents::Fault;
use l2c_money::{Currency, Exact, Unit};

use crate::price_book::ties::{LOOK_BACK, find_ties};
use crate::price_book::{
    ExchangeRates, PriceBook, PriceBooks, PriceBooksDocument, PriceEntry, PriceRule, Strategy, Ties,
};

/// Something in price books that is wrong, or probably not meant.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Finding {
    /// How bad it is.
    pub severity: Severity,
    /// Where, what kind, and what would be right.
    pub fault: Fault,
}

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The books are refused.
    Error,
    /// A request may get no price, an error, or a price that nobody meant.
    Warning,
    /// Worth a look.
    Advice,
}

/// What is wrong or probably not meant in price books, the worst first: everything that [`PriceBooks::new`] refuses, and
///
/// | code | severity | what it says |
/// |---|---|---|
/// | `overlap` | warning | two entries that the strategy cannot tell apart, where ties are not refused |
/// | `no_access` | warning | an entry that no access of the sequence finds |
/// | `unreachable` | warning | an entry that another one covers and goes before |
/// | `quantity_gap` | warning | quantities between two entries have no price; advice where only fractions of one do |
/// | `quantity_crossing` | advice | quantities belong to two entries |
/// | `validity_gap` | warning | days between two entries have no price |
/// | `below_floor` | warning | a fixed price below the floor of the list price of its product, for the same quantities |
/// | `no_rate` | warning | a base in another currency, and no exchange rate |
/// | `missing_currency` | advice | a product has prices in one currency of the books and not in another |
///
/// Entries are grouped by what they are for and sorted, so that the time grows with n log n; an entry is compared with at
/// most 200 others of its group.
#[must_use]
pub fn lint(document: &PriceBooksDocument, rates: &ExchangeRates) -> Vec<Finding> {
    let (check, books) = PriceBooks::checked(document);
    let mut lint = Lint { findings: Vec::new() };
    if let Err(faults) = check.finish(()) {
        lint.findings.extend(faults.into_iter().map(|fault| Finding {
            severity: Severity::Error,
            fault,
        }));
    }
    let selection = &document.selection;
    for (position, book) in books.books().iter().enumerate() {
        let place = format!("books[{position}]");
        if selection.ties != Ties::Refused {
            for fault in find_ties(book, &selection.strategy) {
                lint.add(Severity::Warning, fault.under(&place));
            }
        }
        lint.book(&place, book, &selection.strategy);
        lint.rates(&place, &books, book, rates);
    }
    lint.currencies(&books);
    // Stable: within one severity in the order in which they were found.
    lint.findings.sort_by_key(|finding| finding.severity);
    lint.findings
}

struct Lint {
    findings: Vec<Finding>,
}

/// What entries share that differ in their quantities or their days alone.
type Kind<'a> = (&'a BTreeMap<String, String>, Unit, Option<Unit>, i64);

fn kind(entry: &PriceEntry) -> Kind<'_> {
    (&entry.scope, entry.unit, entry.sold_in_unit(), entry.priority)
}

impl Lint {
    fn add(&mut self, severity: Severity, fault: Fault) {
        self.findings.push(Finding { severity, fault });
    }

    fn warn(&mut self, place: &str, entry: &PriceEntry, code: &'static str, message: String) {
        self.add(
            Severity::Warning,
            Fault::new(entry.path(), code, message).under(place),
        );
    }

    fn book(&mut self, place: &str, book: &PriceBook, strategy: &Strategy) {
        let mut same_days: BTreeMap<_, Vec<&PriceEntry>> = BTreeMap::new();
        let mut same_quantity: BTreeMap<_, Vec<&PriceEntry>> = BTreeMap::new();
        let mut same_scope: BTreeMap<_, Vec<&PriceEntry>> = BTreeMap::new();
        let mut floors: BTreeMap<_, Vec<&PriceEntry>> = BTreeMap::new();
        for entry in book.entries() {
            if let Strategy::AccessSequence { accesses } = strategy
                && !accesses.iter().any(|access| entry.names_exactly(access))
            {
                let message = "no access names exactly these attributes: add one, or change the attributes";
                self.warn(place, entry, "no_access", message.to_owned());
            }
            let (days, known) = (
                (entry.validity.first_instant(), entry.validity.last_instant()),
                entry.knowledge.bounds(),
            );
            same_days
                .entry((kind(entry), days, known))
                .or_default()
                .push(entry);
            let quantities = (&entry.min_quantity, &entry.max_quantity);
            same_quantity
                .entry((kind(entry), quantities, known))
                .or_default()
                .push(entry);
            same_scope
                .entry((&entry.scope, entry.unit, entry.sold_in_unit()))
                .or_default()
                .push(entry);
            if entry.floor.is_some() && entry.is_for_everybody() {
                floors
                    .entry((&entry.product, entry.scope.get("component"), entry.unit))
                    .or_default()
                    .push(entry);
            }
        }
        for group in same_days.into_values() {
            self.quantities(place, group, strategy);
        }
        for group in same_quantity.into_values() {
            self.days(place, group);
        }
        for group in same_scope.into_values() {
            self.unreachable(place, group, strategy);
        }
        for entry in book.entries() {
            let Some(price) = entry.price() else { continue };
            let key = (&entry.product, entry.scope.get("component"), entry.unit);
            let below = |list: &&&PriceEntry| {
                list.position != entry.position
                    && list.floor.is_some_and(|floor| price.amount() < floor.amount())
                    && list.validity.overlaps(&entry.validity)
                    && list.quantities_overlap(entry)
            };
            let lists = floors.get(&key).into_iter().flatten();
            if let Some(list) = lists.take(LOOK_BACK).find(below) {
                let message = format!(
                    "{} is below the floor of {}: raise the price, or lower the floor",
                    price.amount(),
                    list.name()
                );
                self.warn(place, entry, "below_floor", message);
            }
        }
    }

    /// Between the entries of the same days, by their quantities.
    fn quantities(&mut self, place: &str, mut group: Vec<&PriceEntry>, strategy: &Strategy) {
        group.sort_by(|a, b| (&a.min_quantity, a.position).cmp(&(&b.min_quantity, b.position)));
        let mut before: Option<&PriceEntry> = None;
        for entry in group {
            if let (Some(before), Some(min)) = (before, &entry.min_quantity)
                && let Some(max) = &before.max_quantity
            {
                if max < min {
                    let severity = if min - max > Exact::ONE {
                        Severity::Warning
                    } else {
                        Severity::Advice
                    };
                    let message = format!(
                        "no price for quantities above {max} ({}) and below {min}: let the two meet",
                        before.name()
                    );
                    self.add(
                        severity,
                        Fault::new(entry.path(), "quantity_gap", message).under(place),
                    );
                } else if max > min && *strategy != Strategy::BestPrice {
                    let message = format!(
                        "quantities from {min} to {max} belong to {} as well: end one before the other",
                        before.name()
                    );
                    self.add(
                        Severity::Advice,
                        Fault::new(entry.path(), "quantity_crossing", message).under(place),
                    );
                }
            }
            let reaches = |entry: &PriceEntry| (entry.max_quantity.is_none(), entry.max_quantity.clone());
            if before.is_none_or(|before| reaches(before) < reaches(entry)) {
                before = Some(entry);
            }
        }
    }

    /// Between the entries of the same quantities, by their days.
    fn days(&mut self, place: &str, mut group: Vec<&PriceEntry>) {
        group.sort_by_key(|entry| (entry.validity.first_instant(), entry.position));
        let mut before: Option<&PriceEntry> = None;
        for entry in group {
            if let (Some(before), Some(from)) = (before, entry.validity.from)
                && let Some(until) = before.validity.until
            {
                let next = match until {
                    Moment::Day(day) => day.succ_opt().map(|day| Moment::Day(day).instant()),
                    Moment::Instant(instant) => instant.checked_add_signed(TimeDelta::seconds(1)),
                };
                if next.is_some_and(|next| next < from.instant()) {
                    let message = format!(
                        "no price after {until} ({}) and before {from}: let the two meet",
                        before.name()
                    );
                    self.warn(place, entry, "validity_gap", message);
                }
            }
            if before.is_none_or(|before| before.validity.last_instant() < entry.validity.last_instant()) {
                before = Some(entry);
            }
        }
    }

    /// Entries that another one of the same scope covers and goes before.
    fn unreachable(&mut self, place: &str, mut group: Vec<&PriceEntry>, strategy: &Strategy) {
        if matches!(
            strategy,
            Strategy::Specificity { .. } | Strategy::AccessSequence { .. }
        ) {
            return; // Of one scope they tie there, or the larger least quantity wins, which covers nothing.
        }
        group.sort_by_key(|entry| {
            (
                entry.validity.first_instant(),
                std::cmp::Reverse(entry.validity.last_instant()),
                entry.position,
            )
        });
        let mut active: VecDeque<&PriceEntry> = VecDeque::new();
        for (at, entry) in group.iter().enumerate() {
            let same_start = group
                .iter()
                .skip(at.saturating_add(1))
                .take(LOOK_BACK)
                .take_while(|other| {
                    other.validity.first_instant() == entry.validity.first_instant()
                        && other.validity.last_instant() == entry.validity.last_instant()
                });
            let others = active.iter().rev().chain(same_start);
            let covering = others
                .copied()
                .find(|other| covers(other, entry) && goes_before(strategy, other, entry));
            if let Some(other) = covering {
                let message = format!(
                    "{} holds whenever this one does and goes before it: drop one, or rank this one higher",
                    other.name()
                );
                self.warn(place, entry, "unreachable", message);
            } else {
                active.push_back(entry);
                if active.len() > LOOK_BACK {
                    active.pop_front();
                }
            }
        }
    }

    fn rates(&mut self, place: &str, books: &PriceBooks, book: &PriceBook, rates: &ExchangeRates) {
        let mut told: BTreeSet<Currency> = BTreeSet::new();
        for entry in book.entries() {
            let PriceRule::Formula(formula) = &entry.rule else {
                continue;
            };
            let base = formula.base_book.as_deref().and_then(|id| books.book(id));
            let Some(from) = base
                .map(PriceBook::currency)
                .filter(|from| *from != book.currency())
            else {
                continue;
            };
            if rates.rate(from, book.currency()).is_err() && told.insert(from) {
                let message = format!(
                    "the base is in {from}: give an exchange rate from {from} to {}",
                    book.currency()
                );
                self.add(
                    Severity::Warning,
                    Fault::new(format!("{}.formula.base_book", entry.path()), "no_rate", message)
                        .under(place),
                );
            }
        }
    }

    /// Products that have a price in one currency and not in another. A book with an entry for any product has them all.
    fn currencies(&mut self, books: &PriceBooks) {
        let mut all: BTreeSet<Currency> = BTreeSet::new();
        let mut of_product: BTreeMap<&str, (String, BTreeSet<Currency>)> = BTreeMap::new();
        for (position, book) in books.books().iter().enumerate() {
            let products = || {
                book.entries()
                    .iter()
                    .map(|entry| (entry, entry.scope.get("product")))
            };
            if products().any(|(_, product)| product.is_none()) {
                continue;
            }
            all.insert(book.currency());
            for (entry, product) in products() {
                let Some(product) = product else { continue };
                let path = || format!("books[{position}].{}", entry.path());
                let (_, currencies) = of_product
                    .entry(product)
                    .or_insert_with(|| (path(), BTreeSet::new()));
                currencies.insert(book.currency());
            }
        }
        for (product, (path, currencies)) in of_product {
            let missing: Vec<String> = all.difference(&currencies).map(ToString::to_string).collect();
            if !missing.is_empty() {
                let message = format!(
                    "{product} has no price in {}: add one, or a formula",
                    missing.join(", ")
                );
                self.add(Severity::Advice, Fault::new(path, "missing_currency", message));
            }
        }
    }
}

/// Whether one holds whenever the other does; their attributes, units and days are those of one group.
fn covers(a: &PriceEntry, b: &PriceEntry) -> bool {
    let low = a
        .min_quantity
        .as_ref()
        .is_none_or(|a| b.min_quantity.as_ref().is_some_and(|b| a <= b));
    let high = a
        .max_quantity
        .as_ref()
        .is_none_or(|a| b.max_quantity.as_ref().is_some_and(|b| b <= a));
    let (a_known, b_known) = (a.knowledge.bounds(), b.knowledge.bounds());
    let days = a.validity.first_instant() <= b.validity.first_instant()
        && b.validity.last_instant() <= a.validity.last_instant();
    low && high && days && a_known.0 <= b_known.0 && b_known.1 <= a_known.1
}

fn goes_before(strategy: &Strategy, a: &PriceEntry, b: &PriceEntry) -> bool {
    match strategy {
        Strategy::Priority => a.priority > b.priority,
        Strategy::BestPrice => match (a.price(), b.price()) {
            (Some(a_price), Some(b_price)) => (a_price.amount(), a.position) < (b_price.amount(), b.position),
            _ => false,
        },
        Strategy::Specificity { .. } | Strategy::AccessSequence { .. } => false,
    }
}
