use std::collections::BTreeMap;

use chrono::NaiveDate;
use l2c_money::Exact;

use crate::{OfferFigures, QUOTE_MACHINE, QuoteEvent, QuoteFact, QuoteStatus};

/// What became of many quotes, from their events alone.
///
/// A quote is won when its latest version is accepted or ordered, lost when it is declined or has expired. What was
/// withdrawn or abandoned is neither, since the customer has not answered; the rest is open.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Conversion {
    outcomes: BTreeMap<QuoteStatus, u64>,
    stays: BTreeMap<QuoteStatus, Stays>,
    /// Of each decided quote: its discount, and whether it was won.
    decided: Vec<(Option<Exact>, bool)>,
    versions: u64,
    counter_offers: u64,
}

/// How long versions stayed where they stood, of the stays that have ended.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Stays {
    /// How many.
    pub count: u64,
    /// The days of all of them; what begins and ends on one day has none.
    pub days: i64,
}

/// Quotes whose discount lies in a band, and what became of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DiscountBand {
    /// The discount in percent of list that is above the band; absent in the last one. Bands hold their lower end.
    pub below: Option<Exact>,
    /// How many were won.
    pub won: u64,
    /// How many were lost.
    pub lost: u64,
}

impl Conversion {
    /// The outcomes of some quotes, each with its whole history.
    pub fn of<'a, H>(histories: impl IntoIterator<Item = H>) -> Self
    where
        H: IntoIterator<Item = &'a QuoteEvent>,
    {
        let mut conversion = Self::default();
        for history in histories {
            conversion.add(history);
        }
        conversion
    }

    /// With one more quote.
    pub fn add<'a>(&mut self, history: impl IntoIterator<Item = &'a QuoteEvent>) {
        let mut stands: Option<(QuoteStatus, NaiveDate)> = None;
        let mut figures: Option<&OfferFigures> = None;
        let mut discount = None;
        for event in history {
            let next = match (&event.what, stands) {
                (QuoteFact::Drafted { .. }, None) => {
                    self.versions = self.versions.saturating_add(1);
                    QUOTE_MACHINE.initial
                }
                (what, Some((status, since))) => {
                    let Some(to) = QUOTE_MACHINE.target(status, what.name()) else {
                        continue;
                    };
                    let ended = to != status && !QUOTE_MACHINE.is_terminal(status);
                    if ended {
                        self.stayed(status, since, event.on);
                    }
                    match what {
                        QuoteFact::Revised { .. } => {
                            self.versions = self.versions.saturating_add(1);
                            QUOTE_MACHINE.initial
                        }
                        QuoteFact::Submitted { figures: frozen, .. } => {
                            figures = Some(frozen);
                            discount = frozen.priced.discount_percent();
                            to
                        }
                        QuoteFact::Accepted(acceptance) => {
                            let taken = figures.and_then(|f| f.of(acceptance.alternative.as_deref()));
                            discount = taken.and_then(l2c_pricing::PricedQuote::discount_percent);
                            to
                        }
                        QuoteFact::Countered { .. } => {
                            self.counter_offers = self.counter_offers.saturating_add(1);
                            to
                        }
                        _ => to,
                    }
                }
                (_, None) => continue,
            };
            let moved = stands.is_none_or(|(status, _)| status != next);
            if moved || matches!(event.what, QuoteFact::Revised { .. }) {
                stands = Some((next, event.on));
            }
        }
        let Some((status, _)) = stands else { return };
        let count = self.outcomes.entry(status).or_default();
        *count = count.saturating_add(1);
        if let Some(won) = is_won(status) {
            self.decided.push((discount, won));
        }
    }

    fn stayed(&mut self, status: QuoteStatus, from: NaiveDate, to: NaiveDate) {
        let stays = self.stays.entry(status).or_default();
        stays.count = stays.count.saturating_add(1);
        stays.days = stays
            .days
            .saturating_add(to.signed_duration_since(from).num_days());
    }

    /// How many quotes stand where, by their latest version.
    #[must_use]
    pub const fn outcomes(&self) -> &BTreeMap<QuoteStatus, u64> {
        &self.outcomes
    }

    /// Time in each status, of the stays that have ended.
    #[must_use]
    pub const fn stays(&self) -> &BTreeMap<QuoteStatus, Stays> {
        &self.stays
    }

    /// How many versions were written.
    #[must_use]
    pub const fn versions(&self) -> u64 {
        self.versions
    }

    /// How many counter-offers were made.
    #[must_use]
    pub const fn counter_offers(&self) -> u64 {
        self.counter_offers
    }

    /// Won and lost.
    #[must_use]
    pub fn decided(&self) -> (u64, u64) {
        count(self.decided.iter())
    }

    /// Won of decided, from 0 to 1, exact; none before one is decided.
    #[must_use]
    pub fn win_rate(&self) -> Option<Exact> {
        let (won, lost) = self.decided();
        rate(won, lost)
    }

    /// Discount against win rate: the decided quotes by their frozen discount, in bands that begin at these bounds. The
    /// first band holds what is below the first bound. Quotes without a list amount stand in no band.
    #[must_use]
    pub fn by_discount(&self, bounds: &[Exact]) -> Vec<DiscountBand> {
        let mut bounds: Vec<&Exact> = bounds.iter().collect();
        bounds.sort_unstable();
        bounds.dedup();
        let lowers = std::iter::once(None).chain(bounds.iter().map(|bound| Some(*bound)));
        let uppers = bounds
            .iter()
            .map(|bound| Some(*bound))
            .chain(std::iter::once(None));
        lowers
            .zip(uppers)
            .map(|(from, below)| {
                let within = |(discount, _): &&(Option<Exact>, bool)| {
                    discount.as_ref().is_some_and(|discount| {
                        from.is_none_or(|from| discount >= from) && below.is_none_or(|below| discount < below)
                    })
                };
                let (won, lost) = count(self.decided.iter().filter(within));
                let below = below.cloned();
                DiscountBand { below, won, lost }
            })
            .collect()
    }
}

impl DiscountBand {
    /// Won of decided, from 0 to 1, exact; none in an empty band.
    #[must_use]
    pub fn win_rate(&self) -> Option<Exact> {
        rate(self.won, self.lost)
    }
}

impl Stays {
    /// The average in days, exact; none without a stay.
    #[must_use]
    pub fn average_days(&self) -> Option<Exact> {
        Exact::from(self.days).checked_div(&counted(self.count)).ok()
    }
}

/// None while the customer has not answered.
const fn is_won(status: QuoteStatus) -> Option<bool> {
    match status {
        QuoteStatus::Accepted | QuoteStatus::Ordered => Some(true),
        QuoteStatus::Declined | QuoteStatus::Expired => Some(false),
        QuoteStatus::Draft
        | QuoteStatus::InApproval
        | QuoteStatus::Approved
        | QuoteStatus::Rejected
        | QuoteStatus::Presented
        | QuoteStatus::Withdrawn
        | QuoteStatus::Superseded
        | QuoteStatus::Abandoned => None,
    }
}

fn count<'a>(decided: impl Iterator<Item = &'a (Option<Exact>, bool)>) -> (u64, u64) {
    decided.fold((0, 0), |(won, lost): (u64, u64), (_, is_won)| match is_won {
        true => (won.saturating_add(1), lost),
        false => (won, lost.saturating_add(1)),
    })
}

fn rate(won: u64, lost: u64) -> Option<Exact> {
    let (won, lost) = (counted(won), counted(lost));
    won.checked_div(&(&won + &lost)).ok()
}

fn counted(count: u64) -> Exact {
    Exact::from(i64::try_from(count).unwrap_or(i64::MAX))
}
