use chrono::NaiveDate;
use l2c_money::{Exact, MoneyError};
use l2c_pricing::{PricedLine, PricedQuote};
use l2c_rules::{FactTypes, Facts};

/// What an approval policy looks at: facts of the quote as a whole, and of each line.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ApprovalFigures {
    /// The alternative that they are of; absent: the request.
    pub alternative: Option<String>,
    /// The quote.
    pub quote: Facts,
    /// The lines, each with its id.
    pub lines: Vec<(String, Facts)>,
}

/// The amounts of a line that the figures of a quote are made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineAmounts {
    /// At list.
    pub list: Exact,
    /// After every discount.
    pub net: Exact,
    /// What it costs the seller, if that is known.
    pub cost: Option<Exact>,
}

impl ApprovalFigures {
    /// Figures of a quote without lines to test.
    #[must_use]
    pub const fn new(quote: Facts) -> Self {
        Self {
            alternative: None,
            quote,
            lines: Vec::new(),
        }
    }

    /// The facts that follow from the amounts of the lines: `list_total`, `net_total`, `line_count`,
    /// `discount_percent` and `largest_line_discount_percent` (signed, below zero for a price above list; missing
    /// without a list amount), and `margin_percent` (of net; missing unless every line has a cost and the net total
    /// is above zero). Exact, never rounded.
    #[must_use]
    pub fn of_lines(lines: &[LineAmounts]) -> Facts {
        let list: Exact = lines.iter().map(|line| &line.list).sum();
        let net: Exact = lines.iter().map(|line| &line.net).sum();
        let cost: Option<Vec<&Exact>> = lines.iter().map(|line| line.cost.as_ref()).collect();
        let margin = cost
            .filter(|_| net.is_positive())
            .and_then(|costs| percent(&(&net - &costs.into_iter().sum::<Exact>()), &net));
        let largest = lines
            .iter()
            .filter_map(|line| percent(&(&line.list - &line.net), &line.list))
            .max();
        Facts::new()
            .number("line_count", count(lines.len()))
            .with_known("discount_percent", percent(&(&list - &net), &list))
            .with_known("largest_line_discount_percent", largest)
            .with_known("margin_percent", margin)
            .number("list_total", list)
            .number("net_total", net)
    }

    /// The figures of a priced quote: those of [`ApprovalFigures::of_lines`] over all lines, chosen or not, since the
    /// customer may still choose; `floor_violations` (how many prices are below their floor), `floor_shortfall`
    /// (by how much in all), `validity_days` (from the day of submission to the last day).
    ///
    /// # Errors
    /// A shortfall outside the bounds of money.
    pub fn of_quote(
        priced: &PricedQuote,
        submitted_on: NaiveDate,
        valid_until: NaiveDate,
    ) -> Result<Self, l2c_pricing::PricingError> {
        let mut shortfall = Exact::ZERO;
        for violation in priced.violations() {
            shortfall += &violation.shortfall()?.exact();
        }
        let amounts: Vec<LineAmounts> = priced.lines().iter().map(LineAmounts::of).collect();
        let quote = Self::of_lines(&amounts)
            .number("floor_violations", count(priced.violations().len()))
            .number("floor_shortfall", shortfall)
            .number(
                "validity_days",
                valid_until.signed_duration_since(submitted_on).num_days(),
            );
        let lines = priced
            .lines()
            .iter()
            .map(|line| (line.id.clone(), line_facts(line)))
            .collect();
        Ok(Self {
            alternative: None,
            quote,
            lines,
        })
    }

    /// Those of an amendment: `action`, what is `charged`, and what is `credited`, above zero for what is given back. Its `discount_percent` is that of
    /// what is charged, since a credit has no list price.
    #[must_use]
    pub fn amending(mut self, action: &str, priced: &PricedQuote) -> Self {
        let (charged, credited): (Vec<&PricedLine>, Vec<&PricedLine>) =
            priced.lines().iter().partition(|line| line.is_sold());
        let total = |lines: &[&PricedLine]| lines.iter().map(|line| line.net.exact()).sum::<Exact>();
        self.quote.set("action", action);
        self.quote.set("charged", total(&charged));
        self.quote.set("credited", -total(&credited));
        let amounts: Vec<LineAmounts> = charged.into_iter().map(LineAmounts::of).collect();
        if let Some(discount) = Self::of_lines(&amounts).get("discount_percent") {
            self.quote.set("discount_percent", discount.clone());
        }
        self
    }

    /// The facts of every quote.
    pub(super) fn quote_types() -> FactTypes {
        FactTypes::new()
            .number("discount_percent")
            .number("list_total")
            .number("net_total")
            .number("margin_percent")
            .number("line_count")
            .number("floor_violations")
            .number("floor_shortfall")
            .number("largest_line_discount_percent")
            .number("validity_days")
            .text("action")
            .number("charged")
            .number("credited")
    }

    /// The facts of every line.
    pub(super) fn line_types() -> FactTypes {
        FactTypes::new()
            .text("product")
            .text("component")
            .number("quantity")
            .number("list")
            .number("net")
            .number("discount_percent")
    }
}

impl LineAmounts {
    fn of(line: &PricedLine) -> Self {
        Self {
            list: line.list.exact(),
            net: line.net.exact(),
            cost: line.cost.clone(),
        }
    }
}

fn line_facts(line: &PricedLine) -> Facts {
    Facts::new()
        .text("product", line.product.as_str())
        .with_known("component", line.component.clone())
        .number("quantity", line.quantity.exact())
        .number("list", line.list.exact())
        .number("net", line.net.exact())
        .with_known("discount_percent", line.discount_percent())
}

fn percent(part: &Exact, of: &Exact) -> Option<Exact> {
    let part: Result<Exact, MoneyError> = (part * Exact::integer(100)).checked_div(of);
    part.ok()
}

fn count(of: usize) -> i64 {
    i64::try_from(of).unwrap_or(i64::MAX)
}
