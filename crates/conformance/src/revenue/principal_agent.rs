//! Sales for another party, gross or net.

use l2c_money::{Currency, Rounding};
use l2c_revenue::judgement::PrincipalAgent;
use l2c_revenue::{Book, SupplierTerms, ThirdPartySale};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{decimal, price, refused};
use crate::given::{Number, Stop, answer, read};

/// `principal_agent`: the figures of a sale by a principal or an agent.
pub(crate) fn principal_agent(given: &Value) -> Result<Value, String> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Given {
        currency: Currency,
        controls_before_transfer: bool,
        quantity_sold: Number,
        unit_price: Number,
        unit_cost: Option<Number>,
        quantity_purchased: Option<Number>,
        commission_rate: Option<Number>,
    }
    let run = || {
        let given: Given = read(given)?;
        let currency = given.currency;
        let supplier = match (given.commission_rate, given.unit_cost) {
            (Some(rate), _) if !given.controls_before_transfer => SupplierTerms::Commission {
                rate: decimal(&rate)?,
            },
            (_, Some(cost)) => SupplierTerms::UnitCost {
                unit_cost: price(&cost, currency)?,
                quantity_purchased: given.quantity_purchased.as_ref().map(decimal).transpose()?,
            },
            _ => return Err(Stop::MALFORMED),
        };
        let sale = ThirdPartySale {
            control: PrincipalAgent {
                obtains_asset_first: given.controls_before_transfer,
                directs_service_of_other_party: false,
                combines_into_own_output: false,
            },
            quantity_sold: decimal(&given.quantity_sold)?,
            unit_price: price(&given.unit_price, currency)?,
            supplier,
            rounding: Rounding::HalfUp,
        };
        let figures = sale.figures(Book::Asc606).map_err(refused)?;
        Ok(json!({
            "role": figures.role.code(),
            "revenue": figures.revenue.amount_text(),
            "cost_of_revenue": figures.cost_of_revenue.amount_text(),
            "unsold_cost": figures.unsold_cost.amount_text(),
            "payable_to_supplier": figures.payable_to_supplier.amount_text(),
            "gross_profit": figures.gross_profit.amount_text(),
        }))
    };
    answer(run())
}
