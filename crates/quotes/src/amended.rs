use l2c_calendar::Period;
use l2c_pricing::PricedLine;

use crate::{
    Amendment, Quote, QuoteRefusal, QuoteStatus, QuoteVersion, RunningContractDocument, RunningLineDocument,
};

impl Quote {
    /// What an accepted amendment hands over: the deltas, and the contract after them. `contract` is what runs now; the
    /// amendment fits only the contract that it was offered for.
    ///
    /// # Errors
    /// [`QuoteRefusal::NotDrafted`]; [`QuoteRefusal::IllegalTransition`] before it is accepted;
    /// [`QuoteRefusal::NoAmendment`] if it sells something new; [`QuoteRefusal::ContractMoved`] if the contract was
    /// changed since, by another amendment perhaps: revise the quote.
    pub fn amended(&self, contract: &RunningContractDocument) -> Result<&Amendment, QuoteRefusal> {
        let command = "hand over";
        let (Some(id), Some(version)) = (self.id(), self.latest()) else {
            return Err(QuoteRefusal::NotDrafted { command });
        };
        let status = version.status();
        if !matches!(status, QuoteStatus::Accepted | QuoteStatus::Ordered) {
            let (quote, version) = (id.clone(), version.number());
            return Err(QuoteRefusal::IllegalTransition {
                command,
                quote,
                version,
                status,
            });
        }
        let (Some(offer), Some(amendment)) = (&version.terms().amendment, version.amendment()) else {
            return Err(QuoteRefusal::NoAmendment { quote: id.clone() });
        };
        if offer.contract != *contract {
            let (quote, contract) = (id.clone(), offer.contract.id.clone());
            return Err(QuoteRefusal::ContractMoved { quote, contract });
        }
        Ok(amendment)
    }
}

impl QuoteVersion {
    /// What the deal is as a running contract, for later amendments: each line over the whole term, at its net for one
    /// unit, which is for `price_term_months`. An amendment has its own, [`Amendment::after`].
    #[must_use]
    pub fn running_contract(
        &self,
        id: impl Into<String>,
        term: Period,
        price_term_months: u32,
    ) -> Option<RunningContractDocument> {
        let priced = self.priced().filter(|_| self.terms().amendment.is_none())?;
        let line = |line: &&PricedLine| RunningLineDocument {
            id: line.id.clone(),
            product: match &line.component {
                Some(component) => format!("{}/{component}", line.product),
                None => line.product.to_string(),
            },
            quantity: line.quantity,
            unit_price: line.unit_net().unwrap_or_default(),
            start: None,
            end: None,
            cancelled_from: None,
            price_term_months: None,
            anchor: None,
        };
        Some(RunningContractDocument {
            id: id.into(),
            currency: priced.currency(),
            term,
            anchor: None,
            price_term_months,
            lines: self.chosen(priced).iter().map(line).collect(),
        })
    }
}
