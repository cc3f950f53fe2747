//! Reconciliations: the same figure from two sides that know nothing of each other.

use l2c::money::{Currency, Money, MoneyError};
use serde::{Serialize, Serializer};

/// How many documents a failed reconciliation names.
const NAMED: usize = 20;

/// A figure from two sides.
#[derive(Serialize)]
pub struct Reconciliation {
    /// What is compared.
    pub name: &'static str,
    #[serde(serialize_with = "amount")]
    left: Side,
    #[serde(serialize_with = "amount")]
    right: Side,
    #[serde(serialize_with = "amount")]
    difference: Side,
    /// The documents whose figures differ, the first twenty.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub documents: Vec<String>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Money(Money),
    Count(i64),
}

fn amount<S: Serializer>(side: &Side, serializer: S) -> Result<S::Ok, S::Error> {
    match side {
        Side::Money(money) => serializer.serialize_str(&money.amount_text()),
        Side::Count(count) => serializer.collect_str(count),
    }
}

impl Reconciliation {
    /// Two sums of money.
    ///
    /// # Errors
    /// Amounts in two currencies, or a difference out of bounds.
    pub fn money(name: &'static str, left: Money, right: Money) -> Result<Self, MoneyError> {
        let difference = Side::Money(left.checked_sub(&right)?);
        Ok(Self {
            name,
            left: Side::Money(left),
            right: Side::Money(right),
            difference,
            documents: Vec::new(),
        })
    }

    /// Two counts.
    pub fn count(name: &'static str, left: usize, right: usize) -> Self {
        let count = |n| i64::try_from(n).unwrap_or(i64::MAX);
        let difference = Side::Count(count(left).saturating_sub(count(right)));
        Self {
            name,
            left: Side::Count(count(left)),
            right: Side::Count(count(right)),
            difference,
            documents: Vec::new(),
        }
    }

    /// Two lists of figures, document by document: their sums, and where they differ.
    ///
    /// # Errors
    /// As [`Reconciliation::money`].
    pub fn documents<'a>(
        name: &'static str,
        currency: Currency,
        pairs: impl IntoIterator<Item = (&'a str, Money, Money)>,
    ) -> Result<Self, MoneyError> {
        let (mut left, mut right) = (Money::zero(currency), Money::zero(currency));
        let mut documents = Vec::new();
        for (document, a, b) in pairs {
            left = left.checked_add(&a)?;
            right = right.checked_add(&b)?;
            if a != b && documents.len() < NAMED {
                documents.push(document.to_owned());
            }
        }
        Ok(Self {
            documents,
            ..Self::money(name, left, right)?
        })
    }

    /// Both sides and their difference, as they stand in `run.json`.
    pub fn figures(&self) -> [String; 3] {
        [self.left, self.right, self.difference].map(|side| match side {
            Side::Money(money) => money.amount_text(),
            Side::Count(count) => count.to_string(),
        })
    }

    /// With the documents that differ.
    #[must_use]
    pub fn naming(mut self, documents: impl IntoIterator<Item = String>) -> Self {
        self.documents.extend(documents.into_iter().take(NAMED));
        self
    }

    /// Whether both sides agree, and no document differs.
    pub fn holds(&self) -> bool {
        self.left == self.right && self.documents.is_empty()
    }
}

impl std::fmt::Display for Reconciliation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let text = |side: &Side| match side {
            Side::Money(money) => money.to_string(),
            Side::Count(count) => count.to_string(),
        };
        let mark = if self.holds() { "ok" } else { "FAILED" };
        write!(
            f,
            "{mark:<6} {:<52} {:>20} = {:>20}",
            self.name,
            text(&self.left),
            text(&self.right)
        )?;
        if self.holds() {
            return Ok(());
        }
        write!(f, "\n       difference {}", text(&self.difference))?;
        if !self.documents.is_empty() {
            write!(f, "; first documents: {}", self.documents.join(", "))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn usd(cents: i64) -> Money {
        Money::from_minor(cents, Currency::USD).unwrap()
    }

    fn json(check: &Reconciliation) -> String {
        serde_json::to_string(check).unwrap()
    }

    #[test]
    fn sides_that_agree_hold() {
        let check = Reconciliation::money("a = b", usd(1_250), usd(1_250)).unwrap();
        assert!(check.holds());
        assert_eq!(
            json(&check),
            r#"{"name":"a = b","left":"12.50","right":"12.50","difference":"0.00"}"#
        );
        assert!(check.to_string().starts_with("ok     a = b "));
        assert!(!check.to_string().contains("difference"));
    }

    #[test]
    fn a_cent_is_a_difference_and_is_named() {
        let check = Reconciliation::money("a = b", usd(1_250), usd(1_251)).unwrap();
        assert!(!check.holds());
        assert!(json(&check).contains(r#""difference":"-0.01""#));
        let text = check.to_string();
        assert!(
            text.starts_with("FAILED a = b ") && text.ends_with("difference -0.01 USD"),
            "{text}"
        );
    }

    #[test]
    fn counts_are_compared_as_numbers() {
        assert!(Reconciliation::count("n", 7, 7).holds());
        let check = Reconciliation::count("n", 5, 7).naming(["inv_1".to_owned()]);
        assert_eq!(
            json(&check),
            r#"{"name":"n","left":"5","right":"7","difference":"-2","documents":["inv_1"]}"#
        );
        assert!(
            check
                .to_string()
                .ends_with("difference -2; first documents: inv_1")
        );
    }

    #[test]
    fn documents_that_differ_are_named_even_if_the_sums_agree() {
        let pairs = [
            ("ord_1", usd(100), usd(90)),
            ("ord_2", usd(50), usd(50)),
            ("ord_3", usd(20), usd(30)),
        ];
        let check = Reconciliation::documents("quotes = orders", Currency::USD, pairs).unwrap();
        assert!(!check.holds());
        assert_eq!(check.documents, ["ord_1", "ord_3"]);
        let text = check.to_string();
        assert!(text.starts_with("FAILED quotes = orders"), "{text}");
        assert!(
            text.ends_with("difference 0.00 USD; first documents: ord_1, ord_3"),
            "{text}"
        );
    }

    #[test]
    fn the_first_twenty_documents_are_named() {
        let names: Vec<String> = (1..=30).map(|n| format!("ord_{n}")).collect();
        let pairs = names.iter().map(|name| (name.as_str(), usd(1), usd(0)));
        let check = Reconciliation::documents("d", Currency::USD, pairs).unwrap();
        assert_eq!(check.documents, names[..20]);
        let check = Reconciliation::count("n", 30, 0).naming(names.clone());
        assert_eq!(check.documents, names[..20]);
    }

    #[test]
    fn amounts_in_two_currencies_are_not_compared() {
        let yen = Money::from_minor(1, "JPY".parse().unwrap()).unwrap();
        assert!(Reconciliation::money("a = b", usd(1), yen).is_err());
        assert!(Reconciliation::documents("d", Currency::USD, [("x", yen, yen)]).is_err());
    }
}
