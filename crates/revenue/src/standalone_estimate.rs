//! What an obligation would sell for alone, by the evidence there is.

use l2c_explain::{Figure, Note, Recorder};
use l2c_money::{Exact, Money};

use crate::observed_price::ObservedPrices;
use crate::price_context::PriceContext;
use crate::standalone_price::lies_in;
use crate::{OutsideRange, Paragraph, RevenueError, StandalonePrice};

impl StandalonePrice {
    /// The price that an allocation weighs; none for a residual.
    pub(crate) fn figure<R: Recorder>(
        &self,
        rec: &mut R,
        context: &PriceContext<'_>,
        name: &str,
        stated: Option<Money>,
    ) -> Result<Option<Figure<R::Mark>>, RevenueError> {
        let of = Subject { context, name };
        match self {
            Self::Observable { price } => Ok(Some(rec.input(price.exact(), || of.price("")))),
            Self::AdjustedMarket {
                market_price,
                adjustment,
            } => {
                let base = rec.input(market_price.exact(), || of.evidence("price in the market"));
                let part = rec.input(Exact::from(*adjustment), || of.rate("adjustment"));
                of.increased(rec, &base, &part, Paragraph::ADJUSTED_MARKET)
                    .map(Some)
            }
            Self::CostPlusMargin { cost, margin } => {
                let base = rec.input(cost.exact(), || of.evidence("expected cost"));
                let part = rec.input(Exact::from(*margin), || of.rate("margin"));
                of.increased(rec, &base, &part, Paragraph::COST_PLUS_MARGIN)
                    .map(Some)
            }
            Self::Range {
                low,
                mid,
                high,
                outside,
            } => Ok(Some(of.in_range(rec, [*low, *mid, *high], *outside, stated))),
            Self::Observed {
                prices,
                centre,
                band,
                minimum_share,
            } => {
                let observed = ObservedPrices::of(prices, *centre, *band, *minimum_share);
                let centre = observed.figure(rec, name, |what| of.evidence(what))?;
                let note = || of.price("").cite(context.book.cite(Paragraph::ESTIMATE));
                context.round(rec, &centre, note).map(Some)
            }
            Self::MaterialRight {
                expected_purchases,
                discount,
                general_discount,
                likelihood,
            } => {
                let purchases = rec.input(expected_purchases.exact(), || of.evidence("expected purchases"));
                let discount = rec.input(Exact::from(*discount), || of.rate("discount"));
                let general = rec.input(Exact::from(*general_discount), || of.rate("general discount"));
                let beyond =
                    rec.difference(&discount, &general, || of.rate("discount beyond the general one"));
                let nothing = rec.input(Exact::ZERO, || of.rate("no discount"));
                let beyond = rec.maximum(&[&beyond, &nothing], || of.rate("discount that counts"));
                let likelihood = rec.input(Exact::from(*likelihood), || of.rate("likelihood of exercise"));
                let saved = rec.product(&purchases, &beyond, || of.evidence("expected discount"));
                of.rounded_product(rec, &saved, &likelihood).map(Some)
            }
            Self::Points {
                expected_redeemed,
                value_per_point,
            } => {
                let points = rec.input(Exact::from(*expected_redeemed), || {
                    Note::new(format!("points expected to be redeemed, {name}"))
                });
                let value = rec.input(value_per_point.exact(), || of.evidence("value of a point"));
                of.rounded_product(rec, &points, &value).map(Some)
            }
            Self::Residual { .. } => Ok(None),
        }
    }
}

/// The obligation whose price is determined.
struct Subject<'a> {
    context: &'a PriceContext<'a>,
    name: &'a str,
}

impl Subject<'_> {
    /// A note about its price.
    fn price(&self, how: &str) -> Note {
        Note::new(format!("stand-alone selling price of {}{how}", self.name))
            .money(self.context.currency)
            .cite(self.context.place("obligations", self.name))
            .cite(self.context.book.cite(Paragraph::STANDALONE_PRICE))
    }

    /// A note about an amount that its price rests on.
    fn evidence(&self, what: &str) -> Note {
        Note::new(format!("{what}, {}", self.name))
            .money(self.context.currency)
            .cite(self.context.place("obligations", self.name))
    }

    /// A note about a rate that its price rests on.
    fn rate(&self, what: &str) -> Note {
        Note::new(format!("{what}, {}", self.name)).percent()
    }

    /// A base and a part of it on top, rounded.
    fn increased<R: Recorder>(
        &self,
        rec: &mut R,
        base: &Figure<R::Mark>,
        part: &Figure<R::Mark>,
        paragraph: Paragraph,
    ) -> Result<Figure<R::Mark>, RevenueError> {
        let on_top = rec.product(base, part, || self.evidence("on top"));
        let exact = rec.sum(&[base, &on_top], || self.evidence("both"));
        self.context.round(rec, &exact, || {
            self.price("").cite(self.context.book.cite(paragraph))
        })
    }

    fn rounded_product<R: Recorder>(
        &self,
        rec: &mut R,
        a: &Figure<R::Mark>,
        b: &Figure<R::Mark>,
    ) -> Result<Figure<R::Mark>, RevenueError> {
        let exact = rec.product(a, b, || self.evidence("expected value"));
        self.context.round(rec, &exact, || {
            self.price("")
                .cite(self.context.book.cite(Paragraph::OPTION_PRICE))
        })
    }

    fn in_range<R: Recorder>(
        &self,
        rec: &mut R,
        [low, mid, high]: [Money; 3],
        outside: OutsideRange,
        stated: Option<Money>,
    ) -> Figure<R::Mark> {
        let because = |why: &str| {
            let how = format!(": {why}, range {low} to {high}");
            self.price(&how).cite(self.context.book.cite(Paragraph::ESTIMATE))
        };
        let Some(stated) = stated else {
            return rec.input(mid.exact(), || because("the middle, as no price is stated"));
        };
        if lies_in(low, high, stated) {
            return rec.input(stated.exact(), || because("the stated price inside"));
        }
        let (end, which) = match outside {
            OutsideRange::Nearest if stated.amount() < low.amount() => (low, "the nearer end"),
            OutsideRange::Nearest => (high, "the nearer end"),
            OutsideRange::Low => (low, "the lower end"),
            OutsideRange::Mid => (mid, "the middle"),
            OutsideRange::High => (high, "the upper end"),
        };
        rec.input(end.exact(), || {
            because(&format!("{which}, as {stated} lies outside"))
        })
    }
}
