use l2c_documents::Check;
use l2c_money::{Currency, Decimal, Money, MoneyError, Price};

/// A price, or a fault at its place.
pub(crate) fn price(
    check: &mut Check,
    path: impl Into<String>,
    amount: Decimal,
    currency: Currency,
) -> Option<Price> {
    noted(check, || path.into(), Price::new(amount, currency))
}

/// An amount, or a fault at its place.
pub(crate) fn money(
    check: &mut Check,
    path: impl FnOnce() -> String,
    amount: Decimal,
    currency: Currency,
) -> Option<Money> {
    noted(check, path, Money::new(amount, currency))
}

/// An amount of zero or above, or a fault at its place.
pub(crate) fn positive_money(
    check: &mut Check,
    path: &str,
    amount: Decimal,
    currency: Currency,
) -> Option<Money> {
    not_below_zero(check, path, amount);
    money(check, || path.to_owned(), amount, currency)
}

/// A fault if a figure is below zero.
pub(crate) fn not_below_zero(check: &mut Check, path: &str, figure: Decimal) {
    if figure < Decimal::ZERO {
        check.fault(path, "below_zero", format!("{figure} is below zero"));
    }
}

/// A fault if a size is not above zero.
pub(crate) fn above_zero(check: &mut Check, path: &str, size: Decimal) {
    if size <= Decimal::ZERO {
        check.fault(path, "size_not_positive", format!("{size} is not above zero"));
    }
}

/// A fault if a minimum is above its maximum.
pub(crate) fn in_order(check: &mut Check, path: &str, minimum: Option<Decimal>, maximum: Option<Decimal>) {
    if let (Some(minimum), Some(maximum)) = (minimum, maximum)
        && minimum > maximum
    {
        let message = format!("{minimum} is above the maximum, {maximum}");
        check.fault(path, "minimum_above_maximum", message);
    }
}

fn noted<T>(check: &mut Check, path: impl FnOnce() -> String, checked: Result<T, MoneyError>) -> Option<T> {
    checked
        .map_err(|error| check.fault(path(), error.code(), error.to_string()))
        .ok()
}
