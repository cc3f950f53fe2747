use l2c_money::{Exact, Money};

use crate::RequestLine;
use crate::waterfall::run::ListFigure;

/// A line that is to be priced: a product of the request as a whole, or a component of it.
pub(crate) struct OpenLine<'a, M> {
    pub(crate) id: String,
    pub(crate) request: &'a RequestLine,
    /// The position of its line in the request.
    pub(crate) position: usize,
    pub(crate) component: Option<String>,
    pub(crate) name: String,
    /// Where its price stands.
    pub(crate) price_entry: String,
    /// The floor of one unit that its price entry states.
    pub(crate) floor: Option<Exact>,
    /// Whether it has a share of the price of its product, and the floor is that of the product.
    pub(crate) shares_price: bool,
    pub(crate) list: Money,
    /// The cost of one unit.
    pub(crate) cost: Option<Exact>,
    /// What its first step begins with; taken when it is priced.
    pub(crate) opening: Option<ListFigure<M>>,
}
