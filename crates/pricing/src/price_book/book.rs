use std::collections::BTreeMap;

use l2c_documents::{Check, Fault, Faults};
use l2c_money::Currency;

use crate::names::check_document;
use crate::price_book::scope_index::ScopeIndex;
use crate::price_book::ties::find_ties;
use crate::price_book::{PriceBookDocument, PriceEntry, PriceRule, Strategy};
use crate::{Catalogue, DocumentRef, MakeUp};

/// A checked price book.
///
/// On its own ([`PriceBook::new`]) it is a plain list: for one product, component and unit there is at most one price on
/// a day. Books whose entries compete, for customers, quantities or by formulas, stand in [`PriceBooks`](crate::PriceBooks).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PriceBook {
    document: DocumentRef,
    currency: Currency,
    pub(super) entries: Vec<PriceEntry>,
    pub(super) index: ScopeIndex,
}

impl PriceBook {
    /// Checks a document that is a plain list.
    ///
    /// # Errors
    /// Every fault: a price below zero or outside the bounds of
    /// [`Price`](l2c_money::Price), a floor above its price, a validity that ends before it starts, two prices for one
    /// product, component, unit and day, naming both; and an entry that is more than a list price.
    pub fn new(document: &PriceBookDocument) -> Result<Self, Faults> {
        let mut check = check_document("price book", &document.id);
        let book = Self::checked(&mut check, "", document);
        for entry in &book.entries {
            if !entry.is_plain() {
                let message =
                    "this entry competes with others: put the book into price books, which say what wins";
                check.fault(entry.path(), "needs_selection", message);
            }
        }
        let accesses = vec![
            vec!["product".to_owned()],
            vec!["component".to_owned(), "product".to_owned()],
        ];
        check.extend(find_ties(&book, &Strategy::AccessSequence { accesses }));
        check.finish(book)
    }

    /// Checks a document by itself; `prefix` says where it stands.
    pub(super) fn checked(check: &mut Check, prefix: &str, document: &PriceBookDocument) -> Self {
        let mut entries = Vec::with_capacity(document.entries.len());
        let mut ids: BTreeMap<&str, usize> = BTreeMap::new();
        for (position, entry) in document.entries.iter().enumerate() {
            let path = format!("{prefix}entries[{position}]");
            if let Some(id) = &entry.id
                && let Some(first) = ids.insert(id, position)
            {
                let message =
                    format!("`{id}` stands at entries[{first}] already: give each entry its own id");
                check.fault(format!("{path}.id"), "duplicate_id", message);
            }
            if let Some(mut entry) = PriceEntry::new(check, &path, position, entry, document.currency) {
                entry.index = entries.len();
                entries.push(entry);
            }
        }
        Self {
            document: DocumentRef::new(document.id.clone(), document.version),
            currency: document.currency,
            index: ScopeIndex::new(&entries),
            entries,
        }
    }

    /// Id and version of the document.
    #[must_use]
    pub const fn document(&self) -> &DocumentRef {
        &self.document
    }

    /// Currency of all prices.
    #[must_use]
    pub const fn currency(&self) -> Currency {
        self.currency
    }

    /// The entries, in the order of the document.
    #[must_use]
    pub fn entries(&self) -> &[PriceEntry] {
        &self.entries
    }

    /// Every price belongs to a product of the catalogue and fits its make-up.
    pub(crate) fn check_against(&self, catalogue: &Catalogue) -> Result<(), Faults> {
        let mut check = check_document("price book", &self.document.id);
        for entry in &self.entries {
            let Some(id) = &entry.product else { continue };
            let Some(product) = catalogue.product(id) else {
                let message = format!("{id} is not in catalogue {}", catalogue.document());
                check.fault(format!("{}.product", entry.path()), "unknown_product", message);
                continue;
            };
            let fault = match (product.make_up(), entry.scope.get("component")) {
                (MakeUp::Whole | MakeUp::Shares(_), None) => continue,
                (MakeUp::Priced(components), Some(id)) if components.iter().any(|c| c.id == *id) => continue,
                (MakeUp::Priced(_), None) => {
                    "each component of this product has a price of its own: name one"
                }
                (MakeUp::Priced(_), Some(_)) => "the product has no component of this id",
                (_, Some(_)) => "this product has one price as a whole: leave the component out",
            };
            check.fault(format!("{}.component", entry.path()), "unknown_component", fault);
        }
        check.finish(())
    }

    /// The entries that a strategy cannot tell apart; `place` is where the book stands.
    pub(super) fn ties(&self, place: &str, strategy: &Strategy) -> Vec<Fault> {
        let faults = find_ties(self, strategy).into_iter();
        faults.map(|fault| fault.under(place)).collect()
    }
}

impl PriceEntry {
    /// Whether it names nothing but a product, and perhaps a component.
    pub(super) fn is_for_everybody(&self) -> bool {
        let names = usize::from(self.product.is_some())
            .saturating_add(usize::from(self.scope.contains_key("component")));
        self.product.is_some() && self.scope.len() == names
    }

    /// Whether there is a quantity that both are for.
    pub(super) fn quantities_overlap(&self, other: &Self) -> bool {
        let reaches = |one: &Self, other: &Self| match (&one.min_quantity, &other.max_quantity) {
            (Some(min), Some(max)) => min <= max,
            _ => true,
        };
        reaches(self, other) && reaches(other, self)
    }

    /// A list price: of a product or component, by no formula, in its own unit, for any quantity, always known.
    pub(super) fn is_plain(&self) -> bool {
        self.is_for_everybody()
            && !matches!(self.rule, PriceRule::Formula(_))
            && self.sold_in.is_none()
            && self.min_quantity.is_none()
            && self.max_quantity.is_none()
            && self.priority == 0
            && self.knowledge == Default::default()
    }
}
